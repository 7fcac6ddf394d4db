//! `/raporlar/sureler`: which unit and which person held cases for how long, read from the log; and the cases behind each number.

use super::{
    super::{
        admin::reading,
        format,
        page::{Page, Room, Visit, private},
        texts::count,
    },
    show::{asked, period},
    table::{days, hours},
};
use crate::{
    Problem,
    reports::{
        REQUEST,
        held::{Course, Holder, MAX_CASES, by_holder, courses, first_day},
        tally::OfficeClock,
    },
};
use askama::Template;
use axum::response::Response;
use meydan_kernel::post::{PERSON, UNIT, day};
use std::collections::BTreeMap;
use uuid::Uuid;

#[derive(Template)]
#[template(path = "reports/held.html")]
struct HeldPage {
    page: Page,
    period: String,
    back: String,
    about: String,
    cut: bool,
    tables: Vec<(&'static str, Vec<HolderRow>)>,
}

/// Name; cases, median and 90th percentile in days and in office hours; list.
type HolderRow = (String, [String; 5], String);

#[derive(Template)]
#[template(path = "reports/held_cases.html")]
struct CasesPage {
    page: Page,
    title: String,
    period: String,
    back: String,
    /// Case, its name, days, office hours.
    rows: Vec<(String, String, String, String)>,
    total: String,
}

/// `GET /raporlar/sureler`.
///
/// # Errors
/// As `GET /raporlar`.
pub async fn show(visit: Visit) -> Result<Response, Problem> {
    let report = asked(&visit).await?;
    let (courses, cut) = courses(&visit.app, &visit.principal(), &report.filter).await?;
    let clock = clock(&visit, &courses).await?;
    let told = by_holder(&courses, &clock);
    let names = names(&visit, &told.iter().map(|(h, _)| *h).collect::<Vec<_>>()).await?;
    let (t, lang) = (visit.t, visit.lang);
    let query = visit.query.without(&["lang", "theme"]);
    let mut units = Vec::new();
    let mut persons = Vec::new();
    for (holder, told) in told {
        let (rows, word, id) = match holder {
            Holder::Unit(id) => (&mut units, "unit", id),
            Holder::Person(id) => (&mut persons, "person", id),
        };
        let name = names.get(&id).cloned().unwrap_or_else(|| t.a_person().to_owned());
        let texts = [
            format::integer(lang, i64::try_from(told.cases).unwrap_or(i64::MAX)),
            days(lang, told.calendar.median()),
            days(lang, told.calendar.ninetieth()),
            hours(lang, told.office.median()),
            hours(lang, told.office.ninetieth()),
        ];
        let href = format!("/raporlar/sureler/isler{}", query.with("held_by", &format!("{word}:{id}")).query());
        rows.push((name, texts, href));
    }
    let template = HeldPage {
        period: period(&visit, &report.asked),
        back: format!("/raporlar{}", query.query()),
        about: t.report_held_about(count(MAX_CASES)),
        cut,
        tables: vec![(t.report_by_unit(), units), (t.report_by_person(), persons)],
        page: visit.page(Room::Reports, t.report_held_title()),
    };
    Ok(private(visit.show(&template)?))
}

/// `GET /raporlar/sureler/isler?held_by=unit:…`.
///
/// # Errors
/// As `GET /raporlar`.
pub async fn cases(visit: Visit) -> Result<Response, Problem> {
    let report = asked(&visit).await?;
    let holder = visit.query.get("held_by").and_then(|text| {
        let (word, id) = text.split_once(':')?;
        let id = id.parse::<Uuid>().ok()?;
        (word == "unit").then_some(Holder::Unit(id)).or((word == "person").then_some(Holder::Person(id)))
    });
    let holder = holder.ok_or_else(crate::problem::no_such_path)?;
    let (courses, _) = courses(&visit.app, &visit.principal(), &report.filter).await?;
    let clock = clock(&visit, &courses).await?;
    let names = names(&visit, &[holder]).await?;
    let mut rows = Vec::new();
    for course in &courses {
        let own: Vec<_> = course.stretches.iter().filter(|s| s.holder == holder).collect();
        if own.is_empty() {
            continue;
        }
        let minutes: i64 = own.iter().map(|s| s.until.duration_since(s.from).as_mins()).sum();
        let office: i64 = own.iter().map(|s| clock.between(s.from, s.until)).sum();
        let name = if course.subject.is_empty() { format!("#{}", course.fid) } else { course.subject.clone() };
        let in_hours = |minutes: i64| Some(minutes as f64 / 60.0);
        let times = (days(visit.lang, in_hours(minutes)), hours(visit.lang, in_hours(office)));
        rows.push((minutes, (format!("/registers/{REQUEST}/{}", course.id), name, times.0, times.1)));
    }
    rows.sort_by(|(a, x), (b, y)| b.cmp(a).then_with(|| x.0.cmp(&y.0)));
    let name = names.into_values().next().unwrap_or_else(|| visit.t.a_person().to_owned());
    let query = visit.query.without(&["lang", "theme", "held_by"]);
    let template = CasesPage {
        title: visit.t.report_held_by(name.as_str()),
        period: period(&visit, &report.asked),
        back: format!("/raporlar/sureler{}", query.query()),
        total: visit.t.count_records(count(rows.len())),
        rows: rows.into_iter().map(|(_, row)| row).collect(),
        page: visit.page(Room::Reports, visit.t.report_held_title()),
    };
    Ok(private(visit.show(&template)?))
}

async fn clock(visit: &Visit, courses: &[Course]) -> Result<OfficeClock, Problem> {
    let now = visit.caller.principal.now;
    let calendar = visit.app.desk.calendar().await?;
    Ok(OfficeClock::new(&calendar, first_day(courses, now), day(now)))
}

/// Names of holders, as far as who asks may know them.
async fn names(visit: &Visit, holders: &[Holder]) -> Result<BTreeMap<Uuid, String>, Problem> {
    let ids = |unit: bool| {
        let of = holders.iter().filter_map(move |h| match h {
            Holder::Unit(id) if unit => Some(*id),
            Holder::Person(id) if !unit => Some(*id),
            _ => None,
        });
        of.collect::<std::collections::BTreeSet<Uuid>>()
    };
    let principal = visit.principal();
    let desk = &visit.app.desk;
    let mut all: BTreeMap<Uuid, String> =
        crate::reports::name_records(desk, &principal, visit.lang, UNIT, ids(true)).await?.into_iter().collect();
    let persons = ids(false);
    if !persons.is_empty() {
        let condition = persons.iter().map(|id| format!("'{id}'")).collect::<Vec<_>>().join(", ");
        let (register, records) = reading::visible(visit, PERSON, &format!("id IN ({condition})")).await?;
        for record in &records {
            let row = reading::Row { register: &register, record };
            if let (Some(first), Some(last)) = (row.text("first_name"), row.text("last_name")) {
                all.insert(record.id, format!("{first} {last}"));
            }
        }
    }
    Ok(all)
}
