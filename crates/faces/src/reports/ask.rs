//! What a report is asked for: a period and what narrows it.

use super::{REQUEST, dimension::bounds, tally::written};
use crate::ogc_common::params::bad_value;
use jiff::{ToSpan, civil::Date};
use meydan_kernel::{Desk, Error, Principal, Query, Record, Result, Value, post::Directory, query::MAX_PAGE};
use std::sync::Arc;
use uuid::Uuid;

/// Days of a report, if nobody says.
const DAYS: i64 = 90;
/// Limit: days of a report.
const MAX_DAYS: i32 = 20 * 366;
/// The names that a report's address has.
pub const NAMES: [&str; 7] = ["from", "until", "kind", "category", "unit", "neighbourhood", "channel"];

/// A period, and what narrows it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Asked {
    /// First day on which cases came.
    pub from: Date,
    /// Last day.
    pub until: Date,
    /// Only of this kind.
    pub kind: Option<String>,
    /// Only of this category and those below it.
    pub category: Option<Uuid>,
    /// Only what this unit and those below it have.
    pub unit: Option<Uuid>,
    /// Only in this neighbourhood.
    pub neighbourhood: Option<Uuid>,
    /// Only through this channel.
    pub channel: Option<String>,
}

impl Asked {
    /// From an address; what is empty is not asked.
    ///
    /// # Errors
    /// `bad-parameter`.
    pub fn read<'a>(today: Date, get: impl Fn(&str) -> Option<&'a str>) -> Result<Self> {
        let asked = |name: &str| get(name).map(str::trim).filter(|v| !v.is_empty());
        let date = |name: &str| {
            let read = |v: &str| v.parse::<Date>().map_err(|_| bad_value(name, "YYYY-AA-GG olmalı", "must be YYYY-MM-DD"));
            asked(name).map(read).transpose()
        };
        let id = |name: &str| {
            let read = |v: &str| {
                v.parse::<Uuid>().map_err(|_| bad_value(name, "bir kayıt kimliği olmalı", "must be the id of a record"))
            };
            asked(name).map(read).transpose()
        };
        let until = date("until")?.unwrap_or(today);
        let from = date("from")?.unwrap_or_else(|| until.saturating_sub(DAYS.days()));
        let days = from.until(until).map(|span| span.get_days()).unwrap_or(i32::MAX);
        if !(0..=MAX_DAYS).contains(&days) {
            return Err(bad_value(
                "from",
                "bitişten önce, en çok 20 yıl geride olmalı",
                "must be before the end, by 20 years at most",
            ));
        }
        let word = |name: &str| asked(name).map(str::to_owned);
        Ok(Self {
            from,
            until,
            kind: word("kind"),
            category: id("category")?,
            unit: id("unit")?,
            neighbourhood: id("neighbourhood")?,
            channel: word("channel"),
        })
    }

    /// The filter as CQL2 text. It names the channel: what everybody sees of a public request is not counted with the others.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn filter(&self, desk: &Desk, directory: &Directory) -> Result<String> {
        let mut terms = vec!["channel IS NOT NULL".to_owned()];
        terms.extend(self.terms(desk, directory).await?);
        Ok(terms.join(" AND "))
    }

    /// The filter of public requests as CQL2 text, by what everybody sees of them.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn public_filter(&self, desk: &Desk) -> Result<String> {
        let mut terms = vec!["public = TRUE".to_owned()];
        terms.extend(self.terms(desk, &Directory::default()).await?);
        Ok(terms.join(" AND "))
    }

    async fn terms(&self, desk: &Desk, directory: &Directory) -> Result<Vec<String>> {
        let (from, until) = bounds(self.from, self.until);
        let mut terms = vec![format!("received_at >= {}", written(from)), format!("received_at < {}", written(until))];
        let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
        terms.extend(self.kind.iter().map(|kind| format!("kind = {}", quoted(kind))));
        terms.extend(self.channel.iter().map(|channel| format!("channel = {}", quoted(channel))));
        terms.extend(self.neighbourhood.iter().map(|id| format!("neighbourhood = '{id}'")));
        if let Some(unit) = self.unit {
            let below = directory.line(unit).map_or_else(|| vec![unit], |line| line.below.clone());
            terms.push(one_of("unit", &below));
        }
        if let Some(category) = self.category {
            terms.push(one_of("category", &categories_below(desk, category).await?));
        }
        Ok(terms)
    }
}

fn one_of(field: &str, ids: &[Uuid]) -> String {
    match ids {
        [one] => format!("{field} = '{one}'"),
        many => format!("{field} IN ({})", many.iter().map(|id| format!("'{id}'")).collect::<Vec<_>>().join(", ")),
    }
}

/// A category and all below it.
async fn categories_below(desk: &Desk, category: Uuid) -> Result<Vec<Uuid>> {
    let requests = desk.register(REQUEST)?;
    let Some(meydan_kernel::FieldKind::Reference { register }) = requests.field("category").map(|f| &f.kind) else {
        return Err(Error::internal("requests without a category"));
    };
    let register = desk.register(register)?;
    let query = Query { limit: Some(MAX_PAGE), ..Query::all(Arc::clone(&register)) };
    let records = desk.query(&Principal::everyone("report"), &query).await?;
    let parent = |r: &Record| match r.value(&register, "parent") {
        Some(Value::Reference(id)) => Some(*id),
        _ => None,
    };
    let mut all = vec![category];
    let mut at = 0;
    while let Some(above) = all.get(at).copied() {
        let below: Vec<Uuid> =
            records.iter().filter(|r| parent(r) == Some(above)).map(|r| r.id).filter(|id| !all.contains(id)).collect();
        all.extend(below);
        at += 1;
    }
    Ok(all)
}
