// Accessibility by axe-core (WCAG 2.2 A and AA): every page in both languages, looks and sizes, and the states that only
// appear while a page is used.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { startCity } from "./city.mjs";
import { allPages, FOR_STRANGERS } from "./pages.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"];
const GRAVE = ["serious", "critical"];
/** Pages that are looked at in every language, look and size. */
const MAIN = ["map", "list", "record", "form", "account", "how one logs in", "sessions", "tokens", "looks", "proving who one is"];

let city;
let pages;
before(async () => {
  city = await startCity();
  pages = await allPages(city);
});
after(() => city?.stop());

/** Fails if axe finds something grave on the page as it stands. */
async function check(page) {
  await page.evaluate(AXE);
  const { violations, passes } = await page.evaluate((tags) => window.axe.run(document, { runOnly: tags, resultTypes: ["violations"] }), TAGS);
  assert.ok(passes.length > 5, "axe looked at nothing");
  const grave = violations.filter((v) => GRAVE.includes(v.impact));
  const told = grave.map((v) => `${v.id} (${v.impact}): ${v.help}\n${v.nodes.slice(0, 4).map((n) => `   ${n.target.join(" ")}  ${n.html.slice(0, 160)}\n   ${n.failureSummary?.split("\n").slice(1, 2).join("")}`).join("\n")}`);
  assert.deepEqual(told, []);
}

for (const lang of ["tr", "en"]) {
  for (const size of ["desktop", "phone"]) {
    for (const theme of ["light", "dark"]) {
      // Every page twice, the main ones in all eight shapes.
      const every = (lang === "tr" && size === "desktop" && theme === "light") || (lang === "en" && size === "phone" && theme === "dark");
      test(`no page shuts anybody out: ${lang} ${size} ${theme}`, async (t) => {
        const { context, page } = await city.visitor({ lang, size, theme, as: "admin" });
        for (const [name, address] of Object.entries(pages)) {
          if (!every && !MAIN.includes(name)) continue;
          await t.test(name, async () => {
            await page.goto(address, { waitUntil: "load" });
            await check(page);
          });
        }
        await context.close();
        const stranger = await city.visitor({ lang, size, theme });
        for (const [name, address] of Object.entries(FOR_STRANGERS)) {
          await t.test(name, async () => {
            await stranger.page.goto(address, { waitUntil: "load" });
            await check(stranger.page);
          });
        }
        await stranger.context.close();
      });
    }
  }
}

test("what opens while a page is used shuts nobody out either", async (t) => {
  for (const [lang, size, theme] of [["tr", "phone", "light"], ["en", "desktop", "dark"]]) {
    const { context, page } = await city.visitor({ lang, size, theme, as: "admin" });
    await t.test(`suggestions of the search ${lang}`, async () => {
      await page.goto("/registers");
      await page.locator("#find").pressSequentially("ata");
      await page.getByRole("option").first().waitFor();
      await page.keyboard.press("ArrowDown");
      await check(page);
    });
    await t.test(`the opened filter and export menu ${lang}`, async () => {
      await page.goto(pages.list);
      await page.locator("form.filter > details > summary").click();
      await page.locator("main details.menu summary").click();
      await check(page);
    });
    await t.test(`layers, records in view and a card on the map ${lang}`, async () => {
      const { geometry } = await city.record("point_of_interest");
      const [lon, lat] = geometry.coordinates;
      await page.goto(`/?at=17/${lat}/${lon}&select=point_of_interest/${pages["record of a point"].split("/").pop()}`);
      await page.locator("#card h2").waitFor();
      await page.locator("#in-view > summary").click();
      await page.locator("#in-view-list li").first().waitFor();
      await check(page);
    });
    await t.test(`a form with a fault ${lang}`, async () => {
      await page.goto(pages["form of an area"]);
      await page.locator("#i-floors").fill("x");
      await page.locator(".record-form button.primary").click();
      await page.locator("#d-floors .fault").waitFor();
      await page.locator("details.danger summary").click();
      await check(page);
    });
    await context.close();
  }
});
