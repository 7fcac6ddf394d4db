// Texts in the page's language; the server puts them into every page (from the same Fluent files as its own).
type Texts = Record<string, string>;

let texts: Texts | undefined;

/** A text by name, with `{variables}` put in. */
export function text(name: string, put: Record<string, string | number> = {}): string {
  texts ??= JSON.parse(document.getElementById("texts")?.textContent ?? "{}") as Texts;
  const language = document.documentElement.lang;
  const written = (value: string | number) => (typeof value === "number" ? value.toLocaleString(language) : value);
  return (texts[name] ?? name).replace(/\{([a-z-]+)\}/g, (all, key: string) => (key in put ? written(put[key]!) : all));
}
