// The page of a case: drafts, ready answers, files. Everything but uploading works without it.
import { keepDrafts } from "./drafts";
import { text } from "./texts";

const page = document.querySelector<HTMLElement>("[data-case]");

/** A ready answer is put into the answer's text: after what stands there. */
function readyAnswer(choice: HTMLSelectElement): void {
  choice.closest<HTMLElement>(".templates")!.hidden = false;
  choice.addEventListener("change", () => {
    const area = document.getElementById(choice.dataset.template!) as HTMLTextAreaElement | null;
    if (!area || !choice.value) return;
    area.value = area.value.trim() ? `${area.value.trimEnd()}\n\n${choice.value}` : choice.value;
    area.dispatchEvent(new Event("input", { bubbles: true }));
    area.focus();
  });
}

/** A version 7 UUID: sent twice, the same file is kept once. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const now = Date.now();
  for (let i = 0; i < 6; i++) bytes[i] = Math.floor(now / 2 ** (8 * (5 - i))) & 0xff;
  bytes[6] = (bytes[6]! & 0x0f) | 0x70;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function uploads(form: HTMLFormElement): void {
  const input = form.querySelector<HTMLInputElement>("input[type=file]")!;
  const button = form.querySelector<HTMLButtonElement>("button")!;
  const said = form.querySelector<HTMLElement>("[data-said]")!;
  const audience = form.querySelector<HTMLSelectElement>("select[name=audience]")!;
  const ids = new Map<File, string>();
  const ready = () => (button.disabled = !input.files?.length);
  input.addEventListener("change", ready);
  ready();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    said.textContent = text("uploading");
    for (const file of input.files ?? []) {
      const id = ids.get(file) ?? newId();
      ids.set(file, id);
      const query = new URLSearchParams({ name: file.name.slice(0, 180), audience: audience.value, id });
      const answer = await fetch(`${form.getAttribute("action")}?${query}`, { method: "POST", body: file }).catch(() => null);
      if (!answer?.ok) {
        const problem = (await answer?.json().catch(() => null)) as { title?: string; detail?: string } | null;
        said.textContent = text("upload-failed", { why: problem?.detail ?? problem?.title ?? file.name });
        button.disabled = false;
        return;
      }
    }
    location.hash = "files";
    location.reload();
  });
}

keepDrafts(page?.dataset.case ?? location.pathname);
document.querySelectorAll<HTMLSelectElement>("select[data-template]").forEach(readyAnswer);
document.querySelectorAll<HTMLFormElement>("form[data-attach]").forEach(uploads);
