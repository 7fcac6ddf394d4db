"""Real service requests filed by Open311 and read back, by `georeport` (a client of another maker) and by hand; XML is held against a
schema of the standard; the examples of docs/open311.md are run.    open311.py URL REQUESTS.json DOCS.md        (MEYDAN_TOKEN)"""
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import requests
from georeport import GeoReport
from lxml import etree
from city import same

URL, DATA, DOCS = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
V2, SAMPLE = f"{URL}/open311/v2", 100
SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).with_name("open311.xsd")))
# Who sees requests whole: what was filed is personal.
AGENT = {"Authorization": f"Bearer {os.environ['MEYDAN_TOKEN']}"}


def ask(path, headers={}, status=200, **query):
    """An answer in both formats, which must say the same; its JSON."""
    answers = [requests.get(f"{URL}/open311/{path}.{f}", headers=headers, params=query) for f in ("json", "xml")]
    same([a.status_code for a in answers], [status] * 2, f"status of {path} {query}")
    read = answers[0].json()
    tree = etree.fromstring(answers[1].content)
    same(SCHEMA.validate(tree), True, f"{path} {query}: valid by the schema ({SCHEMA.error_log})")
    same(plain(read), of_xml(tree), f"{path} {query}: JSON and XML")
    return read


def plain(value):
    """JSON as XML could say it: all is text, nothing is empty."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()} or ""
    if isinstance(value, list):
        return [plain(v) for v in value] or ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return float(value)
    return value or ""


LISTS = {"services", "service_requests", "errors", "attributes", "values", "endpoints", "formats"}
NUMBERS = {"lat", "long", "order", "supporters"}


def of_xml(element):
    if len(element) == 0:
        text = element.text or ""
        number = element.tag in NUMBERS or element.tag == "code" and element.getparent().tag == "error"
        return float(text) if text and number else text
    if element.tag in LISTS:
        return [of_xml(child) for child in element]
    return {child.tag: of_xml(child) for child in element}


fields = [r["fields"] for r in json.loads(DATA.read_text()) if r["model"] == "dashboard.request"]
sample = [f for f in fields if f["lat"] and f["long"]][:SAMPLE]
same(len(sample), SAMPLE, "requests of the sample")
codes = {f["service_code"]: f["service_name"] for f in sample}

ask("discovery")
services = {s["service_code"]: s["service_name"] for s in ask("v2/services", lang="en")}
same({c: services.get(c) for c in codes}, codes, "the services of the sample")
for code in codes:
    ask(f"v2/services/{code}")

filed = {}
for n, f in enumerate(sample):
    body = {name: f[name] for name in ("service_code", "lat", "long")} | {"address_string": f["address"]}
    # The sample has no descriptions and pictures: every second one gets what an XML writer and a form may stumble over.
    body |= {"description": f"{f['service_name']} <{n}> & “İĞŞ”\nikinci satır"} if n % 2 else {}
    body |= {"media_url": f"https://example.org/{n}.jpg?a=1&b=2"} if n % 3 == 0 else {}
    # Every way of coming: form and JSON, answered in JSON and XML, with the key in the body and in the header.
    end = "json" if n % 4 < 2 else "xml"
    key = {"data": body | {"api_key": os.environ["MEYDAN_TOKEN"]}} if n % 5 else {"json": body, "headers": AGENT}
    answer = requests.post(f"{V2}/requests.{end}", **key)
    same(answer.status_code, 201, f"filing {n}: {answer.text}")
    if end == "xml":
        tree = etree.fromstring(answer.content)
        same(SCHEMA.validate(tree), True, f"the answer to filing {n} is valid ({SCHEMA.error_log})")
        told = of_xml(tree)[0]
    else:
        told = answer.json()[0]
    same(re.fullmatch(r"\d{12}", told["reference"]) is not None, True, "a number to follow it by")
    filed[told["service_request_id"]] = (f, body)

whole = {r["service_request_id"]: r for r in ask("v2/requests", AGENT, lang="en", service_request_id=",".join(filed))}
same(set(whole), set(filed), "ids of what was filed")
for id, (f, body) in filed.items():
    wanted = {name: f[name] for name in ("service_code", "service_name", "lat", "long")}
    wanted |= {"address": f["address"].strip(), "description": body.get("description", f["service_name"]), "media_url": body.get("media_url"), "status": "open"}
    same({name: whole[id][name] for name in wanted}, wanted, f"request {id} as it was filed")

client = GeoReport(V2)
same({s["service_code"] for s in client.get_service_list()} >= set(codes), True, "services by georeport: this")
listed = {r["service_request_id"]: r for r in client.get_service_requests(service_code=",".join(codes))}
same(set(listed), set(filed), "georeport lists what was filed, with no key")
in_xml = {r["service_request_id"]: r for r in GeoReport(V2, output_format="xml").get_service_requests(status="open")}
same({i: float(r["lat"]) for i, r in in_xml.items() if i in filed}, {i: f["lat"] for i, (f, _) in filed.items()}, "the same by XML")
for id, r in listed.items():
    same((r["description"], r["media_url"]), (None, None), f"what was written in {id} is not public")
    same(r["address"] == filed[id][0]["address"].strip(), False, f"the address of {id} as it was told is public: this")
one = next(iter(filed))
same(client.get_service_request(one), listed[one], "one request by georeport")
seen = [r["service_request_id"] for page in range(1, 5) for r in requests.get(f"{V2}/requests.json", params={"per_page": 30, "page": page, "service_code": ",".join(codes)}).json()]
same((sorted(seen), len(set(seen))), (sorted(filed), SAMPLE), "pages hold each once")

for path, status in (("v2/requests/999999999", 404), ("v2/services/none", 404)):
    ask(path, status=status)
ask("v2/requests", status=400, status_="x")

examples = re.findall(r"```sh\n(.*?)```", DOCS.read_text(), re.S)
same(len(examples) >= 5, True, "examples in the page: this")
for example in examples:
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", example.replace("curl ", "curl --fail-with-body -sS ")], env=os.environ | {"MEYDAN": URL, "KEY": os.environ["MEYDAN_TOKEN"]}, capture_output=True, text=True, timeout=30)
    same(done.returncode, 0, f"{example}{done.stdout}{done.stderr}")
print(f"{len(filed)} requests filed and read back, {len(examples)} examples run")
