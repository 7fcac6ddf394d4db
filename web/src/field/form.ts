// Inputs made from the definition: what a step needs and may set, big enough for a thumb in a glove.
import { el } from "./dom";
import type { Field, Forms, Json, Register, Values } from "./model";
import { say, time } from "./words";

type Input = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** Can this field be filled in without the office? References need what they choose from. */
export const fillable = (forms: Forms, field: Field | undefined) => Boolean(field && (field.type !== "reference" || forms.choices[field.register ?? ""]));

function select(options: { value: string; title: string }[], value: Json, required: boolean): HTMLSelectElement {
  const none = el("option", { value: "" }, say("choose"));
  return el("select", { required }, none, ...options.map((o) => el("option", { value: o.value, selected: o.value === value }, o.title)));
}

function input(forms: Forms, field: Field, value: Json, required: boolean): Input {
  switch (field.type) {
    case "code":
      return select((forms.lists[field.list ?? ""] ?? []).filter((c) => !c.retired || c.code === value).map((c) => ({ value: c.code, title: c.title })), value, required);
    case "reference":
      return select((forms.choices[field.register ?? ""] ?? []).map((c) => ({ value: c.id, title: c.title ?? c.id })), value, required);
    case "boolean":
      return select([{ value: "true", title: say("yes") }, { value: "false", title: say("no") }], value === null ? null : String(value), required);
    case "integer":
    case "real":
    case "money": {
      const number = typeof value === "number" ? (field.type === "money" ? value / 100 : value) : "";
      return el("input", { type: "number", inputmode: "decimal", step: field.type === "integer" ? 1 : field.type === "money" ? "0.01" : "any", min: field.min, max: field.max, value: number, required });
    }
    case "date":
      return el("input", { type: "date", value: typeof value === "string" ? value : "", required });
    case "timestamp":
      return el("input", { type: "datetime-local", value: typeof value === "string" ? local(value) : "", required });
    default: {
      const long = (field.max_length ?? 0) > 300;
      const text = typeof value === "string" ? value : "";
      if (!long) return el("input", { type: "text", value: text, maxlength: field.max_length, required });
      const area = el("textarea", { rows: 4, maxlength: field.max_length, required });
      area.value = text;
      return area;
    }
  }
}

/** The city is three hours ahead of UTC, summer and winter. */
const CITY = "+03:00";
const local = (at: string) => new Date(Date.parse(at) + 3 * 3_600_000).toISOString().slice(0, 16);

function read(field: Field, text: string): Json {
  if (text.trim() === "") return null;
  switch (field.type) {
    case "boolean":
      return text === "true";
    case "integer":
      return Math.round(Number(text));
    case "real":
      return Number(text);
    case "money":
      return Math.round(Number(text) * 100);
    case "timestamp":
      return new Date(`${text}:00${CITY}`).toISOString();
    default:
      return text;
  }
}

/** Inputs for some fields; `values` reads them. */
export function inputs(forms: Forms, register: Register, names: string[], needs: string[], now: Values): { parts: HTMLElement[]; values: () => Values } {
  const made = names.flatMap((name) => {
    const field = register.fields[name];
    if (!field || !fillable(forms, field)) return [];
    const needed = needs.includes(name);
    const control = input(forms, field, now[name] ?? (needed ? (field.default ?? null) : null), needed);
    control.id = `f-${name}`;
    control.setAttribute("name", name);
    const label = el("label", { for: control.id }, field.title, needed ? el("small", {}, ` (${say("needed")})`) : null);
    const about = field.description ? el("small", { id: `a-${name}`, class: "muted" }, field.description) : null;
    if (about) control.setAttribute("aria-describedby", about.id);
    return [{ name, field, control, part: el("div", { class: "ask" }, label, about, control) }];
  });
  return {
    parts: made.map((m) => m.part),
    values: () => Object.fromEntries(made.map((m) => [m.name, read(m.field, m.control.value)]).filter(([name, value]) => value !== null || needs.includes(name as string) || now[name as string] !== undefined)) as Values,
  };
}

/** A value as people read it. */
export function shown(forms: Forms, field: Field | undefined, value: Json): string {
  if (value === null || value === undefined || value === "") return say("empty");
  switch (field?.type) {
    case "code":
      return forms.lists[field.list ?? ""]?.find((c) => c.code === value)?.title ?? String(value);
    case "reference":
      return forms.choices[field.register ?? ""]?.find((c) => c.id === value)?.title ?? "…";
    case "boolean":
      return value ? say("yes") : say("no");
    case "timestamp":
      return time(String(value));
    case "money":
      return `${(Number(value) / 100).toLocaleString(document.documentElement.lang)} ₺`;
    default:
      return String(value);
  }
}
