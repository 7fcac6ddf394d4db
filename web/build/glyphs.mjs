// Map labels without the internet: signed-distance-field glyphs of Source Sans 3 in MapLibre's protocol buffer
// (https://github.com/mapbox/node-fontnik/blob/master/proto/glyphs.proto), 256 code points a file.
import TinySDF from "@mapbox/tiny-sdf";
import { GlobalFonts, createCanvas } from "@napi-rs/canvas";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { PbfWriter } from "pbf";
import { LATIN, LATIN_EXT, fixedFace } from "./fonts.mjs";

const STACKS = [
  { name: "Meydan Regular", weight: 400, style: "normal" },
  { name: "Meydan Bold", weight: 650, style: "normal" },
  { name: "Meydan Italic", weight: 400, style: "italic" },
];
/** Size, margin and radius are fixed by what MapLibre expects of a server's glyphs. */
const SIZE = 24;
const BUFFER = 3;
/** From the alphabetic baseline to the line that `top` is measured from, so that capitals stand centred. */
const TOP = 25;

class NodeSDF extends TinySDF {
  _createCanvas(size) {
    return createCanvas(size, size);
  }
}

function writeGlyph({ code, sdf }, pbf) {
  pbf.writeVarintField(1, code);
  if (sdf.width > 0 && sdf.glyphWidth > 0) pbf.writeBytesField(2, sdf.data);
  pbf.writeVarintField(3, sdf.glyphWidth);
  pbf.writeVarintField(4, sdf.glyphHeight);
  pbf.writeSVarintField(5, Math.round(sdf.glyphLeft));
  pbf.writeSVarintField(6, Math.round(sdf.glyphTop - TOP));
  pbf.writeVarintField(7, Math.round(sdf.glyphAdvance));
}

function writeStack({ name, range, glyphs }, pbf) {
  pbf.writeStringField(1, name);
  pbf.writeStringField(2, range);
  for (const glyph of glyphs) pbf.writeMessage(3, writeGlyph, glyph);
}

/** Writes `{dir}/{stack}/{range}.pbf` for every range that has letters. */
export async function makeGlyphs(dir) {
  const codes = [...new Set([...LATIN, ...LATIN_EXT])].map((c) => c.codePointAt(0));
  for (const stack of STACKS) {
    const family = stack.name.replace(" ", "");
    GlobalFonts.register(await fixedFace(`source-sans-3-latin-wght-${stack.style}.woff2`, LATIN, stack.weight), family);
    GlobalFonts.register(
      await fixedFace(`source-sans-3-latin-ext-wght-${stack.style}.woff2`, LATIN_EXT, stack.weight),
      `${family}Ext`,
    );
    const sdf = new NodeSDF({ fontFamily: `${family}, ${family}Ext`, fontSize: SIZE, buffer: BUFFER, radius: 8, cutoff: 0.25 });
    await mkdir(path.join(dir, stack.name), { recursive: true });
    for (const start of new Set(codes.map((c) => c - (c % 256)))) {
      const range = `${start}-${start + 255}`;
      const glyphs = codes
        .filter((c) => c >= start && c < start + 256)
        .map((code) => ({ code, sdf: sdf.draw(String.fromCodePoint(code)) }));
      const pbf = new PbfWriter();
      pbf.writeMessage(1, writeStack, { name: stack.name, range, glyphs });
      await writeFile(path.join(dir, stack.name, `${range}.pbf`), pbf.finish());
    }
  }
}
