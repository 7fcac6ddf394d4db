//! The time map of a feature: where each of its versions is (RFC 7089, 5).

use super::memento::{LINK_FORMAT, version_address};
use crate::{
    App, Caller, Problem, negotiate,
    ogc_common::{
        ROOT, http_date, link,
        params::{Params, take_format, take_number},
        reply,
    },
    ogc_features::{DEFAULT_LIMIT, MAX_LIMIT, item_key},
    problem,
};
use axum::{
    extract::{Path, State},
    http::{HeaderMap, Uri},
    response::Response,
};
use jiff::Timestamp;
use meydan_kernel::{desk::Moment, query::Key};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// One page of it.
struct Page<'a> {
    feature: &'a str,
    page: &'a [Moment],
    all: &'a [Moment],
    next: Option<String>,
}

/// `GET /ogc/collections/{id}/items/{feature}/versions`: as JSON or as `application/link-format`.
pub async fn versions(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((id, feature)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mut params = Params::parse(&uri)?;
    let format = take_format(&mut params, &["json", "link"])?;
    let limit =
        take_number(&mut params, "limit", 1, u64::MAX)?.map_or(DEFAULT_LIMIT, |n| usize::try_from(n).unwrap_or(MAX_LIMIT));
    let limit = limit.min(MAX_LIMIT);
    let after = take_number(&mut params, "after", 0, i64::MAX as u64)?.map_or(0, |n| i64::try_from(n).unwrap_or(i64::MAX));
    params.finish()?;
    if !negotiate::accepts(&headers, &[link::JSON, LINK_FORMAT]) {
        return Err(problem::not_acceptable());
    }
    let is_links = format == Some("link") || format.is_none() && !negotiate::accepts(&headers, &[link::JSON]);
    let register = app.desk.register(&id)?;
    let key = item_key(&register, &feature)?;
    let (record, all) = app.desk.moments(&caller.principal, &register, key).await?;
    let name = match key {
        Key::Fid(fid) => fid.to_string(),
        Key::Id(_) => record.to_string(),
    };
    let place = format!("{}{ROOT}/collections/{id}/items/{name}", negotiate::base_url(&app, &headers));
    let start = all.partition_point(|m| m.version <= after);
    let end = start.saturating_add(limit).min(all.len());
    let page = all.get(start..end).unwrap_or_default();
    let format = if is_links { "&f=link" } else { "" };
    let next = page.last().filter(|_| end < all.len());
    let next = next.map(|last| format!("{place}/versions?limit={limit}&after={}{format}", last.version));
    let page = Page { feature: &place, page, all: &all, next };
    let lang = negotiate::lang(&uri, &headers);
    Ok(if is_links {
        reply::document(&headers, lang, LINK_FORMAT, page.links())
    } else {
        reply::json(&headers, lang, link::JSON, &page.json())?
    })
}

impl Page<'_> {
    fn ends(&self) -> (Option<Timestamp>, Option<Timestamp>) {
        let mut states = self.all.iter().filter(|m| !m.deleted).map(|m| m.recorded_at);
        let first = states.next();
        (first, states.next_back().or(first))
    }

    fn links(&self) -> String {
        let (feature, (first, last)) = (self.feature, self.ends());
        let mut own = format!("<{feature}/versions>; rel=\"self\"; type=\"{LINK_FORMAT}\"");
        if let (Some(first), Some(last)) = (first, last) {
            own.push_str(&format!("; from=\"{}\"; until=\"{}\"", http_date::write(first), http_date::write(last)));
        }
        let mut all = vec![format!("<{feature}>; rel=\"original timegate\""), own];
        for moment in self.page.iter().filter(|m| !m.deleted) {
            let mut rel = String::new();
            if first == Some(moment.recorded_at) {
                rel.push_str("first ");
            }
            if last == Some(moment.recorded_at) {
                rel.push_str("last ");
            }
            let (place, when) = (version_address(feature, moment.recorded_at), http_date::write(moment.recorded_at));
            all.push(format!("<{place}>; rel=\"{rel}memento\"; datetime=\"{when}\""));
        }
        all.extend(self.next.iter().map(|next| format!("<{next}>; rel=\"timemap\"; type=\"{LINK_FORMAT}\"")));
        all.join(",\n") + "\n"
    }

    fn json(&self) -> Json {
        let (feature, (first, last)) = (self.feature, self.ends());
        let mut links = vec![
            json!({ "rel": "self", "type": link::JSON, "href": format!("{feature}/versions") }),
            json!({ "rel": "alternate", "type": LINK_FORMAT, "href": format!("{feature}/versions?f=link") }),
            json!({ "rel": "original", "type": link::GEOJSON, "href": feature }),
            json!({ "rel": "timegate", "type": link::GEOJSON, "href": feature }),
        ];
        let to = |rel: &str, at: Timestamp| json!({ "rel": rel, "type": link::GEOJSON, "href": version_address(feature, at) });
        links.extend(first.map(|at| to("first", at)));
        links.extend(last.map(|at| to("last", at)));
        links.extend(last.map(|at| to("latest-version", at)));
        for moment in self.page.iter().filter(|m| !m.deleted) {
            let mut memento = to("memento", moment.recorded_at);
            memento["datetime"] = http_date::write(moment.recorded_at).into();
            links.push(memento);
        }
        links.extend(self.next.iter().map(|next| json!({ "rel": "next", "type": link::JSON, "href": next })));
        let one = |m: &Moment| {
            let mut version = json!({ "version": m.version, "recorded_at": m.recorded_at.to_string(), "ended": m.deleted });
            if !m.deleted {
                version["href"] = version_address(feature, m.recorded_at).into();
            }
            version
        };
        json!({
            "versions": self.page.iter().map(one).collect::<Vec<_>>(),
            "numberMatched": self.all.len(),
            "numberReturned": self.page.len(),
            "links": links,
        })
    }
}
