//! Where it is: addresses found by what is typed, and a point told as the address nearest to it.

use super::{citizen, reference, text};
use crate::{
    Problem,
    pages::{labels::Labels, page::Visit, search},
};
use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use meydan_geo::{Bbox, Wkb, measure};
use meydan_kernel::{Error, Query, Record, Register, cql2};
use serde_json::{Value as Json, json};
use std::sync::Arc;
use uuid::Uuid;

/// A point is told as the address of a door within this many metres.
const SNAP_METRES: f64 = 60.0;
/// Limit: doors looked at round a point.
const MAX_DOORS: usize = 300;
/// Limit: places offered.
const MAX_PLACES: usize = 10;
/// Limit: streets of which a door with the number is looked for.
const MAX_STREETS: usize = 8;
/// Limit: characters that are looked for.
const MAX_ASKED: usize = 120;
/// Metres of a degree of latitude.
const DEGREE_METRES: f64 = 111_000.0;
/// The city's own registers of addresses.
const DOOR: &str = "door";
const STREET: &str = "street";
const NEIGHBOURHOOD: &str = "neighbourhood";
const PLACE: &str = "point_of_interest";

/// A place on the map, as it is told.
#[derive(Debug, Clone, Default)]
pub struct Place {
    /// Longitude.
    pub lon: f64,
    /// Latitude.
    pub lat: f64,
    /// The nearest door's address, or the neighbourhood.
    pub address: String,
    /// Name of the neighbourhood; empty outside of all.
    pub quarter: String,
    /// The street of the nearest door.
    pub street: Option<Uuid>,
    /// The neighbourhood.
    pub neighbourhood: Option<Uuid>,
}

/// A place offered for what was typed.
#[derive(Debug, Clone)]
pub struct Found {
    /// Its address.
    pub label: String,
    /// What it is, or where.
    pub note: String,
    /// Longitude and latitude as a form sends them back.
    pub at: String,
}

/// Reads `longitude,latitude`.
pub fn point(text: &str) -> Option<(f64, f64)> {
    let (lon, lat) = text.split_once(',')?;
    let (lon, lat): (f64, f64) = (lon.trim().parse().ok()?, lat.trim().parse().ok()?);
    (lon.is_finite() && lat.is_finite() && lon.abs() <= 180.0 && lat.abs() <= 85.0).then_some((lon, lat))
}

/// A point as a form sends it.
pub fn written(lon: f64, lat: f64) -> String {
    format!("{lon:.6},{lat:.6}")
}

/// The box of so many metres round a point.
pub fn round(lon: f64, lat: f64, metres: f64) -> Bbox {
    let dy = metres / DEGREE_METRES;
    let dx = dy / lat.to_radians().cos().max(0.05);
    Bbox::new(lon - dx, lat - dy, lon + dx, lat + dy)
}

/// Where a point record is.
pub fn position(record: &Record) -> Option<(f64, f64)> {
    let b = record.geometry.as_ref()?.bbox()?;
    Some(((b.min_x + b.max_x) / 2.0, (b.min_y + b.max_y) / 2.0))
}

/// What a point is called; `None` if it is nowhere in the city.
///
/// # Errors
/// Those of the store.
pub async fn at(visit: &Visit, lon: f64, lat: f64) -> Result<Option<Place>, Problem> {
    let desk = &visit.app.desk;
    let (Ok(doors), Ok(quarters)) = (desk.register(DOOR), desk.register(NEIGHBOURHOOD)) else { return Ok(None) };
    let near = Query { bbox: vec![round(lon, lat, SNAP_METRES)], limit: Some(MAX_DOORS), ..Query::all(Arc::clone(&doors)) };
    let here = Wkb::point(lon, lat).ok_or_else(|| Error::internal("a point that is none"))?;
    let within = Query {
        bbox: vec![Bbox::new(lon, lat, lon, lat)],
        filter: Some(cql2::Expr::Intersects(here)),
        limit: Some(1),
        ..Query::all(Arc::clone(&quarters))
    };
    let principal = citizen();
    let (near, mut within) = futures::try_join!(desk.query(&principal, &near), desk.query(&principal, &within))?;
    let distance = |r: &Record| position(r).map_or(f64::INFINITY, |p| measure::distance_m(p, (lon, lat)));
    let nearest = near.iter().map(|r| (distance(r), r)).filter(|(d, _)| *d <= SNAP_METRES).min_by(|a, b| a.0.total_cmp(&b.0));
    let within = within.pop();
    let mut place = Place { lon, lat, ..Place::default() };
    if let Some(quarter) = &within {
        place.neighbourhood = Some(quarter.id);
        text(&quarters, quarter, "name").clone_into(&mut place.quarter);
    }
    if let Some((_, door)) = nearest {
        let labels = Labels::of(visit, &doors, &[door], |f| f.name == "street" || f.name == NEIGHBOURHOOD).await?;
        place.street = reference(&doors, door, "street");
        if place.neighbourhood.is_none() {
            place.neighbourhood = reference(&doors, door, NEIGHBOURHOOD);
            let name = place.neighbourhood.and_then(|id| labels.get(NEIGHBOURHOOD, id));
            name.unwrap_or_default().clone_into(&mut place.quarter);
        }
        let street = place.street.and_then(|id| labels.get(STREET, id)).unwrap_or_default();
        place.address = address(street, text(&doors, door, "number"), &place.quarter);
    } else {
        place.address.clone_from(&place.quarter);
    }
    Ok((!place.address.is_empty()).then_some(place))
}

/// An address as it is written on a letter.
fn address(street: &str, number: &str, quarter: &str) -> String {
    let number = if number.is_empty() { String::new() } else { format!("No: {number}") };
    let line = [street, number.as_str()].into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(" ");
    [line.as_str(), quarter].into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(", ")
}

/// Places for what was typed: a door where a number stands at the end, else streets, neighbourhoods and known places.
///
/// # Errors
/// Those of the store.
pub async fn search(visit: &Visit, asked: &str) -> Result<Vec<Found>, Problem> {
    let asked: String = asked.chars().take(MAX_ASKED).collect();
    let (name, number) = split(&asked);
    let mut found = Vec::new();
    if name.is_empty() {
        return Ok(found);
    }
    let desk = &visit.app.desk;
    let streets = match desk.register(STREET) {
        Ok(register) => search::by_label(visit, &register, &name, MAX_STREETS).await?,
        Err(_) => Vec::new(),
    };
    if let (Some(number), Ok(doors)) = (&number, desk.register(DOOR)) {
        for street in &streets {
            found.extend(doors_of(visit, &doors, street, number).await?);
        }
    }
    if found.is_empty() {
        let middle = |b: [f64; 4]| ((b[0] + b[2]) / 2.0, (b[1] + b[3]) / 2.0);
        for street in &streets {
            let Some((lon, lat)) = street.bbox.map(middle) else { continue };
            let quarter = at(visit, lon, lat).await?.map(|p| p.quarter).unwrap_or_default();
            found.push(Found { label: street.label.clone(), note: quarter, at: written(lon, lat) });
        }
        for kind in [NEIGHBOURHOOD, PLACE] {
            let Ok(register) = desk.register(kind) else { continue };
            for hit in search::by_label(visit, &register, asked.trim(), MAX_STREETS / 2).await? {
                let Some((lon, lat)) = hit.bbox.map(middle) else { continue };
                found.push(Found { label: hit.label, note: visit.say(&register.title).to_owned(), at: written(lon, lat) });
            }
        }
    }
    found.truncate(MAX_PLACES);
    Ok(found)
}

async fn doors_of(visit: &Visit, doors: &Arc<Register>, street: &search::Hit, number: &str) -> Result<Vec<Found>, Problem> {
    let filter = cql2::parse(doors, &format!("street = '{}' AND \"number\" = '{number}'", street.id))?;
    let query = Query { filter: Some(filter), limit: Some(2), ..Query::all(Arc::clone(doors)) };
    let records = visit.app.desk.query(&citizen(), &query).await?;
    let all: Vec<&Record> = records.iter().collect();
    let labels = Labels::of(visit, doors, &all, |f| f.name == NEIGHBOURHOOD).await?;
    let told = |door: &Record| {
        let (lon, lat) = position(door)?;
        let quarter = reference(doors, door, NEIGHBOURHOOD).and_then(|id| labels.get(NEIGHBOURHOOD, id)).unwrap_or_default();
        let label = address(&street.label, text(doors, door, "number"), "");
        Some(Found { label, note: quarter.to_owned(), at: written(lon, lat) })
    };
    Ok(records.iter().filter_map(told).collect())
}

/// Name and number of what was typed: `Gazipaşa Cd. No: 12` → `Gazipaşa`, `12`. Of short forms the name's first letters do.
fn split(asked: &str) -> (String, Option<String>) {
    let spaced = asked.replace([':', ','], " ");
    let plain = |word: &&str| {
        !matches!(word.to_lowercase().trim_end_matches('.'), "no" | "numara" | "cd" | "cad" | "sk" | "sok" | "blv")
    };
    let mut words: Vec<&str> = spaced.split_whitespace().filter(plain).collect();
    let is_number = |word: &&str| {
        word.starts_with(|c: char| c.is_ascii_digit()) && word.chars().all(|c| c.is_alphanumeric() || matches!(c, '/' | '-'))
    };
    let number = (words.len() > 1).then(|| words.last().copied().filter(is_number)).flatten().map(str::to_uppercase);
    if number.is_some() {
        words.pop();
    }
    (words.join(" "), number)
}

/// `GET /basvuru/adres.json?q=`.
///
/// # Errors
/// Those of the store.
pub async fn search_json(visit: Visit) -> Result<Response, Problem> {
    let found = search(&visit, visit.query.get("q").unwrap_or_default()).await?;
    let places = found.iter().map(|f| json!({ "label": f.label, "note": f.note, "at": f.at }));
    Ok(answer(&json!({ "places": places.collect::<Vec<_>>() })))
}

/// `GET /basvuru/yer.json?at=lon,lat`.
///
/// # Errors
/// Those of the store.
pub async fn at_json(visit: Visit) -> Result<Response, Problem> {
    let place = match visit.query.get("at").and_then(point) {
        Some((lon, lat)) => at(&visit, lon, lat).await?,
        None => None,
    };
    let told = place.map(|p| json!({ "at": written(p.lon, p.lat), "address": p.address, "neighbourhood": p.quarter }));
    Ok(answer(&json!({ "place": told })))
}

/// JSON for the pages' own scripts.
pub fn answer(json: &Json) -> Response {
    ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-cache")], json.to_string()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_type_is_a_street_and_a_number() {
        let is = |asked: &str, name: &str, number: Option<&str>| {
            assert_eq!(split(asked), (name.to_owned(), number.map(str::to_owned)), "{asked}");
        };
        is("Gazipaşa Caddesi No: 12", "Gazipaşa Caddesi", Some("12"));
        is("gazipaşa cd. 12/a", "gazipaşa", Some("12/A"));
        is("İnönü", "İnönü", None);
        is("1453 sokak", "1453 sokak", None);
        is("1453", "1453", None);
        is("Lale Sok. 3' OR 1=1", "Lale 3' OR 1=1", None);
    }

    #[test]
    fn only_points_of_the_earth_are_points() {
        assert_eq!(point("39.72,41.0"), Some((39.72, 41.0)));
        for text in ["", "39.72", "NaN,41", "200,41", "39,inf", "a,b"] {
            assert_eq!(point(text), None, "{text}");
        }
    }
}
