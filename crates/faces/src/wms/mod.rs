//! OGC Web Map Service 1.3.0 (OGC 06-042) and 1.1.1 (01-068r3): what Turkish agencies' programs still ask for. The layers are the
//! registers that are drawn, the styles are the light and the dark map.

mod capabilities;
mod fault;
mod info;
mod legend;
mod map;
mod names;

pub(crate) use map::picture;
pub(crate) use names::{ALL, drawn, layers, theme};

use crate::{App, Caller, negotiate, ogc_common::kvp::Kvp};
use axum::{
    Router,
    extract::State,
    http::{HeaderMap, Uri},
    response::Response,
    routing::get,
};
use fault::Fault;
use std::sync::Arc;

/// Where the service stands.
pub const PATH: &str = "/ogc/wms";

/// The protocol's two versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    /// 1.1.1: `SRS`, always x before y.
    V111,
    /// 1.3.0: `CRS`, axes as the system's definition orders them.
    V130,
}

impl Version {
    /// The highest that the client knows (OGC 06-042, 6.2.4).
    fn of(kvp: &Kvp) -> Self {
        match kvp.get("VERSION").or_else(|| kvp.get("WMTVER")) {
            Some(version) if version < "1.3" => Self::V111,
            _ => Self::V130,
        }
    }

    const fn text(self) -> &'static str {
        match self {
            Self::V111 => "1.1.1",
            Self::V130 => "1.3.0",
        }
    }
}

/// Routes of the service.
pub fn routes() -> Router<Arc<App>> {
    Router::new().route("/ogc/wms", get(service))
}

/// `GET /ogc/wms?SERVICE=WMS&REQUEST=…`.
async fn service(State(app): State<Arc<App>>, caller: Caller, uri: Uri, headers: HeaderMap) -> Response {
    let lang = negotiate::lang(&uri, &headers);
    let kvp = match Kvp::parse(&uri) {
        Ok(kvp) => kvp,
        Err(error) => return Fault::from(error).respond(Version::V130, lang),
    };
    let version = Version::of(&kvp);
    let request = kvp.get("REQUEST").unwrap_or_default().to_ascii_lowercase();
    let answer = match request.as_str() {
        "getcapabilities" | "capabilities" => capabilities::answer(&app, &caller, &kvp, version, lang, &headers).await,
        "getmap" | "map" => map::answer(&app, &caller, &kvp, version, &headers).await,
        "getfeatureinfo" | "feature_info" => info::answer(&app, &caller, &kvp, version, lang).await,
        "getlegendgraphic" => legend::answer(&app, &caller, &kvp, lang).await,
        _ => Err(fault::no_such_operation(&request)),
    };
    answer.unwrap_or_else(|fault| fault.respond(version, lang))
}
