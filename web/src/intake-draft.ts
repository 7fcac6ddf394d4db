// A draft per call, on this computer only: what was typed is there again after a reload, a crash, or another call in between. It is
// forgotten when the request is filed, and by itself after half a day. Identity numbers are not kept.
import { text } from "./texts";

const PREFIX = "meydan-intake-";
const KEPT_MS = 12 * 3600 * 1000;
const SECRET = ["meydan-form", "applicant_national_id", "meydan-record"];

interface Kept {
  at: number;
  values: [string, string][];
}

/** A form's draft. */
export interface Draft {
  /** Brings back what was typed for the form's call. */
  restore: () => void;
  /** True if somebody has typed something. */
  dirty: () => boolean;
  /** Keeps what is typed, now. */
  keep: () => void;
}

const keyOf = (call: string) => `${PREFIX}${location.pathname.startsWith("/cagri") ? "call" : "desk"}-${call}`;

function read(key: string): Kept | undefined {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "") as Kept;
  } catch {
    return undefined;
  }
}

/** Drafts of half a day ago are nobody's any more. */
function sweep(): void {
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith(PREFIX) && Date.now() - (read(key)?.at ?? 0) > KEPT_MS) localStorage.removeItem(key);
  }
}

/** Keeps what is typed into a form. */
export function draft(form: HTMLFormElement): Draft {
  sweep();
  const call = () => (form.elements.namedItem("meydan-call") as HTMLInputElement).value;
  const state = document.getElementById("draft-state");
  const typed = (): [string, string][] =>
    [...new FormData(form).entries()].filter(([name, value]) => typeof value === "string" && value && !SECRET.includes(name)) as [string, string][];
  const dirty = () => typed().some(([name]) => ["description", "category", "address"].includes(name));
  const keep = () => {
    if (!dirty()) return;
    localStorage.setItem(keyOf(call()), JSON.stringify({ at: Date.now(), values: typed() } satisfies Kept));
    if (state) state.textContent = text("draft-kept");
  };
  let timer = 0;
  const soon = () => {
    clearTimeout(timer);
    timer = window.setTimeout(keep, 400);
  };
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  addEventListener("pagehide", keep);
  const restore = () => {
    const kept = read(keyOf(call()));
    // What the server sent back is newer than the draft.
    if (!kept || dirty()) return;
    for (const [name, value] of kept.values) {
      if (name === "meydan-call" || name === "received_at") continue;
      const field = form.elements.namedItem(name);
      if (field instanceof HTMLInputElement && field.type === "checkbox") field.checked = true;
      else if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement || field instanceof HTMLTextAreaElement) field.value = value;
      if (field instanceof HTMLElement) field.dispatchEvent(new Event("intake-restored"));
    }
    if (state) state.textContent = text("draft-back");
  };
  return { restore, dirty, keep };
}

/** A request is filed: its draft is no longer needed. */
draft.forget = (call: string): void => {
  for (const part of [`call-${call}`, "call-", "desk-"]) if (call || part !== `call-${call}`) localStorage.removeItem(`${PREFIX}${part}`);
};
