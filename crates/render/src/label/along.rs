//! A label along a line, letter by letter.

use super::{Look, Placed, ground::Frame, outlines};
use crate::{Typeface, expression::Subject, style::Ready};
use tiny_skia::{Path, PathBuilder, PathSegment};

/// Ems from the line to the baseline, so that the letters' middle is on the line.
const BASELINE: f32 = 0.35;
/// Limit: labels along one line.
const MAX_REPEATS: usize = 100;

/// A line of points.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Course {
    pub points: Vec<(f32, f32)>,
}

impl Course {
    pub fn length(&self) -> f32 {
        self.points.windows(2).map(|w| distance(w[0], w[1])).sum()
    }

    /// The point at a distance from its start, and the direction there in radians.
    pub fn at(&self, distance_along: f32) -> Option<((f32, f32), f32)> {
        let mut left = distance_along;
        let mut last = None;
        for pair in self.points.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            let step = distance(a, b);
            if step <= 0.0 {
                continue;
            }
            let direction = (b.1 - a.1).atan2(b.0 - a.0);
            let t = left / step;
            if t <= 1.0 {
                return Some(((a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t), direction));
            }
            left -= step;
            last = Some((b, direction));
        }
        last
    }
}

fn distance(a: (f32, f32), b: (f32, f32)) -> f32 {
    (b.0 - a.0).hypot(b.1 - a.1)
}

/// The lines of a path. Paths of maps have no curves.
pub(super) fn flatten(path: &Path) -> Vec<Course> {
    let mut lines: Vec<Course> = Vec::new();
    for segment in path.segments() {
        match segment {
            PathSegment::MoveTo(p) => lines.push(Course { points: vec![(p.x, p.y)] }),
            PathSegment::LineTo(p) | PathSegment::QuadTo(_, p) | PathSegment::CubicTo(_, _, p) => {
                if let Some(line) = lines.last_mut() {
                    line.points.push((p.x, p.y));
                }
            }
            PathSegment::Close => {}
        }
    }
    lines
}

pub(super) fn place(layer: &Ready<'_>, subject: &Subject<'_>, look: &Look, path: &Path, typeface: &Typeface) -> Vec<Placed> {
    let text = look.text.split_whitespace().collect::<Vec<_>>().join(" ");
    let width = typeface.width(&text, look.spacing) * look.size;
    let spacing = layer.number("symbol-spacing", 250.0, subject).max(1.0);
    let most = layer.number("text-max-angle", 45.0, subject).to_radians();
    let mut out = Vec::new();
    for mut course in flatten(path) {
        let length = course.length();
        if length < width || width <= 0.0 {
            continue;
        }
        let repeats = ((length / (spacing + width)) as usize).clamp(1, MAX_REPEATS);
        for at in 0..repeats {
            let middle = length * (at as f32 + 0.5) / repeats as f32;
            out.extend(one(&mut course, middle - width / 2.0, &text, look, most, typeface));
        }
    }
    out
}

fn one(course: &mut Course, start: f32, text: &str, look: &Look, most: f32, typeface: &Typeface) -> Option<Placed> {
    let width = typeface.width(text, look.spacing) * look.size;
    let (from, to) = (course.at(start)?.0, course.at(start + width)?.0);
    // Letters stand upright: a line that runs to the left is read the other way round.
    let mut start = start;
    if to.0 < from.0 {
        start = course.length() - start - width;
        course.points.reverse();
    }
    let mut path = PathBuilder::new();
    let mut frames = Vec::new();
    let mut last: Option<f32> = None;
    let mut pen = start;
    for letter in text.chars() {
        let advance = (typeface.advance(letter) + look.spacing) * look.size;
        let ((x, y), direction) = course.at(pen + advance / 2.0)?;
        if last.is_some_and(|last| turn(last, direction) > most) {
            return None;
        }
        last = Some(direction);
        let (cos, sin) = (direction.cos(), direction.sin());
        let (back, down) = (-advance / 2.0, BASELINE * look.size);
        let origin = (x + back * cos - down * sin, y + back * sin + down * cos);
        typeface.outline(letter, origin, look.size, (cos, sin), &mut path);
        let half = look.size / 2.0 + look.padding;
        frames.push(Frame { left: x - half, right: x + half, top: y - half, bottom: y + half });
        pen += advance;
    }
    let ((x, y), _) = course.at(start)?;
    Some(Placed { outlines: outlines(path)?, frames, lines: vec![(text.to_owned(), (x, y))] })
}

/// The angle between two directions.
fn turn(a: f32, b: f32) -> f32 {
    let full = std::f32::consts::TAU;
    let d = (b - a).rem_euclid(full);
    d.min(full - d)
}
