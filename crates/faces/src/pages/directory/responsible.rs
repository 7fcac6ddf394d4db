//! Who is responsible for this here? Answered by the routing itself: what a request of the category at the place would become.

use super::super::{
    citizen::{Tree, place},
    page::Visit,
};
use crate::{Problem, reports::REQUEST};
use meydan_geo::Wkb;
use meydan_kernel::Value;
use uuid::Uuid;

/// The effect that chooses the unit.
const ROUTE: &str = "route";

/// What is asked, and the answer.
#[derive(Default)]
pub struct Responsible {
    /// Category chosen.
    pub category: String,
    /// Title of the category.
    pub about: String,
    /// Address as typed.
    pub typed: String,
    /// Where that is, as the city knows it; empty if it isn't known.
    pub here: String,
    /// Places that may be meant: name, note, address of the page.
    pub places: Vec<(String, String, String)>,
    /// The unit.
    pub unit: Option<Uuid>,
    /// Nothing was found for what was typed.
    pub nowhere: bool,
}

/// Reads the question and asks the routing.
///
/// # Errors
/// Those of the store.
pub async fn ask(visit: &Visit, tree: &Tree) -> Result<Responsible, Problem> {
    let query = &visit.query;
    let category = query.get("category").unwrap_or_default().to_owned();
    let typed = query.get("where").unwrap_or_default().trim().to_owned();
    let mut out = Responsible { category, typed, ..Responsible::default() };
    let Ok(id) = out.category.parse::<Uuid>() else { return Ok(out) };
    let Some(title) = tree.title_of(id) else { return Ok(out) };
    out.about = title;
    let mut point = query.get("at").and_then(place::point);
    if point.is_none() && !out.typed.is_empty() {
        let found = place::search(visit, &out.typed).await?;
        match found.as_slice() {
            [] => out.nowhere = true,
            [one] => point = place::point(&one.at),
            many => {
                let to = |at: &str| format!("/rehber{}#sorumlu", query.without(&["lang", "theme"]).with("at", at).query());
                out.places = many.iter().map(|f| (f.label.clone(), f.note.clone(), to(&f.at))).collect();
            }
        }
    }
    if !out.places.is_empty() || out.nowhere {
        return Ok(out);
    }
    out.unit = route(visit, id, point, &mut out.here).await?;
    Ok(out)
}

async fn route(visit: &Visit, category: Uuid, point: Option<(f64, f64)>, here: &mut String) -> Result<Option<Uuid>, Problem> {
    let desk = &visit.app.desk;
    let register = desk.register(REQUEST)?;
    let mut set = vec![
        ("kind", Value::Text("complaint".to_owned())),
        ("category", Value::Reference(category)),
        // Some categories want a name; nobody is named here.
        ("applicant_name", Value::Text("—".to_owned())),
        ("address", Value::Text("—".to_owned())),
    ];
    let mut geometry = None;
    if let Some((lon, lat)) = point {
        geometry = Wkb::point(lon, lat);
        if let Some(place) = place::at(visit, lon, lat).await? {
            here.clone_from(&place.address);
            set.extend(place.street.map(|id| ("street", Value::Reference(id))));
            set.extend(place.neighbourhood.map(|id| ("neighbourhood", Value::Reference(id))));
        }
    }
    let set = set.into_iter().filter_map(|(name, value)| Some((register.field_index(name)?, value))).collect();
    match desk.foresee(&register, set, geometry, ROUTE).await {
        Ok(case) => Ok(match case.value(&register, "unit") {
            Some(Value::Reference(unit)) => Some(*unit),
            _ => None,
        }),
        // A category that can't be filed as it stands has nobody to name.
        Err(error) if matches!(error.code(), "invalid-record" | "no-unit") => Ok(None),
        Err(error) => Err(error.into()),
    }
}
