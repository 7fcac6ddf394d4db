//! What is drawn, seen in the pixels.

use meydan_geo::Wkb;
use meydan_render::{
    Clip, Colour, Drawing, Item, Piece, Pixels, Region, Shape, Style, Typeface, Value, View, draw,
    item::{Layer, from_tile, from_wkb},
};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

fn style(layers: &Json) -> Style {
    Style::parse(layers.as_array().expect("layers").iter().filter_map(Json::as_object)).expect("a style")
}

/// Draws 100 × 100 pixels on white; a function from a pixel to its colour.
fn picture(style: &Style, pieces: &[Piece], ratio: f32) -> impl Fn(u32, u32) -> [u8; 3] + use<> {
    let typeface = Typeface::sans().expect("a typeface");
    let mut canvas = Pixels::new(100, 100, ratio, Colour::WHITE).expect("a canvas");
    let view = View { width: 100, height: 100, zoom: 14.0 };
    draw(&Drawing { style, pieces, typeface: &typeface, view }, &mut canvas).expect("drawn");
    let file = canvas.png().expect("a file");
    let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().expect("a PNG");
    let mut bytes = vec![0; reader.output_buffer_size().expect("a size")];
    let info = reader.next_frame(&mut bytes).expect("a picture");
    assert_eq!(info.color_type, png::ColorType::Rgb, "nothing shines through");
    move |x, y| {
        let at = (y * info.width + x) as usize * 3;
        [bytes[at], bytes[at + 1], bytes[at + 2]]
    }
}

fn square(from: f64, to: f64) -> Wkb {
    Wkb::polygon(&[vec![(from, from), (to, from), (to, to), (from, to), (from, from)]]).expect("a square")
}

fn place(x: f64, y: f64) -> Option<(f32, f32)> {
    Some((x as f32, y as f32))
}

fn piece(clip: Clip, name: &str, items: Vec<Item>) -> Piece {
    Piece { clip, layers: vec![Layer { name: name.to_owned(), items }] }
}

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

#[test]
fn areas_lines_and_circles_take_their_colours_from_the_style_and_the_values() {
    let style = style(&json!([
        { "id": "a", "type": "fill", "source-layer": "land",
          "paint": { "fill-color": ["match", ["get", "kind"], "park", "#00ff00", "#0000ff"] } },
        { "id": "late", "type": "fill", "source-layer": "land", "minzoom": 15, "paint": { "fill-color": "#000" } },
        { "id": "b", "type": "line", "source-layer": "way", "filter": ["==", ["get", "kind"], "road"],
          "paint": { "line-color": "#ff0000", "line-width": ["interpolate", ["linear"], ["zoom"], 10, 0, 14, 8] } },
        { "id": "c", "type": "circle", "source-layer": "spot", "paint": { "circle-color": "#000", "circle-radius": 4 } },
    ]));
    assert_eq!(style.properties(), ["kind"]);
    assert_eq!(style.source_layers(14.0), ["land", "way", "spot"]);
    let area = |from, to, kind: &str| from_wkb(1, &square(from, to), place, vec![text(kind)]).expect("an area");
    let way = |kind: &str, y: f64| {
        let line = Wkb::line_string(&[(0.0, y), (100.0, y)]).expect("a line");
        from_wkb(1, &line, place, vec![text(kind)]).expect("a line")
    };
    let spot = from_wkb(1, &Wkb::point(90.0, 10.0).expect("a point"), place, vec![]).expect("a point");
    let pieces = [Piece {
        clip: Clip::Whole,
        layers: vec![
            Layer { name: "spot".into(), items: vec![spot] },
            Layer { name: "land".into(), items: vec![area(10.0, 40.0, "park"), area(50.0, 80.0, "wood")] },
            Layer { name: "way".into(), items: vec![way("road", 60.0), way("path", 20.0)] },
        ],
    }];
    for ratio in [1.0, 2.0] {
        let pixel = picture(&style, &pieces, ratio);
        let at = |x: u32, y: u32| pixel((x as f32 * ratio) as u32, (y as f32 * ratio) as u32);
        assert_eq!(at(20, 20), [0, 255, 0], "a park is green, and no line of another kind is over it");
        assert_eq!(at(60, 70), [0, 0, 255]);
        assert_eq!(at(60, 60), [255, 0, 0], "the line lies above the area, as the style's order says");
        assert_eq!(at(60, 63), [255, 0, 0], "eight pixels wide");
        assert_eq!(at(60, 66), [0, 0, 255]);
        assert_eq!(at(90, 10), [0, 0, 0]);
        assert_eq!(at(95, 95), [255, 255, 255]);
    }
}

#[test]
fn a_piece_paints_its_own_region_only() {
    let style = style(&json!([{ "id": "a", "type": "fill", "source-layer": "land", "paint": { "fill-color": "#00f8" } }]));
    let whole = || vec![from_wkb(1, &square(-10.0, 110.0), place, vec![]).expect("an area")];
    let left = Region { x: 0, y: 0, width: 50, height: 100 };
    let right = Region { x: 50, y: 0, width: 50, height: 100 };
    let pixel =
        picture(&style, &[piece(Clip::Region(left), "land", whole()), piece(Clip::Region(right), "land", whole())], 1.0);
    let one = pixel(10, 10);
    assert!(one != [255, 255, 255] && one != [0, 0, 255]);
    assert_eq!([pixel(49, 50), pixel(50, 50), pixel(90, 90)], [one; 3], "no seam, and nothing twice");
    let half = |corners: &[(f32, f32)]| {
        let mut path = tiny_skia::PathBuilder::new();
        corners.iter().enumerate().for_each(|(at, (x, y))| if at == 0 { path.move_to(*x, *y) } else { path.line_to(*x, *y) });
        Clip::Outline(path.finish().expect("a path"))
    };
    let upper = piece(half(&[(-1.0, -1.0), (101.0, -1.0), (101.0, 37.3), (-1.0, 61.9)]), "land", whole());
    let lower = piece(half(&[(-1.0, 61.9), (101.0, 37.3), (101.0, 101.0), (-1.0, 101.0)]), "land", whole());
    let pixel = picture(&style, &[upper, lower], 1.0);
    assert!((0..100).all(|x| (0..100).all(|y| pixel(x, y) == one)), "no seam across either");
}

#[test]
fn labels_stand_where_they_fit_and_only_there() {
    let layers = json!([
        { "id": "n", "type": "symbol", "source-layer": "land",
          "layout": { "text-field": ["get", "name"], "text-size": 20 }, "paint": { "text-color": "#000" } },
    ]);
    let style = style(&layers);
    let dark = |items: Vec<Item>| {
        let pixel = picture(&style, &[piece(Clip::Whole, "land", items)], 1.0);
        (0..100).flat_map(|x| (0..100).map(move |y| (x, y))).filter(|(x, y)| pixel(*x, *y)[0] < 128).count()
    };
    let named = |from, to, name: &str| from_wkb(1, &square(from, to), place, vec![text(name)]).expect("an area");
    let one = dark(vec![named(20.0, 80.0, "İğde")]);
    assert!(one > 50, "{one}");
    let other = |from, to| Item { id: 2, ..named(from, to, "Göl") };
    assert_eq!(dark(vec![named(20.0, 80.0, "İğde"), other(20.0, 80.0)]), one, "the second has no room");
    assert_eq!(dark(vec![named(-10.0, 10.0, "İğde")]), 0, "none is cut by the edge");
    assert_eq!(dark(vec![named(20.0, 80.0, "   ")]), 0);
    assert!(dark(vec![named(20.0, 80.0, "\u{10ffff}\u{0}")]) < 500, "letters without a glyph");
    let line = style_along();
    let way = Wkb::line_string(&[(95.0, 50.0), (5.0, 50.0)]).expect("a line");
    let item = from_wkb(3, &way, place, vec![text("Uzun Sokak")]).expect("a line");
    let pixel = picture(&line, &[piece(Clip::Whole, "way", vec![item])], 1.0);
    let rows = |range: std::ops::Range<u32>| range.filter(|y| (0..100).any(|x| pixel(x, *y)[0] < 128)).count();
    assert!(rows(40..60) > 5 && rows(0..40) == 0 && rows(60..100) == 0, "along the line");
}

fn style_along() -> Style {
    style(&json!([{ "id": "n", "type": "symbol", "source-layer": "way",
        "layout": { "text-field": ["get", "name"], "text-size": 12, "symbol-placement": "line" } }]))
}

#[test]
fn a_picture_has_a_size() {
    assert!(Pixels::new(0, 10, 1.0, Colour::WHITE).is_err());
    assert!(Pixels::new(9000, 10, 1.0, Colour::WHITE).is_err());
    assert!(Pixels::new(10, 10, f32::NAN, Colour::WHITE).is_err());
    assert!(Pixels::new(10, 10, 1e9, Colour::WHITE).is_err());
}

/// A tile with one layer of one feature, written by hand from the specification's example (section 4.3.5.4: a polygon).
fn tile() -> Vec<u8> {
    let field = |number: u8, bytes: &[u8]| [&[number << 3 | 2, bytes.len() as u8], bytes].concat();
    let geometry = [9, 6, 12, 18, 10, 12, 24, 44, 15];
    let feature = [vec![8, 7, 24, 3], field(2, &[0, 0]), field(4, &geometry)].concat();
    let value = field(1, "park".as_bytes());
    field(3, &[field(1, b"land"), field(2, &feature), field(3, b"kind"), field(4, &value), vec![120, 2]].concat())
}

#[test]
fn a_vector_tile_comes_to_pixels() {
    let layers = from_tile(&tile(), |u, v| ((10.0 + u * 8192.0) as f32, (v * 8192.0) as f32), &["other".into(), "kind".into()])
        .expect("a tile");
    let [layer] = layers.as_slice() else { panic!("one layer") };
    let [item] = layer.items.as_slice() else { panic!("one feature") };
    assert_eq!((layer.name.as_str(), item.id), ("land", 7));
    assert_eq!(item.values, [Value::Null, text("park")]);
    let Shape::Areas(path) = &item.shape else { panic!("an area") };
    let b = path.bounds();
    assert_eq!((b.left(), b.top(), b.right(), b.bottom()), (16.0, 12.0, 50.0, 68.0), "(3,6) (8,12) (20,34), two pixels each");
}

proptest! {
    #[test]
    fn no_bytes_of_a_tile_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), at in 0_usize..60, byte: u8) {
        let _ = from_tile(&bytes, |u, v| (u as f32 * 256.0, v as f32 * 256.0), &["kind".into()]);
        let mut broken = tile();
        let at = at % broken.len();
        broken[at] = byte;
        if let Ok(layers) = from_tile(&broken, |u, v| (u as f32 * 256.0, v as f32 * 256.0), &["kind".into()]) {
            let all = style(&json!([{ "id": "a", "type": "fill", "source-layer": "land" }, { "id": "b", "type": "line", "source-layer": "land" },
                { "id": "c", "type": "symbol", "source-layer": "land", "layout": { "text-field": ["get", "kind"] } }]));
            let _ = picture(&all, &[Piece { clip: Clip::Whole, layers }], 1.0);
        }
    }
}
