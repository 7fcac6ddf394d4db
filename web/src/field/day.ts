// The day as a list in the order of the way, and as a map.
import { el, icon } from "./dom";
import type { Pin } from "./field-map";
import { type App, button, due, nameOf, stateOf } from "./view";
import { keyOf, pending } from "./sync";
import { say, time } from "./words";

/** The list. */
export function dayView(app: App, urgent: boolean, take: (urgent: boolean) => void): HTMLElement[] {
  const { day, cases } = app;
  const box = el("input", { type: "checkbox", id: "urgent", checked: urgent, onchange: () => take(box.checked) });
  const head = el("section", {},
    el("p", {}, say("taken-at", { time: time(day.taken_at) }), day.metres > 0 ? ` · ${say("way", { km: Math.max(0.1, Math.round(day.metres / 100) / 10) })}` : ""),
    button("download", say("take"), () => take(box.checked), "big"),
    el("label", { class: "check", for: "urgent" }, box, say("urgent")));
  if (!cases.length) return [head, el("p", {}, say("nothing-to-do"))];
  const stops = cases.map((one, index) => {
    const { waits, trouble } = pending(one, app.deeds);
    return el("li", {}, el("a", { class: one.presses ? "stop presses" : "stop", href: `#case/${keyOf(one)}` },
      el("span", { class: "number", "aria-hidden": "true" }, String(index + 1)),
      el("b", {}, nameOf(one)),
      el("span", { class: "muted" }, [app.day.forms.registers[one.register]?.title, stateOf(app, one), one.assignee ? null : say("unassigned")].filter(Boolean).join(" · ")),
      el("span", {}, due(one), waits ? el("span", { class: "waits" }, " ", icon(trouble ? "triangle-alert" : "hourglass"), trouble ? say("trouble") : say("waits-count", { count: waits })) : null)));
  });
  return [head, el("ol", { class: "stops" }, ...stops)];
}

/** The map; the list of the same is one tap away. */
export function mapView(app: App): HTMLElement[] {
  const holder = el("div", { id: "map" });
  const root = document.getElementById("field")!;
  const [lon = 39.7, lat = 41, zoom = 12] = (root.dataset.centre ?? "").split(",").map(Number);
  const pins: Pin[] = app.cases.flatMap((one, index) => (one.place ? [{ place: one.place, number: index + 1, label: nameOf(one), presses: one.presses, open: () => app.go(`#case/${keyOf(one)}`) }] : []));
  void (async () => {
    const style = root.dataset.mapStyle!;
    if (!document.querySelector(`link[href="${style}"]`)) {
      const link = el("link", { rel: "stylesheet", href: style });
      const loaded = new Promise<unknown>((done) => ["load", "error"].forEach((how) => link.addEventListener(how, done, { once: true })));
      document.head.prepend(link);
      await loaded;
    }
    const { draw } = (await import(root.dataset.map!)) as typeof import("./field-map");
    if (holder.isConnected && !draw(holder, say("map-label"), [lon, lat, zoom], pins)) holder.textContent = say("map-none");
  })().catch(() => (holder.textContent = say("map-none")));
  return [holder];
}
