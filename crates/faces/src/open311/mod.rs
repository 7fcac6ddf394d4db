//! Open311 GeoReport v2 (wiki.open311.org/GeoReport_v2): services, service requests, filing; in JSON and XML.
//!
//! It decides nothing: what is listed is what grants show of requests to who asks, and filing is an insert at the desk like any other.

mod ask;
mod body;
mod discovery;
mod document;
mod fault;
mod filing;
mod nouns;
mod questions;
mod requests;
mod services;
mod supplement;
mod when;

pub use ask::{DEFAULT_DAYS, MAX_PAGE_SIZE};
pub use body::MAX_BODY_BYTES;
pub use fault::written;
pub use nouns::Nouns;

use crate::{App, Caller, Problem, negotiate, ogc_common::validator, problem, rates};
use axum::{
    Router,
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
    routing::get,
};
use document::Node;
use meydan_kernel::{Lang, Principal, Result};
use std::sync::Arc;

/// Where the face begins.
pub const ROOT: &str = "/open311";
/// Where version 2 of the standard begins: the endpoint's address.
pub const V2: &str = "/open311/v2";
/// How the log names what came through here.
const SOURCE: &str = "open311";

/// The two formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `.json`
    Json,
    /// `.xml`
    Xml,
}

impl Format {
    /// By the end of an address.
    pub fn of(end: &str) -> Option<Self> {
        match end {
            "json" => Some(Self::Json),
            "xml" => Some(Self::Xml),
            _ => None,
        }
    }

    /// The media type of answers.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json; charset=utf-8",
            Self::Xml => "text/xml; charset=utf-8",
        }
    }

    /// An answer as text; `root` is the name of its element in XML.
    pub fn written(self, root: &str, node: &Node) -> String {
        match self {
            Self::Json => node.to_json(),
            Self::Xml => node.to_xml(root),
        }
    }
}

/// Routes of the face.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/open311/{file}", get(discover))
        // Written out: `Allow` of services must not speak of filing.
        .route("/open311/v2/services.json", get(listed))
        .route("/open311/v2/services.xml", get(listed))
        .route("/open311/v2/{file}", get(listed).post(filed))
        .route("/open311/v2/services/{file}", get(service))
        .route("/open311/v2/requests/{file}", get(request))
        .route("/open311/v2/tokens/{file}", get(token))
}

/// What every answer is made with.
struct Ask<'a> {
    app: &'a App,
    principal: Principal,
    nouns: Nouns,
    lang: Lang,
    base: String,
}

impl<'a> Ask<'a> {
    fn of(app: &'a App, caller: &Caller, uri: &Uri, headers: &HeaderMap) -> Result<Self> {
        Ok(Self {
            app,
            principal: caller.through(SOURCE, None),
            nouns: Nouns::needed(&app.desk.catalogue())?,
            lang: negotiate::lang(uri, headers),
            base: negotiate::base_url(app, headers),
        })
    }
}

/// A name with its format: `requests.json`.
///
/// # Errors
/// 406 for another format or none.
fn split(file: &str) -> Result<(&str, Format), Problem> {
    let parts = file.rsplit_once('.').and_then(|(name, end)| Some((name, Format::of(end)?)));
    parts.filter(|(name, _)| !name.is_empty()).ok_or_else(problem::not_acceptable)
}

async fn discover(
    State(app): State<Arc<App>>,
    Path(file): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (name, format) = split(&file)?;
    if name != "discovery" {
        return Err(problem::no_such_path());
    }
    ask::nothing(&uri)?;
    let (lang, base) = (negotiate::lang(&uri, &headers), negotiate::base_url(&app, &headers));
    let made = async { Ok(discovery::discovery(&app, lang, &base)) };
    conditional(&app, (&uri, &headers), format, "discovery", made).await
}

async fn listed(State(app): State<Arc<App>>, caller: Caller, uri: Uri, headers: HeaderMap) -> Result<Response, Problem> {
    let (name, format) = split(uri.path().rsplit('/').next().unwrap_or_default())?;
    let ask = Ask::of(&app, &caller, &uri, &headers)?;
    match name {
        "services" => {
            ask::nothing(&uri)?;
            conditional(&app, (&uri, &headers), format, "services", services::list(&ask)).await
        }
        "requests" => {
            let wanted = ask::Wanted::parse(&uri)?;
            conditional(&app, (&uri, &headers), format, "service_requests", requests::list(&ask, &wanted)).await
        }
        _ => Err(problem::no_such_path()),
    }
}

async fn service(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(file): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (code, format) = split(&file)?;
    ask::nothing(&uri)?;
    let ask = Ask::of(&app, &caller, &uri, &headers)?;
    conditional(&app, (&uri, &headers), format, "service_definition", services::definition(&ask, code)).await
}

async fn request(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(file): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (id, format) = split(&file)?;
    let extensions = ask::extensions(&uri)?;
    let ask = Ask::of(&app, &caller, &uri, &headers)?;
    conditional(&app, (&uri, &headers), format, "service_requests", requests::one(&ask, id, extensions)).await
}

async fn token(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(file): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (token, format) = split(&file)?;
    ask::nothing(&uri)?;
    let ask = Ask::of(&app, &caller, &uri, &headers)?;
    conditional(&app, (&uri, &headers), format, "service_requests", requests::of_token(&ask, token)).await
}

async fn filed(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(file): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let (name, format) = split(&file)?;
    match name {
        "requests" => {}
        "services" => {
            let allow = [(header::ALLOW, HeaderValue::from_static("GET,HEAD"))];
            return Ok((allow, problem::wrong_method()).into_response());
        }
        _ => return Err(problem::no_such_path()),
    }
    ask::nothing(&uri)?;
    let form = body::read(&headers, body).await?;
    let mut ask = Ask::of(&app, &caller, &uri, &headers)?;
    ask.principal = filing::who(&app, &caller, &form).await?;
    if ask.principal.is_everyone() {
        rates::file(&app, caller.address.as_deref())?;
    }
    let (id, node) = filing::file(&ask, &form).await?;
    let place = format!("{}{V2}/requests/{id}.{}", ask.base, if format == Format::Json { "json" } else { "xml" });
    let mut response = (StatusCode::CREATED, format.written("service_requests", &node)).into_response();
    let bearing = response.headers_mut();
    bearing.insert(header::CONTENT_TYPE, HeaderValue::from_static(format.media_type()));
    // The answer holds the number that only who filed is told.
    bearing.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    bearing.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(ask.lang.tag()));
    bearing.extend(HeaderValue::try_from(place).ok().map(|v| (header::LOCATION, v)));
    Ok(response)
}

/// An answer with a strong tag over what it is made of (the state of the store, the definitions, the question, the day), and 304
/// without making it if the client has it. Who is logged in is never confirmed an old copy (`who`).
async fn conditional(
    app: &App,
    (uri, headers): (&Uri, &HeaderMap),
    format: Format,
    root: &str,
    made: impl Future<Output = Result<Node>> + Send,
) -> Result<Response, Problem> {
    // The head is read before the records: a tag may name an older state than its page shows, never a newer one.
    let head = app.desk.head();
    let lang = negotiate::lang(uri, headers);
    let (base, day) = (negotiate::base_url(app, headers), meydan_kernel::post::day(jiff::Timestamp::now()).to_string());
    let definitions = app.definitions();
    let question = uri.path_and_query().map_or("", |p| p.as_str());
    let parts: [&[u8]; 6] = [
        &head.to_le_bytes(),
        definitions.hash.as_bytes(),
        question.as_bytes(),
        base.as_bytes(),
        day.as_bytes(),
        lang.tag().as_bytes(),
    ];
    let tag = validator::state(&parts);
    let mut bearing = vec![
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::VARY, HeaderValue::from_static("Accept-Language, Cookie, Authorization")),
        (header::CONTENT_LANGUAGE, HeaderValue::from_static(lang.tag())),
    ];
    bearing.extend(validator::header_value(&tag).map(|v| (header::ETAG, v)));
    if validator::none_match(headers, |t| t == tag) {
        return Ok(validator::not_modified(&bearing));
    }
    let mut response = format.written(root, &made.await?).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(format.media_type()));
    headers.extend(bearing);
    Ok(response)
}
