#!/usr/bin/env python3
"""Meydan beside its peers: same machine, same data, same request lists, in turn (A B A B), medians and ratios.

Data and lists come from ../shared/bench (make_city.py, make_requests.py). Peers: Martin 1.14 (cargo), tipg and pygeoapi (PyPI),
ogr2ogr, PostGIS (Debian). Everything runs on loopback and is ended at the end.
"""
import contextlib, json, os, pathlib, pwd, shutil, socket, statistics, subprocess, sys, tempfile, threading, time, urllib.request

import timers

HERE = pathlib.Path(__file__).resolve().parent
REPO = HERE.parent
SHARED = REPO.parent / "shared" / "bench"
WORK = HERE / ".work"
MEYDAN = REPO / "target" / "release" / "meydan"
VENV = HERE / ".venv" / "bin"
PG_BIN = pathlib.Path(next(iter(sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), "/usr/bin"))
ROUNDS, SECONDS = int(os.environ.get("ROUNDS", "2")), int(os.environ.get("SECONDS", "8"))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def sh(*args, **kw):
    return subprocess.run([str(a) for a in args], check=True, text=True, capture_output=True, **kw).stdout


def wait(url, seconds=60):
    end = time.time() + seconds
    while time.time() < end:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                return answer.read()
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"{url} does not answer")


@contextlib.contextmanager
def running(*args, ready=None, **kw):
    log = open(WORK / "peers.log", "ab")
    process = subprocess.Popen([str(a) for a in args], stdout=log, stderr=log, **kw)
    try:
        if ready:
            wait(ready)
        yield process
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()


def data():
    WORK.mkdir(exist_ok=True)
    city = WORK / "city.gpkg"
    if not city.exists():
        print("making the city …", file=sys.stderr)
        sh(VENV / "python", SHARED / "make_city.py", WORK / "making.gpkg")
        (WORK / "making.gpkg").rename(city)
    if not (WORK / "req" / "boxes.txt").exists():
        sh(VENV / "python", SHARED / "make_requests.py", city, WORK / "req")
    return city


class Postgres:
    """A private server with the settings that the peers' baseline was measured with."""

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="meydan-bench-"))
        self.port, self.folder_data = free_port(), self.folder / "data"
        as_user = []
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
            self.folder.chmod(0o711)
            as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        sh(*as_user, PG_BIN / "initdb", "-D", self.folder_data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", cwd="/")
        settings = {"shared_buffers": "1GB", "jit": "off", "max_wal_size": "4GB", "listen_addresses": "127.0.0.1", "unix_socket_directories": str(self.folder), "max_connections": "100"}
        options = [x for k, v in settings.items() for x in ("-c", f"{k}={v}")]
        log = open(WORK / "postgres.log", "ab")
        self.process = subprocess.Popen([str(a) for a in [*as_user, PG_BIN / "postgres", "-D", self.folder_data, "-p", self.port, *options]], stdout=log, stderr=log, cwd="/")
        for _ in range(200):
            if subprocess.run([str(PG_BIN / "pg_isready"), "-h", "127.0.0.1", "-p", str(self.port)], capture_output=True).returncode == 0:
                break
            time.sleep(0.1)
        return self

    def url(self, database):
        return f"postgres://postgres@127.0.0.1:{self.port}/{database}"

    def make(self, database):
        sh("psql", "-q", self.url("postgres"), "-c", f'DROP DATABASE IF EXISTS "{database}"')
        sh("psql", "-q", self.url("postgres"), "-c", f'CREATE DATABASE "{database}"')
        sh("psql", "-q", self.url(database), "-c", "CREATE EXTENSION postgis")
        return self.url(database)

    def __exit__(self, *_):
        self.process.send_signal(2)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(30)
        self.process.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


def wrk(url, requests, prefix, suffix="", connections=8, script="cycle.lua"):
    out = sh("wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s", "-s", SHARED / script if script == "cycle.lua" else HERE / script, url, "--", requests, prefix, suffix)
    line = next(l for l in out.splitlines() if l.startswith("rps"))
    words = line.split()
    return {"rps": float(words[1]), "p50_ms": float(words[3]), "p99_ms": float(words[5]), "MB/s": float(words[7]), "errors": int(words[9])}


def in_turn(contestants, measure):
    """Each contestant in turn, ROUNDS times: {name: median of rps and the last details}."""
    seen = {name: [] for name in contestants}
    for _ in range(ROUNDS):
        for name, target in contestants.items():
            seen[name].append(measure(target))
    return {name: {**runs[-1], "rps": statistics.median(r["rps"] for r in runs)} for name, runs in seen.items()}


def rss_mb(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def peak_mb(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0


def heading(title, reach):
    print(f"\n## {title}\n\nReach: {reach}\n")


def row(name, r, base=None):
    ratio = f"{r['rps'] / base['rps']:.1f} ×" if base else ""
    print(f"| {name} | {r['rps']:.0f} | {r['p50_ms']:.2f} | {r['p99_ms']:.1f} | {r['MB/s'] / 1:.1f} | {r['errors']} | {ratio} |", flush=True)


RATES = "| server | req/s | p50 ms | p99 ms | MB/s | errors | ratio |\n|---|---|---|---|---|---|---|"


# The benchmark city names streets and neighbourhoods by text that no register holds: those references stay empty.
REFERENCES = {"building": ["--map", "neighbourhood="], "door": ["--map", "neighbourhood=", "--map", "street=", "--map", "side="]}


class City:
    """The benchmark city in Meydan, on one of its stores."""

    def __init__(self, name, store):
        self.name, self.store, self.folder = name, store, WORK / f"meydan-{name}"
        self.folder.mkdir(exist_ok=True)

    def command(self, *args):
        return [MEYDAN, "--lang", "en", "--store", self.store, *args]

    def import_all(self, city):
        """Seconds of both imports, and the peak memory of the larger."""
        seconds, peak = 0.0, 0.0
        for layer in ("building", "door"):
            start = time.time()
            process = subprocess.Popen([str(a) for a in self.command("--json", "import", city, "--layer", layer, "--into", layer, "--key", "none",
                                                                       "--yes", *REFERENCES[layer])],
                                       cwd=self.folder, stdout=subprocess.DEVNULL)
            _, status, usage = os.wait4(process.pid, 0)
            if status != 0:
                raise SystemExit(f"the import of {layer} into {self.name} failed")
            seconds, peak = seconds + time.time() - start, max(peak, usage.ru_maxrss / 1024)
        return seconds, peak

    def token(self):
        """A token of an administrator made for the measurement."""
        sh(*self.command("people", "admin", "--login", "olcum", "--name", "Deneme Ölçüm", "--again"), cwd=self.folder)
        return json.loads(sh(*self.command("--json", "token", "new", "--login", "olcum", "--name", "bench", "--days", "1"), cwd=self.folder))["secret"]

    @contextlib.contextmanager
    def serving(self, **env):
        port = free_port()
        with running(*self.command("serve", "--listen", f"127.0.0.1:{port}"), ready=f"http://127.0.0.1:{port}/ogc/conformance", cwd=self.folder, env={**os.environ, **env}) as process:
            self.url, self.pid = f"http://127.0.0.1:{port}", process.pid
            yield self


def embedded():
    return City("embedded", WORK / "meydan-embedded" / "city.gpkg")


def ensure(city_store, city):
    marker = city_store.folder / "imported"
    if not marker.exists():
        city_store.import_all(city)
        marker.touch()
    return city_store


def martin_binary():
    path = WORK / "martin" / "bin" / "martin"
    if not path.exists():
        print("building Martin (about 10 minutes) …", file=sys.stderr)
        sh("cargo", "install", "martin", "--version", "1.14.0", "--locked", "--no-default-features", "--features", "postgres", "--root", WORK / "martin")
    return path


@contextlib.contextmanager
def martin(url, cache_mb):
    port = free_port()
    with running(martin_binary(), url, "--listen-addresses", f"127.0.0.1:{port}", "--cache-size", cache_mb,
                 ready=f"http://127.0.0.1:{port}/catalog"):
        yield f"http://127.0.0.1:{port}"


def load_peer(pg, city):
    url = pg.make("peer")
    start = time.time()
    for layer in ("building", "door"):
        sh("ogr2ogr", "-f", "PostgreSQL", f"PG:host=127.0.0.1 port={pg.port} user=postgres dbname=peer", city, layer, "-lco", "GEOMETRY_NAME=geom", "-lco", "FID=id",
           env={**os.environ, "PG_USE_COPY": "YES"})
    seconds = time.time() - start
    sh("psql", "-q", url, "-c", "VACUUM ANALYZE")
    return url, seconds


def tiles(pg, city, peer):
    heading("Building tiles, no cache", "embedded ≥ 5 × Martin on PostGIS; on PostGIS ≥ 1 ×")
    requests = WORK / "req" / "tiles.txt"
    on_pg = ensure(City("postgres", pg.make_once("meydan")), city)
    with martin(peer, 0) as m, ensure(embedded(), city).serving(MEYDAN_TILE_CACHE_MB="0") as e, on_pg.serving(MEYDAN_TILE_CACHE_MB="0") as p:
        for server in (e, p):
            wait(f"{server.url}/tiles/building/14/{first_tile(requests)}.mvt")
        found = in_turn({"Martin 1.14.0, PostGIS": (m, "/building/", ""), "Meydan, embedded": (e.url, "/tiles/building/", ".mvt"), "Meydan, PostGIS": (p.url, "/tiles/building/", ".mvt")},
                        lambda t: wrk(t[0], requests, t[1], t[2]))
    print(RATES)
    for name, r in found.items():
        row(name, r, found["Martin 1.14.0, PostGIS"])


def first_tile(requests):
    z, x, y = next(l.split("/") for l in requests.read_text().split() if l.startswith("14/"))
    return f"{x}/{y}"


def cache(pg, city, peer):
    heading("Building tiles from the cache, 16 connections", "≥ 1 × Martin's memory cache")
    requests = WORK / "req" / "tiles.txt"
    with martin(peer, 512) as m, ensure(embedded(), city).serving() as e:
        targets = {"Martin 1.14.0, memory cache": (m, "/building/", ""), "Meydan, embedded": (e.url, "/tiles/building/", ".mvt")}
        for url, prefix, suffix in targets.values():
            for line in requests.read_text().split():
                wait(f"{url}{prefix}{line}{suffix}")
        found = in_turn(targets, lambda t: wrk(t[0], requests, t[1], t[2], connections=16))
    print(RATES)
    for name, r in found.items():
        row(name, r, found["Martin 1.14.0, memory cache"])


def items(pg, city, peer):
    heading("Building items, bbox, limit 100", "≥ 20 × tipg, ≥ 30 × pygeoapi")
    requests = WORK / "req" / "boxes.txt"
    tipg_port, pygeoapi_port = free_port(), free_port()
    env = {**os.environ, "DATABASE_URL": peer.replace("postgres://", "postgresql://")}
    config = WORK / "pygeoapi.yml"
    config.write_text(PYGEOAPI.replace("DBPORT", str(pg.port)).replace("PORT", str(pygeoapi_port)))
    openapi = WORK / "pygeoapi-openapi.yml"
    geo_env = {**os.environ, "PYGEOAPI_CONFIG": str(config), "PYGEOAPI_OPENAPI": str(openapi)}
    sh(VENV / "pygeoapi", "openapi", "generate", config, "--output-file", openapi, env=geo_env)
    with running(VENV / "uvicorn", "tipg.main:app", "--port", tipg_port, "--workers", 2, env=env, ready=f"http://127.0.0.1:{tipg_port}/healthz"), \
         running(VENV / "gunicorn", "-w", 2, "-b", f"127.0.0.1:{pygeoapi_port}", "pygeoapi.flask_app:APP", env=geo_env, ready=f"http://127.0.0.1:{pygeoapi_port}/conformance?f=json"), \
         ensure(embedded(), city).serving() as e:
        found = in_turn({
            "tipg, 2 workers": (f"http://127.0.0.1:{tipg_port}", "/collections/public.building/items?limit=100&bbox="),
            "pygeoapi, 2 workers": (f"http://127.0.0.1:{pygeoapi_port}", "/collections/building/items?f=json&limit=100&skipGeometry=false&bbox="),
            "Meydan, embedded": (e.url, "/ogc/collections/building/items?limit=100&bbox="),
        }, lambda t: wrk(t[0], requests, t[1]))
    print(RATES.replace("ratio", "Meydan is"))
    for name, r in found.items():
        row(name, r)
    ours = found["Meydan, embedded"]["rps"]
    for name in ("tipg, 2 workers", "pygeoapi, 2 workers"):
        print(f"\nMeydan is {ours / found[name]['rps']:.1f} × {name}")


PYGEOAPI = """server:
  bind: {host: 127.0.0.1, port: PORT}
  url: http://127.0.0.1:PORT
  mimetype: application/json
  encoding: utf-8
  languages: [en-US]
  limits: {default_items: 100, max_items: 1000}
  map: {url: 'https://localhost/{z}/{x}/{y}.png', attribution: none}
logging: {level: ERROR}
metadata:
  identification: {title: b, description: b, keywords: [b], keywords_type: theme, terms_of_service: x, url: http://localhost}
  license: {name: x, url: http://localhost}
  provider: {name: x, url: http://localhost}
  contact: {name: x, position: x, address: x, city: x, stateorprovince: x, postalcode: x, country: x, phone: x, fax: x, email: x@x.x, url: http://localhost, hours: x, instructions: x, role: x}
resources:
  building:
    type: collection
    title: building
    description: building
    keywords: [b]
    links: []
    extents: {spatial: {bbox: [39, 40, 41, 42], crs: 'http://www.opengis.net/def/crs/OGC/1.3/CRS84'}}
    providers:
      - type: feature
        name: PostgreSQL
        count: false
        data: {host: 127.0.0.1, port: DBPORT, dbname: peer, user: postgres, password: x, search_path: [public]}
        id_field: id
        table: building
        geom_field: geom
"""


def writes(pg, city, _peer):
    heading("Single-record durable changes over HTTP, 16 writers", "≥ 5,000/s embedded, ≥ 2,000/s PostgreSQL (fsync on, log and history written)")
    print(RATES.replace("| ratio |", "| |"))
    # On copies: the other measurements count what the city holds.
    shutil.rmtree(WORK / "meydan-writes", ignore_errors=True)
    copy = City("writes", WORK / "meydan-writes" / "city.gpkg")
    sh(*ensure(embedded(), city).command("backup", copy.store))
    shutil.copy(embedded().folder / "seal.key", copy.folder)
    for target in (copy, ensure(City("postgres", pg.make_once("meydan")), city)):
        os.environ["MEYDAN_TOKEN"] = target.token()
        with target.serving() as server:
            for kind in ("insert", "update"):
                ids = WORK / f"ids-{target.name}.txt"
                page = json.loads(wait(f"{server.url}/ogc/collections/building/items?limit=5000"))
                ids.write_text("\n".join(f["properties"]["id"] for f in page["features"]))
                before = head(server)
                r = wrk(server.url, ids, kind, connections=16, script="writes.lua")
                row(f"Meydan, {'embedded' if target is copy else 'PostgreSQL'}, {kind}", r)
                print(f"| (log grew by {head(server) - before}) | | | | | | |")


def head(server):
    """Entries of the log, once the seal has caught up."""
    time.sleep(3)
    return int(wait(f"{server.url}/log/checkpoint").decode().splitlines()[1])


def import_(pg, city, _peer):
    heading("Import of the 700,000-feature city", "≤ 4 × ogr2ogr's COPY into PostGIS, with log, history, indexes; memory ≤ 300 MB")
    print("| what | s | peak MB | × ogr2ogr |\n|---|---|---|---|")
    _, base = load_peer(pg, city)
    print(f"| ogr2ogr, COPY into PostGIS | {base:.1f} | | 1 |")
    fresh = WORK / "meydan-import"
    shutil.rmtree(fresh, ignore_errors=True)
    for target in (City("import", fresh / "city.gpkg"), City("import-pg", pg.make("import"))):
        seconds, peak = target.import_all(city)
        print(f"| Meydan, {'embedded' if target.name == 'import' else 'PostgreSQL'} | {seconds:.1f} | {peak:.0f} | {seconds / base:.1f} |", flush=True)


def export(_pg, city, _peer):
    heading("Full export of 300,000 buildings as GeoJSON over HTTP", "≥ ogr2ogr's speed from GeoPackage; server memory grows < 50 MB")
    print("| what | s | server memory grew by MB |\n|---|---|---|")
    with ensure(embedded(), city).serving() as e:
        for _ in range(ROUNDS):
            out = WORK / "out.geojson"
            out.unlink(missing_ok=True)
            start = time.time()
            sh("ogr2ogr", "-f", "GeoJSON", out, city, "building")
            print(f"| ogr2ogr, from its GeoPackage | {time.time() - start:.2f} | |")
            before, start = rss_mb(e.pid), time.time()
            sh("curl", "-sf", "-o", out, f"{e.url}/ogc/collections/building/export/geojson")
            print(f"| Meydan, embedded | {time.time() - start:.2f} | {peak_mb(e.pid) - before:.0f} |", flush=True)
            n = sh("ogrinfo", "-so", "-al", out)
            assert "Feature Count: 300000" in n, n


def start(_pg, city, _peer):
    heading("Start with 700,000 records", "< 1 s to the first answer; idle memory < 150 MB")
    target = ensure(embedded(), city)
    times, idle = [], []
    for _ in range(5):
        begin = time.time()
        with target.serving() as server:
            times.append(time.time() - begin)
            time.sleep(3)
            idle.append(rss_mb(server.pid))
            wait(f"{server.url}/tiles/building/14/{first_tile(WORK / 'req' / 'tiles.txt')}.mvt")
            wait(f"{server.url}/tiles/door/14/{first_tile(WORK / 'req' / 'tiles.txt')}.mvt")
            after = rss_mb(server.pid)
    print(f"first answer {statistics.median(times):.2f} s (median of 5); idle {statistics.median(idle):.0f} MB; with both tile indexes {after:.0f} MB")


def stale(_pg, city, _peer):
    heading("Never a stale tile after an acknowledged edit", "10,000 edits, 4 readers")
    print(sh(VENV / "python", HERE / "stale.py", MEYDAN, WORK / "stale", "10000", "4"))


def permissions(_pg, _city, _peer):
    heading("Permission checks in process; first pages over 1,000,000 rows with row conditions; password logins", "p99 < 50 µs; < 20 ms; ≥ 15/s per core")
    for package, example, *args in (("meydan-store", "permissions", "1000000"), ("meydan-identity", "logins")):
        print(f"```\n{sh('cargo', 'run', '--release', '--locked', '-q', '-p', package, '--example', example, '--', *args, cwd=REPO)}```")


def cases(pg, _city, _peer):
    heading("Cases in process: filing with 16 callers, a unit's inbox over 1,000,000, 100,000 timers in one minute", "≥ 1,000/s embedded, ≥ 500/s PostgreSQL; < 30 ms; < 60 s")
    file = WORK / "cases.gpkg"
    for store, count in ((file, "1000000"), (pg.make("cases"), "1000000")):
        for old in WORK.glob("cases.gpkg*"):
            old.unlink()
        print(f"```\n{'embedded' if store == file else 'PostgreSQL'}\n{sh('cargo', 'run', '--release', '--locked', '-q', '-p', 'meydan-modules', '--example', 'cases', '--', store, count, '100000', cwd=REPO)}```")


def public(_pg, city, _peer):
    """What permissions cost public tiles: against a binary from before them, named by MEYDAN_BEFORE."""
    if "MEYDAN_BEFORE" not in os.environ:
        return print("\n(public: name a binary from before step 2 by MEYDAN_BEFORE)")
    heading("Public tiles with permissions against none", "< 5 % loss")
    requests, now = WORK / "req" / "tiles.txt", ensure(embedded(), city)
    # A store is brought to newer definitions when it is opened: each binary has its own.
    before = City("before", WORK / "meydan-before" / "city.gpkg")
    before.command = lambda *args: [os.environ["MEYDAN_BEFORE"], "--lang", "en", "--store", before.store, *args]
    print(RATES)
    for what, megabytes in (("drawn each time", "0"), ("from the cache", "256")):
        with ensure(before, city).serving(MEYDAN_TILE_CACHE_MB=megabytes) as b, now.serving(MEYDAN_TILE_CACHE_MB=megabytes) as n:
            for server in (b, n):
                for line in requests.read_text().split():
                    wait(f"{server.url}/tiles/building/{line}.mvt")
            found = in_turn({f"before, {what}": b, f"with permissions, {what}": n}, lambda t: wrk(t.url, requests, "/tiles/building/", ".mvt"))
        for label, r in found.items():
            row(label, r, found[f"before, {what}"])


def timers_(pg, _city, _peer):
    """What a Monday morning brings: all deadlines of the same minute."""
    heading(f"{timers.CASES:,} timers due in the same minute", f"< {timers.LIMIT_S} s, none twice")
    print("| store | seconds | cases/s |\n|---|---:|---:|")
    for name, store in (("embedded", None), ("PostgreSQL", pg.make("timers"))):
        folder = WORK / f"timers-{name}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        place = store or folder / "city.gpkg"
        seconds, cases = timers.measure(lambda *args: [str(a) for a in (MEYDAN, "--lang", "en", "--store", place, *args)], folder)
        print(f"| {name} | {seconds:.1f} | {cases / seconds:,.0f} |")


ALL = {"tiles": tiles, "cache": cache, "items": items, "import": import_, "export": export, "start": start, "stale": stale, "writes": writes, "permissions": permissions, "public": public, "cases": cases}


def main():
    wanted = sys.argv[1:] or list(ALL)
    city = data()
    print(f"# Measured {time.strftime('%Y-%m-%d')}\n\n{os.cpu_count()} cores shared by client, server and database; medians of {ROUNDS} runs of {SECONDS} s. `make bench`")
    with Postgres() as pg:
        made = {}
        pg.make_once = lambda name: made.setdefault(name, pg.make(name))
        peer = load_peer(pg, city)[0] if set(wanted) & {"tiles", "cache", "items"} else None
        (WORK / "meydan-postgres" / "imported").unlink(missing_ok=True)
        for name in wanted:
            ALL[name](pg, city, peer)


if __name__ == "__main__":
    main()
