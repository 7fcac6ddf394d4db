//! `POST requests`: a filing is an insert at the desk, by whoever the key or the session says, else by everybody.

use super::{
    Ask, SOURCE,
    body::Form,
    document::Node,
    nouns::{CHANNEL, reference, text},
    questions::Question,
    services,
    supplement::Told,
};
use crate::{App, Caller, Problem, rates};
use axum::http::StatusCode;
use meydan_geo::Wkb;
use meydan_kernel::{
    Error, Principal, Query, Record, Result, Value,
    case::readable,
    catalogue::workflow::field,
    cql2::equals,
    permission::{Capacity, Whole},
    query::Key,
};
use std::sync::Arc;

/// Limit: characters of a description (GeoReport v2).
const MAX_DESCRIPTION: usize = 4_000;
/// Limit: characters of a picture's address.
const MAX_URL: usize = 2_000;
/// Country code that a number written as in Turkey gets.
const COUNTRY: &str = "+90";
/// Digits of a Turkish number without country code.
const NATIONAL_DIGITS: usize = 10;

/// Who files: the owner of `api_key`, if nobody said already who they are.
///
/// # Errors
/// 403 for a key that isn't good, as the standard has it; `too-many-requests`; those of the store.
pub async fn who(app: &App, caller: &Caller, form: &Form) -> Result<Principal, Problem> {
    let Some(key) = form.get("api_key").filter(|_| matches!(caller.principal.capacity, Capacity::Everyone)) else {
        return Ok(caller.through(SOURCE, None));
    };
    match app.identity.principal_by_token(key, SOURCE).await {
        Ok(principal) => Ok(principal),
        Err(error) if error.is_refusal() => {
            rates::bad_token(app, caller.address.as_deref())?;
            Err(Problem::with_status(error, StatusCode::FORBIDDEN))
        }
        Err(error) => Err(error.into()),
    }
}

/// Files a request: its id, and the answer.
///
/// # Errors
/// `invalid-request` naming each parameter; `no-such-service`; those of [`meydan_kernel::Desk::open_case`].
pub async fn file(ask: &Ask<'_>, form: &Form) -> Result<(i64, Node)> {
    let code = form.get("service_code").ok_or_else(|| Faults::default().with("service_code", NEEDED).into_error())?;
    let category = services::by_code(ask, code).await?.ok_or_else(|| services::no_such_service(code))?;
    let door = door(ask, form).await?;
    let mut faults = Faults::default();
    let place = place(form, &mut faults).or_else(|| door.as_ref().and_then(|d| d.geometry.clone()));
    let told = told(ask, form, &category, &mut faults);
    let needs_place = category.value(&ask.nouns.category, "needs_place") == Some(&Value::Bool(true));
    let somewhere = place.is_some() || form.get("address_string").is_some() || form.get("address_id").is_some();
    if needs_place && !somewhere && faults.0.is_empty() {
        faults.add(
            "lat",
            "lat ve long, address_string ya da address_id gerekli",
            "lat and long, address_string or address_id is needed",
        );
    }
    if form.get("address_id").is_some() && ask.nouns.door.is_some() && door.is_none() {
        faults.add("address_id", "böyle bir numarataj kimlik numarası yok", "there is no door with this id");
    }
    if !faults.0.is_empty() {
        return Err(faults.into_error());
    }
    let register = &ask.nouns.request;
    let set = values(ask, form, &category, door.as_ref(), &told);
    let set = set.into_iter().filter_map(|(name, v)| Some((register.field_index(name)?, v))).collect();
    // Who opened it bears it: they are told its number, whatever else they may read.
    let bearer = ask.app.desk.open_case(&ask.principal, register, set, place).await?;
    let id = bearer.bears().map(Whole::id).ok_or_else(|| Error::internal("nothing was filed"))?;
    let case = ask.app.desk.get(&bearer, register, Key::Id(id), None).await?;
    let number = text(register, &case, field::REFERENCE).map(str::to_owned);
    let fid = case.fid;
    Ok((fid, answer(ask, fid, number.as_deref())))
}

fn answer(ask: &Ask<'_>, fid: i64, number: Option<&str>) -> Node {
    let notice = number.map(|number| {
        let number = readable(number);
        let notice = meydan_kernel::Bilingual::new(
            format!("Başvuru numaranız: {number}. Saklayın; başvurunuzu yalnızca bu numarayla izleyebilirsiniz."),
            format!("Your reference number: {number}. Keep it; only with it you can follow your request."),
        );
        notice.get(ask.lang).to_owned()
    });
    let members = vec![
        ("service_request_id", Node::Text(fid.to_string())),
        ("service_notice", Node::text(notice)),
        ("account_id", Node::None),
        // Extension: the secret number, told this once.
        ("reference", Node::text(number)),
    ];
    Node::List("request", vec![Node::Object(members)])
}

/// What is written into the fields of the request.
fn values(ask: &Ask<'_>, form: &Form, category: &Record, door: Option<&Record>, told: &Told) -> Vec<(&'static str, Value)> {
    let text = |text: String| Value::Text(text);
    let name: Vec<&str> = ["first_name", "last_name"].into_iter().filter_map(|n| form.get(n)).collect();
    let contact = ["email", "phone"].into_iter().any(|n| form.get(n).is_some());
    let mut set = vec![
        ("category", Value::Reference(category.id)),
        ("channel", text(CHANNEL.to_owned())),
        ("language", text(ask.lang.tag().to_owned())),
        ("description", text(told.write())),
        ("anonymous", Value::Bool(name.is_empty() && !contact)),
    ];
    if !name.is_empty() {
        set.push(("applicant_name", text(name.join(" "))));
    }
    set.extend(form.get("email").map(|email| ("applicant_email", text(email.to_owned()))));
    set.extend(form.get("phone").map(|number| ("applicant_phone", text(phone(number)))));
    set.extend(form.get("address_string").map(|address| ("address", text(address.to_owned()))));
    if let (Some(register), Some(door)) = (&ask.nouns.door, door) {
        for name in ["neighbourhood", "street"] {
            set.extend(reference(register, door, name).map(|id| (name, Value::Reference(id))));
        }
    }
    set
}

/// The description with what goes with it; faults are noted.
fn told(ask: &Ask<'_>, form: &Form, category: &Record, faults: &mut Faults) -> Told {
    let register = &ask.nouns.category;
    let title = || services::title(register, category, ask.lang).unwrap_or_default();
    let mut told = Told {
        // The standard takes a filing without a description; the house keeps none without saying what it is about.
        description: form.get("description").unwrap_or_else(title).to_owned(),
        ..Told::default()
    };
    let questions = services::questions_of(register, category);
    for code in form.answered().filter(|code| !questions.iter().any(|q: &Question| q.code == *code)) {
        faults.add(&format!("attribute[{code}]"), "bu hizmetin böyle bir sorusu yok", "this service has no such attribute");
    }
    for question in questions {
        match question.answer(&form.answers(&question.code), ask.lang) {
            Ok(None) => {}
            Ok(Some(answer)) => told.answers.push((question.description.get(ask.lang).to_owned(), answer)),
            Err(message) => faults.add(&format!("attribute[{}]", question.code), &message.tr, &message.en),
        }
    }
    if let Some(url) = form.get("media_url") {
        if is_address(url) {
            told.media_url = Some(url.to_owned());
        } else {
            faults.add(
                "media_url",
                "http(s) adresi olmalı, en çok 2.000 karakter",
                "must be an http(s) address of 2,000 characters at most",
            );
        }
    }
    told.address_id = form.get("address_id").map(str::to_owned);
    if told.write().chars().count() > MAX_DESCRIPTION {
        faults.add(
            "description",
            "ek sorular ve media_url ile birlikte en çok 4.000 karakter olabilir",
            "can have 4,000 characters at most, attributes and media_url included",
        );
    }
    told
}

/// True for what can be the address of a picture. It is kept as text and never fetched.
fn is_address(url: &str) -> bool {
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    host.is_some_and(|h| !h.is_empty() && !h.starts_with('/'))
        && url.chars().count() <= MAX_URL
        && !url.chars().any(|c| c.is_whitespace() || c.is_control())
}

/// `lat` and `long`, both or none.
fn place(form: &Form, faults: &mut Faults) -> Option<Wkb> {
    let mut number = |name: &str, most: f64| {
        let number = form.get(name)?.parse::<f64>().ok().filter(|n| n.abs() <= most);
        if number.is_none() {
            faults.add(name, "WGS 84 derecesi olmalı", "must be degrees of WGS 84");
        }
        number
    };
    let (lat, long) = (number("lat", 90.0), number("long", 180.0));
    match (lat, long) {
        (Some(lat), Some(long)) => Wkb::point(long, lat),
        (None, None) => None,
        _ => {
            if faults.0.is_empty() {
                faults.add("lat", "lat ve long birlikte verilir", "lat and long are given together");
            }
            None
        }
    }
}

/// The door that `address_id` names: its id in the national address register.
async fn door(ask: &Ask<'_>, form: &Form) -> Result<Option<Record>> {
    let (Some(register), Some(id)) = (&ask.nouns.door, form.get("address_id")) else { return Ok(None) };
    let Some(field) = register.field_index("official_id") else { return Ok(None) };
    let filter = equals(register, field, id)?;
    let query = Query { filter: Some(filter), limit: Some(1), ..Query::all(Arc::clone(register)) };
    Ok(ask.app.desk.query(&ask.principal, &query).await?.pop().filter(|d| text(register, d, "official_id").is_some()))
}

/// A phone number as the house keeps it: with its country code. What can't be one is left for the desk to refuse.
fn phone(text: &str) -> String {
    let bare: String = text.chars().filter(|c| !(c.is_whitespace() || "-()./".contains(*c))).collect();
    let national = bare.strip_prefix('0').unwrap_or(&bare);
    if let Some(rest) = bare.strip_prefix("00") {
        return format!("+{rest}");
    }
    let is_national = national.len() == NATIONAL_DIGITS && national.bytes().all(|b| b.is_ascii_digit());
    if is_national { format!("{COUNTRY}{national}") } else { bare }
}

const NEEDED: (&str, &str) = ("gerekli", "is needed");

/// What is wrong with a filing, by parameter.
#[derive(Debug, Default)]
struct Faults(Vec<(String, String, String)>);

impl Faults {
    fn add(&mut self, name: &str, tr: &str, en: &str) {
        self.0.push((name.to_owned(), tr.to_owned(), en.to_owned()));
    }

    fn with(mut self, name: &str, (tr, en): (&str, &str)) -> Self {
        self.add(name, tr, en);
        self
    }

    fn into_error(self) -> Error {
        let error = Error::invalid("invalid-request", "Başvuru bu hâliyle alınamıyor.", "The request can't be taken as it is.");
        self.0.into_iter().fold(error, |error, (name, tr, en)| error.field(name, tr, en))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_get_their_country() {
        for (typed, kept) in [
            ("0532 123 45 67", "+905321234567"),
            ("532-123-4567", "+905321234567"),
            ("+90 (532) 123 45 67", "+905321234567"),
            ("0049 30 123456", "+4930123456"),
            ("153", "153"),
        ] {
            assert_eq!(phone(typed), kept);
        }
    }

    #[test]
    fn addresses_of_pictures_are_of_the_web() {
        assert!(is_address("https://example.org/a.jpg?b=c"));
        for bad in ["file:///etc/passwd", "https://", "http:///x", "javascript:alert(1)", "https://a b", "example.org"] {
            assert!(!is_address(bad), "{bad}");
        }
    }
}
