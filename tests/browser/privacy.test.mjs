// Personal data: hidden, opened with a reason on one answer, written down, and seen by the person concerned.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startCity } from "./city.mjs";

const OFFICER = { login: "gulsum.yaman", password: "uzun ince bir yoldayım" };
const AUDITOR = { login: "vedat.celebi", password: "kayalık burun rüzgarı" };
const CONCERNED = { login: "merve.tunc", password: "yosunlu iskele feneri" };
const REASON = "SGK yazısı, sayı 12/5";

let city;
let id;
before(async () => {
  city = await startCity();
  for (const { login, password } of [OFFICER, AUDITOR, CONCERNED]) await city.enrol(login, password);
  const { context, page } = await city.visitor({ as: OFFICER });
  await page.goto("/people?q=Merve");
  id = (await page.locator(".rows.people a").first().getAttribute("href")).split("/").pop();
  await context.close();
});
after(() => city?.stop());

test("a personal field is opened with a reason, on one answer, and the look is written down for all to see who may", async () => {
  const { context, page, seen } = await city.visitor({ as: OFFICER });
  seen.expect(/status of 400/);
  const address = `/registers/person/${id}`;
  await page.goto(address);
  assert.equal(await page.locator("h1").innerText(), "Merve Tunç", "a person is called by both names");
  const row = (title) => page.locator("dl.facts > div").filter({ has: page.locator("dt", { hasText: title }) });
  assert.match(await row("T.C. kimlik no").locator("dd").innerText(), /^•{9}\d\d/);
  assert.match(await row("Doğum tarihi").locator("dd").innerText(), /gizli/);
  await page.locator(".unmask > summary").click();
  await page.locator(".unmask input[value=national_id]").check();
  await page.locator(".unmask").getByRole("button", { name: "Göster" }).click();
  assert.match(await page.locator(".unmask .fault").innerText(), /gerekçe zorunlu/);
  assert.match(await row("T.C. kimlik no").locator("dd").innerText(), /•{9}/, "without a reason it stays closed");

  await page.locator(".unmask input[value=national_id]").check();
  await page.locator("#unmask-reason").fill(REASON);
  const [answer] = await Promise.all([page.waitForResponse((r) => r.request().method() === "POST"), page.locator(".unmask").getByRole("button", { name: "Göster" }).click()]);
  assert.equal(answer.headers()["cache-control"], "no-store");
  const value = await page.locator("mark.uncovered").innerText();
  assert.match(value, /^999000\d{5}$/);
  assert.ok(!page.url().includes(value) && !decodeURIComponent(page.url()).includes("SGK"), "neither value nor reason is in the address");
  assert.match(await row("Doğum tarihi").locator("dd").innerText(), /gizli/, "only what was asked for");
  assert.ok(await page.getByText("Bu erişim gerekçenizle birlikte kayda geçti").isVisible());
  await page.goto(page.url());
  assert.equal(new URL(page.url()).pathname, address);
  assert.equal(await page.locator("mark.uncovered").count(), 0, "asked again it is closed");
  seen.calm();
  await context.close();

  const auditor = await city.visitor({ as: AUDITOR });
  await auditor.page.goto(`/access-log?subject=${id}`);
  const line = auditor.page.locator(".journal > li");
  assert.equal(await line.count(), 1);
  assert.match(await line.innerText(), /Gülsüm Yaman, Merve Tunç hakkındaki şu alanları açtı: T\.C\. kimlik no\./);
  assert.match(await line.innerText(), new RegExp(`“${REASON}”`));
  assert.ok(!(await auditor.page.content()).includes(value), "the journal doesn't hold the value");
  await auditor.page.goto("/access-log?viewer=" + encodeURIComponent("Merve Tunç"));
  assert.equal(await auditor.page.locator(".journal > li").count(), 0, "the filter narrows");
  await auditor.context.close();

  const concerned = await city.visitor({ as: CONCERNED });
  await concerned.page.goto("/account/looks");
  const look = concerned.page.locator("ol.looks > li").filter({ hasText: REASON });
  assert.equal(await look.count(), 1);
  assert.match(await look.innerText(), /Gülsüm Yaman/);
  assert.match(await look.innerText(), /T\.C\. kimlik no/);
  await concerned.context.close();
});

test("who may not see it is offered nothing, told why, and refused", async () => {
  const { context, page, seen } = await city.visitor({ as: CONCERNED });
  seen.expect(/status of 40[03]/);
  await page.goto("/people?q=Elif");
  const other = (await page.locator(".rows.people a").first().getAttribute("href")).split("/").pop();
  await page.goto(`/registers/person/${other}`);
  assert.equal(await page.locator(".unmask").count(), 0);
  assert.equal(await page.locator("nav.tabs").getByRole("link", { name: "Düzenle" }).count(), 0);
  await page.getByRole("link", { name: "Bu alanları neden göremiyorum?" }).click();
  await page.waitForURL(/\/explain/);
  assert.equal(await page.locator("#answer").innerText(), "Hayır, yapamaz.");
  await page.goto(`/registers/person/${other}`);
  const token = await page.locator("input[name=meydan-form]").first().inputValue();
  const refused = await page.request.post(`/registers/person/${other}/unmask`, { form: { "meydan-form": token, field: "national_id", reason: "merak" }, headers: { accept: "text/html", origin: city.url } });
  assert.equal(refused.status(), 403);
  assert.ok(!(await refused.text()).includes("999000"));

  await page.goto("/registers/person");
  const head = await page.locator("table.records thead").innerText();
  assert.ok(head.includes("Soyadı") && !head.includes("T.C.") && !head.includes("Cep telefonu"), "hidden fields are no columns");
  assert.equal(await page.locator("[name='f.national_id'], [name=col][value=national_id]").count(), 0);
  assert.ok(await page.getByText(/Size gizli alanlar: .*T\.C\. kimlik no/).isVisible());
  assert.equal(await page.getByRole("link", { name: "Yeni kayıt" }).count(), 0);
  await page.goto("/registers/person?sort=national_id&col=national_id");
  assert.ok(!(await page.locator("table.records").innerText()).includes("999000"));
  await page.goto("/registers/person/new");
  assert.ok(await page.getByRole("link", { name: "Neden izin yok?" }).isVisible());
  await context.close();
});

test("the form of a record has no inputs for what one may not see or write, and sends nothing of it", async () => {
  const { context, page, seen } = await city.visitor({ as: OFFICER });
  await page.goto(`/registers/person/${id}/edit`);
  assert.equal(await page.locator("[name=national_id], [name=phone], [name=birth_date], [name=login]").count(), 0);
  assert.match(await page.locator(".locked").innerText(), /T\.C\. kimlik no/);
  await page.locator("#i-email").fill("merve.tunc@baska.example");
  await page.locator("#reason").fill("Adres değişti");
  await page.getByRole("button", { name: "Kaydet" }).click();
  await page.waitForURL(/saved=1/);
  await page.locator("nav.tabs").getByRole("link", { name: "Geçmiş" }).click();
  const rows = page.locator("ol.timeline > li").first().locator("table.diff tbody tr");
  assert.equal(await rows.count(), 1, "what is hidden wasn't touched");
  assert.match(await rows.innerText(), /merve\.tunc@baska\.example/);
  await page.goto("/standard/person");
  const standard = await page.locator("main").innerText();
  for (const words of ["Hukuki dayanak", "gizliyken son iki karakteri görünür", "Kim ne yapabilir?"]) assert.ok(standard.includes(words), words);
  seen.calm();
  await context.close();
});
