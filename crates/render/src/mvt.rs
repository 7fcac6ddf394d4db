//! Reading of vector tiles (Mapbox Vector Tile 2.1) straight into pixels.

use crate::{
    RenderError, Value,
    item::{Item, Layer, Shape},
};
use tiny_skia::PathBuilder;

/// Limit: features of one tile.
const MAX_FEATURES: usize = 1_000_000;
/// Extent of a tile whose layer doesn't say one (specification, section 4.1).
const EXTENT: u64 = 4096;

type Read<T> = Result<T, RenderError>;

/// Protocol Buffers, as much as tiles use.
#[derive(Clone, Copy)]
struct Bytes<'a>(&'a [u8]);

enum Field<'a> {
    Varint(u64),
    Bytes(&'a [u8]),
    Fixed32([u8; 4]),
    Fixed64([u8; 8]),
}

impl<'a> Bytes<'a> {
    fn varint(&mut self) -> Read<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let (first, rest) = self.0.split_first().ok_or(RenderError::Tile("it ends in a number"))?;
            self.0 = rest;
            value |= u64::from(first & 0x7f) << shift;
            if first & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(RenderError::Tile("a number is too long"))
    }

    fn take(&mut self, length: u64) -> Read<&'a [u8]> {
        let length = usize::try_from(length).ok().filter(|l| *l <= self.0.len());
        let (taken, rest) = self.0.split_at(length.ok_or(RenderError::Tile("a part is longer than the tile"))?);
        self.0 = rest;
        Ok(taken)
    }

    fn field(&mut self) -> Read<Option<(u64, Field<'a>)>> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let key = self.varint()?;
        let field = match key & 7 {
            0 => Field::Varint(self.varint()?),
            1 => Field::Fixed64(self.take(8)?.try_into().unwrap_or_default()),
            2 => {
                let length = self.varint()?;
                Field::Bytes(self.take(length)?)
            }
            5 => Field::Fixed32(self.take(4)?.try_into().unwrap_or_default()),
            _ => return Err(RenderError::Tile("a field of no kind")),
        };
        Ok(Some((key >> 3, field)))
    }
}

/// Where a tile's positions lie in pixels.
struct Place<'p, P> {
    place: &'p P,
    extent: i64,
}

impl<P: Fn(f64, f64) -> (f32, f32)> Place<'_, P> {
    fn at(&self, x: i64, y: i64) -> (f32, f32) {
        let side = self.extent as f64;
        (self.place)(x as f64 / side, y as f64 / side)
    }
}

pub(crate) fn layers<P>(bytes: &[u8], place: &P, properties: &[String]) -> Read<Vec<Layer>>
where
    P: Fn(f64, f64) -> (f32, f32),
{
    let mut tile = Bytes(bytes);
    let mut out = Vec::new();
    while let Some((number, field)) = tile.field()? {
        if let (3, Field::Bytes(bytes)) = (number, field) {
            out.push(layer(Bytes(bytes), place, properties)?);
        }
    }
    Ok(out)
}

fn layer<P>(bytes: Bytes<'_>, place: &P, properties: &[String]) -> Read<Layer>
where
    P: Fn(f64, f64) -> (f32, f32),
{
    let (mut name, mut extent, mut slots, mut values, mut features) =
        (String::new(), EXTENT, Vec::new(), Vec::new(), Vec::new());
    let mut rest = bytes;
    while let Some((number, field)) = rest.field()? {
        match (number, field) {
            (1, Field::Bytes(b)) => name = String::from_utf8_lossy(b).into_owned(),
            (2, Field::Bytes(b)) if features.len() < MAX_FEATURES => features.push(b),
            (3, Field::Bytes(b)) => slots.push(properties.iter().position(|p| p.as_bytes() == b)),
            (4, Field::Bytes(b)) => values.push(value(Bytes(b))?),
            (5, Field::Varint(n)) => extent = n,
            _ => {}
        }
    }
    let extent =
        i64::try_from(extent).ok().filter(|e| (1..=1 << 30).contains(e)).ok_or(RenderError::Tile("its extent is no size"))?;
    let place = Place { place, extent };
    let reader = Features { place, slots, values, width: properties.len() };
    let items = features.into_iter().filter_map(|b| reader.item(Bytes(b)).transpose()).collect::<Read<_>>()?;
    Ok(Layer { name, items })
}

fn value(mut bytes: Bytes<'_>) -> Read<Value> {
    let mut out = Value::Null;
    while let Some((number, field)) = bytes.field()? {
        out = match (number, field) {
            (1, Field::Bytes(b)) => Value::Text(String::from_utf8_lossy(b).into()),
            (2, Field::Fixed32(b)) => Value::Number(f64::from(f32::from_le_bytes(b))),
            (3, Field::Fixed64(b)) => Value::Number(f64::from_le_bytes(b)),
            (4, Field::Varint(n)) => Value::Number(n as i64 as f64),
            (5, Field::Varint(n)) => Value::Number(n as f64),
            (6, Field::Varint(n)) => Value::Number(zigzag(n) as f64),
            (7, Field::Varint(n)) => Value::Bool(n != 0),
            _ => out,
        };
    }
    Ok(out)
}

const fn zigzag(n: u64) -> i64 {
    (n >> 1) as i64 ^ -((n & 1) as i64)
}

/// What the features of one layer share.
struct Features<'p, P> {
    place: Place<'p, P>,
    /// The style's slot of each key.
    slots: Vec<Option<usize>>,
    values: Vec<Value>,
    /// How many slots the style has.
    width: usize,
}

impl<P: Fn(f64, f64) -> (f32, f32)> Features<'_, P> {
    fn item(&self, mut bytes: Bytes<'_>) -> Read<Option<Item>> {
        let (mut id, mut kind, mut tags, mut geometry) = (0, 0, Bytes(&[]), Bytes(&[]));
        while let Some((number, field)) = bytes.field()? {
            match (number, field) {
                (1, Field::Varint(n)) => id = n,
                (2, Field::Bytes(b)) => tags = Bytes(b),
                (3, Field::Varint(n)) => kind = n,
                (4, Field::Bytes(b)) => geometry = Bytes(b),
                _ => {}
            }
        }
        let mut values = vec![Value::Null; self.width];
        while !tags.0.is_empty() {
            let (key, value) = (tags.varint()? as usize, tags.varint()? as usize);
            let slot = self.slots.get(key).copied().flatten().and_then(|slot| values.get_mut(slot));
            if let (Some(slot), Some(value)) = (slot, self.values.get(value)) {
                slot.clone_from(value);
            }
        }
        let shape = match kind {
            1 => self.points(geometry)?,
            2 => self.path(geometry)?.map(Shape::Lines),
            3 => self.path(geometry)?.map(Shape::Areas),
            _ => None,
        };
        Ok(shape.map(|shape| Item { id, shape, values }))
    }

    fn points(&self, geometry: Bytes<'_>) -> Read<Option<Shape>> {
        let mut points = Vec::new();
        let inside = 0..self.place.extent;
        commands(geometry, |command, x, y| {
            if matches!(command, Command::MoveTo) && inside.contains(&x) && inside.contains(&y) {
                points.push(self.place.at(x, y));
            }
        })?;
        Ok((!points.is_empty()).then_some(Shape::Points(points)))
    }

    fn path(&self, geometry: Bytes<'_>) -> Read<Option<tiny_skia::Path>> {
        let mut path = PathBuilder::new();
        commands(geometry, |command, x, y| {
            let (x, y) = self.place.at(x, y);
            match command {
                Command::MoveTo => path.move_to(x, y),
                Command::LineTo => path.line_to(x, y),
                Command::Close => path.close(),
            }
        })?;
        Ok(path.finish())
    }
}

enum Command {
    MoveTo,
    LineTo,
    Close,
}

/// Calls for each command with the position it leads to.
fn commands(mut geometry: Bytes<'_>, mut see: impl FnMut(Command, i64, i64)) -> Read<()> {
    let (mut x, mut y) = (0_i64, 0_i64);
    while !geometry.0.is_empty() {
        let head = geometry.varint()?;
        let (command, count) = (head & 7, head >> 3);
        match command {
            1 | 2 => {
                for _ in 0..count {
                    x = x.wrapping_add(zigzag(geometry.varint()?));
                    y = y.wrapping_add(zigzag(geometry.varint()?));
                    see(if command == 1 { Command::MoveTo } else { Command::LineTo }, x, y);
                }
            }
            7 => see(Command::Close, x, y),
            _ => return Err(RenderError::Tile("a command of no kind")),
        }
    }
    Ok(())
}
