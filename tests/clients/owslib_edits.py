"""OWSLib creates, updates and deletes a feature (OGC API Features Part 4), and each shows at once.    owslib_edits.py URL TOKEN"""
import math
import sys

import mapbox_vector_tile
import requests
from owslib.ogcapi.features import Features
from city import same

URL, TOKEN = sys.argv[1:]
client = Features(f"{URL}/ogc", headers={"Authorization": f"Bearer {TOKEN}"})
# Far from the sample city, so that the tile holds nothing else.
LON, LAT, SIDE = 33.6365, 40.98, 0.0002
CORNERS = [[LON, LAT], [LON + SIDE, LAT], [LON + SIDE, LAT + SIDE], [LON, LAT + SIDE], [LON, LAT]]
COLUMNS = 2**16
COLUMN = int((LON + 180) / 360 * COLUMNS)
ROW = int((1 - math.asinh(math.tan(math.radians(LAT))) / math.pi) / 2 * COLUMNS)


def on_the_tile():
    """Names on the tile, asked for right after the edit."""
    tile = requests.get(f"{URL}/tiles/building/16/{COLUMN}/{ROW}.mvt", timeout=60)
    layers = mapbox_vector_tile.decode(tile.content) if tile.content else {}
    return [f["properties"].get("name") for f in layers.get("building", {"features": []})["features"]]


def named(name):
    return client.collection_items("building", filter=f"name = '{name}'")["features"]


feature = {
    "type": "Feature",
    "geometry": {"type": "Polygon", "coordinates": [CORNERS]},
    "properties": {"name": "Halk Kitaplığı", "floors": 2},
}
same(on_the_tile(), [], "the tile before")
same(client.collection_item_create("building", feature), True, "created")
[made] = named("Halk Kitaplığı")
same(made["properties"]["floors"], 2, "floors of the new building")
same(on_the_tile(), ["Halk Kitaplığı"], "the tile with it")

# As it was read, with one field changed: what the house gave comes back, too.
made["properties"]["name"] = "Halk Kütüphanesi"
same(client.collection_item_update("building", str(made["id"]), made), True, "updated")
[changed] = named("Halk Kütüphanesi")
same((changed["id"], changed["properties"]["version"]), (made["id"], 2), "the same building, one version on")
same(on_the_tile(), ["Halk Kütüphanesi"], "the tile with its new name")
# What was read before is not written over what has changed since.
try:
    client.collection_item_update("building", str(made["id"]), made)
    raise SystemExit("an old version was written over a newer one")
except RuntimeError as refused:
    same("version-conflict" in str(refused), True, f"{refused}: a conflict of versions")

same(client.collection_item_delete("building", str(made["id"])), True, "deleted")
same((named("Halk Kütüphanesi"), on_the_tile()), ([], []), "what is left of it")
