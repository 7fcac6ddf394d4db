//! The OpenAPI 3.0.3 definition, made from the catalogue; all references are within the document.

mod capabilities;
mod cases;
mod changes;
mod editing;
mod features;
mod field;
mod intake;
mod log;
mod open311;
mod operation;
mod parameters;
mod personal;
mod push;
mod reports;
mod responses;
mod schemas;
mod tiles;
mod versions;

use crate::{
    App, Problem,
    definitions::Definitions,
    negotiate,
    ogc_common::{
        ROOT, link,
        params::{Params, take_format},
        reply,
    },
};
use axum::{
    Router,
    extract::State,
    http::{HeaderMap, Uri},
    response::Response,
    routing::get,
};
use meydan_kernel::Lang;
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;

/// Routes of the API definition.
pub fn routes() -> Router<Arc<App>> {
    Router::new().route("/ogc/api", get(api))
}

/// `GET /ogc/api`.
async fn api(State(app): State<Arc<App>>, uri: Uri, headers: HeaderMap) -> Result<Response, Problem> {
    let mut params = Params::parse(&uri)?;
    take_format(&mut params, &["json"])?;
    params.finish()?;
    let lang = negotiate::lang(&uri, &headers);
    let body = document(&app, &app.definitions(), lang, &negotiate::base_url(&app, &headers));
    Ok(reply::json(&headers, lang, link::OPENAPI, &body)?)
}

/// The definition, with titles in one language.
pub fn document(app: &App, definitions: &Definitions, lang: Lang, base: &str) -> Json {
    let mut paths = Map::new();
    capabilities::add(&mut paths);
    features::add(&mut paths, &definitions.catalogue, lang);
    editing::add(&mut paths, &definitions.catalogue, lang);
    versions::add(&mut paths, &definitions.catalogue, lang);
    tiles::add(&mut paths, &definitions.catalogue, base);
    changes::add(&mut paths, &definitions.catalogue, base);
    personal::add(&mut paths, &definitions.catalogue, base);
    cases::add(&mut paths, &definitions.catalogue, base);
    field::add(&mut paths, &definitions.catalogue, base);
    intake::add(&mut paths, &definitions.catalogue, base);
    log::add(&mut paths, &definitions.catalogue, base);
    push::add(&mut paths, base);
    reports::add(&mut paths, &definitions.catalogue, base);
    open311::add(&mut paths, &definitions.catalogue, base);
    json!({
        "openapi": "3.0.3",
        "info": {
            "title": app.settings.city_title.get(lang),
            "description": match lang {
                Lang::Tr => "Kentin kütükleri: OGC API Features, OGC API Tiles, stiller ve değişiklikler.",
                Lang::En => "The registers of the city: OGC API Features, OGC API Tiles, styles and changes.",
            },
            "version": env!("CARGO_PKG_VERSION"),
        },
        "servers": [{ "url": format!("{base}{ROOT}") }],
        "tags": [
            { "name": "Capabilities" }, { "name": "Features" }, { "name": "Editing" }, { "name": "Versions" }, { "name": "Tiles" }, { "name": "Styles" }, { "name": "Changes" },
            { "name": "Cases" },
            { "name": "Log" }, { "name": "Notices" }, { "name": "Open311" },
        ],
        "paths": paths,
        "components": {
            "securitySchemes": operation::security_schemes(lang),
            "parameters": parameters::components(),
            "responses": responses::components(),
            "schemas": schemas::components(&definitions.catalogue, lang),
        },
    })
}

/// Path-level servers of what does not stand under the root of the OGC APIs.
fn outside(base: &str) -> Json {
    json!([{ "url": base }])
}
