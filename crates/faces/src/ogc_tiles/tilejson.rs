//! TileJSON 3.0: `/tiles/{layers}.json`, layers separated by commas.

use super::{grid::MAX_MAP_ZOOM, tilesets::geometry};
use crate::{
    App, Caller, Problem, negotiate,
    ogc_common::{link, params::Params, reply},
    ogc_features::take_instant,
    problem,
};
use axum::{
    extract::{Path, State},
    http::{HeaderMap, Uri},
    response::Response,
};
use jiff::Timestamp;
use meydan_geo::Bbox;
use meydan_kernel::{
    Catalogue, Error, Field, Lang, Register, Result,
    permission::{Access, FieldSet},
};
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;

/// Limit: layers of one tileset.
pub const MAX_LAYERS: usize = 64;

/// `GET /tiles/{layers}.json`.
pub async fn tilejson(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(file): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let names = file.strip_suffix(".json").ok_or_else(problem::no_such_path)?;
    let mut params = Params::parse(&uri)?;
    let at = take_instant(&mut params)?;
    params.finish()?;
    let lang = negotiate::lang(&uri, &headers);
    let definitions = app.definitions();
    let registers = registers(&definitions.catalogue, names)?;
    let mut bounds = Bbox::EMPTY;
    for register in &registers {
        // The extent is that of all records: who sees a part of them is not told it.
        let whole = app.desk.readable(&caller.principal, register)?.whole().is_some();
        if let Some(bbox) = app.extents.known(&app.tiles, register).await.filter(|_| whole) {
            bounds = bounds.union(&bbox);
        }
    }
    let body = document(&registers, bounds, lang, &negotiate::base_url(&app, &headers), at);
    Ok(reply::json(&headers, lang, link::JSON, &body)?)
}

/// The registers named in a list with commas; each has a geometry.
///
/// # Errors
/// `no-such-register`, `no-tiles`, `too-many-layers`.
pub fn registers(catalogue: &Catalogue, names: &str) -> Result<Vec<Arc<Register>>> {
    let mut found: Vec<Arc<Register>> = Vec::new();
    for name in names.split(',') {
        let register = catalogue.register(name)?;
        geometry(register)?;
        if found.iter().any(|r| r.name == name) {
            continue;
        }
        if found.len() == MAX_LAYERS {
            return Err(Error::invalid(
                "too-many-layers",
                format!("Bir karoda en çok {MAX_LAYERS} katman olabilir."),
                format!("A tile can have {MAX_LAYERS} layers at most."),
            ));
        }
        found.push(Arc::clone(register));
    }
    Ok(found)
}

/// The TileJSON of some registers together.
fn document(registers: &[Arc<Register>], bounds: Bbox, lang: Lang, base: &str, at: Option<Timestamp>) -> Json {
    let names: Vec<&str> = registers.iter().map(|r| r.name.as_str()).collect();
    let titles: Vec<&str> = registers.iter().map(|r| r.title.get(lang)).collect();
    let lowest = registers.iter().map(|r| min_zoom(r)).min().unwrap_or(0);
    let mut body = json!({
        "tilejson": "3.0.0",
        "name": titles.join(", "),
        "scheme": "xyz",
        "tiles": [format!("{base}/tiles/{}/{{z}}/{{x}}/{{y}}.mvt{}", names.join(","), as_of(at))],
        "minzoom": lowest,
        "maxzoom": MAX_MAP_ZOOM,
        "vector_layers": registers.iter().map(|r| vector_layer(r, lang)).collect::<Vec<_>>(),
    });
    if !bounds.is_empty() {
        body["bounds"] = json!([bounds.min_x, bounds.min_y, bounds.max_x, bounds.max_y]);
    }
    body
}

/// The parameter that makes a tile's address one of a past day.
pub fn as_of(at: Option<Timestamp>) -> String {
    at.map(|at| format!("?datetime={at}")).unwrap_or_default()
}

fn vector_layer(register: &Register, lang: Lang) -> Json {
    let fields: Map<String, Json> = tile_fields(register).map(|f| (f.name.clone(), f.title.get(lang).into())).collect();
    json!({
        "id": register.name,
        "description": register.title.get(lang),
        "minzoom": min_zoom(register),
        "maxzoom": MAX_MAP_ZOOM,
        "fields": fields,
    })
}

fn min_zoom(register: &Register) -> u8 {
    register.symbology.as_ref().map_or(0, |s| s.min_zoom).min(MAX_MAP_ZOOM)
}

/// Fields that tiles of the register carry.
pub fn tile_fields(register: &Register) -> impl Iterator<Item = &Field> {
    let wanted = register.symbology.as_ref().map_or(&[][..], |s| s.tile_fields.as_slice());
    register.fields.iter().filter(move |f| !f.personal && (wanted.is_empty() || wanted.contains(&f.name)))
}

/// True if somebody who may see this may see the register's tiles as they are kept: every record, every field that they carry.
pub fn shows_whole_tiles(access: &Access, register: &Register) -> bool {
    let shown = tile_fields(register).filter_map(|f| register.field_index(&f.name)).fold(FieldSet::EMPTY, FieldSet::with);
    access.whole().is_some_and(|fields| fields.covers(shown))
}
