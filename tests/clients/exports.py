"""GDAL reads every export of every collection: as many records as the catalogue counts, with their values and geometry.
exports.py URL
"""
import json
import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse

import pyogrio
import shapely
from city import filled, get, get_json, hits, items, same

URL = sys.argv[1]
# GML without a schema beside it: a number that is a name stays a text.
os.environ["GML_FIELDTYPES"] = "ALWAYS_STRING"
# Format and how GDAL opens the file.
FORMATS = {"gpkg": "{}", "geojson": "{}", "geojsonseq": "GeoJSONSeq:{}", "csv": "{}", "fgb": "{}", "shp": "/vsizip/{}", "xlsx": "{}", "kml": "{}", "gml": "{}"}
# Read of some collections only: one kind of geometry each.
SOME = {"xlsx", "kml", "gml"}
CHOSEN = {"building", "door", "street", "district"}
ENDING = {"shp": "zip"}
PLACED = "filter=" + urllib.parse.quote("geometry IS NOT NULL")
TM39 = "crs=http://www.opengis.net/def/crs/EPSG/0/5257"


def saved(folder, collection, form, query=""):
    path = os.path.join(folder, f"{collection}.{ENDING.get(form, form)}")
    with open(path, "wb") as file:
        file.write(get(f"{URL}/ogc/collections/{collection}/export/{form}?{query}"))
    return FORMATS[form].format(path)


def options(path):
    """A sheet of texts alone does not show GDAL that its first row holds names."""
    return {"HEADERS": "FORCE"} if path.endswith(".xlsx") else {}


def counted(path):
    """What Debian's ogrinfo counts, and all that it says."""
    chosen = [word for name, value in options(path).items() for word in ("-oo", f"{name}={value}")]
    told = subprocess.run(["ogrinfo", "-ro", "-al", "-so", *chosen, path], capture_output=True, text=True)
    same(told.returncode, 0, f"{path}: {told.stderr}\nogrinfo's end")
    # A warning of a reader is a fault of the writer, but for this: Debian's GDAL is older than GeoPackage 1.4.
    complaints = [line for line in told.stderr.splitlines() if "may only be partially supported" not in line]
    same(complaints, [], f"{path}: what ogrinfo complains of")
    counts = [int(line.removeprefix("Feature Count: ")) for line in told.stdout.splitlines() if line.startswith("Feature Count: ")]
    same(len(counts), 1, f"layers of {path}")
    return counts[0], told.stdout


def records(path, fields):
    """What the newer GDAL reads: values of text fields and geometry, by id."""
    meta, _, shapes, columns = pyogrio.raw.read(path, **options(path))
    # A Shapefile's names have ten letters.
    at = {name: column for name, column in zip(meta["fields"], columns)}
    if path.endswith(".kml"):
        # `id` and `Name` are the placemark's own there; ours of the same name come second.
        at |= {name[:-1]: column for name, column in at.items() if name in ("id2", "name2")}
    # GDAL sees no column in GML that no record fills.
    chosen = [at.get(f, at.get(f[:10], [None] * len(at["id"]))) for f in fields]
    places = shapely.from_wkb(shapes) if shapes is not None else [None] * len(at["id"])
    # An absent text is an empty one in CSV and Shapefile.
    return {row[0]: (tuple(v or "" for v in row[1:]), place) for *row, place in zip(at["id"], *chosen, places)}


def check(collection, form, path, features):
    found, told = counted(path)
    same(found, len(features), f"{collection} as {form}\n{told}\nits count")
    fields = [n for n in ("name", "official_id", "kind") if n in features[0]["properties"]]
    read = records(path, fields)
    same(len(read), len(features), f"{collection} as {form}: ids, each once")
    for feature in features:
        values, place = read[feature["properties"]["id"]]
        same(values, tuple(feature["properties"][f] or "" for f in fields), f"{collection} as {form}: {fields} of {feature['id']}")
        if form in ("csv", "xlsx") or feature["geometry"] is None:
            continue
        wanted = shapely.from_geojson(json.dumps(feature["geometry"]))
        # Order of rings' points and single or multiple parts are the format's own; 1e-9 degrees are a tenth of a millimetre.
        close = place is not None and shapely.equals_exact(place.normalize(), wanted.normalize(), 1e-9)
        same(close or place is not None and place.equals(wanted), True, f"{collection} as {form}: {place} of {feature['id']} is {wanted}: this")


def refused(collection):
    """FlatGeobuf can't hold what has no place, and says so."""
    try:
        get(f"{URL}/ogc/collections/{collection}/export/fgb")
    except urllib.error.HTTPError as error:
        return same(json.loads(error.read())["code"], "record-without-geometry", f"{collection} as fgb: code of the refusal")
    raise SystemExit(f"{collection} has records without geometry, but FlatGeobuf is made")


with tempfile.TemporaryDirectory() as folder:
    for collection in filled(URL):
        features = items(URL, collection)
        described = get_json(f"{URL}/ogc/collections/{collection}")
        offered = [l["href"].rsplit("/", 1)[1] for l in described["links"] if l["rel"] == "enclosure"]
        # Formats of geometries hold no tables.
        table = "storageCrs" not in described
        same(sorted(offered), sorted(set(FORMATS) - ({"fgb", "shp"} if table else set())), f"formats of {collection}")
        placed = [f for f in features if f["geometry"]]
        for form in offered:
            if form in SOME and collection not in CHOSEN:
                continue
            if form == "fgb" and len(placed) < len(features):
                refused(collection)
                same(len(placed), hits(URL, collection, f"&{PLACED}"), f"{collection}: records with a geometry")
                # GDAL complains of a file of none.
                if placed:
                    check(collection, form, saved(folder, collection, form, PLACED), placed)
            else:
                check(collection, form, saved(folder, collection, form), features)
        # In the country's own system.
        found, told = counted(saved(folder, collection, "gpkg", TM39))
        same(found, len(features), f"{collection} as gpkg in EPSG:5257")
        same('ID["EPSG",5257]' in told, not table, f"{told}\nits reference system is EPSG:5257: this")
