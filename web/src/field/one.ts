// One case: what it is, the way there, and what can be done with it here.
import { el, icon } from "./dom";
import { fillable, inputs, shown } from "./form";
import { here, keptFile, record } from "./media";
import type { Case, Offer } from "./model";
import { type App, button, due, nameOf, stateOf } from "./view";
import { pending } from "./sync";
import { say } from "./words";

/** Fields that the head of the page has already. */
const IN_HEAD = ["state", "unit", "assignee", "received_at", "entered_at", "held_since", "due_at", "timer_at", "closed_at", "late", "step", "reference"];

function facts(app: App, of: Case): HTMLElement {
  const register = app.day.forms.registers[of.register]!;
  const rows = register.order.filter((name) => of.values[name] !== undefined && !IN_HEAD.includes(name) && name !== register.label).flatMap((name) => {
    const field = register.fields[name];
    const value = shown(app.day.forms, field, of.values[name] ?? null);
    return value === "…" ? [] : [el("dt", {}, field!.title), el("dd", {}, value)];
  });
  return el("dl", { class: "facts" }, ...rows);
}

function photo(app: App, of: Case, audience: () => string): HTMLElement {
  const input = el("input", { type: "file", id: "photo", accept: "image/jpeg,image/png,image/webp", capture: "environment" });
  input.addEventListener("change", async () => {
    const [taken] = input.files ?? [];
    if (!taken) return;
    const [file, place] = await Promise.all([keptFile(app.day.person, taken, taken.name || "foto.jpg"), here()]);
    await app.did({ register: of.register, record: of.id, title: nameOf(of) }, { kind: "attachment", sha256: file.digest, name: file.name, audience: audience(), ...(place ? { place } : {}) }, file);
  });
  return el("label", { class: "big", for: "photo" }, icon("camera"), say("photo"), input);
}

function voice(app: App, of: Case, audience: () => string): HTMLElement {
  let running: Awaited<ReturnType<typeof record>> | undefined;
  const keep = async (recording: NonNullable<typeof running>) => {
    const bytes = await recording.stop();
    const file = await keptFile(app.day.person, bytes, "ses-notu");
    await app.did({ register: of.register, record: of.id, title: nameOf(of) }, { kind: "attachment", sha256: file.digest, name: file.name, audience: audience() }, file);
  };
  const tap = button("mic", say("voice"), async () => {
    if (running) {
      const recording = running;
      running = undefined;
      return keep(recording);
    }
    try {
      running = await record();
      tap.replaceChildren(icon("square"), say("stop"));
      tap.classList.add("bad");
      tap.dataset.recording = "true";
      // Whoever goes to another view keeps what was said so far.
      app.leaving.push(() => running && void keep(running));
    } catch {
      app.say(say("voice-none"), true);
    }
  });
  return tap;
}

function note(app: App, of: Case, audience: () => string): HTMLElement {
  const text = el("textarea", { id: "note", required: true, maxlength: 4000 });
  const form = el("form", { onsubmit: (event) => {
    event.preventDefault();
    void app.did({ register: of.register, record: of.id, title: nameOf(of) }, { kind: "comment", text: text.value.trim(), audience: audience() });
  } }, el("div", { class: "ask" }, el("label", { for: "note" }, say("note-write")), text), el("button", { class: "big primary" }, say("save")));
  return el("details", {}, el("summary", {}, say("note")), form);
}

/** True if a step can be taken here: all it needs can be filled in without the office, and nobody asks for a new proof. */
const possible = (app: App, of: Case, offer: Offer) => !offer.step_up && offer.needs.every((name) => of.values[name] !== undefined || fillable(app.day.forms, app.day.forms.registers[of.register]?.fields[name]));

function step(app: App, of: Case, offer: Offer): HTMLElement {
  if (!possible(app, of, offer)) return el("li", { class: "muted" }, say("office-only", { title: offer.title }), offer.step_up ? ` (${say("step-up")})` : "");
  const asks = offer.needs.length || offer.fields.length || offer.reason;
  const open = () => app.go(`#case/${of.register}/${of.id}/${offer.name}`);
  const go = () => void app.did({ register: of.register, record: of.id, title: `${offer.title}: ${nameOf(of)}` }, { kind: "transition", transition: offer.name, set: {} });
  return el("li", {}, button("chevron-right", offer.title, asks ? open : go));
}

/** The case, or the form of one of its steps. */
export function caseView(app: App, of: Case, stepName?: string): HTMLElement[] {
  const offer = stepName ? of.offers.find((o) => o.name === stepName) : undefined;
  if (offer) return stepForm(app, of, offer);
  const register = app.day.forms.registers[of.register]!;
  const codes = app.day.forms.lists.audience ?? [];
  const who = el("select", { id: "audience" }, ...codes.map((c) => el("option", { value: c.code, selected: c.code === "internal" }, c.title)));
  const audience = () => who.value || "internal";
  const { waits, trouble } = pending(of, app.deeds);
  const [lon, lat] = of.place ?? [];
  return [
    el("section", {}, el("p", { class: "muted" }, `${register.title}${of.reference ? ` · ${of.reference.replace(/(.{4})(?=.)/g, "$1 ")}` : ""}`),
      el("p", {}, `${say("status")}: `, el("b", {}, stateOf(app, of)), " · ", due(of)),
      waits ? el("a", { class: trouble ? "big bad" : "big", href: "#waiting" }, icon(trouble ? "triangle-alert" : "hourglass"), trouble ? say("trouble") : say("waits-count", { count: waits })) : null),
    of.place ? el("a", { class: "big", href: `geo:${lat},${lon}?q=${lat},${lon}` }, icon("navigation"), say("navigate")) : el("span", { hidden: true }),
    el("section", { "aria-labelledby": "steps" }, el("h2", { id: "steps" }, say("steps")), el("ul", { class: "stops" }, ...of.offers.map((o) => step(app, of, o)))),
    el("section", { "aria-label": say("photo") }, el("div", { class: "pair" }, photo(app, of, audience), voice(app, of, audience)),
      el("div", { class: "ask" }, el("label", { for: "audience" }, say("audience")), who), note(app, of, audience)),
    el("section", { "aria-labelledby": "facts" }, el("h2", { id: "facts" }, say("details")), facts(app, of)),
  ];
}

function stepForm(app: App, of: Case, offer: Offer): HTMLElement[] {
  const register = app.day.forms.registers[of.register]!;
  const names = [...offer.needs, ...offer.fields.filter((f) => !offer.needs.includes(f))];
  const { parts, values } = inputs(app.day.forms, register, names, offer.needs, of.values);
  const reason = offer.reason ? el("textarea", { id: "reason", required: true, maxlength: 1000 }) : null;
  const send = async (event: Event) => {
    event.preventDefault();
    await app.did({ register: of.register, record: of.id, title: `${offer.title}: ${nameOf(of)}`, reason: reason?.value.trim() }, { kind: "transition", transition: offer.name, set: values() });
    app.go(`#case/${of.register}/${of.id}`);
  };
  return [
    el("h2", {}, offer.title),
    el("form", { onsubmit: (event) => void send(event) }, ...parts,
      reason ? el("div", { class: "ask" }, el("label", { for: "reason" }, say("reason")), reason) : null,
      el("button", { class: "big primary" }, icon("circle-check"), say("save")),
      el("a", { class: "big", href: `#case/${of.register}/${of.id}` }, say("cancel"))),
  ];
}
