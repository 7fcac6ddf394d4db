// What waits on this phone, what a person must decide, and what was sent.
import { el, icon } from "./dom";
import { shown } from "./form";
import type { Deed, Sent, Step } from "./model";
import { type App, button } from "./view";
import { say, time } from "./words";

const kindOf = (kind: Deed["what"]["kind"]) => say(`kind-${kind}`);

function change(app: App, deed: Deed, step: Step): HTMLElement {
  const register = app.day.forms.registers[deed.register];
  return el("li", {},
    el("b", {}, step.step ?? ""), el("p", {}, say("conflict-by", { who: step.by, time: time(step.at) }), step.post ? el("small", { class: "muted" }, ` ${step.post}`) : null),
    step.reason ? el("p", {}, `“${step.reason}”`) : null,
    ...step.changed.filter((c) => register?.fields[c.field]).map((c) => {
      const field = register!.fields[c.field];
      const state = (value: unknown) => (c.field === "state" ? register!.states[String(value)]?.title : undefined);
      return el("p", {}, say("conflict-field", { field: field!.title, old: state(c.old) ?? shown(app.day.forms, field, c.old), new: state(c.new) ?? shown(app.day.forms, field, c.new) }));
    }),
    step.moved ? el("p", {}, say("conflict-moved")) : null);
}

/** What a deed said, as a note. */
function asNote(deed: Deed): string {
  const said = deed.what.kind === "transition" ? Object.values(deed.what.set).filter((v) => typeof v === "string" && v) : [];
  return [say("comment-of", { title: deed.title, time: time(deed.at) }), ...said, deed.reason ?? ""].filter(Boolean).join("\n");
}

function decide(app: App, deed: Deed): HTMLElement {
  const choose = (choice: "again" | "drop" | "comment") => async () => {
    await app.work.settle(deed.id, choice, choice === "comment" ? asNote(deed) : "");
    await app.show();
    await app.sync();
  };
  const conflict = deed.status === "conflict";
  const about = conflict
    ? [el("h3", { class: "late" }, say("conflict-title")), el("ul", { class: "changes" }, ...(deed.meanwhile ?? []).map((s) => change(app, deed, s))), el("p", {}, say("conflict-ask"))]
    : [el("h3", { class: "late" }, say("refused-title")), el("p", {}, deed.problem?.detail ?? ""), ...(deed.problem?.errors ?? []).map((e) => el("p", {}, `${app.day.forms.registers[deed.register]?.fields[e.field]?.title ?? ""} ${e.message}`)), deed.problem?.hint ? el("p", { class: "muted" }, deed.problem.hint) : null];
  return el("div", { class: "ask" }, ...about.filter((a) => a !== null),
    button("circle-check", say(conflict ? "choose-again" : "again"), () => void choose("again")()),
    deed.what.kind === "transition" ? button("message-square", say("choose-comment"), () => void choose("comment")()) : el("span", { hidden: true }),
    button("undo-2", say("choose-drop"), () => void choose("drop")(), "big bad"));
}

/** The view. */
export function outboxView(app: App, sent: Sent[]): HTMLElement[] {
  const waiting = [...app.deeds].sort((a, b) => Number(b.status !== "waiting") - Number(a.status !== "waiting") || a.seq - b.seq);
  const one = (deed: Deed) => el("li", { class: deed.status === "waiting" ? "" : "trouble" },
    el("div", {}, el("b", {}, deed.title), el("p", { class: "muted" }, `${kindOf(deed.what.kind)} · ${say("done-at", { time: time(deed.at) })}`)),
    deed.status === "waiting" ? null : decide(app, deed));
  return [
    waiting.length ? el("ul", { class: "waiting" }, ...waiting.map(one)) : el("p", { class: "said" }, say("none-waits")),
    el("details", { open: !waiting.length && sent.length > 0 }, el("summary", {}, icon("history"), ` ${say("sent-list")} (${sent.length})`),
      el("ul", { class: "sent" }, ...sent.map((s) => el("li", {}, el("span", {}, s.title), el("small", { class: "muted" }, `${kindOf(s.kind)} · ${say("sent-at", { time: time(s.sent_at) })}`))))),
  ];
}
