// Lists of records: narrow, order, leaf through, choose columns, take away; with script and without.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { startCity } from "./city.mjs";

let city;
before(async () => {
  city = await startCity();
});
after(() => city?.stop());

const WORDS = {
  tr: { filter: "Süzgeç ve sütunlar", apply: "Uygula", next: "Sonraki", previous: "Önceki", export: "Dışa aktar", floors: "Kat sayısı", built: "Yapım yılı", use: "Kullanım", house: "Konut", status: "Durum", records: (n) => `${n.toLocaleString("tr")} kayıt` },
  en: { filter: "Filter and columns", apply: "Apply", next: "Next", previous: "Previous", export: "Export", floors: "Floors", built: "Year built", use: "Use", house: "Residential", status: "Status", records: (n) => `${n.toLocaleString("en")} records` },
};
const house = "kind = 'konut' AND floors >= 3";
const count = async (filter) => (await city.api(`/ogc/collections/building/items?limit=10000&filter=${encodeURIComponent(filter)}`)).features.length;
const numbers = async (page) => (await page.locator("table.records tbody tr").evaluateAll((rows) => rows.map((row) => Number(row.dataset.fid))));
const heads = (page) => page.locator("table.records thead th").allInnerTexts();

/** The cells of a column, by its title. */
async function column(page, title) {
  const index = (await heads(page)).findIndex((head) => head.trim().startsWith(title));
  assert.ok(index >= 0, `no column ${title} in ${await heads(page)}`);
  return page.locator(`table.records tbody tr td:nth-child(${index + 1})`).allInnerTexts();
}

for (const [lang, size, script] of [["tr", "desktop", false], ["en", "phone", false], ["en", "desktop", true], ["tr", "phone", true]]) {
  const words = WORDS[lang];
  test(`a list is narrowed, ordered and leafed through: ${lang} ${size} ${script ? "with" : "without"} script`, async () => {
    const { context, page, seen } = await city.visitor({ lang, size, script });
    await page.goto("/registers/building");
    const filter = page.locator("form.filter > details");
    await filter.locator("> summary", { hasText: words.filter }).click();
    await filter.locator("label", { hasText: words.use }).locator("select").first().selectOption({ label: words.house });
    await filter.locator("[name='min.floors']").fill("3");
    await filter.getByRole("button", { name: words.apply }).click();
    await page.waitForURL(/min\.floors=3/);
    const expected = await count(house);
    assert.ok(expected > 50, `${expected} houses are too few to leaf through`);
    await page.locator("p.count", { hasText: words.records(expected) }).waitFor();
    assert.ok((await column(page, words.use)).every((cell) => cell === words.house));
    assert.ok((await column(page, words.floors)).every((cell) => Number(cell) >= 3));

    const order = page.locator("table.records thead").getByRole("link", { name: words.floors, exact: false }).first();
    await order.click();
    await page.waitForURL(/sort=floors/);
    const rising = (await column(page, words.floors)).map(Number);
    assert.deepEqual(rising, [...rising].sort((a, b) => a - b));
    await page.locator("table.records thead").getByRole("link", { name: words.floors, exact: false }).first().click();
    await page.waitForURL(/sort=-floors/);
    const falling = (await column(page, words.floors)).map(Number);
    assert.deepEqual(falling, [...falling].sort((a, b) => b - a));
    assert.equal(falling[0] >= rising[0], true);
    assert.equal(await page.locator("th[aria-sort]").getAttribute("aria-sort"), "descending");

    const first = await numbers(page);
    await page.getByRole("link", { name: words.next }).click();
    await page.waitForURL(/after=/);
    const second = await numbers(page);
    assert.equal(first.length, 50);
    assert.deepEqual(first.filter((fid) => second.includes(fid)), [], "no record is on two pages");
    await page.getByRole("link", { name: words.previous }).click();
    await page.waitForURL((url) => !url.searchParams.has("after"));
    assert.deepEqual(await numbers(page), first);
    await page.locator("p.count", { hasText: words.records(expected) }).waitFor();
    seen.calm();
    await context.close();
  });
}

test("leafing through to the end shows every record once", async () => {
  const { context, page } = await city.visitor({ script: false });
  const expected = await count("kind = 'konut' AND floors >= 5");
  await page.goto("/registers/building?f.kind=konut&min.floors=5&sort=built_year&limit=25");
  const all = await numbers(page);
  for (let pages = 1; (await page.locator("a[rel=next]").count()) > 0; pages++) {
    assert.ok(pages <= expected / 25 + 1, "the pages never end");
    await page.goto(await page.locator("a[rel=next]").getAttribute("href"));
    all.push(...(await numbers(page)));
  }
  assert.equal(new Set(all).size, expected);
  assert.equal(all.length, expected);
  await context.close();
});

test("columns are chosen and kept while ordering and leafing", async () => {
  for (const [lang, script] of [["tr", false], ["en", true]]) {
    const words = WORDS[lang];
    const { context, page, seen } = await city.visitor({ lang, script });
    await page.goto("/registers/building");
    await page.locator("form.filter > details > summary").click();
    const columns = page.locator("fieldset.columns");
    assert.equal(await columns.getByLabel(words.built, { exact: true }).isChecked(), (await heads(page)).some((h) => h.startsWith(words.built)));
    for (const box of await columns.getByRole("checkbox").all()) await box.setChecked(["floors", "built_year"].includes(await box.getAttribute("value")));
    await page.locator("form.filter").getByRole("button", { name: words.apply }).click();
    await page.waitForURL(/col=/);
    const titles = async () => (await heads(page)).map((head) => head.trim());
    assert.deepEqual(await titles(), ["#", words.floors, words.built]);
    await page.locator("table.records thead").getByRole("link", { name: words.built }).click();
    await page.waitForURL(/sort=built_year/);
    await page.locator("a[rel=next]").click();
    await page.waitForURL(/after=/);
    assert.deepEqual(await titles(), ["#", words.floors, words.built]);
    seen.calm();
    await context.close();
  }
});

test("duty 9/ç the records that a filter shows are taken away as a file, just those", async () => {
  for (const [lang, script] of [["tr", false], ["en", true]]) {
    const words = WORDS[lang];
    const { context, page, seen } = await city.visitor({ lang, script });
    await page.goto(`/registers/building?f.kind=konut&min.floors=3&lang=${lang}`);
    await page.locator("details.menu summary", { hasText: words.export }).click();
    const download = async (format) => {
      const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: format, exact: true }).click()]);
      assert.equal(await file.failure(), null);
      return [file.suggestedFilename(), await readFile(await file.path())];
    };
    const expected = await count(house);
    const [name, json] = await download("GeoJSON");
    assert.match(name, /^building.*\.(geo)?json$/);
    const { features } = JSON.parse(json);
    assert.equal(features.length, expected);
    assert.ok(features.every(({ properties: p }) => p.kind === "konut" && p.floors >= 3));
    const [, gpkg] = await download("GeoPackage");
    assert.equal(gpkg.subarray(0, 15).toString(), "SQLite format 3");
    const [, csv] = await download("CSV");
    assert.equal(csv.toString("utf8").trim().split(/\r?\n/).length, expected + 1);
    seen.calm();
    await context.close();
  }
});

test("a CQL2 filter that can't be read is told beside it and stays as it was typed", async () => {
  for (const [lang, word] of [["tr", /Süzgeç|süzgeç|alan|beklen/], ["en", /[Ff]ilter|field|expected/]]) {
    const { context, page, seen } = await city.visitor({ lang });
    seen.expect(/status of 400/);
    await page.goto("/registers/building");
    await page.locator("form.filter > details > summary").click();
    await page.locator("textarea[name=filter]").fill("floors >>> 3");
    await page.locator("form.filter").getByRole("button", { name: WORDS[lang].apply }).click();
    const told = page.locator("p.fault[role=alert]");
    await told.waitFor();
    assert.match(await told.innerText(), word);
    assert.equal(await page.locator("textarea[name=filter]").inputValue(), "floors >>> 3");
    assert.equal(await page.locator("textarea[name=filter]").getAttribute("aria-invalid"), "true");
    seen.calm();
    await context.close();
  }
});

test("duty 9/d the search page finds by name without Turkish letters and without script", async () => {
  for (const lang of ["tr", "en"]) {
    const { context, page, seen } = await city.visitor({ lang, script: false });
    await page.goto("/registers");
    await page.locator("#find").fill("GOKKUSAGI");
    await page.locator("#find").press("Enter");
    await page.waitForURL(/\/search\?q=GOKKUSAGI/);
    await page.getByRole("link", { name: /Gökkuşağı Sokak/ }).first().click();
    await page.waitForURL(/\/registers\/street\//);
    assert.equal(await page.locator("h1").textContent(), "Gökkuşağı Sokak");
    seen.calm();
    await context.close();
  }
});

test("the little map beside a list shows its records and leads to them", async () => {
  const { context, page, seen } = await city.visitor();
  await page.goto("/registers/point_of_interest?filter=" + encodeURIComponent("name = 'Serçe İlkokulu'"));
  const canvas = page.locator("meydan-map canvas");
  await page.locator("meydan-map").scrollIntoViewIfNeeded();
  await canvas.scrollIntoViewIfNeeded();
  const box = await canvas.boundingBox();
  // Its own shape is added when the map has loaded; until then a click finds nothing.
  for (let i = 0; i < 20 && !page.url().includes("/point_of_interest/"); i++) {
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    await page.waitForTimeout(400);
  }
  await page.waitForURL(/\/registers\/point_of_interest\/[0-9a-f-]{36}$/);
  assert.equal(await page.locator("h1").textContent(), "Serçe İlkokulu");
  seen.calm();
  await context.close();
});

test("the map page says what to do where script is off", async () => {
  for (const [lang, word] of [["tr", "JavaScript açık olmalı"], ["en", "JavaScript"]]) {
    const { context, page } = await city.visitor({ lang, script: false });
    await page.goto("/");
    const told = page.locator("noscript .map-message");
    assert.ok(await told.isVisible());
    assert.match(await told.textContent(), new RegExp(word));
    assert.equal(await page.locator("#layers").isVisible(), false, "what does nothing without script is not shown");
    await told.locator("a").click();
    await page.waitForURL(/\/registers$/);
    await context.close();
  }
});
