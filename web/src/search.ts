// The search box in the head of every page; on the map page a result flies there instead of opening the record.
import { type Choice, type Group, combobox } from "./combobox";

/** A record found by the server (`/search.json`). */
export interface Hit {
  id: string;
  fid: number;
  label: string;
  bbox: [number, number, number, number] | null;
  href: string;
}

interface Answer {
  groups: { register: string; title: string; hits: Hit[] }[];
}

/** What the map page does with the search. */
export interface Taker {
  /** Suggestions of its own for what was typed (coordinates). */
  more: (typed: string) => Choice[];
  /** Takes a pick; false leaves it to the box. */
  take: (value: unknown) => boolean;
}

let taker: Taker | undefined;

/** The map page takes the picks. */
export function takeSearch(by: Taker): void {
  taker = by;
}

async function find(typed: string, signal: AbortSignal): Promise<Group[]> {
  const own = taker?.more(typed) ?? [];
  if (own.length) return [{ choices: own }];
  const response = await fetch(`/search.json?q=${encodeURIComponent(typed)}`, { signal });
  const { groups } = (await response.json()) as Answer;
  return groups.map((group) => ({
    title: group.title,
    choices: group.hits.map((hit) => ({ label: hit.label, note: `#${hit.fid}`, value: hit })),
  }));
}

/** Sets up the box. */
export function searchBox(input: HTMLInputElement): void {
  combobox(input, {
    find,
    least: 2,
    pick: (choice) => {
      if (taker?.take(choice.value)) {
        input.value = choice.label;
        input.blur();
      } else {
        location.href = (choice.value as Hit).href;
      }
    },
  });
}
