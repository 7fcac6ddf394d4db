// MapLibre set up for the city: our worker, our texts, the light or the dark style, changed without losing what was added.
import { Map as MapLibreMap, type MapOptions, NavigationControl, type StyleSpecification, setWorkerUrl } from "maplibre-gl";
import { look, onLook } from "./look";
import { text } from "./texts";

declare const WORKER_URL: string;

setWorkerUrl(WORKER_URL);

const LOCALE = () => ({
  "NavigationControl.ZoomIn": text("zoom-in"),
  "NavigationControl.ZoomOut": text("zoom-out"),
  "NavigationControl.ResetBearing": text("reset-north"),
  "GeolocateControl.FindMyLocation": text("find-me"),
  "GeolocateControl.LocationNotAvailable": text("find-me-unavailable"),
  "AttributionControl.ToggleAttribution": text("attribution"),
  "ScaleControl.Meters": text("metres"),
  "ScaleControl.Kilometers": text("kilometres"),
  "Map.Title": text("map-label"),
});

/** The address of the style of a look. */
export const styleUrl = (of: "light" | "dark") => `/styles/${of}`;

/** Can this browser draw maps? */
export function canDraw(): boolean {
  const canvas = document.createElement("canvas");
  return Boolean(canvas.getContext("webgl2"));
}

/**
 * A map of the city in the page's look. `added` names sources and layers of ours that a change of look must keep; `restyle`
 * is called with each new style before it is drawn.
 */
export function cityMap(
  options: Omit<MapOptions, "style"> & { label: string },
  restyle: (style: StyleSpecification) => void = () => {},
): MapLibreMap {
  const map = new MapLibreMap({
    style: styleUrl(look()),
    attributionControl: false,
    maxZoom: 22,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    locale: LOCALE(),
    ...options,
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }), "top-right");
  const canvas = map.getCanvas();
  canvas.setAttribute("aria-label", options.label);
  onLook((now) => {
    map.setStyle(styleUrl(now), {
      transformStyle: (before, next) => {
        restyle(next);
        if (!before) return next;
        const ours = Object.entries(before.sources).filter(([name]) => name.startsWith("own-"));
        const layers = before.layers.filter((layer) => layer.id.startsWith("own-"));
        return { ...next, sources: { ...next.sources, ...Object.fromEntries(ours) }, layers: [...next.layers, ...layers] };
      },
    });
  });
  return map;
}
