// Field work: the app's frame. Everything is read from and written to the device; the line is used when it is there.
import { look } from "../look";
import { takeMap } from "./area";
import { dayView, mapView } from "./day";
import { el, icon } from "./dom";
import { freshView } from "./fresh";
import { Disk } from "./idb";
import { here } from "./media";
import { type Case, type Day, type KeptFile, type What, keyOf } from "./model";
import { caseView } from "./one";
import { outboxView } from "./outbox";
import { type Ended, FieldWork, type Net, troubled } from "./sync";
import { type App, nameOf } from "./view";
import { lang, say } from "./words";

/** How often what waits is tried by itself. */
const EVERY_MS = 45_000;
/** Longest wait for an answer. */
const ANSWER_MS = 60_000;
/** Longest wait for who is logged in before what is here is shown. */
const WHO_MS = 3_000;
/** How many deeds wait, for the other pages' logout. */
const UNSENT = "meydan-field-unsent";
const URGENT = "meydan-field-urgent";

const root = document.getElementById("field")!;
const keep = new Disk();
const net: Net = (path, init) =>
  fetch(`${path}${path.includes("?") ? "&" : "?"}${path.includes("lang=") ? "" : `lang=${lang()}`}`, {
    ...init,
    body: init?.body as BodyInit,
    headers: { accept: "application/json", ...init?.headers },
    signal: AbortSignal.timeout(ANSWER_MS),
  });

let day: Day | undefined;
let work: FieldWork | undefined;
let cases: Case[] = [];
let ended: Ended | "syncing" | "taking" | undefined;
let said: { text: string; bad: boolean } | undefined;
let leaving: (() => void)[] = [];

const ordered = (of: Day, all: Case[]) => {
  const place = new Map(of.order.map((key, index) => [key, index]));
  return all.filter((c) => !c.closed).sort((a, b) => (place.get(keyOf(a)) ?? 9999) - (place.get(keyOf(b)) ?? 9999));
};

const urgent = () => localStorage.getItem(URGENT) === "true";

async function take(first: boolean): Promise<void> {
  localStorage.setItem(URGENT, String(first));
  ended = "taking";
  await show();
  const before = day;
  const place = await here();
  const taken = await FieldWork.take(keep, net, lang(), place, first);
  if (typeof taken === "string") ended = taken;
  else {
    if (before && before.person !== taken.person) await keep.forget(before.person).then(async () => keep.takeDay(taken, await keep.cases(taken.person)));
    ended = undefined;
    await settle(taken.person);
    await show(true);
    const tiles = await takeMap(cases.flatMap((c) => (c.place ? [c.place] : [])), look()).catch(() => 0);
    said = { text: say("taken", { cases: cases.length, tiles }), bad: false };
  }
  await show();
}

/** Whose phone it is now. */
async function settle(person: string): Promise<void> {
  day = await keep.day(person);
  work = day && new FieldWork(keep, net, person);
}

/** Sends what waits. One tab of several does it. */
async function sync(): Promise<void> {
  const own = work;
  if (!own) return;
  ended = "syncing";
  await show();
  const run = () => own.sync();
  ended = await (navigator.locks ? navigator.locks.request("meydan-field", run) : run());
  if (ended === "another") return another();
  await show();
}

async function did(of: Parameters<FieldWork["add"]>[0], what: What, file?: KeptFile): Promise<void> {
  if (!work) return;
  try {
    await work.add(of, what, file);
    said = { text: say("kept-waits"), bad: false };
  } catch {
    said = { text: say("not-kept"), bad: true };
  }
  await show(true);
  if (navigator.onLine) void sync();
}

async function logOut(): Promise<void> {
  const unsent = day ? (await keep.deeds(day.person)).length : 0;
  if (unsent && !confirm(say("unsent-out", { count: unsent }))) return;
  // The form's token is the session's: from a fresh page, not from the one that was kept.
  const page = await fetch("/saha", { cache: "reload" }).then((a) => a.text(), () => "");
  const token = new DOMParser().parseFromString(page, "text/html").querySelector<HTMLMetaElement>("meta[name=meydan-form]")?.content;
  if (!token) {
    ended = "offline";
    return show();
  }
  if (day) await keep.forget(day.person);
  const form = el("form", { method: "post", action: "/logout" }, el("input", { type: "hidden", name: "meydan-form", value: token }));
  document.body.append(form);
  form.submit();
}

function bar(title: string, back: boolean, waits: number): HTMLElement {
  return el("header", { class: "bar" },
    back ? el("a", { href: "#day", "aria-label": say("back") }, icon("chevron-left")) : null,
    el("h1", { tabindex: "-1" }, title, day ? el("span", { class: "who" }, day.on_behalf_of ? say("proxy", { name: day.on_behalf_of }) : day.name) : null),
    el("button", { type: "button", onclick: () => void sync() }, icon("refresh-cw"), say("sync"), waits ? ` ${waits}` : ""));
}

function state(waits: number): HTMLElement | null {
  const text = ended === "syncing" ? say("syncing") : ended === "taking" ? say("taking") : ended ? (ended === "clear" && !waits ? say("is-clear") : ended === "clear" ? "" : say(`is-${ended}`)) : navigator.onLine ? "" : say("is-offline");
  if (!text) return null;
  const bad = !["syncing", "taking", "clear"].includes(ended ?? "offline");
  const to = encodeURIComponent("/saha");
  return el("div", { class: bad ? "state bad" : "state", role: "status" }, bad ? icon(ended === "login" ? "log-in" : "cloud-off") : null, el("p", {}, text), ended === "login" ? el("a", { class: "big primary", href: `/login?next=${to}` }, say("log-in")) : null);
}

function tabs(at: string, trouble: number, waits: number): HTMLElement {
  const tab = (hash: string, name: string, label: string, badge = 0) => el("a", { href: `#${hash}`, "aria-current": at === hash ? "page" : null }, icon(name), el("span", {}, label, badge ? el("span", { class: "badge" }, ` ${badge}`) : null));
  return el("nav", { class: "tabs", "aria-label": say("title") }, tab("day", "list", say("day")), tab("map", "map", say("map")), tab("new", "plus", say("fresh")), tab("waiting", trouble ? "triangle-alert" : "inbox", say("waiting"), waits));
}

let shown = "";
let known = false;
let drawn = Promise.resolve();

/** Draws what the address says, one after the other; `anew` also what somebody may be filling in. */
function show(anew = false): Promise<void> {
  // What is on the disk comes first: else it would look as if nothing were.
  if (!known) return drawn;
  const next = () => draw(anew);
  return (drawn = drawn.then(next, next));
}

async function draw(anew: boolean): Promise<void> {
  const [at = "day", register = "", id = "", step] = location.hash.slice(1).split("/");
  const here = location.hash || "#day";
  const deeds = day ? await keep.deeds(day.person) : [];
  localStorage.setItem(UNSENT, String(deeds.length));
  if (day) cases = ordered(day, await keep.cases(day.person));
  // A form, a map or a recording that is under way stays as it is while something is sent meanwhile.
  const busy = !anew && here === shown && (at === "map" || at === "new" || Boolean(step) || document.querySelector("main details[open] textarea, main [data-recording]"));
  const trouble = troubled(deeds).length;
  const one = at === "case" && day ? cases.find((c) => c.register === register && c.id === id) : undefined;
  const title = one ? nameOf(one) : at === "waiting" ? say("waiting") : at === "new" ? say("new-title") : at === "map" ? say("map") : say("day");
  const frame = [bar(title, at === "case", deeds.length), root.dataset.generated ? el("p", { class: "generated" }, root.dataset.generated) : null, state(deeds.length)];
  const news = said ? el("p", { class: said.bad ? "said bad" : "said", role: "status" }, said.text) : null;
  const main = busy ? document.querySelector("main")! : el("main", { class: at === "map" ? "wide" : "" });
  if (!busy) {
    leaving.forEach((leave) => leave());
    leaving = [];
    const app: App | undefined = day && work && { keep, work, day, cases, deeds, did, say: (text, bad = false) => void ((said = { text, bad }), show()), go: (hash) => void (location.hash = hash), show: () => show(true), sync, leaving };
    main.append(...(app ? await view(app, at, one, step) : [el("p", {}, say("no-day")), el("button", { type: "button", class: "big primary", onclick: () => void take(urgent()) }, icon("download"), say("take"))]));
    if (at === "day") main.append(el("div", { class: "pair" }, el("button", { type: "button", class: "big", onclick: () => void logOut() }, icon("log-out"), say("log-out")), el("a", { class: "big", href: `/saha?lang=${lang() === "tr" ? "en" : "tr"}`, lang: lang() === "tr" ? "en" : "tr" }, icon("languages"), say("language"))));
  }
  root.replaceChildren(...[...frame, news, main, tabs(at, trouble, deeds.length)].filter((n): n is HTMLElement => n !== null));
  document.title = `${title} · ${say("title")}`;
  if (here !== shown && shown) root.querySelector<HTMLElement>("h1")?.focus();
  shown = here;
  said = undefined;
}

async function view(app: App, at: string, one: Case | undefined, step: string | undefined): Promise<HTMLElement[]> {
  if (at === "map") return mapView(app);
  if (at === "new") return freshView(app);
  if (at === "waiting") return outboxView(app, await keep.sent(app.day.person));
  if (one) return caseView(app, one, step);
  return dayView(app, urgent(), (first) => void take(first));
}

/** Who is logged in may be another than the last one here: then it is another's phone. */
async function whose(): Promise<void> {
  const last = await keep.last();
  if (last) await settle(last);
  const late = new Promise<Ended>((done) => setTimeout(() => done("offline"), WHO_MS));
  const who = work && navigator.onLine ? await Promise.race([work.whose(), late]) : undefined;
  // What was another's is not shown; what they have not sent stays theirs, on the disk.
  if (who === "another") return another();
  known = true;
  await show(true);
  if (!navigator.onLine) return;
  if (!day) return take(urgent());
  await sync();
}

/** Somebody else has logged in since: theirs in the place of the former's. */
async function another(): Promise<void> {
  if (day) await keep.forget(day.person);
  [day, work, cases, known] = [undefined, undefined, [], true];
  await take(urgent());
  await show(true);
}

if ("serviceWorker" in navigator) void navigator.serviceWorker.register("/saha/sw.js", { scope: "/saha" });
void navigator.storage?.persist?.();
addEventListener("hashchange", () => void show());
addEventListener("online", () => void sync());
addEventListener("offline", () => void ((ended = "offline"), show()));
document.addEventListener("visibilitychange", () => !document.hidden && navigator.onLine && void sync());
setInterval(() => {
  if (work && navigator.onLine && !document.hidden) void keep.deeds(work.person).then((deeds) => (deeds.some((d) => d.status === "waiting") ? sync() : undefined));
}, EVERY_MS);
void whose();
