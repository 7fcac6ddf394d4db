// Random days in the field against a model: the app's own synchronisation (web/src/field/sync.ts), a line that fails in every way, a
// phone that is switched off, others who change the same cases, and the real server. What was told how often is counted afterwards.
import assert from "node:assert/strict";
import { build } from "../../web/node_modules/esbuild/lib/main.js";
import path from "node:path";
import { fileURLToPath } from "node:url";

const HERE = path.dirname(fileURLToPath(import.meta.url));

/** The app's own module; it knows no page. */
export async function syncModule() {
  const entryPoints = [path.resolve(HERE, "../../web/src/field/sync.ts")];
  const { outputFiles } = await build({ entryPoints, bundle: true, write: false, format: "esm", target: "node20" });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}

/** Numbers that are the same for the same seed (mulberry32). */
export function random(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return { next, chance: (p) => next() < p, pick: (list) => list[Math.floor(next() * list.length)], below: (n) => Math.floor(next() * n) };
}

/** The device's disk: it outlives what runs on it, and gives copies only. */
class Memory {
  constructor() {
    Object.assign(this, { name: crypto.randomUUID(), days: new Map(), kept: new Map(), list: new Map(), files: new Map(), told: [] });
  }
  async device() {
    return this.name;
  }
  async last() {
    return [...this.days.keys()].at(-1);
  }
  async day(person) {
    return this.days.get(person);
  }
  async takeDay(day, cases) {
    this.days.set(day.person, structuredClone(day));
    this.kept = new Map(cases.map((c) => [`${c.register}/${c.id}`, structuredClone(c)]));
  }
  async cases() {
    return structuredClone([...this.kept.values()]);
  }
  async putCases(_, cases, gone) {
    for (const c of cases) this.kept.set(`${c.register}/${c.id}`, structuredClone(c));
    for (const key of gone) this.kept.delete(key);
  }
  async deeds() {
    return structuredClone([...this.list.values()]).sort((a, b) => a.seq - b.seq);
  }
  async putDeed(deed, file) {
    if (file) this.files.set(file.digest, file);
    this.list.set(deed.id, structuredClone(deed));
  }
  async done(deed, sent) {
    this.list.delete(deed.id);
    if (sent) this.told.push(structuredClone(sent));
  }
  async sent() {
    return structuredClone(this.told);
  }
  async file(_, digest) {
    return this.files.get(digest);
  }
  async putFile(file) {
    this.files.set(file.digest, file);
  }
  async forget() {}
}

/** A line that loses, doubles and delays. */
class Line {
  constructor(url, token, dice) {
    Object.assign(this, { url, token, dice, up: true, calm: false, late: [], failures: 0 });
  }

  ask = async (address, init = {}) => {
    const send = () => fetch(this.url + address, { ...init, headers: { ...init.headers, authorization: `Bearer ${this.token}` } });
    const lost = (what) => {
      this.failures++;
      throw new Error(what);
    };
    if (!this.up) throw new Error("no reception");
    if (this.calm) return send();
    const fate = this.dice.next();
    if (fate < 0.12) lost("lost on the way there");
    if (fate < 0.3) {
      await (await send()).arrayBuffer();
      lost("lost on the way back");
    }
    if (fate < 0.4) {
      await (await send()).arrayBuffer();
      return send();
    }
    if (fate < 0.5) this.late.push(send);
    return send();
  };

  /** Copies that were on their way for long arrive now. */
  async arrive() {
    for (const send of this.late.splice(0)) await (await send()).arrayBuffer();
  }
}

const STEPS = { open: ["take"], in_progress: ["wait", "report"], waiting: ["resume"], reported: [] };
const AFTER = { take: "in_progress", wait: "waiting", resume: "in_progress", report: "reported" };
const setOf = (step, n) => (step === "report" ? { outcome: `Sonuç ${n}` } : {});

/** One person's random day with one case, and with those that they find on the spot. */
export class Schedule {
  constructor({ module, city, me, other, seed }) {
    Object.assign(this, { module, city, me, other, seed, dice: random(seed), keep: new Memory(), added: new Map(), warned: new Map(), theirs: 0, bytes: new Map() });
    this.line = new Line(city.url, me.token, this.dice);
  }

  async api(address, who, init = {}) {
    const response = await fetch(this.city.url + address, { ...init, headers: { "content-type": "application/json", authorization: `Bearer ${who.token}` } });
    const body = await response.json();
    assert.ok(response.ok, `${address}: ${response.status} ${JSON.stringify(body)}`);
    return body;
  }

  change(change, who, reason = null) {
    return this.api("/api/changes", who, { method: "POST", body: JSON.stringify({ reason, changes: [change] }) });
  }

  async run() {
    const values = { title: `Deneme ${this.seed}`, kind: "field", assignee: this.me.id, unit: this.me.unit };
    const { records } = await this.change({ register: "task", op: "insert", values, geometry: { type: "Point", coordinates: [39.7, 41] } }, this.other);
    this.record = records[0].id;
    this.start();
    this.line.calm = true;
    await this.take();
    this.line.calm = false;
    for (let n = 5 + this.dice.below(9); n > 0; n--) await this.something();
    await this.end();
    await this.check();
  }

  start() {
    this.work = new this.module.FieldWork(this.keep, this.line.ask, this.me.id);
  }

  async take() {
    // Of a day of many only one's own case is kept, as it would be on a phone of one's own.
    const before = await this.keep.cases();
    const day = await this.module.FieldWork.take(this.keep, this.line.ask, "tr", null, false);
    const kept = typeof day === "string" ? before : await this.keep.cases();
    this.keep.kept = new Map(kept.filter((c) => this.own(c.id)).map((c) => [`${c.register}/${c.id}`, c]));
  }

  own(id) {
    return id === this.record || [...this.added.values()].some((d) => d.record === id);
  }

  async something() {
    const { dice, line } = this;
    const fate = dice.next();
    if (fate < 0.2) line.up = !line.up;
    else if (fate < 0.34) await this.someoneElse();
    else if (fate < 0.4) this.start();
    else if (fate < 0.43) await this.take();
    else if (fate < 0.46) await line.arrive();
    else if (fate < 0.56) await this.sync();
    else if (fate < 0.63) await this.decide();
    else await this.deed();
  }

  /** Something done in the field, as the phone shows the case to its holder. */
  async deed() {
    const { dice, work } = this;
    const n = this.added.size;
    const of = { register: "task", record: this.record, title: `${n}` };
    const fate = dice.next();
    let deed;
    if (fate < 0.5) {
      const known = this.keep.kept.get(`task/${this.record}`);
      if (!known) return;
      const deeds = await this.keep.deeds();
      const last = deeds.filter((d) => d.record === this.record && d.what.kind === "transition").at(-1);
      const state = last ? AFTER[last.what.transition] : known.state;
      const step = dice.pick(STEPS[state] ?? []);
      if (!step) return;
      deed = await work.add({ ...of, reason: step === "wait" ? "Malzeme bekleniyor" : null }, { kind: "transition", transition: step, set: setOf(step, n) });
    } else if (fate < 0.75) deed = await work.add(of, { kind: "comment", text: `not ${this.seed}/${n}` });
    else if (fate < 0.9) {
      const size = dice.chance(0.1) ? this.module.PIECE + 5000 : 2000;
      const bytes = Buffer.concat([Buffer.from(`%PDF-1.7\n% ${this.seed}/${n}\n`), Buffer.alloc(size, n + 1)]);
      const digest = await this.module.digestOf(bytes);
      this.bytes.set(digest, bytes);
      deed = await work.add(of, { kind: "attachment", sha256: digest, name: "belge.pdf" }, { person: this.me.id, digest, bytes: new Blob([bytes]), name: "belge.pdf", there: false });
    } else {
      const record = this.module.newId();
      deed = await work.add({ ...of, record }, { kind: "new_request", values: { title: `Yerinde ${this.seed}/${n}`, kind: "field" }, place: [39.71, 41.001] });
      this.added.set(deed.id, deed);
      deed = await work.add({ ...of, record }, { kind: "transition", transition: "report", set: { outcome: "Yerinde giderildi" } });
    }
    this.added.set(deed.id, deed);
  }

  /** The office changes the case too; what can't be done from where it is, isn't. */
  async someoneElse() {
    const { state } = await this.api(`/api/cases/task/${this.record}`, this.other);
    const step = this.dice.pick([...(STEPS[state] ?? []).filter((s) => s !== "report"), null]);
    if (step) await this.change({ register: "task", proceed: step, id: this.record }, this.other, "Ofisten");
    else await this.change({ register: "task", op: "update", id: this.record, values: { address: `Adres ${this.dice.below(1e6)}` } }, this.other);
    this.theirs++;
  }

  async sync() {
    await this.work.sync();
    for (const deed of await this.keep.deeds()) {
      if (deed.status === "conflict") {
        this.warned.set(deed.id, deed.meanwhile);
        assert.ok(deed.meanwhile.length > 0 && deed.meanwhile.every((s) => s.by && s.at), `seed ${this.seed}: a conflict that says nothing`);
      }
    }
  }

  async decide() {
    const deeds = (await this.keep.deeds()).filter((d) => d.status !== "waiting");
    if (!deeds.length) return;
    const deed = this.dice.pick(deeds);
    const choice = deed.status === "refused" ? this.dice.pick(["drop", "comment"]) : this.dice.pick(["again", "drop", "comment"]);
    if (choice === "comment" && deed.what.kind !== "transition") return this.work.settle(deed.id, "drop");
    await this.work.settle(deed.id, choice, `olmadı ${deed.id}`);
  }

  /** Reception for good: everything goes, whatever waits is decided, copies arrive late. */
  async end() {
    this.line.up = true;
    for (let n = 0; n < 60; n++) {
      if (n > 20) this.line.calm = true;
      await this.sync();
      if (!(await this.keep.deeds()).length) break;
      await this.decide();
    }
    await this.line.arrive();
    const left = await this.keep.deeds();
    assert.deepEqual(left.map((d) => [d.what.kind, d.status, d.problem?.code]), [], `seed ${this.seed}: something never goes`);
  }

  async check() {
    const at = `seed ${this.seed}`;
    const traces = new Map();
    for (const record of new Set([...this.added.values()].map((d) => d.record))) await this.traces(record, traces);
    // Nothing lost: each deed is on the server under its own id, as what the phone says became of it; or it never left the phone.
    const told = new Map(this.keep.told.map((s) => [s.id, s.kind]));
    for (const [id, deed] of this.added) {
      const trace = traces.get(id);
      if (!told.has(id)) {
        assert.equal(trace, undefined, `${at}: ${deed.what.kind} ${id} is done, and the phone never said so`);
        continue;
      }
      assert.equal(trace?.kind ?? "dropped", told.get(id), `${at}: what the phone says became of ${id}`);
    }
    // Nothing doubled, nothing of nobody.
    assert.deepEqual([...traces.keys()].filter((id) => !this.added.has(id)), [], `${at}: deeds that nobody did`);
    const ofKind = (kind) => [...traces].filter(([, t]) => t.kind === kind && t.whole === this.record).map(([id]) => id).sort();
    const parts = async (part) => (await this.api(`/api/cases/task/${this.record}/parts/${part}`, this.me)).parts;
    assert.deepEqual((await parts("comment")).map((p) => p.id).sort(), ofKind("comment"), `${at}: comments`);
    const files = await parts("attachment");
    assert.deepEqual(files.map((p) => p.id).sort(), ofKind("attachment"), `${at}: files`);
    for (const { id, values } of files) assert.equal(values.digest, this.added.get(id).what.sha256, `${at}: whose bytes`);
    await this.history(at, traces);
  }

  /** Out of everybody's way: the days of those that follow stay short. */
  async clear() {
    await this.change({ register: "task", proceed: "cancel", id: this.record }, this.other, "Deneme bitti").catch(() => {});
    const found = new Set([...this.added.values()].map((d) => d.record).filter((r) => r !== this.record));
    for (const id of found) await this.change({ register: "task", proceed: "accept", id }, this.me).catch(() => {});
  }

  async traces(record, traces) {
    const response = await fetch(`${this.city.url}/api/cases/task/${record}/parts/field_deed`, { headers: { authorization: `Bearer ${this.me.token}` } });
    // Found on the spot and taken back before it was told: the case is not there, and no trace can be seen through it.
    if (response.status === 404) return;
    for (const { id, values } of (await response.json()).parts) {
      assert.ok(!traces.has(id), `${id} twice`);
      traces.set(id, values);
    }
  }

  /** Each step is one version, and none stands on what its doer had not seen or been told. */
  async history(at, traces) {
    const { versions } = await this.api(`/api/records/task/${this.record}/history`, this.me);
    const mine = versions.filter((v) => v.source === "field");
    const steps = [...traces].filter(([, t]) => t.kind === "transition" && t.whole === this.record);
    assert.deepEqual(mine.map((v) => v.version).sort((a, b) => a - b), steps.map(([, t]) => t.case_version).sort((a, b) => a - b), `${at}: steps and versions`);
    assert.equal(versions.length, 1 + mine.length + this.theirs, `${at}: versions`);
    for (const [id, { case_version }] of steps) {
      const deed = this.added.get(id);
      // What it followed may have been taken back, or kept as a note: then it stands on what the person saw.
      const seen = traces.get(deed.after)?.case_version ?? deed.expected;
      assert.ok(case_version - 1 === seen || this.warned.has(id), `${at}: ${id} went over another's change (${seen} → ${case_version}) and nobody was told`);
    }
  }
}
