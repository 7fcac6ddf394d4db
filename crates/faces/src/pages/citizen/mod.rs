//! The citizen's pages: file a request in three steps without an account, follow it by its number, see what others reported.
//! Everything works without script; with it the pages suggest, locate and keep a draft.

mod acts;
mod categories;
mod draft;
mod file;
mod follow;
mod near;
mod photos;
pub mod place;
mod privacy;
mod public;
mod statistics;

pub use categories::Tree;

use crate::App;
use axum::{
    Router,
    routing::{get, post},
};
use meydan_kernel::{Principal, Record, Register, Value};
use std::sync::Arc;

/// The register of citizens' requests.
const REQUEST: &str = "request";
/// Parts of a request that its applicant writes and reads.
const COMMENT: &str = "comment";

/// Routes of the citizen's pages.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/basvuru", get(file::form).post(file::submit))
        .route("/basvuru/adres.json", get(place::search_json))
        .route("/basvuru/yer.json", get(place::at_json))
        .route("/basvuru/aydinlatma", get(privacy::show))
        .route("/basvuru/alindi", get(follow::received))
        .route("/basvuru/takip", get(follow::show).post(follow::open))
        .route("/basvuru/takip/cik", post(follow::leave))
        .route("/basvuru/takip/kod", get(acts::code_form).post(acts::code))
        .route("/basvuru/takip/foto", post(photos::add))
        .route("/basvuru/takip/ek/{id}", get(photos::show))
        .route("/basvuru/takip/{act}", post(acts::act))
        .route("/basvurular", get(public::list))
        .route("/basvurular/istatistik", get(statistics::show))
        .route("/basvurular/{id}", get(public::show))
}

/// Citizens come as nobody in particular, whoever is logged in at the same browser.
fn citizen() -> Principal {
    Principal::everyone("page")
}

/// A text of a record; empty without one.
fn text<'a>(register: &Register, record: &'a Record, field: &str) -> &'a str {
    match record.value(register, field) {
        Some(Value::Text(text)) => text,
        _ => "",
    }
}

/// A record that another refers to.
fn reference(register: &Register, record: &Record, field: &str) -> Option<uuid::Uuid> {
    match record.value(register, field) {
        Some(Value::Reference(id)) => Some(*id),
        _ => None,
    }
}

/// True if a yes-or-no field says yes.
fn is_set(register: &Register, record: &Record, field: &str) -> bool {
    record.value(register, field) == Some(&Value::Bool(true))
}
