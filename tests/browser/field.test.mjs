// Field work: random schedules with and without reception against a model; and a worker's day on a phone in a tunnel.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer, connect } from "node:net";
import { after, before, test } from "node:test";
import { logIn, startCity } from "./city.mjs";
import { Schedule, syncModule } from "./field_schedules.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"];
const CREW = { login: "cagri.kurt", password: "martı çığlığı rıhtım" };
const CHIEF = { login: "yusuf.demirtas", password: "fındık dalı eylül" };
const SCHEDULES = 200;
const TOGETHER = 12;
const SEED = Number(process.env.MEYDAN_SEED ?? 20_261);

let city;
let crew;
let chief;
before(async () => {
  city = await startCity();
  crew = await someone(CREW.login);
  chief = await someone(CHIEF.login);
  for (const { login, password } of [CREW, CHIEF]) await city.enrol(login, password);
});
after(() => city?.stop());

/** A token of somebody, and who they are to the field. */
async function someone(login) {
  const told = JSON.parse(city.meydan(["--json", "token", "new", "--login", login, "--name", "saha"]));
  const answer = await fetch(`${city.url}/api/field/today`, { headers: { authorization: `Bearer ${told.secret}` } });
  const day = await answer.json();
  assert.equal(answer.status, 200, JSON.stringify(day));
  return { token: told.secret, id: day.person, unit: day.unit };
}

/** A change by somebody; the new record's id. */
async function change(who, change, reason = null) {
  const response = await fetch(`${city.url}/api/changes`, { method: "POST", headers: { "content-type": "application/json", authorization: `Bearer ${who.token}` }, body: JSON.stringify({ reason, changes: [change] }) });
  const body = await response.json();
  assert.ok(response.ok, JSON.stringify(body));
  return body.records[0].id;
}

const get = async (path, who) => (await fetch(city.url + path, who ? { headers: { authorization: `Bearer ${who.token}` } } : {})).json();

test("duty 9/m 200 random schedules with and without reception: nothing lost, nothing doubled, every conflict told", { timeout: 120_000 }, async () => {
  const module = await syncModule();
  const seeds = Array.from({ length: SCHEDULES }, (_, n) => SEED + n);
  let [deeds, conflicts, failures] = [0, 0, 0];
  const next = async () => {
    for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
      const schedule = new Schedule({ module, city, me: crew, other: chief, seed });
      await schedule.run();
      deeds += schedule.added.size;
      conflicts += schedule.warned.size;
      failures += schedule.line.failures;
      await schedule.clear();
    }
  };
  await Promise.all(Array.from({ length: TOGETHER }, next));
  assert.ok(deeds > 500 && conflicts > 40 && failures > 200, `too little happened to prove anything: ${deeds} deeds, ${conflicts} conflicts, ${failures} failures`);
});

test("a person sends no deeds of another, and nobody in particular sends none", async () => {
  const send = (who, person, deeds = []) => fetch(`${city.url}/api/field/sync`, { method: "POST", headers: { "content-type": "application/json", ...(who ? { authorization: `Bearer ${who.token}` } : {}) }, body: JSON.stringify({ person, device: "d", deeds }) });
  assert.equal((await send(null, crew.id)).status, 401);
  const other = await send(chief, crew.id);
  assert.equal(other.status, 409);
  assert.equal((await other.json()).code, "another-person");
  const broken = await (await send(crew, crew.id, [{ id: 7, kind: "nonsense" }])).json();
  assert.deepEqual(broken.results.map((r) => [r.id, r.outcome, r.problem.code]), [[7, "refused", "bad-deed"]]);
});

/** The city behind a line that can be cut: also for the service worker. */
async function tunnel() {
  const sockets = new Set();
  let up = true;
  const { hostname, port } = new URL(city.url);
  const server = createServer((socket) => {
    if (!up) return socket.destroy();
    const there = connect(Number(port), hostname);
    for (const end of [socket, there]) {
      sockets.add(end);
      end.on("error", () => {}).on("close", () => (sockets.delete(end), socket.destroy(), there.destroy()));
    }
    socket.pipe(there).pipe(socket);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const cut = (now) => {
    up = !now;
    if (now) for (const socket of sockets) socket.destroy();
  };
  return { url: `http://127.0.0.1:${server.address().port}`, cut, stop: () => (cut(true), new Promise((done) => server.close(done))) };
}

/** A JPEG as a phone makes it: with where it was taken (Exif 2.32, GPS IFD). */
function withPlace(jpeg, lon, lat) {
  const tiff = Buffer.alloc(8 + 2 + 12 + 4 + 2 + 4 * 12 + 4 + 48);
  tiff.write("II*\0", 0, "latin1");
  tiff.writeUInt32LE(8, 4);
  const entry = (at, tag, type, count, value) => {
    tiff.writeUInt16LE(tag, at);
    tiff.writeUInt16LE(type, at + 2);
    tiff.writeUInt32LE(count, at + 4);
    if (typeof value === "string") tiff.write(value, at + 8, "latin1");
    else tiff.writeUInt32LE(value, at + 8);
  };
  tiff.writeUInt16LE(1, 8);
  entry(10, 0x8825, 4, 1, 26);
  tiff.writeUInt16LE(4, 26);
  const values = 26 + 2 + 48 + 4;
  entry(28, 1, 2, 2, "N\0");
  entry(40, 2, 5, 3, values);
  entry(52, 3, 2, 2, "E\0");
  entry(64, 4, 5, 3, values + 24);
  [lat, lon].forEach((degrees, n) => {
    const minutes = (degrees % 1) * 60;
    [[Math.trunc(degrees), 1], [Math.trunc(minutes), 1], [Math.round((minutes % 1) * 60 * 1e4), 1e4]].forEach(([top, bottom], i) => {
      tiff.writeUInt32LE(top, values + n * 24 + i * 8);
      tiff.writeUInt32LE(bottom, values + n * 24 + i * 8 + 4);
    });
  });
  const body = Buffer.concat([Buffer.from("Exif\0\0", "latin1"), tiff]);
  const head = Buffer.from([0xff, 0xe1, (body.length + 2) >> 8, (body.length + 2) & 255]);
  return Buffer.concat([jpeg.subarray(0, 2), head, body, jpeg.subarray(2)]);
}

async function photograph(page) {
  const base64 = await page.evaluate(() => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 240 });
    const draw = canvas.getContext("2d");
    for (let i = 0; i < 60; i++) {
      draw.fillStyle = `hsl(${i * 6} 60% 50%)`;
      draw.fillRect((i % 10) * 32, Math.floor(i / 10) * 40, 32, 40);
    }
    return canvas.toDataURL("image/jpeg", 0.9).split(",")[1];
  });
  return withPlace(Buffer.from(base64, "base64"), 39.7168, 41.0053);
}

async function accessible(page, what) {
  await page.evaluate(AXE);
  const { violations, passes } = await page.evaluate((tags) => window.axe.run(document, { runOnly: tags, resultTypes: ["violations"] }), TAGS);
  assert.ok(passes.length > 5, "axe looked at nothing");
  const grave = violations.filter((v) => ["serious", "critical"].includes(v.impact));
  assert.deepEqual(grave.map((v) => `${what}: ${v.id} ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 140)).join(" | ")}`), []);
}

const look = process.env.MEYDAN_SHOTS ? (page, name) => page.screenshot({ path: `${process.env.MEYDAN_SHOTS}/${name}.png` }) : async () => {};

test("duty 13/n a worker closes a case with a photo in a tunnel, the phone is switched off, and all of it arrives once; a conflict is told", { timeout: 180_000 }, async () => {
  const line = await tunnel();
  const point = (n) => ({ type: "Point", coordinates: [39.72 + n * 0.002, 41.0 + n * 0.0015] });
  const request = (n, description) => change(crew, { register: "request", op: "insert", values: { description, subject: description, kind: "complaint", channel: "field", unit: crew.unit, assignee: crew.id }, geometry: point(n) });
  const hole = await request(0, "Kaldırımda çukur");
  // What is of no category is public only once somebody has said so.
  await change(chief, { register: "request", proceed: "publish", id: hole, set: { public: true } });
  const lamp = await change(chief, { register: "task", op: "insert", values: { title: "Lamba direği eğik", kind: "field", priority: "urgent", unit: crew.unit, assignee: crew.id }, geometry: point(2) });
  const { context, page, seen } = await city.visitor({ size: "phone", as: CREW, at: line.url });
  // Without reception the browser says so in its console.
  // But for what the app must have with it: its files, the map's letters and tiles.
  seen.expect(/Failed to load resource: net::ERR_\S+ \S+\/(api\/field|saha|styles)\b/);
  await context.grantPermissions(["geolocation"], { origin: line.url });
  await context.setGeolocation({ longitude: 39.719, latitude: 40.9995 });
  await page.goto("/saha");
  await page.locator(".stop", { hasText: "Kaldırımda çukur" }).waitFor();
  await page.locator(".stop", { hasText: "Lamba direği eğik" }).waitFor();
  await page.evaluate(async () => (await navigator.serviceWorker.ready) && undefined);
  await page.locator(".said", { hasText: "Gün bu telefonda" }).waitFor();
  await accessible(page, "the day");
  await look(page, "day-light-tr");
  const photo = await photograph(page);

  await context.setOffline(true);
  line.cut(true);
  await page.reload();
  await page.locator(".stop", { hasText: "Kaldırımda çukur" }).click();
  await page.locator("#audience").selectOption("public");
  await page.locator("#photo").setInputFiles({ name: "cukur.jpg", mimeType: "image/jpeg", buffer: photo });
  await page.locator(".waits, a.big", { hasText: "bekliyor" }).first().waitFor();
  await page.getByRole("button", { name: "Çöz ve kapat" }).click();
  await page.locator("#f-resolution").selectOption("solved");
  await page.locator("#f-answer").fill("Çukur dolduruldu.");
  await accessible(page, "the form of a step");
  await look(page, "step-light-tr");
  await page.getByRole("button", { name: "Kaydet" }).click();
  await page.getByText("2 işlem bekliyor").first().waitFor();
  await page.goto("/saha#day");
  await page.locator(".stop", { hasText: "Lamba direği eğik" }).click();
  await page.getByRole("button", { name: "Üzerime al" }).click();
  await page.getByText("1 işlem bekliyor").first().waitFor();
  await page.reload();
  await page.goto("/saha#map");
  await page.locator("#map canvas").waitFor();
  assert.equal(await page.locator(".pin").count() >= 2, true, "the stops are on the map without reception");
  await page.locator("#map[data-drawn]").waitFor();
  assert.ok(Number(await page.locator("#map").getAttribute("data-drawn")) > 20, "and the city under them");
  await look(page, "map-light-tr");
  // The phone is switched off and on in the tunnel.
  await page.close();
  const again = await context.newPage();
  await again.goto("/saha#waiting");
  await again.locator(".waiting > li").nth(2).waitFor();
  assert.equal(await again.locator(".waiting > li").count(), 3);
  await look(again, "waiting-light-tr");
  // Meanwhile the office moves the other case on.
  await change(chief, { register: "task", proceed: "take", id: lamp });
  assert.equal((await get(`/api/cases/request/${hole}`, crew)).state, "new", "nothing has arrived");

  line.cut(false);
  await context.setOffline(false);
  await again.locator("header.bar button").click();
  await again.getByText("Siz çekim dışındayken bu iş değişti").waitFor();
  await accessible(again, "a conflict");
  await look(again, "conflict-light-tr");
  assert.match(await again.locator(".trouble").innerText(), /Yusuf Demirtaş/);
  assert.equal((await get(`/api/cases/request/${hole}`, crew)).state, "answered");
  await again.getByRole("button", { name: "Not olarak sakla" }).click();
  await again.getByText("Bekleyen işlem yok.").waitFor();
  const notes = (await get(`/api/cases/task/${lamp}/parts/comment`, crew)).parts;
  assert.match(notes.map((n) => n.values.text).join(), /Üzerime al.*uygulanamadı/);

  const [file, ...more] = (await get(`/api/cases/request/${hole}/parts/attachment`, crew)).parts;
  assert.equal(more.length, 0, "one photo");
  assert.equal(file.values.digest, createHash("sha256").update(photo).digest("hex"), "the house has the original");
  const outside = await fetch(`${city.url}/api/cases/request/${hole}/attachments/${file.id}/content`);
  assert.equal(outside.status, 200);
  const copy = Buffer.from(await outside.arrayBuffer());
  assert.equal(copy.subarray(0, 3).toString("hex"), "ffd8ff");
  assert.ok(!copy.includes("Exif") && photo.includes("Exif"), "the public copy says nothing of the place");
  const record = await get(`/api/records/attachment/${file.id}`, crew).catch(() => null);
  if (record?.geometry) assert.ok(Math.abs(record.geometry.coordinates[0] - 39.7168) < 1e-4);

  await again.goto("/saha#new");
  await again.locator("#found").setInputFiles({ name: "yeni.jpg", mimeType: "image/jpeg", buffer: photo });
  await accessible(again, "found on the spot");
  await look(again, "new-light-tr");
  await context.close();
  for (const [lang, theme] of [["en", "dark"]]) {
    const other = await city.visitor({ size: "phone", as: CREW, lang, theme });
    await other.page.goto("/saha");
    await other.page.getByText("As of").waitFor();
    await accessible(other.page, `${lang} ${theme}`);
    await look(other.page, `day-${theme}-${lang}`);
    await other.page.goto("/saha#waiting");
    await look(other.page, `waiting-${theme}-${lang}`);
    other.seen.calm();
    await other.context.close();
  }
  seen.calm();
  await line.stop();
});

test("another person at the same phone sees and sends nothing of the former's; the former loses nothing", { timeout: 120_000 }, async () => {
  const line = await tunnel();
  const title = "Mazgal tıkalı";
  const drain = await change(chief, { register: "task", op: "insert", values: { title, kind: "field", unit: crew.unit, assignee: crew.id }, geometry: { type: "Point", coordinates: [39.721, 41.001] } });
  const notes = async () => (await get(`/api/cases/task/${drain}/parts/comment`, crew)).parts;
  const { context, page } = await city.visitor({ size: "phone", as: CREW, at: line.url });
  await page.goto("/saha");
  await page.locator(".stop", { hasText: title }).click();
  line.cut(true);
  await page.locator("summary", { hasText: "Not" }).click();
  await page.locator("#note").fill("Anahtar lazım");
  await page.getByRole("button", { name: "Kaydet" }).click();
  await page.getByText("1 işlem bekliyor").first().waitFor();
  await page.goto("about:blank");
  line.cut(false);

  // The house's other pages warn before somebody leaves with that.
  await page.goto("/account");
  let asked = "";
  page.once("dialog", (dialog) => ((asked = dialog.message()), dialog.accept()));
  await page.locator("details.account > summary").click();
  await page.locator("details.account form[action='/logout'] button").click();
  await page.waitForURL(/\/logout/);
  assert.match(asked, /gönderilmemiş 1 saha işlemi/);
  await logIn(page, CHIEF, "/saha");
  await page.locator(".bar .who", { hasText: "Yusuf Demirtaş" }).waitFor();
  await page.getByText("itibarıyla").waitFor();
  assert.equal(await page.locator(".stop", { hasText: title }).count(), 0, "not the chief's to do");
  await page.goto("/saha#waiting");
  await page.getByText("Bekleyen işlem yok.").waitFor();
  await page.locator("header.bar button").click();
  await page.getByText("Her şey gönderildi.").waitFor();
  assert.equal((await notes()).length, 0, "nobody sends another's");

  await context.clearCookies();
  await logIn(page, CREW, "/saha#day");
  await page.locator(".bar .who", { hasText: "Çağrı Kurt" }).waitFor();
  await page.locator(".stop", { hasText: title }).waitFor();
  await page.locator("header.bar button").click();
  await page.getByText("Her şey gönderildi.").waitFor();
  assert.deepEqual((await notes()).map((n) => n.values.text), ["Anahtar lazım"]);
  await context.close();
  await line.stop();
});
