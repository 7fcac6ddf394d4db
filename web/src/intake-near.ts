// What is open nearby in the same category, while the request is being typed; a key joins the caller's request to it.
import { text } from "./texts";

interface Near {
  id: string;
  subject: string;
  number: string;
  note: string;
}

/** Looks when category or place change; returns the looking. */
export function nearby(form: HTMLFormElement): () => void {
  const part = document.getElementById("near")!;
  const list = document.getElementById("near-list")!;
  const value = (id: string) => form.querySelector<HTMLInputElement | HTMLSelectElement>(id)!.value;
  let asking: AbortController | undefined;
  let asked = "";
  const show = (near: Near[]) => {
    list.replaceChildren(...near.map(item));
    part.hidden = !near.length;
  };
  const item = (near: Near, index: number) => {
    const line = document.createElement("li");
    const link = Object.assign(document.createElement("a"), { href: `/registers/request/${near.id}`, target: "_blank", rel: "noopener", textContent: near.subject });
    const note = Object.assign(document.createElement("p"), { className: "muted", textContent: near.note });
    const join = Object.assign(document.createElement("button"), { className: "button small", name: "join", value: near.id, textContent: text("near-join", { key: String(index + 1) }) });
    join.dataset.key = String(index + 1);
    line.append(link, note, join);
    return line;
  };
  addEventListener("keydown", (event) => {
    const digit = /^Digit([1-5])$/.exec(event.code)?.[1];
    if (!event.altKey || event.ctrlKey || !digit || !form.isConnected) return;
    const join = list.querySelector<HTMLButtonElement>(`button[data-key="${digit}"]`);
    if (!join) return;
    event.preventDefault();
    form.requestSubmit(join);
  });
  return () => {
    const category = value("#i-category");
    const at = `${value("#i-lon").replace(",", ".")},${value("#i-lat").replace(",", ".")}`;
    if (!category || at === ",") {
      asked = "";
      asking?.abort();
      return show([]);
    }
    const address = `/cagri/yakin.json?at=${at}&category=${category}`;
    if (address === asked) return;
    asked = address;
    asking?.abort();
    asking = new AbortController();
    // A key never joins to what was near another place, of another category, for another caller.
    show([]);
    fetch(address, { signal: asking.signal })
      .then((response) => (response.ok ? (response.json() as Promise<{ near: Near[] }>) : { near: [] }))
      .then(({ near }) => show(near))
      .catch(() => undefined);
  };
}
