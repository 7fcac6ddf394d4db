//! Tiles as of an instant (`datetime`): drawn from what the desk shows of that day.

use super::{
    composite::Composite,
    tile::{Asked, Sight},
    tilejson::{registers, shows_whole_tiles, tile_fields},
};
use crate::{App, ogc_common::http_date, ogc_versions::cache::age_of};
use axum::http::{HeaderName, HeaderValue};
use jiff::Timestamp;
use meydan_followers::{
    Tile,
    tiles::{MAX_NARROWED, PastTile},
};
use meydan_kernel::{
    Catalogue, Principal, Query, Register, Result,
    catalogue::Action,
    permission::{FieldSet, not_allowed},
    query::{Cursor, MAX_PAGE},
};
use std::sync::Arc;

/// What the answer is made of.
pub(super) struct Past {
    pub together: Arc<Composite>,
    pub sight: Sight,
    pub cache: HeaderValue,
}

/// The header that tells of when the tile is.
pub(super) fn memento(at: Timestamp) -> Option<(HeaderName, HeaderValue)> {
    http_date::header_value(at).map(|v| (HeaderName::from_static("memento-datetime"), v))
}

/// The tile of some registers as of an instant, as somebody may see it: it takes the right to the history of each.
///
/// # Errors
/// As those of today's tiles; `login-required`, `not-allowed`.
pub(super) async fn tile(
    app: &App,
    catalogue: &Catalogue,
    principal: &Arc<Principal>,
    asked: &Asked<'_>,
    at: Timestamp,
) -> Result<Past> {
    let registers = registers(catalogue, asked.layers)?;
    let now = Timestamp::now();
    let mut parts = Vec::with_capacity(registers.len());
    let mut is_public = true;
    let mut cache = None;
    for register in &registers {
        is_public &= shows_whole_tiles(&app.desk.access(&app.everyone, register, Action::History), register);
        let part = one(app, principal, register, asked, at).await?;
        if !part.body.is_empty() {
            parts.push(part);
        }
        // The shortest life of all layers.
        let age = age_of(register, at, now);
        if cache.as_ref().is_none_or(|_| age == "no-cache") {
            cache = Some(age);
        }
    }
    let layers = format!("{}@{at}", asked.layers);
    let together = app.composites.of(&layers, asked.z, asked.x, asked.y, &parts);
    let cache = cache.unwrap_or(HeaderValue::from_static("no-cache"));
    Ok(Past { together, sight: Sight::of(is_public, principal), cache })
}

async fn one(
    app: &App,
    principal: &Arc<Principal>,
    register: &Arc<Register>,
    asked: &Asked<'_>,
    at: Timestamp,
) -> Result<Arc<Tile>> {
    let access = app.desk.access(principal, register, Action::History);
    if access.is_none() {
        return Err(not_allowed(principal, register, Action::History));
    }
    let place = PastTile::new(register, &access, at, asked.z, asked.x, asked.y)?;
    if let Some(tile) = app.tiles.past(&place) {
        return Ok(tile);
    }
    let fields = tile_fields(register).filter_map(|f| register.field_index(&f.name)).fold(FieldSet::EMPTY, FieldSet::with);
    // The head is read before the records: what is kept may show more than its head says, never less.
    let head = app.desk.head();
    let mut query =
        Query { bbox: vec![place.reach()], as_of: Some(at), limit: Some(MAX_PAGE), ..Query::all(Arc::clone(register)) };
    let mut records = Vec::new();
    while records.len() <= MAX_NARROWED {
        let page = app.desk.list(principal, &query, fields).await?;
        let is_last = page.len() < MAX_PAGE;
        query.after = page.last().map(|last| Cursor { value: None, fid: last.fid });
        records.extend(page);
        if is_last {
            break;
        }
    }
    app.tiles.draw_past(place, head, records).await
}
