//! The one grid of tiles: WebMercatorQuad (OGC 17-083r4, annex D.1).

use serde_json::{Value as Json, json};

/// Id of the grid.
pub const GRID: &str = "WebMercatorQuad";
/// URI of its definition.
pub const GRID_URI: &str = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad";
/// URI of its CRS.
pub const GRID_CRS: &str = "http://www.opengis.net/def/crs/EPSG/0/3857";
/// Highest zoom with tiles.
pub const MAX_ZOOM: u8 = meydan_geo::tiles::grid::MAX_ZOOM;
/// Highest zoom that maps ask for: they draw higher ones from its tiles, whose grid is finer than 20 cm.
pub const MAX_MAP_ZOOM: u8 = 16;

/// Half the world's width in metres of EPSG:3857.
const HALF_WIDTH_M: f64 = 20_037_508.342_789_244;
/// Pixels of a tile's side.
const SIDE: u32 = 256;
/// Metres of a standardised pixel (0.28 mm).
const PIXEL_M: f64 = 0.000_28;

/// The definition (OGC 17-083r4, JSON encoding).
pub fn definition() -> Json {
    let matrices: Vec<Json> = (0..=MAX_ZOOM)
        .map(|z| {
            let side = 1u32 << z;
            let cell = 2.0 * HALF_WIDTH_M / (f64::from(SIDE) * f64::from(side));
            json!({
                "id": z.to_string(),
                "scaleDenominator": cell / PIXEL_M,
                "cellSize": cell,
                "cornerOfOrigin": "topLeft",
                "pointOfOrigin": [-HALF_WIDTH_M, HALF_WIDTH_M],
                "tileWidth": SIDE,
                "tileHeight": SIDE,
                "matrixWidth": side,
                "matrixHeight": side,
            })
        })
        .collect();
    json!({
        "id": GRID,
        "title": "Google Maps Compatible for the World",
        "uri": GRID_URI,
        "crs": GRID_CRS,
        "orderedAxes": ["X", "Y"],
        "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        "tileMatrices": matrices,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scale_of_the_world_in_one_tile() {
        let scale = definition()["tileMatrices"][0]["scaleDenominator"].as_f64().expect("a number");
        // OGC 17-083r4, table D.1.
        assert!((scale - 559_082_264.028_717_2).abs() < 1e-3, "{scale}");
    }
}
