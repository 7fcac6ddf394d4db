// The device's disk: IndexedDB. All stores bear the person's id, so that nobody sees or sends what is another's.
import { type Case, type Day, type Deed, type Keep, type KeptFile, type Sent, keyOf } from "./model";

const NAME = "meydan-field";
/** What was sent is shown for a while; older ones go. */
const MAX_SENT = 60;

const ask = <T>(request: IDBRequest<T>) =>
  new Promise<T>((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });

function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => {
    const db = request.result;
    db.createObjectStore("meta");
    db.createObjectStore("days", { keyPath: "person" });
    for (const [name, key] of [["cases", ["person", "key"]], ["deeds", ["person", "id"]], ["files", ["person", "digest"]], ["sent", ["person", "id"]]] as const) {
      db.createObjectStore(name, { keyPath: [...key] });
    }
  };
  return ask(request);
}

/** Everything of a person in a store. */
const of = (person: string) => IDBKeyRange.bound([person], [person, []]);

interface KeptCase {
  person: string;
  key: string;
  case: Case;
}

/** Kept in this browser. */
export class Disk implements Keep {
  private db: Promise<IDBDatabase> | undefined;

  /** One transaction; done when it is on disk. */
  private async within<T>(stores: string[], mode: IDBTransactionMode, work: (store: (name: string) => IDBObjectStore) => Promise<T> | T): Promise<T> {
    this.db ??= open();
    const transaction = (await this.db).transaction(stores, mode, { durability: "strict" });
    const ended = new Promise<void>((done, failed) => {
      transaction.oncomplete = () => done();
      transaction.onabort = transaction.onerror = () => failed(transaction.error);
    });
    const result = await work((name) => transaction.objectStore(name));
    await ended;
    return result;
  }

  async device(): Promise<string> {
    return this.within(["meta"], "readwrite", async (store) => {
      const known = (await ask(store("meta").get("device"))) as string | undefined;
      const name = known ?? crypto.randomUUID();
      if (!known) store("meta").put(name, "device");
      return name;
    });
  }

  last(): Promise<string | undefined> {
    return this.within(["meta"], "readonly", (store) => ask(store("meta").get("person")) as Promise<string | undefined>);
  }

  day(person: string): Promise<Day | undefined> {
    return this.within(["days"], "readonly", (store) => ask(store("days").get(person)) as Promise<Day | undefined>);
  }

  takeDay(day: Day, cases: Case[]): Promise<void> {
    return this.within(["meta", "days", "cases"], "readwrite", async (store) => {
      store("meta").put(day.person, "person");
      store("days").put(day);
      store("cases").delete(of(day.person));
      for (const one of cases) store("cases").put({ person: day.person, key: keyOf(one), case: one } satisfies KeptCase);
    });
  }

  async cases(person: string): Promise<Case[]> {
    const kept = await this.within(["cases"], "readonly", (store) => ask(store("cases").getAll(of(person))) as Promise<KeptCase[]>);
    return kept.map((k) => k.case);
  }

  putCases(person: string, cases: Case[], gone: string[]): Promise<void> {
    return this.within(["cases"], "readwrite", (store) => {
      for (const one of cases) store("cases").put({ person, key: keyOf(one), case: one } satisfies KeptCase);
      for (const key of gone) store("cases").delete([person, key]);
    });
  }

  async deeds(person: string): Promise<Deed[]> {
    const found = await this.within(["deeds"], "readonly", (store) => ask(store("deeds").getAll(of(person))) as Promise<Deed[]>);
    return found.sort((a, b) => a.seq - b.seq);
  }

  putDeed(deed: Deed, file?: KeptFile): Promise<void> {
    return this.within(["deeds", "files"], "readwrite", (store) => {
      if (file) store("files").put(file);
      store("deeds").put(deed);
    });
  }

  done(deed: Deed, sent: Sent | null): Promise<void> {
    return this.within(["deeds", "files", "sent"], "readwrite", async (store) => {
      store("deeds").delete([deed.person, deed.id]);
      if (sent) store("sent").put(sent);
      const left = (await ask(store("deeds").getAll(of(deed.person)))) as Deed[];
      const needed = new Set(left.flatMap((d) => (d.what.kind === "attachment" ? [d.what.sha256] : [])));
      for (const key of await ask(store("files").getAllKeys(of(deed.person)))) {
        if (!needed.has((key as string[])[1]!)) store("files").delete(key);
      }
      const old = ((await ask(store("sent").getAll(of(deed.person)))) as Sent[]).sort((a, b) => (a.sent_at < b.sent_at ? 1 : -1)).slice(MAX_SENT);
      for (const one of old) store("sent").delete([one.person, one.id]);
    });
  }

  async sent(person: string): Promise<Sent[]> {
    const found = await this.within(["sent"], "readonly", (store) => ask(store("sent").getAll(of(person))) as Promise<Sent[]>);
    return found.sort((a, b) => (a.sent_at < b.sent_at ? 1 : -1));
  }

  file(person: string, digest: string): Promise<KeptFile | undefined> {
    return this.within(["files"], "readonly", (store) => ask(store("files").get([person, digest])) as Promise<KeptFile | undefined>);
  }

  putFile(file: KeptFile): Promise<void> {
    return this.within(["files"], "readwrite", (store) => void store("files").put(file));
  }

  forget(person: string): Promise<void> {
    return this.within(["meta", "days", "cases", "sent"], "readwrite", (store) => {
      store("meta").delete("person");
      store("days").delete(person);
      store("cases").delete(of(person));
      store("sent").delete(of(person));
    });
  }
}
