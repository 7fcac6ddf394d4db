// What no page may do, noted while a visitor walks: ask another host, write an error to the console, break the content policy.
import assert from "node:assert/strict";

/** Addresses that stay inside of the browser. */
const INSIDE = /^(data|blob|about):/;

/** Watches a browser context; `calm` fails if anything was noted. */
export async function watch(context, url) {
  const notes = [];
  const expected = [];
  const note = (what, where) => {
    const text = `${what} (on ${where})`;
    if (!expected.some((e) => e.test(text))) notes.push(text);
  };
  context.on("request", (request) => {
    if (!INSIDE.test(request.url()) && !request.url().startsWith(`${url}/`)) note(`asked ${request.url()}`, request.frame()?.url() ?? "a worker");
  });
  context.on("console", (message) => {
    if (message.type() === "error") note(`console: ${message.text()} ${message.location().url}`, message.page()?.url());
  });
  context.on("weberror", (fault) => note(`error: ${fault.error().stack}`, fault.page()?.url()));
  await context.exposeBinding("meydanBrokePolicy", ({ page }, what) => note(`content policy: ${what}`, page.url()));
  await context.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) => {
      window.meydanBrokePolicy(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
    });
  });
  return {
    /** What follows on purpose: a form sent back with 400 writes a console message. */
    expect: (pattern) => expected.push(pattern),
    /** Fails if a page did what it must not. */
    calm: () => assert.deepEqual(notes, [], "a page did what it must not"),
  };
}
