//! Styles, TileJSON and the API definition hold together.

use crate::city::City;
use serde_json::Value as Json;
use std::collections::BTreeSet;

#[tokio::test]
async fn a_style_draws_only_what_its_source_has() {
    let city = City::empty().await;
    for id in ["light", "dark"] {
        let style = city.json(&format!("/styles/{id}")).await;
        assert_eq!(style["version"], 8);
        let template = style["sources"]["meydan"]["tiles"][0].as_str().expect("a template");
        let names = template.strip_prefix("http://kent.example/tiles/").expect("ours").split('/').next().expect("names");
        let tilejson = city.json(&format!("/tiles/{names}.json")).await;
        assert_eq!(tilejson["tilejson"], "3.0.0");
        assert_eq!(tilejson["tiles"][0], template);
        let layers: BTreeSet<&str> =
            tilejson["vector_layers"].as_array().expect("a list").iter().filter_map(|l| l["id"].as_str()).collect();
        let mut ids = BTreeSet::new();
        for layer in style["layers"].as_array().expect("layers") {
            assert!(ids.insert(layer["id"].as_str().expect("an id")), "{layer}: twice");
            if layer["type"] != "background" {
                assert!(layers.contains(layer["source-layer"].as_str().expect("a source layer")), "{layer}");
                assert_eq!(layer["source"], "meydan");
            }
        }
        assert!(ids.len() > 10);
    }
    assert_eq!(city.get("/styles/sepia").await.status, 404);
    assert_eq!(city.get("/tiles/building,unicorn.json").await.status, 404);
}

#[tokio::test]
async fn personal_fields_are_in_no_tile() {
    let city = City::empty().await;
    let tilejson = city.json("/tiles/building.json").await;
    assert!(tilejson["vector_layers"][0]["fields"]["name"].is_string());
    assert_eq!(tilejson["vector_layers"][0]["fields"]["manager"], Json::Null);
}

#[tokio::test]
async fn the_api_definition_refers_only_to_itself() {
    let city = City::empty().await;
    let reply = city.get("/ogc/api").await;
    assert_eq!(reply.header("content-type"), "application/vnd.oai.openapi+json;version=3.0");
    let api = reply.json();
    let mut references = Vec::new();
    collect(&api, &mut references);
    assert!(!references.is_empty());
    for reference in references {
        let pointer = reference.strip_prefix('#').unwrap_or_else(|| panic!("{reference} leaves the document"));
        assert!(api.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
    let parameters = api["paths"]["/collections/building/items"]["get"]["parameters"].to_string();
    for name in ["filter-lang", "\"kind\"", "\"fid\"", "bbox", "resultType"] {
        assert!(parameters.contains(name), "{name}");
    }
    assert!(api["components"]["parameters"]["filter-lang"].to_string().contains("\"cql-text\""), "GDAL looks for it");
    let ids: Vec<String> = api["paths"]
        .as_object()
        .expect("paths")
        .values()
        .flat_map(|p| p.as_object().expect("an item").values())
        .filter_map(|o| o["operationId"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "operation ids are unique");
}

fn collect<'a>(json: &'a Json, found: &mut Vec<&'a str>) {
    match json {
        Json::Object(map) => map.iter().for_each(|(name, value)| match value.as_str() {
            Some(text) if name == "$ref" => found.push(text),
            _ => collect(value, found),
        }),
        Json::Array(items) => items.iter().for_each(|item| collect(item, found)),
        _ => {}
    }
}

#[tokio::test]
async fn tilesets_lead_to_their_grid() {
    let city = City::empty().await;
    let list = city.json("/ogc/collections/building/tiles").await;
    assert_eq!(list["tilesets"][0]["dataType"], "vector");
    let one = city.json("/ogc/collections/building/tiles/WebMercatorQuad").await;
    assert_eq!(one["layers"][0]["geometryDimension"], 2);
    let set = one["links"]
        .as_array()
        .expect("links")
        .iter()
        .find(|l| l["rel"].as_str().is_some_and(|r| r.ends_with("tiling-scheme")));
    let path = set.expect("a grid")["href"].as_str().expect("text").strip_prefix("http://kent.example").expect("ours");
    assert_eq!(city.json(path).await["tileMatrices"][3]["matrixWidth"], 8);
    assert_eq!(city.get("/ogc/collections/independent_unit/tiles").await.status, 404);
    assert_eq!(city.get("/ogc/collections/building/tiles/NoSuchGrid").await.status, 404);
}
