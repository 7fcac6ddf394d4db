// Administration: the organisation chart, people and their logins, grants in words and why, what needs attention; and who gets none of it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { logIn, startCity } from "./city.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"];
const PAGES = ["/admin", "/organisation", "/organisation?show=vacant", "/people", "/people/proxies", "/people/proxies/new", "/grants", "/explain?register=person&action=unmask", "/access-log", "/access-log?tab=events"];
/** Bytes that a page of a list may have before compression. */
const MOST_BYTES = 60_000;
const AGENT = { login: "merve.tunc", password: "yosunlu iskele feneri" };

let city;
before(async () => {
  city = await startCity();
  await city.enrol(AGENT.login, AGENT.password);
});
after(() => city?.stop());

/** The page of a person, by a name that only they bear. */
async function personPage(page, name) {
  await page.goto(`/people?q=${encodeURIComponent(name)}`);
  const found = page.locator(".rows.people a");
  assert.equal(await found.count(), 1, `${name} is found once`);
  return found.first().getAttribute("href");
}

for (const [lang, size, theme] of [["tr", "desktop", "light"], ["en", "phone", "dark"]]) {
  test(`the pages of the administration shut nobody out, fit the screen and stay small: ${lang} ${size} ${theme}`, async (t) => {
    const { context, page, seen } = await city.visitor({ lang, size, theme, as: "admin" });
    for (const address of [...PAGES, await personPage(page, "Elif Şimşek")]) {
      await t.test(address, async () => {
        const response = await page.goto(address);
        assert.equal(response.status(), 200);
        assert.ok((await response.body()).length < MOST_BYTES, "the page is too large");
        assert.equal(await page.locator("h1").count(), 1);
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "it is wider than the screen");
        await page.evaluate(AXE);
        const { violations } = await page.evaluate((tags) => window.axe.run(document, { runOnly: tags, resultTypes: ["violations"] }), TAGS);
        assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.target.join(" ")).join(" | ")}`), []);
      });
    }
    seen.calm();
    await context.close();
  });
}

test("the chart is drawn from the records of the day: deputies, vacancies, and last year as it was", async () => {
  const { context, page, seen } = await city.visitor({ as: "admin" });
  await page.goto("/organisation");
  const unit = (name) => page.locator(".chart details").filter({ has: page.locator("> summary b", { hasText: new RegExp(`^${name}$`) }) });
  const branch = unit("Akıllı Şehirler Şube Müdürlüğü");
  assert.ok(await branch.getByText("Emre Yıldırım, Aylin Erdem adına (vekâleten)").isVisible());
  assert.ok(await unit("Coğrafi Bilgi Sistemleri Şefliği").getByText("Zeynep Uzun").isVisible());
  assert.ok((await page.locator(".chart .tag.warn").count()) > 0, "vacancies are marked");
  // By keyboard: a unit closes and opens.
  await branch.locator("> summary").focus();
  await page.keyboard.press("Enter");
  assert.equal(await branch.getByText("Emre Yıldırım, Aylin Erdem adına (vekâleten)").isVisible(), false);
  await page.keyboard.press("Enter");
  const closed = "Coğrafi Bilgi Sistemleri Şube Müdürlüğü";
  assert.equal(await unit(closed).count(), 0, "the branch that closed isn't there");
  const then = new Date();
  then.setFullYear(then.getFullYear() - 2);
  await page.locator("input[name=on]").fill(then.toISOString().slice(0, 10));
  await page.getByRole("button", { name: "Göster" }).click();
  await page.waitForURL(/on=/);
  assert.equal(await page.getByText("Emre Yıldırım, Aylin Erdem adına").count(), 0, "the proxy of today isn't of then");
  assert.ok(await unit(closed).getByText("Zeynep Uzun").isVisible(), "two years ago she worked in the branch that closed since");
  await page.getByRole("link", { name: "Bugüne dön" }).click();
  await page.getByRole("link", { name: "boş kadrosu olan görev" }).click();
  await page.waitForURL(/show=vacant/);
  assert.ok(await page.getByText("Çağrı Merkezi Görevlisi").isVisible());
  seen.calm();
  await context.close();
  const stranger = await city.visitor();
  await stranger.page.goto("/organisation");
  const text = await stranger.page.locator("main").innerText();
  assert.ok(text.includes("Bilgi İşlem Dairesi Başkanlığı") && !text.includes("Karadağ"), "units are public, persons are not");
  await stranger.context.close();
});

test("an administrator makes a link for a first login, ends sessions, and disables an account, which dies at once", async () => {
  const { context, page, seen } = await city.visitor({ as: "admin" });
  const address = await personPage(page, "Merve Tunç");
  const agent = await city.visitor({ as: AGENT, own: true });
  await page.goto(address);
  await page.locator(".act > summary", { hasText: "Giriş bağlantısı üret" }).click();
  await page.getByRole("button", { name: "Onaylıyorum: Giriş bağlantısı üret" }).click();
  const link = await page.locator("#link").inputValue();
  assert.match(link, /\/enrol\/.{20,}/);
  assert.ok(!page.url().includes(link.split("/").pop()), "the code is in no address");
  await page.goto(address);
  assert.equal(await page.locator("#link").count(), 0, "it is shown once");
  const invited = await city.visitor();
  await invited.page.goto(link);
  assert.ok(await invited.page.locator("#password").isVisible(), "the link opens the page of the first login");
  await invited.context.close();

  const sessions = page.locator("section[aria-labelledby=sessions] .rows > li");
  assert.ok((await sessions.count()) >= 1);
  await page.locator("details.danger > summary").click();
  await page.locator("details.danger input[name=reason]").fill("Geçici görevle başka kuruma gitti");
  await page.getByRole("button", { name: "Onaylıyorum: Hesabı askıya al" }).click();
  await page.getByText("Hesap askıya alındı").waitFor();
  assert.ok(await page.locator(".tags").getByText("Askıda").isVisible());
  await agent.page.goto("/account");
  assert.match(agent.page.url(), /\/login/, "the session died with the account");
  await page.goto(`${address.replace("/people/", "/registers/person/")}/history`);
  assert.equal(await page.locator("ol.timeline > li blockquote").first().innerText(), "Geçici görevle başka kuruma gitti");
  await page.goto(address);
  await page.locator("details.danger > summary").click();
  await page.locator("details.danger input[name=reason]").fill("Geri döndü");
  await page.getByRole("button", { name: "Onaylıyorum: Hesabı yeniden etkinleştir" }).click();
  await page.getByText("Hesap yeniden etkin").waitFor();
  await logIn(agent.page, AGENT);
  await agent.context.close();
  await page.goto("/access-log?tab=events&kind=person_disabled");
  assert.ok(await page.getByText("Hesap askıya alındı: Merve Tunç").isVisible());
  seen.calm();
  await context.close();
});

test("the numbers of what needs attention lead to lists that hold as many", async () => {
  const { context, page, seen } = await city.visitor({ as: "admin" });
  await page.goto("/admin");
  const items = await page.locator(".todo a").evaluateAll((links) => links.map((a) => [a.querySelector("b").textContent, a.querySelector("span").textContent, a.getAttribute("href")]));
  assert.ok(items.length >= 10);
  const waiting = items.find(([, title]) => title === "onay bekleyen vekâlet");
  assert.equal(waiting[0], "1");
  await page.goto(waiting[2]);
  assert.equal(await page.locator(".rows.proxies > li").count(), 1);
  const weak = items.find(([, title]) => title.startsWith("güçlü rolde"));
  await page.goto(weak[2]);
  assert.equal(await page.locator(".rows.people > li").count(), Number(weak[0]));
  const vacant = items.find(([, title]) => title === "boş kadrosu olan görev");
  await page.goto(vacant[2]);
  assert.equal(await page.locator("main .rows > li").count(), Number(vacant[0]));
  for (const [, title, address] of items) assert.equal((await page.goto(address)).status(), 200, `${title} leads nowhere`);
  seen.calm();
  await context.close();
});

test("grants stand in plain words, and the page “why” weighs them for another", async () => {
  const { context, page, seen } = await city.visitor({ as: "admin" });
  await page.goto("/grants?register=person&role=personnel_officer");
  assert.ok(await page.getByText("Personel işleri görevlisi “Kişi” kütüğünde kişisel alanları açık görebilir.").isVisible());
  await page.goto("/explain");
  await page.locator("input[name=person]").fill("Gülsüm Yaman");
  await page.locator("select[name=register]").selectOption("person");
  await page.locator("select[name=action]").selectOption("unmask");
  await page.getByRole("button", { name: "Açıkla" }).click();
  assert.equal(await page.locator("#answer").innerText(), "Yapabilir, ama bir koşulla.");
  assert.match(await page.locator(".verdict").innerText(), /gerekçe yazmak/);
  await page.locator("input[name=person]").fill("Merve Tunç");
  await page.getByRole("button", { name: "Açıkla" }).click();
  assert.equal(await page.locator("#answer").innerText(), "Hayır, yapamaz.");
  assert.match(await page.locator(".verdict").innerText(), /şu rol: Personel işleri görevlisi/);
  await page.locator("input[name=person]").fill("Kimse Yok");
  await page.getByRole("button", { name: "Açıkla" }).click();
  assert.match(await page.locator("p.fault").innerText(), /tek bir kişi bulunamadı/);
  seen.calm();
  await context.close();
});

test("a stranger is sent to the login; staff without the power are refused and told why", async () => {
  const stranger = await city.visitor();
  for (const address of ["/admin", "/people", "/people/proxies", "/people/proxies/new", "/grants", "/explain", "/access-log"]) {
    await stranger.page.goto(address);
    assert.equal(new URL(stranger.page.url()).pathname, "/login", `${address} is open to strangers`);
  }
  await stranger.context.close();
  const { context, page, seen } = await city.visitor({ as: AGENT });
  seen.expect(/status of 403/);
  const no = "Hayır, yapamaz.";
  // Of the journal everybody may see what is about themselves: on their own account.
  const own = /^Yalnızca bazı kayıtlarda/;
  for (const [address, answer, verdict] of [["/admin", /hesap yönetme/, no], ["/access-log", /görme/, own], ["/registers/person/new", /kayıt ekleme/, no]]) {
    assert.equal((await page.goto(address)).status(), 403, address);
    assert.match(await page.locator(".lead").innerText(), answer);
    await page.getByRole("link", { name: "Neden izin yok?" }).click();
    await page.waitForURL(/\/explain/);
    const told = await page.locator("#answer").innerText();
    assert.ok(verdict === own ? own.test(told) : told === verdict, told);
    assert.equal(await page.locator("input[name=person]").count(), 0, "another's case isn't theirs to ask");
  }
  const manager = await city.visitor({ as: "admin" });
  const other = await personPage(manager.page, "Gülsüm Yaman");
  await manager.context.close();
  assert.equal((await page.goto(`/explain?register=person&action=read&person=${other.split("/").pop()}`)).status(), 403);
  assert.equal(await page.getByRole("link", { name: "Yönetim" }).count(), 0);
  await page.goto(other);
  assert.equal(await page.locator("form[action^='/people/']").count(), 0, "nothing is offered");
  // What isn't offered is refused too.
  const token = await page.locator("input[name=meydan-form]").first().inputValue();
  const refused = await page.request.post(`${other}/enrol`, { form: { "meydan-form": token }, headers: { accept: "text/html", origin: city.url } });
  assert.equal(refused.status(), 403);
  await context.close();
});
