//! What lies in a view: shapes in pixels with the values that the style asks for.

use crate::{RenderError, Value, mvt};
use meydan_geo::{Wkb, parts::Part};
use tiny_skia::{Path, PathBuilder};

/// A rectangle of whole pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region {
    /// Left edge.
    pub x: i32,
    /// Upper edge.
    pub y: i32,
    /// Pixels to the right.
    pub width: u32,
    /// Pixels downwards.
    pub height: u32,
}

/// The shape of an item, in pixels.
#[derive(Debug, Clone)]
pub enum Shape {
    /// Points.
    Points(Vec<(f32, f32)>),
    /// Lines.
    Lines(Path),
    /// Areas, their rings closed.
    Areas(Path),
}

/// One feature of one layer.
#[derive(Debug, Clone)]
pub struct Item {
    /// The feature's number, for labels that must not stand twice; 0 if it has none.
    pub id: u64,
    /// Where it lies.
    pub shape: Shape,
    /// Its values, in the order of [`crate::Style::properties`].
    pub values: Vec<Value>,
}

/// Items of one source layer (a register's name).
#[derive(Debug, Clone, Default)]
pub struct Layer {
    /// Name of the source layer.
    pub name: String,
    /// Its features, in drawing order.
    pub items: Vec<Item>,
}

/// What a piece may paint. Those of several pieces don't overlap.
#[derive(Debug, Clone, Default)]
pub enum Clip {
    /// All of the view.
    #[default]
    Whole,
    /// A rectangle: quick.
    Region(Region),
    /// What lies in a path: a tile in a view of another projection.
    Outline(Path),
}

/// A part of the view that is painted from one source: a tile, or the whole view.
#[derive(Debug, Clone, Default)]
pub struct Piece {
    /// What it may paint.
    pub clip: Clip,
    /// What lies in it.
    pub layers: Vec<Layer>,
}

/// The layers of a vector tile (not compressed). `place` brings a position of the tile, counted in widths of the tile from its upper left
/// corner, to pixels. Points outside of the tile itself are left to its neighbours.
///
/// # Errors
/// [`RenderError::Tile`] if the bytes are no vector tile.
pub fn from_tile(
    bytes: &[u8],
    place: impl Fn(f64, f64) -> (f32, f32),
    properties: &[String],
) -> Result<Vec<Layer>, RenderError> {
    mvt::layers(bytes, &place, properties)
}

/// An item from geometry; `place` brings a position (longitude, latitude) to pixels, or nowhere. `None` if nothing of it is left.
pub fn from_wkb(id: u64, geometry: &Wkb, place: impl Fn(f64, f64) -> Option<(f32, f32)>, values: Vec<Value>) -> Option<Item> {
    let (mut points, mut lines, mut areas) = (Vec::new(), PathBuilder::new(), PathBuilder::new());
    for part in geometry.parts() {
        match part {
            Part::Point(x, y) => points.extend(place(x, y)),
            Part::Line(coords) => draw(&mut lines, coords.iter().filter_map(|(x, y)| place(x, y)), false),
            Part::Polygon(rings) => {
                for ring in rings.iter() {
                    draw(&mut areas, ring.iter().filter_map(|(x, y)| place(x, y)), true);
                }
            }
            Part::Group(..) => {}
        }
    }
    let shape = if let Some(areas) = areas.finish() {
        Shape::Areas(areas)
    } else if let Some(lines) = lines.finish() {
        Shape::Lines(lines)
    } else if points.is_empty() {
        return None;
    } else {
        Shape::Points(points)
    };
    Some(Item { id, shape, values })
}

fn draw(path: &mut PathBuilder, positions: impl Iterator<Item = (f32, f32)>, close: bool) {
    let mut started = false;
    for (x, y) in positions {
        if started {
            path.line_to(x, y);
        } else {
            path.move_to(x, y);
            started = true;
        }
    }
    if close && started {
        path.close();
    }
}

impl Shape {
    /// `Point`, `LineString` or `Polygon`, as styles name it.
    pub(crate) const fn type_name(&self) -> &'static str {
        match self {
            Self::Points(_) => "Point",
            Self::Lines(_) => "LineString",
            Self::Areas(_) => "Polygon",
        }
    }
}
