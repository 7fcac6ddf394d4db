//! FlatGeobuf geometry as WKB: flat coordinates and the ends of parts, none of which is believed.

use flatgeobuf::{Geometry, GeometryType};
use meydan_geo::wkb::MAX_DEPTH;

/// Appends WKB; `false` for an empty geometry. `layer` is the type that the header gives, or `Unknown`.
pub(super) fn append(g: &Geometry<'_>, layer: GeometryType, out: &mut Vec<u8>, depth: usize) -> Result<bool, String> {
    if depth > MAX_DEPTH {
        return Err("nested too deep".to_owned());
    }
    let own = layer == GeometryType::Unknown || depth > 0 && g.type_() != GeometryType::Unknown;
    let kind = if own { g.type_() } else { layer };
    let xy: Vec<f64> = g.xy().map(|v| v.iter().collect()).unwrap_or_default();
    let flat = Flat { xy: &xy };
    // “No geometry” and “an empty one” are the same here; writers differ in how they spell it.
    if depth == 0 && flat.len() == 0 && g.parts().is_none_or(|p| p.is_empty()) {
        return Ok(false);
    }
    let code = u32::from(kind.0);
    match kind {
        GeometryType::Point => {
            if flat.len() == 0 || xy.iter().take(2).any(|v| v.is_nan()) {
                return Ok(false);
            }
            head(out, code);
            flat.run(out, 0, 1)?;
        }
        GeometryType::LineString => {
            head(out, code);
            count(out, flat.len());
            flat.run(out, 0, flat.len())?;
        }
        GeometryType::MultiPoint => {
            head(out, code);
            count(out, flat.len());
            for at in 0..flat.len() {
                head(out, 1);
                flat.run(out, at, at + 1)?;
            }
        }
        GeometryType::Polygon | GeometryType::MultiLineString => {
            head(out, code);
            let bounds = flat.bounds(g);
            count(out, bounds.len());
            for (from, to) in bounds {
                if kind == GeometryType::MultiLineString {
                    head(out, 2);
                }
                count(out, to.checked_sub(from).ok_or("ends are not in order")?);
                flat.run(out, from, to)?;
            }
        }
        GeometryType::MultiPolygon => {
            head(out, code);
            members(g, GeometryType::Polygon, flat.len(), out, depth)?;
        }
        GeometryType::GeometryCollection => {
            head(out, code);
            members(g, GeometryType::Unknown, flat.len(), out, depth)?;
        }
        other => return Err(format!("geometry type {}", other.0)),
    }
    Ok(true)
}

fn members(g: &Geometry<'_>, kind: GeometryType, points: usize, out: &mut Vec<u8>, depth: usize) -> Result<(), String> {
    let at = out.len();
    out.extend_from_slice(&[0; 4]);
    let mut n = 0u32;
    match g.parts() {
        Some(parts) => {
            for part in parts.iter() {
                n += u32::from(append(&part, kind, out, depth + 1)?);
            }
        }
        None if points > 0 => return Err("parts are missing".to_owned()),
        None => {}
    }
    out[at..at + 4].copy_from_slice(&n.to_le_bytes());
    Ok(())
}

/// Flat coordinates.
struct Flat<'a> {
    xy: &'a [f64],
}

impl Flat<'_> {
    fn len(&self) -> usize {
        self.xy.len() / 2
    }

    fn run(&self, out: &mut Vec<u8>, from: usize, to: usize) -> Result<(), String> {
        let part = self.xy.get(from * 2..to * 2).ok_or("ends point outside of the coordinates")?;
        part.iter().for_each(|v| out.extend_from_slice(&v.to_le_bytes()));
        Ok(())
    }

    /// Where each part begins and ends; one part if no ends are given.
    fn bounds(&self, g: &Geometry<'_>) -> Vec<(usize, usize)> {
        let ends: Vec<usize> = match g.ends() {
            Some(ends) if !ends.is_empty() => ends.iter().map(|e| e as usize).collect(),
            _ if self.len() == 0 => Vec::new(),
            _ => vec![self.len()],
        };
        std::iter::once(0).chain(ends.iter().copied()).zip(ends.iter().copied()).collect()
    }
}

fn head(out: &mut Vec<u8>, code: u32) {
    out.push(1);
    out.extend_from_slice(&code.to_le_bytes());
}

fn count(out: &mut Vec<u8>, n: usize) {
    out.extend_from_slice(&u32::try_from(n).unwrap_or(u32::MAX).to_le_bytes());
}
