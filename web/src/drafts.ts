// Texts that somebody is writing survive a reload: they lie in this browser until they are sent.
const SENT = "meydan-sent";

function key(where: string, name: string): string {
  return `meydan-draft:${where}:${name}`;
}

/** Keeps what is written into each `data-draft`; once a page says that it was sent, forgets it. */
export function keepDrafts(where: string): void {
  const sent = sessionStorage.getItem(SENT);
  if (sent && (document.querySelector("[data-sent]") || new URLSearchParams(location.search).has("said"))) {
    (JSON.parse(sent) as string[]).forEach((one) => localStorage.removeItem(one));
  }
  sessionStorage.removeItem(SENT);
  for (const area of document.querySelectorAll<HTMLTextAreaElement>("textarea[data-draft]")) {
    const mine = key(where, area.dataset.draft!);
    const kept = localStorage.getItem(mine);
    if (kept && !area.value) {
      area.value = kept;
      const holder = area.closest<HTMLDetailsElement>("details");
      if (holder) holder.open = true;
    }
    area.addEventListener("input", () => (area.value ? localStorage.setItem(mine, area.value) : localStorage.removeItem(mine)));
    area.form?.addEventListener("submit", () => {
      const all = JSON.parse(sessionStorage.getItem(SENT) ?? "[]") as string[];
      sessionStorage.setItem(SENT, JSON.stringify([...all, mine]));
    });
  }
}
