// The map page, as a person uses it: by mouse, by finger and by keyboard, in both languages.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startCity } from "./city.mjs";
import { colours } from "./picture.mjs";

let city;
let school;
before(async () => {
  city = await startCity();
  school = await city.record("point_of_interest", "name = 'Serçe İlkokulu'");
});
after(() => city?.stop());

/** Opens the map and waits until it is drawn: the list of records in view is filled when nothing more is loading. */
async function openMap(page, address) {
  await page.goto(address);
  const panel = page.locator("#in-view");
  if (!(await panel.evaluate((p) => p.open))) await panel.locator("summary").click();
  await page.locator("#in-view-list li").first().waitFor();
}

const lonLat = (feature) => feature.geometry.coordinates;
const at = (zoom, [lon, lat]) => `at=${zoom}/${lat.toFixed(6)}/${lon.toFixed(6)}`;
const middle = async (page) => {
  const box = await page.locator("#map canvas").boundingBox();
  return [box.x + box.width / 2, box.y + box.height / 2];
};

test("duty 7/c the map draws the city from its own tiles and asks no other host", async (t) => {
  for (const [lang, size, theme] of [["tr", "desktop", "light"], ["en", "phone", "light"], ["en", "desktop", "dark"], ["tr", "phone", "dark"]]) {
    await t.test(`${lang} ${size} ${theme}`, async () => {
      const { context, page, seen } = await city.visitor({ lang, size, theme });
      const tiles = [];
      page.on("response", (r) => r.url().includes("/tiles/") && tiles.push([r.status(), r.url()]));
      await openMap(page, `/?${at(16, lonLat(school))}`);
      assert.ok(tiles.length >= 2, `only ${tiles.length} tiles`);
      assert.deepEqual(tiles.filter(([status]) => status !== 200 && status !== 204), []);
      const { distinct, luminance } = await colours(city.browser, await page.locator("#map canvas").screenshot());
      assert.ok(distinct > 40, `${distinct} colours: the map is empty`);
      assert.ok(theme === "dark" ? luminance < 110 : luminance > 150, `mean luminance ${luminance} in the ${theme} look`);
      const overlap = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(overlap <= 0, `the page is ${overlap} px wider than the screen`);
      seen.calm();
      await context.close();
    });
  }
});

test("a layer that is switched off is gone from the map, from the list and after a reload", async () => {
  const { context, page, seen } = await city.visitor();
  await openMap(page, `/?${at(18, lonLat(school))}`);
  const of = (register) => page.locator("#in-view-list small").filter({ hasText: new RegExp(`^${register}$`) });
  const doors = page.locator("input[data-layer=door]");
  await of("Numarataj \\(dış kapı\\)").first().waitFor();
  await doors.uncheck();
  await of("Numarataj \\(dış kapı\\)").first().waitFor({ state: "detached" });
  await of("İlgi noktası").first().waitFor();
  assert.match(page.url(), /off=door(&|$)/);
  await openMap(page, page.url());
  assert.equal(await of("Numarataj \\(dış kapı\\)").count(), 0);
  assert.equal(await doors.isChecked(), false);
  await doors.check();
  await of("Numarataj \\(dış kapı\\)").first().waitFor();
  seen.calm();
  await context.close();
});

test("the legend names what is drawn, in the language of the page", async () => {
  for (const [lang, layer, kind] of [["tr", "İlgi noktası", "Eğitim"], ["en", "Point of interest", "Education"]]) {
    const { context, page } = await city.visitor({ lang });
    await page.goto("/");
    const row = page.locator("#layers li", { hasText: layer }).first();
    await row.locator("summary").click();
    const entry = row.locator("li", { hasText: kind });
    await entry.waitFor();
    assert.equal(await entry.locator("svg.swatch").isVisible(), true);
    await context.close();
  }
});

test("duty 9/d a street typed without Turkish letters is found and shown on the map", async (t) => {
  for (const [lang, size, word] of [["tr", "desktop", "Cadde ve sokak"], ["en", "phone", "Street"]]) {
    await t.test(`${lang} ${size}`, async () => {
      const { context, page, seen } = await city.visitor({ lang, size });
      await page.goto("/");
      await page.locator("#find").pressSequentially("gokkusagi sok", { delay: 20 });
      const options = page.getByRole("option");
      await options.filter({ hasText: "Gökkuşağı Sokak" }).first().waitFor();
      await page.getByRole("group", { name: word, exact: true }).waitFor();
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
      await page.locator("#card h2", { hasText: "Gökkuşağı Sokak" }).waitFor();
      const street = await city.record("street", "name = 'Gökkuşağı Sokak'");
      const points = street.geometry.coordinates.flat();
      await page.waitForURL((url) => {
        const [zoom, lat, lon] = (url.searchParams.get("at") ?? "").split("/").map(Number);
        const metres = Math.min(...points.map(([x, y]) => Math.hypot((x - lon) * 84_000, (y - lat) * 111_000)));
        return url.searchParams.get("select") === `street/${street.properties.id}` && zoom > 14 && metres < 400;
      });
      seen.calm();
      await context.close();
    });
  }
});

test("duty 9/d a click on the map opens the card of the record beneath, which leads to its page", async (t) => {
  for (const [lang, size, open] of [["tr", "desktop", "Kaydı aç"], ["en", "phone", "Open record"]]) {
    await t.test(`${lang} ${size}`, async () => {
      const { context, page, seen } = await city.visitor({ lang, size });
      await openMap(page, `/?${at(18, lonLat(school))}`);
      await page.locator("#in-view summary").click();
      const [x, y] = await middle(page);
      if (size === "phone") await page.touchscreen.tap(x, y);
      else await page.mouse.click(x, y);
      await page.locator("#card h2", { hasText: "Serçe İlkokulu" }).waitFor();
      await page.locator("#card").getByRole("link", { name: open }).click();
      await page.waitForURL(`**/registers/point_of_interest/${school.properties.id}`);
      assert.equal(await page.locator("h1").textContent(), "Serçe İlkokulu");
      seen.calm();
      await context.close();
    });
  }
});

test("on a phone the card does not cover what it is about", async () => {
  const { context, page } = await city.visitor({ size: "phone" });
  const [lon, lat] = lonLat(school);
  // The school stands in the lower part of the screen, where the card will come.
  await openMap(page, `/?${at(17, [lon, lat + 0.0009])}`);
  await page.locator("#in-view summary").click();
  const box = await page.locator("#map canvas").boundingBox();
  const metres = 156_543.034 * Math.cos((lat * Math.PI) / 180) / 2 ** 18;
  await page.touchscreen.tap(box.x + box.width / 2, box.y + box.height / 2 + (0.0009 * 111_320) / metres);
  await page.locator("#card h2", { hasText: "Serçe İlkokulu" }).waitFor();
  await page.waitForFunction((latitude) => Number(new URL(location.href).searchParams.get("at").split("/")[1]) < latitude + 0.0006, lat);
  const centre = Number(new URL(page.url()).searchParams.get("at").split("/")[1]);
  const y = box.y + box.height / 2 + ((centre - lat) * 111_320) / metres;
  const card = await page.locator("#card").boundingBox();
  assert.ok(y < card.y, `the school is at ${y} px, the card begins at ${card.y} px`);
  await context.close();
});

test("a shared link brings another person to the same view, layers and record", async () => {
  const { context, page } = await city.visitor();
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await openMap(page, `/?${at(17.5, lonLat(school))}`);
  await page.locator("#layers").getByLabel("Parsel", { exact: true }).uncheck();
  await page.mouse.click(...(await middle(page)));
  await page.locator("#card h2", { hasText: "Serçe İlkokulu" }).waitFor();
  await page.waitForURL(/select=point_of_interest/);
  await page.locator("#share").click();
  await page.locator("#said", { hasText: "Bağlantı kopyalandı" }).waitFor();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  const position = await page.locator("#share").evaluate(() => new URL(location.href).searchParams.get("at"));
  await context.close();

  const other = await city.visitor({ lang: "en" });
  await openMap(other.page, link);
  await other.page.locator("#card h2", { hasText: "Serçe İlkokulu" }).waitFor();
  assert.equal(await other.page.locator("#layers").getByLabel("Parcel", { exact: true }).isChecked(), false);
  assert.equal(new URL(other.page.url()).searchParams.get("at"), position);
  other.seen.calm();
  await other.context.close();
});

/** Where the school is by the server's own projection; EPSG:5257 gives the northing first. */
async function inTm39() {
  const crs = encodeURIComponent("http://www.opengis.net/def/crs/EPSG/0/5257");
  const there = await city.api(`/ogc/collections/point_of_interest/items/${school.properties.id}?crs=${crs}`);
  return there.geometry.coordinates;
}

test("the coordinate read-out says the same in TM39 as the server does", async () => {
  const [north, east] = await inTm39();
  for (const [lang, pattern, plain] of [
    ["tr", /^D ([\d.,]+)\s+K ([\d.,]+)$/, (text) => Number(text.replaceAll(".", "").replace(",", "."))],
    ["en", /^E ([\d.,]+)\s+N ([\d.,]+)$/, (text) => Number(text.replaceAll(",", ""))],
  ]) {
    const { context, page, seen } = await city.visitor({ lang });
    await openMap(page, `/?at=18/${lonLat(school)[1]}/${lonLat(school)[0]}`);
    const readOut = page.locator("#position");
    assert.equal(await page.locator("#crs").inputValue(), "5257");
    const [, e, n] = pattern.exec((await readOut.textContent()).trim()) ?? assert.fail(await readOut.textContent());
    assert.ok(Math.abs(plain(e) - east) < 0.02 && Math.abs(plain(n) - north) < 0.02, `${e} ${n} is not ${east} ${north}`);
    await page.locator("#crs").selectOption("4326");
    assert.match(await readOut.textContent(), lang === "tr" ? /D 39,7140\d\d\s+K 40,9980\d\d/ : /E 39\.7140\d\d\s+N 40\.9980\d\d/);
    // Where the mouse is, not the middle.
    const [x, y] = await middle(page);
    await page.mouse.move(x + 200, y);
    assert.match(await readOut.textContent(), /39[,.]7145\d\d/);
    await page.reload();
    assert.equal(await page.locator("#crs").inputValue(), "4326", "the chosen system is kept");
    seen.calm();
    await context.close();
  }
});

test("a pasted pair of coordinates leads there, in degrees and in TM39", async () => {
  const { context, page } = await city.visitor();
  const [lon, lat] = lonLat(school);
  const [north, east] = await inTm39();
  for (const typed of [`${lat} ${lon}`, `${lon}, ${lat}`, `${east.toFixed(2)}, ${north.toFixed(2)}`]) {
    await page.goto("/");
    await page.locator("#find").fill(typed);
    await page.getByRole("option", { name: "Koordinata git" }).first().waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.waitForURL(/at=1[789]/);
    const [, atLat, atLon] = new URL(page.url()).searchParams.get("at").split("/").map(Number);
    assert.ok(Math.hypot(atLat - lat, atLon - lon) < 0.00001, `${typed} led to ${atLat} ${atLon}`);
  }
  await context.close();
});

test("by keyboard alone: layers, search, a record on the map, and back", async () => {
  const { context, page, seen } = await city.visitor();
  const tabTo = async (wanted, key = "Tab") => {
    for (let i = 0; i < 60; i++) {
      await page.keyboard.press(key);
      if (await page.evaluate((w) => document.activeElement.matches(w), wanted)) return;
    }
    assert.fail(`${key} never reaches ${wanted}; last at ${await page.evaluate(() => document.activeElement.outerHTML.slice(0, 200))}`);
  };
  const longitude = (url) => Number(url.searchParams.get("at")?.split("/")[2]);
  await page.goto(`/?${at(18, lonLat(school))}`);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "skip", "the first stop leads past the menu");
  await tabTo("#find");
  await tabTo("#layers > summary");
  await page.keyboard.press("Enter");
  assert.equal(await page.locator("#layers").evaluate((d) => d.open), false);
  await page.keyboard.press("Enter");
  await tabTo("input[data-layer=building]");
  await page.keyboard.press("Space");
  await page.waitForURL(/off=building/);
  await tabTo("#in-view > summary");
  await page.keyboard.press("Enter");
  await page.locator("#in-view-list li").first().waitFor();
  await tabTo("#map canvas", "Shift+Tab");
  await page.keyboard.press("ArrowRight");
  await page.waitForURL((url) => longitude(url) > lonLat(school)[0] + 0.0001);
  await page.keyboard.press("ArrowLeft");
  await page.waitForURL((url) => Math.abs(longitude(url) - lonLat(school)[0]) < 0.00002);
  await page.keyboard.press("Enter");
  await page.locator("#card h2", { hasText: "Serçe İlkokulu" }).waitFor();
  await page.waitForFunction(() => document.activeElement.matches("#card h2"));
  await page.keyboard.press("Escape");
  await page.locator("#card").waitFor({ state: "hidden" });
  assert.ok(await page.evaluate(() => document.activeElement.matches("#map canvas")), "Escape gives the focus back to the map");
  seen.calm();
  await context.close();
});

test("the look changes under the map without losing the record that is shown", async () => {
  const { context, page, seen } = await city.visitor();
  await openMap(page, `/?${at(17, lonLat(school))}&select=point_of_interest/${school.properties.id}`);
  await page.locator("#card h2", { hasText: "Serçe İlkokulu" }).waitFor();
  const light = await colours(city.browser, await page.locator("#map canvas").screenshot());
  const restyled = page.waitForResponse((r) => r.url().endsWith("/styles/dark"));
  await page.locator("[data-theme-switch]").click();
  await restyled;
  let dark = light;
  for (let i = 0; i < 20 && dark.luminance > 110; i++) {
    await page.waitForTimeout(250);
    dark = await colours(city.browser, await page.locator("#map canvas").screenshot());
  }
  assert.ok(light.luminance > 150 && dark.luminance < 110, `luminance ${light.luminance} became ${dark.luminance}`);
  assert.ok(dark.marked > 20, "the chosen record is still marked");
  assert.equal(await page.locator("#card h2").textContent(), "Serçe İlkokulu");
  seen.calm();
  await context.close();
});
