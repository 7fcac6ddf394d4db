//! What every handler has at hand, and the one router of all faces.

use crate::{
    Caller, Problem, calls, cases, changes, compress,
    definitions::{Definitions, Kept},
    field, find, limits, log, maps, ogc_common, ogc_features, ogc_tiles, ogc_transactions, ogc_versions, open311, openapi,
    pages, papers, problem, push,
    rates::{self, Rates},
    reports, schemas, security_headers, styles, well_known, who, wms, wmts,
};
use axum::{
    Router,
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use meydan_followers::{FullText, Tiles};
use meydan_identity::Identity;
use meydan_kernel::{Bilingual, Desk, Principal};
use std::sync::Arc;

/// What the configuration says to the faces.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The address that clients use if a proxy stands before the server (`https://city.example`, no slash at the end); else
    /// each request's own host.
    pub base_url: Option<String>,
    /// Name of the city.
    pub city_title: Bilingual,
    /// True if the data is generated: every page and the landing page say so.
    pub generated: bool,
    /// Longitude where the map opens.
    pub centre_lon: f64,
    /// Latitude where the map opens.
    pub centre_lat: f64,
    /// Zoom with which the map opens.
    pub zoom: f64,
    /// A proxy of ours stands before the server: it says where clients come from (`X-Forwarded-For`).
    pub behind_proxy: bool,
    /// Bytes that finished tiles may take in memory; 0 keeps none.
    pub tile_cache_bytes: u64,
    /// Where a weakness is reported: an e-mail address, or a `https:`, `mailto:` or `tel:` URI; for `security.txt`.
    pub security_contact: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            base_url: None,
            city_title: Bilingual::new("Meydan", "Meydan"),
            generated: false,
            centre_lon: 39.72,
            centre_lat: 41.0,
            zoom: 12.5,
            behind_proxy: false,
            tile_cache_bytes: meydan_followers::tiles::MAX_CACHE_BYTES,
            security_contact: None,
        }
    }
}

/// What every handler has at hand.
pub struct App {
    /// The only door to the data.
    pub desk: Arc<Desk>,
    /// Vector tiles, kept from the log.
    pub tiles: Tiles,
    /// Who is it?
    pub identity: Arc<Identity>,
    /// What the configuration says.
    pub settings: Settings,
    /// Records found by words, if the server keeps an index.
    pub full_text: Option<FullText>,
    /// The key that browsers need for web push, if there is web push.
    pub push_key: Option<Arc<str>>,
    /// Clients come over https, through the proxy before us.
    pub(crate) https: bool,
    /// What every public tile bears.
    pub(crate) tile_headers: HeaderMap,
    /// Nobody in particular.
    pub(crate) everyone: Arc<Principal>,
    pub(crate) rates: Rates,
    pub(crate) counts: ogc_features::Counts,
    pub(crate) composites: ogc_tiles::Composites,
    pub(crate) extents: ogc_tiles::Extents,
    pub(crate) reports: reports::Kept,
    pub(crate) map_styles: maps::Styles,
    definitions: Kept,
}

impl App {
    /// An app over a desk and who knows people.
    pub fn new(desk: Arc<Desk>, identity: Arc<Identity>, settings: Settings) -> Self {
        let https = settings.base_url.as_ref().is_some_and(|url| url.starts_with("https://"));
        let tiles = Tiles::with_cache(Arc::clone(desk.store()), settings.tile_cache_bytes);
        Self {
            desk,
            tiles,
            identity,
            https,
            tile_headers: ogc_tiles::tile_headers(https),
            settings,
            full_text: None,
            push_key: None,
            rates: Rates::default(),
            everyone: Arc::new(Principal::everyone("api")),
            counts: ogc_features::Counts::default(),
            composites: ogc_tiles::Composites::default(),
            extents: ogc_tiles::Extents::default(),
            reports: reports::Kept::default(),
            map_styles: maps::Styles::default(),
            definitions: Kept::default(),
        }
    }

    /// With an index of words.
    #[must_use]
    pub fn with_full_text(self, index: FullText) -> Self {
        Self { full_text: Some(index), ..self }
    }

    /// With web push: the key that browsers are given.
    #[must_use]
    pub fn with_push_key(self, key: &str) -> Self {
        Self { push_key: Some(key.into()), ..self }
    }

    /// The catalogue in force with what the faces make of it.
    pub fn definitions(&self) -> Arc<Definitions> {
        self.definitions.of(self.desk.catalogue())
    }
}

/// The one router of all faces.
pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .merge(pages::routes())
        .merge(log::routes())
        .merge(ogc_common::routes())
        .merge(ogc_features::routes())
        .merge(ogc_tiles::routes())
        .merge(ogc_transactions::routes())
        .merge(ogc_versions::routes())
        .merge(styles::routes())
        .merge(wms::routes())
        .merge(wmts::routes())
        .merge(schemas::routes())
        .merge(open311::routes())
        .merge(openapi::routes())
        .merge(changes::routes())
        .merge(cases::routes())
        .merge(calls::routes())
        .merge(papers::routes())
        .merge(field::routes())
        .merge(push::routes())
        .merge(find::routes())
        .merge(reports::routes())
        .merge(well_known::routes())
        .fallback(no_such_path)
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn(cross_origin))
        .layer(compress::layer())
        .layer(middleware::from_fn(compress::tags))
        .layer(middleware::from_fn_with_state(Arc::clone(&app), rates::limited))
        .layer(middleware::from_fn(limits::of_requests))
        .layer(middleware::from_fn(problem::in_the_persons_language))
        .layer(middleware::from_fn_with_state(Arc::clone(&app), pages::as_a_page))
        .layer(middleware::from_fn_with_state(Arc::clone(&app), who::known))
        .layer(middleware::from_fn(limits::of_bodies))
        .layer(middleware::from_fn_with_state(Arc::clone(&app), security_headers::on_every_answer))
        .merge(ogc_tiles::bare_routes())
        .with_state(app)
}

async fn no_such_path() -> Problem {
    problem::no_such_path()
}

async fn wrong_method() -> Problem {
    problem::wrong_method()
}

/// Headers that scripts of other origins may read.
const EXPOSED: HeaderValue = HeaderValue::from_static(
    "content-crs, content-disposition, content-location, etag, link, location, memento-datetime, preference-applied, retry-after, \
         www-authenticate",
);

/// What a browser is told before it reads from another origin.
pub(crate) const OPTIONS: [(header::HeaderName, &str); 4] = [
    (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, OPTIONS"),
    (header::ACCESS_CONTROL_ALLOW_HEADERS, "*"),
    (header::ACCESS_CONTROL_MAX_AGE, "86400"),
];

/// Where paths of programs begin: scripts of any origin may read there. Pages are for their own origin only.
const PUBLIC: [&str; 8] = ["/ogc", "/tiles/", "/styles/", "/schemas", "/api/", "/assets/", "/log/", "/open311/"];

/// Cross-origin rules (Fetch standard): anybody may read what is everybody's, nobody may write from another origin, and no origin
/// is ever named: what is shown to somebody in particular is for their own origin. Also answers OPTIONS.
async fn cross_origin(request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let reads = matches!(method, Method::GET | Method::HEAD);
    let public = PUBLIC.iter().any(|start| request.uri().path().starts_with(start));
    let nobody = request.extensions().get::<Caller>().is_none_or(|caller| caller.principal.is_everyone());
    if !reads && method != Method::OPTIONS && from_elsewhere(&request) {
        return problem::cross_origin_write().into_response();
    }
    let mut response = next.run(request).await;
    if method == Method::OPTIONS && response.status() == StatusCode::METHOD_NOT_ALLOWED {
        // The router adds `Allow` outside of here.
        return if public { (StatusCode::NO_CONTENT, OPTIONS).into_response() } else { StatusCode::NO_CONTENT.into_response() };
    }
    if reads && public && nobody {
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    }
    response
}

/// True if a browser says that another origin's page makes this request.
fn from_elsewhere(request: &Request) -> bool {
    let text = |name| request.headers().get(name).and_then(|v: &HeaderValue| v.to_str().ok());
    if matches!(text(header::HeaderName::from_static("sec-fetch-site")), Some("cross-site" | "same-site")) {
        return true;
    }
    match (text(header::ORIGIN), text(header::HOST)) {
        (Some(origin), Some(host)) => origin.split_once("://").is_none_or(|(_, authority)| authority != host),
        _ => false,
    }
}
