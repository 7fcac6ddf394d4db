//! `/organisation`: the organisation chart as of any day, drawn from the dated records. What somebody may not see is not on it;
//! what nobody holds is marked.

use super::{
    super::{
        format,
        page::{Page, Room, Visit, private},
    },
    Rights,
    chart::{Chart, UnitNode},
};
use crate::{Problem, ogc_features::export_formats};
use askama::Template;
use axum::response::Response;
use jiff::civil::Date;
use meydan_kernel::{
    catalogue::Action,
    post::{HOLDING, POST, UNIT},
};
use uuid::Uuid;

/// Limit: units drawn on one page; with more, only the upper ones are, and the others are links.
const MAX_UNITS: usize = 80;
/// Depth that is drawn then.
const SHALLOW: usize = 2;
/// Depth that is drawn else.
const DEEP: usize = 12;
/// Limit: vacancies listed.
const MAX_VACANCIES: usize = 500;

#[derive(Template)]
#[template(path = "admin/organisation.html")]
struct OrganisationPage {
    page: Page,
    tab: &'static str,
    rights: Rights,
    day: String,
    day_words: String,
    is_today: bool,
    above: Option<(String, String)>,
    numbers: (String, String, String),
    staff: bool,
    vacant: bool,
    vacancies: Vec<(Uuid, String, String, String)>,
    roots: Vec<UnitNode>,
    exports: Vec<(String, String)>,
    /// The same chart: all of it, and its vacancies.
    views: (String, String),
}

/// `GET /organisation`; `on` is the day, `unit` where to begin, `show=vacant` lists free seats.
///
/// # Errors
/// Those of the store.
pub async fn show(visit: Visit) -> Result<Response, Problem> {
    let today = visit.caller.principal.today();
    let day = visit.query.get("on").and_then(|d| d.trim().parse::<Date>().ok()).unwrap_or(today);
    let chart = Chart::on(&visit, day).await?;
    let from = visit.query.get("unit").and_then(|id| Uuid::parse_str(id).ok());
    let (units, posts, free) = chart.numbers();
    let vacant = visit.query.get("show") == Some("vacant");
    let depth = if units > MAX_UNITS { SHALLOW } else { DEEP };
    let query = visit.query.without(&["lang", "theme", "show"]);
    let above = from.and_then(|id| chart.unit_above(&visit, id)).map(|(parent, name)| {
        let query = query.without(&["unit"]);
        match parent {
            Some(id) => (format!("/organisation{}", query.with("unit", &id.to_string()).query()), name),
            None => (format!("/organisation{}", query.query()), visit.t.organisation_title().to_owned()),
        }
    });
    let number = |n: usize| format::integer(visit.lang, i64::try_from(n).unwrap_or(i64::MAX));
    let template = OrganisationPage {
        page: visit.page(Room::Administration, visit.t.organisation_title()),
        tab: "organisation",
        rights: visit.rights,
        day: day.to_string(),
        day_words: format::date(visit.lang, day),
        is_today: day == today,
        above,
        numbers: (number(units), number(posts), number(free)),
        staff: posts > 0,
        vacancies: match vacant {
            true => chart.vacancies(&visit).into_iter().take(MAX_VACANCIES).collect(),
            false => Vec::new(),
        },
        roots: if vacant { Vec::new() } else { chart.tree(&visit, from, depth) },
        vacant,
        exports: exports(&visit),
        views: (format!("/organisation{}", query.query()), format!("/organisation{}", query.with("show", "vacant").query())),
    };
    let response = visit.show(&template)?;
    Ok(if visit.caller.principal.is_everyone() { response } else { private(response) })
}

/// The chart's registers as files for programs.
fn exports(visit: &Visit) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for name in [UNIT, POST, HOLDING] {
        let Ok(register) = visit.app.desk.register(name) else { continue };
        let title = visit.say(&register.title).to_owned();
        if visit.may(&register, Action::Read) {
            out.push((format!("/ogc/collections/{name}/items?f=json"), format!("{title}: JSON")));
        }
        if visit.may(&register, Action::Export) && export_formats(&register).any(|f| f.name == "csv") {
            out.push((format!("/ogc/collections/{name}/export/csv"), format!("{title}: CSV")));
        }
    }
    out
}
