// Proxy (vekâlet): asked for, approved by a superior, acted by, seen in the history; and gone when it is over.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startCity } from "./city.mjs";

const HEAD = { login: "ibrahim.karadag", password: "gümüş balık sürüsü" };
const SUPERIOR = { login: "nermin.akinci", password: "çınar gölgesi serin" };
const DEPUTY = { login: "tolga.bayraktar", password: "defne yaprağı kokusu" };
const WAITING = { login: "sule.ozkaya", password: "kestane karası gece" };
const DAY_MS = 86_400_000;
const TURKEY_MS = 3 * 3_600_000;

let city;
before(async () => {
  city = await startCity();
  for (const { login, password } of [HEAD, SUPERIOR, DEPUTY, WAITING]) await city.enrol(login, password);
});
after(() => city?.stop());

/** A day of the city, so many from today. */
const day = (days) => new Date(Date.now() + TURKEY_MS + days * DAY_MS).toISOString().slice(0, 10);

/** In which posts somebody may act, as their account says. */
async function standings(page) {
  await page.goto("/account");
  return page.locator("form[action='/account/post'] label.choice").allInnerTexts();
}

test("duty 15/s the head is away: a proxy is asked for, approved, acted by “for” the head, and the history says so", async () => {
  const deputy = await city.visitor({ as: DEPUTY });
  assert.ok(!(await standings(deputy.page)).some((s) => s.includes("İbrahim Karadağ")), "the proxy that is over is offered no longer");

  const head = await city.visitor({ as: HEAD });
  head.seen.expect(/status of 400/);
  await head.page.goto("/people/proxies/new");
  await head.page.locator("#post").selectOption({ label: (await head.page.locator("#post option").allInnerTexts()).find((o) => o.startsWith("Daire Başkanı")) });
  await head.page.locator("#from").fill(day(0));
  await head.page.locator("#until").fill(day(-1));
  await head.page.locator("#reason").fill("Yıllık izin");
  await head.page.getByRole("button", { name: "Onaya gönder" }).click();
  assert.match(await head.page.locator("#refusal").innerText(), /Vekilin adını yazın/);
  await head.page.locator("#delegate").pressSequentially("tolga bay");
  await head.page.getByRole("option", { name: /Tolga Bayraktar/ }).click();
  await head.page.getByRole("button", { name: "Onaya gönder" }).click();
  assert.ok(await head.page.locator("#refusal").isVisible(), "a last day before the first is refused");
  assert.equal(await head.page.locator("#reason").inputValue(), "Yıllık izin", "nothing that was typed is lost");
  await head.page.locator("#until").fill(day(5));
  await head.page.getByRole("button", { name: "Onaya gönder" }).click();
  await head.page.getByText("Vekâlet isteği gönderildi").waitFor();
  const own = head.page.locator(".rows.proxies > li").filter({ hasText: "Tolga Bayraktar, İbrahim Karadağ adına" });
  assert.equal(await own.getByRole("button", { name: "Onayla" }).count(), 0, "nobody approves their own");
  assert.equal(await own.getByRole("button", { name: "Geri al" }).count(), 1);
  head.seen.calm();
  await head.context.close();
  assert.ok(!(await standings(deputy.page)).some((s) => s.includes("İbrahim Karadağ")), "a request gives no power");

  const superior = await city.visitor({ as: SUPERIOR });
  await superior.page.goto("/people/proxies?state=waiting");
  const asked = superior.page.locator(".rows.proxies > li").filter({ hasText: "Tolga Bayraktar, İbrahim Karadağ adına" });
  assert.match(await asked.innerText(), /Daire Başkanı[^]*Yıllık izin/);
  await asked.getByRole("button", { name: "Onayla" }).click();
  await superior.page.getByText("Vekâlet onaylandı").waitFor();
  superior.seen.calm();
  await superior.context.close();

  const offered = await standings(deputy.page);
  assert.ok(offered.some((s) => s.includes("İbrahim Karadağ yerine")), offered.join("; "));
  await deputy.page.locator("label.choice").filter({ hasText: "İbrahim Karadağ yerine" }).locator("input").check();
  await deputy.page.locator("form[action='/account/post'] button.primary").click();
  await deputy.page.getByText("Şu anda İbrahim Karadağ adına, vekâleten işlem yapıyorsunuz.").waitFor();
  await deputy.page.goto("/people?q=Merve");
  await deputy.page.locator(".rows.people a").first().click();
  await deputy.page.locator("section[aria-labelledby=posts] a").first().click();
  await deputy.page.waitForURL(/\/registers\/holding\//);
  await deputy.page.locator("nav.tabs").getByRole("link", { name: "Düzenle" }).click();
  await deputy.page.locator("#i-basis").fill("Başkanlık oluru 7/19");
  await deputy.page.locator("#reason").fill("Dayanak yazıldı");
  await deputy.page.getByRole("button", { name: "Kaydet" }).click();
  await deputy.page.waitForURL(/saved=1/);
  await deputy.page.locator("nav.tabs").getByRole("link", { name: "Geçmiş" }).click();
  const step = deputy.page.locator("ol.timeline > li").first();
  assert.match(await step.locator(".who").innerText(), /Tolga Bayraktar[^]*Daire Başkanı[^]*İbrahim Karadağ adına \(vekâleten\)/);
  // Who acts by proxy can't pass it on.
  deputy.seen.expect(/status of 403/);
  assert.equal((await deputy.page.goto("/people/proxies/new")).status(), 403);
  deputy.seen.calm();
  await deputy.context.close();

  const chart = await city.visitor({ as: "admin" });
  await chart.page.goto("/organisation");
  assert.ok(await chart.page.getByText("Tolga Bayraktar, İbrahim Karadağ adına (vekâleten)").isVisible());
  await chart.page.goto("/people/proxies?state=running");
  assert.ok(await chart.page.getByText("Tolga Bayraktar, İbrahim Karadağ adına (vekâleten)").isVisible());
  await chart.page.goto("/people/proxies?state=over");
  assert.ok(await chart.page.getByText("Tolga Bayraktar, İbrahim Karadağ adına (vekâleten)").isVisible(), "the one that is over is in the list of those");
  await chart.context.close();
});

test("a superior rejects with one click, and an administrator is no superior", async () => {
  const admin = await city.visitor({ as: "admin" });
  await admin.page.goto("/people/proxies?state=waiting");
  const asked = (page) => page.locator(".rows.proxies > li").filter({ hasText: "Merve Tunç, Canan Işık adına" });
  assert.equal(await asked(admin.page).count(), 1);
  assert.equal(await asked(admin.page).getByRole("button", { name: "Onayla" }).count(), 0, "a power over all registers approves no proxy");
  await admin.context.close();
  const { context, page, seen } = await city.visitor({ as: WAITING, lang: "en", size: "phone" });
  await page.goto("/people/proxies");
  const row = page.locator(".rows.proxies > li").filter({ hasText: "Merve Tunç, for Canan Işık" });
  await row.getByRole("button", { name: "Reject" }).click();
  await page.getByText("The request is rejected").waitFor();
  await page.goto("/people/proxies?state=over");
  assert.match(await page.locator(".rows.proxies > li").filter({ hasText: "Merve Tunç, for Canan Işık" }).innerText(), /Rejected/);
  seen.calm();
  await context.close();
});
