//! The requests as they came in.

use super::{
    DAYS, Maker, REQUESTS, Thing,
    fixed::Fixed,
    text,
    texts::{FIRST, INFORMATION, LAST, ORDINARY, PETITIONS, TextRow},
};
use crate::{citizen::REQUEST, city::demo::random::Random};
use jiff::{SignedDuration, Timestamp};
use meydan_geo::{Wkb, parts::Part};
use meydan_kernel::{Principal, Query, Record, Result, Value, desk::Edit};
use uuid::Uuid;

/// Minutes of a day.
const DAY_MINUTES: i64 = 24 * 60;
/// Limit: streets that requests are spread over.
const MAX_STREETS: usize = 2_000;
/// One in so many repeats the one before it, at the same place.
const REPEATS: usize = 8;

/// One request that was filed.
pub(super) struct Filed {
    pub(super) id: Uuid,
    pub(super) index: usize,
    pub(super) kind: &'static str,
    pub(super) at: Timestamp,
    /// The request that it repeats.
    pub(super) repeats: Option<Uuid>,
}

/// Files all of them, the oldest first.
pub(super) async fn write(maker: &Maker<'_>, fixed: &Fixed) -> Result<Vec<Filed>> {
    let places = places(maker).await?;
    let agents = ["merve.tunc", "aliriza.balci", "gizem.unal", "hulya.sen"];
    let agents: Vec<Uuid> = agents.iter().map(|login| maker.login(login)).collect::<Result<_>>()?;
    let mut filed: Vec<Filed> = Vec::new();
    let mut before: Option<(&'static TextRow, Option<Wkb>, Uuid)> = None;
    for index in 0..REQUESTS {
        let mut random = Random::of(maker.seed, &[10, index as i64]);
        let again = before.take().filter(|_| index % REPEATS == REPEATS - 1);
        let row = again.as_ref().map_or_else(|| drawn(index, &mut random), |(row, ..)| row);
        let point = match &again {
            Some((_, point, _)) => point.clone(),
            None if places.is_empty() => None,
            None => Some(random.pick(&places).clone()),
        };
        let at = received(maker, index, &mut random);
        let channel = channel(row.kind, &mut random);
        let who = principal(maker, channel, random.pick(&agents), at)?;
        let values = values(row, channel, fixed, index, &mut random, point.is_none());
        let id = maker.id(Thing::Request, index);
        let geometry = if row.kind == "information_request" { None } else { point.clone() };
        let edit = Edit::Insert { id: Some(id), set: maker.set(REQUEST, &values)?, geometry };
        maker.desk.change(&who, vec![(REQUEST.to_owned(), edit)]).await?;
        filed.push(Filed { id, index, kind: row.kind, at, repeats: again.map(|(.., id)| id) });
        before = (row.kind == "complaint").then_some((row, point, id));
    }
    Ok(filed)
}

/// Of ten requests one is a petition, one asks for information.
fn drawn(index: usize, random: &mut Random) -> &'static TextRow {
    match index % 10 {
        3 => random.pick(PETITIONS),
        7 => random.pick(INFORMATION),
        _ => random.pick(ORDINARY),
    }
}

/// The requests come one after the other, more of them lately; none in the last half hour.
fn received(maker: &Maker<'_>, index: usize, random: &mut Random) -> Timestamp {
    let share = 1.0 - (index as f64 + random.unit()) / REQUESTS as f64;
    let minutes = 30 + (share.powf(1.4) * (DAYS * DAY_MINUTES) as f64) as i64;
    maker.now.saturating_sub(SignedDuration::from_mins(minutes)).unwrap_or(maker.now)
}

fn channel(kind: &str, random: &mut Random) -> &'static str {
    let all: &[&'static str] = match kind {
        "petition" => &["letter", "desk", "cimer", "web"],
        "information_request" => &["web", "email", "desk", "cimer"],
        _ => &["phone", "phone", "phone", "web", "web", "app", "app", "social_media", "email", "open311"],
    };
    all[random.below(all.len())]
}

/// What comes by web and app people file themselves; the rest is taken down.
fn principal(maker: &Maker<'_>, channel: &str, agent: &Uuid, at: Timestamp) -> Result<Principal> {
    match channel {
        "web" | "app" | "open311" => Ok(Principal { now: at, ..Principal::everyone("demo") }),
        _ => maker.person(*agent, at),
    }
}

fn values(
    row: &TextRow,
    channel: &'static str,
    fixed: &Fixed,
    index: usize,
    random: &mut Random,
    no_point: bool,
) -> Vec<(&'static str, Value)> {
    let formal = matches!(row.kind, "petition" | "information_request");
    let anonymous = !formal && !matches!(row.category, Some("noise" | "water_bill")) && random.chance(0.15);
    let category = row.category.and_then(|code| fixed.categories.get(code));
    let mut values = vec![
        ("kind", text(row.kind)),
        ("category", category.map_or(Value::Null, |id| Value::Reference(*id))),
        ("description", text(row.text)),
        ("channel", text(channel)),
        ("anonymous", Value::Bool(anonymous)),
    ];
    if no_point {
        values.push(("address", text(format!("Örnek Mahallesi, Deneme Sokağı No: {}", index + 1))));
    }
    if anonymous {
        return values;
    }
    values.push(("applicant_name", text(format!("{} {}", random.pick(FIRST), random.pick(LAST)))));
    if formal || random.chance(0.5) {
        values.push(("applicant_email", text(format!("basvuran{index}@ornek.example"))));
    } else {
        values.push(("applicant_phone", text(format!("+90500100{index:04}"))));
    }
    if formal {
        values.push(("applicant_address", text(format!("Örnek Mahallesi, Deneme Sokağı No: {}", index + 1))));
    }
    if index % 23 == 5 {
        values.push(("language", text("en")));
    }
    values
}

/// Points beside streets.
async fn places(maker: &Maker<'_>) -> Result<Vec<Wkb>> {
    let query = Query { limit: Some(MAX_STREETS), ..Query::all(maker.desk.register("street")?) };
    let streets: Vec<Record> = maker.desk.store().query(&query).await?;
    Ok(streets.iter().filter_map(|s| middle(s.geometry.as_ref()?)).collect())
}

/// A point some metres beside the middle of the first line.
fn middle(geometry: &Wkb) -> Option<Wkb> {
    /// Some six metres, in degrees.
    const ASIDE: f64 = 0.000_05;
    let line = geometry.parts().find_map(|part| match part {
        Part::Line(line) => Some(line),
        _ => None,
    })?;
    let (a, b) = (line.get((line.len() / 2).checked_sub(1)?)?, line.get(line.len() / 2)?);
    Wkb::point(f64::midpoint(a.0, b.0), f64::midpoint(a.1, b.1) + ASIDE)
}
