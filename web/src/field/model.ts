// What a device keeps of a day in the field: cases as the server told them, deeds that it will be told, files that go with them.

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type Values = Record<string, Json>;
/** Longitude, latitude. */
export type Place = [number, number];

/** A step that somebody may take from where a case is. */
export interface Offer {
  name: string;
  title: string;
  to: string | null;
  needs: string[];
  fields: string[];
  reason: boolean;
  step_up: boolean;
}

/** A case as the server told it. */
export interface Case {
  register: string;
  id: string;
  version: number;
  recorded_at: string;
  label: string | null;
  reference: string | null;
  state: string;
  due_at: string | null;
  assignee: string | null;
  assignee_name: string | null;
  closed: boolean;
  presses: boolean;
  place: Place | null;
  values: Values;
  hidden: string[];
  offers: Offer[];
}

/** A field of a definition. */
export interface Field {
  title: string;
  type: "text" | "integer" | "real" | "boolean" | "date" | "timestamp" | "money" | "code" | "reference";
  description?: string;
  list?: string;
  register?: string;
  required?: boolean;
  house?: boolean;
  default?: Json;
  max_length?: number;
  min?: number;
  max?: number;
}

/** A register as forms need it. */
export interface Register {
  title: string;
  label: string;
  fields: Record<string, Field>;
  order: string[];
  states: Record<string, { title: string; kind: "open" | "waiting" | "closed" }>;
  new: boolean;
  place: boolean;
}

/** The definitions of a day. */
export interface Forms {
  registers: Record<string, Register>;
  lists: Record<string, { code: string; title: string; retired: boolean }[]>;
  choices: Record<string, { id: string; title: string | null }[]>;
}

/** A day that was taken along. */
export interface Day {
  person: string;
  name: string;
  unit: string | null;
  post: string;
  on_behalf_of: string | null;
  /** By the server's clock. */
  now: string;
  /** By the device's. */
  taken_at: string;
  order: string[];
  metres: number;
  forms: Forms;
}

/** What was done. */
export type What =
  | { kind: "transition"; transition: string; set: Values }
  | { kind: "comment"; text: string; audience?: string }
  | { kind: "attachment"; sha256: string; name: string; audience?: string; place?: Place }
  | { kind: "new_request"; values: Values; place?: Place }
  | { kind: "dropped" };

/** One change that somebody else made meanwhile. */
export interface Step {
  version: number;
  at: string;
  by: string;
  post: string;
  reason: string | null;
  step: string | null;
  changed: { field: string; old: Json; new: Json }[];
  moved: boolean;
}

/** Why a deed was refused. */
export interface Problem {
  code: string;
  detail: string;
  hint?: string;
  errors?: { field: string; message: string }[];
}

/** A deed on the device until the server has it. */
export interface Deed {
  id: string;
  person: string;
  /** In the order in which they were done. */
  seq: number;
  register: string;
  record: string;
  /** What it is about, for the list of what waits. */
  title: string;
  at: string;
  expected: number | null;
  after: string | null;
  reason: string | null;
  what: What;
  status: "waiting" | "conflict" | "refused";
  /** It left the device once at least: the server may have it. */
  sent: boolean;
  meanwhile?: Step[];
  problem?: Problem;
  /** The case as it was when others were found to have changed it. */
  current?: number;
}

/** The bytes of a photo or a voice note. */
export interface KeptFile {
  person: string;
  digest: string;
  bytes: Blob;
  name: string;
  /** All of it is on the server. */
  there: boolean;
}

/** What was sent, for the person to see. */
export interface Sent {
  id: string;
  person: string;
  title: string;
  kind: What["kind"];
  at: string;
  sent_at: string;
}

/** Where a device keeps all that. Each call is whole or not at all, and on disk when it returns. */
export interface Keep {
  device(): Promise<string>;
  last(): Promise<string | undefined>;
  day(person: string): Promise<Day | undefined>;
  /** A day in the place of the last, with the cases that changed; others that are no longer in it go. */
  takeDay(day: Day, cases: Case[]): Promise<void>;
  cases(person: string): Promise<Case[]>;
  putCases(person: string, cases: Case[], gone: string[]): Promise<void>;
  /** Deeds in their order. */
  deeds(person: string): Promise<Deed[]>;
  /** Keeps a deed, with the file that belongs to it. */
  putDeed(deed: Deed, file?: KeptFile): Promise<void>;
  /** A deed that the server has; its file goes too unless another deed needs it. */
  done(deed: Deed, sent: Sent | null): Promise<void>;
  sent(person: string): Promise<Sent[]>;
  file(person: string, digest: string): Promise<KeptFile | undefined>;
  putFile(file: KeptFile): Promise<void>;
  /** Forgets all of somebody's but what is still unsent. */
  forget(person: string): Promise<void>;
}

/** A case's key. */
export const keyOf = (of: { register: string; id: string }) => `${of.register}/${of.id}`;
