//! What is hidden from who asks: it is in no answer, can't be asked for, and the answer says that it is hidden.

use crate::guarded::{COST, Guarded, LAMPS, NATIONAL_ID};

const ITEMS: &str = "/ogc/collections/lamp/items";

/// `text` as the hex of a page token.
fn hex(text: &str) -> String {
    text.bytes().map(|b| format!("{b:02x}")).collect()
}

#[tokio::test]
async fn a_hidden_field_is_named_and_its_value_is_nowhere() {
    let guarded = Guarded::new().await;
    let page = guarded.get(ITEMS).await;
    assert_eq!(page.status, 200, "{}", page.text());
    let features = page.json()["features"].as_array().expect("features").clone();
    assert_eq!(features.len(), LAMPS);
    for feature in &features {
        assert!(feature["properties"]["cost"].is_null());
        assert_eq!(feature["hidden"], serde_json::json!(["cost"]));
    }
    let id = features[0]["properties"]["id"].as_str().expect("an id");
    let record = guarded.get(&format!("/api/records/lamp/{id}")).await.json();
    assert!(record["values"]["cost"].is_null() && record["values"]["plate"] == "L-0");
    assert_eq!(record["hidden"], serde_json::json!(["cost"]));
    let history = guarded.get(&format!("/api/records/lamp/{id}/history")).await.json();
    assert_eq!(history["versions"][0]["hidden"], serde_json::json!(["cost"]));
    let only_plates = guarded.get(&format!("{ITEMS}/1?properties=plate")).await.json();
    assert_eq!(only_plates["hidden"], serde_json::json!([]), "of those selected");
    for path in [
        ITEMS.to_owned(),
        format!("{ITEMS}/1"),
        format!("{ITEMS}?properties=cost&limit=2"),
        format!("{ITEMS}?sortby=plate&limit=2"),
        format!("/api/records/lamp/{id}"),
        format!("/api/records/lamp/{id}/history"),
        format!("/api/log/records/lamp/{id}/proof"),
        "/ogc/collections/lamp/export/csv".to_owned(),
        "/ogc/collections/lamp/export/geojson".to_owned(),
        "/api/log".to_owned(),
        "/search.json?q=7341953".to_owned(),
        "/registers/lamp".to_owned(),
        format!("/registers/lamp/{id}"),
    ] {
        let reply = guarded.get(&path).await;
        let text = reply.text();
        let told = text.replace("q=7341953", "");
        assert!(!told.contains(&COST.to_string()) && !told.contains(&hex(&COST.to_string())), "{path}: {text}");
    }
}

#[tokio::test]
async fn a_hidden_field_cannot_be_asked_for() {
    let guarded = Guarded::new().await;
    let token = format!("1.{}", hex(&COST.to_string()));
    for query in [
        format!("cost={COST}"),
        "filter=cost%20%3E%201".to_owned(),
        "sortby=cost".to_owned(),
        "sortby=-cost&limit=1".to_owned(),
        format!("sortby=cost&after={token}"),
        format!("cost={COST}&resultType=hits"),
        format!("filter=plate%3D'L-1'%20OR%20cost%3D{COST}"),
        "filter=1%20%2B%20cost%20*%202%20%3E%20fid".to_owned(),
        "filter=abs(cost)%20IS%20NULL".to_owned(),
        format!("filter=A_OVERLAPS((fid,cost),({COST},-1))"),
        "filter-lang=cql2-json&filter=%7B%22op%22:%22%3E%22,%22args%22:%5B%7B%22property%22:%22cost%22%7D,1%5D%7D".to_owned(),
    ] {
        let reply = guarded.get(&format!("{ITEMS}?{query}")).await;
        assert_eq!((reply.status.as_u16(), reply.json()["code"].as_str()), (403, Some("forbidden-field")), "{query}");
        let export = guarded.get(&format!("/ogc/collections/lamp/export/csv?{query}")).await;
        assert!(export.status == 403 || export.status == 400, "{query}: {}", export.status);
    }
    // A page token is made of what is shown.
    let page = guarded.get(&format!("{ITEMS}?sortby=plate&limit=2")).await.json();
    let next = page["links"].as_array().expect("links").iter().find(|l| l["rel"] == "next").expect("another page");
    assert!(next["href"].as_str().expect("an address").ends_with(&format!("after=2.{}", hex("\"L-1\""))), "{next}");
}

#[tokio::test]
async fn queryables_are_what_may_be_asked_and_schemas_mark_the_rest() {
    let guarded = Guarded::new().await;
    let queryables = guarded.get("/ogc/collections/lamp/queryables").await.json();
    assert!(queryables["properties"]["plate"].is_object() && queryables["properties"].get("cost").is_none(), "{queryables}");
    let schema = guarded.get("/ogc/collections/lamp/schema").await.json();
    assert_eq!(schema["properties"]["cost"]["x-meydan-hidden"], true);
    assert!(schema["properties"]["plate"].get("x-meydan-hidden").is_none());
    // Who sees it may ask for it.
    let all = guarded.city.json("/ogc/collections/lamp/queryables").await;
    assert!(all["properties"]["cost"].is_object());
}

#[tokio::test]
async fn a_register_that_may_not_be_read_is_not_listed_and_refuses() {
    let guarded = Guarded::new().await;
    let listed = |reply: crate::city::Reply| {
        let list = reply.json()["collections"].as_array().expect("a list").clone();
        list.iter().map(|c| c["id"].as_str().expect("an id").to_owned()).collect::<Vec<_>>()
    };
    let (anybody, expert) =
        (listed(guarded.get("/ogc/collections").await), listed(guarded.get_as_expert("/ogc/collections").await));
    assert!(anybody.contains(&"lamp".to_owned()) && !anybody.contains(&"contract".to_owned()));
    assert!(!anybody.contains(&"person".to_owned()) && expert.contains(&"person".to_owned()));
    assert!(!expert.contains(&"contract".to_owned()));
    let root = "/ogc/collections/contract";
    for path in [
        root.to_owned(),
        format!("{root}/items"),
        format!("{root}/items/1"),
        format!("{root}/queryables"),
        format!("{root}/schema"),
        format!("{root}/feature-schema"),
        format!("{root}/export/csv"),
        format!("{root}/tiles"),
        format!("{root}/tiles/WebMercatorQuad"),
        format!("{root}/tiles/WebMercatorQuad/3/2/4"),
        "/tiles/contract/3/4/2.mvt".to_owned(),
        "/tiles/contract.json".to_owned(),
        "/tiles/lamp,contract/3/4/2.mvt".to_owned(),
        "/api/records/contract/1".to_owned(),
        "/api/records/contract/1/history".to_owned(),
        "/api/log?register=contract".to_owned(),
    ] {
        let reply = guarded.get(&path).await;
        assert_eq!((reply.status.as_u16(), reply.json()["code"].as_str()), (401, Some("login-required")), "{path}");
        assert_eq!(reply.header("www-authenticate"), "Bearer realm=\"meydan\"", "{path}");
        let reply = guarded.get_as_expert(&path).await;
        assert_eq!((reply.status.as_u16(), reply.json()["code"].as_str()), (403, Some("not-allowed")), "{path}");
        assert!(!reply.text().contains("Gizli"), "{path}");
    }
}

#[tokio::test]
async fn personal_data_comes_masked_and_says_so() {
    let guarded = Guarded::new().await;
    let path = format!("/api/records/person/{}", guarded.head);
    assert_eq!(guarded.get(&path).await.status, 401);
    let record = guarded.get_as_expert(&path).await;
    assert_eq!(record.status, 200, "{}", record.text());
    let json = record.json();
    assert_eq!(json["values"]["first_name"], "Ayşe");
    let hidden = json["hidden"].as_array().expect("a list");
    assert!(
        hidden.contains(&"national_id".into()) && hidden.contains(&"phone".into()) && !hidden.contains(&"first_name".into())
    );
    // Their own record matches a question for the number, nobody else's does.
    let asked = guarded.get_as_expert(&format!("/ogc/collections/person/items?national_id={NATIONAL_ID}&count=true")).await;
    assert_eq!((asked.status.as_u16(), asked.json()["numberMatched"].as_u64()), (200, Some(0)), "{}", asked.text());
    for path in [&path, "/ogc/collections/person/items", "/ogc/collections/person/items?sortby=national_id"] {
        let text = guarded.get_as_expert(path).await.text();
        assert!(!text.contains(NATIONAL_ID) && !text.contains("5321112233"), "{path}: {text}");
    }
}
