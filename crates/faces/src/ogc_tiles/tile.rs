//! One tile: the hottest path of the house. Its routes bear no middleware, so everything is said here: cross-origin, problems.

use super::{
    composite::Composite,
    grid::GRID,
    past,
    tilejson::{registers, shows_whole_tiles},
};
use crate::{
    App, Caller, Problem,
    definitions::Definitions,
    negotiate,
    ogc_common::{
        link,
        params::{Params, take_format},
        validator,
    },
    ogc_features::take_instant,
    problem, rates, security_headers, who,
};
use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures::FutureExt;
use jiff::Timestamp;
use meydan_followers::Tile;
use meydan_kernel::{Error, Principal, Register, Result};
use std::{borrow::Cow, panic::AssertUnwindSafe, sync::Arc};

/// What every tile bears: anybody may read it, and a copy is asked after before it is used.
const BEARING: [(HeaderName, HeaderValue); 4] = [
    (header::CONTENT_TYPE, HeaderValue::from_static(link::MVT)),
    (header::CACHE_CONTROL, HeaderValue::from_static("public, no-cache")),
    (header::VARY, HeaderValue::from_static("Accept-Encoding")),
    (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
];
/// What a tag ends with if it is that of the gzip copy.
const GZIP_TAG: &str = "-gz";

/// Whose sight a tile is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sight {
    /// Everybody sees it so.
    Public,
    /// What is left of it for who isn't logged in.
    Rest,
    /// That of who asks.
    Own,
}

impl Sight {
    pub(super) fn of(public: bool, principal: &Principal) -> Self {
        match public {
            true => Self::Public,
            false if principal.is_everyone() => Self::Rest,
            false => Self::Own,
        }
    }
}

/// Which tile of which registers.
pub(super) struct Asked<'a> {
    pub layers: &'a str,
    pub z: u8,
    pub x: u32,
    pub y: u32,
}

impl<'a> Asked<'a> {
    /// From `/tiles/{layers}/{z}/{x}/{y}.mvt`.
    fn by_xyz(path: &'a str) -> Option<Self> {
        let mut parts = path.strip_prefix("/tiles/")?.split('/');
        let layers = parts.next()?;
        let (z, x, file) = (number(parts.next()?)?, number(parts.next()?)?, parts.next()?);
        let y = number(file.strip_suffix(".mvt").or_else(|| file.strip_suffix(".pbf"))?)?;
        Some(Self { layers, z, x, y })
    }

    /// From `/ogc/collections/{id}/tiles/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}`.
    fn by_row(path: &'a str) -> Option<Self> {
        let mut parts = path.strip_prefix("/ogc/collections/")?.split('/');
        let layers = parts.next().filter(|l| !l.contains(','))?;
        let _tiles = parts.next()?;
        parts.next().filter(|grid| *grid == GRID)?;
        let (z, y, x) = (number(parts.next()?)?, number(parts.next()?)?, number(parts.next()?)?);
        Some(Self { layers, z, x, y })
    }
}

fn number<N: std::str::FromStr>(text: &str) -> Option<N> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

fn path(request: &Parts) -> Cow<'_, str> {
    let path = request.uri.path();
    if path.contains('%') { percent_encoding::percent_decode_str(path).decode_utf8_lossy() } else { path.into() }
}

/// `GET /tiles/{layers}/{z}/{x}/{y}.mvt`; `.pbf` is taken too.
pub async fn xyz(State(app): State<Arc<App>>, request: Request) -> Response {
    let request = request.into_parts().0;
    answer(&app, &request, Asked::by_xyz(&path(&request))).await
}

/// `GET /ogc/collections/{id}/tiles/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}`.
pub async fn ogc(State(app): State<Arc<App>>, request: Request) -> Response {
    let request = request.into_parts().0;
    answer(&app, &request, Asked::by_row(&path(&request))).await
}

/// The answer to any other method.
pub async fn other_method(State(app): State<Arc<App>>, request: Request) -> Response {
    if request.method() == axum::http::Method::OPTIONS {
        return (StatusCode::NO_CONTENT, crate::app::OPTIONS).into_response();
    }
    said(&app, &request.into_parts().0, problem::wrong_method())
}

fn said(app: &App, request: &Parts, problem: Problem) -> Response {
    let path = request.uri.path_and_query().map_or("/", |p| p.as_str());
    let mut response = problem.respond(negotiate::lang(&request.uri, &request.headers), path);
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    security_headers::harden(headers, app.https);
    response
}

async fn answer(app: &App, request: &Parts, asked: Option<Asked<'_>>) -> Response {
    let Some(asked) = asked else { return said(app, request, problem::no_such_path()) };
    match AssertUnwindSafe(tile(app, request, &asked)).catch_unwind().await {
        Ok(Ok(response)) => response,
        Ok(Err(error)) => said(app, request, error.into()),
        Err(_) => said(app, request, Error::internal("drawing a tile panicked").into()),
    }
}

async fn tile(app: &App, request: &Parts, asked: &Asked<'_>) -> Result<Response> {
    let mut at = None;
    if request.uri.query().is_some() {
        let mut params = Params::parse(&request.uri)?;
        take_format(&mut params, &["mvt"])?;
        at = take_instant(&mut params)?;
        params.finish()?;
    }
    let headers = &request.headers;
    let principal = principal(app, request).await?;
    let definitions = app.definitions();
    if let Some(at) = at {
        pays(app, request, &principal)?;
        let past = past::tile(app, &definitions.catalogue, &principal, asked, at).await?;
        return as_of(app, headers, &past, at).await;
    }
    if let Ok(shape) = definitions.shape(asked.layers) {
        let (tile, public) = one(app, &definitions, request, &principal, &shape.register, asked).await?;
        let gzip = if takes_gzip(headers) { tile.gzip() } else { None };
        let tag = if gzip.is_some() { &tile.gzip_etag } else { &tile.etag };
        return Ok(finished(app, headers, tag, gzip.is_some(), gzip.unwrap_or(&tile.body), Sight::of(public, &principal)));
    }
    let registers = registers(&definitions.catalogue, asked.layers)?;
    let mut parts = Vec::with_capacity(registers.len());
    let mut public = true;
    for register in &registers {
        let (part, for_all) = one(app, &definitions, request, &principal, register, asked).await?;
        public &= for_all;
        if !part.body.is_empty() {
            parts.push(part);
        }
    }
    let together = app.composites.of(asked.layers, asked.z, asked.x, asked.y, &parts);
    coded(headers, &together).await?;
    Ok(together_finished(app, headers, &together, Sight::of(public, &principal)))
}

/// Makes the gzip copy on a thread of its own, if the client takes it and it is large.
async fn coded(headers: &HeaderMap, together: &Arc<Composite>) -> Result<()> {
    if together.is_slow_to_code() && takes_gzip(headers) {
        let coded = Arc::clone(together);
        tokio::task::spawn_blocking(move || coded.gzip().is_some()).await.map_err(Error::internal)?;
    }
    Ok(())
}

/// A tile of a past day: it doesn't change any more, so who may see it as everybody does may keep it.
async fn as_of(app: &App, headers: &HeaderMap, past: &past::Past, at: Timestamp) -> Result<Response> {
    coded(headers, &past.together).await?;
    let mut response = together_finished(app, headers, &past.together, past.sight);
    if past.sight == Sight::Public {
        response.headers_mut().insert(header::CACHE_CONTROL, past.cache.clone());
    }
    response.headers_mut().extend(past::memento(at));
    Ok(response)
}

/// Who asks: the routes of tiles bear no middleware.
async fn principal(app: &App, request: &Parts) -> Result<Arc<Principal>> {
    if let Some(caller) = request.extensions.get::<Caller>() {
        return Ok(Arc::clone(&caller.principal));
    }
    if who::says_who(&request.headers) {
        return who::resolve(app, &request.headers).await.map(|c| c.principal).map_err(|p| p.error().clone());
    }
    Ok(Arc::clone(&app.everyone))
}

fn together_finished(app: &App, headers: &HeaderMap, together: &Composite, sight: Sight) -> Response {
    let gzip = if takes_gzip(headers) { together.gzip() } else { None };
    let tag = if gzip.is_some() { &together.gzip_etag } else { &together.etag };
    finished(app, headers, tag, gzip.is_some(), gzip.unwrap_or(&together.body), sight)
}

/// The tile of one register as somebody may see it; and whether everybody may see it so.
async fn one(
    app: &App,
    definitions: &Definitions,
    request: &Parts,
    principal: &Arc<Principal>,
    register: &Arc<Register>,
    asked: &Asked<'_>,
) -> Result<(Arc<Tile>, bool)> {
    let Asked { z, x, y, .. } = *asked;
    let public = definitions.is_public(&app.desk, &app.everyone, register);
    if !public {
        let access = app.desk.readable(principal, register)?;
        if !shows_whole_tiles(&access, register) {
            pays(app, request, principal)?;
            return Ok((app.tiles.narrowed(register, &access, z, x, y).await?, false));
        }
    }
    if let Some(tile) = app.tiles.try_cached(register, z, x, y) {
        return Ok((tile, public));
    }
    pays(app, request, principal)?;
    let tile = app.tiles.tile(register, z, x, y).await?;
    app.extents.note(&register.name);
    Ok((tile, public))
}

/// The headers of a tile, made once: copying them is quicker than setting them one by one. The tag is each tile's own.
pub fn headers(https: bool) -> HeaderMap {
    let mut all: HeaderMap = BEARING.into_iter().collect();
    security_headers::harden(&mut all, https);
    all.insert(header::ETAG, HeaderValue::from_static("\"\""));
    all
}

/// Takes what drawing a tile costs from who asks; finished tiles are free.
fn pays(app: &App, request: &Parts, principal: &Arc<Principal>) -> Result<()> {
    let address = who::address(app, &request.headers, &request.extensions);
    rates::draw(app, &Caller { principal: Arc::clone(principal), address, ..Caller::of(Principal::everyone("api")) })
}

fn finished(app: &App, headers: &HeaderMap, tag: &str, gzip: bool, body: &Bytes, sight: Sight) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = if sight == Sight::Public && is_current(headers, tag) {
        StatusCode::NOT_MODIFIED
    } else if body.is_empty() {
        StatusCode::NO_CONTENT
    } else {
        *response.body_mut() = Body::from(body.clone());
        StatusCode::OK
    };
    let sent = response.headers_mut();
    sent.clone_from(&app.tile_headers);
    if sight != Sight::Public {
        // Another may sit at the same browser next.
        sent.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if sight == Sight::Own {
        // Not for other origins' pages.
        sent.remove(header::ACCESS_CONTROL_ALLOW_ORIGIN);
        security_headers::harden(sent, app.https);
    }
    if let Ok(tag) = HeaderValue::from_str(tag) {
        sent.insert(header::ETAG, tag);
    }
    if gzip {
        sent.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

/// True if the client has this representation, or the other coding of it.
fn is_current(headers: &HeaderMap, tag: &str) -> bool {
    if !headers.contains_key(header::IF_NONE_MATCH) {
        return false;
    }
    let bare = tag.trim_matches('"').trim_end_matches(GZIP_TAG);
    validator::none_match(headers, |t| t.strip_suffix(GZIP_TAG).unwrap_or(t) == bare)
}

fn takes_gzip(headers: &HeaderMap) -> bool {
    let Some(accept) = headers.get(header::ACCEPT_ENCODING).and_then(|v| v.to_str().ok()) else { return false };
    negotiate::weight(accept, "gzip") > 0.0
}
