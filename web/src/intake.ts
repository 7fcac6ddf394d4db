// Taking a request down: the caller on the screen, the category by typing, the place by address or map, what is open nearby, a draft that
// is not lost. The form works without.
import { type Choice, combobox } from "./combobox";
import { draft } from "./intake-draft";
import { listen } from "./intake-call";
import { nearby } from "./intake-near";
import { text } from "./texts";

/** The first of these letters decides: as the server folds words for search. */
export function fold(words: string): string {
  const plain: Record<string, string> = { ı: "i", ş: "s", ğ: "g", ç: "c", ö: "o", ü: "u", â: "a", î: "i", û: "u" };
  return words.replace(/İ/g, "i").replace(/I/g, "ı").toLowerCase().replace(/[ışğçöüâîû]/g, (c) => plain[c] ?? c);
}

const MOST_CHOICES = 12;

/** A list to choose from becomes an input to type into; the list stays behind it and is what is sent. */
function typedChoice(select: HTMLSelectElement): HTMLInputElement {
  const input = document.createElement("input");
  input.id = `${select.id}-typed`;
  input.autocomplete = "off";
  input.setAttribute("aria-describedby", select.getAttribute("aria-describedby") ?? "");
  input.value = select.selectedOptions[0]?.value ? select.selectedOptions[0].text : "";
  select.labels?.forEach((label) => (label.htmlFor = input.id));
  const holder = document.createElement("span");
  holder.className = "with-unit";
  select.before(holder);
  holder.append(input);
  select.hidden = true;
  const options = [...select.options].filter((o) => o.value).map((o) => ({ label: o.text, words: o.dataset.words ?? "", value: o.value }));
  combobox(input, {
    quick: true,
    least: 1,
    find: async (typed) => {
      const words = fold(typed).split(/\s+/).filter(Boolean);
      const found = options.filter((o) => words.every((w) => o.words.includes(w)));
      const starts = (o: { words: string }) => (o.words.split(/[\s›]+/).some((w) => w.startsWith(words[0] ?? "")) ? 0 : 1);
      found.sort((a, b) => starts(a) - starts(b));
      return [{ choices: found.slice(0, MOST_CHOICES).map((o): Choice => ({ label: o.label, value: o.value })) }];
    },
    pick: (choice) => {
      input.value = choice.label;
      select.value = choice.value as string;
      select.dispatchEvent(new Event("change", { bubbles: true }));
    },
  });
  // What is typed anew is another choice until one is picked.
  input.addEventListener("input", () => {
    if (select.value && input.value !== select.selectedOptions[0]?.text) {
      select.value = "";
      select.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
  select.addEventListener("intake-restored", () => (input.value = select.value ? select.selectedOptions[0]!.text : ""));
  return input;
}

interface Place {
  label: string;
  note: string;
  at: string;
}

/** Where it is: typed as an address or a known place, or shown on the map, which then tells its address. */
function place(form: HTMLFormElement, moved: () => void): void {
  const input = form.querySelector<HTMLInputElement>("#i-address")!;
  const [lon, lat] = [form.querySelector<HTMLInputElement>("#i-lon")!, form.querySelector<HTMLInputElement>("#i-lat")!];
  const comma = document.documentElement.lang === "tr";
  const write = (number: string) => (comma ? number.replace(".", ",") : number);
  let told = "";
  combobox(input, {
    quick: true,
    least: 3,
    find: async (typed, signal) => {
      const response = await fetch(`/basvuru/adres.json?q=${encodeURIComponent(typed)}`, { signal });
      const { places } = (await response.json()) as { places: Place[] };
      return [{ choices: places.map((p) => ({ label: p.label, note: p.note, value: p })) }];
    },
    pick: (choice) => {
      const { at, label, note } = choice.value as Place;
      const [x = "", y = ""] = at.split(",");
      [lon.value, lat.value] = [write(x), write(y)];
      input.value = told = note && !label.includes(note) ? `${label}, ${note}` : label;
      lon.dispatchEvent(new Event("change", { bubbles: true }));
      moved();
    },
  });
  form.addEventListener("meydan-place", () => {
    moved();
    void tell();
  });
  const tell = async () => {
    const at = `${lon.value.replace(",", ".")},${lat.value.replace(",", ".")}`;
    const response = await fetch(`/basvuru/yer.json?at=${at}`);
    if (!response.ok) return;
    const { place } = (await response.json()) as { place: { address: string } | null };
    // What somebody has typed is theirs.
    if (place && (!input.value.trim() || input.value === told)) input.value = told = place.address;
  };
  [lon, lat].forEach((field) => field.addEventListener("change", moved));
}

/** The scanned letter goes to the case once there is one; the number is shown after that. */
async function sendWithScans(form: HTMLFormElement, files: FileList): Promise<void> {
  const state = document.getElementById("draft-state")!;
  const body = new URLSearchParams(new FormData(form) as unknown as Record<string, string>);
  const response = await fetch(form.action, { method: "POST", body, headers: { accept: "text/html" } });
  const id = /\/basvuru-al\/([0-9a-f-]{36})/.exec(response.url)?.[1];
  if (!id) {
    // What is wrong stands in the form that came back.
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    document.querySelector("main")!.replaceWith(page.querySelector("main")!);
    start();
    document.getElementById("refusal")?.scrollIntoView();
    return;
  }
  for (const file of files) {
    state.textContent = text("scan-sending", { name: file.name });
    const address = `/api/cases/request/${id}/attachments?name=${encodeURIComponent(file.name)}&audience=internal`;
    const kept = await fetch(address, { method: "POST", body: file, headers: { "content-type": file.type || "application/octet-stream" } });
    if (!kept.ok) alert(text("scan-failed", { name: file.name }));
  }
  location.href = response.url;
}

function start(): void {
  const form = document.querySelector<HTMLFormElement>("form#intake");
  if (!form) return;
  const kept = draft(form);
  const category = form.querySelector<HTMLSelectElement>("#i-category")!;
  typedChoice(category);
  const look = nearby(form);
  place(form, look);
  category.addEventListener("change", look);
  category.addEventListener("intake-restored", look);
  const kind = form.querySelector<HTMLSelectElement>("#i-kind")!;
  const law = () => form.classList.toggle("formal", ["petition", "information_request"].includes(kind.value));
  kind.addEventListener("change", law);
  law();
  const anonymous = form.querySelector<HTMLInputElement>("#i-anonymous")!;
  const secret = () => (form.querySelector<HTMLInputElement>("#i-applicant_name")!.disabled = anonymous.checked);
  anonymous.addEventListener("change", secret);
  secret();
  const scan = form.querySelector<HTMLElement>("#scan");
  if (scan) scan.hidden = false;
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) return event.preventDefault();
    const files = form.querySelector<HTMLInputElement>("#i-scan")?.files;
    if (!files?.length) {
      sent = true;
      window.setTimeout(() => (sent = false), 5000);
      return;
    }
    event.preventDefault();
    sent = true;
    void sendWithScans(form, files).finally(() => (sent = false));
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      form.requestSubmit(form.querySelector<HTMLButtonElement>("#save"));
    } else if (event.target instanceof HTMLInputElement) event.preventDefault();
  });
  kept.restore();
  look();
  if (document.getElementById("call-bar")) listen(form, kept);
}

const done = document.querySelector<HTMLElement>("[data-done]");
if (done) {
  draft.forget(done.dataset.done ?? "");
  document.querySelector<HTMLAnchorElement>("[data-next]")?.focus({ preventScroll: true });
}
start();
