//! OGC API Common (OGC 19-072): landing page, conformance, parameters, links, validators.

pub mod conformance;
mod functions;
pub mod http_date;
pub mod kvp;
pub mod landing;
pub mod link;
pub mod params;
pub mod reply;
pub mod validator;

use crate::App;
use axum::{Router, routing::get};
use std::sync::Arc;

/// Where the OGC APIs begin.
pub const ROOT: &str = "/ogc";

/// Routes of the landing page and the conformance declaration.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/ogc", get(landing::landing))
        .route("/ogc/", get(landing::landing))
        .route("/ogc/conformance", get(conformance::conformance))
        .route("/ogc/functions", get(functions::functions))
}
