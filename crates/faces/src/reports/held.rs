//! Who held cases for how long: from the versions in the log, not from what the case says of itself now.

use super::{
    REQUEST,
    tally::{OfficeClock, Spread},
};
use crate::App;
use futures::{StreamExt, TryStreamExt};
use jiff::Timestamp;
use meydan_kernel::{
    Principal, Query, Register, Result, Sort, Value, Version, case::instant, cql2, permission::FieldSet, post::day,
};
use std::{collections::BTreeMap, sync::Arc};
use uuid::Uuid;

/// Limit: cases whose versions are read, the newest.
pub const MAX_CASES: usize = 1_000;
/// Versions of so many cases are read at once.
const AT_ONCE: usize = 8;
/// What is read of a version.
const FIELDS: [&str; 6] = ["unit", "assignee", "closed_at", "held_since", "received_at", "subject"];

/// Who holds a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holder {
    /// A unit.
    Unit(Uuid),
    /// A person.
    Person(Uuid),
}

/// One stretch of time in which a case was held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// By whom.
    pub holder: Holder,
    /// From.
    pub from: Timestamp,
    /// Until.
    pub until: Timestamp,
}

/// A case with the stretches in which it was held.
pub struct Course {
    /// The case.
    pub id: Uuid,
    /// Its small integer.
    pub fid: i64,
    /// Its name.
    pub subject: String,
    /// The stretches, in order of each holder.
    pub stretches: Vec<Stretch>,
}

/// What is told of a holder.
#[derive(Debug, Clone, Default)]
pub struct Told {
    /// How many cases.
    pub cases: u64,
    /// Calendar time of each case.
    pub calendar: Spread,
    /// Office time of each case.
    pub office: Spread,
}

/// The courses of the newest cases of a filter; and whether there are more.
///
/// # Errors
/// `login-required`, `not-allowed`; those of the store.
pub async fn courses(app: &App, principal: &Principal, filter: &str) -> Result<(Vec<Course>, bool)> {
    let desk = &app.desk;
    let register = desk.register(REQUEST)?;
    let wanted = FieldSet::named(&register, &FIELDS.map(str::to_owned));
    let query = Query {
        filter: Some(cql2::parse(&register, filter)?),
        sort: register.field_index("received_at").map(|field| Sort { field, descending: true }),
        limit: Some(MAX_CASES + 1),
        ..Query::all(Arc::clone(&register))
    };
    let mut cases = desk.list(principal, &query, wanted).await?;
    let more = cases.len() > MAX_CASES;
    cases.truncate(MAX_CASES);
    let now = principal.now;
    let one = |case: meydan_kernel::Record| {
        let register = Arc::clone(&register);
        async move {
            let versions = desk.course(principal, &register, case.id, wanted).await?;
            let subject = match case.value(&register, "subject") {
                Some(Value::Text(text)) => text.clone(),
                _ => String::new(),
            };
            Result::Ok(Course { id: case.id, fid: case.fid, subject, stretches: stretches(&register, &versions, now) })
        }
    };
    let courses = futures::stream::iter(cases).map(one).buffered(AT_ONCE).try_collect().await?;
    Ok((courses, more))
}

/// The stretches of a case, from its versions, oldest first. A hand-over told later counts from when it was done (`held_since`).
fn stretches(register: &Register, versions: &[Version], now: Timestamp) -> Vec<Stretch> {
    let id = |version: &Version, field: &str| match version.record.value(register, field) {
        Some(Value::Reference(id)) => Some(*id),
        _ => None,
    };
    let mut out: Vec<Stretch> = Vec::new();
    for (index, version) in versions.iter().enumerate() {
        if version.deleted || instant(register, &version.record, "closed_at").is_some() {
            continue;
        }
        let from = if index == 0 { instant(register, &version.record, "received_at") } else { None };
        let from = from.unwrap_or_else(|| began(register, versions, index));
        let next = versions.get(index + 1);
        let until = next.map_or(now, |next| {
            let closed = instant(register, &next.record, "closed_at");
            closed.unwrap_or_else(|| began(register, versions, index + 1))
        });
        let holders = [id(version, "unit").map(Holder::Unit), id(version, "assignee").map(Holder::Person)];
        for holder in holders.into_iter().flatten() {
            let last = out.iter_mut().rev().find(|s| s.holder == holder);
            match last {
                Some(last) if last.until == from => last.until = until.max(from),
                _ => out.push(Stretch { holder, from, until: until.max(from) }),
            }
        }
    }
    out
}

/// When a version's holders began: of one that changed the unit, the time of the deed; else when it was recorded.
fn began(register: &Register, versions: &[Version], index: usize) -> Timestamp {
    let Some(version) = versions.get(index) else { return Timestamp::UNIX_EPOCH };
    let since = |v: &Version| instant(register, &v.record, "held_since");
    let before = index.checked_sub(1).and_then(|i| versions.get(i));
    match (before.and_then(since), since(version)) {
        (Some(old), Some(new)) if old < new => new.min(version.record.recorded_at),
        _ => version.record.recorded_at,
    }
}

/// Each holder with how long they held their cases, the most cases first.
pub fn by_holder(courses: &[Course], clock: &OfficeClock) -> Vec<(Holder, Told)> {
    let mut all: BTreeMap<Holder, Told> = BTreeMap::new();
    for course in courses {
        let mut sums: BTreeMap<Holder, (i64, i64)> = BTreeMap::new();
        for stretch in &course.stretches {
            let sum = sums.entry(stretch.holder).or_default();
            sum.0 += stretch.until.duration_since(stretch.from).as_mins();
            sum.1 += clock.between(stretch.from, stretch.until);
        }
        for (holder, (calendar, office)) in sums {
            let told = all.entry(holder).or_default();
            told.cases += 1;
            told.calendar.add(calendar);
            told.office.add(office);
        }
    }
    let mut rows: Vec<(Holder, Told)> = all.into_iter().collect();
    rows.sort_by(|(a, x), (b, y)| y.cases.cmp(&x.cases).then(a.cmp(b)));
    rows
}

/// The first day on which one of the courses began.
pub fn first_day(courses: &[Course], now: Timestamp) -> jiff::civil::Date {
    day(courses.iter().flat_map(|c| &c.stretches).map(|s| s.from).min().unwrap_or(now))
}
