// Coming in and going out, as people do it: by password, code and passkey; tokens and sessions on the account's pages.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ADMIN, logIn, startCity } from "./city.mjs";
import { oneTimeCode } from "./one_time_code.mjs";

let city;
before(async () => {
  city = await startCity();
});
after(() => city?.stop());

const PASSWORD = "martı vapur iskele ıhlamur";
const WORDS = {
  tr: { wrong: /yanlış|hatalı|doğru değil/i, wait: /bekleyin/, out: "Oturumunuz kapatıldı" },
  en: { wrong: /wrong|not right|incorrect/i, wait: /wait/i, out: "You are logged out" },
};
const SHAPES = [["tr", "desktop"], ["en", "phone"]];

/** Types login and password and sends them. */
async function tries(page, login, password) {
  await page.locator("#login").fill(login);
  await page.locator("#password").fill(password);
  await page.locator("form[action='/login'] button.primary").click();
}

/** Waits until the page is there: its address, not one that only names it. */
const arrives = (page, pathname) => page.waitForURL((url) => url.pathname === pathname);

/** Opens the account's menu and logs out. */
async function logOut(page) {
  await page.locator("details.account summary").click();
  await page.locator("details.account form[action='/logout'] button").click();
}

for (const [lang, size] of SHAPES) {
  const words = WORDS[lang];
  test(`duty 7/f who comes to a closed page logs in, is led there, and logs out: ${lang} ${size}`, async () => {
    const { context, page, seen } = await city.visitor({ lang, size });
    seen.expect(/status of 401/);
    await page.goto("/registers/person?sort=last_name");
    assert.equal(new URL(page.url()).pathname, "/login");
    await tries(page, ADMIN.login, "yanlış parola yanlış");
    const alert = page.locator("#refusal");
    await alert.waitFor();
    assert.match(await alert.innerText(), words.wrong);
    assert.deepEqual([await page.locator("#login").inputValue(), await page.locator("#password").inputValue()], [ADMIN.login, ""]);
    // One goes on where one was.
    await page.waitForFunction(() => document.activeElement?.id === "password");
    await tries(page, ADMIN.login.toUpperCase(), ADMIN.password);
    await arrives(page, "/registers/person");
    await page.getByText("Denizer").first().waitFor();
    assert.ok(!(await page.content()).includes("99900000142"), "numbers of people are masked");
    const session = (await context.cookies()).find((cookie) => cookie.name === "session");
    assert.deepEqual([session.httpOnly, session.sameSite], [true, "Lax"]);
    await logOut(page);
    await page.getByRole("heading", { name: words.out }).waitFor();
    assert.ok(!(await context.cookies()).some((cookie) => cookie.name === "session" && cookie.value));
    await page.goto("/registers/person");
    assert.equal(new URL(page.url()).pathname, "/login");
    // The cookie kept from before opens nothing.
    await context.addCookies([session]);
    await page.goto("/account");
    assert.equal(new URL(page.url()).pathname, "/login");
    seen.calm();
    await context.close();
  });
}

test("by keyboard alone: from the first page to the own account and out again", async () => {
  const { context, page, seen } = await city.visitor();
  await page.goto("/login?next=/account");
  await page.waitForFunction(() => document.activeElement?.id === "login");
  await page.keyboard.type(ADMIN.login);
  await page.keyboard.press("Tab");
  await page.keyboard.type(ADMIN.password);
  await page.keyboard.press("Enter");
  await arrives(page, "/account");
  // To the account's menu, into it, and to the way out.
  const reach = async (selector) => {
    for (let i = 0; i < 60; i++) {
      if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
      await page.keyboard.press("Tab");
    }
    assert.fail(`${selector} is not reached by Tab`);
  };
  await reach("details.account summary");
  await page.keyboard.press("Enter");
  await reach("details.account form[action='/logout'] button");
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  assert.notEqual(outline, "none", "one sees where one is");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: WORDS.tr.out }).waitFor();
  seen.calm();
  await context.close();
});

test("duty 11/ç who guesses is told to wait, in words", async () => {
  const { context, page, seen } = await city.visitor({ script: false });
  seen.expect(/status of 4(01|29)/);
  await page.goto("/login");
  for (let i = 0; i < 12 && !WORDS.tr.wait.test(await page.locator("main").innerText()); i++) await tries(page, "oguz.kaptan", `tahmin ${i} tahmin`);
  assert.match(await page.locator("#refusal").innerText(), WORDS.tr.wait);
  seen.calm();
  await context.close();
  // Somebody else at the same address isn't shut out by it.
  const other = await city.visitor({ as: "admin", own: true });
  await other.context.close();
});

test("a second factor is set up, asked for, and a recovery code stands in for it once", async () => {
  await city.enrol("zeynep.uzun", PASSWORD);
  const who = { login: "zeynep.uzun", password: PASSWORD };
  const { context, page, seen } = await city.visitor({ as: who, own: true });
  seen.expect(/status of 4(01|03)/);
  await page.goto("/account/login");
  await page.locator("form[action='/account/app'] button").click();
  const key = await page.locator("#key").inputValue();
  await page.locator("#code").fill(oneTimeCode(key));
  await page.locator("form[action='/account/app/confirm'] button.primary").click();
  const codes = await page.locator("ol.codes li").allInnerTexts();
  assert.ok(codes.length >= 8 && new Set(codes).size === codes.length, `${codes}`);
  await logOut(page);
  const half = async () => {
    await page.goto("/login?next=/account");
    await tries(page, who.login, who.password);
    await arrives(page, "/login/code");
    // The first half alone opens nothing.
    const peek = await page.request.get("/account", { maxRedirects: 0, headers: { accept: "text/html" } });
    assert.equal(peek.status(), 303);
  };
  const answers = async (code) => {
    await page.locator("#code").fill(code);
    await page.locator("form[action='/login/code'] button.primary").click();
  };
  await half();
  await answers("000000");
  await page.locator("#refusal").waitFor();
  await answers(oneTimeCode(key, 1));
  await arrives(page, "/account");
  await logOut(page);
  await half();
  await answers(codes[0]);
  await arrives(page, "/account");
  await logOut(page);
  await half();
  await answers(codes[0]);
  await page.locator("#refusal").waitFor();
  assert.equal(new URL(page.url()).pathname, "/login/code", "a recovery code is good once");
  seen.calm();
  await context.close();
});

test("a passkey is added, opens the house, and proves anew who one is", async () => {
  const { context, page, seen } = await city.visitor({ at: city.home, as: "admin", own: true });
  // The device answers everything at once, also what the browser would offer in the login field. Where that isn't what is tried, it
  // is off.
  await context.addInitScript(() => {
    if (!location.hash.includes("offer")) PublicKeyCredential.isConditionalMediationAvailable = async () => false;
  });
  const device = await context.newCDPSession(page);
  await device.send("WebAuthn.enable");
  const options = { protocol: "ctap2", ctap2Version: "ctap2_1", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true };
  const { authenticatorId } = await device.send("WebAuthn.addVirtualAuthenticator", { options });
  const kept = async () => (await device.send("WebAuthn.getCredentials", { authenticatorId })).credentials;
  await page.goto("/account/login");
  await page.locator("#passkey-name").fill("Deneme telefonu");
  await page.locator("form[data-passkey=register] button").click();
  await page.locator("ul.rows li b", { hasText: "Deneme telefonu" }).waitFor();
  const [credential] = await kept();
  assert.deepEqual([(await kept()).length, credential.isResidentCredential, credential.rpId], [1, true, "localhost"]);
  await logOut(page);
  await page.getByRole("heading", { name: WORDS.tr.out }).waitFor();
  // No name, no password: the device says who it is.
  await page.goto("/login?next=/account/sessions");
  await page.locator("[data-passkey=login] button").click();
  await arrives(page, "/account/sessions");
  assert.match(await page.locator("ul.rows").innerText(), /geçiş anahtarı/i);
  assert.ok((await kept())[0].signCount > credential.signCount, "the device's counter goes on");
  // Offered in the login field, without a click.
  await logOut(page);
  await page.goto("/login?next=/account/looks#offer");
  await arrives(page, "/account/looks");
  // Proving anew.
  await page.goto("/account/verify?next=/account/tokens");
  await page.locator("[data-passkey=verify] button").click();
  await arrives(page, "/account/tokens");
  // A device that can't tell its holder from others is not enough.
  await device.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
  await logOut(page);
  await page.goto("/login");
  await page.locator("[data-passkey=login] button").click();
  await page.locator("[data-passkey=login] .fault:not([hidden])").waitFor();
  assert.equal((await context.cookies()).some((cookie) => cookie.name === "session" && cookie.value), false);
  // Removed, it opens nothing any more.
  await device.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: true });
  await logIn(page, ADMIN, "/account/login");
  await page.locator("form[action$='/remove'] button", { hasText: "Deneme telefonu" }).click();
  await page.locator("ul.rows li b", { hasText: "Deneme telefonu" }).waitFor({ state: "detached" });
  await logOut(page);
  seen.expect(/status of 401/);
  await page.goto("/login");
  await page.locator("[data-passkey=login] button").click();
  await page.locator("[data-passkey=login] .fault:not([hidden])").waitFor();
  seen.calm();
  await context.close();
});

test("a token is made on the page, used by a program, and opens nothing once it is revoked", async () => {
  const { context, page, seen } = await city.visitor({ as: "admin", own: true });
  await page.goto("/account/tokens");
  await page.locator("#name").fill("QGIS, harita bürosu");
  await page.locator("input[name=action][value=read]").check();
  for (const other of await page.locator("input[name=action]:checked:not([value=read])").all()) await other.uncheck();
  await page.locator("input[name=register][value=person]").check();
  await page.locator("form[action='/account/tokens'] button.primary").click();
  const secret = await page.locator("#secret").inputValue();
  assert.match(secret, /^meydan_/);
  const asks = async (address) => (await fetch(city.url + address, { headers: { authorization: `Bearer ${secret}` } })).status;
  assert.deepEqual([await asks("/ogc/collections/person/items"), await asks("/ogc/collections/holding/items"), await asks("/ogc/collections/person/export/csv")], [200, 403, 403]);
  await page.goto("/account/tokens");
  assert.ok(!(await page.content()).includes(secret), "it is shown once");
  await page.locator("form[action$='/revoke'] button", { hasText: "QGIS" }).click();
  await page.locator(".banner.good").waitFor();
  assert.equal(await asks("/ogc/collections/person/items"), 401);
  seen.calm();
  await context.close();
});

test("a session is ended from elsewhere, and is over at its next step", async () => {
  const here = await city.visitor({ as: "admin", own: true });
  const there = await city.visitor({ as: "admin", own: true, lang: "en", size: "phone" });
  await there.page.goto("/account");
  assert.equal(new URL(there.page.url()).pathname, "/account");
  await here.page.goto("/account/sessions");
  await here.page.locator("form[action='/account/sessions/end-others'] button").click();
  await here.page.locator(".banner.good").waitFor();
  await there.page.goto("/account");
  assert.equal(new URL(there.page.url()).pathname, "/login");
  await here.page.goto("/account");
  assert.equal(new URL(here.page.url()).pathname, "/account");
  here.seen.calm();
  there.seen.calm();
  await here.context.close();
  await there.context.close();
});
