//! Operations of Open311 GeoReport v2, if the city takes requests.

use super::{operation::parameters, outside};
use crate::open311::{DEFAULT_DAYS, MAX_BODY_BYTES, MAX_PAGE_SIZE, Nouns};
use meydan_kernel::Catalogue;
use serde_json::{Map, Value as Json, json};

/// The errors that an operation may answer with: always a list of `{code, description}` in the format asked for.
const ERRORS: [(&str, &str); 9] = [
    ("400", "A parameter is unknown or its value is not accepted."),
    ("401", "The token of the header is not good (any more)."),
    ("403", "The api_key is not good, or no grant allows it."),
    ("404", "There is no such service or request, or it isn't public."),
    ("406", "Another format than json and xml is not given."),
    ("414", "The address is too long."),
    ("429", "Too much in a short time; see the header Retry-After."),
    ("500", "Our fault."),
    ("503", "Not now; perhaps later."),
];
/// Those of a filing beside them.
const OF_FILING: [(&str, &str); 3] =
    [("409", "A unique key is taken."), ("413", "The body is too large."), ("415", "The body is neither a form nor JSON.")];

/// Adds them.
pub fn add(paths: &mut Map<String, Json>, catalogue: &Catalogue, base: &str) {
    if Nouns::of(catalogue).is_none() {
        return;
    }
    let mut put = |path: &str, item: Json| {
        let mut item = item;
        item["servers"] = outside(base);
        paths.insert(format!("/open311/{path}.{{format}}"), item);
    };
    let object = || json!({ "type": "object" });
    let list = || json!({ "type": "array", "items": { "type": "object" } });
    put("discovery", json!({ "get": get("open311Discovery", "Where the endpoint is and what it speaks", vec![], &object()) }));
    put("v2/services", json!({ "get": get("open311Services", "What can be requested", vec![], &list()) }));
    let code = path("service_code", "Code of the service.");
    let definition = get("open311Service", "The attributes of a service", vec![code], &object());
    put("v2/services/{service_code}", json!({ "get": definition }));
    let requests = get("open311Requests", "Service requests, the newest first", list_parameters(), &requests_schema());
    put("v2/requests", json!({ "get": requests, "post": post() }));
    let id = path("service_request_id", "Id of the request.");
    let one = get("open311Request", "One service request", vec![id, extensions()], &requests_schema());
    put("v2/requests/{service_request_id}", json!({ "get": one }));
    let token = path("token", "Identity of the request. Every filing is given its id at once, so no other tokens are.");
    put("v2/tokens/{token}", json!({ "get": get("open311Token", "The id of a request", vec![token], &list()) }));
}

fn path(name: &str, description: &str) -> Json {
    json!({ "name": name, "in": "path", "required": true, "description": description, "schema": { "type": "string", "minLength": 1 } })
}

fn query(name: &str, description: &str, schema: Json) -> Json {
    json!({ "name": name, "in": "query", "required": false, "description": description, "schema": schema })
}

fn extensions() -> Json {
    query("extensions", "More members than the standard's.", json!({ "type": "boolean", "default": false }))
}

fn format() -> Json {
    json!({ "name": "format", "in": "path", "required": true, "schema": { "type": "string", "enum": ["json", "xml"] } })
}

fn list_parameters() -> Vec<Json> {
    let listed = || json!({ "type": "string" });
    let time = || json!({ "type": "string" });
    let first = format!("Came at this instant or later (W3C date and time). Without it the last {DEFAULT_DAYS} days.");
    vec![
        query("service_request_id", "Ids with commas; all else is passed over then.", listed()),
        query("service_code", "Codes with commas.", listed()),
        query("start_date", &first, time()),
        query("end_date", "Came at this instant or before.", time()),
        query("updated_after", "Last changed at this instant or later.", time()),
        query("updated_before", "Last changed at this instant or before.", time()),
        query("status", "`open`, `closed`, or both with a comma.", listed()),
        query("q", "Words in the public text.", json!({ "type": "string", "maxLength": 200 })),
        query("page", "Page, from 1.", json!({ "type": "integer", "minimum": 1, "default": 1 })),
        query(
            "per_page",
            "Requests of a page.",
            json!({ "type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE, "default": MAX_PAGE_SIZE }),
        ),
        extensions(),
    ]
}

fn requests_schema() -> Json {
    let text = || json!({ "type": "string", "nullable": true });
    let number = || json!({ "type": "number", "nullable": true });
    let request = json!({
        "type": "object",
        "required": ["service_request_id", "status", "requested_datetime", "updated_datetime", "lat", "long"],
        "properties": {
            "service_request_id": { "type": "string" }, "status": { "type": "string", "enum": ["open", "closed"] },
            "status_notes": text(), "service_name": text(), "service_code": text(), "description": text(),
            "agency_responsible": text(), "service_notice": text(), "requested_datetime": text(), "updated_datetime": text(),
            "expected_datetime": text(), "address": text(), "address_id": text(), "zipcode": text(), "lat": number(),
            "long": number(), "media_url": text(), "extended_attributes": { "type": "object" },
        },
    });
    json!({ "type": "array", "items": request })
}

fn get(id: &str, summary: &str, own: Vec<Json>, schema: &Json) -> Json {
    let mut all = vec![format(), query("jurisdiction_id", "Passed over: the city is one.", json!({ "type": "string" }))];
    all.extend(own);
    all.extend(parameters(&["lang"]));
    let mut responses = errors(&ERRORS);
    responses.insert("304".into(), super::operation::reference("responses", "NotModified"));
    responses.insert(
        "200".into(),
        json!({
            "description": "OK",
            "headers": { "ETag": { "schema": { "type": "string" } } },
            "content": both(schema),
        }),
    );
    json!({
        "operationId": id,
        "tags": ["Open311"],
        "summary": summary,
        "parameters": all,
        "responses": responses,
        "security": super::operation::Reach::Granted.security(),
    })
}

/// Content in both formats. XML is told as what it is: its elements bear the names of the members.
fn both(schema: &Json) -> Json {
    json!({ "application/json": { "schema": schema }, "text/xml": { "schema": { "type": "string" } } })
}

fn errors(all: &[(&str, &str)]) -> Map<String, Json> {
    let error = json!({
        "type": "object",
        "required": ["code", "description"],
        "properties": { "code": { "type": "integer" }, "description": { "type": "string" } },
    });
    let list = json!({ "type": "array", "minItems": 1, "items": error });
    let response = |description: &str| json!({ "description": description, "content": both(&list) });
    all.iter().map(|(status, description)| ((*status).to_owned(), response(description))).collect()
}

fn post() -> Json {
    let text = |most: usize| json!({ "type": "string", "maxLength": most });
    let body = json!({
        "type": "object",
        "required": ["service_code"],
        "properties": {
            "service_code": text(40), "lat": { "type": "number", "minimum": -90, "maximum": 90 },
            "long": { "type": "number", "minimum": -180, "maximum": 180 }, "address_string": text(300), "address_id": text(12),
            "email": text(200), "device_id": text(200), "account_id": text(200), "first_name": text(100), "last_name": text(99),
            "phone": text(20), "description": text(4_000), "media_url": text(2_000),
            "api_key": { "type": "string", "description": "An access token; without it nobody in particular files." },
            "attribute": { "type": "object", "description": "Answers by code; in a form `attribute[code]=…`." },
        },
    });
    let form = "application/x-www-form-urlencoded";
    let deep = json!({ "attribute": { "style": "deepObject", "explode": true } });
    let answer = json!({
        "type": "object",
        "required": ["service_request_id"],
        "properties": {
            "service_request_id": { "type": "string" }, "service_notice": { "type": "string", "nullable": true },
            "account_id": { "type": "string", "nullable": true },
            "reference": { "type": "string", "nullable": true, "description": "The secret number to follow it by; told only here." },
        },
    });
    let mut responses = errors(&ERRORS);
    responses.extend(errors(&OF_FILING));
    responses.insert(
        "201".into(),
        json!({
            "description": "Filed.",
            "headers": { "Location": { "schema": { "type": "string" } } },
            "content": both(&json!({ "type": "array", "minItems": 1, "items": answer })),
        }),
    );
    json!({
        "operationId": "open311File",
        "tags": ["Open311"],
        "summary": "Files a service request",
        "description": format!("A body has {MAX_BODY_BYTES} bytes at most. Pictures are told by their address, which is never fetched."),
        "parameters": [format(), super::operation::reference("parameters", "lang")],
        "requestBody": {
            "required": true,
            "content": { form: { "schema": body, "encoding": deep }, "application/json": { "schema": body } },
        },
        "responses": responses,
        "security": super::operation::Reach::Granted.security(),
    })
}
