"""OWSLib reads a served city as OGC API Features; every record is held against its schema.    owslib_reads.py URL"""
import sys

import jsonschema_rs
import shapely
from owslib.ogcapi.features import Features
from city import collections, filled, hits, items, same

URL = sys.argv[1]
client = Features(f"{URL}/ogc")

relations = {l["rel"] for l in client.links}
same({"self", "service-desc", "conformance", "data"} <= relations, True, f"relations of the landing page {relations}: complete")
conforms = client.conformance()["conformsTo"]
for name in ("ogcapi-features-1/1.0/conf/core", "ogcapi-features-2/1.0/conf/crs", "ogcapi-features-3/1.0/conf/filter", "cql2/1.0/conf/basic-cql2"):
    same(any(c.endswith(name) for c in conforms), True, f"{name} among {conforms}: conformance")
same("/collections/building/items" in client.api()["paths"], True, "the API's paths name the buildings: this")
same(sorted(c["id"] for c in client.collections()["collections"]), sorted(collections(URL)), "collections")
same(sorted(client.feature_collections()), sorted(collections(URL)), "collections of features")

for name in filled(URL):
    same(client.collection(name)["id"], name, "the collection asked for")
    fields = set(client.collection_queryables(name)["properties"])
    schema = client.collection_schema(name)
    same(schema["type"], "object", f"schema of {name}")
    answer = client.collection_items(name, limit=5)
    same((answer["numberMatched"], len(answer["features"])), (hits(URL, name), min(5, hits(URL, name))), f"features of {name}")
    first = answer["features"][0]
    same(set(first["properties"]) <= set(schema["properties"]), True, f"properties of {name} are in its schema: this")
    # The schema is of the values that are there: an absent one is null in GeoJSON.
    validator = jsonschema_rs.validator_for(schema, validate_formats=True)
    for feature in items(URL, name):
        values = {k: v for k, v in {**feature["properties"], "fid": feature["id"], "geometry": feature["geometry"]}.items() if v is not None}
        same([e.message for e in validator.iter_errors(values)], [], f"{name} {feature['id']}: what its own schema finds")
    same(fields <= set(schema["properties"]), True, f"queryables of {name} are in its schema: this")
    same(client.collection_item(name, str(first["id"]))["properties"], first["properties"], f"feature {first['id']} of {name}")

everything = items(URL, "building")
high = [f["id"] for f in everything if f["properties"]["floors"] > 3 and f["properties"]["kind"] == "karma"]
answer = client.collection_items("building", filter="floors > 3 AND kind = 'karma'", limit=10000)
same([f["id"] for f in answer["features"]], high, "buildings by a filter")
same(client.response_headers["Content-Type"].split(";")[0], "application/geo+json", "media type")

shapes = [shapely.geometry.shape(f["geometry"]) for f in everything]
west, south, east, north = shapely.total_bounds(shapes)
box = [west, south, (west + east) / 2, (south + north) / 2]
near = [f["id"] for f, s in zip(everything, shapes) if shapely.box(*s.bounds).intersects(shapely.box(*box))]
answer = client.collection_items("building", bbox=box, limit=10000)
same([f["id"] for f in answer["features"]], near, "buildings by a box")

answer = client.collection_items("building", properties=["floors"], sortby=("floors", "desc"), limit=50)
floors = [f["properties"]["floors"] for f in answer["features"]]
same(floors, sorted((f["properties"]["floors"] for f in everything), reverse=True)[:50], "the highest buildings")
asked_for = {k for f in answer["features"] for k in f["properties"]} - {"id", "version", "recorded_at"}
same(asked_for, {"floors"}, "fields, but for those that tell which record it is")
