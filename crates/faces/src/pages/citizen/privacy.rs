//! `/basvuru/aydinlatma`: what becomes of the personal data that an applicant gives (KVKK article 10), from the definition.

use super::REQUEST;
use crate::{
    Problem,
    pages::page::{Page, Room, Visit},
};
use askama::Template;
use axum::response::Response;

#[derive(Template)]
#[template(path = "citizen/privacy.html")]
struct PrivacyPage {
    page: Page,
    controller: String,
    purpose: String,
    basis: String,
    subjects: String,
    years: u32,
    kept: String,
    fields: Vec<String>,
}

/// `GET /basvuru/aydinlatma`.
///
/// # Errors
/// `no-such-register`.
pub async fn show(visit: Visit) -> Result<Response, Problem> {
    let register = visit.app.desk.register(REQUEST)?;
    let say = |text: Option<&meydan_kernel::Bilingual>| text.map(|t| visit.say(t).to_owned()).unwrap_or_default();
    let processing = register.processing.as_ref();
    let page = visit.page(Room::Citizen, visit.t.citizen_privacy_title());
    visit.show(&PrivacyPage {
        controller: page.city.clone(),
        page,
        purpose: say(processing.map(|p| &p.purpose)),
        basis: say(processing.map(|p| &p.basis)),
        subjects: say(processing.map(|p| &p.subjects)),
        years: register.retention.as_ref().and_then(|r| r.years).unwrap_or_default(),
        kept: say(register.retention.as_ref().map(|r| &r.basis)),
        fields: register.fields.iter().filter(|f| f.personal).map(|f| visit.say(&f.title).to_owned()).collect(),
    })
}
