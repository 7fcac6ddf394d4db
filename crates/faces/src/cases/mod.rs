//! Cases: what may be done with one, how long it still has, its parts and files; and the inbox of every post.

pub(crate) mod attach;
mod case;
pub(crate) mod clocks;
mod content;
pub(crate) mod inbox;
mod inbox_answer;
mod parts;

pub(crate) use parts::of as parts_of;

pub use attach::MAX_FILE_BYTES;

use crate::{App, Problem};
use axum::{
    Router,
    routing::{get, post},
};
use meydan_kernel::{Desk, Error, Principal, Record, Register, catalogue::Action, permission::not_allowed};
use std::sync::Arc;
use uuid::Uuid;

/// Register of what is written to a case.
pub(crate) const COMMENT: &str = "comment";
/// Register of the files of a case.
pub(crate) const ATTACHMENT: &str = "attachment";
/// Register of messages to somebody.
pub(crate) const NOTICE: &str = "notice";
/// Register of orders and other work, perhaps about a case.
pub(crate) const TASK: &str = "task";
/// Register of views that somebody keeps.
pub(crate) const SAVED_VIEW: &str = "saved_view";
/// Register of ready answers.
pub(crate) const TEMPLATE: &str = "answer_template";

/// Routes of cases.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/inbox", get(inbox_answer::page))
        .route("/api/inbox/counts", get(inbox_answer::counts))
        .route("/api/cases/{register}/{id}", get(case::case))
        .route("/api/cases/{register}/{id}/parts/{part}", get(parts::list))
        .route("/api/cases/{register}/{id}/attachments", post(attach::attach))
        .route("/api/cases/{register}/{id}/attachments/{attachment}/content", get(content::content))
}

/// A case that an address names.
pub(crate) async fn find(desk: &Desk, principal: &Principal, name: &str, id: &str) -> Result<(Arc<Register>, Record), Problem> {
    let register = desk.register(name)?;
    if register.workflow.is_none() {
        return Err(Error::not_found(
            "not-a-case",
            format!("“{}” kütüğünün kayıtları iş değil.", register.title.tr),
            format!("The records of the register “{}” are no cases.", register.title.en),
        )
        .into());
    }
    let key = crate::ogc_features::item_key(&register, id)?;
    let record = desk.get(principal, &register, key, None).await?;
    Ok((register, record))
}

/// Refuses who is nobody in particular.
pub(crate) fn known(desk: &Desk, principal: &Principal) -> Result<Uuid, Problem> {
    match principal.person() {
        Some(person) => Ok(person),
        None => Err(not_allowed(principal, &*desk.register(meydan_kernel::post::PERSON)?, Action::Read).into()),
    }
}
