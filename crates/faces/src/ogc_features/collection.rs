//! The collections (OGC 17-069r4, 7.13 and 7.14): one per register.

use super::{export_formats, space::Space};
use crate::{
    App, Caller, Problem, negotiate,
    ogc_common::{
        ROOT,
        link::{self, Link},
        params::{Params, take_format},
        reply,
    },
};
use axum::{
    extract::{Path, State},
    http::{HeaderMap, Uri},
    response::Response,
};
use meydan_geo::Bbox;
use meydan_kernel::{Lang, Register, Result, catalogue::Action};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// `GET /ogc/collections`.
pub async fn collections(
    State(app): State<Arc<App>>,
    caller: Caller,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    no_other_parameters(&uri)?;
    let lang = negotiate::lang(&uri, &headers);
    let base = negotiate::base_url(&app, &headers);
    let definitions = app.definitions();
    let mut list: Vec<Json> = Vec::with_capacity(definitions.catalogue.registers.len());
    let principal = &caller.principal;
    for register in definitions.catalogue.registers.values() {
        let access = app.desk.access(principal, register, Action::Read);
        if access.is_none() {
            continue;
        }
        // The extent is that of all records: who sees a part of them is not told it.
        let extent = match access.whole() {
            Some(_) => app.extents.known(&app.tiles, register).await,
            None => None,
        };
        list.push(describe(&base, lang, register, extent));
    }
    let body = json!({
        "links": [Link::new("self", link::JSON, format!("{base}{ROOT}/collections"))],
        "crs": Space::all_uris(),
        "collections": list,
    });
    Ok(reply::json(&headers, lang, link::JSON, &body)?)
}

/// `GET /ogc/collections/{id}`.
pub async fn collection(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    no_other_parameters(&uri)?;
    let lang = negotiate::lang(&uri, &headers);
    let definitions = app.definitions();
    let register = definitions.catalogue.register(&id)?;
    let access = app.desk.readable(&caller.principal, register)?;
    let extent = match access.whole() {
        Some(_) => app.extents.of(&app.tiles, register).await,
        None => None,
    };
    Ok(reply::json(&headers, lang, link::JSON, &describe(&negotiate::base_url(&app, &headers), lang, register, extent))?)
}

fn no_other_parameters(uri: &Uri) -> Result<()> {
    let mut params = Params::parse(uri)?;
    take_format(&mut params, &["json"])?;
    params.finish()
}

fn describe(base: &str, lang: Lang, register: &Register, extent: Option<Bbox>) -> Json {
    let mut body = json!({
        "id": register.name,
        "title": register.title.get(lang),
        "description": register.description.get(lang),
        "itemType": "feature",
        "crs": Space::all_uris(),
        "links": links(base, lang, register),
        "versioning": versioning(register),
    });
    if register.geometry.is_some() {
        body["storageCrs"] = Space::lon_lat().uri().into();
        if let Some(b) = extent {
            body["extent"] =
                json!({ "spatial": { "bbox": [[b.min_x, b.min_y, b.max_x, b.max_y]], "crs": Space::lon_lat().uri() } });
        }
    }
    let metadata = &register.metadata;
    if !metadata.keywords.is_empty() {
        body["keywords"] = metadata.keywords.iter().map(|k| k.get(lang)).collect::<Vec<_>>().into();
    }
    if let Some(licence) = &metadata.licence {
        body["license"] = licence.as_str().into();
    }
    if let Some(owner) = &metadata.owner {
        body["attribution"] = owner.get(lang).into();
    }
    body
}

/// What its versions mean (OGC's draft "Versioned Features"): what was recorded when, by the server's clock.
fn versioning(register: &Register) -> Json {
    let mut versioning = json!({ "timeAxis": "transaction-time" });
    if !register.journal {
        versioning["mutationTime"] = "server".into();
    }
    versioning
}

fn links(base: &str, lang: Lang, register: &Register) -> Vec<Link> {
    let here = format!("{base}{ROOT}/collections/{}", register.name);
    let (items, page, queryables, schema, tiles) = match lang {
        Lang::Tr => ("Kayıtlar", "Kütüğün sayfası", "Süzülebilen alanlar", "Şema", "Vektör karolar"),
        Lang::En => ("Features", "The register's page", "Queryable fields", "Schema", "Vector tiles"),
    };
    let mut links = vec![
        Link::new("self", link::JSON, here.clone()),
        Link::new("alternate", link::HTML, format!("{base}/registers/{}", register.name)).title(page),
        Link::new("items", link::GEOJSON, format!("{here}/items")).title(items),
        Link::new(link::REL_QUERYABLES, link::SCHEMA, format!("{here}/queryables")).title(queryables),
        Link::new("queryables", link::SCHEMA, format!("{here}/queryables")).title(queryables),
        Link::new("describedby", link::SCHEMA, format!("{here}/feature-schema")).title(schema),
        // GDAL up to 3.6 knows this spelling only.
        Link::new("describedBy", link::SCHEMA, format!("{here}/feature-schema")).title(schema),
        Link::new(link::REL_SCHEMA, link::SCHEMA, format!("{here}/schema")).title(schema),
    ];
    links.extend(export_formats(register).map(|f| {
        Link::new("enclosure", f.media_type, format!("{here}/export/{}", f.name)).title(format!("{items} ({})", f.extension))
    }));
    if register.geometry.is_some() {
        links.push(Link::new(link::REL_TILESETS, link::JSON, format!("{here}/tiles")).title(tiles));
    }
    links
}
