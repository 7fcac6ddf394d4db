//! Tile matrix sets: the list with its one member, and that member.

use super::grid::{GRID, GRID_CRS, GRID_URI, definition};
use crate::{
    App, Problem, negotiate,
    ogc_common::{
        ROOT,
        link::{self, Link},
        params::{Params, take_format},
        reply,
    },
};
use axum::{
    extract::{Path, State},
    http::{HeaderMap, Uri},
    response::Response,
};
use meydan_kernel::{Error, Result};
use serde_json::json;
use std::sync::Arc;

/// `GET /ogc/tileMatrixSets`.
pub async fn list(State(app): State<Arc<App>>, uri: Uri, headers: HeaderMap) -> Result<Response, Problem> {
    only_format(&uri)?;
    let here = format!("{}{ROOT}/tileMatrixSets", negotiate::base_url(&app, &headers));
    let body = json!({
        "tileMatrixSets": [{
            "id": GRID,
            "title": "Google Maps Compatible for the World",
            "uri": GRID_URI,
            "crs": GRID_CRS,
            "links": [Link::new("self", link::JSON, format!("{here}/{GRID}"))],
        }],
    });
    Ok(reply::json(&headers, negotiate::lang(&uri, &headers), link::JSON, &body)?)
}

/// `GET /ogc/tileMatrixSets/{set}`.
pub async fn one(Path(set): Path<String>, uri: Uri, headers: HeaderMap) -> Result<Response, Problem> {
    only_format(&uri)?;
    known(&set)?;
    Ok(reply::json(&headers, negotiate::lang(&uri, &headers), link::JSON, &definition())?)
}

/// Refuses every parameter but `f=json`.
///
/// # Errors
/// `unknown-parameter`, `bad-parameter`.
pub fn only_format(uri: &Uri) -> Result<()> {
    let mut params = Params::parse(uri)?;
    take_format(&mut params, &["json"])?;
    params.finish()
}

/// Refuses every grid but ours.
///
/// # Errors
/// `no-such-tile-matrix-set`.
pub fn known(set: &str) -> Result<()> {
    if set == GRID {
        return Ok(());
    }
    Err(Error::not_found(
        "no-such-tile-matrix-set",
        format!("“{set}” adında bir karo matris kümesi yok; yalnız {GRID} var."),
        format!("There is no tile matrix set “{set}”; there is only {GRID}."),
    ))
}
