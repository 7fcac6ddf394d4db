//! The data standard for programs: the schema of each register, and the code lists.

use crate::{
    App, Problem, negotiate,
    ogc_common::{
        link::{self, Link},
        params::Params,
        reply,
    },
    ogc_features::schema_document,
};
use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, Uri},
    response::Response,
    routing::get,
};
use meydan_kernel::Error;
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// Routes of the schemas.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/schemas", get(index))
        .route("/schemas/registers/{name}", get(register))
        .route("/schemas/code-lists/{name}", get(code_list))
}

/// `GET /schemas`.
async fn index(State(app): State<Arc<App>>, uri: Uri, headers: HeaderMap) -> Result<Response, Problem> {
    Params::parse(&uri)?.finish()?;
    let lang = negotiate::lang(&uri, &headers);
    let base = negotiate::base_url(&app, &headers);
    let catalogue = app.desk.catalogue();
    let schema = |name: &str, title: &str| {
        Link::new("describedby", link::SCHEMA, format!("{base}/schemas/registers/{name}")).title(title)
    };
    let list =
        |name: &str, title: &str| Link::new("item", link::JSON, format!("{base}/schemas/code-lists/{name}")).title(title);
    let registers: Vec<Link> = catalogue.registers.values().map(|r| schema(&r.name, r.title.get(lang))).collect();
    let lists: Vec<Link> = catalogue.code_lists.values().map(|l| list(&l.name, l.title.get(lang))).collect();
    Ok(reply::json(&headers, lang, link::JSON, &json!({ "registers": registers, "code_lists": lists }))?)
}

/// `GET /schemas/registers/{name}`: JSON Schema 2020-12.
async fn register(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Params::parse(&uri)?.finish()?;
    let lang = negotiate::lang(&uri, &headers);
    let catalogue = app.desk.catalogue();
    let register = catalogue.register(&name)?;
    let body = schema_document(&catalogue, register, lang, &negotiate::base_url(&app, &headers));
    Ok(reply::json(&headers, lang, link::SCHEMA, &body)?)
}

/// `GET /schemas/code-lists/{name}`: all codes with their titles in both languages.
async fn code_list(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Params::parse(&uri)?.finish()?;
    let catalogue = app.desk.catalogue();
    let list = catalogue.code_lists.get(&name).ok_or_else(|| {
        Error::not_found(
            "no-such-code-list",
            format!("“{name}” adında bir kod listesi yok."),
            format!("There is no code list named “{name}”."),
        )
    })?;
    let codes: Vec<Json> =
        list.codes.iter().map(|c| json!({ "code": c.code, "title": c.title, "retired": c.retired })).collect();
    let body = json!({ "name": list.name, "title": list.title, "source": list.source, "codes": codes });
    Ok(reply::json(&headers, negotiate::lang(&uri, &headers), link::JSON, &body)?)
}
