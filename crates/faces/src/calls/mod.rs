//! Calls to Alo 153: the phone system tells of them, the agent's screen hears of them. docs/calls.md says how a phone system is set up.

mod listen;
pub(crate) mod phone;
mod tell;

use crate::App;
use axum::{
    Router,
    routing::{get, post},
};
use meydan_kernel::{Record, Register, Value};
use std::sync::Arc;
use uuid::Uuid;

/// The register of calls.
pub(crate) const CALL: &str = "call";

/// Routes of calls.
pub fn routes() -> Router<Arc<App>> {
    Router::new().route("/api/calls", post(tell::tell)).route("/api/calls/current", get(listen::current))
}

/// A text of a call; empty without one.
fn text<'a>(register: &Register, call: &'a Record, field: &str) -> &'a str {
    match call.value(register, field) {
        Some(Value::Text(text)) => text,
        _ => "",
    }
}

/// The agent who has a call.
fn agent(register: &Register, call: &Record) -> Option<Uuid> {
    match call.value(register, "agent") {
        Some(Value::Reference(id)) => Some(*id),
        _ => None,
    }
}

/// True if a field of a call has no value.
fn is_blank(register: &Register, call: &Record, field: &str) -> bool {
    call.value(register, field).is_none_or(Value::is_null)
}
