//! Full-text search for programs and pages: what somebody may read, best first, by Turkish rules.

mod answer;

use crate::{App, Problem};
use axum::{Router, routing::get};
use meydan_followers::FullText;
use meydan_kernel::{Error, Kind, Principal, Query, Record, Register, case::spoken, catalogue::workflow::field, cql2};
use std::sync::Arc;

pub use answer::bounds;

/// Limit: letters that are looked for.
pub const MAX_LETTERS: usize = 400;

/// Routes of the search for programs.
pub fn routes() -> Router<Arc<App>> {
    Router::new().route("/api/find", get(answer::find))
}

/// The index of words, where the server keeps one.
///
/// # Errors
/// `no-index`.
pub fn index(app: &App) -> Result<&FullText, Problem> {
    app.full_text.as_ref().ok_or_else(|| {
        Error::new(
            Kind::Unavailable,
            "no-index",
            "Bu sunucu söz dizini tutmuyor; tam metin araması yapılamıyor.",
            "This server keeps no index of words; there is no full-text search.",
        )
        .into()
    })
}

/// The case of a reference number, if the text is one and who asks may read the case.
///
/// # Errors
/// Those of the store.
pub async fn by_number(app: &App, principal: &Principal, text: &str) -> Result<Option<(Arc<Register>, Record)>, Problem> {
    let Some(digits) = spoken(text) else { return Ok(None) };
    let catalogue = app.desk.catalogue();
    for register in catalogue.registers.values().filter(|r| r.workflow.is_some()) {
        let Some(index) = register.field_index(field::REFERENCE) else { continue };
        let filter = Some(cql2::equals(register, index, &digits)?);
        let query = Query { filter, limit: Some(1), ..Query::all(Arc::clone(register)) };
        let fields = meydan_kernel::permission::FieldSet::impersonal(register);
        match app.desk.list(principal, &query, fields).await {
            Err(error) if error.is_refusal() => {}
            found => {
                if let Some(record) = found?.pop() {
                    return Ok(Some((Arc::clone(register), record)));
                }
            }
        }
    }
    Ok(None)
}
