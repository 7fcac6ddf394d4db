//! Parameters that many operations share.

use crate::{
    ogc_features::{DEFAULT_LIMIT, MAX_LIMIT, Space},
    ogc_tiles::{GRID, MAX_ZOOM},
};
use serde_json::{Map, Value as Json, json};

/// Those that are headers.
const HEADERS: [(&str, &str); 6] = [
    ("Accept-Datetime", "An HTTP date (RFC 7089): the state as of it."),
    ("Change-Reason", "Why, percent-encoded; it is what the log keeps."),
    ("Content-Crs", "Reference system of the body's geometries, as `<URI>`; longitude, latitude without it."),
    ("If-Match", "Only if the current version bears one of these tags."),
    ("If-Unmodified-Since", "Only if it was not changed after this HTTP date."),
    ("Prefer", "`handling=strict` or `lenient`, `return=representation` or `minimal` (RFC 7240)."),
];

/// All of them, by name.
pub fn components() -> Json {
    let crs = Space::all_uris();
    let crs_default = Space::lon_lat().uri();
    let crs_schema = json!({ "type": "string", "enum": crs, "default": crs_default });
    let mut all = Map::new();
    let mut query = |name: &str, description: &str, schema: Json| {
        let parameter = json!({
            "name": name, "in": "query", "required": false, "description": description, "schema": schema,
            "style": "form", "explode": false,
        });
        all.insert(name.to_owned(), parameter);
    };
    query("lang", "Language of titles and problems.", json!({ "type": "string", "enum": ["tr", "en"], "default": "tr" }));
    query("f", "Format.", json!({ "type": "string", "enum": ["json", "geojson"] }));
    query("fjson", "Format.", json!({ "type": "string", "enum": ["json"] }));
    query("flinks", "Format: JSON, or links as RFC 6690 writes them.", json!({ "type": "string", "enum": ["json", "link"] }));
    query("reason", "Why; it is what the log keeps.", json!({ "type": "string" }));
    let limit = json!({ "type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT });
    query("limit", "At most so many features on a page. More than the maximum is taken as the maximum.", limit);
    query("maxcount", "At most so many features.", json!({ "type": "integer", "minimum": 1 }));
    query("offset", "Skip so many. Following `next` is quicker.", json!({ "type": "integer", "minimum": 0 }));
    query("after", "Page token, as `next` links bear it; opaque.", json!({ "type": "string" }));
    query("bbox-crs", "Reference system of `bbox`.", crs_schema.clone());
    query("crs", "Reference system of the answer.", crs_schema.clone());
    query("filter", "Condition in CQL2, as text or JSON (`filter-lang`).", json!({ "type": "string", "minLength": 1 }));
    let languages = json!({ "type": "string", "enum": crate::ogc_features::FILTER_LANGUAGES, "default": "cql2-text" });
    query("filter-lang", "Language of `filter`; `cql-text` is taken as `cql2-text`.", languages);
    query("filter-crs", "Reference system of geometries in `filter`.", crs_schema);
    query("count", "Tell `numberMatched` even if it costs.", json!({ "type": "boolean", "default": false }));
    let hits = json!({ "type": "string", "enum": ["results", "hits"], "default": "results" });
    query("resultType", "`hits`: only the number of matches.", hits);
    query(
        "datetime",
        "An RFC 3339 instant: the state as of it. An interval `a/b`, open ends as `..`: records last recorded within it.",
        json!({ "type": "string" }),
    );
    query("instant", "An RFC 3339 instant: the state as of it.", json!({ "type": "string", "format": "date-time" }));
    for (key, name) in [("fjson", "f"), ("flinks", "f"), ("maxcount", "limit"), ("instant", "datetime")] {
        if let Some(parameter) = all.get_mut(key) {
            parameter["name"] = name.into();
        }
    }
    all.insert("bbox".to_owned(), bbox());
    for (name, description) in HEADERS {
        let schema = json!({ "type": "string" });
        let parameter =
            json!({ "name": name, "in": "header", "required": false, "description": description, "schema": schema });
        all.insert(name.to_owned(), parameter);
    }
    path(&mut all, "tileMatrixSetId", "The grid.", json!({ "type": "string", "enum": [GRID] }));
    path(&mut all, "tileMatrix", "Zoom.", json!({ "type": "integer", "minimum": 0, "maximum": MAX_ZOOM }));
    path(&mut all, "tileRow", "Row, from the north.", json!({ "type": "integer", "minimum": 0 }));
    path(&mut all, "tileCol", "Column, from the west.", json!({ "type": "integer", "minimum": 0 }));
    path(&mut all, "featureId", "The record's integer (`fid`) or its UUID.", json!({ "type": "string", "minLength": 1 }));
    all.into()
}

fn path(all: &mut Map<String, Json>, name: &str, description: &str, schema: Json) {
    let parameter = json!({ "name": name, "in": "path", "required": true, "description": description, "schema": schema });
    all.insert(name.to_owned(), parameter);
}

fn bbox() -> Json {
    json!({
        "name": "bbox",
        "in": "query",
        "required": false,
        "description": "Only features whose box touches this one: the least coordinates, then the greatest, in the order of axes \
            of `bbox-crs`. Heights are passed over.",
        "schema": {
            "type": "array",
            "minItems": 4,
            "maxItems": 6,
            "items": { "type": "number" },
        },
        "style": "form",
        "explode": false,
    })
}
