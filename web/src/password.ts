// Passwords: showing what was typed, and how long a new one is while it is typed. What is good enough the server says.
import { text } from "./texts";

/** A button that shows the password. */
export function reveal(input: HTMLInputElement): void {
  const holder = document.createElement("span");
  holder.className = "revealed";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  const shown = () => input.type === "text";
  const label = () => {
    button.textContent = text(shown() ? "password-hide" : "password-show");
    button.setAttribute("aria-pressed", String(shown()));
  };
  const focused = document.activeElement === input;
  input.replaceWith(holder);
  holder.append(input, button);
  if (focused) input.focus();
  label();
  button.addEventListener("click", () => {
    input.type = shown() ? "password" : "text";
    label();
  });
  // It never goes to the server, or into the browser's memory of forms, as plain text.
  input.form?.addEventListener("submit", () => (input.type = "password"));
}

/** Says how many characters are still missing. */
export function newPassword(input: HTMLInputElement): void {
  const least = Number(input.dataset.least);
  const hint = document.createElement("p");
  hint.className = "help length";
  hint.setAttribute("aria-live", "polite");
  input.parentElement?.append(hint);
  input.addEventListener("input", () => {
    const length = [...input.value].length;
    const missing = least - length;
    hint.classList.toggle("enough", missing <= 0);
    hint.textContent = length === 0 ? "" : missing > 0 ? text("password-missing", { count: missing }) : text("password-long-enough");
  });
}
