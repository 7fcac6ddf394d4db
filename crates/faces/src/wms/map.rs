//! GetMap (OGC 06-042, 7.3).

use super::{Version, fault::Fault, names};
use crate::{
    App, Caller,
    maps::{self, Map, View},
    ogc_common::{
        kvp::{Kvp, bad},
        validator,
    },
};
use axum::{
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use meydan_kernel::Error;
use meydan_render::Colour;

/// The one format; how many bits a pixel has is ours to choose.
pub(crate) const PNG: &str = "image/png";

/// Answers it.
pub(super) async fn answer(
    app: &App,
    caller: &Caller,
    kvp: &Kvp,
    version: Version,
    headers: &HeaderMap,
) -> Result<Response, Fault> {
    format(kvp)?;
    let registers = names::layers(app, caller, kvp.need("LAYERS")?)?;
    let theme = names::theme(kvp.get("STYLES"))?;
    let view = view(kvp, version)?;
    picture(app, caller, headers, Map { registers, theme, background: background(kvp)?, view }).await.map_err(Fault::from)
}

/// The view that a request speaks of.
pub(super) fn view(kvp: &Kvp, version: Version) -> Result<View, Fault> {
    let (crs, north_first) = names::crs(kvp, version)?;
    let bbox = names::bbox(kvp, north_first)?;
    Ok(View::checked(crs, bbox, kvp.number("WIDTH")?, kvp.number("HEIGHT")?)?)
}

/// A picture with its tag, or that the client has it.
pub(crate) async fn picture(app: &App, caller: &Caller, headers: &HeaderMap, map: Map) -> Result<Response, Error> {
    let prepared = maps::prepare(app, caller, map).await?;
    // A copy is asked after before it is used: an edit shows at once. Another may sit at the same browser next.
    let control = if prepared.public { "public, no-cache" } else { "no-store" };
    let mut bearing = vec![(header::CACHE_CONTROL, HeaderValue::from_static(control))];
    let tag = prepared.state.clone();
    bearing.extend(validator::header_value(&tag).map(|v| (header::ETAG, v)));
    if prepared.public && validator::none_match(headers, |t| t == tag) {
        return Ok(validator::not_modified(&bearing));
    }
    let mut response = maps::draw(app, caller, prepared).await?.into_response();
    response.headers_mut().extend(bearing);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(PNG));
    Ok(response)
}

fn format(kvp: &Kvp) -> Result<(), Fault> {
    let format = kvp.need("FORMAT")?;
    let plain = format.split(';').next().unwrap_or_default().trim();
    if plain.eq_ignore_ascii_case(PNG) || plain.eq_ignore_ascii_case("image/png8") {
        return Ok(());
    }
    Err(Fault::new(
        "InvalidFormat",
        Error::invalid(
            "bad-format",
            format!("“{format}” biçiminde harita verilmiyor; image/png isteyin."),
            format!("No maps are given as “{format}”; ask for image/png."),
        ),
    ))
}

fn background(kvp: &Kvp) -> Result<Colour, Fault> {
    if kvp.get("TRANSPARENT").is_some_and(|t| t.eq_ignore_ascii_case("true")) {
        return Ok(Colour::NONE);
    }
    let Some(text) = kvp.get("BGCOLOR") else { return Ok(Colour::WHITE) };
    let hex = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).filter(|hex| hex.len() == 6);
    let colour = hex.and_then(|hex| Colour::parse(&format!("#{hex}")));
    Ok(colour.ok_or_else(|| bad("BGCOLOR", "0xRRGGBB olmalı", "must be 0xRRGGBB"))?)
}
