//! `/`: the map of the city's own layers.

use super::{
    legend::{self, Row},
    page::{Page, Room, Visit},
    shape::json_island,
};
use crate::Problem;
use askama::Template;
use axum::response::Response;
use meydan_kernel::catalogue::Action;
use serde_json::json;

/// Coordinate systems of the read-out: EPSG code and name. TUREF zones of three degrees (5253–5259), Trabzon is TM39.
const SYSTEMS: [(u32, &str); 9] = [
    (4326, "WGS 84 (EPSG:4326)"),
    (3857, "Web Mercator (EPSG:3857)"),
    (5253, "TUREF / TM27 (EPSG:5253)"),
    (5254, "TUREF / TM30 (EPSG:5254)"),
    (5255, "TUREF / TM33 (EPSG:5255)"),
    (5256, "TUREF / TM36 (EPSG:5256)"),
    (5257, "TUREF / TM39 (EPSG:5257)"),
    (5258, "TUREF / TM42 (EPSG:5258)"),
    (5259, "TUREF / TM45 (EPSG:5259)"),
];

#[derive(Template)]
#[template(path = "map.html")]
struct MapPage {
    page: Page,
    config: String,
    layers: Vec<Layer>,
    systems: [(u32, &'static str); 9],
}

struct Layer {
    name: String,
    title: String,
    rows: Vec<Row>,
    min_zoom: u8,
}

/// `GET /`.
///
/// # Errors
/// None of its own.
pub async fn map(visit: Visit) -> Result<Response, Problem> {
    let catalogue = visit.app.desk.catalogue();
    let readable = || catalogue.registers.values().filter(|r| visit.may(r, Action::Read));
    let mut drawn: Vec<_> = readable().filter_map(|r| Some((r.symbology.as_ref()?, r))).collect();
    // What lies on top of the map stands on top of the list.
    drawn.sort_by_key(|(symbology, _)| std::cmp::Reverse(symbology.order));
    let layers: Vec<Layer> = drawn
        .into_iter()
        .map(|(symbology, register)| Layer {
            name: register.name.clone(),
            title: visit.say(&register.title).to_owned(),
            rows: legend::of(&catalogue, register, visit.lang),
            min_zoom: symbology.min_zoom,
        })
        .collect();
    let settings = &visit.app.settings;
    let titles: serde_json::Map<_, _> = layers.iter().map(|l| (l.name.clone(), json!(l.title))).collect();
    let labels: serde_json::Map<_, _> = readable().map(|r| (r.name.clone(), json!(r.label))).collect();
    let config = json!({
        "centre": [settings.centre_lon, settings.centre_lat],
        "zoom": settings.zoom,
        "titles": titles,
        "labels": labels,
        "zone": zone(settings.centre_lon),
    });
    let config = json_island(&config);
    let page = visit.page(Room::Map, visit.t.map_title());
    visit.show(&MapPage { page, config, layers, systems: SYSTEMS })
}

/// The three-degree zone whose central meridian is nearest.
fn zone(lon: f64) -> u32 {
    let index = ((lon - 27.0) / 3.0).round().clamp(0.0, 6.0);
    5253 + index as u32
}

#[cfg(test)]
mod tests {
    #[test]
    fn trabzon_is_in_tm39() {
        assert_eq!(super::zone(39.72), 5257);
        assert_eq!(super::zone(0.0), 5253);
        assert_eq!(super::zone(60.0), 5259);
    }
}
