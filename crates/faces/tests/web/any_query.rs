//! No query string, path or body makes the server fail: whatever comes, the answer is a result or a problem.

use crate::city::{City, Reply};
use proptest::prelude::*;

fn fine(reply: &Reply, asked: &str) -> Result<(), TestCaseError> {
    let status = reply.status.as_u16();
    prop_assert!(status < 500, "{asked}: {status} {}", reply.text());
    if status >= 400 {
        prop_assert_eq!(reply.header("content-type"), "application/problem+json", "{}", asked);
        prop_assert!(reply.json()["code"].is_string());
    }
    Ok(())
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{0,20}",
        "\\PC{0,12}",
        Just("9223372036854775807".to_owned()),
        Just("-1e400,NaN,1e308,inf".to_owned()),
        Just("39.72,41.005,39.73,41.01".to_owned()),
        Just("-90,-180,90,180".to_owned()),
        Just("http://www.opengis.net/def/crs/EPSG/0/5257".to_owned()),
        Just("2026-11-24T09:00:00Z/..".to_owned()),
        Just("-009999-01-02T01:59:59Z".to_owned()),
        Just("9999-12-30T22:00:00Z".to_owned()),
        Just("kind = 'konut' AND floors BETWEEN 1 AND 9".to_owned()),
        Just("S_INTERSECTS(geometry, POINT(39.72 41.005))".to_owned()),
        Just("NOT (name LIKE '%\\\\%' OR recorded_at > TIMESTAMP('2026-01-01T00:00:00Z'))".to_owned()),
        Just("id IN ('0199f0f0-0000-7000-8000-000000000000')".to_owned()),
        Just("-name".to_owned()),
        Just("true".to_owned()),
        Just("2.6e".to_owned()),
    ]
}

const NAMES: [&str; 20] = [
    "limit",
    "offset",
    "after",
    "bbox",
    "bbox-crs",
    "datetime",
    "crs",
    "filter",
    "filter-lang",
    "filter-crs",
    "sortby",
    "properties",
    "count",
    "resultType",
    "f",
    "lang",
    "kind",
    "floors",
    "id",
    "recorded_at",
];

#[test]
fn any_query_has_an_answer() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let city = runtime.block_on(City::with_a_street());
    let pairs = prop::collection::vec((prop::sample::select(&NAMES[..]), value()), 0..4);
    let mut runner =
        proptest::test_runner::TestRunner::new(ProptestConfig { cases: 400, failure_persistence: None, ..Default::default() });
    let encode = |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
    let outcome = runner.run(&(pairs, "[a-zA-Z0-9%._-]{0,20}"), |(pairs, raw)| {
        let query: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        let query = query.join("&");
        for asked in [
            format!("/ogc/collections/building/items?{query}"),
            format!("/ogc/collections/building/export/geojsonseq?{query}"),
            format!("/ogc/collections/building/items/1?{query}"),
            format!("/ogc/collections/building/items?after={raw}"),
            format!("/ogc/collections/building/items/{raw}"),
            format!("/tiles/{raw}/3/1/1.mvt"),
            format!("/tiles/building/{raw}/1/1.mvt"),
            format!("/api/records/building/{raw}/history"),
        ] {
            if asked.parse::<axum::http::Uri>().is_ok() {
                fine(&runtime.block_on(city.get(&asked)), &asked)?;
            }
        }
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn any_body_has_an_answer() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let city = runtime.block_on(City::with_a_street());
    let id = runtime.block_on(city.building(1)).to_string();
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(serde_json::Value::from),
        "\\PC{0,8}".prop_map(Into::into),
        Just(serde_json::json!({ "type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 1], [1, 0], [0, 0]]] })),
        Just(serde_json::json!({ "type": "Point", "coordinates": [1e308, -1e308] })),
    ];
    let member = prop::sample::select(vec!["name", "floors", "kind", "neighbourhood", "built_year", "nosuch"]);
    let change = (
        prop::sample::select(vec!["insert", "update", "delete", "x"]),
        any::<bool>(),
        member,
        leaf.clone(),
        leaf.clone(),
        any::<Option<i64>>(),
    );
    let mut runner =
        proptest::test_runner::TestRunner::new(ProptestConfig { cases: 300, failure_persistence: None, ..Default::default() });
    let outcome = runner.run(&change, |(op, with_id, field, value, geometry, expected)| {
        let mut change =
            serde_json::json!({ "register": "building", "op": op, "values": { field: value }, "geometry": geometry });
        if with_id {
            change["id"] = id.as_str().into();
        }
        if let Some(expected) = expected {
            change["expected"] = expected.into();
        }
        let body = serde_json::json!({ "changes": [change] });
        fine(&runtime.block_on(city.post("/api/changes", &body)), &body.to_string())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}
