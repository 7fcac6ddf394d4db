//! Layer by layer onto a canvas, then the labels.

use crate::{
    Canvas, Clip, Colour, Item, Pen, Piece, RenderError, Shape, Style, Typeface,
    canvas::{Cap, Join},
    expression::Subject,
    label,
    style::{Kind, Ready},
};
use tiny_skia::{Path, PathBuilder, Rect};

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View {
    /// Pixels to the right.
    pub width: u32,
    /// Pixels downwards.
    pub height: u32,
    /// Zoom as MapLibre counts: at 0 the world is 512 pixels wide.
    pub zoom: f64,
}

/// A map to be drawn.
pub struct Drawing<'a> {
    /// How.
    pub style: &'a Style,
    /// What.
    pub pieces: &'a [Piece],
    /// The letters of its labels.
    pub typeface: &'a Typeface,
    /// Where.
    pub view: View,
}

/// Draws the map; the background is the canvas's own.
///
/// # Errors
/// If the canvas can't hold a piece.
pub fn draw(drawing: &Drawing<'_>, canvas: &mut dyn Canvas) -> Result<(), RenderError> {
    let layers = drawing.style.at_zoom(drawing.view.zoom);
    for piece in drawing.pieces {
        canvas.clip(&piece.clip)?;
        for layer in layers.iter().filter(|l| l.kind != Kind::Symbol) {
            for item in piece.items(layer.source_layer) {
                paint(layer, item, canvas);
            }
        }
    }
    canvas.clip(&Clip::Whole)?;
    let symbols: Vec<&Ready<'_>> = layers.iter().filter(|l| l.kind == Kind::Symbol).collect();
    label::draw(&symbols, drawing, canvas);
    Ok(())
}

impl Piece {
    pub(crate) fn items<'a>(&'a self, source_layer: &'a str) -> impl Iterator<Item = &'a Item> {
        self.layers.iter().filter(move |l| l.name == source_layer).flat_map(|l| l.items.iter())
    }
}

fn paint(layer: &Ready<'_>, item: &Item, canvas: &mut dyn Canvas) {
    let subject = layer.subject(&item.values, item.shape.type_name());
    if !layer.takes(&subject) {
        return;
    }
    match (layer.kind, &item.shape) {
        (Kind::Fill, Shape::Areas(path)) => fill(layer, &subject, path, canvas),
        (Kind::Line, Shape::Areas(path) | Shape::Lines(path)) => line(layer, &subject, path, canvas),
        (Kind::Circle, Shape::Points(points)) => {
            for point in points {
                circle(layer, &subject, *point, canvas);
            }
        }
        _ => {}
    }
}

fn fill(layer: &Ready<'_>, subject: &Subject<'_>, path: &Path, canvas: &mut dyn Canvas) {
    let opacity = layer.number("fill-opacity", 1.0, subject);
    canvas.fill(path, layer.colour("fill-color", Colour::BLACK, subject).faded(opacity));
    let edge = layer.colour("fill-outline-color", Colour::NONE, subject).faded(opacity);
    if !edge.is_clear() {
        canvas.stroke(path, &Pen { colour: edge, width: 1.0, cap: Cap::Butt, join: Join::Miter, dashes: Vec::new() });
    }
}

fn line(layer: &Ready<'_>, subject: &Subject<'_>, path: &Path, canvas: &mut dyn Canvas) {
    let width = layer.number("line-width", 1.0, subject);
    let opacity = layer.number("line-opacity", 1.0, subject);
    let colour = layer.colour("line-color", Colour::BLACK, subject).faded(opacity);
    // Dashes are counted in widths of the line.
    let mut dashes: Vec<f32> = layer.numbers("line-dasharray", subject).into_iter().map(|d| (d * width).max(0.0)).collect();
    if dashes.len() % 2 == 1 {
        dashes.extend_from_within(..);
    }
    if dashes.iter().sum::<f32>() <= 0.0 {
        dashes.clear();
    }
    canvas.stroke(path, &Pen { colour, width, cap: layer.cap(subject), join: layer.join(subject), dashes });
}

fn circle(layer: &Ready<'_>, subject: &Subject<'_>, (x, y): (f32, f32), canvas: &mut dyn Canvas) {
    let radius = layer.number("circle-radius", 5.0, subject);
    let opacity = layer.number("circle-opacity", 1.0, subject);
    let edge = layer.number("circle-stroke-width", 0.0, subject);
    let round =
        |radius: f32| Rect::from_xywh(x - radius, y - radius, radius * 2.0, radius * 2.0).and_then(PathBuilder::from_oval);
    if let Some(path) = round(radius) {
        canvas.fill(&path, layer.colour("circle-color", Colour::BLACK, subject).faded(opacity));
    }
    if edge > 0.0
        && let Some(path) = round(radius + edge / 2.0)
    {
        let opacity = layer.number("circle-stroke-opacity", 1.0, subject);
        let colour = layer.colour("circle-stroke-color", Colour::BLACK, subject).faded(opacity);
        canvas.stroke(&path, &Pen { colour, width: edge, cap: Cap::Butt, join: Join::Miter, dashes: Vec::new() });
    }
}
