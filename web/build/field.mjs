// What makes field work installable and there without reception: its icons, and a service worker that knows its files by name.
import { createCanvas, loadImage } from "@napi-rs/canvas";
import { build } from "esbuild";
import { createHash } from "node:crypto";
import path from "node:path";

const ENTRIES = ["src/field/field.ts", "src/field/field-map.ts", "styles/field.css", "styles/map.css"];
const ALSO = ["icons.svg", "mark.svg", "field-192.png"];
/** Of an icon that a phone may cut round, so much of each side is margin. */
const MARGIN = 0.16;

/** The app's icons as PNG: name and bytes. */
export async function fieldIcons(mark) {
  const image = await loadImage(mark);
  return [192, 512].map((size) => {
    const canvas = createCanvas(size, size);
    const draw = canvas.getContext("2d");
    draw.fillStyle = "#f8f6f0";
    draw.fillRect(0, 0, size, size);
    const margin = size * MARGIN;
    draw.drawImage(image, margin, margin, size - 2 * margin, size - 2 * margin);
    return [`field-${size}.png`, canvas.toBuffer("image/png")];
  });
}

/** All files that the app's entries need, chunks and fonts too. */
function filesOf(metafile, extra) {
  const outputs = Object.entries(metafile.outputs);
  const found = new Set();
  const add = (output) => {
    if (found.has(output) || !metafile.outputs[output]) return;
    found.add(output);
    metafile.outputs[output].imports.filter((i) => !i.external).forEach((i) => add(i.path));
    if (metafile.outputs[output].cssBundle) add(metafile.outputs[output].cssBundle);
  };
  for (const [output, { entryPoint }] of outputs) if (ENTRIES.includes(entryPoint)) add(output);
  for (const [output] of outputs) if (output.endsWith(".woff2")) add(output);
  return [...[...found].map((f) => path.basename(f)), ...ALSO.map((name) => extra[name])].sort().map((f) => `/assets/${f}`);
}

/** The worker's text. */
export async function fieldWorker(metafile, extra) {
  const files = [...filesOf(metafile, extra), "/saha/map-worker.mjs", "/saha/manifest.webmanifest"];
  const version = createHash("sha256").update(files.join()).update(extra["maplibre-worker.mjs"]).digest("hex").slice(0, 12);
  const { outputFiles } = await build({
    entryPoints: ["src/field/field-worker.ts"],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: ["es2022", "safari16", "firefox115", "chrome115"],
    define: { FILES: JSON.stringify(files), VERSION: JSON.stringify(version) },
  });
  return outputFiles[0].text;
}
