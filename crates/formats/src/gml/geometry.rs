//! Geometry elements.

use crate::{Crs, form::Form, xml::Node};
use meydan_geo::{parts::Position, wkb::MAX_DEPTH};

/// True for an element that is a geometry.
pub(super) fn is_geometry(name: &str) -> bool {
    matches!(
        name,
        "Point"
            | "LineString"
            | "LinearRing"
            | "Polygon"
            | "Curve"
            | "CompositeCurve"
            | "OrientableCurve"
            | "Surface"
            | "PolyhedralSurface"
            | "CompositeSurface"
            | "MultiPoint"
            | "MultiCurve"
            | "MultiLineString"
            | "MultiSurface"
            | "MultiPolygon"
            | "MultiGeometry"
            | "Solid"
            | "MultiSolid"
    )
}

/// What a `srsName` means: the system, and whether its pairs are north first.
pub(super) fn system(name: &str) -> (Crs, bool) {
    let name = name.trim();
    let lower = name.to_ascii_lowercase();
    let by_definition = lower.starts_with("urn:") || lower.contains("/def/crs/");
    let plain = lower.rsplit_once('#').map_or(name, |(_, code)| code);
    let crs = if lower.contains("epsg.xml#") { Crs::from_name(&format!("EPSG:{plain}")) } else { Crs::from_name(name) };
    let north_first = by_definition
        && !lower.ends_with("crs84")
        && crs.epsg().and_then(meydan_geo::Crs::from_epsg).is_some_and(meydan_geo::Crs::north_first);
    (crs, north_first)
}

/// The `srsName` of a geometry, or of the first part that has one.
pub(super) fn srs_name(node: &Node) -> Option<&str> {
    node.element.attribute("srsName").or_else(|| node.children.iter().find_map(srs_name))
}

/// How the numbers of a geometry are to be read; parts inherit it.
#[derive(Clone, Copy)]
pub(super) struct Axes {
    pub north_first: bool,
    pub dimension: usize,
}

/// A geometry.
///
/// # Errors
/// A sentence that names the element.
pub(super) fn form(node: &Node, axes: Axes, depth: usize) -> Result<Form, String> {
    // Rings and patches are elements of their own: twice the depth of geometries.
    if depth > MAX_DEPTH * 2 {
        return Err(format!("{}: nested too deep", node.name()));
    }
    let axes = inherited(node, axes);
    let members = |names: &[&str]| -> Result<Form, String> {
        let mut parts = Vec::new();
        for member in node.children.iter().filter(|c| names.contains(&c.name())) {
            for child in member.children.iter().filter(|c| is_geometry(c.name())) {
                parts.push(form(child, axes, depth + 1)?);
            }
        }
        Ok(Form::Many(parts))
    };
    match node.name() {
        "Point" => match positions(node, axes)?.as_slice() {
            [one] => Ok(Form::Point(*one)),
            _ => Err("Point: one position expected".to_owned()),
        },
        "LineString" | "Curve" | "CompositeCurve" | "OrientableCurve" | "LinearRing" => line(node, axes, depth).map(Form::Line),
        "Polygon" | "PolygonPatch" => polygon(node, axes, depth),
        "Surface" | "PolyhedralSurface" => {
            let mut parts = Vec::new();
            for patch in node.children.iter().filter(|c| c.name() == "patches" || c.name() == "polygonPatches") {
                for child in &patch.children {
                    parts.push(match child.name() {
                        "PolygonPatch" => polygon(child, axes, depth + 1)?,
                        other => return Err(format!("{other}: not supported")),
                    });
                }
            }
            match (parts.pop(), parts.is_empty()) {
                (Some(only), true) => Ok(only),
                (Some(last), false) => {
                    parts.push(last);
                    Ok(Form::Many(parts))
                }
                (None, _) => Err("Surface: no patches".to_owned()),
            }
        }
        "CompositeSurface" | "MultiSurface" | "MultiPolygon" => members(&["surfaceMember", "surfaceMembers", "polygonMember"]),
        "MultiPoint" => members(&["pointMember", "pointMembers"]),
        "MultiCurve" | "MultiLineString" => members(&["curveMember", "curveMembers", "lineStringMember"]),
        "MultiGeometry" => members(&["geometryMember", "geometryMembers"]),
        other => Err(format!("{other}: not supported")),
    }
}

fn inherited(node: &Node, axes: Axes) -> Axes {
    let dimension = node.element.attribute("srsDimension").or(node.element.attribute("dimension"));
    let dimension = dimension.and_then(|d| d.trim().parse().ok()).filter(|d| (2..=4).contains(d));
    Axes { dimension: dimension.unwrap_or(axes.dimension), ..axes }
}

fn polygon(node: &Node, axes: Axes, depth: usize) -> Result<Form, String> {
    let axes = inherited(node, axes);
    let ring = |boundary: &Node| -> Result<Vec<Position>, String> {
        let child = boundary.children.iter().find(|c| matches!(c.name(), "LinearRing" | "Ring"));
        line(child.ok_or("Polygon: no ring")?, axes, depth + 1)
    };
    let outer = node.child("exterior").or(node.child("outerBoundaryIs")).ok_or("Polygon: no exterior")?;
    let mut rings = vec![ring(outer)?];
    for inner in node.children.iter().filter(|c| matches!(c.name(), "interior" | "innerBoundaryIs")) {
        rings.push(ring(inner)?);
    }
    Ok(Form::Polygon(rings))
}

/// The positions of a line, whatever it is put together from.
fn line(node: &Node, axes: Axes, depth: usize) -> Result<Vec<Position>, String> {
    if depth > MAX_DEPTH * 2 {
        return Err(format!("{}: nested too deep", node.name()));
    }
    let axes = inherited(node, axes);
    let join = |pieces: &mut dyn Iterator<Item = Result<Vec<Position>, String>>| -> Result<Vec<Position>, String> {
        let mut out: Vec<Position> = Vec::new();
        for piece in pieces {
            let piece = piece?;
            let skip = usize::from(out.last().is_some() && out.last() == piece.first());
            out.extend(piece.into_iter().skip(skip));
        }
        Ok(out)
    };
    match node.name() {
        "Curve" => {
            let segments = node.child("segments").ok_or("Curve: no segments")?;
            join(&mut segments.children.iter().map(|s| match s.name() {
                "LineStringSegment" => positions(s, inherited(s, axes)),
                other => Err(format!("{other}: not supported, only LineStringSegment")),
            }))
        }
        "CompositeCurve" | "Ring" => {
            let members = node.children.iter().filter(|c| c.name() == "curveMember");
            join(&mut members.flat_map(|m| &m.children).map(|c| line(c, axes, depth + 1)))
        }
        "OrientableCurve" => {
            let base = node.child("baseCurve").and_then(|b| b.children.first()).ok_or("OrientableCurve: no baseCurve")?;
            let mut positions = line(base, axes, depth + 1)?;
            if node.element.attribute("orientation") == Some("-") {
                positions.reverse();
            }
            Ok(positions)
        }
        "LineString" | "LinearRing" => positions(node, axes),
        other => Err(format!("{other}: not supported")),
    }
}

/// `posList`, `pos`, `pointProperty`, or GML 2's `coordinates` and `coord`.
fn positions(node: &Node, axes: Axes) -> Result<Vec<Position>, String> {
    let mut out = Vec::new();
    for child in &node.children {
        let axes = inherited(child, axes);
        match child.name() {
            "posList" => tuples(&child.text, axes.dimension, &mut out),
            "pos" => {
                // A single position tells its dimension by itself.
                let n = child.text.split_ascii_whitespace().count();
                tuples(&child.text, n.clamp(2, 4), &mut out)
            }
            "coordinates" => comma_tuples(child, &mut out),
            "coord" => {
                let number = |name: &str| child.child(name).and_then(|c| c.text.trim().parse().ok());
                number("X").zip(number("Y")).map(|p| out.push(p)).ok_or_else(|| "coord: no X and Y".to_owned())
            }
            "pointProperty" | "pointRep" => match child.child("Point").map(|p| positions(p, axes)) {
                Some(point) => return point,
                None => Err("pointProperty: no Point".to_owned()),
            },
            _ => Ok(()),
        }
        .map_err(|e| format!("{}: {e}", node.name()))?;
    }
    if axes.north_first {
        out.iter_mut().for_each(|(x, y)| std::mem::swap(x, y));
    }
    Ok(out)
}

fn tuples(text: &str, dimension: usize, out: &mut Vec<Position>) -> Result<(), String> {
    let mut words = text.split_ascii_whitespace();
    let number = |word: &str| {
        let value = word.parse::<f64>().ok().filter(|n| n.is_finite());
        value.ok_or_else(|| format!("“{}” is no number", word.chars().take(40).collect::<String>()))
    };
    while let Some(first) = words.next() {
        let second = words.next().ok_or("an odd number of coordinates")?;
        out.push((number(first)?, number(second)?));
        for _ in 2..dimension {
            number(words.next().ok_or("coordinates are missing")?)?;
        }
    }
    Ok(())
}

/// GML 2: tuples parted by `ts`, coordinates by `cs`.
fn comma_tuples(node: &Node, out: &mut Vec<Position>) -> Result<(), String> {
    let sign = |name, usual: char| node.element.attribute(name).and_then(|s| s.chars().next()).unwrap_or(usual);
    let (decimal, cs, ts) = (sign("decimal", '.'), sign("cs", ','), sign("ts", ' '));
    let tuples = node.text.split(|c: char| c == ts || ts == ' ' && c.is_whitespace()).map(str::trim).filter(|t| !t.is_empty());
    for tuple in tuples {
        let mut numbers = tuple.split(cs).map(|n| n.trim().replace(decimal, ".").parse::<f64>().ok().filter(|n| n.is_finite()));
        match (numbers.next().flatten(), numbers.next().flatten()) {
            (Some(x), Some(y)) => out.push((x, y)),
            _ => return Err(format!("“{}” is no position", tuple.chars().take(40).collect::<String>())),
        }
    }
    Ok(())
}
