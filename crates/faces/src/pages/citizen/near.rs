//! Open public reports of the same category near a place: before somebody reports it a second time.

use super::{REQUEST, citizen, place, text};
use crate::{
    Problem,
    pages::{format, page::Visit, texts::count},
};
use meydan_geo::measure;
use meydan_kernel::{Query, Record, Register, Value, cql2};
use std::sync::Arc;
use uuid::Uuid;

/// Limit: reports shown.
const MAX_SHOWN: usize = 5;
/// Limit: reports looked at.
const MAX_LOOKED_AT: usize = 200;
/// Metres looked round where a category names none.
const METRES: i64 = 50;

/// A report nearby.
#[derive(Debug, Clone)]
pub struct Near {
    /// The request.
    pub id: Uuid,
    /// What it is about.
    pub subject: String,
    /// How far, when, how many support it.
    pub note: String,
}

/// The open public reports of a category near a place, nearest first.
///
/// # Errors
/// Those of the store.
pub async fn reports(visit: &Visit, category: &Category<'_>, lon: f64, lat: f64) -> Result<Vec<Near>, Problem> {
    let desk = &visit.app.desk;
    let register = desk.register(REQUEST)?;
    let metres = category.metres();
    let filter = cql2::parse(&register, &format!("category = '{}' AND closed_at IS NULL", category.record.id))?;
    let query = Query {
        bbox: vec![place::round(lon, lat, metres)],
        filter: Some(filter),
        limit: Some(MAX_LOOKED_AT),
        ..Query::all(Arc::clone(&register))
    };
    let records = desk.query(&citizen(), &query).await?;
    let distance = |r: &Record| place::position(r).map_or(f64::INFINITY, |p| measure::distance_m(p, (lon, lat)));
    let mut near: Vec<(f64, &Record)> = records.iter().map(|r| (distance(r), r)).filter(|(d, _)| *d <= metres).collect();
    near.sort_by(|a, b| a.0.total_cmp(&b.0));
    Ok(near.into_iter().take(MAX_SHOWN).map(|(metres, record)| told(visit, &register, record, metres, category)).collect())
}

fn told(visit: &Visit, register: &Register, record: &Record, metres: f64, category: &Category<'_>) -> Near {
    let day = match record.value(register, "received_at") {
        Some(Value::Timestamp(at)) => format::day(visit.lang, *at),
        _ => String::new(),
    };
    let supporters = match record.value(register, "supporters") {
        Some(Value::Int(n)) => *n,
        _ => 1,
    };
    let told = [text(register, record, "public_text"), text(register, record, "subject"), category.title];
    let subject = told.into_iter().find(|t| !t.is_empty()).unwrap_or_default().to_owned();
    let note = visit.t.citizen_near_note_day_metres_people(day, count(metres.round() as i64), count(supporters));
    Near { id: record.id, subject, note }
}

/// A category of requests.
pub struct Category<'a> {
    /// Its register.
    pub register: &'a Register,
    /// Its record.
    pub record: &'a Record,
    /// Its title in the visitor's language.
    pub title: &'a str,
}

impl Category<'_> {
    fn metres(&self) -> f64 {
        let metres = match self.record.value(self.register, "duplicate_metres") {
            Some(Value::Int(metres)) => *metres,
            _ => METRES,
        };
        metres.clamp(0, 5_000) as f64
    }
}
