// The day on the map: numbered stops in the order of the way, and where one is. Loaded when it is looked at.
import { GeolocateControl, LngLatBounds, Map as MapLibreMap, Marker, setWorkerUrl } from "maplibre-gl";
import { canDraw, cityMap } from "../city-map";
import type { Place } from "./model";

/** A stop as the map shows it. */
export interface Pin {
  place: Place;
  number: number;
  label: string;
  presses: boolean;
  open: () => void;
}

let map: MapLibreMap | undefined;

/** Draws the day's map into a place; false where the browser can't. */
export function draw(holder: HTMLElement, label: string, centre: [number, number, number], pins: Pin[]): boolean {
  if (!canDraw()) return false;
  // Under the service worker's scope: there without reception.
  setWorkerUrl("/saha/map-worker.mjs");
  map?.remove();
  const box = pins.reduce((all, pin) => all.extend(pin.place), new LngLatBounds());
  const where = pins.length ? { bounds: box, fitBoundsOptions: { padding: 48, maxZoom: 16 } } : { center: [centre[0], centre[1]] as Place, zoom: centre[2] };
  const drawn = cityMap({ container: holder, label, ...where });
  map = drawn;
  drawn.addControl(new GeolocateControl({ trackUserLocation: true, positionOptions: { enableHighAccuracy: true } }), "top-right");
  drawn.once("style.load", () => {
    drawn.addSource("own-way", { type: "geojson", data: { type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: pins.map((p) => p.place) } } });
    drawn.addLayer({ id: "own-way", type: "line", source: "own-way", layout: { "line-join": "round" }, paint: { "line-color": "#b23a28", "line-width": 3, "line-dasharray": [2, 1.5] } });
  });
  // How much of the city is drawn: nothing means that the area is not on this phone.
  drawn.on("idle", () => (holder.dataset.drawn = String(drawn.queryRenderedFeatures().filter((f) => f.source !== "own-way").length)));
  for (const pin of pins) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = pin.presses ? "pin presses" : "pin";
    button.textContent = String(pin.number);
    button.setAttribute("aria-label", `${pin.number}. ${pin.label}`);
    button.addEventListener("click", pin.open);
    new Marker({ element: button }).setLngLat(pin.place).addTo(drawn);
  }
  return true;
}
