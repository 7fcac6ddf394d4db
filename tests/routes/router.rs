//! Every route of the router is in the OpenAPI document, or is a page or a file with a reason of its own.

use crate::{embedded, grants::Definitions};
use serde_json::Value as Json;
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

/// Routes that are no part of the API document, each with its reason.
const OTHERS: [(&str, &str); 16] = [
    ("/ogc/", "the landing page, with the slash that some clients write"),
    ("/log/checkpoint", "C2SP tlog-tiles has its own document"),
    ("/log/key", "C2SP signed-note has its own document"),
    ("/log/tile/{}", "C2SP tlog-tiles has its own document"),
    ("/schemas", "JSON schemas of the data standard: files"),
    ("/schemas/registers/{}", "JSON schemas of the data standard: files"),
    ("/schemas/code-lists/{}", "JSON schemas of the data standard: files"),
    ("/ogc/styles/{}", "the same style as at /styles, for clients that begin at the landing page"),
    ("/open311/v2/services.json", "in the document by its format: services.{format}"),
    ("/open311/v2/services.xml", "in the document by its format: services.{format}"),
    ("/ogc/wms", "OGC 06-042 says what it is, and its capabilities what it has"),
    ("/ogc/wmts", "OGC 07-057r7 says what it is, and its capabilities what it has"),
    ("/ogc/wmts/1.0.0/WMTSCapabilities.xml", "OGC 07-057r7 says what it is"),
    ("/ogc/wmts/1.0.0/{}/{}/{}/{}/{}/{}", "OGC 07-057r7 says what it is"),
    ("/.well-known/security.txt", "RFC 9116 says what it is"),
    ("/.well-known/change-password", "W3C says what it is"),
];

fn sources(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

/// A path with its parameters' names left out.
fn plain(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').map(|part| if part.contains('{') { "{}" } else { part }).collect();
    parts.join("/")
}

#[test]
fn every_route_of_the_router_is_in_the_document_or_has_a_reason() {
    let city = embedded();
    let server = city.serve();
    let registers = Definitions::read().registers;
    let document = server.public().get("/ogc/api?lang=en").json();
    let mut documented = BTreeSet::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        let root = if item.get("servers").is_some() { "" } else { "/ogc" };
        // What is written out per collection is one route.
        let path: Vec<&str> = path.split('/').map(|p| if registers.contains_key(p) { "{}" } else { p }).collect();
        documented.insert(plain(format!("{root}{}", path.join("/")).trim_end_matches('/')));
        let methods = item.as_object().expect("an item").keys().filter(|k| *k != "servers" && *k != "parameters");
        assert!(methods.count() > 0, "no method: {item}");
    }
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../faces/src"), &mut files);
    let mut found = 0;
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a source");
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        // Pages are asked one by one below and by the browser's tests.
        let is_page = file.components().any(|c| c.as_os_str() == "pages");
        for other in [".nest(", ".route_service(", ".nest_service(", ".fallback_service("] {
            assert!(!text.contains(other), "{}: {other}…) is not reckoned by this test", file.display());
        }
        for part in text.split(".route(").skip(1) {
            let Some(path) = part.trim_start().strip_prefix('"').and_then(|p| p.split('"').next()) else {
                panic!("{}: a route whose path isn't written out", file.display());
            };
            found += 1;
            let parts: Vec<&str> = path.split('/').map(|p| if registers.contains_key(p) { "{}" } else { p }).collect();
            let path = plain(&parts.join("/"));
            let known = is_page || documented.contains(&path) || OTHERS.iter().any(|(other, _)| *other == path);
            assert!(
                known,
                "{}: {path} is neither in the OpenAPI document nor has it a reason here: {documented:?}",
                file.display()
            );
        }
    }
    assert!(found > 60, "too few routes were found: {found}");
}

/// Every page that is read by GET, by everybody: no failure of ours, no secret, and a person's data only to who may see it.
#[test]
fn every_page_keeps_what_it_must_not_tell() {
    let city = embedded();
    let server = city.serve();
    let definitions = Definitions::read();
    let truth = crate::truth::Truth::of(&city, &definitions);
    let callers = crate::callers::all(&city, &truth);
    let mut pages: Vec<String> = [
        "/",
        "/search?q=Erdem",
        "/search.json?q=Erdem",
        "/search.json?q=aylin.erdem",
        "/registers",
        "/standard",
        "/log",
        "/docs/api",
        "/login",
        "/account",
        "/account/looks",
        "/account/sessions",
        "/account/tokens",
        "/account/login",
    ]
    .map(str::to_owned)
    .to_vec();
    for register in definitions.registers.keys() {
        pages.extend([
            format!("/registers/{register}"),
            format!("/registers/{register}/choices?q=a"),
            format!("/registers/{register}/new"),
            format!("/standard/{register}"),
        ]);
        for id in crate::operations::some(&truth, register).into_iter().take(2) {
            pages.extend(["", "/card", "/edit", "/history", "/proof"].map(|end| format!("/registers/{register}/{id}{end}")));
        }
    }
    for caller in &callers {
        let secrets = crate::leaks::secrets(&definitions, &truth, caller);
        let at = caller.at(&server);
        for page in &pages {
            let answer = at.get_with(page, &[("accept", "text/html")]);
            assert!(answer.status < 500, "{} at {page}: {} {}", caller.name, answer.status, answer.text());
            let text = answer.text();
            let leaked = secrets.iter().find(|secret| text.contains(secret.as_str()));
            assert_eq!(leaked, None, "{} learns it at {page}", caller.name);
        }
        if caller.person.is_none() && !caller.is_refused {
            let found = at.get("/search.json?q=Erdem").json();
            assert!(!found.to_string().contains("Aylin"), "{found}");
        }
    }
    let json: Json = server.get("/search.json?q=Erdem").json();
    assert!(json.to_string().contains("Erdem"), "who may see people finds them, or this proves nothing: {json}");
}
