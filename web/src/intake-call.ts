// The call on the screen: one request waits at the server until there is another call than the one seen.
import type { Draft } from "./intake-draft";
import { text } from "./texts";

interface Call {
  id: string;
  phone: string;
  readable: string;
  line: string;
  answered: boolean;
  mine: boolean;
  request: string | null;
}

/** After a fault it asks again at once, then after this. */
const AGAIN_MS = 3000;
const EXTENSION = "meydan-extension";

/** Keeps the agent's screen with the phone. */
export function listen(form: HTMLFormElement, kept: Draft): void {
  const bar = document.getElementById("call-bar")!;
  const state = document.querySelector<HTMLElement>("#call-state span")!;
  const found = document.getElementById("caller")!;
  const extension = document.querySelector<HTMLInputElement>("#extension")!;
  const field = (name: string) => form.elements.namedItem(name) as HTMLInputElement;
  const token = field("meydan-form").value;
  let other: Call | undefined;
  let looked = "";
  let asking: AbortController | undefined;

  extension.value = localStorage.getItem(EXTENSION) ?? "";
  extension.addEventListener("change", () => {
    localStorage.setItem(EXTENSION, extension.value.trim());
    asking?.abort("again");
  });

  /** The caller's earlier requests; name and language of the newest stand in the form if nothing does. */
  const look = async () => {
    const phone = field("applicant_phone").value.trim();
    if (phone === looked || phone.replace(/\D/g, "").length < 7) return;
    looked = phone;
    const response = await fetch("/cagri/arayan", { method: "POST", body: new URLSearchParams({ phone }), headers: { "x-meydan-form": token, accept: "text/html" } });
    if (!response.ok) return;
    const part = new DOMParser().parseFromString(await response.text(), "text/html").querySelector<HTMLElement>(".caller-found");
    if (!part || phone !== looked) return;
    found.replaceChildren(part);
    const { name, language } = part.dataset;
    if (name && !field("applicant_name").value && !name.includes("•") && !name.includes("*")) field("applicant_name").value = name;
    if (language && !kept.dirty()) form.querySelector<HTMLSelectElement>("#i-language")!.value = language;
  };
  field("applicant_phone").addEventListener("change", () => void look());

  const tell = (call: Call | undefined, word: string) => {
    bar.dataset.state = word;
    state.textContent = word === "none" ? text("call-none") : text(`call-${word}`, { phone: call?.readable || text("call-unknown") });
  };
  const take = (call: Call) => {
    other = undefined;
    bar.querySelector("button")?.remove();
    if (field("meydan-call").value !== call.id) {
      kept.keep();
      if (field("meydan-call").value || kept.dirty()) form.reset();
      field("meydan-call").value = call.id;
      field("applicant_phone").value = call.readable;
      looked = "";
      found.replaceChildren();
      kept.restore();
      form.querySelectorAll("select").forEach((s) => s.dispatchEvent(new Event("intake-restored")));
    }
    tell(call, call.answered ? "answered" : "ringing");
    void look();
  };
  /** To another caller: the agent types on from the beginning. */
  const go = (call: Call) => {
    take(call);
    field("description").focus();
  };
  const offer = (call: Call) => {
    other = call;
    bar.querySelector("button")?.remove();
    const button = Object.assign(document.createElement("button"), { type: "button", className: "button small", textContent: `${text("call-other", { phone: call.readable || text("call-unknown") })} · ${text("call-switch")}` });
    button.addEventListener("click", () => go(call));
    bar.append(button);
  };
  addEventListener("keydown", (event) => {
    if (event.altKey && event.code === "KeyN" && other) {
      event.preventDefault();
      go(other);
    }
  });

  let current: Call | undefined;
  const came = (call: Call | null) => {
    const mine = field("meydan-call").value;
    if (!call) {
      if (mine && current?.id === mine) tell(current, "ended");
      else if (!mine) tell(undefined, "none");
      other = undefined;
      bar.querySelector("button")?.remove();
      return;
    }
    current = call;
    if (call.request) return;
    // What is being typed for one caller is never given to another.
    if (call.id !== mine && kept.dirty()) offer(call);
    else take(call);
  };
  const wait = async () => {
    let seen = "";
    let pause = 0;
    for (;;) {
      asking = new AbortController();
      try {
        const query = new URLSearchParams({ seen, extension: extension.value.trim() });
        const response = await fetch(`/api/calls/current?${query}`, { signal: asking.signal });
        if (!response.ok) throw new Error(String(response.status));
        const { tag, call } = (await response.json()) as { tag: string; call: Call | null };
        if (bar.dataset.state === "offline") tell(current, current ? "answered" : "none");
        if (tag !== seen) came(call);
        seen = tag;
        pause = 0;
      } catch (reason) {
        if (reason === "again") continue;
        if (pause) {
          bar.dataset.state = "offline";
          state.textContent = text("call-offline");
        }
        await new Promise((done) => window.setTimeout(done, pause));
        pause = AGAIN_MS;
      }
    }
  };
  if (field("applicant_phone").value) void look();
  void wait();
}
