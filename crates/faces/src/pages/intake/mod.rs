//! Taking a request down for somebody: the call screen of Alo 153 (`/cagri`), and the form of the desk, of letters and of other
//! channels by hand (`/basvuru-al`). Both work without script; with it the call comes by itself, and what is open nearby is shown.

mod caller;
mod categories;
mod done;
mod filing;
mod form;
mod near;
mod words;

use crate::App;
use axum::{
    Router,
    routing::{get, post},
};
use meydan_kernel::{Desk, Principal, Record, Register, Value, catalogue::Action};
use std::sync::Arc;

/// The register of requests.
const REQUEST: &str = "request";
/// The register of calls.
const CALL: &str = crate::calls::CALL;

/// Routes of the intake.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/cagri", get(form::call).post(filing::of_call))
        .route("/cagri/arayan", post(caller::earlier))
        .route("/cagri/yakin.json", get(near::json))
        .route("/basvuru-al", get(form::desk).post(filing::of_desk))
        .route("/basvuru-al/{id}", get(done::show))
}

/// True if somebody may take requests down for others: not only, as everybody, file their own by the citizens' pages.
pub(crate) fn takes_down(desk: &Desk, principal: &Principal) -> bool {
    let Ok(register) = desk.register(REQUEST) else { return false };
    let access = desk.access(principal, &register, Action::Insert);
    principal.person().is_some() && access.parts().iter().any(|part| part.condition.is_none())
}

/// True if they hear of calls too.
pub(crate) fn takes_calls(desk: &Desk, principal: &Principal) -> bool {
    takes_down(desk, principal) && desk.register(CALL).is_ok_and(|calls| desk.readable(principal, &calls).is_ok())
}

/// A text of a record; empty without one.
fn text<'a>(register: &Register, record: &'a Record, field: &str) -> &'a str {
    match record.value(register, field) {
        Some(Value::Text(text)) => text,
        _ => "",
    }
}

/// An instant of a record.
fn instant(register: &Register, record: &Record, field: &str) -> Option<jiff::Timestamp> {
    match record.value(register, field) {
        Some(Value::Timestamp(at)) => Some(*at),
        _ => None,
    }
}

/// A whole number of a record.
fn integer(register: &Register, record: &Record, field: &str) -> Option<i64> {
    match record.value(register, field) {
        Some(Value::Int(number)) => Some(*number),
        _ => None,
    }
}

/// A record that another refers to.
fn reference(register: &Register, record: &Record, field: &str) -> Option<uuid::Uuid> {
    match record.value(register, field) {
        Some(Value::Reference(id)) => Some(*id),
        _ => None,
    }
}
