//! GetLegendGraphic (OGC 05-078r4, 12): the legend of the map's page as a picture, drawn by a style of its own.

use super::{fault::Fault, map::PNG, names};
use crate::{
    App, Caller,
    maps::letters,
    ogc_common::kvp::Kvp,
    pages::legend::{self, Form},
};
use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use meydan_kernel::{Error, Lang, catalogue::Theme};
use meydan_render::{Clip, Colour, Drawing, Item, PathBuilder, Piece, Pixels, Shape, Style, Value, View, item::Layer};
use serde_json::{Value as Json, json};

/// Pixels of a row's height and of its swatch's width.
const ROW: f32 = 22.0;
const SWATCH: f32 = 26.0;
/// Pixels of the picture's width; a longer title is broken.
const WIDTH: u32 = 320;

/// Answers it.
pub(super) async fn answer(app: &App, caller: &Caller, kvp: &Kvp, lang: Lang) -> Result<Response, Fault> {
    let registers =
        names::layers(app, caller, kvp.get("LAYER").or_else(|| kvp.get("LAYERS")).map_or_else(|| kvp.need("LAYER"), Ok)?)?;
    let theme = names::theme(kvp.get("STYLE").or_else(|| kvp.get("STYLES")))?;
    let catalogue = app.desk.catalogue();
    let mut rows = Vec::new();
    for register in &registers {
        app.desk.readable(&caller.principal, register)?;
        for mut row in legend::of(&catalogue, register, lang) {
            if row.title.is_empty() {
                register.title.get(lang).clone_into(&mut row.title);
            }
            rows.push(row);
        }
    }
    let png = tokio::task::spawn_blocking(move || paint(&rows, theme)).await.map_err(Error::internal)??;
    let bearing =
        [(header::CONTENT_TYPE, HeaderValue::from_static(PNG)), (header::CACHE_CONTROL, HeaderValue::from_static("no-cache"))];
    Ok((bearing, png).into_response())
}

fn style() -> Result<Style, Error> {
    let colour = ["get", "colour"];
    let layers = json!([
        { "id": "fill", "type": "fill", "source-layer": "fill", "paint": { "fill-color": colour } },
        { "id": "edge", "type": "line", "source-layer": "fill",
          "paint": { "line-color": ["coalesce", ["get", "edge"], "transparent"], "line-width": 1 } },
        { "id": "line", "type": "line", "source-layer": "line", "paint": { "line-color": colour, "line-width": 3 } },
        { "id": "dash", "type": "line", "source-layer": "dash",
          "paint": { "line-color": colour, "line-width": 3, "line-dasharray": [2, 1] } },
        { "id": "circle", "type": "circle", "source-layer": "circle", "paint": { "circle-color": colour, "circle-radius": 6,
          "circle-stroke-width": 1, "circle-stroke-color": ["coalesce", ["get", "edge"], "transparent"] } },
        { "id": "text", "type": "symbol", "source-layer": "text", "paint": { "text-color": colour },
          "layout": { "text-field": ["get", "title"], "text-size": 13, "text-anchor": "left", "text-max-width": 20 } },
    ]);
    Style::parse(layers.as_array().into_iter().flatten().filter_map(Json::as_object)).map_err(Error::internal)
}

fn paint(rows: &[legend::Row], theme: Theme) -> Result<Vec<u8>, Error> {
    let style = style()?;
    let (at, paper, ink) = match theme {
        Theme::Light => (0, Colour::WHITE, "#222222"),
        Theme::Dark => (1, Colour { r: 0.1, g: 0.12, b: 0.14, a: 1.0 }, "#eeeeee"),
    };
    let mut layers: Vec<Layer> = Vec::new();
    for (n, row) in rows.iter().enumerate() {
        let y = n as f32 * ROW;
        let text = |text: &str| Value::Text(text.into());
        let edge = row.outlines.get(at).and_then(Option::as_deref).map_or(Value::Null, text);
        let values = |title: Value, colour: Value| {
            let of = |name: &String| match name.as_str() {
                "colour" => colour.clone(),
                "edge" => edge.clone(),
                _ => title.clone(),
            };
            style.properties().iter().map(of).collect::<Vec<_>>()
        };
        let colour = row.colours.get(at).map_or(Value::Null, |c| text(c));
        let (name, shape) = match row.form {
            Form::Fill => ("fill", swatch(y)),
            Form::Line if row.dashed => ("dash", stroke(y)),
            Form::Line => ("line", stroke(y)),
            Form::Circle => ("circle", Some(Shape::Points(vec![(4.0 + SWATCH / 2.0, y + ROW / 2.0)]))),
        };
        let title = Shape::Points(vec![(SWATCH + 12.0, y + ROW / 2.0)]);
        let swatch = shape.map(|shape| Item { id: 0, shape, values: values(Value::Null, colour) });
        layers.push(Layer { name: name.to_owned(), items: swatch.into_iter().collect() });
        let item = Item { id: 0, shape: title, values: values(text(&row.title), text(ink)) };
        layers.push(Layer { name: "text".to_owned(), items: vec![item] });
    }
    let height = ((rows.len() as f32 * ROW) as u32).max(1);
    let mut canvas = Pixels::new(WIDTH, height, 1.0, paper).map_err(Error::internal)?;
    let pieces = [Piece { clip: Clip::Whole, layers }];
    let drawing =
        Drawing { style: &style, pieces: &pieces, typeface: letters(), view: View { width: WIDTH, height, zoom: 0.0 } };
    meydan_render::draw(&drawing, &mut canvas).map_err(Error::internal)?;
    canvas.png().map_err(Error::internal)
}

fn swatch(y: f32) -> Option<Shape> {
    let mut path = PathBuilder::new();
    path.move_to(4.0, y + 4.0);
    for (x, y) in [(4.0 + SWATCH, y + 4.0), (4.0 + SWATCH, y + ROW - 4.0), (4.0, y + ROW - 4.0)] {
        path.line_to(x, y);
    }
    path.close();
    path.finish().map(Shape::Areas)
}

fn stroke(y: f32) -> Option<Shape> {
    let mut path = PathBuilder::new();
    path.move_to(4.0, y + ROW / 2.0);
    path.line_to(4.0 + SWATCH, y + ROW / 2.0);
    path.finish().map(Shape::Lines)
}
