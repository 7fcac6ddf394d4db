// Every page of the house, by name: what the tests that look at all pages walk through.

/** The pages of a served city for who looks after it, with records to show. */
export async function allPages(city) {
  const id = async (register) => (await city.record(register)).properties.id;
  const [building, place, request] = [await id("building"), await id("point_of_interest"), await id("request")];
  return {
    map: "/",
    registers: "/registers",
    list: "/registers/building",
    "list narrowed": "/registers/building?f.kind=konut&min.floors=3",
    record: `/registers/building/${building}`,
    "record of a point": `/registers/point_of_interest/${place}`,
    form: `/registers/point_of_interest/${place}/edit`,
    "form of an area": `/registers/building/${building}/edit`,
    "new record": "/registers/point_of_interest/new",
    history: `/registers/building/${building}/history`,
    proof: `/registers/building/${building}/proof`,
    standard: "/standard",
    "standard of a register": "/standard/building",
    "code list": "/standard/lists/building_use",
    log: "/log",
    API: "/docs/api",
    search: "/search?q=ataturk",
    inbox: "/inbox",
    notices: "/notices",
    case: `/registers/request/${request}`,
    workflow: "/registers/request/workflow",
    call: "/cagri",
    intake: "/basvuru-al",
    "taken down": `/basvuru-al/${request}`,
    field: "/saha",
    reports: "/raporlar",
    "who held how long": "/raporlar/sureler",
    directory: "/rehber",
    filing: "/basvuru",
    following: "/basvuru/takip",
    privacy: "/basvuru/aydinlatma",
    "public reports": "/basvurular",
    "public report": `/basvurular/${request}`,
    "public numbers": "/basvurular/istatistik",
    account: "/account",
    "how one logs in": "/account/login",
    sessions: "/account/sessions",
    tokens: "/account/tokens",
    looks: "/account/looks",
    "proving who one is": "/account/verify",
    "no such page": "/registers/nosuch",
  };
}

/** Pages for who isn't logged in. */
export const FOR_STRANGERS = { login: "/login", "closed to strangers": "/registers/person" };

/** Pages whose content is, or holds, a drawn map. */
export const WITH_MAP = [
  "map", "list", "list narrowed", "record", "record of a point", "form", "form of an area", "new record", "case", "call", "intake", "reports", "public reports", "public report",
];

/** Pages that keep a request open, to hear of what comes. */
export const LISTENING = ["call"];
