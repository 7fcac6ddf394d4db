//! The landing page: where every client begins.

use super::{
    ROOT,
    link::{self, Link},
    params::{Params, take_format},
    reply,
};
use crate::{App, Problem, negotiate};
use axum::{
    extract::State,
    http::{HeaderMap, Uri},
    response::Response,
};
use meydan_kernel::Lang;
use std::sync::Arc;

/// `GET /ogc/`.
pub async fn landing(State(app): State<Arc<App>>, uri: Uri, headers: HeaderMap) -> Result<Response, Problem> {
    let mut params = Params::parse(&uri)?;
    take_format(&mut params, &["json"])?;
    params.finish()?;
    let lang = negotiate::lang(&uri, &headers);
    let base = negotiate::base_url(&app, &headers);
    let mut body = serde_json::json!({
        "title": app.settings.city_title.get(lang),
        "description": description(&app, lang),
        "links": links(&base, lang),
    });
    if app.settings.generated {
        body["generated"] = true.into();
    }
    Ok(reply::json(&headers, lang, link::JSON, &body)?)
}

fn description(app: &App, lang: Lang) -> String {
    let (plain, generated) = match lang {
        Lang::Tr => ("Kentin kütükleri: kayıtlar, karolar ve stiller.", " Veriler gerçek değildir, üretilmiştir."),
        Lang::En => ("The registers of the city: features, tiles and styles.", " The data is not real: it is generated."),
    };
    if app.settings.generated { format!("{plain}{generated}") } else { plain.to_owned() }
}

fn links(base: &str, lang: Lang) -> Vec<Link> {
    let root = format!("{base}{ROOT}");
    let (this, api, docs, conformance, data, sets, styles) = match lang {
        Lang::Tr => {
            ("Bu belge", "API tanımı", "API belgeleri", "Uyulan standartlar", "Kütükler", "Karo matris kümeleri", "Stiller")
        }
        Lang::En => (
            "This document",
            "API definition",
            "API documentation",
            "Conformance classes",
            "Registers",
            "Tile matrix sets",
            "Styles",
        ),
    };
    vec![
        Link::new("self", link::JSON, format!("{root}/")).title(this),
        Link::new("service-desc", link::OPENAPI, format!("{root}/api")).title(api),
        Link::new("service-doc", link::HTML, format!("{base}/docs/api")).title(docs),
        Link::new("conformance", link::JSON, format!("{root}/conformance")).title(conformance),
        Link::new(link::REL_CONFORMANCE, link::JSON, format!("{root}/conformance")).title(conformance),
        Link::new("data", link::JSON, format!("{root}/collections")).title(data),
        Link::new(link::REL_DATA, link::JSON, format!("{root}/collections")).title(data),
        Link::new(link::REL_TILE_MATRIX_SETS, link::JSON, format!("{root}/tileMatrixSets")).title(sets),
        Link::new(link::REL_FUNCTIONS, link::JSON, format!("{root}/functions")).title(match lang {
            Lang::Tr => "Süzgeç işlevleri",
            Lang::En => "Functions of filters",
        }),
        Link::new(link::REL_STYLES, link::JSON, format!("{root}/styles")).title(styles),
    ]
}
