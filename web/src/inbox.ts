// The inbox by keyboard: j and k move, x selects, Enter opens, t takes, a assigns, / filters, ? helps. Works without it too.
import { keepDrafts } from "./drafts";
import { text } from "./texts";

keepDrafts("inbox");
const form = document.querySelector<HTMLFormElement>("#inbox-form");
const rows = [...document.querySelectorAll<HTMLTableRowElement>("table.cases tbody tr")];
let at = -1;

const box = (row: HTMLTableRowElement) => row.querySelector<HTMLInputElement>("input[name=case]")!;
const link = (row: HTMLTableRowElement) => row.querySelector<HTMLAnchorElement>("a.open")!;

function tell(): void {
  const count = rows.filter((row) => box(row).checked).length;
  rows.forEach((row) => row.classList.toggle("chosen", box(row).checked));
  const said = document.getElementById("selected");
  if (said) said.textContent = count ? text("selected", { count }) : "";
}

function move(to: number): void {
  if (!rows.length) return;
  rows[at]?.classList.remove("lit");
  at = Math.max(0, Math.min(rows.length - 1, to));
  rows[at]!.classList.add("lit");
  link(rows[at]!).focus();
  rows[at]!.scrollIntoView({ block: "nearest" });
}

/** What is selected; else the row that one is at. */
function select(): boolean {
  const row = rows[at];
  if (!rows.some((r) => box(r).checked) && row) box(row).checked = true;
  tell();
  return rows.some((r) => box(r).checked);
}

function press(act: string): void {
  form?.querySelector<HTMLButtonElement>(`button[name=act][value=${act}]`)?.click();
}

const keys: Record<string, () => void> = {
  j: () => move(at + 1),
  k: () => move(at - 1),
  x: () => {
    const row = rows[at];
    if (row) box(row).checked = !box(row).checked;
    tell();
  },
  t: () => select() && press("take"),
  a: () => select() && document.getElementById("act-assignee")?.focus(),
  "/": () => document.getElementById("inbox-q")?.focus(),
  "?": () => {
    const help = document.querySelector<HTMLDetailsElement>("#keys");
    if (!help) return;
    help.open = !help.open;
    if (help.open) help.querySelector("summary")?.focus();
  },
};

document.addEventListener("keydown", (event) => {
  const target = event.target as HTMLElement;
  const types = target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement || (target instanceof HTMLInputElement && target.type !== "checkbox");
  if (types || event.ctrlKey || event.metaKey || event.altKey) return;
  const act = keys[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});
rows.forEach((row, index) => {
  box(row).addEventListener("change", tell);
  row.addEventListener("focusin", () => {
    rows[at]?.classList.remove("lit");
    at = index;
    row.classList.add("lit");
  });
});
const all = document.querySelector<HTMLInputElement>("#select-all");
if (all) {
  all.hidden = false;
  all.addEventListener("change", () => {
    rows.forEach((row) => (box(row).checked = all.checked));
    tell();
  });
}
tell();
