//! The form in which a request is taken down: `/cagri` while somebody calls, `/basvuru-al` for everybody and everything else.

use super::{
    REQUEST,
    categories::{self, Choice},
};
use crate::{
    Problem,
    calls::phone,
    pages::{
        format,
        page::{Page, Room, Visit, private},
        params::Params,
        refusal::Refusal,
    },
};
use askama::Template;
use axum::{http::StatusCode, response::Response};
use meydan_kernel::{catalogue::Action, permission::not_allowed};
use uuid::Uuid;

/// Limit: characters of a description, as the register has it.
const MAX_DESCRIPTION: usize = 4_000;
/// Channels by which somebody takes a request down, in the order of the list; those of programs and of citizens are left out.
const CHANNELS: [&str; 7] = ["desk", "letter", "phone", "email", "social_media", "cimer", "acik_kapi"];

/// By which page a request is taken down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The call screen.
    Call,
    /// The form of the desk.
    Desk,
}

impl Way {
    /// The page's address.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Call => "/cagri",
            Self::Desk => "/basvuru-al",
        }
    }
}

#[derive(Template)]
#[template(path = "intake/form.html")]
struct FormPage {
    page: Page,
    by_call: bool,
    action: &'static str,
    /// The id that the request will have: a second click finds what the first one made.
    record: String,
    typed: Params,
    kinds: Vec<(String, String, bool)>,
    channels: Vec<(String, String, bool)>,
    languages: Vec<(String, String, bool)>,
    categories: Vec<Choice>,
    refusal: Option<Refusal>,
    centre: [f64; 3],
    most: usize,
    /// They hear of calls.
    listens: bool,
}

impl FormPage {
    /// What stands in an input.
    fn typed(&self, name: &str) -> &str {
        self.typed.get(name).unwrap_or_default()
    }

    /// What is wrong with it.
    fn fault(&self, name: &str) -> Option<&str> {
        self.refusal.as_ref()?.at(name)
    }

    /// True if a box is ticked.
    fn is(&self, name: &str) -> bool {
        self.typed.get(name).is_some()
    }

    /// What is wrong and has no input of its own here.
    fn others(&self) -> Vec<&str> {
        self.refusal.as_ref().map(Refusal::faults).unwrap_or_default()
    }
}

/// `GET /cagri`; `?phone=` fills the caller's number where no phone system tells of calls.
///
/// # Errors
/// `login-required`, `not-allowed`; those of the store.
pub async fn call(visit: Visit) -> Result<Response, Problem> {
    open(&visit, Way::Call).await
}

/// `GET /basvuru-al`.
///
/// # Errors
/// As [`call`].
pub async fn desk(visit: Visit) -> Result<Response, Problem> {
    open(&visit, Way::Desk).await
}

async fn open(visit: &Visit, way: Way) -> Result<Response, Problem> {
    let mut typed = Params::default();
    for name in ["channel", "kind", "category", "external_id"] {
        if let Some(value) = visit.query.get(name) {
            typed = typed.with(name, value);
        }
    }
    if let Some(number) = visit.query.get("phone").and_then(phone::e164) {
        typed = typed.with("applicant_phone", &phone::readable(&number));
    }
    if way == Way::Desk && typed.get("received_at").is_none() {
        typed = typed.with("received_at", &format::input_instant(visit.principal().now));
    }
    show(visit, way, typed, None).await
}

/// The form, or the form on its way back.
///
/// # Errors
/// As [`call`].
pub async fn show(visit: &Visit, way: Way, typed: Params, refusal: Option<Refusal>) -> Result<Response, Problem> {
    let register = visit.app.desk.register(REQUEST)?;
    if !super::takes_down(&visit.app.desk, &visit.caller.principal) {
        return Err(not_allowed(&visit.caller.principal, &register, Action::Insert).into());
    }
    let chosen = |name: &str, default: &str| typed.get(name).unwrap_or(default).to_owned();
    let kinds = codes(visit, "request_kind", &[], &chosen("kind", "complaint"));
    let channels = codes(visit, "request_channel", &CHANNELS, &chosen("channel", CHANNELS[0]));
    let languages = codes(visit, "language", &[], &chosen("language", "tr"));
    let categories = categories::choices(visit, typed.get("category").unwrap_or_default()).await?;
    let title = if way == Way::Call { visit.t.call_title() } else { visit.t.intake_title() };
    let settings = &visit.app.settings;
    let status = refusal.as_ref().map_or(StatusCode::OK, |r| r.status);
    let record = typed.get("meydan-record").and_then(|text| Uuid::parse_str(text).ok()).unwrap_or_else(Uuid::now_v7);
    let template = FormPage {
        page: visit.page(Room::Intake, title),
        by_call: way == Way::Call,
        action: way.path(),
        record: record.to_string(),
        typed,
        kinds,
        channels,
        languages,
        categories,
        refusal,
        centre: [settings.centre_lon, settings.centre_lat, settings.zoom],
        most: MAX_DESCRIPTION,
        listens: super::takes_calls(&visit.app.desk, &visit.caller.principal),
    };
    Ok(private(visit.show_as(status, &template)?))
}

/// Word, title, whether it is chosen, of the codes of a list; only those named, in their order, if any are.
fn codes(visit: &Visit, list: &str, only: &[&str], chosen: &str) -> Vec<(String, String, bool)> {
    let catalogue = visit.app.desk.catalogue();
    let Some(list) = catalogue.code_lists.get(list) else { return Vec::new() };
    let words: Vec<&str> = if only.is_empty() { list.codes.iter().map(|c| c.code.as_str()).collect() } else { only.to_vec() };
    let of = |word: &str| list.get(word).map(|c| (word.to_owned(), visit.say(&c.title).to_owned(), word == chosen));
    words.into_iter().filter_map(of).collect()
}
