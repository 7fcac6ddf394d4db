//! Labels: each where it fits, the layers drawn last first, since those matter most. One that would be cut by the edge of the picture or
//! touch another one is left out.

mod along;
mod block;
mod ground;
mod spot;

use crate::{
    Canvas, Colour, Drawing, Item, Shape,
    expression::{Subject, evaluate::upper},
    style::Ready,
};
use ground::{Frame, Ground};
use std::{collections::HashSet, sync::Arc};
use tiny_skia::{Path, PathBuilder};

/// Two labels of one layer with the same text stand at least so many pixels apart: parts of one street, cut by tiles.
const SAME_TEXT_APART: f32 = 120.0;
/// Limit: letters of a label; a longer one would hide the map.
const MAX_LETTERS: usize = 200;

/// How a label looks and what it says.
struct Look {
    text: Arc<str>,
    /// Pixels of an em.
    size: f32,
    /// Ems between letters.
    spacing: f32,
    padding: f32,
    colour: Colour,
    halo: Colour,
    halo_width: f32,
}

/// A label in its place.
struct Placed {
    outlines: Path,
    frames: Vec<Frame>,
    /// Its lines with the start of each one's baseline.
    lines: Vec<(String, (f32, f32))>,
}

/// Draws the labels of the symbol layers.
pub(crate) fn draw(layers: &[&Ready<'_>], drawing: &Drawing<'_>, canvas: &mut dyn Canvas) {
    let mut ground = Ground::new(drawing.view.width as f32, drawing.view.height as f32);
    let mut seen = HashSet::new();
    for (number, layer) in layers.iter().enumerate().rev() {
        for item in drawing.pieces.iter().flat_map(|p| p.items(layer.source_layer)) {
            let subject = layer.subject(&item.values, item.shape.type_name());
            if !layer.takes(&subject) {
                continue;
            }
            let Some(look) = look(layer, &subject) else { continue };
            let once = matches!(item.shape, Shape::Areas(_)) && item.id != 0;
            if once && seen.contains(&(number, item.id)) {
                continue;
            }
            let mut stands = false;
            for placed in places(layer, &subject, item, &look, drawing) {
                if ground.take(&placed.frames, &look.text, SAME_TEXT_APART) {
                    canvas.letters(&placed.outlines, look.colour, look.halo, look.halo_width);
                    for (text, at) in &placed.lines {
                        canvas.say(&crate::canvas::Words { text, at: *at, size: look.size });
                    }
                    stands = true;
                }
            }
            if once && stands {
                seen.insert((number, item.id));
            }
        }
    }
}

fn look(layer: &Ready<'_>, subject: &Subject<'_>) -> Option<Look> {
    let text = layer.text("text-field", subject)?;
    let text: Arc<str> =
        if text.chars().count() > MAX_LETTERS { text.chars().take(MAX_LETTERS).collect::<String>().into() } else { text };
    let text = match layer.text("text-transform", subject).as_deref() {
        Some("uppercase") => upper(&text),
        _ => text,
    };
    let size = layer.number("text-size", 16.0, subject);
    if text.trim().is_empty() || !(1.0..=500.0).contains(&size) {
        return None;
    }
    let opacity = layer.number("text-opacity", 1.0, subject);
    Some(Look {
        text,
        size,
        spacing: layer.number("text-letter-spacing", 0.0, subject),
        padding: layer.number("text-padding", 2.0, subject),
        colour: layer.colour("text-color", Colour::BLACK, subject).faded(opacity),
        halo: layer.colour("text-halo-color", Colour::NONE, subject).faded(opacity),
        halo_width: layer.number("text-halo-width", 0.0, subject),
    })
}

fn places(layer: &Ready<'_>, subject: &Subject<'_>, item: &Item, look: &Look, drawing: &Drawing<'_>) -> Vec<Placed> {
    let along = layer.text("symbol-placement", subject).is_some_and(|p| &*p != "point");
    match &item.shape {
        Shape::Points(points) => {
            points.iter().filter_map(|at| block::place(layer, subject, look, *at, drawing.typeface)).collect()
        }
        Shape::Lines(path) | Shape::Areas(path) if along => along::place(layer, subject, look, path, drawing.typeface),
        Shape::Lines(path) => {
            spot::middle(path).and_then(|at| block::place(layer, subject, look, at, drawing.typeface)).into_iter().collect()
        }
        Shape::Areas(path) => {
            spot::inside(path).and_then(|at| block::place(layer, subject, look, at, drawing.typeface)).into_iter().collect()
        }
    }
}

/// The outlines, if there are any (a text of letters that the typeface doesn't have has none).
fn outlines(path: PathBuilder) -> Option<Path> {
    path.finish()
}
