// Found on the spot: photo, what it is, send. Ticked “fixed”, it is closed at once.
import { el, icon } from "./dom";
import { here, keptFile } from "./media";
import type { Place, Register, Values } from "./model";
import type { App } from "./view";
import { newId } from "./sync";
import { say } from "./words";

/** The register of what people find: the one whose new cases have a place and a text that says what it is. */
function target(app: App): [string, Register] | undefined {
  const found = Object.entries(app.day.forms.registers).filter(([, r]) => r.new && r.place && r.fields.description);
  // With a category it goes the right way by itself.
  return found.find(([, r]) => r.fields.category) ?? found[0];
}

/** The form. */
export function freshView(app: App): HTMLElement[] {
  const found = target(app);
  if (!found) return [el("p", {}, say("new-not"))];
  const [name, register] = found;
  const { forms } = app.day;
  const choices = forms.choices[register.fields.category?.register ?? ""] ?? [];
  const picture = el("img", { class: "thumb", alt: "", hidden: true });
  const input = el("input", { type: "file", id: "found", accept: "image/jpeg,image/png,image/webp", capture: "environment" });
  let place: Promise<Place | null> = here();
  input.addEventListener("change", () => {
    place = here();
    const [taken] = input.files ?? [];
    picture.hidden = !taken;
    if (taken) picture.src = URL.createObjectURL(taken);
  });
  const what = el("select", { id: "what", required: choices.length > 0 }, el("option", { value: "" }, say("choose")), ...choices.map((c) => el("option", { value: c.id }, c.title ?? c.id)));
  const text = el("textarea", { id: "text", maxlength: 2000 });
  const fixed = el("input", { type: "checkbox", id: "fixed" });

  const send = async (event: Event) => {
    event.preventDefault();
    const [taken] = input.files ?? [];
    const title = choices.find((c) => c.id === what.value)?.title ?? register.title;
    if (!taken && !text.value.trim()) return app.say(say("new-no-photo"), true);
    const at = await place;
    const record = newId();
    const values = ready(app, register, { category: what.value || null, description: text.value.trim() || title });
    await app.did({ register: name, record, title }, { kind: "new_request", values, ...(at ? { place: at } : {}) });
    if (taken) {
      const file = await keptFile(app.day.person, taken, taken.name || "foto.jpg");
      await app.did({ register: name, record, title }, { kind: "attachment", sha256: file.digest, name: file.name, audience: "internal", ...(at ? { place: at } : {}) }, file);
    }
    if (fixed.checked) await app.did({ register: name, record, title: `${say("fixed")} ${title}` }, { kind: "transition", transition: "resolve", set: { resolution: "solved", answer: say("fixed") } });
    app.say(at ? say("kept-waits") : say("new-no-place"), !at);
    app.go("#day");
  };
  const canFix = Boolean(register.fields.resolution && register.fields.answer);
  return [
    el("form", { onsubmit: (event) => void send(event) },
      picture,
      el("label", { class: "big primary", for: "found" }, icon("camera"), say("photo"), input),
      choices.length ? el("div", { class: "ask" }, el("label", { for: "what" }, say("new-what")), what) : null,
      el("details", {}, el("summary", {}, say("new-text")), el("div", { class: "ask" }, el("label", { class: "hidden", for: "text" }, say("new-text")), text)),
      canFix ? el("label", { class: "check", for: "fixed" }, fixed, say("new-fixed")) : null,
      el("button", { class: "big primary" }, icon("circle-check"), say("new-send"))),
  ];
}

/** The values that the register takes of these, and of the house's own: the field team's channel, its own unit. */
function ready(app: App, register: Register, wanted: Values): Values {
  const channel = register.fields.channel?.list;
  const own: Values = {
    ...(channel && app.day.forms.lists[channel]?.some((c) => c.code === "field") ? { channel: "field" } : {}),
    ...(app.day.unit ? { unit: app.day.unit, assignee: app.day.person } : {}),
  };
  const all = { ...wanted, ...own };
  return Object.fromEntries(Object.entries(all).filter(([name, value]) => value !== null && register.fields[name])) as Values;
}
