// The map page: layers, search, a click to a record's card, coordinates, a link that brings back what is seen.
import { GeolocateControl, type MapGeoJSONFeature, type Map as MapLibreMap, ScaleControl, type StyleSpecification } from "maplibre-gl";
import { canDraw, cityMap } from "./city-map";
import { places, project } from "./coordinates";
import { type Hit, takeSearch } from "./search";
import { text } from "./texts";

interface Config {
  centre: [number, number];
  zoom: number;
  titles: Record<string, string>;
  labels: Record<string, string>;
  zone: number;
}

const config = JSON.parse(document.getElementById("map-config")!.textContent!) as Config;
const byId = <E extends HTMLElement>(id: string) => document.getElementById(id) as E;
const address = new URL(location.href);
const language = document.documentElement.lang;
const IN_VIEW = 60;
const TOUCH_PIXELS = 6;

const hidden = new Set((address.searchParams.get("off") ?? "").split(",").filter(Boolean));
let selected: { register: string; id: string; fid?: number } | undefined;
let pointer: { lng: number; lat: number } | undefined;

function fault(message: string): void {
  const place = byId("map-fault");
  place.textContent = message;
  place.hidden = !message;
}

function say(message: string): void {
  byId("said").textContent = message;
  window.setTimeout(() => (byId("said").textContent = ""), 2500);
}

/** Where the link says, else where the city is. */
function start(): { center: [number, number]; zoom: number } {
  const [zoom, lat, lon] = (address.searchParams.get("at") ?? "").split("/").map(Number);
  if (zoom !== undefined && lat !== undefined && lon !== undefined && [zoom, lat, lon].every(Number.isFinite)) {
    return { center: [lon, Math.max(-85, Math.min(85, lat))], zoom };
  }
  return { center: config.centre, zoom: config.zoom };
}

/** Hides what is switched off, in a style about to be drawn. */
function hide(style: StyleSpecification): void {
  for (const layer of style.layers) {
    if ("source-layer" in layer && hidden.has(String(layer["source-layer"]))) layer.layout = { ...layer.layout, visibility: "none" } as never;
  }
}

/** Writes what is seen into the address, and into the links that lead back here in the other language. */
function remember(map: MapLibreMap): void {
  const { lng, lat } = map.getCenter();
  const set = (name: string, value: string) => (value ? address.searchParams.set(name, value) : address.searchParams.delete(name));
  set("at", `${map.getZoom().toFixed(2)}/${lat.toFixed(6)}/${lng.toFixed(6)}`);
  set("off", [...hidden].join(","));
  set("select", selected ? `${selected.register}/${selected.id}` : "");
  address.searchParams.delete("lang");
  address.searchParams.delete("theme");
  history.replaceState(null, "", readable(address));
  document.querySelectorAll<HTMLAnchorElement>("a.lang").forEach((link) => {
    const other = new URL(address);
    other.searchParams.set("lang", link.hreflang);
    link.href = readable(other);
  });
}

/** Slashes and commas need no escape in a query; without it the link can be read. */
const readable = (url: URL) => url.toString().replaceAll("%2F", "/").replaceAll("%2C", ",");

function layerPanel(map: MapLibreMap): void {
  const panel = byId<HTMLDetailsElement>("layers");
  panel.open = matchMedia("(min-width: 64rem)").matches;
  const boxes = [...panel.querySelectorAll<HTMLInputElement>("input[data-layer]")];
  for (const box of boxes) {
    const name = box.dataset.layer!;
    box.checked = !hidden.has(name);
    box.addEventListener("change", () => {
      if (box.checked) hidden.delete(name);
      else hidden.add(name);
      for (const layer of map.getStyle().layers) {
        if ("source-layer" in layer && layer["source-layer"] === name && !layer.id.startsWith("own-")) {
          map.setLayoutProperty(layer.id, "visibility", box.checked ? "visible" : "none");
        }
      }
      remember(map);
    });
  }
  const dim = () => {
    let any = false;
    for (const box of boxes) {
      const far = map.getZoom() < Number(box.dataset.minZoom);
      box.closest("li")?.classList.toggle("too-far", far);
      any ||= far;
    }
    byId("zoom-hint").hidden = !any;
  };
  map.on("zoomend", dim);
  dim();
}

function readOut(map: MapLibreMap): void {
  const select = byId<HTMLSelectElement>("crs");
  select.value = localStorage.getItem("crs") ?? String(config.zone);
  if (!select.value) select.value = "4326";
  const number = (value: number, digits: number) =>
    value.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const show = () => {
    const { lng, lat } = pointer ?? map.getCenter();
    const epsg = Number(select.value);
    const [x, y] = project(lng, lat, epsg);
    const digits = epsg === 4326 ? 6 : 2;
    byId("position").textContent = `${text("east")} ${number(x, digits)}  ${text("north")} ${number(y, digits)}`;
    byId("position").dataset.plain = `${x.toFixed(digits)}, ${y.toFixed(digits)}`;
  };
  map.on("mousemove", (event) => {
    pointer = event.lngLat;
    show();
  });
  map.on("mouseout", () => {
    pointer = undefined;
    show();
  });
  map.on("move", show);
  select.addEventListener("change", () => {
    localStorage.setItem("crs", select.value);
    show();
  });
  show();
  const copy = (what: () => string, done: string) => async () => {
    const copied = await navigator.clipboard.writeText(what()).then(() => true, () => false);
    say(text(copied ? done : "copy-failed"));
  };
  byId("copy-position").addEventListener("click", copy(() => byId("position").dataset.plain ?? "", "copied"));
  byId("share").addEventListener("click", copy(() => readable(address), "link-copied"));
}

const ours = (feature: MapGeoJSONFeature) => feature.source === "meydan" && feature.id !== undefined;

/** Records drawn in a place, topmost first, each once. */
function drawn(map: MapLibreMap, where?: [[number, number], [number, number]]): MapGeoJSONFeature[] {
  const seen = new Set<string>();
  return map.queryRenderedFeatures(where).filter((feature) => {
    const key = `${feature.sourceLayer}/${feature.id}`;
    if (!ours(feature) || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function nameOf(feature: MapGeoJSONFeature): string {
  const label = feature.properties[config.labels[feature.sourceLayer ?? ""] ?? ""] as unknown;
  return label === undefined || label === null || label === "" ? `#${feature.id}` : String(label);
}

function highlight(map: MapLibreMap): void {
  for (const id of ["own-area", "own-halo", "own-line", "own-point"]) if (map.getLayer(id)) map.removeLayer(id);
  if (selected?.fid === undefined || !map.getSource("meydan")) return;
  const here = { source: "meydan", "source-layer": selected.register } as const;
  const is = (kind: string) => ["all", ["==", ["id"], selected!.fid], ["==", ["geometry-type"], kind]] as never;
  const not = ["all", ["==", ["id"], selected.fid], ["!=", ["geometry-type"], "Point"]] as never;
  map.addLayer({ id: "own-area", type: "fill", ...here, filter: is("Polygon"), paint: { "fill-color": "#d9503f", "fill-opacity": 0.22 } });
  map.addLayer({ id: "own-halo", type: "line", ...here, filter: not, layout: { "line-join": "round" }, paint: { "line-color": "#ffffff", "line-width": 6, "line-opacity": 0.8 } });
  map.addLayer({ id: "own-line", type: "line", ...here, filter: not, layout: { "line-join": "round" }, paint: { "line-color": "#c2412f", "line-width": 3 } });
  map.addLayer({ id: "own-point", type: "circle", ...here, filter: is("Point"), paint: { "circle-radius": 11, "circle-color": "#d9503f", "circle-opacity": 0.35, "circle-stroke-color": "#c2412f", "circle-stroke-width": 3 } });
}

/** Opens a record's card; `others` are the records beneath it. */
async function open(map: MapLibreMap, register: string, id: string, options: { fly?: boolean; others?: MapGeoJSONFeature[]; focus?: boolean } = {}): Promise<void> {
  const body = byId("card-body");
  selected = { register, id };
  byId("card").hidden = false;
  body.textContent = text("loading");
  const response = await fetch(`/registers/${encodeURIComponent(register)}/${encodeURIComponent(id)}/card`);
  if (selected?.register !== register || selected.id !== id) return;
  if (!response.ok) {
    body.textContent = text("card-failed");
    return;
  }
  // The server's own template, escaped there.
  body.innerHTML = await response.text();
  const card = body.querySelector<HTMLElement>("[data-fid]");
  selected = { register, id: card?.dataset.id ?? id, fid: Number(card?.dataset.fid) };
  if (options.others?.length) body.append(beneath(map, options.others));
  const box = card?.dataset.bbox?.split(",").map(Number) as [number, number, number, number] | undefined;
  if (options.fly && box?.length === 4) {
    const narrow = matchMedia("(max-width: 52rem)").matches;
    map.fitBounds(box, { padding: narrow ? { top: 60, bottom: map.getContainer().clientHeight * 0.55, left: 30, right: 30 } : { top: 80, bottom: 80, left: 320, right: 420 }, maxZoom: 18, essential: true });
  }
  if (!options.fly && box?.length === 4) uncover(map, [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2]);
  highlight(map);
  remember(map);
  if (options.focus) body.querySelector<HTMLElement>("h2")?.focus();
}

/** On a phone the card covers the lower half: what it is about moves up from under it. */
function uncover(map: MapLibreMap, at: [number, number]): void {
  const card = byId("card").getBoundingClientRect();
  const frame = map.getContainer().getBoundingClientRect();
  if (card.width < frame.width * 0.9) return;
  const { x, y } = map.project(at);
  const free = card.top - frame.top;
  if (x < 0 || x > frame.width || y < 0 || y > frame.height || y < free - 20) return;
  map.panBy([0, y - free / 2]);
}

function beneath(map: MapLibreMap, others: MapGeoJSONFeature[]): HTMLElement {
  const part = document.createElement("div");
  part.className = "beneath";
  const title = Object.assign(document.createElement("p"), { className: "muted small", textContent: text("also-here") });
  part.append(title, recordList(map, others, false));
  return part;
}

function recordList(map: MapLibreMap, features: MapGeoJSONFeature[], fly: boolean): HTMLElement {
  const list = document.createElement("ol");
  for (const feature of features) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = nameOf(feature);
    button.append(Object.assign(document.createElement("small"), { textContent: config.titles[feature.sourceLayer ?? ""] ?? "" }));
    button.addEventListener("click", () => void open(map, feature.sourceLayer!, String(feature.id), { fly, focus: true }));
    list.append(Object.assign(document.createElement("li"), {}));
    list.lastElementChild!.append(button);
  }
  return list;
}

function close(map: MapLibreMap): void {
  selected = undefined;
  byId("card").hidden = true;
  highlight(map);
  remember(map);
  map.getCanvas().focus();
}

function identify(map: MapLibreMap, x: number, y: number, focus: boolean): void {
  // Before all is drawn nothing might seem to be here: it is looked at when it is.
  if (!map.loaded() || map.isMoving()) return void map.once("idle", () => identifyDrawn(map, x, y, focus));
  identifyDrawn(map, x, y, focus);
}

function identifyDrawn(map: MapLibreMap, x: number, y: number, focus: boolean): void {
  const found = drawn(map, [[x - TOUCH_PIXELS, y - TOUCH_PIXELS], [x + TOUCH_PIXELS, y + TOUCH_PIXELS]]);
  const exact = drawn(map, [[x, y], [x, y]]);
  // Points and lines are taken from around the finger, areas only from under it.
  const near = found.filter((f) => f.geometry.type.endsWith("Point") || f.geometry.type.endsWith("LineString") || exact.some((e) => e.id === f.id && e.sourceLayer === f.sourceLayer));
  // A point is hardest to hit, so it is meant where a street's label lies beside it; an area is meant where there is nothing else.
  const rank = (f: MapGeoJSONFeature) => (f.geometry.type.endsWith("Point") ? 0 : f.geometry.type.endsWith("LineString") ? 1 : 2);
  const [first, ...others] = near.sort((a, b) => rank(a) - rank(b));
  if (!first) return say(text("nothing-here"));
  void open(map, first.sourceLayer!, String(first.id), { others: others.slice(0, 6), focus });
}

function inView(map: MapLibreMap): void {
  const panel = byId<HTMLDetailsElement>("in-view");
  const fill = () => {
    if (!panel.open) return;
    const found = drawn(map);
    const list = byId("in-view-list");
    if (!found.length) {
      list.textContent = text("in-view-none");
      return;
    }
    list.replaceChildren(recordList(map, found.slice(0, IN_VIEW), true));
    if (found.length > IN_VIEW) list.append(Object.assign(document.createElement("p"), { className: "muted small", textContent: text("in-view-more", { count: found.length - IN_VIEW }) }));
  };
  panel.addEventListener("toggle", fill);
  map.on("idle", fill);
}

function search(map: MapLibreMap): void {
  takeSearch({
    more: (typed) =>
      places(typed, map.getCenter(), config.zone).map((place) => ({
        label: text("go-to", { text: `${place.lat.toFixed(5)} ${text("north")}, ${place.lon.toFixed(5)} ${text("east")}` }),
        note: place.system,
        value: place,
      })),
    take: (value) => {
      if (typeof value === "object" && value !== null && "lon" in value) {
        const place = value as { lon: number; lat: number };
        map.flyTo({ center: [place.lon, place.lat], zoom: Math.max(map.getZoom(), 17) });
        return true;
      }
      const hit = value as Hit;
      const register = hit.href.split("/")[2];
      if (!hit.bbox || !register) return false;
      void open(map, decodeURIComponent(register), hit.id, { fly: true });
      return true;
    },
  });
}

function keys(map: MapLibreMap): void {
  const cross = document.createElement("div");
  cross.className = "cross";
  cross.textContent = "✛";
  map.getContainer().append(cross);
  map.getCanvas().addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      const { clientWidth, clientHeight } = map.getContainer();
      identify(map, clientWidth / 2, clientHeight / 2, true);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && selected && !(event.target instanceof HTMLInputElement)) close(map);
  });
}

function run(): void {
  if (!canDraw()) return fault(text("map-failed"));
  const place = byId("map");
  const map = cityMap({ container: place, label: place.dataset.label ?? "", ...start() }, hide);
  map.addControl(new GeolocateControl({ trackUserLocation: true, positionOptions: { enableHighAccuracy: true } }), "top-right");
  map.addControl(new ScaleControl({ maxWidth: 120 }), "bottom-right");
  readOut(map);
  layerPanel(map);
  inView(map);
  search(map);
  keys(map);
  map.once("style.load", () => {
    for (const layer of map.getStyle().layers) {
      if ("source-layer" in layer && hidden.has(String(layer["source-layer"]))) map.setLayoutProperty(layer.id, "visibility", "none");
    }
    const [register, id] = (address.searchParams.get("select") ?? "").split("/");
    if (register && id) void open(map, register, id, { fly: !address.searchParams.has("at") });
  });
  map.on("moveend", () => remember(map));
  map.on("click", (event) => identify(map, event.point.x, event.point.y, false));
  map.on("error", (event) => {
    const status = (event.error as { status?: number }).status;
    if (status === undefined || status >= 500) fault(text("tiles-failed"));
  });
  map.on("sourcedata", (event) => event.isSourceLoaded && fault(""));
  byId("card-close").addEventListener("click", () => close(map));
}

run();
