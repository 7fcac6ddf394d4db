// What every page gets from script: the look's switch, the search box, references in forms, little maps when they come into
// view. Every page works without it.
import { combobox } from "./combobox";
import { look } from "./look";
import { newPassword, reveal } from "./password";
import { type Hit, searchBox } from "./search";
import { text } from "./texts";

const root = document.documentElement;

function themeSwitch(button: HTMLButtonElement): void {
  button.hidden = false;
  button.addEventListener("click", () => {
    const next = look() === "dark" ? "light" : "dark";
    root.dataset.theme = next;
    document.cookie = `theme=${next}; Path=/; Max-Age=31536000; SameSite=Lax`;
    dispatchEvent(new Event("meydan-look"));
  });
}

function reference(input: HTMLInputElement): void {
  const hidden = (part: string) => input.form?.elements.namedItem(`${input.name}.${part}`) as HTMLInputElement | null;
  combobox(input, {
    least: 1,
    find: async (typed, signal) => {
      const response = await fetch(`${input.dataset.choices}?q=${encodeURIComponent(typed)}`, { signal });
      const { hits } = (await response.json()) as { hits: Hit[] };
      return [{ choices: hits.map((hit) => ({ label: hit.label, note: `#${hit.fid}`, value: hit })) }];
    },
    pick: (choice) => {
      input.value = choice.label;
      const [id, name] = [hidden("id"), hidden("name")];
      if (id) id.value = (choice.value as Hit).id;
      if (name) name.value = choice.label;
    },
  });
}

function copyButton(button: HTMLButtonElement): void {
  button.hidden = false;
  const label = button.getAttribute("aria-label") ?? "";
  button.addEventListener("click", async () => {
    const done = await navigator.clipboard.writeText(button.dataset.copy ?? "").then(() => true, () => false);
    button.setAttribute("aria-label", text(done ? "copied" : "copy-failed"));
    button.classList.toggle("done", done);
    window.setTimeout(() => button.setAttribute("aria-label", label), 2000);
  });
}

const SHOWN_LETTERS = 4000;

function tryLink(link: HTMLAnchorElement): void {
  link.addEventListener("click", async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const holder = link.closest("li") ?? link.parentElement!;
    const old = holder.querySelector("pre");
    if (old) return old.remove();
    const out = document.createElement("pre");
    out.tabIndex = 0;
    out.setAttribute("aria-live", "polite");
    out.textContent = text("loading");
    holder.append(out);
    const response = await fetch(link.href, { headers: { accept: "application/json, */*;q=0.5" } });
    const type = response.headers.get("content-type") ?? "";
    const body = type.includes("json") ? pretty(await response.text()) : `${(await response.arrayBuffer()).byteLength} B`;
    out.textContent = `HTTP ${response.status}  ${type}\n\n${body.slice(0, SHOWN_LETTERS)}${body.length > SHOWN_LETTERS ? "\n…" : ""}`;
  });
}

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

/** A little map: loads MapLibre only when it comes into view. What stands inside of it (a drawing) is there without script. */
class LittleMap extends HTMLElement {
  connectedCallback(): void {
    const seen = new IntersectionObserver((entries) => {
      if (!entries.some((e) => e.isIntersecting)) return;
      seen.disconnect();
      void this.load();
    });
    seen.observe(this);
  }

  private async load(): Promise<void> {
    const { module, style } = this.dataset;
    if (!module || !style) return;
    if (!document.querySelector(`link[href="${style}"]`)) {
      const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: style });
      const loaded = new Promise((done) => link.addEventListener("load", done, { once: true }));
      document.head.append(link);
      await loaded;
    }
    const { mount } = (await import(module)) as { mount: (holder: HTMLElement) => void };
    mount(this);
  }
}

/** A filter's address holds only what was filled in. */
function shortAddress(form: HTMLFormElement): void {
  form.addEventListener("submit", () => {
    for (const part of form.elements) {
      if ((part instanceof HTMLInputElement || part instanceof HTMLSelectElement || part instanceof HTMLTextAreaElement) && !part.value) part.disabled = true;
    }
    // Back in time, or the answer did not come: the inputs are there again.
    window.setTimeout(() => [...form.elements].forEach((part) => ((part as HTMLInputElement).disabled = false)));
  });
}

/** Who leaves with deeds of the field unsent on this device is asked first. */
function leaving(form: HTMLFormElement): void {
  form.addEventListener("submit", (event) => {
    const count = Number(localStorage.getItem("meydan-field-unsent") ?? 0);
    if (count > 0 && !confirm(text("field-unsent", { count }))) event.preventDefault();
  });
}

customElements.define("meydan-map", LittleMap);
document.querySelectorAll<HTMLFormElement>("form[action='/logout']").forEach(leaving);
document.querySelectorAll<HTMLButtonElement>("[data-theme-switch]").forEach(themeSwitch);
document.querySelectorAll<HTMLInputElement>("#find").forEach(searchBox);
document.querySelectorAll<HTMLInputElement>("input[data-choices]").forEach(reference);
document.querySelectorAll<HTMLFormElement>("form.filter, form.find").forEach(shortAddress);
document.querySelectorAll<HTMLButtonElement>("button[data-copy]").forEach(copyButton);
document.querySelectorAll<HTMLAnchorElement>("a[data-try]").forEach(tryLink);
document.querySelectorAll<HTMLInputElement>("input[data-least]").forEach(newPassword);
document.querySelectorAll<HTMLInputElement>("input[data-reveal]").forEach(reveal);
document.addEventListener("click", (event) => {
  document.querySelectorAll<HTMLDetailsElement>("details.menu[open]").forEach((menu) => {
    if (!menu.contains(event.target as Node)) menu.open = false;
  });
});
// Who goes on by keyboard leaves a menu behind; a page that comes back from the browser's memory has none open.
document.addEventListener("focusout", ({ target, relatedTarget }) => {
  const menu = (target as HTMLElement).closest<HTMLDetailsElement>("details.menu[open]");
  if (menu && relatedTarget instanceof Node && !menu.contains(relatedTarget)) menu.open = false;
});
addEventListener("pagehide", () => document.querySelectorAll<HTMLDetailsElement>("details.menu[open]").forEach((menu) => (menu.open = false)));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  document.querySelectorAll<HTMLDetailsElement>("details.menu[open]").forEach((menu) => {
    menu.open = false;
    menu.querySelector("summary")?.focus();
  });
});
