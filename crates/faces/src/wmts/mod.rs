//! OGC Web Map Tile Service 1.0.0 (OGC 07-057r7), by key and value and by path: the layers of the WMS in the grid of all web maps.

mod capabilities;
mod fault;
mod tile;

use crate::{App, Caller, negotiate, ogc_common::kvp::Kvp};
use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, Uri},
    response::Response,
    routing::get,
};
use fault::respond;
use std::sync::Arc;

/// Where the service stands.
pub const PATH: &str = "/ogc/wmts";
/// Name of the grid, as its well-known scale set is called (OGC 07-057r7, annex E.4).
pub(crate) const GRID: &str = "GoogleMapsCompatible";

/// Routes of the service.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/ogc/wmts", get(by_key))
        .route("/ogc/wmts/1.0.0/WMTSCapabilities.xml", get(capabilities_by_path))
        .route("/ogc/wmts/1.0.0/{layer}/{style}/{set}/{matrix}/{row}/{file}", get(tile_by_path))
}

/// `GET /ogc/wmts?SERVICE=WMTS&REQUEST=…`.
async fn by_key(State(app): State<Arc<App>>, caller: Caller, uri: Uri, headers: HeaderMap) -> Response {
    let lang = negotiate::lang(&uri, &headers);
    let answer = async {
        let kvp = Kvp::parse(&uri)?;
        match kvp.need("REQUEST")?.to_ascii_lowercase().as_str() {
            "getcapabilities" => Ok(capabilities::answer(&app, &caller, lang, &headers).await),
            "gettile" => tile::by_key(&app, &caller, &kvp, &headers).await,
            name => Err(fault::no_such_operation(name)),
        }
    };
    answer.await.unwrap_or_else(|error| respond(&error, lang))
}

async fn capabilities_by_path(State(app): State<Arc<App>>, caller: Caller, uri: Uri, headers: HeaderMap) -> Response {
    capabilities::answer(&app, &caller, negotiate::lang(&uri, &headers), &headers).await
}

async fn tile_by_path(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path([layer, style, set, matrix, row, file]): Path<[String; 6]>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let column = file.strip_suffix(".png").unwrap_or_default();
    let asked = tile::Asked { layer: &layer, style: &style, set: &set, matrix: &matrix, row: &row, column };
    let answer = tile::answer(&app, &caller, &asked, &headers).await;
    answer.unwrap_or_else(|error| respond(&error, negotiate::lang(&uri, &headers)))
}
