"""Tiles of two servers (embedded, PostgreSQL), decoded by mapbox_vector_tile, against PostGIS' ST_AsMVT of the same records.
tiles.py EMBEDDED POSTGRES DATABASE
"""
import json
import math
import subprocess
import sys

import mapbox_vector_tile
import shapely
from shapely.geometry import box, shape
from city import get, get_json, same

EMBEDDED, POSTGRES, DATABASE = sys.argv[1:]
EXTENT = 4096
# A vertex may be snapped to the neighbouring point of the grid, and one that lies between two edges may be left out.
CLOSE = 2.0
LAYERS = ("building", "parcel", "door", "street_centreline", "park", "point_of_interest", "land_cover", "neighbourhood")
ZOOMS = range(13, 17)
# Limit: tiles of a layer, so that the test stays short.
MOST = 24


def decoded(blob, layer):
    """Features of a layer by id; coordinates as they are on the tile's grid, y downwards."""
    if not blob:
        return {}
    layers = mapbox_vector_tile.decode(blob, default_options={"y_coord_down": True})
    same(set(layers) <= {layer}, True, f"layers {set(layers)}: none but {layer}")
    if layer not in layers:
        return {}
    same((layers[layer]["extent"], layers[layer]["version"]), (EXTENT, 2), "extent and version")
    features = layers[layer]["features"]
    found = {f["id"]: f for f in features}
    same(len(found), len(features), f"{layer}: ids, each once")
    return found


def compare(layer, z, x, y, peer):
    what = f"{layer} {z}/{x}/{y}"
    ours = decoded(get(f"{EMBEDDED}/tiles/{layer}/{z}/{x}/{y}.mvt"), layer)
    same(decoded(get(f"{POSTGRES}/tiles/{layer}/{z}/{x}/{y}.mvt"), layer), ours, f"{what}: the tile of the server on PostgreSQL")
    missing = sorted(set(peer) - set(ours))
    same(missing, [], f"{what}: features of PostGIS that the tile lacks")
    compared = 0
    for fid, feature in ours.items():
        drawn = shape(feature["geometry"])
        if not drawn.is_valid:
            raise SystemExit(f"{what}: feature {fid}: {shapely.is_valid_reason(drawn)}: {drawn.wkt}")
        if fid not in peer:
            # PostGIS drops what collapses on the grid; here it is drawn as a mark. Anything larger would be an invention.
            west, south, east, north = drawn.bounds
            same(max(east - west, north - south) <= 2 * CLOSE, True, f"{what}: feature {fid}, not in PostGIS' tile, is a mark: {drawn.wkt}\nit")
            continue
        same(feature["properties"], peer[fid]["properties"], f"{what}: attributes of {fid}")
        other = shape(peer[fid]["geometry"])
        # At the buffer's rim both clip as they like.
        if not box(0, 0, EXTENT, EXTENT).contains(other):
            continue
        away = drawn.hausdorff_distance(other)
        same(away <= CLOSE, True, f"{what}: feature {fid} is {away} units away\n{drawn.wkt}\n{other.wkt}\nclose")
        compared += 1
    return len(ours), compared


def tiles_over(bounds, z):
    """Columns and rows of a zoom over a box in degrees."""
    west, south, east, north = bounds

    def row(latitude):
        return int((1 - math.asinh(math.tan(math.radians(latitude))) / math.pi) / 2 * 2**z)

    columns = range(int((west + 180) / 360 * 2**z), int((east + 180) / 360 * 2**z) + 1)
    return [(z, x, y) for x in columns for y in range(row(north), row(south) + 1)]


def of_postgis(layer, fields, tiles):
    """PostGIS' own tiles, by (z, x, y)."""
    listed = ", ".join(f"({z}, {x}, {y})" for z, x, y in tiles)
    sql = f"""SELECT z, x, y, encode((SELECT ST_AsMVT(q, '{layer}', {EXTENT}, 'geom', 'fid') FROM (
        SELECT fid, {", ".join(f'"{f}"' for f in fields)},
               ST_AsMVTGeom(ST_Transform(geom, 3857), ST_TileEnvelope(z, x, y), {EXTENT}, 64, true) AS geom
        FROM meydan."{layer}" WHERE geom && ST_Transform(ST_TileEnvelope(z, x, y, margin => 64.0 / {EXTENT}), 4326)
      ) q WHERE geom IS NOT NULL), 'hex') FROM (VALUES {listed}) AS t (z, x, y)"""
    told = subprocess.run(["psql", "-X", "-A", "-t", "-F", " ", "-d", DATABASE, "-c", sql], capture_output=True, text=True)
    same(told.returncode, 0, f"{sql}\n{told.stderr}\npsql's end")
    for line in told.stdout.splitlines():
        z, x, y, tile = line.split(" ")
        yield int(z), int(x), int(y), bytes.fromhex(tile)


drawn = compared = 0
for layer in LAYERS:
    bounds = get_json(f"{EMBEDDED}/ogc/collections/{layer}")["extent"]["spatial"]["bbox"][0]
    about = get_json(f"{EMBEDDED}/tiles/{layer}.json")
    tiles = [t for z in ZOOMS if z >= about["minzoom"] for t in tiles_over(bounds, z)][:MOST]
    for z, x, y, tile in of_postgis(layer, list(about["vector_layers"][0]["fields"]), tiles):
        counts = compare(layer, z, x, y, decoded(tile, layer))
        drawn, compared = drawn + counts[0], compared + counts[1]
print(f"{drawn} drawn, {compared} compared")
same(compared > 5000, True, "enough is compared: this")
