// A gateway of short messages on this machine, as docs/operation.md describes one: takes what is signed by the shared secret, and
// hands the codes in it to the test.
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

/** Longest wait for a message. */
const PATIENCE_MS = 30_000;
/** What is older is refused (Standard Webhooks). */
const FRESH_S = 300;

/** Starts it; `settings` is its section of the configuration. */
export async function startGateway() {
  const key = randomBytes(24);
  const gateway = new Gateway();
  const server = createServer((request, response) => {
    const parts = [];
    request.on("data", (part) => parts.push(part));
    request.on("end", () => {
      const body = Buffer.concat(parts).toString();
      const at = request.headers["webhook-timestamp"];
      const right = `v1,${createHmac("sha256", key).update(`${request.headers["webhook-id"]}.${at}.${body}`).digest("base64")}`;
      const given = String(request.headers["webhook-signature"]);
      const known = given.length === right.length && timingSafeEqual(Buffer.from(given), Buffer.from(right));
      if (known && Math.abs(Date.now() / 1000 - Number(at)) < FRESH_S) gateway.take(JSON.parse(body));
      response.writeHead(known ? 200 : 401).end();
    });
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  gateway.settings = `[sms]\nurl = "http://127.0.0.1:${server.address().port}/"\nsecret = "whsec_${key.toString("base64")}"\nreach.allow_private = true\n`;
  gateway.stop = () => server.close();
  return gateway;
}

class Gateway {
  #codes = new Map();
  #waiting = new Map();
  #known = new Set();

  /** A message of an id is taken once, however often it comes. */
  take({ to, text, id }) {
    const code = /\b(\d{6})\b/.exec(text)?.[1];
    if (!code || this.#known.has(id)) return;
    this.#known.add(id);
    const wait = this.#waiting.get(to);
    this.#waiting.delete(to);
    if (wait) wait(code);
    else this.#codes.set(to, [...(this.#codes.get(to) ?? []), code]);
  }

  /** The next code that a number was sent. */
  code(to) {
    const [code, ...more] = this.#codes.get(to) ?? [];
    this.#codes.set(to, more);
    if (code) return Promise.resolve(code);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no code was sent to ${to}`)), PATIENCE_MS);
      this.#waiting.set(to, (came) => {
        clearTimeout(timer);
        resolve(came);
      });
    });
  }
}
