//! GetTile (OGC 07-057r7, 7.2): 256 pixels of the map.

use super::GRID;
use crate::{
    App, Caller,
    maps::{Map, View},
    ogc_common::kvp::{Kvp, bad},
    ogc_tiles::MAX_ZOOM,
    wms::{layers, picture, theme},
};
use axum::{http::HeaderMap, response::Response};
use meydan_geo::{Bbox, Crs};
use meydan_kernel::{Error, Result};
use meydan_render::Colour;

/// Pixels of a tile's side.
pub(super) const SIDE: u32 = 256;
/// Half the world's width in metres of EPSG:3857.
pub(super) const HALF_WIDTH_M: f64 = 20_037_508.342_789_244;

/// A tile as a request names it.
pub(super) struct Asked<'a> {
    pub layer: &'a str,
    pub style: &'a str,
    pub set: &'a str,
    pub matrix: &'a str,
    pub row: &'a str,
    pub column: &'a str,
}

pub(super) async fn by_key(app: &App, caller: &Caller, kvp: &Kvp, headers: &HeaderMap) -> Result<Response> {
    let format = kvp.get("FORMAT").unwrap_or("image/png");
    if format != "image/png" {
        return Err(bad("FORMAT", "image/png olmalı", "must be image/png"));
    }
    let asked = Asked {
        layer: kvp.need("LAYER")?,
        style: kvp.get("STYLE").unwrap_or_default(),
        set: kvp.need("TILEMATRIXSET")?,
        matrix: kvp.need("TILEMATRIX")?,
        row: kvp.need("TILEROW")?,
        column: kvp.need("TILECOL")?,
    };
    answer(app, caller, &asked, headers).await
}

pub(super) async fn answer(app: &App, caller: &Caller, asked: &Asked<'_>, headers: &HeaderMap) -> Result<Response> {
    if asked.set != GRID {
        return Err(bad("TILEMATRIXSET", "GoogleMapsCompatible olmalı", "must be GoogleMapsCompatible"));
    }
    let number =
        |name: &str, text: &str| text.parse::<u32>().map_err(|_| bad(name, "bir tam sayı olmalı", "must be a whole number"));
    let z = number("TILEMATRIX", asked.matrix)?;
    if z > u32::from(MAX_ZOOM) {
        return Err(no_such_tile("TILEMATRIX"));
    }
    let side = 1_u32 << z;
    let (row, column) = (number("TILEROW", asked.row)?, number("TILECOL", asked.column)?);
    for (name, at) in [("TILEROW", row), ("TILECOL", column)] {
        if at >= side {
            return Err(no_such_tile(name));
        }
    }
    let width = 2.0 * HALF_WIDTH_M / f64::from(side);
    let (west, north) = (f64::from(column) * width - HALF_WIDTH_M, HALF_WIDTH_M - f64::from(row) * width);
    let bbox = Bbox { min_x: west, min_y: north - width, max_x: west + width, max_y: north };
    let crs = Crs::from_epsg(3857).ok_or_else(|| Error::internal("EPSG:3857 is in the table"))?;
    let view = View::checked(crs, bbox, SIDE, SIDE)?;
    let registers = layers(app, caller, asked.layer)?;
    picture(app, caller, headers, Map { registers, theme: theme(Some(asked.style))?, background: Colour::NONE, view }).await
}

fn no_such_tile(field: &str) -> Error {
    Error::invalid("no-such-tile", "Karo, karo matrisinin dışında.", "The tile lies outside of the tile matrix.").field(
        field,
        "sınırın dışında",
        "out of range",
    )
}
