//! Tilesets of a collection (OGC 20-057, 10 and 11): the list with its one member, and that member's metadata.

use super::{
    grid::{GRID, GRID_CRS, GRID_URI, MAX_ZOOM},
    matrix_set::{known, only_format},
    tilejson::tile_fields,
};
use crate::{
    App, Caller, Problem, negotiate,
    ogc_common::{
        ROOT,
        link::{self, Link},
        reply,
    },
    ogc_features::{Space, schema_property},
};
use axum::{
    extract::{Path, State},
    http::{HeaderMap, Uri},
    response::Response,
};
use meydan_geo::GeometryType;
use meydan_kernel::{Catalogue, Error, Lang, Register, Result, catalogue::GeometryDef};
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;

/// `GET /ogc/collections/{id}/tiles`.
pub async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    only_format(&uri)?;
    let lang = negotiate::lang(&uri, &headers);
    let definitions = app.definitions();
    let register = definitions.catalogue.register(&id)?;
    geometry(register)?;
    app.desk.readable(&caller.principal, register)?;
    let base = negotiate::base_url(&app, &headers);
    let here = format!("{base}{ROOT}/collections/{id}/tiles");
    let body = json!({
        "links": [Link::new("self", link::JSON, here.clone())],
        "tilesets": [{
            "title": register.title.get(lang),
            "dataType": "vector",
            "crs": GRID_CRS,
            "tileMatrixSetURI": GRID_URI,
            "links": links(&base, &here),
        }],
    });
    Ok(reply::json(&headers, lang, link::JSON, &body)?)
}

/// `GET /ogc/collections/{id}/tiles/{set}`.
pub async fn one(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((id, set)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    only_format(&uri)?;
    let lang = negotiate::lang(&uri, &headers);
    let definitions = app.definitions();
    let register = definitions.catalogue.register(&id)?;
    let geometry = geometry(register)?;
    let whole = app.desk.readable(&caller.principal, register)?.whole().is_some();
    known(&set)?;
    let base = negotiate::base_url(&app, &headers);
    let here = format!("{base}{ROOT}/collections/{id}/tiles");
    let mut body = json!({
        "title": register.title.get(lang),
        "description": register.description.get(lang),
        "dataType": "vector",
        "crs": GRID_CRS,
        "tileMatrixSetURI": GRID_URI,
        "links": links(&base, &here),
        "layers": [layer(&definitions.catalogue, register, geometry, lang)],
    });
    // The extent is that of all records: who sees a part of them is not told it.
    if let Some(b) = if whole { app.extents.of(&app.tiles, register).await } else { None } {
        body["boundingBox"] =
            json!({ "lowerLeft": [b.min_x, b.min_y], "upperRight": [b.max_x, b.max_y], "crs": Space::lon_lat().uri() });
    }
    Ok(reply::json(&headers, lang, link::JSON, &body)?)
}

fn links(base: &str, here: &str) -> Vec<Link> {
    vec![
        Link::new("self", link::JSON, format!("{here}/{GRID}")),
        Link::new(link::REL_TILE_MATRIX_SET, link::JSON, format!("{base}{ROOT}/tileMatrixSets/{GRID}")),
        Link::new("item", link::MVT, format!("{here}/{GRID}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}")).template(),
    ]
}

fn layer(catalogue: &Catalogue, register: &Register, geometry: &GeometryDef, lang: Lang) -> Json {
    let dimension = match geometry.kind {
        GeometryType::Point | GeometryType::MultiPoint => Some(0),
        GeometryType::LineString | GeometryType::MultiLineString => Some(1),
        GeometryType::Polygon | GeometryType::MultiPolygon => Some(2),
        GeometryType::GeometryCollection => None,
    };
    let properties: Map<String, Json> =
        tile_fields(register).map(|f| (f.name.clone(), schema_property(catalogue, f, lang))).collect();
    let mut layer = json!({
        "id": register.name,
        "title": register.title.get(lang),
        "dataType": "vector",
        "minTileMatrix": register.symbology.as_ref().map_or(0, |s| s.min_zoom).to_string(),
        "maxTileMatrix": MAX_ZOOM.to_string(),
        "propertiesSchema": { "type": "object", "properties": properties },
    });
    if let Some(dimension) = dimension {
        layer["geometryDimension"] = dimension.into();
    }
    layer
}

/// The register's geometry.
///
/// # Errors
/// `no-tiles` if it has none.
pub fn geometry(register: &Register) -> Result<&GeometryDef> {
    register.geometry.as_ref().ok_or_else(|| {
        Error::not_found(
            "no-tiles",
            format!("“{}” kütüğünde geometri yok; karosu da olmaz.", register.title.tr),
            format!("The register “{}” has no geometry, so it has no tiles.", register.title.en),
        )
    })
}
