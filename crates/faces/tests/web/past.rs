//! What was: versions of a feature, the state of another day in features and tiles, and what changed in between.

use crate::{city::City, guarded::Guarded};
use jiff::{SignedDuration, Timestamp};
use meydan_kernel::desk::Edit;
use serde_json::{Value as Json, json};

const ITEMS: &str = "/ogc/collections/building/items";

/// A building that changed and ended; the instants of its versions.
async fn life(city: &City) -> Vec<Timestamp> {
    let id = city.building(1).await;
    let floors = city.app.desk.register("building").expect("there").field_index("floors").expect("a field");
    let change = async |edit: Edit| {
        let done = city.app.desk.change(&crate::city::surveyor(), vec![("building".into(), edit)]).await;
        done.expect("it is changed").recorded_at
    };
    let first = city.json(&format!("{ITEMS}/1")).await["properties"]["recorded_at"]
        .as_str()
        .expect("text")
        .parse()
        .expect("an instant");
    let set = vec![(floors, meydan_kernel::Value::Int(8))];
    let second = change(Edit::Update { id, expected: None, set, geometry: None }).await;
    let third = change(Edit::Delete { id, expected: None }).await;
    vec![first, second, third]
}

fn second_before(at: Timestamp) -> Timestamp {
    at - SignedDuration::from_micros(1)
}

#[tokio::test]
async fn a_feature_tells_its_versions() {
    let city = City::with_a_street().await;
    let current = city.get(&format!("{ITEMS}/2")).await;
    assert!(current.header("link").contains("rel=\"original timegate\""), "{}", current.header("link"));
    let at = life(&city).await;
    let map = city.json(&format!("{ITEMS}/1/versions")).await;
    let versions = map["versions"].as_array().expect("a list");
    assert_eq!(versions.iter().map(|v| v["ended"].as_bool()).collect::<Vec<_>>(), [Some(false), Some(false), Some(true)]);
    let path = |href: &Json| href.as_str().expect("an address").replace("http://kent.example", "");
    for (version, floors) in [(0, 1), (1, 8)] {
        let was = city.get(&path(&versions[version]["href"])).await;
        assert_eq!(was.json()["properties"]["floors"], floors, "{}", was.text());
        assert!(!was.header("memento-datetime").is_empty());
        assert!(was.header("link").contains("canonical"));
        assert_eq!(was.header("cache-control"), "no-cache", "so young may still change");
    }
    let first = city.get(&format!("{ITEMS}/1?datetime={}", second_before(at[1]))).await;
    assert!(first.header("link").contains("successor-version") && !first.header("link").contains("predecessor-version"));
    for (instant, status) in [(at[2], 410), (second_before(at[0]), 410)] {
        let gone = city.get(&format!("{ITEMS}/1?datetime={instant}")).await;
        assert_eq!(gone.status.as_u16(), status, "{}", gone.text());
        assert!(gone.header("link").contains(&at[1].to_string()), "the last version is linked: {}", gone.header("link"));
    }
    assert_eq!(city.get(&format!("{ITEMS}/4711?datetime={}", at[0])).await.status, 404);
    // A time gate: HTTP's dates know no parts of a second, and both changes may be of one second.
    let gate = city.get_with(&format!("{ITEMS}/1"), &[("accept-datetime", "Tue, 24 Nov 2020 09:00:00 GMT")]).await;
    assert_eq!((gate.status.as_u16(), &gate.json()["properties"]["floors"]), (200, &json!(1)), "the first there was");
    assert!(gate.header("content-location").ends_with(&format!("datetime={}", at[0])));
    assert!(gate.header("vary").to_lowercase().contains("accept-datetime"));
    assert_eq!(city.get_with(&format!("{ITEMS}/1"), &[("accept-datetime", "2020")]).await.status, 400);
    let links = city.get_with(&format!("{ITEMS}/1/versions"), &[("accept", "application/link-format")]).await;
    assert_eq!(links.header("content-type"), "application/link-format");
    let text = links.text();
    assert!(text.contains("rel=\"first memento\"") && text.contains("rel=\"last memento\"") && text.contains("GMT"), "{text}");
    let page = city.json(&format!("{ITEMS}/1/versions?limit=2")).await;
    let next = page["links"].as_array().expect("links").iter().find(|l| l["rel"] == "next").expect("a next page");
    assert_eq!(city.json(&path(&next["href"])).await["versions"][0]["version"], 3);
}

#[tokio::test]
async fn tiles_and_changes_of_another_day() {
    let city = City::with_a_street().await;
    // Whole microseconds, as records are dated.
    let before = Timestamp::from_microsecond(Timestamp::now().as_microsecond()).expect("an instant");
    let n = f64::from(1u32 << 16);
    let (lon, lat) = crate::city::CORNER;
    let x = ((lon + 180.0) / 360.0 * n) as u32;
    let y = ((1.0 - lat.to_radians().tan().asinh() / std::f64::consts::PI) / 2.0 * n) as u32;
    let tile = format!("/tiles/building/16/{x}/{y}.mvt");
    let then = city.get(&tile).await;
    let at = life(&city).await;
    assert_ne!(city.get(&tile).await.body, then.body, "it was torn down");
    let past = city.get(&format!("{tile}?datetime={before}")).await;
    assert_eq!(past.status, 200, "{}", past.text());
    let count = |body: &[u8]| body.windows("Apartmanı".len()).filter(|w| *w == "Apartmanı".as_bytes()).count();
    assert_eq!((count(&past.body), count(&city.get(&tile).await.body)), (count(&then.body), count(&then.body) - 1));
    assert_eq!(city.get(&format!("{tile}?datetime={before}")).await.body, past.body, "kept");
    let ogc = format!("/ogc/collections/building/tiles/WebMercatorQuad/16/{y}/{x}?datetime={before}");
    assert_eq!(city.get(&ogc).await.body, past.body);
    assert_eq!(city.get(&format!("{tile}?datetime=2000-01-01T00:00:00Z")).await.status, 204, "nothing was then");
    assert_eq!(city.get(&format!("{tile}?datetime=yesterday")).await.status, 400);
    let tilejson = city.json(&format!("/tiles/building.json?datetime={before}")).await;
    assert!(tilejson["tiles"][0].as_str().expect("text").ends_with(&format!("?datetime={before}")), "{tilejson}");
    let style = city.json(&format!("/styles/light?datetime={before}")).await;
    assert!(style["sources"]["meydan"]["tiles"][0].as_str().expect("text").ends_with(&format!("?datetime={before}")));

    let changes =
        async |from: Timestamp, to: &str| city.json(&format!("/ogc/collections/building/changes?from={from}{to}")).await;
    let whole = changes(second_before(at[0]), "&limit=10").await;
    assert_eq!(whole["features"].as_array().expect("features").len(), 10, "{whole}");
    let mut seen = 0;
    let mut page = whole;
    loop {
        let features = page["features"].as_array().expect("features");
        assert!(features.iter().all(|f| f["change"] == "added" && f["before"].is_null()), "{page}");
        seen += features.len();
        let next = page["links"].as_array().expect("links").iter().find(|l| l["rel"] == "next").map(|l| l["href"].clone());
        let Some(next) = next else { break };
        page = city.json(&next.as_str().expect("an address").replace("http://kent.example", "")).await;
    }
    assert_eq!(seen, crate::city::BUILDINGS - 1, "what came and went in between is not told");
    let ended = changes(before, "").await;
    assert_eq!(ended["features"].as_array().expect("one").len(), 1);
    let one = &ended["features"][0];
    assert_eq!(
        (&one["change"], &one["before"]["properties"]["floors"], &one["after"]),
        (&json!("ended"), &json!(1), &Json::Null)
    );
    let changed = changes(before, &format!("&to={}", at[1])).await;
    let one = &changed["features"][0];
    assert_eq!((&one["change"], &one["changed"]), (&json!("changed"), &json!(["floors"])));
    assert_eq!((&one["before"]["properties"]["floors"], &one["properties"]["floors"]), (&json!(1), &json!(8)));
    assert_eq!(changes(at[2], "").await["features"], json!([]));
}

/// The past takes the right to the history, as it does everywhere; and what everybody may see of it, caches may keep.
#[tokio::test]
async fn the_past_is_for_who_may_see_it() {
    let guarded = Guarded::new().await;
    let now = Timestamp::now();
    for path in [
        format!("/ogc/collections/contract/changes?from={now}"),
        "/ogc/collections/contract/items/1/versions".to_owned(),
        format!("/ogc/collections/building/items/1?datetime={now}"),
        format!("/tiles/building/3/4/2.mvt?datetime={now}"),
        "/ogc/collections/building/items/1/versions".to_owned(),
        format!("/ogc/collections/building/changes?from={now}"),
    ] {
        assert_eq!(guarded.get(&path).await.status, 401, "{path}");
    }
    let lamp = guarded.get("/ogc/collections/lamp/changes?from=2020-01-01T00:00:00Z").await;
    assert_eq!((lamp.status.as_u16(), lamp.json()["features"].as_array().map(Vec::len)), (200, Some(crate::guarded::LAMPS)));
    assert!(!lamp.text().contains(&crate::guarded::COST.to_string()), "{}", lamp.text());
    let old = guarded.get("/ogc/collections/lamp/changes?from=2020-01-01T00:00:00Z&to=2021-01-01T00:00:00Z").await;
    assert_eq!(old.header("cache-control"), "public, max-age=86400, immutable");
    // The tiles carry the cost: not everybody's.
    let tile = guarded.get("/tiles/lamp/3/4/2.mvt?datetime=2021-01-01T00:00:00Z").await;
    assert_eq!((tile.status.as_u16(), tile.header("cache-control")), (204, "no-store"));
}
