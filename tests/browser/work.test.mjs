// A branch manager's and a clerk's day at their inbox: take, ask, assign, resolve; many at once; by keyboard; who can't see too.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { startCity } from "./city.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const MANAGER = { login: "aylin.erdem", password: "yağmurdan sonra toprak" };
const CLERK = { login: "ramazan.tasci", password: "sabah simidi ve çay" };
const TITLES = ["Levha eksik: Çınar Sokak", "Kapı numarası çift", "Sokak adı yanlış yazılmış"];

let city;
before(async () => {
  city = await startCity();
  await city.enrol(MANAGER.login, MANAGER.password);
  await city.enrol(CLERK.login, CLERK.password);
});
after(() => city?.stop());

/** Nothing on the page breaks a rule of WCAG 2.2 AA. */
async function accessible(page, what) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate((tags) => window.axe.run(document, { runOnly: tags, resultTypes: ["violations"] }), RULES);
  assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes[0]?.html}`), [], what);
}

test("duty 8/a a manager gives work and a clerk sees it, does it and reports, with the deadline in words", async () => {
  const manager = await city.visitor({ as: MANAGER });
  const unit = await manager.page.evaluate(async () => (await (await fetch("/api/inbox/counts")).json()).unit);
  for (const title of TITLES) {
    await manager.page.goto("/registers/task/new");
    await manager.page.locator("#i-title").fill(title);
    await manager.page.locator("#i-unit").fill("Adres ve Numarataj Şefliği");
    await manager.page.locator("#i-due_on").fill(new Date(Date.now() + 86_400_000).toISOString().slice(0, 10));
    await manager.page.getByRole("button", { name: "Kaydı oluştur" }).click();
    await manager.page.waitForURL(/saved=1/);
  }
  await manager.page.goto("/inbox?view=given");
  assert.equal(await manager.page.locator("table.cases tbody tr").count(), TITLES.length);
  assert.match(await manager.page.locator(".due-tag").first().innerText(), /kaldı|son|Son/);
  await manager.page.goto("/inbox?view=unit");
  const after = await manager.page.evaluate(async () => (await (await fetch("/api/inbox/counts")).json()).unit);
  assert.equal(after, unit + TITLES.length, "the counts are right");

  // By keyboard: to the first, selected, the next too, and both given away at once.
  await manager.page.goto("/inbox?view=given");
  for (const key of ["j", "x", "j", "x", "a"]) await manager.page.keyboard.press(key);
  assert.equal(await manager.page.evaluate(() => document.activeElement?.id), "act-assignee");
  assert.match(await manager.page.locator("#selected").innerText(), /2/);
  const clerkName = await manager.page.locator("#act-assignee option", { hasText: "Ramazan" }).innerText();
  await manager.page.locator("#act-assignee").selectOption({ label: clerkName });
  await manager.page.getByRole("button", { name: "Görevlendir" }).click();
  await manager.page.getByText("2 iş yapıldı, 0 iş yapılamadı").waitFor();
  await accessible(manager.page, "the inbox");

  const clerk = await city.visitor({ as: CLERK, size: "phone", theme: "dark" });
  await clerk.page.goto("/inbox?view=mine");
  assert.equal(await clerk.page.locator("table.cases tbody tr").count(), 2);
  await accessible(clerk.page, "the inbox on a phone, dark");
  await clerk.page.locator("a.open").first().click();
  await clerk.page.locator("#comment").fill("Yerinde bakıldı");
  await clerk.page.reload();
  assert.equal(await clerk.page.locator("#comment").inputValue(), "Yerinde bakıldı", "a draft survives a reload");
  await clerk.page.getByRole("button", { name: "Notu ekle" }).click();
  await clerk.page.waitForURL(/said=1/);
  assert.equal(await clerk.page.locator("ol.comments li").count(), 1);
  assert.equal(await clerk.page.locator("#comment").inputValue(), "", "and is gone once it is sent");
  await clerk.page.locator("summary", { hasText: "Sonucu bildir" }).click();
  await clerk.page.locator("#report-outcome").fill("Levha takıldı");
  await accessible(clerk.page, "the case");
  await clerk.page.locator("details[open] form button.primary").click();
  await clerk.page.locator("[data-sent]").waitFor();
  assert.equal(await clerk.page.locator(".stands .state").innerText(), "Sonucu bildirildi");
  await clerk.page.locator("nav.tabs").getByRole("link", { name: "Akış" }).click();
  assert.equal(await clerk.page.locator("svg .here").count(), 1);
  await accessible(clerk.page, "the workflow");

  await manager.page.goto("/notices");
  await accessible(manager.page, "the notices");
  manager.seen.calm();
  clerk.seen.calm();
  await manager.context.close();
  await clerk.context.close();
});

test("the inbox works without script", async () => {
  const { context, page } = await city.visitor({ as: CLERK, script: false, lang: "en" });
  await page.goto("/inbox?view=mine");
  await page.locator("table.cases input[name=case]").first().check();
  await page.getByRole("button", { name: "Take", exact: true }).click();
  await page.getByText(/done, .* not done/).waitFor();
  await context.close();
});
