//! A label at a point: one line or several.

use super::{Look, Placed, ground::Frame, outlines};
use crate::{Typeface, expression::Subject, style::Ready};
use tiny_skia::PathBuilder;

/// Ems from one baseline to the next (the specification's default of text-line-height).
const LINE_HEIGHT: f32 = 1.2;
/// Ems from the middle of a line to its baseline: half the height of capitals.
const BASELINE: f32 = 0.35;

pub(super) fn place(
    layer: &Ready<'_>,
    subject: &Subject<'_>,
    look: &Look,
    (x, y): (f32, f32),
    typeface: &Typeface,
) -> Option<Placed> {
    let lines = wrap(typeface, &look.text, layer.number("text-max-width", 10.0, subject), look.spacing);
    let widths: Vec<f32> = lines.iter().map(|l| typeface.width(l, look.spacing) * look.size).collect();
    let width = widths.iter().copied().fold(0.0, f32::max);
    let height = lines.len() as f32 * LINE_HEIGHT * look.size;
    let anchor = layer.text("text-anchor", subject).unwrap_or_else(|| "center".into());
    let shift = |low: &str, high: &str, length: f32| {
        if anchor.contains(low) {
            length / 2.0
        } else if anchor.contains(high) {
            -length / 2.0
        } else {
            0.0
        }
    };
    let offset = layer.numbers("text-offset", subject);
    let offset = |at: usize| offset.get(at).copied().unwrap_or(0.0) * look.size;
    let (x, y) = (x + offset(0) + shift("left", "right", width), y + offset(1) + shift("top", "bottom", height));
    let mut path = PathBuilder::new();
    let mut placed = Vec::with_capacity(lines.len());
    for (at, (line, width)) in lines.into_iter().zip(widths).enumerate() {
        let baseline = y - height / 2.0 + (at as f32 + 0.5) * LINE_HEIGHT * look.size + BASELINE * look.size;
        let mut pen = x - width / 2.0;
        placed.push((line.clone(), (pen, baseline)));
        for letter in line.chars() {
            typeface.outline(letter, (pen, baseline), look.size, (1.0, 0.0), &mut path);
            pen += (typeface.advance(letter) + look.spacing) * look.size;
        }
    }
    let (w, h, pad) = (width / 2.0, height / 2.0, look.padding);
    let frame = Frame { left: x - w - pad, right: x + w + pad, top: y - h - pad, bottom: y + h + pad };
    Some(Placed { outlines: outlines(path)?, frames: vec![frame], lines: placed })
}

/// Lines of at most so many ems where there is a space to break at.
fn wrap(typeface: &Typeface, text: &str, most: f32, spacing: f32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for part in text.split('\n') {
        let mut line = String::new();
        for word in part.split_whitespace() {
            let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
            if !line.is_empty() && typeface.width(&longer, spacing) > most {
                lines.push(std::mem::replace(&mut line, word.to_owned()));
            } else {
                line = longer;
            }
        }
        lines.push(line);
    }
    lines
}
