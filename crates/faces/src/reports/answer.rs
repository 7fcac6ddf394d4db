//! `GET /api/reports/requests`.

use super::{
    Asked, Dimension, Names, REQUEST, Report,
    ask::NAMES,
    report,
    tally::{Number, Spread, Tally},
};
use crate::{
    App, Caller, Problem, negotiate,
    ogc_common::{link, params::Params, reply},
};
use axum::{
    extract::State,
    http::{HeaderMap, Uri},
    response::Response,
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value as Json, json};
use std::{collections::HashMap, sync::Arc};

/// Numbers of requests: all, by each dimension, by week or month; each with the list of its cases.
pub(super) async fn requests(
    State(app): State<Arc<App>>,
    caller: Caller,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mut params = Params::parse(&uri)?;
    let mut given: HashMap<&str, String> = HashMap::new();
    for name in NAMES {
        given.extend(params.take(name)?.map(|value| (name, value)));
    }
    params.finish()?;
    let principal = caller.through("api", None);
    let asked = Asked::read(principal.today(), |name| given.get(name).map(String::as_str))?;
    let report = report(&app, &principal, &caller.directory, asked).await?;
    let lang = negotiate::lang(&uri, &headers);
    let keys = report.groups.iter().map(|(d, rows)| (*d, rows.iter().map(|(key, _)| key.as_str()).collect()));
    let names = Names::of(&app.desk, &principal, lang, keys.collect::<Vec<_>>()).await?;
    let base = negotiate::base_url(&app, &headers);
    let body = told(&report, &names, &base);
    Ok(reply::json(&headers, lang, link::JSON, &body)?)
}

fn told(report: &Report, names: &Names, base: &str) -> Json {
    let group = |dimension: Dimension, key: &str, tally: &Tally| {
        let mut row = numbers(report, Some(&dimension.condition(key)), tally, base);
        row.insert("key".into(), if key.is_empty() { Json::Null } else { key.into() });
        row.insert("title".into(), names.get(dimension, key).into());
        row
    };
    let groups: Map<String, Json> = report
        .groups
        .iter()
        .map(|(d, rows)| (d.field().to_owned(), rows.iter().map(|(key, tally)| group(*d, key, tally)).collect()))
        .collect();
    let trend = report.trend.iter().map(|(slice, tally)| {
        let mut row = numbers(report, Some(&slice.condition()), tally, base);
        row.insert("from".into(), slice.first.to_string().into());
        row.insert("until".into(), slice.last.to_string().into());
        row
    });
    let places = report.places.iter().map(|p| json!({ "coordinates": [p.at.0, p.at.1], "cases": p.cases }));
    json!({
        "from": report.asked.from.to_string(), "until": report.asked.until.to_string(),
        "as_of": report.at.now.to_string(), "filter": report.filter,
        "all": numbers(report, None, &report.all, base),
        "by": groups, "trend": trend.collect::<Vec<_>>(), "repeat_places": places.collect::<Vec<_>>(),
        "repeat_places_cut": report.places_cut,
    })
}

fn numbers(report: &Report, group: Option<&str>, tally: &Tally, base: &str) -> Map<String, Json> {
    let mut out = Map::new();
    for number in Number::ALL {
        let condition = report.condition(group, number);
        let filter = utf8_percent_encode(&condition, NON_ALPHANUMERIC);
        let href = format!("{base}/ogc/collections/{REQUEST}/items?filter={filter}");
        out.insert(number.word().to_owned(), json!({ "number": tally.get(number), "href": href }));
    }
    out.insert("in_time_percent".into(), json!(tally.share(Number::InTime, Number::Closed)));
    out.insert("reopened_percent".into(), json!(tally.share(Number::Reopened, Number::All)));
    out.insert("rating".into(), json!(tally.rating()));
    out.insert("hours_to_answer".into(), spread(&tally.answer));
    out.insert("office_hours_to_answer".into(), spread(&tally.answer_office));
    out.insert("hours_to_close".into(), spread(&tally.close));
    out.insert("office_hours_to_close".into(), spread(&tally.close_office));
    out
}

fn spread(spread: &Spread) -> Json {
    json!({ "number": spread.number(), "median": spread.median(), "p90": spread.ninetieth() })
}
