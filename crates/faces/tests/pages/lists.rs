//! Lists: filter, order, pages, columns, export links.

use crate::{
    browser::{all_between, between, unescape},
    city::{BUILDINGS, City},
};
use proptest::prelude::*;

fn fids(html: &str) -> Vec<i64> {
    all_between(html, "data-fid=\"", "\"").into_iter().map(|f| f.parse().expect("a number")).collect()
}

async fn page(city: &City, path: &str) -> String {
    let reply = city.get_with(path, &[("accept", "text/html")]).await;
    assert_eq!(reply.status, 200, "{path}: {}", reply.text());
    reply.text()
}

/// All rows of a list, page by page.
async fn walk(city: &City, path: &str) -> Vec<i64> {
    let mut all = Vec::new();
    let mut next = path.to_owned();
    loop {
        let html = page(city, &next).await;
        all.extend(fids(&html));
        match between(&html, "rel=\"next\" href=\"", "\"") {
            Some(href) => next = unescape(href),
            None => return all,
        }
    }
}

#[tokio::test]
async fn pages_of_any_order_hold_every_record_once() {
    let city = City::with_a_street().await;
    // Three more without a number of floors: empty values take part in the order.
    for i in 0..30 {
        let body = serde_json::json!({ "changes": [{ "register": "building", "op": "insert", "values": { "name": format!("Ek {i}") },
            "geometry": { "type": "Polygon", "coordinates": [[[39.8, 41.0], [39.8001, 41.0], [39.8001, 41.0001], [39.8, 41.0]]] } }] });
        assert!(city.post("/api/changes", &body).await.status.is_success());
    }
    for sort in ["", "&sort=floors", "&sort=-floors", "&sort=name", "&sort=-kind", "&sort=official_id"] {
        let mut all = walk(&city, &format!("/registers/building?limit=25{sort}")).await;
        assert_eq!(all.len(), BUILDINGS + 30, "{sort}");
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), BUILDINGS + 30, "{sort}: a record twice");
    }
    let second = page(&city, "/registers/building?limit=25&offset=25").await;
    let href = unescape(between(&second, "rel=\"prev\" href=\"", "\"").expect("a way back"));
    assert_eq!(fids(&page(&city, &href).await), fids(&page(&city, "/registers/building?limit=25").await));
}

#[tokio::test]
async fn filters_narrow_the_list_and_go_along_to_the_export() {
    let city = City::with_a_street().await;
    let count = async |query: &str| fids(&page(&city, &format!("/registers/building?limit=250&{query}")).await).len();
    assert_eq!(count("f.kind=ticari").await, 5);
    assert_eq!(count("f.name=iskele").await, BUILDINGS, "İ folds to i");
    assert_eq!(count("f.name=%25").await, 0, "a percent sign is a letter");
    assert_eq!(count("f.name=o%27brien%27+OR+1%3D1").await, 0);
    assert_eq!(count("min.floors=3&max.floors=4").await, 8);
    assert_eq!(count("filter=floors+%3D+1+OR+floors+%3D+2").await, 8);
    assert_eq!(count("f.kind=ticari&filter=floors+%3D+1+OR+floors+%3D+2").await, 2);
    let html = page(&city, "/registers/building?f.kind=ticari&min.floors=2").await;
    let export = all_between(&html, "<a href=\"", "\"")
        .into_iter()
        .find(|h| h.contains("/export/geojson?"))
        .map(unescape)
        .expect("an export link");
    let exported = city.json(&export).await;
    assert_eq!(exported["features"].as_array().expect("features").len(), fids(&html).len());
}

#[tokio::test]
async fn a_filter_that_cannot_be_read_says_so_beside_itself() {
    let city = City::with_a_street().await;
    for query in ["filter=kat+%3E", "filter=olmayan+%3D+1", "min.floors=çok", "f.neighbourhood=Olmayan"] {
        let reply = city.get_with(&format!("/registers/building?{query}"), &[("accept", "text/html")]).await;
        assert_eq!(reply.status, 400, "{query}");
        assert!(reply.text().contains("role=\"alert\""), "{query}");
    }
}

#[tokio::test]
async fn personal_data_is_not_in_a_list_unless_asked_for() {
    let city = City::with_a_street().await;
    assert!(!page(&city, "/registers/building").await.contains("sort=manager"));
    let html = page(&city, "/registers/building?col=name&col=manager").await;
    assert!(html.contains("sort=manager") && html.contains("kişisel veri"));
    assert_eq!(all_between(&html, "<th scope=\"col\"", "</th>").len(), 3, "number, name, manager");
}

#[tokio::test]
async fn the_past_is_listed_as_it_was() {
    let city = City::with_a_street().await;
    let before = jiff::Timestamp::now();
    let id = city.building(2).await;
    let body = serde_json::json!({ "changes": [{ "register": "building", "op": "update", "id": id, "values": { "name": "Yeni Ad" } }] });
    assert!(city.post("/api/changes", &body).await.status.is_success());
    assert!(page(&city, "/registers/building").await.contains("Yeni Ad"));
    let past = page(&city, &format!("/registers/building?as-of={before}")).await;
    assert!(!past.contains("Yeni Ad") && past.contains("İskele Apartmanı 1"));
    let past = page(&city, &format!("/registers/building/{id}?as-of={before}")).await;
    assert!(past.contains("İskele Apartmanı 1"));
}

#[tokio::test]
async fn search_finds_without_turkish_letters_and_only_what_matches() {
    let city = City::with_a_street().await;
    for asked in ["iskele", "İSKELE", "apartmani%2024", "ISKELE"] {
        let found = city.json(&format!("/search.json?q={asked}")).await;
        assert_eq!(found["groups"][0]["register"], "building", "{asked}: {found}");
    }
    let found = city.json("/search.json?q=apartmani%2024").await;
    assert_eq!(found["groups"][0]["hits"][0]["label"], "İskele Apartmanı 24");
    assert_eq!(city.json("/search.json?q=astarmani").await["groups"], serde_json::json!([]));
    assert_eq!(city.json("/search.json?q=").await["groups"], serde_json::json!([]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_query_is_answered(query in "[ -~ışİğ]{0,60}", name in "(f|min|max)\\.(name|floors|kind|neighbourhood)|after|at|sort|limit|offset|as-of|filter|col|from") {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let value = percent_encoding::utf8_percent_encode(&query, percent_encoding::NON_ALPHANUMERIC).to_string();
        runtime.block_on(async {
            static CITY: tokio::sync::OnceCell<City> = tokio::sync::OnceCell::const_new();
            let city = CITY.get_or_init(City::with_a_street).await;
            for path in ["/registers/building", "/log", "/search", "/registers/building/new", "/registers/building/1", "/"] {
                let reply = city.get_with(&format!("{path}?{name}={value}"), &[("accept", "text/html")]).await;
                assert!(!reply.status.is_server_error(), "{path}?{name}={value}: {}", reply.text());
            }
        });
    }
}
