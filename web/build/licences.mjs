// The licences of what the built files hold: what the bundler put in, the fonts, the icons, MapLibre's worker.
import { readFile, readdir } from "node:fs/promises";
import path from "node:path";

const ALSO = ["maplibre-gl", "@fontsource-variable/source-sans-3", "lucide-static"];

/** MapLibre comes bundled: its own dependencies are in its files, though the bundler does not see them. */
async function bundledIn(name) {
  const { dependencies = {} } = JSON.parse(await readFile(path.join("node_modules", name, "package.json"), "utf8"));
  return Object.keys(dependencies).filter((d) => !d.startsWith("@types/"));
}

/** One text of all licences. */
export async function licences(metafile) {
  const names = new Set([...ALSO, ...(await bundledIn("maplibre-gl"))]);
  for (const input of Object.keys(metafile.inputs)) {
    const found = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (found && !found[1].startsWith(".")) names.add(found[1]);
  }
  const parts = await Promise.all([...names].sort().map(licence));
  return parts.join(`\n\n${"=".repeat(80)}\n\n`);
}

async function licence(name) {
  const folder = path.join("node_modules", name);
  const { version, license } = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8"));
  const file = (await readdir(folder)).find((f) => /^(licen[cs]e|copying)/i.test(f));
  const text = file ? await readFile(path.join(folder, file), "utf8") : "";
  return `${name} ${version} (${license})\n\n${text.trim()}`;
}
