//! `/registers/{name}/{id}/unmask`: hidden personal fields of a record, opened with a reason. The desk writes the look down
//! before it shows anything; the values stand on the one answer, which nobody keeps, and in no address.

use super::{
    page::{Visit, private, see_other},
    params::{Params, encode},
    record::{self, Found, Showing, find},
    refusal::Refusal,
};
use crate::Problem;
use axum::{body::Bytes, extract::Path, response::Response};
use meydan_kernel::{Record, Register, catalogue::Action, permission::FieldSet, query::Key};

/// Hidden personal fields of a record that who asks may open, with a reason and perhaps a proof of who they are.
pub fn openable(visit: &Visit, register: &Register, record: &Record) -> FieldSet {
    let hidden = record.hidden.common(FieldSet::personal(register));
    if hidden.is_empty() {
        return FieldSet::EMPTY;
    }
    let access = visit.app.desk.access(&visit.at_best(), register, Action::Unmask);
    access.of(record).unwrap_or_default().common(hidden)
}

/// `GET …/unmask`: the address of the answer again (a reload, a step back) is the record, closed.
///
/// # Errors
/// None.
pub async fn back(Path((name, id)): Path<(String, String)>) -> Result<Response, Problem> {
    Ok(private(see_other(&format!("/registers/{}/{}", encode(&name), encode(&id)))))
}

/// `POST …/unmask`.
///
/// # Errors
/// `form-expired`; `not-allowed`, `forbidden-field`, `step-up-required`, `no-such-record`; those of the store. A missing reason
/// comes back on the page.
pub async fn unmask(visit: Visit, Path((name, id)): Path<(String, String)>, body: Bytes) -> Result<Response, Problem> {
    let form = Params::parse(&String::from_utf8_lossy(&body));
    visit.check_token(&form)?;
    let found = find(&visit, &name, &id).await?;
    let asked: Vec<String> = form.all("field").map(str::to_owned).collect();
    let fields =
        FieldSet::named(&found.register, &asked).common(FieldSet::personal(&found.register)).common(found.record.hidden);
    if fields.is_empty() {
        let refusal = Refusal::at_field(visit.t.unmask_none(), "field");
        return again(&visit, &found, refusal).await;
    }
    let reason = form.get("reason").unwrap_or_default().trim();
    match visit.app.desk.unmask(&visit.because(reason), &found.register, Key::Id(found.record.id), fields).await {
        Ok(record) => {
            let found = Found { record, ..found };
            let showing = Showing { uncovered: fields, ..Showing::default() };
            Ok(private(record::show(&visit, &found, showing).await?))
        }
        Err(error) if error.code() == "reason-required" => {
            let refusal = Refusal::of(&visit, error)?;
            again(&visit, &found, refusal).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn again(visit: &Visit, found: &Found, refusal: Refusal) -> Result<Response, Problem> {
    let showing = Showing { refusal: Some(refusal), ..Showing::default() };
    Ok(private(record::show(visit, found, showing).await?))
}
