"""What libosmium finds in an OSM file, by the same conditions as the mapping that comes with Meydan: numbers as JSON.
osm.py FILE WEST SOUTH EAST NORTH
"""
import json
import sys

import osmium

PATH = sys.argv[1]
WEST, SOUTH, EAST, NORTH = map(float, sys.argv[2:6])
HIGHWAYS = set("motorway trunk primary secondary tertiary unclassified residential living_street pedestrian service road steps footway path track cycleway".split())
NO_PLACES = set("parking_space bench waste_basket recycling vending_machine shelter".split())
LEISURE = set("stadium sports_centre swimming_pool fitness_centre ice_rink".split())
OFFICES = set("government lawyer insurance employment_agency diplomatic".split())
STATIONS = {"station", "halt", "tram_stop"}


def inside(place):
    return WEST <= place.lon <= EAST and SOUTH <= place.lat <= NORTH


def is_place(tags):
    if "name" not in tags:
        return False
    return (
        "amenity" in tags and tags["amenity"] not in NO_PLACES
        or any(key in tags for key in ("shop", "tourism", "historic", "healthcare"))
        or tags.get("leisure") in LEISURE
        or tags.get("office") in OFFICES
        or tags.get("highway") == "bus_stop"
        or tags.get("railway") in STATIONS
    )


counts = dict.fromkeys(["nodes", "ways", "relations", "centrelines", "buildings", "doors", "places"], 0)
names = set()
for thing in osmium.FileProcessor(PATH).with_locations().with_areas():
    tags = thing.tags
    areal = False
    if thing.is_node():
        counts["nodes"] += 1
        if not tags or not inside(thing.location):
            continue
    elif thing.is_way():
        counts["ways"] += 1
        if tags.get("highway") in HIGHWAYS and "name" in tags and len(thing.nodes) > 1 and any(inside(n.location) for n in thing.nodes):
            counts["centrelines"] += 1
            names.add(tags["name:tr"] if "name:tr" in tags else tags["name"])
        continue
    elif thing.is_relation():
        counts["relations"] += 1
        continue
    else:
        areal = True
        rings = [outer for outer in thing.outer_rings()]
        rings += [inner for outer in rings for inner in thing.inner_rings(outer)]
        if not any(inside(n.location) for ring in rings for n in ring):
            continue
    counts["buildings"] += areal and tags.get("building", "no") != "no"
    counts["doors"] += "addr:housenumber" in tags
    counts["places"] += is_place(tags)
counts["street_names"] = len(names)
print(json.dumps(counts))
