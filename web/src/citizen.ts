// The citizen's form: suggests addresses, finds the position, opens the map when it is asked for, searches the categories, counts
// letters, keeps a draft on the device. The form works without any of it.
import { combobox } from "./combobox";
import { fold } from "./fold";
import { text } from "./texts";

/** A place as `/basvuru/yer.json` tells it. */
export interface Place {
  at: string;
  address: string;
  neighbourhood: string;
}

const DRAFT = "meydan-basvuru";
const DRAFT_LIFE_MS = 86_400_000;
/** What is kept: nothing of who it is. */
const KEPT = ["at", "q", "category", "kind", "description"];

const form = document.querySelector<HTMLFormElement>("form[data-citizen]");
const input = (name: string) => form?.elements.namedItem(name) as HTMLInputElement | null;

/** Takes a point: asks what it is called and shows that. */
async function take(at: string): Promise<Place | undefined> {
  const response = await fetch(`/basvuru/yer.json?at=${encodeURIComponent(at)}`);
  const { place } = (await response.json()) as { place: Place | null };
  const shown = document.querySelector<HTMLElement>("[data-chosen]")!;
  shown.hidden = false;
  shown.querySelector("span")!.textContent = place ? text("place-here", { address: place.address }) : text("place-outside");
  document.querySelector("fieldset.choices")?.remove();
  let field = input("at");
  if (!(field instanceof HTMLInputElement)) {
    field = Object.assign(document.createElement("input"), { type: "hidden", name: "at" });
    form!.append(field);
  }
  field.value = place ? at : "";
  keep();
  return place ?? undefined;
}

function places(search: HTMLInputElement): void {
  interface Found {
    label: string;
    note: string;
    at: string;
  }
  combobox(search, {
    least: 3,
    find: async (typed, signal) => {
      const response = await fetch(`/basvuru/adres.json?q=${encodeURIComponent(typed)}`, { signal });
      const { places } = (await response.json()) as { places: Found[] };
      return [{ choices: places.map((place) => ({ label: place.label, note: place.note, value: place })) }];
    },
    pick: (choice) => {
      search.value = choice.label;
      void take((choice.value as Found).at);
    },
  });
  const buttons = document.querySelector<HTMLElement>("[data-places]")!;
  buttons.hidden = false;
  const locate = buttons.querySelector<HTMLButtonElement>("[data-locate]")!;
  locate.addEventListener("click", () => {
    const lost = () => {
      const shown = document.querySelector<HTMLElement>("[data-chosen]")!;
      shown.hidden = false;
      shown.querySelector("span")!.textContent = text("place-lost");
    };
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => void take(`${coords.longitude.toFixed(6)},${coords.latitude.toFixed(6)}`),
      lost,
      { enableHighAccuracy: true, timeout: 15_000, maximumAge: 60_000 },
    );
  });
  buttons.querySelector<HTMLButtonElement>("[data-open-map]")!.addEventListener("click", (event) => {
    (event.currentTarget as HTMLButtonElement).hidden = true;
    void openMap();
  });
}

/** The map is many times the form's weight: it is loaded when somebody asks for it. */
async function openMap(): Promise<void> {
  const { map, mapStyle, centre } = form!.dataset;
  const holder = document.querySelector<HTMLElement>("[data-map-holder]")!;
  holder.hidden = false;
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: mapStyle });
  const styled = new Promise((done) => link.addEventListener("load", done, { once: true }));
  document.head.append(link);
  await styled;
  const { mount } = (await import(map!)) as typeof import("./citizen-map");
  mount(holder, centre ?? "", input("at")?.value ?? "", take);
}

/** Typing narrows the tree to what has the words. */
function filter(box: HTMLInputElement): void {
  box.closest<HTMLElement>("[data-filter]")!.hidden = false;
  const branches = [...document.querySelectorAll<HTMLDetailsElement>(".tree details")];
  const first = new Map(branches.map((branch) => [branch, branch.open]));
  box.addEventListener("input", () => {
    const words = fold(box.value).split(/\s+/).filter(Boolean);
    let any = false;
    for (const branch of branches) {
      let here = false;
      for (const leaf of branch.querySelectorAll<HTMLElement>("[data-words]")) {
        const said = `${leaf.dataset.words} ${fold(branch.querySelector("summary")!.textContent ?? "")}`;
        leaf.hidden = !words.every((word) => said.includes(word));
        here ||= !leaf.hidden;
      }
      branch.hidden = !here;
      branch.open = words.length ? here : first.get(branch)!;
      any ||= here;
    }
    document.querySelector<HTMLElement>("[data-no-category]")!.hidden = any;
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
}

function counter(shown: HTMLElement): void {
  const area = input("description")!;
  const most = Number(shown.dataset.counter);
  const count = () => (shown.textContent = text("letters-left", { count: most - [...area.value].length }));
  area.addEventListener("input", count);
  count();
}

interface Draft {
  kept_at: number;
  values: Record<string, string>;
}

function draft(): Draft | undefined {
  try {
    const kept = JSON.parse(localStorage.getItem(DRAFT) ?? "") as Draft;
    return Date.now() - kept.kept_at < DRAFT_LIFE_MS ? kept : undefined;
  } catch {
    return undefined;
  }
}

/** Writes what was typed to the device; forgotten when it was filed, or after a day. */
function keep(): void {
  const values = { ...draft()?.values };
  for (const [name, value] of new FormData(form!)) if (KEPT.includes(name) && value) values[name] = String(value);
  try {
    localStorage.setItem(DRAFT, JSON.stringify({ kept_at: Date.now(), values } satisfies Draft));
  } catch {
    // A full or forbidden storage: the form goes on without.
  }
}

/** Brings back what was typed, where the page shows nothing. */
function restore(): void {
  const kept = draft()?.values ?? {};
  for (const name of KEPT) {
    const field = form!.elements.namedItem(name);
    const value = kept[name];
    if (!value) continue;
    if (field instanceof RadioNodeList) {
      if (!field.value) field.value = value;
      document.querySelector<HTMLInputElement>(`input[name="${name}"]:checked`)?.closest("details")?.setAttribute("open", "");
    } else if ((field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) && !field.value) {
      field.value = value;
      if (name === "at" && form!.dataset.citizen === "where") void take(value);
    }
  }
}

function offline(event: Event): void {
  keep();
  if (navigator.onLine) return;
  event.preventDefault();
  let told = document.getElementById("offline");
  if (!told) {
    told = Object.assign(document.createElement("p"), { id: "offline", className: "banner bad" });
    told.setAttribute("role", "alert");
    form!.prepend(told);
  }
  told.textContent = text("offline");
}

const LONGEST_PX = 1600;
const QUALITY = 0.82;

/** A photo of a phone is many megabytes: what goes out is a small JPEG, turned as it was taken. */
async function shrunk(file: File): Promise<File> {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST_PX / Math.max(picture.width, picture.height));
  const canvas = Object.assign(document.createElement("canvas"), {
    width: Math.round(picture.width * scale),
    height: Math.round(picture.height * scale),
  });
  canvas.getContext("2d")!.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  return blob && blob.size < file.size ? new File([blob], file.name.replace(/\.\w+$/, ".jpg"), { type: "image/jpeg" }) : file;
}

function shrinks(chooser: HTMLInputElement): void {
  chooser.addEventListener("change", async () => {
    const small = new DataTransfer();
    for (const file of chooser.files ?? []) small.items.add(await shrunk(file).catch(() => file));
    chooser.files = small.files;
  });
}

document.querySelectorAll<HTMLInputElement>("input[data-shrink]").forEach(shrinks);
if (form) {
  restore();
  form.addEventListener("input", keep);
  form.addEventListener("submit", offline);
  document.querySelectorAll<HTMLInputElement>("#q").forEach(places);
  document.querySelectorAll<HTMLInputElement>("#filter").forEach(filter);
  document.querySelectorAll<HTMLElement>("[data-counter]").forEach(counter);
}
if (document.querySelector("[data-filed]")) localStorage.removeItem(DRAFT);
document.querySelectorAll<HTMLElement>("[data-print]").forEach((holder) => {
  holder.hidden = false;
  holder.querySelector("button")!.addEventListener("click", () => print());
});
