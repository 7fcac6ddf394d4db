//! Geometry literals of CQL2 text: WKT and `BBOX(…)`, in the CRS and order of axes of the filter.

use super::parse::tokens::{Token, Tokens};
use crate::Result;
use meydan_geo::{
    GeometryType, Wkb,
    parts::{Coords, Part, Parts},
};

/// Limit: nesting of collections in a literal.
const MAX_DEPTH: usize = 4;

/// True for the word that begins a geometry.
pub(super) fn is_tag(word: &str) -> bool {
    code(&word.to_ascii_uppercase()).is_some()
}

fn code(word: &str) -> Option<u32> {
    Some(match word {
        "POINT" => 1,
        "LINESTRING" => 2,
        "POLYGON" => 3,
        "MULTIPOINT" => 4,
        "MULTILINESTRING" => 5,
        "MULTIPOLYGON" => 6,
        "GEOMETRYCOLLECTION" => 7,
        _ => return None,
    })
}

/// Reads one literal, whose tag is taken already.
pub(super) fn read(tokens: &mut Tokens<'_>, tag: &str) -> Result<Wkb> {
    let mut out = Vec::new();
    tagged(tokens, &mut out, 0, tag)?;
    Wkb::parse(&out).map_err(|_| tokens.fault("geçerli bir geometri", "a valid geometry"))
}

fn head(out: &mut Vec<u8>, code: u32) {
    out.push(1);
    out.extend_from_slice(&code.to_le_bytes());
}

fn geometry(tokens: &mut Tokens<'_>, out: &mut Vec<u8>, depth: usize) -> Result<()> {
    match tokens.next() {
        Some(Token::Word(word)) => tagged(tokens, out, depth, &word),
        _ => Err(tokens.fault("WKT geometrisi", "a WKT geometry")),
    }
}

fn tagged(tokens: &mut Tokens<'_>, out: &mut Vec<u8>, depth: usize, tag: &str) -> Result<()> {
    let has_z = tokens.take_word("Z");
    let Some(code) = code(&tag.to_ascii_uppercase()) else {
        return Err(tokens.fault("WKT geometrisi", "a WKT geometry"));
    };
    if depth >= MAX_DEPTH {
        return Err(tokens.fault("daha az iç içe", "less nesting"));
    }
    head(out, code);
    match code {
        1 => {
            open(tokens)?;
            position(tokens, out, has_z)?;
            close(tokens)
        }
        2 => positions(tokens, out, has_z),
        3 => counted(tokens, out, |tokens, out| positions(tokens, out, has_z)),
        4 => counted(tokens, out, |tokens, out| {
            head(out, 1);
            let wrapped = tokens.take(&Token::Open);
            position(tokens, out, has_z)?;
            if wrapped { close(tokens) } else { Ok(()) }
        }),
        5 => counted(tokens, out, |tokens, out| {
            head(out, 2);
            positions(tokens, out, has_z)
        }),
        6 => counted(tokens, out, |tokens, out| {
            head(out, 3);
            counted(tokens, out, |tokens, out| positions(tokens, out, has_z))
        }),
        _ => counted(tokens, out, |tokens, out| geometry(tokens, out, depth + 1)),
    }
}

fn open(tokens: &mut Tokens<'_>) -> Result<()> {
    tokens.expect(&Token::Open, "“(”", "“(”")
}

fn close(tokens: &mut Tokens<'_>) -> Result<()> {
    tokens.expect(&Token::Close, "“)”", "“)”")
}

/// A list in parentheses, preceded in the output by its length.
fn counted(
    tokens: &mut Tokens<'_>,
    out: &mut Vec<u8>,
    mut item: impl FnMut(&mut Tokens<'_>, &mut Vec<u8>) -> Result<()>,
) -> Result<()> {
    open(tokens)?;
    let at = out.len();
    out.extend_from_slice(&[0; 4]);
    let mut n = 0u32;
    loop {
        item(tokens, out)?;
        n += 1;
        if !tokens.take(&Token::Comma) {
            break;
        }
    }
    out[at..at + 4].copy_from_slice(&n.to_le_bytes());
    close(tokens)
}

fn positions(tokens: &mut Tokens<'_>, out: &mut Vec<u8>, has_z: bool) -> Result<()> {
    counted(tokens, out, |tokens, out| position(tokens, out, has_z))
}

fn position(tokens: &mut Tokens<'_>, out: &mut Vec<u8>, has_z: bool) -> Result<()> {
    for _ in 0..2 {
        out.extend_from_slice(&number(tokens)?.to_le_bytes());
    }
    if has_z {
        number(tokens)?;
    }
    Ok(())
}

fn number(tokens: &mut Tokens<'_>) -> Result<f64> {
    tokens.signed().map(|(n, _)| n)
}

/// The numbers of `BBOX(…)`, whose word is taken already: the least, then the greatest; heights are passed over.
pub(super) fn bbox(tokens: &mut Tokens<'_>) -> Result<[f64; 4]> {
    open(tokens)?;
    let mut n = vec![number(tokens)?];
    while tokens.take(&Token::Comma) {
        n.push(number(tokens)?);
    }
    sides(&n).ok_or_else(|| tokens.fault("4 ya da 6 sayı", "4 or 6 numbers")).and_then(|sides| close(tokens).map(|()| sides))
}

/// The sides of a box from its four or six numbers.
pub(super) fn sides(numbers: &[f64]) -> Option<[f64; 4]> {
    match *numbers {
        [w, s, e, n] | [w, s, _, e, n, _] => Some([w, s, e, n]),
        _ => None,
    }
}

/// A geometry as WKT.
pub(super) fn write(geometry: &Wkb, out: &mut String) {
    let mut parts = geometry.parts();
    member(&mut parts, true, out);
}

fn member(parts: &mut Parts<'_>, tagged: bool, out: &mut String) {
    let Some(part) = parts.next() else { return };
    let tag = match part {
        Part::Group(GeometryType::MultiPoint, _) => "MULTIPOINT",
        Part::Group(GeometryType::MultiLineString, _) => "MULTILINESTRING",
        Part::Group(GeometryType::MultiPolygon, _) => "MULTIPOLYGON",
        Part::Group(..) => "GEOMETRYCOLLECTION",
        Part::Point(..) => "POINT",
        Part::Line(_) => "LINESTRING",
        Part::Polygon(_) => "POLYGON",
    };
    if tagged {
        out.push_str(tag);
    }
    out.push('(');
    match part {
        Part::Group(kind, n) => {
            for i in 0..n {
                comma(i, out);
                member(parts, kind == GeometryType::GeometryCollection, out);
            }
        }
        Part::Point(x, y) => out.push_str(&format!("{x} {y}")),
        Part::Line(line) => run(line, out),
        Part::Polygon(rings) => {
            for (i, ring) in rings.iter().enumerate() {
                comma(i, out);
                out.push('(');
                run(ring, out);
                out.push(')');
            }
        }
    }
    out.push(')');
}

fn run(line: Coords<'_>, out: &mut String) {
    for (i, (x, y)) in line.iter().enumerate() {
        comma(i, out);
        out.push_str(&format!("{x} {y}"));
    }
}

fn comma(index: usize, out: &mut String) {
    if index > 0 {
        out.push_str(", ");
    }
}
