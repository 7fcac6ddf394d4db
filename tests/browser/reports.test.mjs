// Reports, the directory and the search: what they say is what there is.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { startCity } from "./city.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const MANAGER = { login: "kadir.bozkurt", password: "kestane kebap acele" };
const WORKER = { login: "fikret.ozdal", password: "kestane kebap acele" };

let city;
before(async () => {
  city = await startCity();
  await Promise.all([MANAGER, WORKER].map(({ login, password }) => city.enrol(login, password)));
});
after(() => city?.stop());

/** Fails if axe finds something grave on the page as it stands. */
async function openToAll(page) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  const grave = violations.filter((v) => ["serious", "critical"].includes(v.impact));
  assert.deepEqual(grave.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join("\n")}`), []);
}

/** A whole number as the page writes it in Turkish. */
const whole = (text) => Number(text.replaceAll(".", "").trim());

test("duty 13/l: each number of a report opens exactly the cases that it counts, of those that who asks may read", async () => {
  const sums = {};
  for (const as of ["admin", MANAGER]) {
    const { context, page, seen } = await city.visitor({ as });
    await page.goto("/raporlar?from=2020-01-01");
    const links = await page.evaluate(() => {
      const plain = (number) => /^[\d.]+$/.test(number.textContent.trim());
      const tables = [...document.querySelectorAll(".counts tbody tr")].filter((_, i) => i % 5 === 0);
      const cells = [...tables.flatMap((tr) => [...tr.querySelectorAll("td.numeric:nth-of-type(-n+6) a")])].filter(plain);
      // The figures after the first five are shares and a mean.
      const figures = [...document.querySelectorAll(".numbers li:nth-child(-n+5) a")];
      const all = [...figures.map((a) => [a.querySelector("b").textContent, a.href]), ...cells.map((a) => [a.textContent, a.href])];
      return [...new Map(all.map(([text, href]) => [href, text])).entries()].slice(0, 20);
    });
    assert.ok(links.length >= 10, `too few numbers to prove anything: ${links.length}`);
    const lists = await Promise.all(links.map(async ([href]) => (await page.request.get(href)).text()));
    for (const [index, [href, text]] of links.entries()) {
      const told = /<p class="count" role="status"><b>([\d.]+)/.exec(lists[index]);
      assert.equal(whole(told?.[1] ?? "none"), whole(text), `${decodeURIComponent(href)}`);
    }
    const answer = await (await page.request.get("/api/reports/requests?from=2020-01-01")).json();
    sums[as.login ?? as] = answer.all.all.number;
    for (const group of Object.values(answer.by)) {
      assert.equal(group.reduce((sum, row) => sum + row.all.number, 0), answer.all.all.number, "a group lacks cases");
    }
    assert.equal(answer.trend.reduce((sum, row) => sum + row.all.number, 0), answer.all.all.number);
    const items = await (await page.request.get(`${answer.all.late_now.href}&count=true`)).json();
    assert.equal(items.numberMatched, answer.all.late_now.number);
    // Who held them how long: as many cases as the list behind the number has.
    await page.goto("/raporlar/sureler?from=2020-01-01");
    const held = page.locator(".counts tbody tr").first().locator("a");
    const cases = whole(await held.textContent());
    await held.click();
    await page.waitForURL(/isler/);
    assert.equal(await page.locator(".counts tbody tr").count(), cases);
    const csv = await (await page.request.get("/raporlar/csv?from=2020-01-01")).text();
    assert.match(csv, new RegExp(`"Başvuru";"${await number(answer.all.all.number)}"`));
    const pdf = await page.request.get("/raporlar/pdf?from=2020-01-01");
    assert.equal((await pdf.body()).subarray(0, 5).toString(), "%PDF-");
    seen.calm();
    await context.close();
  }
  assert.ok(sums[MANAGER.login] > 0 && sums[MANAGER.login] < sums.admin, JSON.stringify(sums));
  const { context, page } = await city.visitor({ as: WORKER });
  assert.equal((await page.request.get("/raporlar")).status(), 403);
  assert.equal((await page.request.get("/api/reports/requests")).status(), 403);
  await context.close();
  assert.equal((await fetch(`${city.url}/api/reports/requests`)).status, 401);
});

/** A whole number as the page writes it in Turkish. */
async function number(n) {
  return n.toLocaleString("tr-TR").replaceAll(".", "\\.");
}

test("duty 13/ö: the directory says who does what and how they are reached, and to staff who holds the post", async () => {
  const category = await city.record("request_category", "code = 'pothole' OR title LIKE '%ukur%'");
  const unit = await city.record("unit", `id = '${category.properties.unit}'`);
  const { context, page, seen } = await city.visitor({ script: false });
  await page.goto("/rehber?q=budama");
  const service = page.locator(".entry", { hasText: "Ağaç budama" }).first();
  assert.match(await service.locator("a[href^='tel:']").getAttribute("href"), /^tel:\+90462/);
  assert.match(await service.locator(".tag").textContent(), /açı/i);
  assert.equal(await page.locator(".holders").count(), 0, "names of holders are for staff");
  await page.goto("/rehber");
  await page.locator("select[name=category]").selectOption(category.properties.id);
  await page.locator("#sorumlu button").click();
  assert.match(await page.locator(".responsible h3").textContent(), new RegExp(unit.properties.name));
  seen.calm();
  await context.close();
  const staff = await city.visitor({ as: MANAGER });
  await staff.page.goto("/rehber?q=Kadir");
  assert.match(await staff.page.locator(".holders").first().textContent(), /Kadir Bozkurt/);
  await openToAll(staff.page);
  for (const [address, theme] of [["/raporlar?from=2020-01-01", "light"], ["/raporlar/sureler?from=2020-01-01&theme=dark", "dark"], ["/raporlar?from=2020-01-01&lang=en&theme=dark", "dark"]]) {
    await staff.page.goto(address);
    assert.equal(await staff.page.locator("html").getAttribute("data-theme") === "dark", theme === "dark");
    await openToAll(staff.page);
  }
  await staff.context.close();
});

test("one box finds by Turkish rules: words with their endings, marked; a reference number leads to its case", async () => {
  const { context, page, seen } = await city.visitor({ as: "admin" });
  // A stranger looks at nobody's data, so that nothing is written down while they wait.
  for (let tries = 0; ; tries += 1) {
    const { behind, hits } = await (await fetch(`${city.url}/api/find?q=budama`)).json();
    if (behind === 0 && hits.length) break;
    assert.ok(tries < 100, `the index is ${behind} behind`);
    await page.waitForTimeout(100);
  }
  await page.goto(`/search?q=${encodeURIComponent("AĞAÇLARIN budanması")}`);
  const marks = await page.locator(".found mark").allTextContents();
  assert.ok(marks.some((mark) => /^ağaç/i.test(mark)) && marks.some((mark) => /^buda/i.test(mark)), marks.join());
  const found = await (await page.request.get(`/api/find?q=${encodeURIComponent("ağaçların")}&register=service`)).json();
  assert.ok(found.hits.some((hit) => hit.label.text.startsWith("Ağaç budama")), JSON.stringify(found));
  await openToAll(page);
  const { features } = await (await page.request.get("/ogc/collections/request/items?limit=1")).json();
  const { id, reference } = features[0].properties;
  await page.locator("#q").fill(reference.replace(/(\d{4})(?=\d)/g, "$1 "));
  await page.keyboard.press("Enter");
  await page.waitForURL(new RegExp(id));
  seen.calm();
  await context.close();
  // Who isn't logged in finds no case that isn't public, and isn't told that there is one.
  const stranger = await (await fetch(`${city.url}/api/find?q=${reference}`)).json();
  assert.equal(stranger.case, null);
});
