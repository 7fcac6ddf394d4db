// The map of the day's area, taken along: the house's own tiles round the day's stops, bounded.
import type { Place } from "./model";

const CACHE = "meydan-field-map";
/** Most tiles that are taken along; whole zooms are left out beyond. */
const MAX_TILES = 700;
/** Most bytes. */
const MAX_BYTES = 60 << 20;
/** Round each stop, so many tiles to each side at the closest zooms. */
const AROUND = 1;
const TOGETHER = 6;

/** The tile that a place lies in. */
export function tileOf([lon, lat]: Place, z: number): [number, number] {
  const n = 2 ** z;
  const y = (1 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI) / 2;
  const within = (v: number) => Math.min(n - 1, Math.max(0, Math.floor(v * n)));
  return [within((lon + 180) / 360), within(y)];
}

/** Tiles that show the stops, from far to near: the whole area as long as it is small, close up what lies round each stop. */
export function tilesOf(places: Place[], zooms: [number, number]): { z: number; x: number; y: number }[] {
  const found = new Map<string, { z: number; x: number; y: number }>();
  for (let z = zooms[0]; z <= zooms[1]; z++) {
    const own = new Map<string, { z: number; x: number; y: number }>();
    for (const place of places) {
      const [cx, cy] = tileOf(place, z);
      for (let x = cx - AROUND; x <= cx + AROUND; x++) for (let y = cy - AROUND; y <= cy + AROUND; y++) own.set(`${z}/${x}/${y}`, { z, x, y });
    }
    if (found.size + own.size > MAX_TILES) break;
    for (const [key, tile] of own) found.set(key, tile);
  }
  return [...found.values()].filter(({ z, x, y }) => x >= 0 && y >= 0 && x < 2 ** z && y < 2 ** z);
}

/** What a style means that names no font (MapLibre style specification, text-font). */
const DEFAULT_FONT = ["Open Sans Regular", "Arial Unicode MS Regular"];

interface Style {
  glyphs?: string;
  layers?: { type: string; layout?: { "text-font"?: string[] } }[];
  sources: Record<string, { tiles?: string[]; minzoom?: number; maxzoom?: number }>;
}

/** Takes styles, letters and tiles along; how many tiles. What can't be had is left out. */
export async function takeMap(places: Place[], look: "light" | "dark"): Promise<number> {
  if (!("caches" in self) || !places.length) return 0;
  await caches.delete(CACHE);
  const cache = await caches.open(CACHE);
  const bearing = await fetch(`/styles/${look}`);
  if (!bearing.ok) return 0;
  await cache.put(`/styles/${look}`, bearing.clone());
  const style = (await bearing.json()) as Style;
  // The letters that the style names, whichever face the house gives for them.
  const stacks = new Set((style.layers ?? []).flatMap((l) => (l.type === "symbol" ? [(l.layout?.["text-font"] ?? DEFAULT_FONT).join(",")] : [])));
  for (const stack of stacks) {
    for (const range of ["0-255", "256-511"]) {
      const url = style.glyphs?.replace("{fontstack}", encodeURIComponent(stack)).replace("{range}", range);
      if (url) await cache.add(url).catch(() => {});
    }
  }
  const source = Object.values(style.sources).find((s) => s.tiles?.length);
  const template = source?.tiles?.[0];
  if (!template) return 0;
  const tiles = tilesOf(places, [Math.max(10, source.minzoom ?? 0), source.maxzoom ?? 16]);
  let [taken, bytes] = [0, 0];
  const next = async () => {
    for (let tile = tiles.shift(); tile && bytes < MAX_BYTES; tile = tiles.shift()) {
      const url = template.replace("{z}", String(tile.z)).replace("{x}", String(tile.x)).replace("{y}", String(tile.y));
      const answer = await fetch(url).catch(() => null);
      if (!answer?.ok) continue;
      bytes += (await answer.clone().blob()).size;
      await cache.put(url, answer);
      taken++;
    }
  };
  await Promise.all(Array.from({ length: TOGETHER }, next));
  return taken;
}
