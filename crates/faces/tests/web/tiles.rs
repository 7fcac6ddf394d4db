//! Tiles through HTTP: both spellings of the address, composites, validators, codings; decoded by an independent library.

use crate::city::{BUILDINGS, CORNER, City, footprint, surveyor};
use meydan_kernel::desk::Edit;
use std::{io::Write, process};

/// Row and column of the street's corner.
fn place(z: u32) -> (u32, u32) {
    let n = f64::from(1u32 << z);
    let latitude = CORNER.1.to_radians();
    let x = (CORNER.0 + 180.0) / 360.0 * n;
    let y = (1.0 - latitude.tan().asinh() / std::f64::consts::PI) / 2.0 * n;
    (x as u32, y as u32)
}

fn xyz(layers: &str, z: u32) -> String {
    let (x, y) = place(z);
    format!("/tiles/{layers}/{z}/{x}/{y}.mvt")
}

/// Layers of a tile with their numbers of features, by mapbox-vector-tile for Python.
fn decode(tile: &[u8]) -> serde_json::Value {
    let program = "import sys,json,mapbox_vector_tile as m\nt=m.decode(sys.stdin.buffer.read())\n\
        print(json.dumps({k:[f['properties']|{'_id':f['id']} for f in v['features']] for k,v in t.items()}))";
    let mut child = process::Command::new("python3")
        .args(["-c", program])
        .stdin(process::Stdio::piped())
        .stdout(process::Stdio::piped())
        .spawn()
        .expect("python3 with mapbox-vector-tile is installed");
    child.stdin.take().expect("piped").write_all(tile).expect("written");
    let out = child.wait_with_output().expect("it ends");
    serde_json::from_slice(&out.stdout).expect("JSON")
}

#[tokio::test]
async fn the_street_is_in_its_tile() {
    let city = City::with_a_street().await;
    let reply = city.get(&xyz("building", 15)).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(reply.header("content-type"), "application/vnd.mapbox-vector-tile");
    assert_eq!(reply.header("access-control-allow-origin"), "*");
    let layers = decode(&reply.body);
    let features = layers["building"].as_array().expect("the layer");
    assert!(!features.is_empty() && features.len() <= BUILDINGS);
    assert!(features.iter().any(|f| f["name"] == "İskele Apartmanı 0" && f["_id"] == 1), "{features:?}");
    let (x, y) = place(15);
    let ogc = city.get(&format!("/ogc/collections/building/tiles/WebMercatorQuad/15/{y}/{x}")).await;
    assert_eq!(ogc.body, reply.body);
    let encoded = city.get(&xyz("building%2Cdoor", 15)).await;
    assert_eq!(encoded.body, city.get(&xyz("building,door", 15)).await.body);
}

#[tokio::test]
async fn several_registers_are_one_tile() {
    let city = City::with_a_street().await;
    let park = city.app.desk.register("park").expect("there");
    let name = park.field_index("name").expect("a field");
    let edit = Edit::Insert {
        id: None,
        set: vec![(name, meydan_kernel::Value::Text("Meydan Parkı".into()))],
        geometry: Some(footprint(CORNER.0, CORNER.1 + 0.001)),
    };
    city.app.desk.change(&surveyor(), vec![("park".into(), edit)]).await.expect("planted");
    let both = city.get(&xyz("building,park", 15)).await;
    let layers = decode(&both.body);
    assert_eq!(layers["park"][0]["name"], "Meydan Parkı");
    assert!(!layers["building"].as_array().expect("buildings").is_empty());
    let coded = city.get_with(&xyz("building,park", 15), &[("accept-encoding", "gzip, deflate, br")]).await;
    assert_eq!(coded.header("content-encoding"), "gzip");
    assert_ne!(coded.header("etag"), both.header("etag"));
    let mut plain = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&coded.body[..]), &mut plain).expect("gzip");
    assert_eq!(plain, both.body);
    let again = city.get_with(&xyz("building,park", 15), &[("if-none-match", coded.header("etag"))]).await;
    assert_eq!(again.status, 304);
}

#[tokio::test]
async fn an_edit_shows_in_the_very_next_tile() {
    let city = City::with_a_street().await;
    let path = xyz("building", 16);
    let before = city.get(&path).await;
    let tag = before.header("etag").to_owned();
    assert_eq!(city.get_with(&path, &[("if-none-match", &tag)]).await.status, 304);
    let id = city.building(1).await;
    city.app.desk.change(&surveyor(), vec![("building".into(), Edit::Delete { id, expected: None })]).await.expect("torn down");
    let after = city.get_with(&path, &[("if-none-match", &tag)]).await;
    assert_eq!(after.status, 200);
    let gone = decode(&after.body);
    assert!(gone["building"].as_array().expect("the layer").iter().all(|f| f["_id"] != 1));
}

#[tokio::test]
async fn empty_tiles_and_wrong_addresses() {
    let city = City::with_a_street().await;
    let empty = city.get("/tiles/building/15/0/0.mvt").await;
    assert_eq!((empty.status.as_u16(), empty.body.len()), (204, 0));
    for (path, code) in [
        ("/tiles/building/15/99999/0.mvt", "no-such-tile"),
        ("/tiles/building/21/0/0.mvt", "no-such-tile"),
        ("/tiles/building/300/0/0.mvt", "no-such-path"),
        ("/tiles/building/1/-1/0.mvt", "no-such-path"),
        ("/tiles/building/1/0/0.png", "no-such-path"),
        ("/tiles/unicorn/1/0/0.mvt", "no-such-register"),
        ("/tiles/building,unicorn/1/0/0.mvt", "no-such-register"),
        ("/tiles/independent_unit/1/0/0.mvt", "no-geometry"),
        ("/ogc/collections/building/tiles/NoSuchGrid/1/0/0", "no-such-path"),
    ] {
        let reply = city.get(path).await;
        assert_eq!((reply.status.as_u16(), reply.json()["code"].as_str()), (404, Some(code)), "{path}");
        assert_eq!(reply.header("content-type"), "application/problem+json");
    }
    assert_eq!(city.get("/tiles/building/1/0/0.mvt?x=1").await.status, 400);
    let post = axum::http::Request::post("/tiles/building/1/0/0.mvt").body(axum::body::Body::empty()).expect("a request");
    let reply = city.send(post).await;
    assert_eq!(reply.status, 405);
    assert!(reply.header("allow").contains("GET"));
}

#[tokio::test]
async fn a_collection_knows_its_extent() {
    let city = City::with_a_street().await;
    let bbox = city.json("/ogc/collections/building").await["extent"]["spatial"]["bbox"][0].clone();
    let west = bbox[0].as_f64().expect("a number");
    assert!((west - CORNER.0).abs() < 1e-6, "{bbox}");
}
