// Passkeys (WebAuthn level 3): asks the device, and tells the server what it said. The pages say what is to happen by
// `data-passkey` on a part of the page: `login`, `register` or `verify`. Where options come from and where the answer goes stands in
// `data-options` and `data-answer`, and in `data-form` which form of the page is sent then. Without script or without passkeys that part stays hidden.
import { text } from "./texts";

/** What the server wants asked. */
interface Asked {
  challenge: string;
  options: Json;
}

type Json = { [key: string]: unknown };
type Act = "login" | "register" | "verify";

/** Where a device's options come from, and where its answer goes, if the page doesn't say. */
const PATHS: Record<Act, [options: string, answer: string]> = {
  login: ["/login/passkey/options", "/login/passkey"],
  register: ["/account/passkeys/options", "/account/passkeys"],
  verify: ["/account/verify/passkey/options", "/account/verify/passkey"],
};

/** The server forgets a challenge after five minutes; a page that waits for autofill asks for another one before. */
const FRESH_MS = 4 * 60_000;

/** What the server refused, in its own words. */
class Refused extends Error {}

// Sentences of the browser's side. The server's Fluent files may have them under the same names; these stand in for old pages.
const SENTENCES: Record<string, { tr: string; en: string }> = {
  "passkey-cancelled": {
    tr: "İşlem iptal edildi ya da süresi doldu. Yeniden deneyin.",
    en: "It was cancelled or took too long. Try again.",
  },
  "passkey-known": {
    tr: "Bu cihazda hesabınızın bir geçiş anahtarı zaten var.",
    en: "This device already has a passkey of your account.",
  },
  "passkey-insecure": {
    tr: "Geçiş anahtarı bu adreste kullanılamaz. https:// ile başlayan adresi ya da http://localhost adresini kullanın.",
    en: "Passkeys can't be used at this address. Use the https:// address or http://localhost.",
  },
  "passkey-unsuitable": {
    tr: "Bu cihaz parmak izi, yüz ya da PIN ile doğrulanan bir geçiş anahtarı saklayamıyor. Başka bir cihaz deneyin.",
    en: "This device can't keep a passkey that is confirmed by fingerprint, face or PIN. Try another device.",
  },
  "passkey-offline": {
    tr: "Sunucuya ulaşılamadı. Bağlantınızı denetleyip yeniden deneyin.",
    en: "The server can't be reached. Check your connection and try again.",
  },
  "passkey-failed": {
    tr: "Geçiş anahtarı okunamadı. Yeniden deneyin.",
    en: "The passkey couldn't be read. Try again.",
  },
};

function say(name: string): string {
  const given = text(name);
  if (given !== name) return given;
  const sentence = SENTENCES[name];
  return sentence ? (document.documentElement.lang.startsWith("en") ? sentence.en : sentence.tr) : name;
}

/** What went wrong, for people. */
export function explain(error: unknown): string {
  if (error instanceof Refused) return error.message;
  if (error instanceof TypeError) return say("passkey-offline");
  switch ((error as DOMException | undefined)?.name) {
    case "NotAllowedError":
    case "AbortError":
    case "TimeoutError":
      return say("passkey-cancelled");
    case "InvalidStateError":
      return say("passkey-known");
    case "SecurityError":
      return say("passkey-insecure");
    case "NotSupportedError":
    case "ConstraintError":
      return say("passkey-unsuitable");
    default:
      return say("passkey-failed");
  }
}

/** Bytes as base64url without padding. */
export function encode(bytes: ArrayBuffer): string {
  let letters = "";
  for (const byte of new Uint8Array(bytes)) letters += String.fromCharCode(byte);
  return btoa(letters).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** base64url as bytes. */
export function decode(written: string): Uint8Array<ArrayBuffer> {
  const letters = atob(written.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
}

const described = (list: unknown) =>
  ((list as { id: string; type: "public-key"; transports?: AuthenticatorTransport[] }[] | undefined) ?? []).map(
    (known) => ({ ...known, id: decode(known.id) }),
  );

/** Options to make a passkey; by the browser's own reader where it has one (WebAuthn level 3 §5.1.8). */
export function creationOptions(json: Json): PublicKeyCredentialCreationOptions {
  if (typeof PublicKeyCredential.parseCreationOptionsFromJSON === "function") {
    return PublicKeyCredential.parseCreationOptionsFromJSON(json as unknown as PublicKeyCredentialCreationOptionsJSON);
  }
  const user = json.user as { id: string; name: string; displayName: string };
  return {
    ...(json as unknown as PublicKeyCredentialCreationOptions),
    challenge: decode(json.challenge as string),
    user: { ...user, id: decode(user.id) },
    excludeCredentials: described(json.excludeCredentials),
  };
}

/** Options to use a passkey. */
export function requestOptions(json: Json): PublicKeyCredentialRequestOptions {
  if (typeof PublicKeyCredential.parseRequestOptionsFromJSON === "function") {
    return PublicKeyCredential.parseRequestOptionsFromJSON(json as unknown as PublicKeyCredentialRequestOptionsJSON);
  }
  return {
    ...(json as unknown as PublicKeyCredentialRequestOptions),
    challenge: decode(json.challenge as string),
    allowCredentials: described(json.allowCredentials),
  };
}

const made = (response: AuthenticatorAttestationResponse) => ({
  clientDataJSON: encode(response.clientDataJSON),
  attestationObject: encode(response.attestationObject),
  transports: response.getTransports?.() ?? [],
});

const signed = (response: AuthenticatorAssertionResponse) => ({
  clientDataJSON: encode(response.clientDataJSON),
  authenticatorData: encode(response.authenticatorData),
  signature: encode(response.signature),
  userHandle: response.userHandle ? encode(response.userHandle) : null,
});

/** What the device said, as JSON (WebAuthn level 3 §5.1.7). */
export function answer(credential: PublicKeyCredential): Json {
  if (typeof credential.toJSON === "function") {
    try {
      return credential.toJSON() as unknown as Json;
    } catch {
      // Some password managers put an object of their own in the browser's place, whose toJSON doesn't work.
    }
  }
  const { response } = credential;
  return {
    id: credential.id,
    rawId: encode(credential.rawId),
    type: credential.type,
    clientExtensionResults: credential.getClientExtensionResults(),
    response:
      response instanceof AuthenticatorAttestationResponse
        ? made(response)
        : signed(response as AuthenticatorAssertionResponse),
  };
}

/** Posts JSON with the form's token; the server's refusals come in the page's language. */
async function post(path: string, token: string, body: Json): Promise<Json> {
  const response = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json", "x-meydan-form": token },
    body: JSON.stringify(body),
  });
  const said = (await response.json().catch(() => ({}))) as Json;
  if (response.ok) return said;
  const sentences = [said.detail, said.hint].filter((part) => typeof part === "string");
  throw new Refused(sentences.join(" ") || say("passkey-failed"));
}

function ask(part: HTMLElement, act: Act): Promise<Asked> {
  const name = part.querySelector<HTMLInputElement>("input[name=name]")?.value ?? "";
  const wish = act === "register" ? { name } : {};
  return post(part.dataset.options ?? PATHS[act][0], part.dataset.token ?? "", wish) as Promise<Json & Asked>;
}

async function fromDevice(act: Act, options: Json, signal: AbortSignal, conditional: boolean): Promise<PublicKeyCredential> {
  const credential =
    act === "register"
      ? await navigator.credentials.create({ publicKey: creationOptions(options), signal })
      : await navigator.credentials.get({
          publicKey: requestOptions(options),
          signal,
          ...(conditional && { mediation: "conditional" as const }),
        });
  if (!(credential && "rawId" in credential)) throw new DOMException("no passkey", "NotAllowedError");
  return credential as PublicKeyCredential;
}

/** Only one request to the device can be open: the one that waits for autofill gives way to a pressed button. */
let open: AbortController | undefined;

function begin(): AbortSignal {
  open?.abort();
  open = new AbortController();
  return open.signal;
}

async function perform(part: HTMLElement, act: Act): Promise<void> {
  const signal = begin();
  const asked = await ask(part, act);
  signal.throwIfAborted();
  await finish(part, act, asked, await fromDevice(act, asked.options, signal, false));
}

/** Tells the server what the device said, and goes where that leads. */
async function finish(part: HTMLElement, act: Act, { challenge }: Asked, credential: PublicKeyCredential): Promise<void> {
  const { token = "", next } = part.dataset;
  const done = await post(part.dataset.answer ?? PATHS[act][1], token, { challenge, credential: answer(credential), ...(next && { next }) });
  // A form that waited for the proof goes on its way.
  const waiting = document.getElementById(part.dataset.form ?? "");
  if (waiting instanceof HTMLFormElement) {
    const carrier = waiting.elements.namedItem("meydan-form");
    if (carrier instanceof HTMLInputElement && typeof done.token === "string") carrier.value = done.token;
    return HTMLFormElement.prototype.submit.call(waiting);
  }
  location.assign(ownPath(done.next) ?? ownPath(next) ?? location.pathname);
}

/** A path of this site; nothing that leads elsewhere. */
export function ownPath(path: unknown): string | undefined {
  if (typeof path !== "string" || !path.startsWith("/")) return undefined;
  const url = new URL(path, location.origin);
  return url.origin === location.origin ? url.pathname + url.search + url.hash : undefined;
}

/**
 * Offers passkeys in the login name's autofill (conditional UI), for as long as the page is open. Gives back what offers them
 * anew, after a pressed button took the device.
 */
async function autofill(part: HTMLElement, fail: (error: unknown) => void): Promise<() => void> {
  const field = document.querySelector("input[autocomplete~=webauthn]");
  if (!field || !(await PublicKeyCredential.isConditionalMediationAvailable?.())) return () => {};
  let since = 0;
  const offer = async () => {
    since = Date.now();
    const signal = begin();
    let asked, credential;
    try {
      asked = await ask(part, "login");
      signal.throwIfAborted();
      credential = await fromDevice("login", asked.options, signal, true);
    } catch {
      // Nobody asked for anything yet: the button says what is wrong when it is pressed.
      return;
    }
    await finish(part, "login", asked, credential).catch(fail);
  };
  const renew = () => {
    const old = Date.now() - since >= FRESH_MS;
    if (old && !document.hidden && !part.hasAttribute("aria-busy")) void offer();
  };
  window.setInterval(renew, FRESH_MS);
  document.addEventListener("visibilitychange", renew);
  void offer();
  return () => void offer();
}

/** Sets up a part of the page that works with passkeys. */
async function passkeyPart(part: HTMLElement): Promise<void> {
  const act = part.dataset.passkey as Act;
  const button = part.querySelector("button");
  if (!button || !(act in PATHS) || typeof PublicKeyCredential === "undefined") return;
  const fault = part.querySelector<HTMLElement>("[role=alert]");
  const tell = (sentence: string) => {
    if (!fault) return;
    fault.textContent = sentence;
    fault.hidden = !sentence;
  };
  const fail = (error: unknown) => tell(explain(error));
  let offer = () => {};
  const start = async (event: Event) => {
    event.preventDefault();
    tell("");
    button.disabled = true;
    part.setAttribute("aria-busy", "true");
    await perform(part, act).catch((error) => {
      fail(error);
      offer();
    });
    button.disabled = false;
    part.removeAttribute("aria-busy");
  };
  // In a form (a name to give) Enter works like the button.
  const form = part instanceof HTMLFormElement ? part : part.querySelector("form");
  if (form) form.addEventListener("submit", start);
  else button.addEventListener("click", start);
  part.hidden = false;
  if (act === "login") offer = await autofill(part, fail);
}

document.querySelectorAll<HTMLElement>("[data-passkey]").forEach((part) => void passkeyPart(part));
