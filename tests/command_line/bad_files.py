"""Files that no import may take: made in the folder that is named, from the good ones (parks.*) that lie in it."""

import json
import random
import struct
import sys
import zipfile
from pathlib import Path

folder = Path(sys.argv[1])
rings = [[[39.70, 41.00], [39.71, 41.00], [39.71, 41.01], [39.70, 41.01], [39.70, 41.00]]]


def write(name, content):
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())


def collection(coordinates, crs=None, kind="park"):
    feature = {"type": "Feature", "properties": {"official_id": "P-9", "kind": kind}, "geometry": {"type": "Polygon", "coordinates": coordinates}}
    whole = {"type": "FeatureCollection", "features": [feature]}
    if crs:
        whole["crs"] = {"type": "name", "properties": {"name": crs}}
    return json.dumps(whole)


# Each format cut off in the middle, random bytes under its name, and nothing at all.
for ending in ["gpkg", "geojson", "geojsons", "csv", "zip", "fgb"]:
    good = (folder / f"parks.{ending}").read_bytes()
    write(f"cut.{ending}", good[: len(good) * 2 // 3])
    write(f"random.{ending}", random.Random(61).randbytes(20_000))
    write(f"empty.{ending}", b"")

# What is not what its name says.
write("text.gpkg", "Bu bir GeoPackage değil.\n" * 100)
write("sqlite.gpkg", b"SQLite format 3\0" + bytes(4080))
write("image.zip", b"\x89PNG\r\n\x1a\n" + bytes(1000))

# Archives.
with zipfile.ZipFile(folder / "bomb.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
    head = struct.pack(">i5ii", 9994, 0, 0, 0, 0, 0, 100) + struct.pack("<ii8d", 1000, 5, *[0.0] * 8)
    for ending in ["shp", "shx", "dbf"]:
        with archive.open(f"bomb.{ending}", "w") as entry:
            entry.write(head)
            for _ in range(300):
                entry.write(bytes(1 << 20))
with zipfile.ZipFile(folder / "traversal.zip", "w") as archive:
    with zipfile.ZipFile(folder / "parks.zip") as good:
        for name in good.namelist():
            archive.writestr("../../escaped/" + name, good.read(name))
with zipfile.ZipFile(folder / "lacking.zip", "w") as archive:
    with zipfile.ZipFile(folder / "parks.zip") as good:
        for name in good.namelist():
            if not name.endswith(".dbf"):
                archive.writestr(name, good.read(name))

# GeoJSON.
write("far.geojson", collection([[[39e5, 41e5], [40e5, 41e5], [40e5, 42e5], [39e5, 41e5]]]))
write("huge_number.geojson", collection([[[1e308, 1e308], [-1e308, 1e308], [1e308, -1e308], [1e308, 1e308]]]))
write("overflow.geojson", collection(rings).replace("39.7", "1e999", 1))
write("crs.geojson", collection(rings, crs="urn:ogc:def:crs:EPSG::999999"))
write("metres.geojson", collection(rings, crs="urn:ogc:def:crs:EPSG::5257"))
write("swapped.geojson", collection([[[41.00, 139.70], [41.00, 139.71], [41.01, 139.71], [41.00, 139.70]]]))
write("deep.geojson", '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"kind":"park"},"geometry":{"type":"Polygon","coordinates":' + "[" * 10_000 + "]" * 10_000 + "}}]}")
write("unclosed.geojson", collection(rings)[:-20])
write("code.geojson", collection(rings, kind="no_such_kind"))
write("line.geojson", collection(rings).replace("Polygon", "LineString").replace("[[[", "[[").replace("]]]", "]]"))
write("nul.geojson", collection(rings).replace("P-9", "P\\u0000-9"))

# CSV.
area = '"POLYGON((39.7 41,39.71 41,39.71 41.01,39.7 41))"'
write("nul.csv", f"official_id,name,kind,wkt\nP-8,Park 8,park,{area}\nP-9,Park\0 9,park,{area}\n")
write("code.csv", f"official_id,kind,wkt\nP-8,park,{area}\nP-9,olmayan,{area}\nP-10,park,{area}\n")
write("date.csv", 'official_id,kind,opened,wkt\nP-9,park,31.02.2026,"POLYGON((39.7 41,39.71 41,39.71 41.01,39.7 41))"\n')
write("quote.csv", 'official_id,name,kind\nP-9,"never closed,park\n' + "P-10,x,park\n" * 1000)
write("long_line.csv", b"official_id,name,kind\nP-9," + b"a" * (40 << 20) + b",park\n")
write("stranger.csv", "renk;boy\nmavi;3\n")
write("twice.csv", 'official_id,kind,wkt\n' + 2 * 'P-9,park,"POLYGON((39.7 41,39.71 41,39.71 41.01,39.7 41))"\n')
