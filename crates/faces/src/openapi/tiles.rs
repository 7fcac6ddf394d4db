//! Operations of OGC API Tiles, TileJSON and the styles.

use super::{
    operation::{Get, Reach, parameters},
    outside,
};
use crate::ogc_common::link;
use meydan_kernel::Catalogue;
use serde_json::{Map, Value as Json, json};

/// Adds them.
pub fn add(paths: &mut Map<String, Json>, catalogue: &Catalogue, base: &str) {
    let drawn: Vec<&str> = catalogue.registers.values().filter(|r| r.geometry.is_some()).map(|r| r.name.as_str()).collect();
    let object = || json!({ "type": "object" });
    let mut get = |path: &str, id: &str, summary: &str, more: Vec<Json>, media_type: &'static str, servers: bool| {
        let mut parameters = more;
        let json = media_type == link::JSON && !servers;
        parameters.extend(json.then(|| super::operation::reference("parameters", "fjson")));
        let operation = Get {
            id: id.to_owned(),
            tag: "Tiles",
            summary: summary.to_owned(),
            parameters,
            answer: (media_type, object()),
            problems: &["BadRequest", "NotFound"],
            conditional: true,
            reach: Reach::Granted,
        };
        let mut path_item = json!({ "get": operation.to_json() });
        if servers {
            path_item["servers"] = outside(base);
        }
        paths.insert(path.to_owned(), path_item);
    };
    get("/tileMatrixSets", "getTileMatrixSetsList", "All grids", vec![], link::JSON, false);
    let set = parameters(&["tileMatrixSetId"]);
    get("/tileMatrixSets/{tileMatrixSetId}", "getTileMatrixSet", "One grid", set, link::JSON, false);
    let style =
        json!({ "name": "styleId", "in": "path", "required": true, "schema": { "type": "string", "enum": ["light", "dark"] } });
    let style = [vec![style], parameters(&["instant"])].concat();
    get("/styles/{styleId}", "getStyle", "A MapLibre style", style, link::STYLE, true);
    if drawn.is_empty() {
        return;
    }
    let collection =
        || json!({ "name": "collectionId", "in": "path", "required": true, "schema": { "type": "string", "enum": drawn } });
    let with = |names: &[&str]| std::iter::once(collection()).chain(parameters(names)).collect::<Vec<_>>();
    let root = "/collections/{collectionId}/tiles";
    get(root, ".collection.vector.getTileSetsList", "Tilesets", with(&[]), link::JSON, false);
    let one = format!("{root}/{{tileMatrixSetId}}");
    get(&one, ".collection.vector.getTileSet", "A tileset", with(&["tileMatrixSetId"]), link::JSON, false);
    let layers = json!({
        "name": "layers",
        "in": "path",
        "required": true,
        "description": "Names of registers, separated by commas.",
        "schema": { "type": "array", "minItems": 1, "items": { "type": "string", "enum": drawn } },
        "style": "simple",
        "explode": false,
    });
    let of_layers = [vec![layers.clone()], parameters(&["instant"])].concat();
    get("/tiles/{layers}.json", "getTileJson", "TileJSON of some registers together", of_layers, link::JSON, true);
    let tile = format!("{root}/{{tileMatrixSetId}}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}");
    let all = with(&["tileMatrixSetId", "tileMatrix", "tileRow", "tileCol", "instant"]);
    paths.insert(tile, json!({ "get": tile_operation(".collection.vector.getTile", all) }));
    let path = |name: &str, least: i64| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "integer", "minimum": least } });
    let zoom = json!({ "name": "z", "in": "path", "required": true,
        "schema": { "type": "integer", "minimum": 0, "maximum": crate::ogc_tiles::MAX_ZOOM } });
    let mut all = vec![layers, zoom, path("x", 0), path("y", 0)];
    all.extend(parameters(&["instant"]));
    let item = json!({ "servers": outside(base), "get": tile_operation("getLayersTile", all) });
    paths.insert("/tiles/{layers}/{z}/{x}/{y}.mvt".to_owned(), item);
}

fn tile_operation(id: &str, parameters: Vec<Json>) -> Json {
    let operation = Get {
        id: id.to_owned(),
        tag: "Tiles",
        summary: "A vector tile".to_owned(),
        parameters,
        answer: (link::MVT, json!({ "type": "string", "format": "binary" })),
        problems: &["BadRequest", "NotFound"],
        conditional: true,
        reach: Reach::Granted,
    };
    let mut operation = operation.to_json();
    operation["responses"]["204"] = json!({ "description": "The tile is empty." });
    operation
}
