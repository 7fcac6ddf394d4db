"""Replays a city's real requests (Baltimore's open data) through the API with their own dates, and holds clocks, late lists and
duplicates against a second opinion: office hours counted here, by holidays of another source.

    replay.py <address> <authorization> <requests.csv> <holidays.csv> <every>
"""
import csv, datetime as dt, json, math, sys, urllib.parse, urllib.request, uuid

base, authorization, requests_csv, holidays_csv, every = sys.argv[1:6]
TURKEY = dt.timezone(dt.timedelta(hours=3))
BATCH = 250
TIME = "%m/%d/%Y %I:%M:%S %p"


def call(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(base + path, data, {"authorization": authorization, "content-type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=300) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as e:
        raise SystemExit(f"{path}: {e.code} {e.read()[:2000]}") from e


def instant(text):
    return dt.datetime.strptime(text, TIME).replace(tzinfo=TURKEY) if text else None


# Days that are closed whole, and those whose afternoon is.
closed, half = set(), set()
with open(holidays_csv, encoding="utf-8") as file:
    for row in csv.DictReader(file):
        day = dt.date.fromisoformat(row["date"])
        (half if "saat 13" in row["name"] else closed).add(day)
half -= closed


def due(received, hours):
    """The end of so many office hours (08–12, 13–17) after an instant, counted minute by minute of each span."""
    left, day, at = dt.timedelta(hours=hours), received.date(), received
    while True:
        if day.weekday() < 5 and day not in closed:
            for begin, end in [(8, 12)] if day in half else [(8, 12), (13, 17)]:
                begin = dt.datetime.combine(day, dt.time(begin), TURKEY)
                end = dt.datetime.combine(day, dt.time(end), TURKEY)
                begin = max(begin, at)
                if begin < end:
                    if end - begin >= left:
                        return begin + left
                    left -= end - begin
        day += dt.timedelta(days=1)


with open(requests_csv, encoding="utf-8") as file:
    rows = [r for i, r in enumerate(csv.DictReader(file)) if i % int(every) == 0 or "Duplicate" in r["SRStatus"]]
# What the calendar of the second opinion doesn't know can't be held against it.
rows = [r for r in rows if int(r["CreatedDate"][6:10]) >= 2015]
rows.sort(key=lambda r: instant(r["CreatedDate"]))
unit = call("/ogc/collections/unit/items?f=json&filter=" + urllib.parse.quote("code = 'BIDB-IKS-153'"))["features"][0]["properties"]["id"]
kinds = sorted({r["SRType"] for r in rows})
hours = {kind: 4 + 13 * i % 157 for i, kind in enumerate(kinds)}
ids = {kind: str(uuid.uuid4()) for kind in kinds}
call("/api/changes", {"changes": [{"register": "request_category", "op": "insert", "id": ids[k], "values": {
    "code": f"bal-{i}", "title": k, "title_en": k, "unit": unit, "service_hours": hours[k], "needs_place": False, "duplicate_metres": 100,
}} for i, k in enumerate(kinds)]})

channels = {"Phone": "phone", "API": "open311", "Internal": "field", "Mail": "letter", "Email": "email", "Web": "web"}
filed = []
for start in range(0, len(rows), BATCH):
    changes = []
    for r in rows[start:start + BATCH]:
        place = r["Latitude"] and r["Longitude"] and "." in r["Latitude"]
        identity = str(uuid.uuid4())
        filed.append((identity, r, place))
        changes.append({"register": "request", "op": "insert", "id": identity,
            "geometry": {"type": "Point", "coordinates": [float(r["Longitude"]), float(r["Latitude"])]} if place else None,
            "values": {"kind": "complaint", "category": ids[r["SRType"]], "description": r["SRType"], "external_id": "bal-" + identity,
                "channel": channels.get(r["MethodReceived"], "social_media"), "address": r["Address"][:300] or None,
                "anonymous": True, "received_at": instant(r["CreatedDate"]).isoformat()}})
    call("/api/changes", {"changes": changes})

# Closed ones are closed at their own time.
over = [(i, r) for i, r, _ in filed if r["CloseDate"] and instant(r["CloseDate"]) >= instant(r["CreatedDate"])]
for start in range(0, len(over), BATCH):
    call("/api/changes", {"changes": [{"register": "request", "id": i, "proceed": "resolve", "at": instant(r["CloseDate"]).isoformat(),
        "set": {"resolution": "solved", "answer": r["Outcome"] or r["SRStatus"]}} for i, r in over[start:start + BATCH]]})

now = dt.datetime.now(TURKEY)
shown, path = {}, "/ogc/collections/request/items?f=json&limit=5000&filter=" + urllib.parse.quote("external_id LIKE 'bal-%'")
while path:
    page = call(path)
    shown |= {f["properties"]["id"]: f["properties"] for f in page["features"]}
    path = next((l["href"].removeprefix(base) for l in page["links"] if l["rel"] == "next"), None)
assert len(shown) == len(filed), (len(shown), len(filed))
wrong, late = [], 0
for identity, r, _ in filed:
    p = shown[identity]
    end = due(instant(r["CreatedDate"]), hours[r["SRType"]])
    closing = instant(r["CloseDate"]) if p["state"] == "answered" else None
    expected = (closing or now) > end
    late += expected
    clock = json.loads(p["clocks"])[0]
    told = dt.datetime.fromisoformat(clock["due"].replace("Z", "+00:00"))
    if abs((told - end).total_seconds()) > 1 or bool(p["late"]) != expected:
        wrong.append((r["SRType"], r["CreatedDate"], hours[r["SRType"]], told.astimezone(TURKEY).isoformat(), end.isoformat(), p["late"], expected))
assert not wrong, f"{len(wrong)} of {len(filed)} clocks differ: {wrong[:5]}"
assert sum(p["state"] == "answered" for p in shown.values()) == len(over)

# What the city itself joined as a duplicate: is the earlier one, open then, found near by?
def metres(a, b):
    k = math.cos(math.radians(float(a["Latitude"]))) * 111_320
    return math.hypot((float(a["Longitude"]) - float(b["Longitude"])) * k, (float(a["Latitude"]) - float(b["Latitude"])) * 111_320)

marked = [(i, r) for i, r, place in filed if place and "Duplicate" in r["SRStatus"]]
offered = could = 0
for identity, r in marked:
    earlier = [i for i, o, place in filed if place and i != identity and o["SRType"] == r["SRType"] and metres(o, r) <= 100
               and instant(o["CreatedDate"]) < instant(r["CreatedDate"])]
    if not earlier:
        continue
    could += 1
    x, y, d = float(r["Longitude"]), float(r["Latitude"]), 0.002
    filter = urllib.parse.quote(f"category = '{ids[r['SRType']]}'")
    near = call(f"/ogc/collections/request/items?f=json&limit=200&bbox={x-d},{y-d},{x+d},{y+d}&filter={filter}")["features"]
    offered += all(i in {f["properties"]["id"] for f in near} for i in earlier)
assert offered == could, (offered, could)
print(json.dumps({"requests": len(filed), "closed": len(over), "late": late, "marked duplicates": len(marked), "with an earlier one near by": could, "offered": offered}))
