"""GDAL of Debian (ogrinfo, ogr2ogr) and GDAL of pyogrio's wheel read a served city as OGC API Features: every collection, page by
page, with filters, boxes and reference systems.    gdal_reads.py URL INSTANT  (an instant after which exactly one building changed)
"""
import json
import os
import subprocess
import sys
import tempfile

import numpy
import pyogrio
import shapely
from city import collections, filled, hits, items, same

URL, INSTANT = sys.argv[1:]
SOURCE = f"OAPIF:{URL}/ogc"
# A page of a size that divides nothing.
PAGE = 37
ONE_CENTIMETRE = 0.01


def old(collection, where=None, box=None, page=1000):
    """Ids that Debian's ogr2ogr finds, and the addresses that it asked for."""
    with tempfile.TemporaryDirectory() as folder:
        target = os.path.join(folder, "out.geojson")
        command = ["ogr2ogr", "-f", "GeoJSON", target, SOURCE, collection, "-select", "id", "-oo", f"PAGE_SIZE={page}"]
        command += ["-where", where] if where else []
        command += ["-spat", *map(str, box)] if box else []
        done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "CPL_DEBUG": "ON"})
        same(done.returncode, 0, f"{command}\n{done.stderr[-2000:]}\nits end")
        with open(target, encoding="utf-8") as file:
            ids = [f["properties"]["id"] for f in json.load(file)["features"]]
    return once(ids, command), [l for l in done.stderr.splitlines() if "Fetch(" in l]


def new(collection, **asked):
    """Ids that the newer GDAL finds."""
    _, _, _, columns = pyogrio.raw.read(SOURCE, layer=collection, columns=["id"], read_geometry=False, **asked)
    return once(list(columns[0]), asked)


def once(ids, what):
    same(len(ids), len(set(ids)), f"{what}: features, each once")
    return set(ids)


def every_collection():
    named = collections(URL)
    same(sorted(l[0] for l in pyogrio.list_layers(SOURCE)), sorted(named), "layers of GDAL")
    told = subprocess.run(["ogrinfo", "-ro", "-al", "-so", SOURCE, "-oo", "PAGE_SIZE=1000"], capture_output=True, text=True, check=True).stdout
    counted = dict(zip(lines(told, "Layer name: "), map(int, lines(told, "Feature Count: "))))
    same(counted, {name: hits(URL, name) for name in named}, "counts of ogrinfo")
    for name in filled(URL):
        everything = {f["properties"]["id"] for f in items(URL, name)}
        same(new(name), everything, f"{name} by the newer GDAL")
        same(old(name)[0], everything, f"{name} by the older GDAL")
    same(old("building", page=PAGE)[0], new("building", PAGE_SIZE=PAGE), f"buildings by pages of {PAGE}")
    same(len(new("building", PAGE_SIZE=PAGE)), hits(URL, "building"), f"buildings by pages of {PAGE}")


def types():
    """Fields have their types, in both, though many values are absent."""
    wanted = {"floors": "Integer", "built_year": "Integer", "name": "String", "recorded_at": "DateTime", "version": "Integer"}
    info = pyogrio.read_info(SOURCE, layer="building")
    found = dict(zip(info["fields"], info["ogr_types"]))
    same({f: found[f] for f in wanted}, {f: f"OFT{t}" for f, t in wanted.items()}, "types of fields by the newer GDAL")
    told = subprocess.run(["ogrinfo", "-ro", "-so", SOURCE, "building"], capture_output=True, text=True, check=True).stdout
    for field, name in wanted.items():
        same(f"\n{field}: {name} (" in told, True, f"{told}\n{field} is {name} by the older GDAL: this")


def lines(text, start):
    return [l.removeprefix(start) for l in text.splitlines() if l.startswith(start)]


# Condition, and the same in Python over a feature's properties.
FILTERS = [
    ("building", "kind = 'karma'", lambda p: p["kind"] == "karma"),
    ("building", "floors > 3", lambda p: (p["floors"] or 0) > 3),
    ("building", "floors >= 2 AND kind <> 'konut'", lambda p: (p["floors"] or 0) >= 2 and p["kind"] != "konut"),
    ("building", "NOT (kind = 'konut' OR floors < 4)", lambda p: p["kind"] != "konut" and p["floors"] >= 4),
    ("building", "floors IN (1, 4)", lambda p: p["floors"] in (1, 4)),
    ("building", "built_year BETWEEN 1980 AND 1999", lambda p: 1980 <= (p["built_year"] or 0) <= 1999),
    ("point_of_interest", "name LIKE '%si'", lambda p: p["name"].endswith("si")),
    ("street", "name ILIKE '%ÇEŞME%' OR name ILIKE '%YILDIZ%'", lambda p: any(w in lower(p["name"]) for w in ("çeşme", "yıldız"))),
    ("park", "name IS NOT NULL", lambda p: p["name"] is not None),
    ("building", "name IS NULL", lambda p: p["name"] is None),
]


def lower(text):
    return text.replace("İ", "i").replace("I", "ı").lower()


def filters():
    for collection, where, wanted in FILTERS:
        ids = {f["properties"]["id"] for f in items(URL, collection) if wanted(f["properties"])}
        if not ids:
            raise SystemExit(f"{where} finds nothing: it proves nothing")
        same(new(collection, where=where), ids, f"{collection}: {where} by the newer GDAL")
        found, asked = old(collection, where)
        same(found, ids, f"{collection}: {where} by the older GDAL")
        if " IN " not in where and "BETWEEN" not in where and not any("filter=" in line for line in asked):
            raise SystemExit(f"{where} is not left to the server: {asked}")
    after = f"recorded_at >= '{INSTANT}'"
    same(len(new("building", where=after)), 1, f"buildings of {after} by the newer GDAL")
    found, asked = old("building", after)
    same(len(found), 1, f"buildings of {after} by the older GDAL")
    same(any("filter=recorded_at" in line for line in asked), True, f"the time is left to the server: {asked}\nit")


def boxes():
    for collection in ("building", "door", "street_centreline"):
        features = items(URL, collection)
        shapes = shapely.from_geojson([json.dumps(f["geometry"]) for f in features])
        west, south, east, north = shapely.total_bounds(shapes)
        box = (west + (east - west) * 0.3, south + (north - south) * 0.3, west + (east - west) * 0.6, south + (north - south) * 0.55)
        within = shapely.intersects(shapes, shapely.box(*box))
        ids = {f["properties"]["id"] for f, inside in zip(features, within) if inside}
        same(0 < len(ids) < len(features), True, f"the box holds some of {collection}")
        same(new(collection, bbox=box), ids, f"{collection} in a box by the newer GDAL")
        found, asked = old(collection, box=box)
        same(found, ids, f"{collection} in a box by the older GDAL")
        same(any("bbox=" in line for line in asked), True, f"the box is left to the server: {asked}\nit")


def points(collection, **asked):
    _, fids, shapes, _ = pyogrio.raw.read(SOURCE, layer=collection, columns=[], return_fids=True, **asked)
    return fids, shapely.get_coordinates(shapely.from_wkb(shapes))


def reference_systems():
    for collection in ("door", "building"):
        fids, degrees = points(collection)
        for code in ("EPSG:4326", "EPSG:3857", "EPSG:5254", "EPSG:5257"):
            served_fids, served = points(collection, CRS=code)
            same(list(served_fids), list(fids), f"the order of {collection} in {code}")
            text = "\n".join(f"{x:.9f} {y:.9f}" for x, y in degrees)
            command = ["gdaltransform", "-s_srs", "OGC:CRS84", "-t_srs", code, "-output_xy"]
            told = subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout
            wanted = numpy.array([[float(n) for n in line.split()] for line in told.splitlines()])
            if code == "EPSG:4326":
                # Debian's tool gives degrees in the order in which people draw: longitude first, as GDAL's readers do.
                served, wanted = served * 111_000, wanted * 111_000
            away = numpy.hypot(*(served - wanted).T).max()
            same(bool(away < ONE_CENTIMETRE), True, f"{collection} in {code} is {away:.4f} m away: within a centimetre")


every_collection()
types()
filters()
boxes()
reference_systems()
