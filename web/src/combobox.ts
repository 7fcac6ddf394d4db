// A text input with suggestions (WAI-ARIA combobox with list autocomplete): the search box and the forms' references.
import { text } from "./texts";

/** One suggestion. */
export interface Choice {
  label: string;
  note?: string;
  /** What the suggestion stands for; given back when it is picked. */
  value: unknown;
}

/** Suggestions under one heading. */
export interface Group {
  title?: string;
  choices: Choice[];
}

interface Options {
  /** Finds suggestions for what was typed. */
  find: (typed: string, signal: AbortSignal) => Promise<Group[]>;
  /** A suggestion was picked. */
  pick: (choice: Choice) => void;
  /** Letters before it looks. */
  least: number;
  /** Enter takes the first suggestion of what is typed, also while it is still being looked for. */
  quick?: boolean;
}

const PAUSE_MS = 180;
let lists = 0;

/** Gives an input its suggestions. */
export function combobox(input: HTMLInputElement, { find, pick, least, quick = false }: Options): void {
  const list = document.createElement("div");
  list.id = `suggestions-${++lists}`;
  list.className = "suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.getAttribute("aria-label") ?? input.labels?.[0]?.textContent?.trim() ?? text("choose"));
  list.hidden = true;
  input.after(list);
  const said = document.createElement("span");
  said.className = "hidden";
  said.setAttribute("role", "status");
  list.after(said);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");

  let choices: Choice[] = [];
  let at = -1;
  let timer = 0;
  /** A look that is under way: what is shown until it ends is of other letters than those typed. */
  let asking: AbortController | undefined;
  /** Enter was pressed before the suggestions were there: the first is taken when they come. */
  let wanted = false;

  const options = () => [...list.querySelectorAll<HTMLElement>("[role=option]")];
  const unmark = () => {
    at = -1;
    input.removeAttribute("aria-activedescendant");
  };
  const forget = () => {
    clearTimeout(timer);
    asking?.abort();
    asking = undefined;
    wanted = false;
  };
  const close = () => {
    list.hidden = true;
    unmark();
    input.setAttribute("aria-expanded", "false");
  };
  const mark = (next: number) => {
    const all = options();
    at = all.length ? (next + all.length) % all.length : -1;
    all.forEach((option, i) => option.setAttribute("aria-selected", String(i === at)));
    const option = all[at];
    if (option) {
      input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    }
  };
  const choose = (index: number) => {
    const choice = choices[index];
    forget();
    close();
    if (choice) pick(choice);
  };
  const show = (groups: Group[]) => {
    choices = groups.flatMap((g) => g.choices);
    list.replaceChildren(...groups.filter((g) => g.choices.length).map((group, g) => draw(group, g)));
    options().forEach((option, i) => {
      option.id = `${list.id}-${i}`;
      option.addEventListener("pointerdown", (event) => event.preventDefault());
      option.addEventListener("click", () => choose(i));
    });
    said.textContent = choices.length ? text("results", { count: choices.length }) : text("no-results");
    if (!choices.length) {
      const none = document.createElement("p");
      none.className = "none";
      none.textContent = text("no-results");
      list.append(none);
    }
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    unmark();
  };
  const draw = (group: Group, index: number) => {
    const part = document.createElement("div");
    part.setAttribute("role", "group");
    if (group.title) {
      const title = document.createElement("p");
      title.id = `${list.id}-g${index}`;
      title.textContent = group.title;
      part.setAttribute("aria-labelledby", title.id);
      part.append(title);
    }
    for (const choice of group.choices) {
      const option = document.createElement("div");
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.textContent = choice.label;
      if (choice.note) {
        const note = document.createElement("small");
        note.className = "muted";
        note.textContent = ` ${choice.note}`;
        option.append(note);
      }
      part.append(option);
    }
    return part;
  };
  const ask = async (now: AbortController, typed: string) => {
    try {
      const groups = await find(typed, now.signal);
      // Another letter, another field, or a choice came first.
      if (asking !== now) return;
      asking = undefined;
      show(groups);
      if (wanted && choices.length) choose(0);
      else if (document.activeElement !== input) close();
      wanted = false;
    } catch {
      // Aborted by the next letter, or the server can't be reached: the form still works without suggestions.
      if (asking === now) forget();
    }
  };
  const look = (pause: number) => {
    forget();
    const typed = input.value.trim();
    if (typed.length < least) return close();
    const now = (asking = new AbortController());
    timer = window.setTimeout(() => void ask(now, typed), pause);
  };
  input.addEventListener("input", () => {
    unmark();
    options().forEach((option) => option.setAttribute("aria-selected", "false"));
    look(PAUSE_MS);
  });
  input.addEventListener("blur", () => {
    // Who pressed Enter and went on gets what they asked for; who only went on is shown nothing more.
    if (!wanted) forget();
    window.setTimeout(() => document.activeElement !== input && close(), 100);
  });
  /** Enter: the marked suggestion, or the first of a quick field. True if it was for the list. */
  const enter = (): boolean => {
    if (at >= 0 && !list.hidden) choose(at);
    else if (quick && asking) {
      look(0);
      wanted = true;
    } else if (quick && !list.hidden && choices.length) choose(0);
    else return false;
    return true;
  };
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) look(0);
      else mark(event.key === "ArrowDown" ? at + 1 : at < 0 ? -1 : at - 1);
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
      if (enter()) event.preventDefault();
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      forget();
      close();
    }
  });
}
