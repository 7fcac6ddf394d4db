"""Asks a served city by plain HTTP: what the other clients' answers are compared with."""
import json
import os
import urllib.request

# Nobody asks without one; a script that needs to be somebody is given a token.
TOKEN = os.environ.get("MEYDAN_TOKEN")


def get(url, **headers):
    """The body of an answer; anything but success is an error."""
    if TOKEN:
        headers["Authorization"] = f"Bearer {TOKEN}"
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=60) as answer:
        return answer.read()


def get_json(url):
    return json.loads(get(url))


def collections(url):
    return [c["id"] for c in get_json(f"{url}/ogc/collections")["collections"]]


def filled(url):
    """Collections that hold something for who asks: of an empty one a client has nothing to read."""
    return [name for name in collections(url) if hits(url, name)]


def hits(url, collection, query=""):
    return get_json(f"{url}/ogc/collections/{collection}/items?resultType=hits{query}")["numberMatched"]


def items(url, collection):
    """Every feature of a collection, page by page; as many as the catalogue counts."""
    found, page = [], f"{url}/ogc/collections/{collection}/items?limit=1000"
    while page:
        answer = get_json(page)
        found += answer["features"]
        page = next((l["href"] for l in answer["links"] if l["rel"] == "next"), None)
    same(len(found), hits(url, collection), f"features of {collection}")
    return found


def same(found, wanted, what):
    """Ends the script, saying what differs."""
    if found != wanted:
        raise SystemExit(f"{what}: {shown(found)} instead of {shown(wanted)}")


def shown(value):
    text = repr(value)
    return text if len(text) < 2000 else f"{text[:2000]}… ({len(text)} characters)"
