// Builds web/dist: bundles with hashed names, fonts cut to the letters we use, map glyphs, icons, and brotli copies.
// The server embeds web/dist; nothing here comes from any other host when a page is shown.
import { build, context } from "esbuild";
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";
import { makeFonts } from "./build/fonts.mjs";
import { makeGlyphs } from "./build/glyphs.mjs";
import { makeIcons } from "./build/icons.mjs";
import { fieldIcons, fieldWorker } from "./build/field.mjs";
import { licences } from "./build/licences.mjs";

const DIST = "dist";
const ASSETS = path.join(DIST, "assets");
const CACHE = "node_modules/.cache/meydan";
const watch = process.argv.includes("--watch");

const options = {
  entryPoints: ["src/site.ts", "src/map.ts", "src/minimap.ts", "src/passkey.ts", "src/inbox.ts", "src/case.ts", "src/citizen.ts", "src/citizen-map.ts", "src/intake.ts", "styles/intake.css", "styles/citizen.css", "styles/reports.css", "styles/site.css", "styles/map.css", "src/field/field.ts", "src/field/field-map.ts", "styles/field.css"],
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  outdir: ASSETS,
  publicPath: "/assets",
  bundle: true,
  splitting: true,
  format: "esm",
  target: ["es2022", "safari16", "firefox115", "chrome115"],
  minify: true,
  metafile: true,
  legalComments: "none",
  loader: { ".woff2": "file" },
  logLevel: "warning",
};

/** Writes a file under a name that holds its content's hash; returns the name. */
async function hashed(name, content) {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 8).toUpperCase();
  const { name: stem, ext } = path.parse(name);
  const file = `${stem}-${hash}${ext}`;
  await writeFile(path.join(ASSETS, file), content);
  return file;
}

/** Which hashed file stands for which name: what templates look up. */
async function writeManifest(metafile, extra) {
  const files = { ...extra };
  for (const [output, { entryPoint }] of Object.entries(metafile.outputs)) {
    if (!entryPoint) continue;
    const { name } = path.parse(entryPoint);
    files[`${name}${path.extname(output)}`] = path.basename(output);
  }
  for (const output of Object.keys(metafile.outputs)) {
    const font = /(text(?:-ext)?)-[A-Z0-9]+\.woff2$/.exec(output);
    if (font) files[`${font[1]}.woff2`] = path.basename(output);
  }
  const sorted = Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)));
  await writeFile(path.join(DIST, "manifest.json"), JSON.stringify(sorted, null, 1));
}

/** A brotli copy beside every text file: the server hands it out as it is. */
async function compressAll() {
  const brotli = promisify(brotliCompress);
  const files = (await readdir(ASSETS)).filter((f) => /\.(js|mjs|css|svg|txt)$/.test(f));
  await Promise.all(
    files.map(async (file) => {
      const content = await readFile(path.join(ASSETS, file));
      const small = await brotli(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
      await writeFile(path.join(ASSETS, `${file}.br`), small);
    }),
  );
}

await rm(DIST, { recursive: true, force: true });
await mkdir(ASSETS, { recursive: true });
await mkdir(CACHE, { recursive: true });
await makeFonts(CACHE);
await makeGlyphs(path.join(ASSETS, "glyphs"));

const worker = await hashed("maplibre-worker.mjs", await readFile("node_modules/maplibre-gl/dist/maplibre-gl-worker.mjs"));
const icons = await hashed("icons.svg", await makeIcons());
const mark = await readFile("icons/mark.svg");
const extra = { "maplibre-worker.mjs": worker, "icons.svg": icons, "mark.svg": await hashed("mark.svg", mark) };
for (const [name, bytes] of await fieldIcons(mark)) extra[name] = await hashed(name, bytes);
options.define = { WORKER_URL: JSON.stringify(`/assets/${worker}`) };

if (watch) {
  const plugin = {
    name: "manifest",
    setup: (b) => b.onEnd(async (r) => r.metafile && (await writeManifest(r.metafile, extra))),
  };
  await (await context({ ...options, plugins: [plugin] })).watch();
} else {
  const { metafile } = await build(options);
  extra["field-worker.js"] = await hashed("field-worker.js", await fieldWorker(metafile, extra));
  extra["licences.txt"] = await hashed("licences.txt", await licences(metafile));
  await writeManifest(metafile, extra);
  await compressAll();
}
