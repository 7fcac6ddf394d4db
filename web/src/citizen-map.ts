// The filing form's map: a touch places the point; the server says what it is called.
import { GeolocateControl, Marker } from "maplibre-gl";
import type { Place } from "./citizen";
import { canDraw, cityMap } from "./city-map";
import { text } from "./texts";

const CLOSE_ZOOM = 17;

/** Puts the map into its holder. */
export function mount(holder: HTMLElement, centre: string, at: string, take: (at: string) => Promise<Place | undefined>): void {
  if (!canDraw()) {
    holder.hidden = true;
    return;
  }
  const [lon = 35, lat = 39, zoom = 5] = centre.split(",").map(Number);
  const [x, y] = at.split(",").map(Number);
  const there = x !== undefined && y !== undefined && Number.isFinite(x) && Number.isFinite(y) && at !== "";
  const label = text("map-of-place");
  const map = cityMap({ container: holder, label, center: there ? [x, y] : [lon, lat], zoom: there ? CLOSE_ZOOM : zoom });
  map.addControl(new GeolocateControl({ positionOptions: { enableHighAccuracy: true } }), "top-right");
  const marker = new Marker({ draggable: true, color: "#0b6570" });
  const put = (lng: number, latitude: number) => {
    marker.setLngLat([lng, latitude]).addTo(map);
    void take(`${lng.toFixed(6)},${latitude.toFixed(6)}`);
  };
  if (there) marker.setLngLat([x, y]).addTo(map);
  map.getCanvas().style.cursor = "crosshair";
  map.on("click", ({ lngLat }) => put(lngLat.lng, lngLat.lat));
  marker.on("dragend", () => put(marker.getLngLat().lng, marker.getLngLat().lat));
  map.getCanvas().addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    put(map.getCenter().lng, map.getCenter().lat);
  });
  map.getCanvas().focus();
}
