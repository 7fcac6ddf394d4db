// What every page has: language, title, look, width, and a weight that a village's connection bears.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startCity } from "./city.mjs";
import { LISTENING, WITH_MAP, allPages } from "./pages.mjs";

/** Limit: bytes that a page without a map may take over the network on a first visit, nothing kept of another page, compressed. */
const MAX_PAGE_BYTES = 75_000;

let city;
let pages;
before(async () => {
  city = await startCity();
  pages = await allPages(city);
});
after(() => city?.stop());

test("every page is in its language, has its own title, fits the screen, and weighs at most 75 kB without its map", async (t) => {
  const titles = { tr: new Map(), en: new Map() };
  for (const [lang, size] of [["tr", "phone"], ["en", "desktop"]]) {
    const { context, page, seen } = await city.visitor({ lang, size, as: "admin" });
    seen.expect(/status of 404 .*nosuch/);
    const scales = size === "phone" ? await scalesOf(context, page) : undefined;
    for (const [name, address] of Object.entries(pages)) {
      await t.test(`${name} ${lang} ${size}`, async (step) => {
        scales?.empty();
        // What is loaded after the page (a little map that comes into view) is waited for where it is weighed.
        const response = await page.goto(address, { waitUntil: scales && !LISTENING.includes(name) ? "networkidle" : "load" });
        assert.equal(response.headers()["content-language"], lang);
        assert.equal(await page.locator("html").getAttribute("lang"), lang);
        const title = await page.title();
        assert.ok(!titles[lang].has(title) || name === "list narrowed", `${name} has the title of ${titles[lang].get(title)}: ${title}`);
        titles[lang].set(title, name);
        assert.equal(await page.locator("h1").count(), 1);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(wide <= 0, `${wide} px wider than the screen`);
        // A text that was never translated would show its name, a template its braces.
        assert.doesNotMatch(await page.locator("body").innerText(), /\{\{|\}\}|\{ ?\$|undefined|\[object /);
        await scales?.weigh(step, name);
        seen.calm();
      });
    }
    await context.close();
  }
  const same = [...titles.tr.keys()].filter((title) => titles.en.has(title) && !/^\d/.test(title));
  assert.deepEqual(same.filter((title) => !["record", "record of a point"].includes(titles.tr.get(title))), [], "titles that are not translated");
});

/** Weighs each page that is walked through, nothing of it kept from the one before. */
async function scalesOf(context, page) {
  const network = await context.newCDPSession(page);
  await network.send("Network.enable");
  await network.send("Network.setCacheDisabled", { cacheDisabled: true });
  const [urls, bytes] = [new Map(), new Map()];
  network.on("Network.requestWillBeSent", (e) => urls.set(e.requestId, e.request.url));
  // What the page before has asked for and comes only now is not this page's.
  network.on("Network.loadingFinished", (e) => urls.has(e.requestId) && bytes.set(urls.get(e.requestId), e.encodedDataLength));
  const empty = () => [urls, bytes].forEach((all) => all.clear());
  const weigh = async (step, name) => {
    // The little map beside a record is loaded when it comes into view; it is counted by itself.
    const entry = await page.evaluate(() => [...document.querySelectorAll("link[rel=stylesheet],link[rel=preload],script[src]")].map((e) => e.href || e.src));
    const drawn = /\/(tiles|styles|assets\/glyphs)\/|minimap|maplibre|\/assets\/map-/;
    const own = [...bytes].filter(([url]) => !WITH_MAP.includes(name) || entry.includes(url) || (!drawn.test(url) && !isMapChunk(url, bytes)));
    const weight = own.reduce((sum, [, size]) => sum + size, 0);
    const all = [...bytes.values()].reduce((sum, size) => sum + size, 0);
    step.diagnostic(`${(weight / 1000).toFixed(1)} kB${all === weight ? "" : `, with its little map ${(all / 1000).toFixed(1)} kB`}`);
    if (name !== "map") assert.ok(weight <= MAX_PAGE_BYTES, `${name} takes ${weight} bytes: ${JSON.stringify(own)}`);
  };
  return { empty, weigh };
}

test("the language is chosen on any page and kept on the next, with script and without", async () => {
  for (const script of [true, false]) {
    const { context, page, seen } = await city.visitor({ lang: "tr", script });
    await page.goto("/registers/building?sort=floors");
    assert.equal(await page.locator("html").getAttribute("lang"), "tr");
    await page.locator("a.lang").click();
    await page.waitForURL(/sort=floors/);
    assert.equal(await page.locator("html").getAttribute("lang"), "en");
    assert.match(await page.locator("h1").innerText(), /Building/);
    await page.goto("/standard");
    assert.equal(await page.locator("html").getAttribute("lang"), "en", "kept on the next page");
    assert.equal(await page.locator("h1").innerText(), "Data standard");
    await page.locator("a.lang").click();
    assert.equal(await page.locator("html").getAttribute("lang"), "tr");
    assert.equal(await page.locator("h1").innerText(), "Veri standardı");
    seen.calm();
    await context.close();
  }
});

test("the look is chosen and kept, with script by the switch and without by the links", async () => {
  for (const script of [true, false]) {
    const { context, page, seen } = await city.visitor({ script });
    const ground = () => page.locator("body").evaluate((body) => getComputedStyle(body).backgroundColor.match(/\d+(\.\d+)?/g).slice(0, 3).map(Number));
    await page.goto("/registers");
    assert.ok((await ground()).every((part) => part > 200), `${await ground()} is not light`);
    if (script) await page.locator("[data-theme-switch]").click();
    else await page.locator("footer .looks").getByRole("link", { name: "Koyu" }).click();
    await page.goto("/standard");
    assert.equal(await page.locator("html").getAttribute("data-theme"), "dark");
    assert.ok((await ground()).every((part) => part < 60), `${await ground()} is not dark`);
    seen.calm();
    await context.close();
  }
  const { context, page } = await city.visitor({ theme: "dark" });
  await page.goto("/standard");
  assert.equal(await page.locator("html").getAttribute("data-theme"), "auto");
  assert.match(await page.locator("body").evaluate((body) => getComputedStyle(body).backgroundColor), /rgb\((\d|[1-5]\d), /, "without a choice the system's look is taken");
  await context.close();
});

test("duty 9/g the data standard tells each register's fields, kinds and code lists in both languages", async () => {
  for (const [lang, field, kind, code] of [["tr", "Kat sayısı", "Tam sayı", "Konut"], ["en", "Floors", "Whole number", "Residential"]]) {
    const { context, page, seen } = await city.visitor({ lang, script: false });
    await page.goto("/standard");
    await page.locator("li.card").getByRole("link", { name: lang === "tr" ? "Yapı" : "Building", exact: true }).click();
    const row = page.locator("table tbody tr", { hasText: field }).first();
    assert.match(await row.innerText(), new RegExp(kind));
    const list = page.locator("details.code-list", { has: page.getByText("building_use", { exact: true }) });
    await list.locator("summary").click();
    await list.locator("table.codes").getByText(code, { exact: true }).waitFor();
    seen.calm();
    await context.close();
  }
});

test("the log is narrowed to a register and to a person, and read backwards to its beginning", async () => {
  for (const [lang, register] of [["tr", "İlgi noktası"], ["en", "Point of interest"]]) {
    const { context, page, seen } = await city.visitor({ lang, script: false, as: "admin" });
    await page.goto("/log");
    await page.locator("select[name=register]").selectOption({ label: register });
    await page.locator("form.filter button").click();
    await page.waitForURL(/register=point_of_interest/);
    const rows = page.locator("table.log tbody tr");
    const total = (await city.api("/ogc/collections/point_of_interest/items?limit=1000")).features.length;
    const positions = [];
    for (;;) {
      for (const row of await rows.all()) {
        const [position, , , record] = await row.locator("td").allInnerTexts();
        assert.match(record, new RegExp(`^${register} #`));
        positions.push(Number(position.replace(/\D/g, "")));
      }
      assert.ok(positions.length <= total, "more entries than records");
      if (!(await page.locator("a[rel=next]").count())) break;
      await page.goto(await page.locator("a[rel=next]").getAttribute("href"));
    }
    assert.equal(positions.length, total);
    assert.deepEqual(positions, [...positions].sort((a, b) => b - a), "newest first");
    await page.goto("/log?person=Nobody");
    assert.equal(await rows.count(), 0);
    seen.calm();
    await context.close();
  }
});

test("the API page's addresses work as they stand and can be tried on the page", async () => {
  for (const lang of ["tr", "en"]) {
    const { context, page, seen } = await city.visitor({ lang, as: "admin" });
    await page.goto("/docs/api");
    const links = await page.locator("a[data-try]").evaluateAll((all) => all.map((a) => a.getAttribute("href")));
    assert.ok(links.length > 8);
    for (const link of links) {
      const answer = await page.request.get(link);
      assert.ok(answer.ok(), `${link}: ${answer.status()}`);
    }
    await page.locator("a[data-try]").first().click();
    await page.locator("li.endpoint pre", { hasText: "HTTP 200" }).first().waitFor();
    seen.calm();
    await context.close();
  }
});

/** MapLibre's own chunk has no name of its own: it is the one that no page could hold. */
const isMapChunk = (url, bytes) => /\/assets\/chunk-/.test(url) && bytes.get(url) > MAX_PAGE_BYTES;

test("the map on a slow phone: first paint and first tiles are recorded", async (t) => {
  const { context, page, seen } = await city.visitor({ size: "phone" });
  const device = await context.newCDPSession(page);
  await device.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  // A good 3G connection: 1.6 Mbit/s down, 150 ms.
  await device.send("Network.enable");
  await device.send("Network.emulateNetworkConditions", { offline: false, latency: 150, downloadThroughput: 200_000, uploadThroughput: 94_000 });
  const start = performance.now();
  const tile = page.waitForResponse((r) => r.url().includes("/tiles/") && r.ok(), { timeout: 60_000 });
  await page.goto("/", { waitUntil: "commit" });
  await tile;
  const first = performance.now() - start;
  const paint = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime);
  t.diagnostic(`first contentful paint ${Math.round(paint)} ms, first tile ${Math.round(first)} ms`);
  assert.ok(paint > 0 && paint < 10_000, `first paint after ${paint} ms`);
  seen.calm();
  await context.close();
});
