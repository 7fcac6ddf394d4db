//! `/basvurular/istatistik`: public reports counted: by category and neighbourhood, how many in time, how long it took.

use super::{
    REQUEST,
    categories::Tree,
    citizen,
    public::{asked, day_choices},
    reference,
};
use crate::{
    Problem,
    pages::{
        format,
        labels::Labels,
        page::{Page, Room, Visit},
    },
};
use askama::Template;
use axum::response::Response;
use meydan_kernel::{Query, Record, Register, Sort, case::instant, query::MAX_PAGE};
use std::{collections::HashMap, sync::Arc};
use uuid::Uuid;

/// Limit: lines of a table.
const MAX_LINES: usize = 30;
/// Seconds of a day.
const DAY_S: f64 = 86_400.0;

#[derive(Template)]
#[template(path = "citizen/statistics.html")]
struct StatisticsPage {
    page: Page,
    all: Line,
    /// What they go by, and the lines.
    tables: Vec<(&'static str, Vec<Line>)>,
    days: Vec<(i64, String, bool)>,
    /// More reports than are counted.
    cut: bool,
}

/// One line of a table.
struct Line {
    name: String,
    /// The list of what it counts.
    href: String,
    number: String,
    closed: String,
    in_time: String,
    median: String,
}

/// What is counted of a group.
#[derive(Debug, Default, Clone)]
struct Tally {
    number: usize,
    closed: usize,
    in_time: usize,
    days: Vec<f64>,
}

impl Tally {
    fn add(&mut self, register: &Register, record: &Record) {
        self.number += 1;
        let (Some(received), Some(closed)) = (instant(register, record, "received_at"), instant(register, record, "closed_at"))
        else {
            return;
        };
        self.closed += 1;
        self.in_time += usize::from(!super::is_set(register, record, "late"));
        self.days.push(closed.duration_since(received).as_secs_f64() / DAY_S);
    }

    /// Share of the closed ones that were in time, in percent; none without any.
    fn share(&self) -> Option<f64> {
        (self.closed > 0).then(|| 100.0 * self.in_time as f64 / self.closed as f64)
    }

    /// The median number of days to the end.
    fn median(&self) -> Option<f64> {
        let mut days = self.days.clone();
        days.sort_by(f64::total_cmp);
        let middle = days.len() / 2;
        let upper = days.get(middle)?;
        match days.len() % 2 {
            0 => Some((days.get(middle - 1)? + upper) / 2.0),
            _ => Some(*upper),
        }
    }

    fn line(&self, visit: &Visit, name: String, href: String) -> Line {
        let lang = visit.lang;
        let whole = |n: usize| format::integer(lang, i64::try_from(n).unwrap_or(i64::MAX));
        let none = || "–".to_owned();
        let share = |s: f64| visit.t.citizen_percent(format::real(lang, s, 0));
        Line {
            name,
            href,
            number: whole(self.number),
            closed: whole(self.closed),
            in_time: self.share().map_or_else(none, share),
            median: self.median().map_or_else(none, |d| format::real(lang, d, 1)),
        }
    }
}

/// `GET /basvurular/istatistik`.
///
/// # Errors
/// Those of the store.
pub async fn show(visit: Visit) -> Result<Response, Problem> {
    let desk = &visit.app.desk;
    let register = desk.register(REQUEST)?;
    let tree = Tree::read(&visit).await?;
    let asked = asked(&visit, &register, &tree)?;
    let query = Query {
        filter: asked.filter,
        sort: register.field_index("received_at").map(|field| Sort { field, descending: true }),
        limit: Some(MAX_PAGE),
        ..Query::all(Arc::clone(&register))
    };
    let records = desk.query(&citizen(), &query).await?;
    let mut all = Tally::default();
    let mut categories: HashMap<Uuid, Tally> = HashMap::new();
    let mut quarters: HashMap<Uuid, (Tally, &Record)> = HashMap::new();
    for record in &records {
        all.add(&register, record);
        if let Some(id) = reference(&register, record, "category") {
            categories.entry(id).or_default().add(&register, record);
        }
        if let Some(id) = reference(&register, record, "neighbourhood") {
            quarters.entry(id).or_insert_with(|| (Tally::default(), record)).0.add(&register, record);
        }
    }
    let one_of_each: Vec<&Record> = quarters.values().map(|(_, record)| *record).collect();
    let labels = Labels::of(&visit, &register, &one_of_each, |f| f.name == "neighbourhood").await?;
    let href = |field: &str, id: Uuid| format!("/basvurular{}", visit.query.with(field, &id.to_string()).query());
    let mut categories: Vec<_> = categories.into_iter().collect();
    let mut quarters: Vec<_> = quarters.into_iter().map(|(id, (tally, _))| (id, tally)).collect();
    for lines in [&mut categories, &mut quarters] {
        lines.sort_by_key(|(id, tally)| (std::cmp::Reverse(tally.number), *id));
        lines.truncate(MAX_LINES);
    }
    let title = |id: &Uuid| tree.title_of(*id).unwrap_or_default();
    let name = |id: &Uuid| labels.get("neighbourhood", *id).unwrap_or_default().to_owned();
    let by_category = categories.iter().map(|(id, t)| t.line(&visit, title(id), href("category", *id))).collect();
    let by_quarter = quarters.iter().map(|(id, t)| t.line(&visit, name(id), href("neighbourhood", *id))).collect();
    let template = StatisticsPage {
        all: all.line(&visit, visit.t.citizen_all().to_owned(), format!("/basvurular{}", visit.query.query())),
        tables: vec![(visit.t.citizen_category(), by_category), (visit.t.citizen_quarter(), by_quarter)],
        days: day_choices(&visit, asked.days),
        cut: records.len() == MAX_PAGE,
        page: visit.page(Room::Citizen, visit.t.citizen_statistics_title()),
    };
    visit.show(&template)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_one_or_between_the_two() {
        let of = |days: &[f64]| Tally { days: days.to_vec(), ..Tally::default() }.median();
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[9.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(of(&[4.0, 1.0, 2.0, 9.0]), Some(3.0));
    }
}
