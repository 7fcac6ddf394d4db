// Light or dark, as the page looks now.

/** `light` or `dark`. */
export function look(): "light" | "dark" {
  const chosen = document.documentElement.dataset.theme;
  if (chosen === "light" || chosen === "dark") return chosen;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** Calls back whenever the look changes. */
export function onLook(changed: (look: "light" | "dark") => void): void {
  addEventListener("meydan-look", () => changed(look()));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => changed(look()));
}
