// One sprite of the Lucide icons (ISC) that the templates name.
import { readFile } from "node:fs/promises";

const NAMES = [
  "map", "table-2", "book-open", "scroll-text", "code", "search", "sun-moon", "languages", "layers", "x", "link", "locate",
  "chevron-right", "chevron-left", "chevron-down", "arrow-up", "arrow-down", "arrow-up-down", "download", "filter", "columns-3",
  "plus", "pencil", "trash-2", "history", "shield-check", "shield", "map-pin", "spline", "pentagon", "hash", "type", "calendar",
  "clock", "list", "toggle-left", "link-2", "banknote", "info", "triangle-alert", "circle-check", "eye-off", "copy", "external-link",
  "user", "log-in", "log-out", "eye", "monitor-smartphone", "menu", "crosshair", "key-round", "asterisk", "file-json", "fingerprint", "rows-3", "shapes", "undo-2", "lock", "users", "network",
  "handshake", "scale", "gauge", "circle-question-mark", "circle-x", "user-x", "user-check",
  "phone", "inbox", "bell", "circle-alert", "hourglass", "paperclip", "message-square", "bookmark", "workflow", "git-merge", "hand", "arrow-right-left",
  "megaphone", "mail", "contact", "printer", "star", "camera",
  "hard-hat", "mic", "navigation", "refresh-cw", "cloud-off", "square", "route",
];

/** The sprite: `<use href="icons.svg#name">`. */
export async function makeIcons() {
  const symbols = await Promise.all(
    NAMES.map(async (name) => {
      const svg = await readFile(`node_modules/lucide-static/icons/${name}.svg`, "utf8");
      const body = svg.replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "").replace(/\s+/g, " ").trim();
      return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">${body}</symbol>`;
    }),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`;
}
