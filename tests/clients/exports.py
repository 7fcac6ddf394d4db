"""`ogrinfo` reads every export of every collection, and counts what the catalogue counts.    exports.py URL"""
import os
import subprocess
import sys
import tempfile

from city import collections, get, get_json, hits, same

URL = sys.argv[1]
# Format and how GDAL opens the file.
FORMATS = {"gpkg": "{}", "geojson": "{}", "geojsonseq": "GeoJSONSeq:{}", "csv": "{}", "fgb": "{}", "shp": "/vsizip/{}"}
ENDING = {"shp": "zip"}


def read(path):
    told = subprocess.run(["ogrinfo", "-ro", "-al", "-so", path], capture_output=True, text=True)
    same(told.returncode, 0, f"{path}: {told.stderr}\nogrinfo's end")
    # A warning of a reader is a fault of the writer, but for this: Debian's GDAL is older than GeoPackage 1.4.
    complaints = [line for line in told.stderr.splitlines() if "may only be partially supported" not in line]
    same(complaints, [], f"{path}: what ogrinfo complains of")
    counted = [int(line.removeprefix("Feature Count: ")) for line in told.stdout.splitlines() if line.startswith("Feature Count: ")]
    same(len(counted), 1, f"layers of {path}")
    return counted[0], told.stdout


with tempfile.TemporaryDirectory() as folder:
    for collection in collections(URL):
        wanted = hits(URL, collection)
        described = get_json(f"{URL}/ogc/collections/{collection}")
        offered = [l["href"].rsplit("/", 1)[1] for l in described["links"] if l["rel"] == "enclosure"]
        # Formats of geometries hold no tables.
        same(sorted(offered), sorted(FORMATS if "storageCrs" in described else set(FORMATS) - {"fgb", "shp"}), f"formats of {collection}")
        for form in offered:
            opened = FORMATS[form]
            path = os.path.join(folder, f"{collection}.{ENDING.get(form, form)}")
            with open(path, "wb") as file:
                file.write(get(f"{URL}/ogc/collections/{collection}/export/{form}"))
            found, told = read(opened.format(path))
            same(found, wanted, f"{collection} as {form}\n{told}\nits count")
        # In the country's own system.
        path = os.path.join(folder, f"{collection}-5257.gpkg")
        with open(path, "wb") as file:
            file.write(get(f"{URL}/ogc/collections/{collection}/export/gpkg?crs=http://www.opengis.net/def/crs/EPSG/0/5257"))
        found, told = read(path)
        same(found, wanted, f"{collection} as gpkg in EPSG:5257")
        if "Geometry Column" in told:
            same('ID["EPSG",5257]' in told, True, f"{told}\nits reference system is EPSG:5257: this")
