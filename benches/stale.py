#!/usr/bin/env python3
"""Edits points while readers ask for their tiles: after an acknowledged edit no tile may be older than it.

stale.py MEYDAN FOLDER EDITS READERS. Each point's name counts its edits; a reader notes the last acknowledged count before it asks
and finds a count in the tile that must not be smaller. Tiles come with and without the cache's help at zooms 10 to 18.
"""
import concurrent.futures, http.client, json, math, os, pathlib, random, re, shutil, subprocess, sys, threading, time, urllib.parse

meydan, folder, edits, readers = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
shutil.rmtree(folder, ignore_errors=True)
folder.mkdir(parents=True)
store = [meydan, "--json", "--store", str(folder / "city.gpkg")]
subprocess.run([*store, "people", "admin", "--login", "olcum", "--name", "Deneme Ölçüm"], cwd=folder, stdout=subprocess.DEVNULL, check=True)
made = subprocess.run([*store, "token", "new", "--login", "olcum", "--name", "bench"], cwd=folder, stdout=subprocess.PIPE, check=True)
WRITER = {"Content-Type": "application/json", "Authorization": "Bearer " + json.loads(made.stdout)["secret"]}
server = subprocess.Popen([*store, "serve", "--listen", "127.0.0.1:0"], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
host = urllib.parse.urlparse(json.loads(server.stdout.readline())["listening"]).netloc
POINTS, WRITERS = 64, 4


def ask(connection, method, path, body=None):
    connection.request(method, path, body and json.dumps(body), WRITER if body else {})
    answer = connection.getresponse()
    return answer.status, answer.read()


def tile_of(lon, lat, z):
    n = 2**z
    return z, int((lon + 180) / 360 * n), int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * n)


try:
    first = http.client.HTTPConnection(host)
    places = [(39.70 + 0.0007 * (i % 8), 41.0 + 0.0006 * (i // 8)) for i in range(POINTS)]
    changes = [{"register": "point_of_interest", "op": "insert", "values": {"name": f"p{i}_0_", "service_type": "diger"}, "geometry": {"type": "Point", "coordinates": list(at)}} for i, at in enumerate(places)]
    status, body = ask(first, "POST", "/api/changes", {"changes": changes})
    assert status == 201, body
    ids = [r["id"] for r in json.loads(body)["records"]]
    acknowledged, stop, seen, stale = [0] * POINTS, threading.Event(), [0] * readers, []

    def write(worker):
        c = http.client.HTTPConnection(host)
        for k in range(edits // WRITERS):
            i = worker + WRITERS * (k % (POINTS // WRITERS))
            n = acknowledged[i] + 1
            status, body = ask(c, "POST", "/api/changes", {"changes": [{"register": "point_of_interest", "op": "update", "id": ids[i], "values": {"name": f"p{i}_{n}_"}}]})
            assert status == 201, body
            acknowledged[i] = n

    def read(worker):
        c, rng = http.client.HTTPConnection(host), random.Random(worker)
        while not stop.is_set():
            i = rng.randrange(POINTS)
            z, x, y = tile_of(*places[i], rng.randint(16, 18))
            least = acknowledged[i]
            status, body = ask(c, "GET", f"/tiles/point_of_interest/{z}/{x}/{y}.mvt")
            found = [int(n) for n in re.findall(rb"p%d_(\d+)_" % i, body)]
            seen[worker] += 1
            if not found or max(found) < least:
                stale.append((i, least, found, z))

    begin = time.time()
    with concurrent.futures.ThreadPoolExecutor(WRITERS + readers) as pool:
        reading = [pool.submit(read, r) for r in range(readers)]
        for done in [pool.submit(write, w) for w in range(WRITERS)]:
            done.result()
        stop.set()
        for r in reading:
            r.result()
    print(f"{edits} edits and {sum(seen)} tile reads by {readers} readers in {time.time() - begin:.1f} s: {len(stale)} stale")
    sys.exit(1 if stale else 0)
finally:
    server.terminate()
    server.wait(20)
