//! The functions that filters may call (OGC 21-065r2, 7.9).

use super::{
    params::{Params, take_format},
    reply,
};
use crate::{Problem, negotiate};
use axum::{
    http::{HeaderMap, Uri},
    response::Response,
};
use meydan_kernel::{Lang, cql2::Function};
use serde_json::{Value as Json, json};

/// `GET /ogc/functions`.
pub async fn functions(uri: Uri, headers: HeaderMap) -> Result<Response, Problem> {
    let mut params = Params::parse(&uri)?;
    take_format(&mut params, &["json"])?;
    params.finish()?;
    let lang = negotiate::lang(&uri, &headers);
    let described = |function: Function| {
        let (tr, en) = function.description();
        json!({
            "name": function.name(),
            "description": match lang { Lang::Tr => tr, Lang::En => en },
            "returns": [function.gives().word()],
            "arguments": [{ "type": [function.takes().word()] }],
        })
    };
    // CASEI and ACCENTI are the standard's own.
    let own = Function::ALL.into_iter().filter(|f| !matches!(f, Function::CaseI | Function::AccentI));
    let body = json!({ "functions": own.map(described).collect::<Vec<Json>>() });
    Ok(reply::json(&headers, lang, super::link::JSON, &body)?)
}
