//! `/cagri/yakin.json?at=&category=`: what is open of the same category nearby, the nearest first. An agent sees those too that are
//! not public; of their applicants nothing.

use super::{REQUEST, categories, instant, integer, text};
use crate::{
    Problem,
    pages::{
        format,
        page::{Visit, private},
        texts::count,
    },
};
use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use meydan_geo::{Bbox, measure};
use meydan_kernel::{Query, Record, case::readable, cql2, permission::FieldSet};
use serde_json::{Value as Json, json};
use std::sync::Arc;
use uuid::Uuid;

/// Limit: requests shown: each has a key of its own.
const MAX_SHOWN: usize = 5;
/// Limit: requests looked at.
const MAX_LOOKED_AT: usize = 200;
/// Metres of a degree of latitude.
const DEGREE_METRES: f64 = 111_000.0;

/// Answers with the requests.
///
/// # Errors
/// `login-required`, `not-allowed`; those of the store.
pub async fn json(visit: Visit) -> Result<Response, Problem> {
    let category = visit.query.get("category").and_then(|id| Uuid::parse_str(id).ok());
    let near = match (visit.query.get("at").and_then(point), category) {
        (Some(at), Some(category)) => requests(&visit, category, at).await?,
        _ => Vec::new(),
    };
    let body = json!({ "near": near }).to_string();
    Ok(private(([(header::CONTENT_TYPE, "application/json")], body).into_response()))
}

/// Reads `longitude,latitude`.
fn point(text: &str) -> Option<(f64, f64)> {
    let (lon, lat) = text.split_once(',')?;
    let (lon, lat): (f64, f64) = (lon.trim().parse().ok()?, lat.trim().parse().ok()?);
    (lon.abs() <= 180.0 && lat.abs() <= 85.0).then_some((lon, lat))
}

async fn requests(visit: &Visit, category: Uuid, (lon, lat): (f64, f64)) -> Result<Vec<Json>, Problem> {
    let register = visit.app.desk.register(REQUEST)?;
    let metres = categories::duplicate_metres(visit, category).await?;
    let dy = metres / DEGREE_METRES;
    let dx = dy / lat.to_radians().cos().max(0.05);
    let filter = cql2::parse(&register, &format!("category = '{category}' AND closed_at IS NULL AND duplicate_of IS NULL"))?;
    let query = Query {
        bbox: vec![Bbox::new(lon - dx, lat - dy, lon + dx, lat + dy)],
        filter: Some(filter),
        limit: Some(MAX_LOOKED_AT),
        ..Query::all(Arc::clone(&register))
    };
    let found = visit.app.desk.list(&visit.principal(), &query, FieldSet::impersonal(&register)).await?;
    let distance = |r: &Record| {
        let b = r.geometry.as_ref().and_then(meydan_geo::Wkb::bbox)?;
        Some(measure::distance_m(((b.min_x + b.max_x) / 2.0, (b.min_y + b.max_y) / 2.0), (lon, lat)))
    };
    let mut near: Vec<(f64, &Record)> =
        found.iter().filter_map(|r| Some((distance(r)?, r))).filter(|(d, _)| *d <= metres).collect();
    near.sort_by(|a, b| a.0.total_cmp(&b.0));
    let told = |(metres, request): (f64, &Record)| {
        let day = instant(&register, request, "received_at").map(|at| format::day(visit.lang, at)).unwrap_or_default();
        let supporters = integer(&register, request, "supporters").unwrap_or(1);
        json!({
            "id": request.id.to_string(),
            "subject": text(&register, request, "subject"),
            "number": readable(text(&register, request, "reference")),
            "note": visit.t.intake_near_note_count_day_metres(count(supporters), day, count(metres.round() as i64)),
        })
    };
    Ok(near.into_iter().take(MAX_SHOWN).map(told).collect())
}
