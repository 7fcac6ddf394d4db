// A record's life on the pages: made, changed, mistyped, fought over, proven, deleted.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { ADMIN, startCity } from "./city.mjs";
import { checkProof } from "./proof.mjs";

let city;
before(async () => {
  city = await startCity();
});
after(() => city?.stop());

const WORDS = {
  tr: { save: "Kaydet", create: "Kaydı oluştur", history: "Geçmiş", proof: "Kanıt", phone: "Telefon", empty: "—", changed: "Değiştirildi", sealed: "mühürlü", saved: /Kaydedildi/, floors: "Kat sayısı", notNumber: "“iki buçuk kat” bir sayı değil.", tooMany: /Zemin altı kat sayısı toplam kat sayısından çok olamaz/, was: "Açtığınızda", theirs: "Şimdi", yours: "Sizinki", clash: /henüz hiçbir şey kaydedilmedi/, merged: /birleştirildi/, remove: "Bu kaydı sil", deleted: /silindi/ },
  en: { save: "Save", create: "Create record", history: "History", proof: "Proof", phone: "Phone", empty: "—", changed: "Changed", sealed: "sealed", saved: /Saved/, floors: "Floors", notNumber: "“iki buçuk kat” is not a number.", tooMany: /There can't be more floors below ground than floors in all/, was: "When you opened it", theirs: "Now", yours: "Yours", clash: /nothing (was|has been) saved yet/i, merged: /put together/, remove: "Delete this record", deleted: /deleted/ },
};
const SHAPES = [["tr", "desktop"], ["en", "phone"]];
const pageOf = (register, id) => `/registers/${register}/${id}`;
const field = (page, name) => page.locator(`#i-${name.replace(".", "\\.")}`);

/** The n-th place of the city; each test takes its own. */
async function nth(n) {
  const { features } = await city.api("/ogc/collections/point_of_interest/items?limit=50");
  return features[n].properties;
}

for (const [index, [lang, size]] of SHAPES.entries()) {
  const words = WORDS[lang];
  test(`duty 9/f a unit changes a value with its reason and the history says who, why and what: ${lang} ${size}`, async () => {
    const { context, page, seen } = await city.visitor({ lang, size, as: "admin" });
    const { id } = await nth(index);
    const reason = "Santral değişti, müdürlüğün 12/5 yazısı";
    await page.goto(`${pageOf("point_of_interest", id)}/edit`);
    await page.getByLabel(words.phone, { exact: true }).fill("0462 000 00 00");
    await page.locator("#reason").fill(reason);
    await page.getByRole("button", { name: words.save }).click();
    await page.waitForURL(/saved=1/);
    await page.getByText(words.saved).waitFor();
    await page.locator("nav.tabs").getByRole("link", { name: words.history }).click();
    const newest = page.locator("ol.timeline > li").first();
    assert.match(await newest.locator("h2").innerText(), new RegExp(`2.*${words.changed}`, "is"));
    assert.equal(await newest.locator("blockquote").innerText(), reason);
    assert.equal(await newest.locator(".who b").innerText(), ADMIN.name);
    const row = newest.locator("table.diff tbody tr");
    assert.equal(await row.count(), 1, "only the changed field is told");
    const cells = await row.locator("th, td").allInnerTexts();
    assert.deepEqual(cells.map((cell) => cell.trim()), [words.phone, cells[1].trim(), "0462 000 00 00"]);
    assert.equal(await page.locator("ol.timeline > li").count(), 2);
    const kept = await city.api(`/ogc/collections/point_of_interest/items/${id}`);
    assert.equal(kept.properties.phone, "0462 000 00 00");
    assert.equal(kept.properties.version, 2);
    seen.calm();
    await context.close();
  });

  test(`the proof page shows each version in the sealed log: ${lang} ${size}`, async () => {
    const { context, page, seen } = await city.visitor({ lang, size, as: "admin" });
    // A register without personal fields: with something hidden, nobody could check the content by its hash.
    const { id } = (await city.api("/ogc/collections/park/items?limit=5")).features[index].properties;
    await page.goto(`${pageOf("park", id)}/edit`);
    await field(page, "name").fill("Mehtap Parkı");
    await page.getByRole("button", { name: words.save }).click();
    await page.waitForURL(/saved=1/);
    await page.locator("nav.tabs").getByRole("link", { name: words.proof }).click();
    await page.locator("ol.leaves > li").first().waitFor();
    for (let i = 0; i < 20 && (await page.locator("ol.leaves .tag.good").count()) < 2; i++) {
      await page.waitForTimeout(500);
      await page.reload();
    }
    assert.deepEqual(await page.locator("ol.leaves .tag.good").allInnerTexts(), [words.sealed, words.sealed]);
    const shown = await page.locator("ol.leaves dd.breaks").allInnerTexts();
    assert.equal(shown.length, 2);
    const [file] = await Promise.all([page.waitForEvent("download"), page.locator("a[download^='proof-']").first().click()]);
    const proof = JSON.parse(await readFile(await file.path(), "utf8"));
    checkProof(proof);
    assert.ok(shown.includes(proof.digest), `the page does not show the digest ${proof.digest}`);
    assert.equal(JSON.parse(proof.content).values.name, "Mehtap Parkı");
    const [older] = await Promise.all([page.waitForEvent("download"), page.locator("ol.leaves > li").last().locator("a[download]").click()]);
    const before = JSON.parse(await readFile(await older.path(), "utf8"));
    checkProof(before);
    assert.deepEqual(new Set([before.digest, proof.digest]), new Set(shown), "each version has a proof of its own");
    assert.throws(() => checkProof({ ...proof, content: proof.content.replace("Mehtap", "Mehtep") }), /another than the recorded/);
    seen.calm();
    await context.close();
  });

  test(`a wrong value is told at its field and nothing that was typed is lost: ${lang} ${size}`, async () => {
    const { context, page, seen } = await city.visitor({ lang, size, as: "admin" });
    seen.expect(/status of 4(00|22)/);
    const { id } = (await city.record("building", `floors = ${4 + index}`)).properties;
    await page.goto(`${pageOf("building", id)}/edit`);
    await field(page, "floors").fill("iki buçuk kat");
    await field(page, "name").fill("Ihlamur Apartmanı");
    await page.locator("#reason").fill("Sayım");
    await page.getByRole("button", { name: words.save }).click();
    const floors = field(page, "floors");
    await page.locator("#d-floors .fault", { hasText: words.notNumber }).waitFor();
    assert.equal(await floors.getAttribute("aria-invalid"), "true");
    assert.equal(await floors.getAttribute("aria-describedby"), "d-floors");
    assert.deepEqual([await floors.inputValue(), await field(page, "name").inputValue(), await page.locator("#reason").inputValue()], ["iki buçuk kat", "Ihlamur Apartmanı", "Sayım"]);
    // A rule of the definition between two fields, told in the person's language.
    await floors.fill(String(4 + index));
    await field(page, "floors_below").fill("9");
    await page.getByRole("button", { name: words.save }).click();
    await page.getByText(words.tooMany).waitFor();
    assert.deepEqual([await field(page, "floors_below").inputValue(), await field(page, "name").inputValue()], ["9", "Ihlamur Apartmanı"]);
    assert.equal((await city.api(`/ogc/collections/building/items/${id}`)).properties.version, 1, "nothing was saved");
    await field(page, "floors_below").fill("1");
    await page.getByRole("button", { name: words.save }).click();
    await page.waitForURL(/saved=1/);
    assert.equal((await city.api(`/ogc/collections/building/items/${id}`)).properties.name, "Ihlamur Apartmanı");
    seen.calm();
    await context.close();
  });

  test(`two people at one record: the second sees the three values and decides: ${lang} ${size}`, async () => {
    const { context, page, seen } = await city.visitor({ lang, size, as: "admin" });
    seen.expect(/status of 409/);
    const { id } = await nth(10 + index);
    const edit = `${pageOf("point_of_interest", id)}/edit`;
    await page.goto(edit);
    const other = await context.newPage();
    await other.goto(edit);
    await field(other, "phone").fill("111");
    await other.locator("#reason").fill("Kapıdaki levhadan");
    await other.getByRole("button", { name: words.save }).click();
    await other.waitForURL(/saved=1/);

    await field(page, "phone").fill("222");
    await field(page, "website").fill("https://ornek.bel.tr");
    await page.getByRole("button", { name: words.save }).click();
    await page.getByText(words.clash).waitFor();
    const banner = page.locator(".banner[role=alert]");
    assert.match(await banner.innerText(), new RegExp(`${ADMIN.name}[\\s\\S]*Kapıdaki levhadan`));
    const three = page.locator("dl.three");
    assert.equal(await three.count(), 1, "only the field that both changed");
    assert.deepEqual((await three.innerText()).split(/\s*\n\s*/), [words.was, words.empty, words.theirs, "111", words.yours, "222"]);
    assert.equal((await city.api(`/ogc/collections/point_of_interest/items/${id}`)).properties.phone, "111", "nothing was overwritten");
    await page.getByRole("button", { name: words.save }).click();
    await page.waitForURL(/saved=1/);
    const kept = (await city.api(`/ogc/collections/point_of_interest/items/${id}`)).properties;
    assert.deepEqual([kept.phone, kept.website, kept.version], ["222", "https://ornek.bel.tr", 3]);
    seen.calm();
    await context.close();
  });

  test(`two people at different fields of one record: both changes are kept: ${lang} ${size}`, async () => {
    const { context, page, seen } = await city.visitor({ lang, size, as: "admin" });
    seen.expect(/status of 409/);
    const { id } = await nth(20 + index);
    await page.goto(`${pageOf("point_of_interest", id)}/edit`);
    const other = await context.newPage();
    await other.goto(`${pageOf("point_of_interest", id)}/edit`);
    await field(other, "phone").fill("333");
    await other.getByRole("button", { name: words.save }).click();
    await other.waitForURL(/saved=1/);
    await field(page, "website").fill("https://park.ornek.tr");
    await page.getByRole("button", { name: words.save }).click();
    await page.getByText(words.merged).waitFor();
    assert.equal(await page.locator("dl.three").count(), 0);
    await page.getByRole("button", { name: words.save }).click();
    await page.waitForURL(/saved=1/);
    const kept = (await city.api(`/ogc/collections/point_of_interest/items/${id}`)).properties;
    assert.deepEqual([kept.phone, kept.website], ["333", "https://park.ornek.tr"]);
    seen.calm();
    await context.close();
  });

  test(`duty 9/f a new place is put on the map by hand, found, and deleted with a reason: ${lang} ${size}`, async () => {
    const { context, page, seen } = await city.visitor({ lang, size, as: "admin" });
    // The page of a deleted record is there, with the status that says so.
    seen.expect(/status of 410/);
    const name = `Çınaraltı Çay Evi ${lang}`;
    await page.goto("/registers/point_of_interest");
    await page.locator("a[href='/registers/point_of_interest/new']").click();
    await field(page, "name").fill(name);
    await field(page, "service_type").selectOption("kulturel");
    // A reference by name, typed without Turkish letters and picked with the keyboard.
    await field(page, "neighbourhood").pressSequentially("cars", { delay: 30 });
    await page.getByRole("option", { name: /Çarşı/ }).waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    assert.equal(await field(page, "neighbourhood").inputValue(), "Çarşı");
    const map = page.locator("meydan-map");
    await map.scrollIntoViewIfNeeded();
    const canvas = map.locator("canvas");
    await canvas.scrollIntoViewIfNeeded();
    const [lon, lat] = [page.locator("[name='geometry.lon']"), page.locator("[name='geometry.lat']")];
    const box = await canvas.boundingBox();
    for (let i = 0; i < 40 && !(await lon.inputValue()); i++) {
      const [x, y] = [box.x + box.width * 0.5, box.y + box.height * 0.5];
      if (size === "phone") await page.touchscreen.tap(x, y);
      else await page.mouse.click(x, y);
      await page.waitForTimeout(250);
    }
    const typed = [await lon.inputValue(), await lat.inputValue()];
    assert.ok(typed.every((text) => (lang === "tr" ? /^\d+,\d{7}$/ : /^\d+\.\d{7}$/).test(text)), `${typed} is not written as in ${lang}`);
    await page.locator("#reason").fill("Esnafın bildirimi");
    await page.getByRole("button", { name: words.create }).click();
    await page.waitForURL(/saved=1/);
    assert.equal(await page.locator("h1").innerText(), name);
    const made = await city.record("point_of_interest", `name = '${name}'`);
    const put = typed.map((text) => Number(text.replace(",", ".")));
    assert.ok(Math.hypot(made.geometry.coordinates[0] - put[0], made.geometry.coordinates[1] - put[1]) < 1e-6);
    const neighbourhood = await city.record("neighbourhood", "name = 'Çarşı'");
    assert.equal(made.properties.neighbourhood, neighbourhood.properties.id);

    const found = await (await page.request.get(`/search.json?q=${encodeURIComponent("cinaralti cay")}`)).json();
    assert.ok(found.groups.some((group) => group.hits.some((hit) => hit.label === name)), "the search finds the new place");

    await page.locator("nav.tabs a[href$='/edit']").click();
    await page.locator("details.danger summary", { hasText: words.remove }).click();
    const remove = page.locator("details.danger button");
    assert.match(await remove.innerText(), new RegExp(name));
    await remove.click();
    assert.equal(await page.locator("#delete-reason").evaluate((input) => input.validity.valueMissing), true, "not without a reason");
    await page.locator("#delete-reason").fill("Kapandı");
    await remove.click();
    await page.waitForURL((url) => !url.pathname.endsWith("/edit"));
    const gone = await city.api(`/ogc/collections/point_of_interest/items?filter=${encodeURIComponent(`name = '${name}'`)}`);
    assert.equal(gone.features.length, 0);
    await page.goto(pageOf("point_of_interest", made.properties.id));
    await page.getByText(words.deleted).first().waitFor();
    await page.goto(`${pageOf("point_of_interest", made.properties.id)}/history`);
    assert.match(await page.locator("ol.timeline > li").first().innerText(), /Kapandı/);
    await page.goto("/log?register=point_of_interest");
    assert.match(await page.locator("table.log tbody tr").first().innerText(), /Kapandı/);
    seen.calm();
    await context.close();
  });
}

test("a changed name is on the map at once, for everybody", async () => {
  const { context, page, seen } = await city.visitor({ as: "admin" });
  const school = await city.record("point_of_interest", "kind = 'school'");
  const [lon, lat] = school.geometry.coordinates;
  const drawn = async (name) => {
    await page.goto(`/?at=17/${lat}/${lon}`);
    await page.locator("#in-view summary").click();
    await page.locator("#in-view-list button", { hasText: name }).first().waitFor();
  };
  await drawn(school.properties.name);
  await page.goto(`${pageOf("point_of_interest", school.properties.id)}/edit`);
  await field(page, "name").fill("Şehit Öğretmen Işıl İlkokulu");
  await page.getByRole("button", { name: WORDS.tr.save }).click();
  await page.waitForURL(/saved=1/);
  await drawn("Şehit Öğretmen Işıl İlkokulu");
  seen.calm();
  await context.close();
});

test("a form without script: changed, saved, and its faults told", async () => {
  const { context, page, seen } = await city.visitor({ script: false, as: "admin" });
  seen.expect(/status of 400/);
  const { id } = await nth(30);
  await page.goto(`${pageOf("point_of_interest", id)}/edit`);
  await field(page, "neighbourhood").fill("Olmayan Mahalle");
  await page.getByRole("button", { name: WORDS.tr.save }).click();
  await page.locator("#d-neighbourhood .fault", { hasText: "Olmayan Mahalle" }).waitFor();
  assert.equal(await field(page, "neighbourhood").inputValue(), "Olmayan Mahalle");
  await field(page, "neighbourhood").fill("çarşı");
  await field(page, "phone").fill("444");
  await page.getByRole("button", { name: WORDS.tr.save }).click();
  await page.waitForURL(/saved=1/);
  assert.equal((await city.api(`/ogc/collections/point_of_interest/items/${id}`)).properties.phone, "444");
  seen.calm();
  await context.close();
});
