//! `/basvuru`: filing a request in three steps: where, what, who. A code confirms the phone or e-mail address.

use super::{
    REQUEST,
    categories::{Branch, Tree},
    citizen,
    draft::Draft,
    near::{self, Category, Near},
    place::{self, Found, Place},
    text,
};
use crate::{
    Problem,
    cookies::CASE,
    pages::{
        login::wait_for,
        page::{Page, Room, Visit, private, see_other, with_cookie},
        params::Params,
        refusal::Refusal,
    },
    rates,
};
use askama::Template;
use axum::{body::Bytes, http::StatusCode, response::Response};
use jiff::Timestamp;
use meydan_geo::Wkb;
use meydan_identity::{Contact, seconds_to_wait};
use meydan_kernel::{Error, Kind, Register, Value, desk::Edit, query::Key};
use std::sync::Arc;
use uuid::Uuid;

/// Limit: characters of a description.
pub const MAX_DESCRIPTION: usize = 4_000;
/// The input that only programs fill.
const TRAP: &str = "website";
/// Nobody fills the form in less.
const LEAST_MS: i64 = 2_000;
/// What the codes of the filing page are for.
const PURPOSE: &str = "file";

/// Where in the form somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Where,
    What,
    Who,
    Code,
}

impl Step {
    fn of(word: &str) -> Self {
        match word {
            "what" => Self::What,
            "who" => Self::Who,
            "code" => Self::Code,
            _ => Self::Where,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Where => "where",
            Self::What => "what",
            Self::Who => "who",
            Self::Code => "code",
        }
    }

    const fn before(self) -> Self {
        match self {
            Self::Where | Self::What => Self::Where,
            Self::Who => Self::What,
            Self::Code => Self::Who,
        }
    }

    /// The inputs that its page shows.
    const fn shown(self) -> &'static [&'static str] {
        match self {
            Self::Where => &["at", "q"],
            Self::What => &["category", "kind", "description"],
            Self::Who => &[
                "join",
                "anonymous",
                "applicant_name",
                "applicant_phone",
                "applicant_email",
                "applicant_national_id",
                "applicant_address",
                "consent",
            ],
            Self::Code => &[],
        }
    }
}

#[derive(Template)]
#[template(path = "citizen/file.html")]
struct FilePage {
    page: Page,
    step: &'static str,
    /// 1, 2, 3.
    at: usize,
    draft: Draft,
    hidden: Vec<(String, String)>,
    refusal: Option<Refusal>,
    place: Option<Place>,
    found: Vec<Found>,
    kinds: Vec<(String, String, bool)>,
    branches: Vec<Branch>,
    near: Vec<Near>,
    /// The report that this one repeats.
    joined: Option<String>,
    may_be_anonymous: bool,
    most: usize,
    contact: String,
    by_email: bool,
    minutes: i64,
    centre: [String; 3],
}

impl FilePage {
    fn fault(&self, field: &str) -> Option<&str> {
        self.refusal.as_ref()?.at(field)
    }
}

/// A request ready for the desk: register, values, point.
type Edited = (Arc<Register>, Vec<(usize, Value)>, Option<Wkb>);

/// One request to the form, read.
struct Filing<'a> {
    visit: &'a Visit,
    draft: Draft,
    tree: Tree,
    place: Option<Place>,
    found: Vec<Found>,
}

/// `GET /basvuru`: the first step; `?join=` of a public report begins with the last.
///
/// # Errors
/// Those of the store.
pub async fn form(visit: Visit) -> Result<Response, Problem> {
    let draft = Draft::of(&visit.query);
    let mut filing = Filing::read(&visit, draft).await?;
    let step = if filing.join().await? { Step::Who } else { Step::Where };
    filing.show(step, None).await
}

/// `POST /basvuru`: a step on or back, an address looked for, a report joined, a code.
///
/// # Errors
/// `form-expired`; our own failures. What the person can mend comes back in the form.
pub async fn submit(visit: Visit, body: Bytes) -> Result<Response, Problem> {
    let form = Params::parse(&String::from_utf8_lossy(&body));
    visit.check_token(&form)?;
    let step = Step::of(form.get("step").unwrap_or_default());
    let mut filing = Filing::read(&visit, Draft::of(&form)).await?;
    if form.get(TRAP).is_some() {
        return filing.show(step, Some(Refusal::at_field(visit.t.citizen_trap(), TRAP))).await;
    }
    match (step, form.get("go").unwrap_or("next")) {
        (_, "back") => filing.show(step.before(), None).await,
        (Step::Where, "find") => filing.find(true).await,
        (Step::Where, _) => filing.choose_place().await,
        (Step::What, _) => filing.say_what().await,
        (Step::Who, "leave") => {
            filing.draft = filing.draft.with("join", "");
            filing.show(Step::Who, None).await
        }
        (Step::Who, go) if go.starts_with("join:") => {
            filing.draft = filing.draft.with("join", go.trim_start_matches("join:"));
            filing.show(Step::Who, None).await
        }
        (Step::Who, _) => filing.send(false).await,
        (Step::Code, "again") => filing.send(true).await,
        (Step::Code, _) => filing.confirm(form.get("code").unwrap_or_default()).await,
    }
}

impl<'a> Filing<'a> {
    async fn read(visit: &'a Visit, draft: Draft) -> Result<Self, Problem> {
        let place = match place::point(draft.get("at")) {
            Some((lon, lat)) => place::at(visit, lon, lat).await?,
            None => None,
        };
        Ok(Self { visit, tree: Tree::read(visit).await?, place, draft, found: Vec::new() })
    }

    /// Fills the draft from the public report that it repeats; false if it repeats none.
    async fn join(&mut self) -> Result<bool, Problem> {
        let Ok(id) = self.draft.get("join").parse::<Uuid>() else { return Ok(false) };
        let desk = &self.visit.app.desk;
        let register = desk.register(REQUEST)?;
        let record = desk.get(&citizen(), &register, Key::Id(id), None).await?;
        let Some((lon, lat)) = place::position(&record) else { return Ok(false) };
        let Some(category) = super::reference(&register, &record, "category") else { return Ok(false) };
        let draft = std::mem::take(&mut self.draft);
        self.draft = draft
            .with("at", &place::written(lon, lat))
            .with("category", &category.to_string())
            .with("kind", text(&register, &record, "kind"))
            .with("description", self.visit.t.citizen_join_text());
        self.place = place::at(self.visit, lon, lat).await?;
        Ok(true)
    }

    fn category(&self) -> Option<Category<'_>> {
        self.tree.get(self.draft.get("category"))
    }

    fn needs_place(&self) -> bool {
        self.category().is_some_and(|c| super::is_set(c.register, c.record, "needs_place"))
    }

    fn may_be_anonymous(&self) -> bool {
        !self.draft.by_law() && self.category().is_none_or(|c| super::is_set(c.register, c.record, "anonymous"))
    }

    async fn refuse(self, step: Step, message: &str, field: &str) -> Result<Response, Problem> {
        self.show(step, Some(Refusal::at_field(message, field))).await
    }

    /// Looks for what was typed as an address.
    async fn find(mut self, told: bool) -> Result<Response, Problem> {
        self.found = place::search(self.visit, self.draft.get("q")).await?;
        self.place = None;
        if self.found.is_empty() && told {
            let message = self.visit.t.citizen_place_not_found();
            return self.refuse(Step::Where, message, "q").await;
        }
        self.show(Step::Where, None).await
    }

    async fn choose_place(mut self) -> Result<Response, Problem> {
        let typed = !self.draft.get("q").is_empty();
        match (&self.place, self.draft.is("at")) {
            (None, true) => {
                let message = self.visit.t.citizen_place_outside();
                self.refuse(Step::Where, message, "q").await
            }
            (None, false) if typed => {
                self.found = place::search(self.visit, self.draft.get("q")).await?;
                if self.found.len() != 1 {
                    return self.find(true).await;
                }
                let at = self.found.first().map(|f| f.at.clone()).unwrap_or_default();
                let draft = std::mem::take(&mut self.draft).with("at", &at);
                Self::read(self.visit, draft).await?.show(Step::What, None).await
            }
            _ => self.show(Step::What, None).await,
        }
    }

    async fn say_what(self) -> Result<Response, Problem> {
        let t = self.visit.t;
        let description = self.draft.get("description");
        let fault = match () {
            () if self.category().is_none() => Some((t.citizen_choose_category(), "category")),
            () if description.is_empty() => Some((t.citizen_say_what(), "description")),
            () if description.chars().count() > MAX_DESCRIPTION => Some((t.citizen_too_long(), "description")),
            () => None,
        };
        match fault {
            Some((message, field)) => self.refuse(Step::What, message, field).await,
            None if self.place.is_none() && self.needs_place() => self.refuse(Step::Where, t.citizen_place_needed(), "q").await,
            None => self.show(Step::Who, None).await,
        }
    }

    /// What is wrong with who sends it, by what the law wants of the kind.
    fn who_is_wrong(&self) -> Option<(&'static str, &'static str)> {
        let (t, d) = (self.visit.t, &self.draft);
        let anonymous = d.is("anonymous");
        match () {
            () if anonymous && !self.may_be_anonymous() => Some((t.citizen_not_anonymous(), "anonymous")),
            () if !anonymous && !d.is("applicant_name") => Some((t.citizen_name_needed(), "applicant_name")),
            () if d.is("applicant_email") && Contact::email(d.get("applicant_email")).is_none() => {
                Some((t.citizen_email_wrong(), "applicant_email"))
            }
            () if d.is("applicant_phone") && Contact::phone(d.get("applicant_phone")).is_none() => {
                Some((t.citizen_phone_wrong(), "applicant_phone"))
            }
            () if !anonymous && self.contact().is_none() => Some((t.citizen_contact_needed(), "applicant_phone")),
            () if d.by_law() && !d.is("applicant_address") && !d.is("applicant_email") => {
                Some((t.citizen_address_needed(), "applicant_address"))
            }
            () if !d.is("consent") => Some((t.citizen_consent_needed(), "consent")),
            () => None,
        }
    }

    /// The contact that a code goes to: the e-mail address first, for it costs nothing.
    fn contact(&self) -> Option<Contact> {
        Contact::email(self.draft.get("applicant_email")).or_else(|| Contact::phone(self.draft.get("applicant_phone")))
    }

    /// Checks the request as it would be filed; sends a code, or files it if there is no contact to confirm.
    async fn send(self, again: bool) -> Result<Response, Problem> {
        if let Some((message, field)) = self.who_is_wrong() {
            return self.refuse(Step::Who, message, field).await;
        }
        if hasty(&self.visit.token) {
            let message = self.visit.t.citizen_hasty();
            return self.refuse(Step::Who, message, TRAP).await;
        }
        let visit = self.visit;
        let (register, set, geometry) = self.edit(self.contact().is_some())?;
        let edit = Edit::Insert { id: None, set, geometry };
        if let Err(error) = visit.app.desk.check(&citizen(), vec![(register.name.clone(), edit)]).await {
            return self.mend(Step::Who, error).await;
        }
        let Some(contact) = self.contact() else { return self.file(false).await };
        let address = visit.caller.address.as_deref();
        let sent = match rates::ask_code(&visit.app, address) {
            Ok(()) => visit.app.identity.send_code(&contact, PURPOSE, visit.lang).await,
            Err(error) => Err(error),
        };
        match sent {
            Ok(()) => self.show(Step::Code, None).await,
            Err(error) => self.mend(if again { Step::Code } else { Step::Who }, error).await,
        }
    }

    /// Takes the code and files the request.
    async fn confirm(self, code: &str) -> Result<Response, Problem> {
        let (Some(contact), None) = (self.contact(), self.who_is_wrong()) else { return self.send(false).await };
        match self.visit.app.identity.take_code(&contact, PURPOSE, code).await {
            Ok(()) => self.file(true).await,
            Err(error) => self.mend(Step::Code, error).await,
        }
    }

    /// The request's register, its values and its point.
    fn edit(&self, confirmed: bool) -> Result<Edited, Problem> {
        let desk = &self.visit.app.desk;
        let register = desk.register(REQUEST)?;
        let json = self.draft.request(self.visit, self.place.as_ref(), confirmed);
        let set = desk.read_values(&register, &json)?;
        let geometry = self.place.as_ref().and_then(|p| Wkb::point(p.lon, p.lat));
        Ok((register, set, geometry))
    }

    async fn file(self, confirmed: bool) -> Result<Response, Problem> {
        let visit = self.visit;
        if let Err(error) = rates::file(&visit.app, visit.caller.address.as_deref()) {
            return self.mend(Step::Who, error).await;
        }
        let (register, set, geometry) = self.edit(confirmed)?;
        let desk = &visit.app.desk;
        // The code proved the contact: the house takes nobody else's word for it.
        let who = meydan_kernel::Principal { verified_at: confirmed.then(Timestamp::now), ..citizen() };
        let bearer = match desk.open_case(&who, &register, set, geometry).await {
            Ok(bearer) => bearer,
            Err(error) => return self.mend(Step::Who, error).await,
        };
        let id =
            bearer.bears().map(meydan_kernel::permission::Whole::id).ok_or_else(|| Error::internal("a case without bearer"))?;
        let record = desk.get(&bearer, &register, Key::Id(id), None).await?;
        let number = text(&register, &record, "reference");
        let pass = visit.app.identity.make_case_pass(number, Some(Timestamp::now())).await?;
        Ok(private(with_cookie(see_other("/basvuru/alindi"), CASE.keep(visit.secure, &pass))))
    }

    /// The form again with what went wrong.
    async fn mend(self, step: Step, error: Error) -> Result<Response, Problem> {
        // Somebody who files is never told to log in: what they may not is a fault of the form.
        let wait = seconds_to_wait(&error);
        let refusal = match error.kind() {
            Kind::Internal => return Err(error.into()),
            _ => Refusal::of(self.visit, error)?,
        };
        Ok(wait_for(self.show(step, Some(refusal)).await?, wait))
    }

    async fn show(self, step: Step, refusal: Option<Refusal>) -> Result<Response, Problem> {
        let visit = self.visit;
        let desk = &visit.app.desk;
        let register = desk.register(REQUEST)?;
        let near = match (&self.place, self.category(), step) {
            (Some(place), Some(category), Step::Who) if !self.draft.is("join") => {
                near::reports(visit, &category, place.lon, place.lat).await?
            }
            _ => Vec::new(),
        };
        let category = self.category().map(|c| c.title.to_owned()).unwrap_or_default();
        let settings = &visit.app.settings;
        let contact = self.contact();
        let template = FilePage {
            page: visit.page(Room::Citizen, visit.t.citizen_file_title()),
            step: step.word(),
            at: match step {
                Step::Where => 1,
                Step::What => 2,
                Step::Who | Step::Code => 3,
            },
            hidden: self.draft.hidden(step.shown()),
            kinds: kinds(visit, &register, self.draft.kind()),
            branches: if step == Step::What { self.tree.branches(self.draft.get("category")) } else { Vec::new() },
            joined: self.draft.is("join").then_some(category),
            near,
            may_be_anonymous: self.may_be_anonymous(),
            most: MAX_DESCRIPTION,
            by_email: contact.as_ref().is_some_and(Contact::is_email),
            contact: contact.map(|c| c.address().to_owned()).unwrap_or_default(),
            minutes: meydan_identity::CODE_MINUTES,
            centre: [settings.centre_lon, settings.centre_lat, settings.zoom].map(|n| n.to_string()),
            place: self.place,
            found: self.found,
            draft: self.draft,
            refusal,
        };
        let status = template.refusal.as_ref().map_or(StatusCode::OK, |r| r.status);
        let response = visit.show_as(status, &template)?;
        // What was typed is for nobody's cache; the empty form may be kept by the browser until it asks anew.
        Ok(if step == Step::Where && !template.draft.is("description") { response } else { private(response) })
    }
}

/// The kinds of request to choose from.
fn kinds(visit: &Visit, register: &Register, chosen: &str) -> Vec<(String, String, bool)> {
    let catalogue = visit.app.desk.catalogue();
    let list = match register.field("kind").map(|f| &f.kind) {
        Some(meydan_kernel::FieldKind::Code { list }) => catalogue.code_lists.get(list),
        _ => None,
    };
    let told = |c: &meydan_kernel::catalogue::Code| (c.code.clone(), visit.say(&c.title).to_owned(), c.code == chosen);
    list.map(|list| list.codes.iter().map(told).collect()).unwrap_or_default()
}

/// True if the browser's form token was made a moment ago: programs fill forms faster than people. It holds the time that it
/// was made (UUIDv7); that of somebody who is logged in holds none.
fn hasty(token: &str) -> bool {
    let made = token.get(..12).and_then(|hex| i64::from_str_radix(hex, 16).ok());
    made.is_some_and(|at| (0..LEAST_MS).contains(&(Timestamp::now().as_millisecond() - at)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_filled_in_no_time_is_a_programs() {
        let now = format!("{}{}", Uuid::now_v7().simple(), Uuid::now_v7().simple());
        assert!(hasty(&now));
        let earlier = format!("{:012x}{}", Timestamp::now().as_millisecond() - LEAST_MS, &now[12..]);
        assert!(!hasty(&earlier));
        assert!(!hasty("") && !hasty(&"f".repeat(64)));
    }
}
