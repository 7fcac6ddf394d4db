//! `/docs/api`: how programs, QGIS and GDAL get at the same data.

use super::page::{Page, Room, Visit};
use crate::Problem;
use askama::Template;
use axum::response::Response;

#[derive(Template)]
#[template(path = "docs.html")]
struct DocsPage {
    page: Page,
    addresses: Addresses,
    point: String,
    field: String,
}

/// Examples that work on this server as it is.
struct Addresses {
    ogc: String,
    tiles: String,
    style: String,
    ogrinfo: String,
    ogr2ogr: String,
    where_fid: String,
    items: String,
    items_bbox: String,
    items_crs: String,
    items_filter: String,
    schema: String,
    queryables: String,
    tilejson: String,
    tile: String,
    export: String,
}

impl Addresses {
    fn of(base: &str, register: &str, (lon, lat): (f64, f64), zoom: u32) -> Self {
        let collection = format!("/ogc/collections/{register}");
        let bbox = format!("{:.3},{:.3},{:.3},{:.3}", lon - 0.01, lat - 0.01, lon + 0.01, lat + 0.01);
        Self {
            ogc: format!("{base}/ogc"),
            tiles: format!("{base}/tiles/{register}/{{z}}/{{x}}/{{y}}.mvt"),
            style: format!("{base}/styles/light"),
            ogrinfo: format!("ogrinfo OAPIF:{base}/ogc"),
            ogr2ogr: format!("ogr2ogr -f GPKG city.gpkg OAPIF:{base}/ogc {register}"),
            where_fid: format!("ogrinfo -al -where \"fid < 10\" OAPIF:{base}/ogc {register}"),
            items: format!("{collection}/items?limit=2"),
            items_bbox: format!("{collection}/items?limit=2&bbox={bbox}"),
            items_crs: format!("{collection}/items?limit=1&crs=http://www.opengis.net/def/crs/EPSG/0/5257"),
            items_filter: format!("{collection}/items?limit=2&filter-lang=cql2-text&filter=fid%20BETWEEN%201%20AND%205"),
            schema: format!("{collection}/schema"),
            queryables: format!("{collection}/queryables"),
            export: format!("{collection}/export/csv"),
            tilejson: format!("/tiles/{register}.json"),
            tile: format!("/tiles/{register}/{}.mvt", tile(lon, lat, zoom)),
        }
    }
}

/// `GET /docs/api`.
///
/// # Errors
/// None of its own.
pub async fn docs(visit: Visit) -> Result<Response, Problem> {
    let catalogue = visit.app.desk.catalogue();
    let with_geometry = || catalogue.registers.values().filter(|r| r.geometry.is_some());
    // Examples name registers that are there: the most detailed on the map, or any.
    let sample = with_geometry()
        .max_by_key(|r| r.symbology.as_ref().map(|s| s.min_zoom))
        .or_else(|| catalogue.registers.values().next());
    let settings = &visit.app.settings;
    let (lon, lat) = (settings.centre_lon, settings.centre_lat);
    let zoom = sample.and_then(|r| r.symbology.as_ref()).map_or(14, |s| u32::from(s.min_zoom.clamp(1, 20)));
    let template = DocsPage {
        page: visit.page(Room::Docs, visit.t.docs_title()),
        addresses: Addresses::of(&visit.base_url, sample.map_or("", |r| r.name.as_str()), (lon, lat), zoom),
        field: sample.map(|r| r.label.clone()).unwrap_or_default(),
        point: format!("POINT({lon} {lat})"),
    };
    visit.show(&template)
}

/// The tile (WebMercatorQuad) of a position as `zoom/x/y`.
fn tile(lon: f64, lat: f64, zoom: u32) -> String {
    let n = f64::from(1u32 << zoom);
    let x = ((lon + 180.0) / 360.0 * n).floor();
    let y = ((1.0 - lat.to_radians().tan().asinh() / std::f64::consts::PI) / 2.0 * n).floor();
    format!("{zoom}/{x}/{y}")
}

#[cfg(test)]
mod tests {
    #[test]
    fn tile_of_trabzon() {
        assert_eq!(super::tile(39.72, 41.0, 14), "14/9999/6142");
    }
}
