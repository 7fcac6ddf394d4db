//! `GET /api/find`.

use super::{MAX_LETTERS, by_number, index};
use crate::{
    App, Caller, Problem, negotiate,
    ogc_common::{
        link,
        params::{Params, bad_value, take_number},
        reply,
    },
};
use axum::{
    extract::State,
    http::{HeaderMap, Uri},
    response::Response,
};
use meydan_followers::full_text::{Hit, MAX_DEPTH, MAX_HITS, Marked};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// Hits of an answer, if the caller does not say.
const HITS: u64 = 20;

/// Limits of the API's parameters: hits of an answer, how deep one may page.
pub const fn bounds() -> (u64, u64) {
    (MAX_HITS as u64, MAX_DEPTH as u64)
}

/// Records that answer all words, best first, with the places that answer.
pub(super) async fn find(
    State(app): State<Arc<App>>,
    caller: Caller,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mut params = Params::parse(&uri)?;
    let text = params.take("q")?.unwrap_or_default();
    let register = params.take("register")?;
    let (most, deepest) = bounds();
    let limit = take_number(&mut params, "limit", 1, most)?.unwrap_or(HITS);
    let offset = take_number(&mut params, "offset", 0, deepest)?.unwrap_or(0);
    params.finish()?;
    if text.trim().is_empty() || text.chars().count() > MAX_LETTERS {
        return Err(bad_value("q", format!("1–{MAX_LETTERS} harf olmalı"), format!("must have 1–{MAX_LETTERS} letters")).into());
    }
    let principal = caller.through("api", None);
    let names = register.map(|name| vec![name]);
    let (limit, offset) = (usize::try_from(limit).unwrap_or(1), usize::try_from(offset).unwrap_or(0));
    // Before the search: the looks at personal data that it writes down are nothing to be found.
    let behind = index(&app)?.behind();
    let found = index(&app)?.search(&app.desk, &principal, &text, names.as_deref(), limit, offset).await?;
    let case = by_number(&app, &principal, &text).await?;
    let base = negotiate::base_url(&app, &headers);
    let hits: Vec<Json> = found.hits.iter().map(|hit| one(hit, &base)).collect();
    let counts: Vec<Json> = found.counts.iter().map(|c| json!({ "register": c.register, "records": c.records })).collect();
    let case = case.map(|(register, record)| {
        let href = format!("{base}/registers/{}/{}", register.name, record.id);
        json!({ "register": register.name, "id": record.id, "href": href })
    });
    let body = json!({ "hits": hits, "more": found.more, "counts": counts, "behind": behind, "case": case });
    Ok(reply::json(&headers, negotiate::lang(&uri, &headers), link::JSON, &body)?)
}

fn one(hit: &Hit, base: &str) -> Json {
    json!({
        "register": hit.register.name, "id": hit.record.id, "fid": hit.record.fid,
        "label": hit.label.as_ref().map(marked), "snippet": hit.snippet.as_ref().map(marked),
        "href": format!("{base}/registers/{}/{}", hit.register.name, hit.record.id),
    })
}

/// A text with its places, counted in Unicode characters as every language can count them.
fn marked(marked: &Marked) -> Json {
    let letters = |byte: usize| marked.text.get(..byte).map_or(0, |t| t.chars().count());
    let places: Vec<[usize; 2]> = marked.places.iter().map(|p| [letters(p.start), letters(p.end)]).collect();
    json!({ "field": marked.field, "text": marked.text, "places": places })
}
