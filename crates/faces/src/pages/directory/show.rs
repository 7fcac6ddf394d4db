//! `GET /rehber`.

use super::{
    super::{
        admin::reading::{Row, on_day, visible},
        citizen::Tree,
        format,
        page::{Page, Room, Visit, private},
        texts::count,
    },
    hours::{Opening, State},
    people::{Seat, is_staff, seats},
    responsible::{Responsible, ask},
};
use crate::{Problem, calls::phone};
use askama::Template;
use axum::response::Response;
use jiff::Timestamp;
use meydan_kernel::{Value, calendar::Calendar, post::UNIT, text::search_fold};
use std::collections::HashMap;
use uuid::Uuid;

/// The register of services.
const SERVICE: &str = "service";
/// The register of duties.
const DUTY: &str = "duty_roster";
/// Limit: letters that are looked for.
const MAX_LETTERS: usize = 80;
/// What units and offices are open at, without hours of their own.
const OFFICE: &str = "office";

#[derive(Template)]
#[template(path = "directory/show.html")]
struct DirectoryPage {
    page: Page,
    asked: String,
    categories: Vec<(String, String, bool)>,
    responsible: Responsible,
    answer: Option<Unit>,
    services: Vec<Service>,
    units: Vec<Unit>,
    staff: bool,
    found: String,
    now: String,
}

/// How something is reached.
#[derive(Clone, Default)]
struct Reach {
    /// `tel:` and as people read it.
    phone: Option<(String, String)>,
    email: Option<String>,
    address: String,
    online: Option<String>,
}

#[derive(Clone)]
struct Service {
    id: Uuid,
    title: String,
    what: String,
    documents: String,
    hours: String,
    state: Option<Now>,
    unit: String,
    reach: Reach,
    duty: Option<String>,
    words: String,
}

/// Open now, or when.
#[derive(Clone)]
struct Now {
    open: bool,
    text: String,
}

struct Unit {
    id: Uuid,
    name: String,
    kind: String,
    above: String,
    state: Option<Now>,
    reach: Reach,
    seats: Vec<Seat>,
    /// What it does, of the services.
    does: Vec<String>,
    words: String,
}

/// The directory as it is read.
struct Reading<'a> {
    visit: &'a Visit,
    calendar: &'a Calendar,
    now: Timestamp,
}

/// `GET /rehber?q=&category=&where=`.
///
/// # Errors
/// Those of the store.
pub async fn show(visit: Visit) -> Result<Response, Problem> {
    let desk = &visit.app.desk;
    let calendar = desk.calendar().await?;
    let now = visit.caller.principal.now;
    let reading = Reading { visit: &visit, calendar: &calendar, now };
    let tree = Tree::read(&visit).await?;
    let responsible = ask(&visit, &tree).await?;
    let mut units = reading.units().await?;
    let names: HashMap<Uuid, String> = units.iter().map(|u| (u.id, u.name.clone())).collect();
    let mut services = reading.services(&names).await?;
    for unit in &mut units {
        unit.does = services.iter().filter(|s| s.unit == unit.name).map(|s| s.title.clone()).collect();
        unit.words = search_fold(&format!("{} {}", unit.words, unit.does.join(" ")));
    }
    let asked: String = visit.query.get("q").unwrap_or_default().trim().chars().take(MAX_LETTERS).collect();
    let words: Vec<String> = search_fold(&asked).split_whitespace().map(str::to_owned).collect();
    let fits = |text: &str| words.iter().all(|word| text.contains(word.as_str()));
    let answer = responsible.unit.and_then(|id| units.iter().position(|u| u.id == id)).map(|at| units.remove(at));
    services.retain(|s| fits(&s.words));
    units.retain(|u| fits(&u.words));
    let found = visit.t.directory_found_services_units(count(services.len()), count(units.len()));
    let staff = is_staff(&visit);
    let template = DirectoryPage {
        page: visit.page(Room::Directory, visit.t.directory_title()),
        categories: tree.choices(&responsible.category),
        now: format!("{} {}", format::day(visit.lang, now), format::hour(now)),
        asked,
        responsible,
        answer,
        services,
        units,
        staff,
        found,
    };
    let response = visit.show(&template)?;
    Ok(if staff { private(response) } else { response })
}

impl Reading<'_> {
    fn state(&self, hours: &str) -> Option<Now> {
        let t = self.visit.t;
        let opening = match hours {
            OFFICE => return Some(self.office()),
            hours => Opening::parse(hours)?,
        };
        Some(match opening.at(self.calendar, self.now) {
            State::Always => Now { open: true, text: t.directory_always().to_owned() },
            State::Open(until) => Now { open: true, text: t.directory_open_until(format::hour(until)) },
            State::Closed(opens, why) => self.closed(opens, why.as_ref().map(|w| self.visit.say(w))),
        })
    }

    fn closed(&self, opens: Option<Timestamp>, why: Option<&str>) -> Now {
        let t = self.visit.t;
        let today = meydan_kernel::post::day(self.now);
        let text = match opens {
            Some(at) if meydan_kernel::post::day(at) == today => t.directory_opens_today(format::hour(at)),
            Some(at) => t.directory_opens_day_hour(format::day(self.visit.lang, at), format::hour(at)),
            None => t.directory_closed().to_owned(),
        };
        Now { open: false, text: why.map_or_else(|| text.clone(), |why| format!("{text} ({why})")) }
    }

    /// Offices by the calendar of the house.
    fn office(&self) -> Now {
        let spans = |date| self.calendar.office_spans(date);
        let week: Vec<String> = spans(next_plain_day(self.calendar, self.now))
            .iter()
            .map(|s| format!("{:02}:{:02}-{:02}:{:02}", s.from() / 60, s.from() % 60, s.until() / 60, s.until() % 60))
            .collect();
        let state = Opening::parse(&format!("Mo-Fr {}", week.join(","))).map(|o| o.at(self.calendar, self.now));
        let t = self.visit.t;
        match state {
            Some(State::Open(until)) => Now { open: true, text: t.directory_open_until(format::hour(until)) },
            Some(State::Closed(opens, why)) => self.closed(opens, why.as_ref().map(|w| self.visit.say(w))),
            _ => self.closed(None, None),
        }
    }

    async fn services(&self, units: &HashMap<Uuid, String>) -> Result<Vec<Service>, Problem> {
        let visit = self.visit;
        let (register, records) = visible(visit, SERVICE, "active = TRUE").await?;
        let duties = self.duties().await?;
        let service = |record| {
            let row = Row { register: &register, record };
            let unit = row.reference("unit");
            let text = |field: &str| row.text(field).unwrap_or_default().to_owned();
            let hours = text("hours");
            let title = row.titled(visit.lang, "title").to_owned();
            let what = row.titled(visit.lang, "what").to_owned();
            let name = unit.and_then(|id| units.get(&id)).cloned().unwrap_or_default();
            Service {
                id: row.record.id,
                documents: row.titled(visit.lang, "documents").to_owned(),
                words: search_fold(
                    &[&title, &text("title"), &text("title_en"), &what, &text("keywords"), &name].map(String::as_str).join(" "),
                ),
                state: self.state(&hours),
                hours: readable(&hours, visit),
                reach: reach(row),
                duty: unit.and_then(|id| duties.get(&id)).cloned(),
                unit: name,
                title,
                what,
            }
        };
        let mut services: Vec<Service> = records.iter().map(service).collect();
        services.sort_by_cached_key(|s| search_fold(&s.title));
        Ok(services)
    }

    async fn units(&self) -> Result<Vec<Unit>, Problem> {
        let visit = self.visit;
        let (register, records) = visible(visit, UNIT, &on_day(visit.caller.principal.today())).await?;
        let mut seats = seats(visit);
        let catalogue = visit.app.desk.catalogue();
        let names: HashMap<Uuid, String> = records
            .iter()
            .map(|record| (record.id, Row { register: &register, record }.titled(visit.lang, "name").to_owned()))
            .collect();
        let office = self.state(OFFICE);
        let mut units: Vec<Unit> = records
            .iter()
            .map(|record| {
                let row = Row { register: &register, record };
                let kind = row.text("kind").unwrap_or_default();
                let code = catalogue.code_lists.get("unit_kind").and_then(|l| l.get(kind));
                let seats = seats.remove(&record.id).unwrap_or_default();
                let people = seats.iter().map(|s| format!("{} {}", s.post, s.holder.as_deref().unwrap_or_default()));
                let name = row.titled(visit.lang, "name").to_owned();
                let words =
                    [name.clone(), row.text("name").unwrap_or_default().to_owned(), people.collect::<Vec<_>>().join(" ")];
                Unit {
                    id: record.id,
                    kind: code.map_or_else(|| kind.to_owned(), |c| visit.say(&c.title).to_owned()),
                    above: row.reference("parent").and_then(|id| names.get(&id)).cloned().unwrap_or_default(),
                    state: office.clone(),
                    reach: reach(row),
                    seats,
                    does: Vec::new(),
                    words: words.join(" "),
                    name,
                }
            })
            .collect();
        units.sort_by_cached_key(|u| search_fold(&u.name));
        Ok(units)
    }

    /// Who is on duty in each unit now, for who works here and may read the roster.
    async fn duties(&self) -> Result<HashMap<Uuid, String>, Problem> {
        let visit = self.visit;
        if !is_staff(visit) || visit.app.desk.register(DUTY).is_err() {
            return Ok(HashMap::new());
        }
        let now = crate::reports::tally::written(self.now);
        let (register, records) = visible(visit, DUTY, &format!("begins_at <= {now} AND ends_at > {now}")).await?;
        let duty = |record| {
            let row = Row { register: &register, record };
            let person = visit.caller.directory.person(row.reference("person")?)?;
            Some((row.reference("unit")?, person.name.clone()))
        };
        Ok(records.iter().filter_map(duty).collect())
    }
}

/// A working day without an eve, whose office hours are the plain ones.
fn next_plain_day(calendar: &Calendar, now: Timestamp) -> jiff::civil::Date {
    let mut date = meydan_kernel::post::day(now);
    for _ in 0..60 {
        if calendar.is_working_day(date) && calendar.why_closed(date).is_none() {
            break;
        }
        date = date.tomorrow().unwrap_or(date);
    }
    date
}

fn reach(row: Row<'_>) -> Reach {
    let text = |field: &str| row.text(field).map(str::trim).filter(|t| !t.is_empty());
    let extension = text("extension");
    let told = |number: &str| {
        let number = phone::e164(number).unwrap_or_else(|| number.to_owned());
        let readable = phone::readable(&number);
        match extension {
            Some(extension) => (format!("tel:{number},{extension}"), format!("{readable} / {extension}")),
            None => (format!("tel:{number}"), readable),
        }
    };
    let is_web = |url: &&str| url.starts_with("https://") || url.starts_with("http://") || url.starts_with('/');
    let address = match row.record.value(row.register, "address") {
        Some(Value::Text(address)) if !row.is_hidden("address") => address.clone(),
        _ => String::new(),
    };
    Reach {
        phone: text("phone").map(told),
        email: text("email").map(str::to_owned),
        address,
        online: text("online").filter(is_web).map(str::to_owned),
    }
}

/// Opening hours in words: the days' short names of the language.
fn readable(hours: &str, visit: &Visit) -> String {
    if hours == "24/7" {
        return visit.t.directory_always().to_owned();
    }
    if visit.lang == meydan_kernel::Lang::En {
        return hours.to_owned();
    }
    let days = [
        ("Mo", "Pzt"),
        ("Tu", "Sal"),
        ("We", "Çar"),
        ("Th", "Per"),
        ("Fr", "Cum"),
        ("Sa", "Cmt"),
        ("Su", "Paz"),
        ("PH", "tatil"),
        ("off", "kapalı"),
    ];
    days.iter().fold(hours.to_owned(), |text, (from, to)| text.replace(from, to))
}
