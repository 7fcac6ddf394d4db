//! MapLibre styles from the registers' symbology: a light map and a dark one.

use crate::{
    App, Caller, Problem, negotiate,
    ogc_common::{
        ROOT,
        link::{self, Link},
        params::{Params, take_format},
        reply,
    },
    ogc_features::take_instant,
    ogc_tiles::{MAX_MAP_ZOOM, as_of},
    problem,
};
use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, Uri},
    response::Response,
    routing::get,
};
use jiff::Timestamp;
use meydan_kernel::{
    Lang, Principal, Register, Result,
    catalogue::{Action, DrawnLayer, Theme},
};
use serde_json::{Value as Json, json};
use std::{collections::BTreeSet, sync::Arc};

/// Name of the one source of tiles in a style.
pub const SOURCE: &str = "meydan";

const THEMES: [(&str, Theme, &str, &str); 2] =
    [("light", Theme::Light, "Açık harita", "Light map"), ("dark", Theme::Dark, "Koyu harita", "Dark map")];

/// Routes of the styles.
pub fn routes() -> Router<Arc<App>> {
    Router::new().route("/ogc/styles", get(list)).route("/ogc/styles/{id}", get(style)).route("/styles/{id}", get(style))
}

/// `GET /ogc/styles` (OGC 20-009).
async fn list(State(app): State<Arc<App>>, uri: Uri, headers: HeaderMap) -> Result<Response, Problem> {
    let mut params = Params::parse(&uri)?;
    take_format(&mut params, &["json"])?;
    params.finish()?;
    let lang = negotiate::lang(&uri, &headers);
    let base = negotiate::base_url(&app, &headers);
    let styles = THEMES.map(|(id, _, tr, en)| {
        json!({
            "id": id,
            "title": pick(lang, tr, en),
            "links": [Link::new("stylesheet", link::STYLE, format!("{base}/styles/{id}"))],
        })
    });
    let links = [Link::new("self", link::JSON, format!("{base}{ROOT}/styles"))];
    let body = json!({ "default": "light", "styles": styles, "links": links });
    Ok(reply::json(&headers, lang, link::JSON, &body)?)
}

/// `GET /styles/{id}`; `.json` at the end is taken too.
async fn style(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let id = id.strip_suffix(".json").unwrap_or(&id);
    let (_, theme, tr, en) = THEMES.into_iter().find(|(name, ..)| *name == id).ok_or_else(problem::no_such_path)?;
    let mut params = Params::parse(&uri)?;
    take_format(&mut params, &["json", "mbs"])?;
    let at = take_instant(&mut params)?;
    params.finish()?;
    let lang = negotiate::lang(&uri, &headers);
    let body = document(&app, &caller.principal, theme, pick(lang, tr, en), &negotiate::base_url(&app, &headers), at);
    Ok(reply::json(&headers, lang, link::STYLE, &body)?)
}

fn pick(lang: Lang, tr: &'static str, en: &'static str) -> &'static str {
    match lang {
        Lang::Tr => tr,
        Lang::En => en,
    }
}

/// The style: one source for all registers that may be seen, since one request per tile is quicker than one per register.
fn document(app: &App, principal: &Principal, theme: Theme, name: &str, base: &str, at: Option<Timestamp>) -> Json {
    let catalogue = app.desk.catalogue();
    // Of another day only what somebody may see the history of is drawn.
    let action = if at.is_some() { Action::History } else { Action::Read };
    let may = |r: &Register| !app.desk.access(principal, r, action).is_none() && app.desk.readable(principal, r).is_ok();
    let seen = |d: &DrawnLayer| d.register.geometry.is_some() && may(&d.register);
    let drawn: Vec<DrawnLayer> = catalogue.drawing(theme).into_iter().filter(seen).collect();
    let names: BTreeSet<&str> = drawn.iter().map(|d| d.register.name.as_str()).collect();
    let tiles = names.into_iter().collect::<Vec<_>>().join(",");
    let lowest = drawn.iter().filter_map(|d| d.register.symbology.as_ref()).map(|s| s.min_zoom).min().unwrap_or(0);
    let land = catalogue.colour("land", theme).unwrap_or(match theme {
        Theme::Light => "#f5f3ee",
        Theme::Dark => "#1b1f24",
    });
    let mut layers = vec![json!({ "id": "background", "type": "background", "paint": { "background-color": land } })];
    layers.extend(drawn.into_iter().map(|drawn| {
        let mut layer = drawn.layer;
        layer.insert("source".to_owned(), SOURCE.into());
        Json::Object(layer)
    }));
    let mut sources = serde_json::Map::new();
    if !tiles.is_empty() {
        let source = json!({
            "type": "vector",
            "tiles": [format!("{base}/tiles/{tiles}/{{z}}/{{x}}/{{y}}.mvt{}", as_of(at))],
            "minzoom": lowest.min(MAX_MAP_ZOOM),
            "maxzoom": MAX_MAP_ZOOM,
        });
        sources.insert(SOURCE.to_owned(), source);
    }
    let settings = &app.settings;
    json!({
        "version": 8,
        "name": name,
        "center": [settings.centre_lon, settings.centre_lat],
        "zoom": settings.zoom,
        "glyphs": format!("{base}/assets/glyphs/{{fontstack}}/{{range}}.pbf"),
        "sources": sources,
        "layers": layers,
    })
}
