// What the app's views share.
import type { Case, Day, Deed, Keep, What } from "./model";
import type { KeptFile } from "./model";
import type { FieldWork } from "./sync";
import { el, icon } from "./dom";
import { pending } from "./sync";
import { say, time } from "./words";

/** The app as a view sees it. */
export interface App {
  keep: Keep;
  work: FieldWork;
  day: Day;
  /** In the order of the way. */
  cases: Case[];
  deeds: Deed[];
  /** Writes a deed down and says so; sends it if there is reception. */
  did(of: { register: string; record: string; title: string; reason?: string | null }, what: What, file?: KeptFile): Promise<void>;
  /** Shows a sentence on the next view. */
  say(text: string, bad?: boolean): void;
  go(hash: string): void;
  /** Reads everything again and shows it. */
  show(): Promise<void>;
  sync(): Promise<void>;
  /** What a view wants to have ended when it is left. */
  leaving: (() => void)[];
}

/** A case's name for people. */
export const nameOf = (of: Case) => of.label || of.reference || of.id.slice(0, 8);

/** When a case must be done, in words. */
export function due(of: Case): HTMLElement | null {
  if (!of.due_at) return null;
  const over = Date.parse(of.due_at) < Date.now();
  return el("span", { class: over ? "late" : "" }, say(over ? "over" : "due", { time: time(of.due_at) }));
}

/** The state with what waits here put on top. */
export function stateOf(app: App, of: Case): string {
  const { state } = pending(of, app.deeds);
  return app.day.forms.registers[of.register]?.states[state]?.title ?? state;
}

/** A button with an icon. */
export function button(name: string, label: string, tap: () => void, kind = "big"): HTMLButtonElement {
  return el("button", { type: "button", class: kind, onclick: tap }, icon(name), label);
}
