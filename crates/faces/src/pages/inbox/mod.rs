//! The inbox (*masam*): what waits for who asks, for their unit, what is late; acts on many at once; kept views; notices.

mod act;
mod kept;
mod notices;
pub mod people;
mod show;

use super::page::see_other;
use crate::App;
use axum::{
    Router,
    http::Uri,
    response::Response,
    routing::{get, post},
};
use std::sync::Arc;

/// Routes of the inbox.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/inbox", get(show::show))
        .route("/masam", get(masam))
        .route("/inbox/act", get(back).post(act::act))
        .route("/inbox/views", post(kept::keep))
        .route("/inbox/views/{id}/forget", post(kept::forget))
        .route("/notices", get(notices::list))
        .route("/notices/read", post(notices::read))
}

/// `GET /masam`: paths of the house are the same in every language; this one is what people call it.
async fn masam(uri: Uri) -> Response {
    let query = uri.query().map(|q| format!("?{q}")).unwrap_or_default();
    see_other(&format!("/inbox{query}"))
}

/// `GET /inbox/act`: the address of an answer again (a reload, a step back) is the inbox.
async fn back() -> Response {
    see_other("/inbox")
}
