//! How fast one core encodes tiles, and how large the index is.
//!
//! `cargo run --release -p meydan-geo --example tile_speed -- CITY.gpkg LAYER TILES.txt [more z/x/y …]`
//! reads the layer through GDAL's `ogr2ogr` and encodes each tile of the list (a `z/x/y` per line), three rounds. With
//! `TILES_OUT=FOLDER` in the environment it writes each as `z-x-y.mvt`, for other programs to look at.

use meydan_geo::{
    Wkb,
    tiles::{Attribute, LayerIndex, Scratch, TileId, encode},
};
use serde_json::Value;
use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    time::Instant,
};

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let mut args = std::env::args().skip(1);
    let (Some(city), Some(layer), Some(list)) = (args.next(), args.next(), args.next()) else {
        return Err("usage: tile_speed CITY.gpkg LAYER TILES.txt [z/x/y …]".into());
    };
    let tiles: Vec<TileId> = std::fs::read_to_string(list)?.lines().filter_map(tile).collect();
    let index = load(&city, &layer)?;
    println!("{layer}: {} features, index {:.1} MB", index.len(), index.heap_size() as f64 / 1e6);
    let mut scratch = Scratch::default();
    for round in 1..=3 {
        let (mut features, mut bytes, mut thinned) = (0u64, 0usize, 0);
        let start = Instant::now();
        for tile in &tiles {
            let encoded = encode(&index, &layer, *tile, &mut scratch);
            features += u64::from(encoded.features);
            bytes += encoded.bytes.len();
            thinned += u32::from(encoded.thinned > 0);
        }
        let (n, seconds) = (tiles.len() as f64, start.elapsed().as_secs_f64());
        println!(
            "round {round}: {:.0} tiles/s, {:.0} features and {:.1} kB a tile, {thinned} thinned",
            n / seconds,
            features as f64 / n,
            bytes as f64 / n / 1000.0
        );
    }
    if let Some(folder) = std::env::var_os("TILES_OUT") {
        for tile in &tiles {
            let name = format!("{}-{}-{}.mvt", tile.z(), tile.x(), tile.y());
            std::fs::write(std::path::Path::new(&folder).join(name), encode(&index, &layer, *tile, &mut scratch).bytes)?;
        }
    }
    for tile in args.filter_map(|a| tile(&a)) {
        let start = Instant::now();
        let e = encode(&index, &layer, tile, &mut scratch);
        let ms = start.elapsed().as_secs_f64() * 1000.0;
        println!("{tile:?}: {ms:.1} ms, {} features, {} bytes, step {}", e.features, e.bytes.len(), e.thinned);
    }
    Ok(())
}

fn tile(text: &str) -> Option<TileId> {
    let mut parts = text.trim().split('/');
    TileId::new(parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?)
}

fn load(city: &str, layer: &str) -> Result<LayerIndex, Failure> {
    let arguments = ["-f", "GeoJSONSeq", "/vsistdout/", city, layer, "-lco", "COORDINATE_PRECISION=12"];
    let mut child = Command::new("ogr2ogr").args(arguments).stdout(Stdio::piped()).spawn()?;
    let out = child.stdout.take().ok_or("no output")?;
    let mut index: Option<LayerIndex> = None;
    let mut spent = std::time::Duration::ZERO;
    for (row, line) in (1i64..).zip(BufReader::new(out).lines()) {
        let feature: Value = serde_json::from_str(&line?)?;
        let properties = feature["properties"].as_object().ok_or("no properties")?;
        let values: Vec<Attribute<'_>> = properties.values().map(attribute).collect();
        let geometry = wkb(&feature["geometry"])?;
        let fid = feature["id"].as_i64().unwrap_or(row);
        let start = Instant::now();
        index.get_or_insert_with(|| LayerIndex::new(properties.keys().cloned().collect())).put(fid, Some(&geometry), &values);
        spent += start.elapsed();
    }
    child.wait()?;
    let mut index = index.ok_or("no features")?;
    index.shrink();
    println!("indexing took {:.2} s (reading not counted)", spent.as_secs_f64());
    Ok(index)
}

fn attribute(value: &Value) -> Attribute<'_> {
    match value {
        Value::Bool(b) => Attribute::Bool(*b),
        Value::Number(n) => n.as_i64().map_or(Attribute::Real(n.as_f64().unwrap_or(0.0)), Attribute::Int),
        Value::String(s) => Attribute::Text(s),
        _ => Attribute::Null,
    }
}

/// GeoJSON's nesting is WKB's nesting: a count at each level, a head where a geometry begins.
fn wkb(geometry: &Value) -> Result<Wkb, Failure> {
    let (code, depth) = match geometry["type"].as_str().unwrap_or_default() {
        "Point" => (1, 0),
        "LineString" => (2, 1),
        "Polygon" => (3, 2),
        "MultiPoint" => (4, 1),
        "MultiLineString" => (5, 2),
        "MultiPolygon" => (6, 3),
        other => return Err(format!("geometry type {other:?}").into()),
    };
    let mut out = Vec::new();
    put(&mut out, &geometry["coordinates"], code, depth);
    Ok(Wkb::parse(&out)?)
}

fn put(out: &mut Vec<u8>, coordinates: &Value, code: u32, depth: usize) {
    if code > 0 {
        out.push(1);
        out.extend_from_slice(&code.to_le_bytes());
    }
    let items = coordinates.as_array().map_or(&[][..], |a| a);
    if depth == 0 {
        items.iter().take(2).for_each(|c| out.extend_from_slice(&c.as_f64().unwrap_or(f64::NAN).to_le_bytes()));
        return;
    }
    out.extend_from_slice(&(items.len() as u32).to_le_bytes());
    items.iter().for_each(|item| put(out, item, code.saturating_sub(3), depth - 1));
}
