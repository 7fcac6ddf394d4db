//! What every answer tells browsers; and what pages of other origins are told.

use crate::guarded::{Guarded, send};
use axum::http::Request;
use meydan_faces::Settings;
use std::path::Path;

/// Answers of every sort: pages, documents, features, tiles, web files, problems of each layer.
const PATHS: [&str; 22] = [
    "/",
    "/registers",
    "/login",
    "/docs/api",
    "/standard",
    "/ogc",
    "/ogc/api",
    "/ogc/collections",
    "/ogc/collections/lamp/items",
    "/ogc/collections/lamp/export/csv",
    "/ogc/collections/contract/items",
    "/ogc/collections/unicorn/items",
    "/tiles/lamp/3/4/2.mvt",
    "/tiles/contract/3/4/2.mvt",
    "/tiles/lamp/3/x/2.mvt",
    "/styles/light",
    "/schemas",
    "/api/log",
    "/log/checkpoint",
    "/assets/none.js",
    "/.well-known/security.txt",
    "/no/such/path",
];

#[tokio::test]
async fn every_answer_bears_them() {
    for (base_url, https) in [(None, false), (Some("https://kent.example".to_owned()), true)] {
        let guarded = Guarded::with(Settings { base_url, ..Settings::default() }).await;
        for path in PATHS {
            for accept in ["*/*", "text/html"] {
                for token in [None, Some(format!("Bearer {}", guarded.token)), Some("Bearer meydan_no".to_owned())] {
                    let request = Request::get(path).header("accept", accept).header("origin", "https://evil.example");
                    let request = token.iter().fold(request, |request, token| request.header("authorization", token));
                    let reply = send(&guarded.router, request).await;
                    let who = format!("{path} {accept} {token:?} {}", reply.status);
                    let header = |name: &str| reply.headers.get(name).map(|v| v.to_str().expect("ASCII"));
                    assert_eq!(header("x-content-type-options"), Some("nosniff"), "{who}");
                    let policy = header("content-security-policy").unwrap_or_else(|| panic!("no policy: {who}"));
                    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{who}");
                    assert!(policy.contains("base-uri 'none'") && !policy.contains("unsafe"), "{who}");
                    assert!(header("cross-origin-resource-policy").is_some(), "{who}");
                    let hsts = header("strict-transport-security");
                    assert_eq!(hsts.is_some_and(|h| h.contains("includeSubDomains")), https, "{who}");
                    assert_eq!(header("access-control-allow-credentials"), None, "{who}");
                    assert!(matches!(header("access-control-allow-origin"), None | Some("*")), "{who}");
                    if !path.contains(".mvt") {
                        assert!(header("referrer-policy").is_some() && header("permissions-policy").is_some(), "{who}");
                    }
                    if reply.status == 401 {
                        assert!(header("www-authenticate").is_some_and(|c| c.starts_with("Bearer")), "{who}");
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn what_is_shown_to_somebody_is_for_their_own_origin() {
    let guarded = Guarded::new().await;
    for path in ["/ogc/collections", "/ogc/collections/lamp/items", "/tiles/lamp/3/4/2.mvt", "/styles/light", "/api/log"] {
        let open = guarded.get(path).await;
        assert!(open.status.is_success(), "{path}: {}", open.status);
        assert_eq!(open.header("access-control-allow-origin"), "*", "{path}");
        assert_eq!(open.header("cross-origin-resource-policy"), "cross-origin", "{path}");
    }
    for path in ["/ogc/collections", "/ogc/collections/person/items", "/tiles/lamp/3/4/2.mvt", "/api/log", "/"] {
        let own = guarded.get_as_expert(path).await;
        assert!(own.status.is_success(), "{path}: {}", own.status);
        assert_eq!(own.headers.get("access-control-allow-origin"), None, "{path}");
        assert_eq!(own.header("cross-origin-resource-policy"), "same-origin", "{path}");
        assert_eq!(own.header("cache-control"), "no-store", "{path}");
    }
    // A script of another origin may not even ask with a token.
    let asked = Request::options("/api/log").header("origin", "https://evil.example");
    let asked = asked.header("access-control-request-method", "GET").header("access-control-request-headers", "authorization");
    let preflight = send(&guarded.router, asked).await;
    assert_eq!(preflight.header("access-control-allow-headers"), "*", "which names no Authorization (Fetch, 4.10)");
    assert_eq!(preflight.headers.get("access-control-allow-credentials"), None);
}

#[tokio::test]
async fn a_token_that_is_not_good_is_named_as_the_cause() {
    let guarded = Guarded::new().await;
    for path in ["/ogc/collections", "/tiles/lamp/3/4/2.mvt"] {
        let reply = send(&guarded.router, Request::get(path).header("authorization", "Bearer meydan_unknown")).await;
        assert_eq!(reply.status, 401, "{path}");
        assert!(reply.header("www-authenticate").contains("error=\"invalid_token\""), "{path}");
        assert!(!reply.text().contains("meydan_unknown"));
    }
}

/// The policy allows no inline script or style: none may be in a template.
#[test]
fn no_template_has_inline_script_or_style() {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut read = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "html") {
                let text = std::fs::read_to_string(&path).expect("a text").to_ascii_lowercase();
                read += 1;
                for (at, _) in text.match_indices("<script") {
                    let tag = text[at..].split('>').next().expect("a tag");
                    assert!(tag.contains(" src=") || tag.contains("application/json"), "{}: {tag}", path.display());
                }
                for wrong in
                    ["<style", " style=", " onclick=", " onload=", " onerror=", " onsubmit=", " onchange=", "javascript:"]
                {
                    assert!(!text.contains(wrong), "{}: {wrong}", path.display());
                }
            }
        }
    }
    assert!(read > 20, "{read} templates");
}
