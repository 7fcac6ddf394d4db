// Bringing a day's deeds to the server: once each, in their order, whatever the line does. Knows no page: it runs in tests too.
import { type Case, type Day, type Deed, type Json, type Keep, type KeptFile, type Place, type Problem, type Sent, type Step, type What, keyOf } from "./model";

/** Bytes of a file sent at once. */
export const PIECE = 256 * 1024;
/** Deeds told at once. */
const BATCH = 40;
/** Rounds of one synchronisation: a deed may free others. */
const ROUNDS = 12;

/** How the server is asked; what it throws counts as “no reception”. */
export type Net = (path: string, init?: { method?: string; headers?: Record<string, string>; body?: string | Uint8Array }) => Promise<{ status: number; json(): Promise<unknown> }>;

/** How a synchronisation ended. */
export type Ended = "clear" | "waits" | "offline" | "login" | "another" | "failed";

interface Result {
  id: string;
  outcome: "done" | "already" | "conflict" | "refused" | "waiting" | "file_missing" | "later";
  kind?: What["kind"];
  meanwhile?: Step[];
  problem?: Problem;
}

class Offline extends Error {}
class Ends extends Error {
  constructor(readonly how: Ended) {
    super(how);
  }
}

/** A UUID of version 7 (RFC 9562): in order of time. */
export function newId(now = Date.now()): string {
  const random = crypto.getRandomValues(new Uint8Array(10));
  const time = now.toString(16).padStart(12, "0");
  const hex = [...random].map((b) => b.toString(16).padStart(2, "0")).join("");
  const variant = (8 + (random[2]! & 3)).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex.slice(0, 3)}-${variant}${hex.slice(5, 8)}-${hex.slice(8, 20)}`;
}

/** SHA-256 in hex. */
export async function digestOf(bytes: ArrayBuffer): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...hash].map((b) => b.toString(16).padStart(2, "0")).join("");
}

/** One person's field work on one device. */
export class FieldWork {
  private running: Promise<Ended> | undefined;

  constructor(
    private readonly keep: Keep,
    private readonly net: Net,
    readonly person: string,
    private readonly clock: () => Date = () => new Date(),
  ) {}

  /** Takes the day along; what waits here stays. Throws what [`asked`] throws. */
  static async take(keep: Keep, net: Net, lang: string, start: Place | null, urgent: boolean, clock = () => new Date()): Promise<Day | Ended> {
    const query = new URLSearchParams({ lang, ...(urgent ? { urgent: "true" } : {}), ...(start ? { lon: start[0].toFixed(6), lat: start[1].toFixed(6) } : {}) });
    try {
      const { cases, ...told } = (await asked(net, `/api/field/today?${query}`)) as Omit<Day, "taken_at"> & { cases: Case[] };
      const day: Day = { ...told, taken_at: clock().toISOString() };
      await keep.takeDay(day, cases);
      return day;
    } catch (error) {
      return ended(error);
    }
  }

  /** Is it still this person who is logged in? `clear` if so. */
  async whose(): Promise<Ended> {
    const body = JSON.stringify({ person: this.person, device: await this.keep.device(), deeds: [] });
    try {
      await asked(this.net, "/api/field/sync", { method: "POST", headers: { "content-type": "application/json" }, body });
      return "clear";
    } catch (error) {
      return ended(error);
    }
  }

  /** Writes a deed down; it is on the device's disk when this returns. */
  async add(of: { register: string; record: string; title: string; reason?: string | null }, what: What, file?: KeptFile): Promise<Deed> {
    const deeds = await this.keep.deeds(this.person);
    const earlier = deeds.filter((d) => d.record === of.record);
    const moves = (d: Deed) => d.what.kind === "new_request" || (what.kind === "transition" && d.what.kind === "transition");
    const before = earlier.filter(moves).at(-1);
    const known = (await this.keep.cases(this.person)).find((c) => c.id === of.record);
    const deed: Deed = {
      id: newId(this.clock().getTime()),
      person: this.person,
      seq: Math.max(0, ...deeds.map((d) => d.seq)) + 1,
      register: of.register,
      record: of.record,
      title: of.title,
      at: this.clock().toISOString(),
      expected: what.kind === "transition" ? (known?.version ?? null) : null,
      after: before?.id ?? null,
      reason: of.reason || null,
      what,
      status: "waiting",
      sent: false,
    };
    await this.keep.putDeed(deed, file);
    return deed;
  }

  /** What somebody wants done with a deed that met others' changes, or that was refused. */
  async settle(id: string, choice: "again" | "drop" | "comment", comment = ""): Promise<void> {
    const deed = (await this.keep.deeds(this.person)).find((d) => d.id === id);
    if (!deed) return;
    const { meanwhile: _, problem: __, current: ___, ...rest } = deed;
    const waiting: Deed = { ...rest, status: "waiting" };
    if (choice === "again") {
      const known = (await this.keep.cases(this.person)).find((c) => c.id === deed.record);
      // Done anew on top of what is there now: it follows nothing but that.
      const moved = deed.what.kind === "transition" && deed.status === "conflict" ? { after: null, at: this.clock().toISOString() } : {};
      return this.keep.putDeed({ ...waiting, ...moved, expected: deed.what.kind === "transition" ? (known?.version ?? deed.expected) : null });
    }
    if (choice === "comment") return this.keep.putDeed({ ...waiting, expected: null, after: null, reason: null, what: { kind: "comment", text: comment } });
    // What never left the device is gone with it; else the server is told, so that no late copy of it does anything.
    if (!deed.sent) return this.keep.done(deed, null);
    return this.keep.putDeed({ ...waiting, expected: null, after: null, reason: null, what: { kind: "dropped" } });
  }

  /** Brings everything that waits to the server; while one runs, others wait for the same. */
  sync(): Promise<Ended> {
    this.running ??= this.bring().finally(() => (this.running = undefined));
    return this.running;
  }

  private async bring(): Promise<Ended> {
    try {
      for (let round = 0; round < ROUNDS; round++) {
        const ready = (await this.ready()).slice(0, BATCH);
        if (!ready.length) break;
        await this.bringFiles(ready);
        if (!(await this.tell(ready))) break;
      }
      return (await this.keep.deeds(this.person)).length ? "waits" : "clear";
    } catch (error) {
      return ended(error);
    }
  }

  /** The deeds that can be told now: not those that follow one which a person must decide about. */
  private async ready(): Promise<Deed[]> {
    const deeds = await this.keep.deeds(this.person);
    const held = new Set<string>();
    const ready: Deed[] = [];
    for (const deed of deeds) {
      if (deed.status !== "waiting" || (deed.after && held.has(deed.after))) held.add(deed.id);
      else ready.push(deed);
    }
    return ready;
  }

  private async bringFiles(deeds: Deed[]): Promise<void> {
    for (const { what } of deeds) {
      if (what.kind !== "attachment") continue;
      const file = await this.keep.file(this.person, what.sha256);
      if (!file || file.there) continue;
      const path = `/api/field/files/${file.digest}`;
      const bytes = new Uint8Array(await file.bytes.arrayBuffer());
      let { have } = (await asked(this.net, path)) as { have: number };
      while (have < bytes.length) {
        const end = Math.min(have + PIECE, bytes.length);
        const headers = { "content-range": `bytes ${have}-${end - 1}/${bytes.length}`, "content-type": "application/octet-stream" };
        const told = (await asked(this.net, path, { method: "PUT", headers, body: bytes.slice(have, end) })) as { have: number };
        have = told.have;
      }
      await this.keep.putFile({ ...file, there: true });
    }
  }

  /** Tells deeds; true if something moved, so that another round is worth its while. */
  private async tell(deeds: Deed[]): Promise<boolean> {
    // Whatever happens to the request: the server may have them from now on.
    for (const deed of deeds) if (!deed.sent) await this.keep.putDeed({ ...deed, sent: true });
    const body = JSON.stringify({ person: this.person, device: await this.keep.device(), deeds: deeds.map(wire) });
    const headers = { "content-type": "application/json" };
    const answer = (await asked(this.net, "/api/field/sync", { method: "POST", headers, body })) as { results: Result[]; cases: Case[]; gone: string[] };
    await this.keep.putCases(this.person, answer.cases, answer.gone);
    let moved = false;
    for (const result of answer.results) {
      // A person may have decided meanwhile: what is written here now counts.
      const deed = (await this.keep.deeds(this.person)).find((d) => d.id === result.id);
      const told = deeds.find((d) => d.id === result.id);
      if (!deed || !told || deed.what.kind !== told.what.kind || deed.status !== "waiting") continue;
      moved = (await this.became(deed, result, answer.cases)) || moved;
    }
    return moved;
  }

  private async became(deed: Deed, result: Result, cases: Case[]): Promise<boolean> {
    switch (result.outcome) {
      case "done":
      case "already": {
        const kind = result.kind ?? deed.what.kind;
        const sent: Sent = { id: deed.id, person: this.person, title: deed.title, kind, at: deed.at, sent_at: this.clock().toISOString() };
        await this.keep.done(deed, sent);
        return true;
      }
      case "conflict": {
        const current = cases.find((c) => c.id === deed.record)?.version;
        await this.keep.putDeed({ ...deed, sent: true, status: "conflict", meanwhile: result.meanwhile ?? [], current });
        return true;
      }
      case "refused":
        await this.keep.putDeed({ ...deed, sent: true, status: "refused", problem: result.problem });
        return true;
      case "file_missing": {
        const file = deed.what.kind === "attachment" ? await this.keep.file(this.person, deed.what.sha256) : undefined;
        if (file) await this.keep.putFile({ ...file, there: false });
        return Boolean(file);
      }
      case "waiting": {
        // What it followed was taken back: it stands alone now, on what the person saw.
        const there = (await this.keep.deeds(this.person)).some((d) => d.id === deed.after);
        if (!there && deed.after) await this.keep.putDeed({ ...deed, sent: true, after: null });
        return !there;
      }
      default:
        return false;
    }
  }
}

/** A deed as it goes over the line. */
function wire({ id, register, record, at, expected, after, reason, what }: Deed): Json {
  return { id, register, record, at, expected, after, reason, ...what } as unknown as Json;
}

/** What the server answers; throws if it can't be reached, wants a login, or fails. */
async function asked(net: Net, path: string, init?: Parameters<Net>[1]): Promise<unknown> {
  let answer: Awaited<ReturnType<Net>>;
  let body: unknown;
  try {
    answer = await net(path, init);
    body = await answer.json();
  } catch {
    throw new Offline();
  }
  if (answer.status < 300) return body;
  if (answer.status === 401) throw new Ends("login");
  if (answer.status === 409 && (body as Problem).code === "another-person") throw new Ends("another");
  throw new Ends("failed");
}

function ended(error: unknown): Ended {
  if (error instanceof Offline) return "offline";
  if (error instanceof Ends) return error.how;
  throw error;
}

/** What a case looks like with what was done to it here and is not yet told. */
export function pending(of: Case, deeds: Deed[]): { state: string; closed: boolean; waits: number; trouble: number } {
  const own = deeds.filter((d) => d.record === of.id);
  const last = own.filter((d) => d.what.kind === "transition" && d.status === "waiting").at(-1);
  const offer = last && of.offers.find((o) => last.what.kind === "transition" && o.name === last.what.transition);
  return {
    state: offer?.to ?? of.state,
    closed: of.closed,
    waits: own.length,
    trouble: own.filter((d) => d.status !== "waiting").length,
  };
}

/** Deeds that a person must decide about. */
export const troubled = (deeds: Deed[]) => deeds.filter((d) => d.status !== "waiting");

export { keyOf };
