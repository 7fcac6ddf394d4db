//! Operations of the search by words and of reports.

use super::{
    operation::{Get, Reach},
    outside,
};
use crate::{find, ogc_common::link};
use meydan_kernel::Catalogue;
use serde_json::{Map, Value as Json, json};

/// Adds them.
pub fn add(paths: &mut Map<String, Json>, catalogue: &Catalogue, base: &str) {
    let names: Vec<&str> = catalogue.registers.keys().map(String::as_str).collect();
    let (most, deepest) = find::bounds();
    let query = |name: &str, required: bool, description: &str, schema: Json| json!({ "name": name, "in": "query", "required": required, "description": description, "schema": schema });
    let q = json!({ "type": "string", "minLength": 1, "maxLength": find::MAX_LETTERS });
    let find = Get {
        id: "find".into(),
        tag: "Features",
        summary: "Records that answer all words, best first, by Turkish rules; only what may be read".into(),
        parameters: vec![
            query("q", true, "Words; the reference number of a case opens it.", q),
            query("register", false, "Only in this register.", json!({ "type": "string", "enum": names })),
            query("limit", false, "At most so many.", json!({ "type": "integer", "minimum": 1, "maximum": most })),
            query("offset", false, "Skip so many.", json!({ "type": "integer", "minimum": 0, "maximum": deepest })),
        ],
        answer: (link::JSON, json!({ "type": "object", "required": ["hits", "more", "counts", "behind"] })),
        problems: &["BadRequest", "NotFound", "Unavailable"],
        conditional: true,
        reach: Reach::Anybody,
    };
    let day = || json!({ "type": "string", "format": "date" });
    let id = || json!({ "type": "string", "format": "uuid" });
    let text = || json!({ "type": "string" });
    let report = Get {
        id: "getRequestReport".into(),
        tag: "Features",
        summary: "Requests counted, by kind, category, unit, neighbourhood, channel, week or month; each number with its list"
            .into(),
        parameters: vec![
            query("from", false, "First day on which they came; 90 days before the last, if left out.", day()),
            query("until", false, "Last day; today, if left out.", day()),
            query("kind", false, "Only of this kind.", text()),
            query("category", false, "Only of this category and those below it.", id()),
            query("unit", false, "Only what this unit and those below it have.", id()),
            query("neighbourhood", false, "Only in this neighbourhood.", id()),
            query("channel", false, "Only through this channel.", text()),
        ],
        answer: (
            link::JSON,
            json!({ "type": "object", "required": ["from", "until", "as_of", "filter", "all", "by", "trend"] }),
        ),
        problems: &["BadRequest"],
        conditional: true,
        reach: Reach::Granted,
    };
    paths.insert("/api/find".into(), json!({ "servers": outside(base), "get": find.to_json() }));
    paths.insert("/api/reports/requests".into(), json!({ "servers": outside(base), "get": report.to_json() }));
}
