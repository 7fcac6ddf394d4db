//! The log's face: checkpoint, tiles and bundles as C2SP tlog-tiles wants them, so that any auditor's tool can read them; entries and
//! proofs as JSON.

mod entries;
mod proofs;
mod record;
mod tiles;

use crate::App;
use axum::{Router, routing::get};
use meydan_kernel::{Error, log::note::Verifier};
use std::sync::Arc;

/// The log's verifier key, as a layer over the router: `router.layer(axum::Extension(LogKey(verifier)))`.
#[derive(Debug, Clone)]
pub struct LogKey(pub Verifier);

/// Routes of the log.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/log/checkpoint", get(tiles::checkpoint))
        .route("/log/key", get(tiles::key))
        .route("/log/tile/{*path}", get(tiles::tile))
        .route("/api/log", get(entries::entries))
        .route("/api/log/proof/inclusion", get(proofs::inclusion))
        .route("/api/log/proof/consistency", get(proofs::consistency))
        .route("/api/log/records/{register}/{id}/proof", get(record::proof))
}

/// The error of a log that has no seal yet.
fn not_sealed_yet() -> Error {
    Error::not_found("not-sealed-yet", "Defter henüz mühürlenmedi.", "The log is not sealed yet.")
        .hint("Mühür saniyede bir basılır; biraz sonra yeniden deneyin.", "A seal is made every second; try again in a moment.")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
