// Coordinates in the systems that Turkish cities use, and reading what people paste.
import proj4 from "proj4";

const TM = (meridian: number) =>
  `+proj=tmerc +lat_0=0 +lon_0=${meridian} +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 +units=m +no_defs`;

// TUREF (ITRF96) and WGS 84 agree to within centimetres here: no datum shift, as everywhere in the house.
for (let code = 5253; code <= 5259; code++) proj4.defs(`EPSG:${code}`, TM(27 + (code - 5253) * 3));

/** Longitude and latitude in another system. */
export function project(lon: number, lat: number, epsg: number): [number, number] {
  if (epsg === 4326) return [lon, lat];
  const [x = 0, y = 0] = proj4("EPSG:4326", `EPSG:${epsg}`, [lon, lat]);
  return [x, y];
}

/** Back to longitude and latitude. */
export function unproject(x: number, y: number, epsg: number): [number, number] {
  if (epsg === 4326) return [x, y];
  const [lon = 0, lat = 0] = proj4(`EPSG:${epsg}`, "EPSG:4326", [x, y]);
  return [lon, lat];
}

/** A place that a text may mean. */
export interface Place {
  lon: number;
  lat: number;
  system: string;
}

/** Numbers as people paste them: `41.0053 39.7178`, `39,7178 41,0053`, `560123.4, 4540123.4`. */
function numbers(text: string): [number, number] | undefined {
  const clean = text.replace(/[°NSEWKGDB]/gi, " ").trim();
  const apart = /^([-+]?\d+(?:[.,]\d+)?)\s*[\s;]\s*([-+]?\d+(?:[.,]\d+)?)$/.exec(clean) ?? /^([-+]?\d+(?:\.\d+)?)\s*,\s*([-+]?\d+(?:\.\d+)?)$/.exec(clean);
  const spaced = apart ?? /^([-+]?\d+(?:[.,]\d+)?),\s+([-+]?\d+(?:[.,]\d+)?)$/.exec(clean);
  if (!spaced) return undefined;
  const read = (part: string | undefined) => Number.parseFloat((part ?? "").replace(",", "."));
  return [read(spaced[1]), read(spaced[2])];
}

/** The places that a pasted pair may mean, likeliest first; `near` decides between latitude first and longitude first. */
export function places(text: string, near: { lng: number; lat: number }, zone: number): Place[] {
  const pair = numbers(text);
  if (!pair) return [];
  const [a, b] = pair;
  if (Math.abs(a) <= 180 && Math.abs(b) <= 180) {
    const both: Place[] = [
      { lon: a, lat: b, system: "WGS 84" },
      { lon: b, lat: a, system: "WGS 84" },
    ];
    const away = (p: Place) => Math.hypot(p.lon - near.lng, p.lat - near.lat);
    return both.filter((p) => Math.abs(p.lat) <= 90).sort((p, q) => away(p) - away(q));
  }
  const [small, large] = a < b ? [a, b] : [b, a];
  if (small > 100_000 && small < 900_000 && large > 3_000_000 && large < 5_500_000) {
    const [lon, lat] = unproject(small, large, zone);
    return [{ lon, lat, system: `TUREF / TM${27 + (zone - 5253) * 3}` }];
  }
  if (small > 1_000_000 && large < 20_000_000) {
    const [lon, lat] = unproject(a, b, 3857);
    return [{ lon, lat, system: "EPSG:3857" }];
  }
  return [];
}
