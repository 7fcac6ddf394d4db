// The service worker of field work: the app's shell and files from the device, also after a restart without reception. It keeps
// nobody's data: that is in the app's own store. Tiles of the day's area are put here by the app.
declare const FILES: string[];
declare const VERSION: string;

/** What a worker has and a page hasn't: the compiler knows pages only. */
interface Scope extends EventTarget {
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
  location: Location;
}
const worker = self as unknown as Scope;

interface Lifetime extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetched extends Lifetime {
  request: Request;
  respondWith(answer: Promise<Response>): void;
}

const SHELL = "/saha";
const APP = `meydan-field-${VERSION}`;
const MAP = "meydan-field-map";
/** How long the shell is waited for where the line is bad. */
const PATIENCE_MS = 3000;
const LOOSE = { ignoreVary: true, ignoreSearch: true };

worker.addEventListener("install", (event) => {
  const all = async () => {
    const cache = await caches.open(APP);
    await cache.addAll(FILES);
    await cache.add(new Request(SHELL, { cache: "reload" }));
    await worker.skipWaiting();
  };
  (event as Lifetime).waitUntil(all());
});

worker.addEventListener("activate", (event) => {
  const tidy = async () => {
    for (const name of await caches.keys()) if (name.startsWith("meydan-field-") && name !== APP && name !== MAP) await caches.delete(name);
    await worker.clients.claim();
  };
  (event as Lifetime).waitUntil(tidy());
});

/** The newest shell if it comes soon, else the one that is here. */
async function shell(request: Request): Promise<Response> {
  const cache = await caches.open(APP);
  const fresh = fetch(request).then(async (answer) => {
    if (answer.ok && !answer.redirected) await cache.put(SHELL, answer.clone());
    return answer;
  });
  const kept = await cache.match(SHELL, LOOSE);
  if (!kept) return fresh;
  const late = new Promise<Response>((done) => setTimeout(() => done(kept), PATIENCE_MS));
  return Promise.race([fresh.then((answer) => (answer.status < 500 ? answer : kept), () => kept), late]);
}

async function keptFirst(request: Request, cacheName: string, keeps: boolean): Promise<Response> {
  const kept = await caches.match(request, { ignoreVary: true });
  if (kept) return kept;
  const answer = await fetch(request);
  if (keeps && answer.ok) await (await caches.open(cacheName)).put(request, answer.clone());
  return answer;
}

/** Tiles as the app took them along; others from the line. */
async function lineFirst(request: Request): Promise<Response> {
  try {
    const answer = await fetch(request);
    if (answer.ok && answer.status === 200) await (await caches.open(MAP)).put(request, answer.clone());
    return answer;
  } catch (error) {
    const kept = await caches.match(request, { ignoreVary: true });
    if (kept) return kept;
    throw error;
  }
}

worker.addEventListener("fetch", (event) => {
  const { request } = event as Fetched;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== worker.location.origin) return;
  const answer = (response: Promise<Response>) => (event as Fetched).respondWith(response);
  if (request.mode === "navigate" && url.pathname === SHELL) return answer(shell(request));
  if (url.pathname.startsWith("/assets/")) return answer(keptFirst(request, APP, true));
  if (url.pathname.startsWith("/tiles/")) return answer(keptFirst(request, MAP, false));
  if (url.pathname.startsWith("/styles/")) return answer(lineFirst(request));
  if (url.pathname === "/saha/map-worker.mjs") return answer(keptFirst(request, APP, true));
});

export {};
