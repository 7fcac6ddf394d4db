"""WMS 1.3.0 and 1.1.1 and WMTS of a served city: OWSLib reads the capabilities and asks for maps, GDAL draws them through its own drivers."""
import io
import json
import math
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from xml.etree import ElementTree

import png
from owslib.wms import WebMapService
from owslib.wmts import WebMapTileService

url = sys.argv[1]
WMS, WMTS = f"{url}/ogc/wms", f"{url}/ogc/wmts"


def pixels(data):
    """Width, height and the set of colours of a PNG."""
    width, height, rows, info = png.Reader(bytes=data).read()
    step = info["planes"]
    return width, height, {tuple(row[at : at + 3]) for row in map(bytes, rows) for at in range(0, len(row), step)}


def city_box():
    """Longitude and latitude round the buildings."""
    with urllib.request.urlopen(f"{url}/ogc/collections/building/items?limit=1000") as answer:
        features = json.load(answer)["features"]
    places = [p for f in features for polygon in f["geometry"]["coordinates"] for p in polygon[0]]
    lons, lats = [p[0] for p in places], [p[1] for p in places]
    return min(lons), min(lats), max(lons), max(lats)


west, south, east, north = city_box()
middle = (west + east) / 2, (south + north) / 2


def mercator(lon, lat):
    radius = 6378137.0
    return radius * math.radians(lon), radius * math.log(math.tan(math.pi / 4 + math.radians(lat) / 2))


def refused(query, status, code):
    try:
        urllib.request.urlopen(f"{WMS}?SERVICE=WMS&{query}")
    except urllib.error.HTTPError as error:
        report = ElementTree.fromstring(error.read())
        found = report[0].get("code")
        assert (error.code, found) == (status, code), (query, error.code, found)
    else:
        raise AssertionError(f"{query} is answered")


for version in ["1.3.0", "1.1.1"]:
    wms = WebMapService(WMS, version=version)
    assert {"meydan", "building", "street_centreline", "district"} <= set(wms.contents), list(wms.contents)
    assert {"light", "dark"} == set(wms.contents["building"].styles)
    for crs, box in [("EPSG:3857", (*mercator(west, south), *mercator(east, north))), ("EPSG:4326", (west, south, east, north))]:
        answer = wms.getmap(layers=["building", "district"], styles=["light", "light"], srs=crs, bbox=box, size=(400, 300), format="image/png")
        width, height, colours = pixels(answer.read())
        assert (width, height) == (400, 300)
        assert len(colours) > 3, (version, crs, colours)

# A map of one building: its own colour lies in its middle, and what is asked of that place is that building.
with urllib.request.urlopen(f"{url}/ogc/collections/building/items?limit=1") as answer:
    building = json.load(answer)["features"][0]
ring = building["geometry"]["coordinates"][0][0]
lon, lat = sum(p[0] for p in ring[:-1]) / (len(ring) - 1), sum(p[1] for p in ring[:-1]) / (len(ring) - 1)
around = 0.0002
query = (
    f"VERSION=1.3.0&LAYERS=building&QUERY_LAYERS=building&STYLES=&CRS=EPSG:4326&WIDTH=101&HEIGHT=101&FORMAT=image/png"
    f"&BBOX={lat - around},{lon - around},{lat + around},{lon + around}"
)
data = urllib.request.urlopen(f"{WMS}?SERVICE=WMS&REQUEST=GetMap&{query}").read()
_, _, rows, info = png.Reader(bytes=data).read()
centre = bytes(list(rows)[50])[50 * info["planes"] :][:3]
assert centre != b"\xff\xff\xff", "the building is drawn where it lies, latitude first"
found = json.load(urllib.request.urlopen(f"{WMS}?SERVICE=WMS&REQUEST=GetFeatureInfo&I=50&J=50&INFO_FORMAT=application/json&FEATURE_COUNT=9&{query}"))
assert building["id"] in [f["id"] for f in found["features"]], found
assert all(f["properties"].get("manager") is None for f in found["features"]), "personal data is nobody's in particular"
whole = f"VERSION=1.3.0&QUERY_LAYERS=request&LAYERS=request&CRS=CRS:84&WIDTH=9&HEIGHT=9&BBOX={west},{south},{east},{north}&I=4&J=4"
told = json.load(urllib.request.urlopen(f"{WMS}?SERVICE=WMS&REQUEST=GetFeatureInfo&INFO_FORMAT=application/json&FEATURE_COUNT=100&{whole}"))
public = json.load(urllib.request.urlopen(f"{url}/ogc/collections/request/items?limit=1000"))
assert {f["id"] for f in told["features"]} <= {f["id"] for f in public["features"]}, "only requests that are public"
assert told["features"], "some of them lie in the city"
text = urllib.request.urlopen(f"{WMS}?SERVICE=WMS&REQUEST=GetFeatureInfo&I=50&J=50&INFO_FORMAT=text/html&{query}").read().decode()
assert "<table>" in text
legend = urllib.request.urlopen(f"{WMS}?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetLegendGraphic&LAYER=building&FORMAT=image/png").read()
assert len(pixels(legend)[2]) > 5

# The same map twice is the same bytes, and who has it is told so.
request = urllib.request.Request(f"{WMS}?SERVICE=WMS&REQUEST=GetMap&{query}")
with urllib.request.urlopen(request) as answer:
    tag = answer.headers["ETag"]
    assert answer.read() == data
request.add_header("If-None-Match", tag)
try:
    urllib.request.urlopen(request)
    raise AssertionError("not told that it is current")
except urllib.error.HTTPError as error:
    assert error.code == 304

refused("REQUEST=GetMap&VERSION=1.3.0", 400, "MissingParameterValue")
refused(f"REQUEST=GetMap&{query.replace('LAYERS=building', 'LAYERS=nothing', 1)}", 404, "LayerNotDefined")
refused(f"REQUEST=GetMap&{query.replace('EPSG:4326', 'EPSG:1')}", 400, "InvalidCRS")
refused(f"REQUEST=GetMap&{query.replace('image/png', 'image/gif')}", 400, "InvalidFormat")
refused(f"REQUEST=GetMap&{query.replace('STYLES=', 'STYLES=mauve')}", 400, "StyleNotDefined")
refused(f"REQUEST=GetMap&{query.replace('WIDTH=101', 'WIDTH=99999')}", 400, None)
refused("REQUEST=DropTables", 400, "OperationNotSupported")

wmts = WebMapTileService(WMTS)
assert "building" in wmts.contents and "GoogleMapsCompatible" in wmts.tilematrixsets
z = 15
x = int((middle[0] + 180) / 360 * 2**z)
y = int((1 - math.asinh(math.tan(math.radians(middle[1]))) / math.pi) / 2 * 2**z)
tile = wmts.gettile(layer="meydan", style="light", tilematrixset="GoogleMapsCompatible", tilematrix=str(z), row=y, column=x, format="image/png").read()
assert pixels(tile)[:2] == (256, 256) and len(pixels(tile)[2]) > 10
by_path = urllib.request.urlopen(f"{WMTS}/1.0.0/meydan/light/GoogleMapsCompatible/{z}/{y}/{x}.png").read()
assert by_path == tile

with tempfile.TemporaryDirectory() as folder:
    left, bottom = mercator(west, south)
    right, top = mercator(east, north)
    window = ["-projwin", str(left), str(top), str(right), str(bottom), "-outsize", "300", "200", "-of", "PNG"]
    sources = {
        "wms": f"WMS:{WMS}?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetMap&LAYERS=building&CRS=EPSG:3857&FORMAT=image/png"
        f"&BBOX={left},{bottom},{right},{top}",
        "wmts": f"WMTS:{WMTS}?SERVICE=WMTS&REQUEST=GetCapabilities,layer=building",
    }
    for name, source in sources.items():
        out = f"{folder}/{name}.png"
        done = subprocess.run(["gdal_translate", "-q", *window, source, out], capture_output=True, text=True, timeout=120, cwd=folder)
        assert done.returncode == 0, (name, done.stderr)
        with open(out, "rb") as file:
            width, height, colours = pixels(file.read())
        assert (width, height) == (300, 200) and len(colours) > 2, (name, colours)
print("maps are read")
