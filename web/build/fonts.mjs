// Cuts Source Sans 3 (OFL) down to the letters of Turkish and English and to two axes' worth of weight.
// The npm package splits the alphabet over two files: ğ, ş, İ, ₺ stand in `latin-ext`, all else in `latin`.
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import subsetFont from "subset-font";

const SOURCE = "node_modules/@fontsource-variable/source-sans-3/files";

const range = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => String.fromCodePoint(from + i)).join("");
export const LATIN = range(0x20, 0x7e) + range(0xa0, 0xff) + "ıŒœ–—‘’‚“”„•…‹›€→↑↓←−×";
export const LATIN_EXT = range(0x100, 0x17f) + "₺ȘșȚțẞ";

/** A face of one fixed weight as TrueType, for drawing glyphs with a canvas. */
export async function fixedFace(file, text, weight) {
  const source = await readFile(path.join(SOURCE, file));
  return subsetFont(source, text, { targetFormat: "truetype", variationAxes: { wght: weight } });
}

/** Writes `text.woff2` and `text-ext.woff2` for the style sheet. */
export async function makeFonts(dir) {
  const faces = [
    ["text.woff2", "source-sans-3-latin-wght-normal.woff2", LATIN],
    ["text-ext.woff2", "source-sans-3-latin-ext-wght-normal.woff2", "ĞğİŞş₺"],
  ];
  for (const [name, file, text] of faces) {
    const source = await readFile(path.join(SOURCE, file));
    const font = await subsetFont(source, text, { targetFormat: "woff2", variationAxes: { wght: { min: 400, max: 700 } } });
    await writeFile(path.join(dir, name), font);
  }
}
