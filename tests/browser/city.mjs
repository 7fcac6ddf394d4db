// A city of its own for a test file: the real binary, a generated city, served on a free port; and the browser that walks it.
import { execFileSync, spawn } from "node:child_process";
import { appendFileSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { watch } from "./watch.mjs";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const MEYDAN = process.env.MEYDAN_BIN ?? path.resolve(HERE, "../../target/debug/meydan");
/** Chromium, best without its window: the same engine for half of the processor's time. */
const CHROMIUM = process.env.CHROMIUM_BIN ?? ["/usr/lib/chromium/chromium-headless-shell", "/usr/bin/chromium"].find(existsSync);
const DOORS = 1500;
const START_MS = 30_000;
/** Longest wait for anything on a page; the machine may be busy with other tests. */
const PATIENCE_MS = 20_000;

/** Who looks after the city: made at the command line, as the first administrator of a real one is. */
export const ADMIN = { login: "deneme.yonetici", name: "Deneme Yönetici", password: "lodos kaldırım pencere" };

/** The two screens that every page must fit. */
export const SIZES = {
  desktop: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
};

/** Waits for the server's first line, which says where it listens. */
function listening(child, log) {
  return new Promise((resolve, reject) => {
    const told = () => new Error(`the server did not start: ${readFileSync(log, "utf8")}`);
    const timer = setTimeout(() => reject(told()), START_MS);
    createInterface({ input: child.stdout }).once("line", (line) => {
      clearTimeout(timer);
      resolve(JSON.parse(line).listening.replace(/\/$/, ""));
    });
    child.once("exit", () => reject(told()));
  });
}

/** Starts a generated city and a browser, with more `settings` (TOML) if given; `stop` ends both and leaves nothing behind. */
export async function startCity(settings = "") {
  if (!existsSync(MEYDAN)) throw new Error(`${MEYDAN} is missing: run \`cargo build -p meydan\` or set MEYDAN_BIN`);
  const folder = mkdtempSync(path.join(tmpdir(), "meydan-browser-"));
  execFileSync(MEYDAN, ["demo", "--doors", String(DOORS)], { cwd: folder, stdio: "pipe" });
  if (settings) appendFileSync(path.join(folder, "meydan.toml"), `\n${settings}`);
  const { login, name, password } = ADMIN;
  const meydan = (args, input = "") => execFileSync(MEYDAN, args, { cwd: folder, input, stdio: ["pipe", "pipe", "pipe"] }).toString();
  meydan(["people", "admin", "--login", login, "--name", name, "--password-stdin"], `${password}\n`);
  const log = path.join(folder, "server.log");
  const child = spawn(MEYDAN, ["--json", "serve", "--listen", "127.0.0.1:0"], { cwd: folder, stdio: ["ignore", "pipe", openSync(log, "w")] });
  const url = await listening(child, log);
  // Names other than our address lead nowhere: a page that asks another host fails even where there is a network.
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: [
      "--no-sandbox",
      "--use-gl=angle",
      "--use-angle=swiftshader",
      "--enable-unsafe-swiftshader",
      // The map is drawn by WebGL in any case; the pages need no imitated graphics card.
      "--disable-gpu-compositing",
      "--disable-gpu-rasterization",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    ],
  });
  const stop = async () => {
    await browser.close();
    await new Promise((ended) => child.once("exit", ended).kill());
    rmSync(folder, { recursive: true, force: true });
  };
  return new City(url, browser, stop, meydan);
}

/** Logs in by the login page, as people do. */
export async function logIn(page, { login, password }, next = "/standard") {
  await page.goto(`/login?next=${encodeURIComponent(next)}`);
  await page.locator("#login").fill(login);
  await page.locator("#password").fill(password);
  await page.locator("form[action='/login'] button.primary").click();
  await page.waitForURL((url) => !url.pathname.startsWith("/login"));
}

/** A served city and its browser. */
class City {
  /** Sessions of those who have come, by address and login. */
  #kept = new Map();

  constructor(url, browser, stop, meydan) {
    Object.assign(this, { url, browser, stop, meydan });
  }

  /** The same city by the name that passkeys know this machine by. */
  get home() {
    return this.url.replace("127.0.0.1", "localhost");
  }

  /** A person of the sample organisation gets a password by an enrolment link, as the administrator hands one out. */
  async enrol(login, password) {
    const { enrolment } = JSON.parse(this.meydan(["--json", "people", "enrol", "--login", login]));
    const { context, page } = await this.visitor();
    await page.goto(`/enrol/${enrolment.code}`);
    await page.locator("#password").fill(password);
    await page.locator("form[action='/enrol'] button").last().click();
    await page.waitForURL(/\/account/);
    await context.close();
  }

  /** What the API answers, as JSON. */
  async api(address) {
    const response = await fetch(this.url + address);
    if (!response.ok) throw new Error(`${address}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  /** The first record of a register that fits a CQL2 filter. */
  async record(register, filter) {
    const query = filter ? `&filter=${encodeURIComponent(filter)}` : "";
    const { features } = await this.api(`/ogc/collections/${register}/items?limit=1${query}`);
    if (!features.length) throw new Error(`no ${register} where ${filter}`);
    return features[0];
  }

  /** Comes as somebody: by the login page the first time, by the session that it gave from then on, as long as that opens the house. */
  async #comesAs(page, who, at) {
    const [key, context] = [`${at} ${who.login}`, page.context()];
    const session = this.#kept.get(key);
    if (session) {
      await context.addCookies([session]);
      const answer = await context.request.get("/account", { maxRedirects: 0, headers: { accept: "text/html" } });
      if (answer.ok()) return;
      await context.clearCookies();
    }
    await logIn(page, who);
    this.#kept.set(key, (await context.cookies()).find((cookie) => cookie.name === "session"));
  }

  /**
   * A new person at a new browser profile, logged in `as` somebody (with a session of their `own`, or one that the file's tests share)
   * or nobody in particular; `seen` notes what a page must not do.
   */
  async visitor({ lang = "tr", size = "desktop", theme = "light", script = true, as = null, own = false, at = this.url } = {}) {
    const context = await this.browser.newContext({
      ...SIZES[size],
      baseURL: at,
      locale: lang === "tr" ? "tr-TR" : "en-GB",
      colorScheme: theme,
      javaScriptEnabled: script,
      acceptDownloads: true,
      reducedMotion: "reduce",
    });
    context.setDefaultTimeout(PATIENCE_MS);
    const seen = await watch(context, at);
    const page = await context.newPage();
    const who = as === "admin" ? ADMIN : as;
    if (who) await (own ? logIn(page, who) : this.#comesAs(page, who, at));
    return { context, page, seen };
  }
}
