// Words as the server folds them for searching: without case, without Turkish letters.
const LETTERS: Record<string, string> = { ı: "i", ş: "s", ğ: "g", ç: "c", ö: "o", ü: "u", â: "a", î: "i", û: "u" };

/** `İŞ` and `is` are the same word. */
export function fold(typed: string): string {
  return typed.toLocaleLowerCase("tr").replace(/[ışğçöüâîû]/g, (letter) => LETTERS[letter]!);
}
