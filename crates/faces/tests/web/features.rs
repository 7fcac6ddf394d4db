//! OGC API Features: what the abstract tests of Parts 1, 2, 3 and 5 ask.

use crate::city::{BUILDINGS, CORNER, City, STEP, footprint, surveyor};
use meydan_kernel::desk::Edit;
use serde_json::Value as Json;

const ITEMS: &str = "/ogc/collections/building/items";

fn fids(page: &Json) -> Vec<i64> {
    page["features"].as_array().expect("features").iter().map(|f| f["id"].as_i64().expect("an integer")).collect()
}

fn link<'a>(json: &'a Json, rel: &str) -> Option<&'a str> {
    json["links"].as_array()?.iter().find(|l| l["rel"] == rel)?["href"].as_str()
}

#[tokio::test]
async fn everything_is_found_from_the_landing_page() {
    let city = City::with_a_street().await;
    let landing = city.json("/ogc/").await;
    assert_eq!(landing["title"], "Deneme Kenti");
    for rel in ["self", "service-desc", "conformance", "data"] {
        let path =
            link(&landing, rel).unwrap_or_else(|| panic!("no {rel}")).strip_prefix("http://kent.example").expect("our host");
        assert_eq!(city.get(path).await.status, 200, "{rel}");
    }
    let collections = city.json("/ogc/collections?lang=en").await;
    let building =
        collections["collections"].as_array().expect("a list").iter().find(|c| c["id"] == "building").expect("there");
    assert_eq!(building["title"], "Building");
    assert_eq!(
        building["crs"].as_array().expect("a list").last().expect("one"),
        "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
    );
    assert_eq!(building["storageCrs"], "http://www.opengis.net/def/crs/OGC/1.3/CRS84");
    for link in building["links"].as_array().expect("links") {
        let path = link["href"].as_str().expect("text").strip_prefix("http://kent.example").expect("our host");
        if path.starts_with("/ogc/") && !path.contains("/export/") && !path.ends_with("/tiles") {
            assert_eq!(city.get(path).await.status, 200, "{path}");
        }
    }
    let conformance = city.json("/ogc/conformance").await;
    for class in ["ogcapi-features-3/1.0/conf/filter", "ogcapi-features-3/1.0/conf/features-filter", "cql2/1.0/conf/basic-cql2"]
    {
        assert!(conformance["conformsTo"].to_string().contains(class), "QGIS wants {class}");
    }
}

#[tokio::test]
async fn a_page_tells_what_it_is() {
    let city = City::with_a_street().await;
    let before = jiff::Timestamp::now();
    let reply = city.get(&format!("{ITEMS}?limit=10")).await;
    assert_eq!(reply.header("content-type"), "application/geo+json");
    assert_eq!(reply.header("content-crs"), "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>");
    assert_eq!(reply.headers.get("access-control-allow-origin"), None, "somebody asks: what they see is for their own origin");
    let page = reply.json();
    assert_eq!(page["type"], "FeatureCollection");
    assert_eq!(page["numberReturned"], 10);
    assert_eq!(page["numberMatched"], BUILDINGS);
    assert!(page["timeStamp"].as_str().expect("text").parse::<jiff::Timestamp>().expect("RFC 3339") >= before);
    assert_eq!(fids(&page), (1..=10).collect::<Vec<i64>>());
    let feature = &page["features"][2];
    assert_eq!(feature["properties"]["name"], "İskele Apartmanı 2");
    assert_eq!(feature["properties"]["version"], 1);
    assert_eq!(feature["properties"]["floors_below"], Json::Null);
    assert_eq!(feature["geometry"]["type"], "MultiPolygon");
    assert_eq!(feature["geometry"]["coordinates"][0][0][0], serde_json::json!([CORNER.0 + 2.0 * STEP, CORNER.1]));
    let next = page["links"].as_array().expect("links").iter().find(|l| l["rel"] == "next").expect("a next page");
    assert_eq!(next["type"], "application/geo+json");
}

#[tokio::test]
async fn pages_by_next_offset_and_sort_make_the_whole() {
    let city = City::with_a_street().await;
    for start in
        ["limit=7", "limit=7&sortby=-floors", "limit=7&sortby=name", "limit=7&offset=0", "limit=7&sortby=%2Bbuilt_year"]
    {
        let mut path = format!("{ITEMS}?{start}");
        let mut seen = Vec::new();
        let mut floors = Vec::new();
        loop {
            let page = city.json(&path).await;
            seen.extend(fids(&page));
            floors.extend(page["features"].as_array().expect("a list").iter().map(|f| f["properties"]["floors"].as_i64()));
            let Some(next) = link(&page, "next") else { break };
            path = next.strip_prefix("http://kent.example").expect("our host").to_owned();
        }
        assert_eq!(seen.len(), BUILDINGS, "{start}");
        if start.contains("-floors") {
            assert!(floors.is_sorted_by(|a, b| a >= b), "{floors:?}");
        }
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), BUILDINGS, "{start}: nothing twice");
    }
    assert_eq!(fids(&city.json(&format!("{ITEMS}?offset=20&limit=3")).await), [21, 22, 23]);
    let all = city.json(&format!("{ITEMS}?limit=999999")).await;
    assert_eq!(all["numberReturned"], BUILDINGS);
    assert_eq!(link(&all, "next"), None);
}

#[tokio::test]
async fn filters_of_every_kind_narrow() {
    let city = City::with_a_street().await;
    let count = async |query: &str| city.json(&format!("{ITEMS}?{query}")).await["numberReturned"].as_i64().expect("a number");
    assert_eq!(count("kind=ticari").await, 5);
    assert_eq!(count("kind=ticari&floors=1").await, 1);
    assert_eq!(count("filter=kind%20%3D%20%27ticari%27%20OR%20floors%20%3E%206").await, 7);
    assert_eq!(count("filter-lang=cql-text&filter=(kind%20%3D%20%27ticari%27)%20AND%20(floors%20%3E%203)").await, 3);
    assert_eq!(count("filter=name%20LIKE%20%27%25apartmanı%201%27").await, 0);
    assert_eq!(count("filter=CASEI(name)%20LIKE%20CASEI(%27%25APARTMANI%201%27)").await, 1);
    let json = "%7B%22op%22:%22=%22,%22args%22:%5B%7B%22property%22:%22kind%22%7D,%22ticari%22%5D%7D";
    assert_eq!(count(&format!("filter-lang=cql2-json&filter={json}")).await, 5);
    assert_eq!(count("filter=floors%20%2B%201%20%3E%207%20AND%20area_m2(geom)%20%3E%20100").await, 3);
    assert_eq!(count("filter-crs=EPSG:4326&filter=S_WITHIN(geom,BBOX(41,39.71,41.1,39.7209))").await, 2);
    let functions = city.json("/ogc/functions?lang=en").await;
    let names: Vec<&str> =
        functions["functions"].as_array().expect("a list").iter().filter_map(|f| f["name"].as_str()).collect();
    assert!(names.contains(&"area_m2") && !names.contains(&"casei"), "{names:?}");
    assert_eq!(count(&format!("bbox={},41,{},41.1", CORNER.0 - 0.1, CORNER.0 + 2.5 * STEP)).await, 3);
    assert_eq!(count("bbox=0,0,0,1,1,1").await, 0);
    assert_eq!(count("fid=3").await, 1);
    assert_eq!(count(&format!("id={}", city.building(4).await)).await, 1);
    assert_eq!(count("datetime=../2020-01-01T00:00:00Z").await, 0);
    assert_eq!(count("datetime=2020-01-01T00:00:00Z/..").await, BUILDINGS as i64);
    assert_eq!(count("datetime=2020-01-01T00:00:00Z").await, 0);
    let hits = city.json(&format!("{ITEMS}?kind=ticari&resultType=hits")).await;
    assert_eq!((hits["numberMatched"].as_i64(), hits["numberReturned"].as_i64()), (Some(5), Some(0)));
    assert_eq!(city.json(&format!("{ITEMS}?kind=ticari")).await["numberMatched"], Json::Null);
    assert_eq!(city.json(&format!("{ITEMS}?kind=ticari&count=true&limit=2")).await["numberMatched"], 5);
}

#[tokio::test]
async fn properties_are_selected() {
    let city = City::with_a_street().await;
    let page = city.json(&format!("{ITEMS}?properties=name,floors&limit=1")).await;
    let mut names: Vec<&str> =
        page["features"][0]["properties"].as_object().expect("an object").keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["floors", "id", "name", "recorded_at", "version"]);
}

#[tokio::test]
async fn answers_come_in_the_crs_asked_for_in_its_own_order_of_axes() {
    let city = City::with_a_street().await;
    let corner = async |code: u32| {
        let uri = format!("http://www.opengis.net/def/crs/EPSG/0/{code}");
        let reply = city.get(&format!("{ITEMS}?limit=1&crs={uri}")).await;
        assert_eq!(reply.header("content-crs"), format!("<{uri}>"));
        let json = reply.json();
        let pair = &json["features"][0]["geometry"]["coordinates"][0][0][0];
        (pair[0].as_f64().expect("a number"), pair[1].as_f64().expect("a number"))
    };
    assert_eq!(corner(4326).await, (CORNER.1, CORNER.0));
    // echo 39.72 41.005 | gdaltransform -s_srs OGC:CRS84 -t_srs EPSG:…
    let close = |(a, b): (f64, f64), (x, y): (f64, f64)| assert!((a - x).abs() < 0.001 && (b - y).abs() < 0.001, "{a} {b}");
    close(corner(3857).await, gdaltransform(3857));
    let (x, y) = gdaltransform(5257);
    close(corner(5257).await, (y, x));
    let feature = city.json(&format!("{ITEMS}/1?crs=http://www.opengis.net/def/crs/EPSG/0/5257")).await;
    let northing = feature["geometry"]["coordinates"][0][0][0][0].as_f64().expect("a number");
    assert!((northing - y).abs() < 0.001);
    let (n, e) = (y - 1.0, x - 1.0);
    let bbox = format!("{ITEMS}?bbox={n},{e},{},{}&bbox-crs=[EPSG:5257]", n + 2.0, e + 2.0);
    assert_eq!(city.json(&bbox).await["numberReturned"], 1);
    assert_eq!(city.get(&format!("{ITEMS}?crs=http://www.opengis.net/def/crs/EPSG/0/2154")).await.status, 400);
    let (lon, lat) = (CORNER.0 + 0.0001, CORNER.1 + 0.0001);
    let at = |crs: &str, a: f64, b: f64| format!("{ITEMS}?filter-crs={crs}&filter=S_INTERSECTS(geometry,POINT({a}%20{b}))");
    assert_eq!(fids(&city.json(&at("[EPSG:4326]", lat, lon)).await), [1]);
    assert_eq!(fids(&city.json(&at("[OGC:CRS84]", lon, lat)).await), [1]);
    assert_eq!(fids(&city.json(&at("[EPSG:5257]", y + 5.0, x + 5.0)).await), [1]);
    assert!(fids(&city.json(&at("[EPSG:4326]", lon, lat)).await).is_empty());
}

/// The corner by PROJ: (east, north).
fn gdaltransform(code: u32) -> (f64, f64) {
    use std::{io::Write, process};
    let mut child = process::Command::new("gdaltransform")
        .args(["-s_srs", "OGC:CRS84", "-t_srs", &format!("EPSG:{code}"), "-output_xy"])
        .stdin(process::Stdio::piped())
        .stdout(process::Stdio::piped())
        .spawn()
        .expect("gdal-bin is installed");
    writeln!(child.stdin.take().expect("piped"), "{} {}", CORNER.0, CORNER.1).expect("written");
    let out = child.wait_with_output().expect("gdaltransform ends");
    let text = String::from_utf8(out.stdout).expect("ASCII");
    let mut numbers = text.split_whitespace().map(|n| n.parse::<f64>().expect("a number"));
    (numbers.next().expect("x"), numbers.next().expect("y"))
}

#[tokio::test]
async fn one_feature_by_either_name_now_and_as_of() {
    let city = City::with_a_street().await;
    let id = city.building(3).await;
    let by_id = city.json(&format!("{ITEMS}/{id}")).await;
    assert_eq!(by_id["id"], 3);
    let before = jiff::Timestamp::now();
    let edit = Edit::Update { id, expected: Some(1), set: vec![], geometry: Some(Some(footprint(39.9, 41.0))) };
    city.app.desk.change(&surveyor(), vec![("building".into(), edit)]).await.expect("moved");
    let now = city.json(&format!("{ITEMS}/3")).await;
    assert_eq!(now["properties"]["version"], 2);
    let then = city.json(&format!("{ITEMS}/3?datetime={before}")).await;
    assert_eq!(then["properties"]["version"], 1);
    assert_eq!(then["geometry"], by_id["geometry"]);
    let page = city.json(&format!("{ITEMS}?datetime={before}&bbox=39.8,40.9,40,41.1")).await;
    assert_eq!(page["numberReturned"], 0, "it had not moved there yet");
    assert_eq!(city.get(&format!("{ITEMS}/4711")).await.status, 404);
    assert_eq!(city.get(&format!("{ITEMS}/no-such-name")).await.status, 404);
}

#[tokio::test]
async fn a_copy_is_current_until_a_change() {
    let city = City::with_a_street().await;
    for path in
        [format!("{ITEMS}?limit=5"), format!("{ITEMS}/2"), "/ogc/collections".into(), "/styles/light".into(), "/ogc/api".into()]
    {
        let first = city.get(&path).await;
        let tag = first.header("etag").to_owned();
        assert!(!tag.starts_with("W/"), "{path}: strong");
        let again = city.get_with(&path, &[("if-none-match", &tag)]).await;
        assert_eq!(again.status, 304, "{path}");
        assert!(again.body.is_empty());
    }
    let tag = city.get(&format!("{ITEMS}?limit=5")).await.header("etag").to_owned();
    let id = city.building(20).await;
    let edit = Edit::Delete { id, expected: Some(1) };
    city.app.desk.change(&surveyor(), vec![("building".into(), edit)]).await.expect("gone");
    let after = city.get_with(&format!("{ITEMS}?limit=5"), &[("if-none-match", &tag)]).await;
    assert_eq!(after.status, 200);
    assert_eq!(after.json()["numberMatched"], BUILDINGS - 1);
}

#[tokio::test]
async fn bodies_are_coded_as_asked_and_their_tags_stay_strong() {
    let city = City::with_a_street().await;
    for path in [
        format!("{ITEMS}?limit=20"),
        "/ogc/collections".to_owned(),
        "/ogc/collections/building/export/geojson".to_owned(),
        "/ogc/collections/building/export/csv".to_owned(),
    ] {
        let plain = city.get(&path).await;
        for coding in ["gzip", "br", "zstd"] {
            let coded = city.get_with(&path, &[("accept-encoding", coding)]).await;
            assert_eq!(coded.header("content-encoding"), coding, "{path}");
            assert!(coded.body.len() < plain.body.len() / 2, "{path} {coding}: {}", coded.body.len());
            if path.contains("export") {
                continue;
            }
            let tag = coded.header("etag").to_owned();
            assert!(tag.ends_with(&format!("-{coding}\"")), "{tag}");
            let again = city.get_with(&path, &[("accept-encoding", coding), ("if-none-match", &tag)]).await;
            assert_eq!((again.status.as_u16(), again.header("etag")), (304, tag.as_str()));
        }
    }
}

#[tokio::test]
async fn the_schema_has_roles_codes_and_references() {
    let city = City::empty().await;
    let schema = city.json("/ogc/collections/building/schema?lang=en").await;
    let properties = &schema["properties"];
    assert_eq!(properties["geometry"]["x-ogc-role"], "primary-geometry");
    assert_eq!(properties["geometry"]["format"], "geometry-multipolygon");
    assert_eq!(properties["neighbourhood"]["x-ogc-role"], "reference");
    assert_eq!(properties["neighbourhood"]["x-ogc-collectionId"], "neighbourhood");
    assert!(properties["kind"]["enum"].as_array().expect("codes").contains(&"konut".into()));
    assert!(properties["kind"]["oneOf"][0]["title"].is_string());
    assert_eq!(properties["floors"]["maximum"], 120);
    let list =
        properties["kind"]["x-ogc-codelistUri"].as_str().expect("a URI").strip_prefix("http://kent.example").expect("ours");
    assert_eq!(city.json(list).await["name"], "building_use");
    let queryables = city.json("/ogc/collections/building/queryables").await;
    assert!(queryables["properties"]["name"].is_object() && queryables["properties"]["geometry"].is_object());
}
