// The little map beside a list, a record, a form: the city's layers, and on top what the page is about.
import { LngLatBounds, Map as MapLibreMap, Marker, type GeoJSONSource } from "maplibre-gl";
import { canDraw, cityMap } from "./city-map";

type Features = GeoJSON.FeatureCollection<GeoJSON.Geometry, { name?: string; href?: string; role?: string }>;

const EMPTY: Features = { type: "FeatureCollection", features: [] };
const CLOSEST_ZOOM = 18;

function positions(geometry: GeoJSON.Geometry, each: (at: [number, number]) => void): void {
  if (geometry.type === "GeometryCollection") return geometry.geometries.forEach((g) => positions(g, each));
  const walk = (part: unknown): void => {
    if (Array.isArray(part) && typeof part[0] === "number") each([part[0], part[1] as number]);
    else if (Array.isArray(part)) part.forEach(walk);
  };
  walk(geometry.coordinates);
}

function bounds(features: Features): LngLatBounds {
  const box = new LngLatBounds();
  features.features.forEach((f) => f.geometry && positions(f.geometry, (at) => box.extend(at)));
  return box;
}

function addOwn(map: MapLibreMap, data: Features): void {
  const colour = ["match", ["get", "role"], "before", "#c2412f", "#0b7f8c"] as never;
  map.addSource("own-shapes", { type: "geojson", data, generateId: false });
  map.addLayer({ id: "own-fill", type: "fill", source: "own-shapes", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": colour, "fill-opacity": 0.28 } });
  map.addLayer({ id: "own-edge", type: "line", source: "own-shapes", filter: ["!=", ["geometry-type"], "Point"], paint: { "line-color": "#ffffff", "line-width": 5, "line-opacity": 0.7 } });
  map.addLayer({ id: "own-line", type: "line", source: "own-shapes", filter: ["!=", ["geometry-type"], "Point"], layout: { "line-join": "round", "line-cap": "round" }, paint: { "line-color": colour, "line-width": ["case", ["boolean", ["feature-state", "lit"], false], 5, 2.5] } });
  map.addLayer({ id: "own-point", type: "circle", source: "own-shapes", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-color": colour, "circle-radius": ["case", ["boolean", ["feature-state", "lit"], false], 9, 6], "circle-stroke-color": "#ffffff", "circle-stroke-width": 2 } });
}

/** Rows of the page's table and shapes on the map light up together; a click opens the record. */
function joinTable(map: MapLibreMap): void {
  let lit: number | undefined;
  const light = (fid: number | undefined) => {
    if (lit === fid) return;
    for (const [id, on] of [[lit, false], [fid, true]] as const) {
      if (id === undefined) continue;
      map.setFeatureState({ source: "own-shapes", id }, { lit: on });
      document.querySelector(`tr[data-fid="${id}"]`)?.classList.toggle("lit", on);
    }
    lit = fid;
  };
  document.querySelectorAll<HTMLTableRowElement>("tr[data-fid]").forEach((row) => {
    row.addEventListener("pointerenter", () => light(Number(row.dataset.fid)));
    row.addEventListener("focusin", () => light(Number(row.dataset.fid)));
    row.addEventListener("pointerleave", () => light(undefined));
  });
  const layers = ["own-fill", "own-line", "own-point"];
  for (const layer of layers) {
    map.on("mousemove", layer, (event) => {
      const feature = event.features?.[0];
      if (!feature?.properties?.href) return;
      map.getCanvas().style.cursor = "pointer";
      light(Number(feature.id));
    });
    map.on("mouseleave", layer, () => {
      map.getCanvas().style.cursor = "";
      light(undefined);
    });
    map.on("click", layer, (event) => {
      const href = event.features?.[0]?.properties?.href as string | undefined;
      if (href) location.href = href;
    });
  }
}

/** The form's map: a click places the point; what is typed moves it. */
function editPoint(map: MapLibreMap, form: HTMLFormElement): void {
  const field = (name: string) => form.elements.namedItem(name) as HTMLInputElement;
  const [lon, lat] = [field("geometry.lon"), field("geometry.lat")];
  const comma = document.documentElement.lang === "tr";
  const read = (input: HTMLInputElement) => Number.parseFloat(input.value.replace(",", "."));
  const write = (number: number) => number.toFixed(7).replace(".", comma ? "," : ".");
  const marker = new Marker({ draggable: true, color: "#0b6570" });
  const place = (at: { lng: number; lat: number }) => {
    marker.setLngLat([at.lng, at.lat]).addTo(map);
    lon.value = write(at.lng);
    lat.value = write(at.lat);
  };
  const typed = () => {
    const at = { lng: read(lon), lat: read(lat) };
    if (Math.abs(at.lng) <= 180 && Math.abs(at.lat) <= 90) {
      marker.setLngLat([at.lng, at.lat]).addTo(map);
      map.jumpTo({ center: [at.lng, at.lat], zoom: Math.max(map.getZoom(), 16) });
    } else marker.remove();
  };
  map.getCanvas().style.cursor = "crosshair";
  // Whoever listens at the form learns that a person chose a place here.
  const chosen = (at: { lng: number; lat: number }) => {
    place(at);
    form.dispatchEvent(new Event("meydan-place"));
  };
  map.on("click", (event) => chosen(event.lngLat));
  marker.on("dragend", () => chosen(marker.getLngLat()));
  map.getCanvas().addEventListener("keydown", (event) => {
    if (event.key === "Enter") chosen(map.getCenter());
  });
  lon.addEventListener("change", typed);
  lat.addEventListener("change", typed);
  if (lon.value && lat.value) typed();
}

/** The form's map for lines and areas: shows the GeoJSON that stands in the text. */
function showText(map: MapLibreMap, form: HTMLFormElement): void {
  const field = form.elements.namedItem("geometry") as HTMLTextAreaElement;
  const show = (move: boolean) => {
    let data = EMPTY;
    try {
      const geometry = JSON.parse(field.value) as GeoJSON.Geometry;
      data = { type: "FeatureCollection", features: [{ type: "Feature", geometry, properties: {} }] };
      const box = bounds(data);
      if (move && !box.isEmpty()) map.fitBounds(box, { padding: 30, maxZoom: CLOSEST_ZOOM, animate: false });
    } catch {
      // WKT, or half typed: the server reads it.
    }
    (map.getSource("own-shapes") as GeoJSONSource | undefined)?.setData(data);
  };
  show(true);
  field.addEventListener("input", () => show(true));
}

/** Puts a map into a `<meydan-map>`. */
export function mount(holder: HTMLElement): void {
  if (!canDraw()) return;
  const island = holder.querySelector("script")?.textContent;
  const data: Features = island ? (JSON.parse(island) as Features) : EMPTY;
  const box = bounds(data);
  const [lon = 35, lat = 39, zoom = 5] = (holder.dataset.centre ?? "").split(",").filter(Boolean).map(Number);
  const place = document.createElement("div");
  place.style.position = "absolute";
  place.style.inset = "0";
  holder.append(place);
  const where = box.isEmpty() ? { center: [lon, lat] as [number, number], zoom } : { bounds: box, fitBoundsOptions: { padding: 36, maxZoom: CLOSEST_ZOOM } };
  const map = cityMap({ container: place, label: holder.dataset.label ?? "", cooperativeGestures: false, scrollZoom: Boolean(holder.dataset.edit), ...where });
  map.once("load", () => {
    holder.querySelector("svg.picture")?.remove();
    addOwn(map, data);
    joinTable(map);
    const form = holder.closest("form");
    if (form && holder.dataset.edit === "point") editPoint(map, form);
    if (form && holder.dataset.edit === "text") showText(map, form);
  });
}
