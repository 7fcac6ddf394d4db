//! Well-known text of geometries (OGC 06-103r4, 7), with EWKT's `SRID=…;` and Z and M passed over.

use crate::shape::Shape;
use meydan_geo::{GeometryType, Wkb, parts::Coords, wkb::MAX_DEPTH};
use std::fmt::Write as _;

/// Reads a geometry; `None` for an empty point.
///
/// # Errors
/// A sentence that says what is wrong and where.
pub fn read(text: &str) -> Result<Option<Wkb>, String> {
    let text = match text.split_once(';') {
        Some((srid, rest)) if srid.trim_start().to_ascii_uppercase().starts_with("SRID=") => rest,
        _ => text,
    };
    let mut parser = Parser { text: text.as_bytes(), at: 0 };
    let mut out = Vec::with_capacity(text.len());
    let filled = parser.geometry(&mut out, 0)?;
    if parser.peek().is_some() {
        return Err(parser.wrong("nothing more"));
    }
    if !filled {
        return Ok(None);
    }
    Wkb::parse(&out).map(Some).map_err(|e| e.to_string())
}

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
}

impl Parser<'_> {
    fn wrong(&self, expected: &str) -> String {
        format!("WKT: {expected} expected at character {}", self.at + 1)
    }

    fn peek(&mut self) -> Option<u8> {
        while self.text.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
        self.text.get(self.at).copied()
    }

    fn word(&mut self) -> String {
        self.peek();
        let start = self.at;
        while self.text.get(self.at).is_some_and(u8::is_ascii_alphabetic) {
            self.at += 1;
        }
        String::from_utf8_lossy(&self.text[start..self.at]).to_ascii_uppercase()
    }

    fn take(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    fn expect(&mut self, byte: u8) -> Result<(), String> {
        if self.take(byte) { Ok(()) } else { Err(self.wrong(&format!("“{}”", byte as char))) }
    }

    fn geometry(&mut self, out: &mut Vec<u8>, depth: usize) -> Result<bool, String> {
        if depth > MAX_DEPTH {
            return Err("WKT: nested too deep".to_owned());
        }
        let mut word = self.word();
        for suffix in ["ZM", "Z", "M"] {
            if let Some(base) = word.strip_suffix(suffix).filter(|b| kind(b).is_some()) {
                word = base.to_owned();
                break;
            }
        }
        let kind = kind(&word).ok_or_else(|| self.wrong("a geometry type"))?;
        let before = self.at;
        let mut empty = false;
        match self.word().as_str() {
            "EMPTY" => empty = true,
            "Z" | "M" | "ZM" => {
                let before = self.at;
                match self.word().as_str() {
                    "EMPTY" => empty = true,
                    _ => self.at = before,
                }
            }
            _ => self.at = before,
        }
        if empty {
            head(out, kind);
            out.extend_from_slice(&[0; 4]);
            return Ok(kind != 1);
        }
        self.body(out, kind, depth)?;
        Ok(true)
    }

    fn body(&mut self, out: &mut Vec<u8>, kind: u32, depth: usize) -> Result<(), String> {
        head(out, kind);
        match kind {
            1 => {
                self.expect(b'(')?;
                self.position(out)?;
                self.expect(b')')
            }
            2 => self.list(out, |p, out| p.position(out)),
            3 => self.list(out, |p, out| p.list(out, |p, out| p.position(out))),
            4 => self.list(out, |p, out| {
                head(out, 1);
                let bracket = p.take(b'(');
                p.position(out)?;
                if bracket { p.expect(b')') } else { Ok(()) }
            }),
            5 => self.list(out, |p, out| p.body(out, 2, depth + 1)),
            6 => self.list(out, |p, out| p.body(out, 3, depth + 1)),
            _ => self.list(out, |p, out| match p.geometry(out, depth + 1)? {
                true => Ok(()),
                false => Err(p.wrong("a point that is not empty")),
            }),
        }
    }

    /// `( item , item … )` with its count before it.
    fn list(
        &mut self,
        out: &mut Vec<u8>,
        mut item: impl FnMut(&mut Self, &mut Vec<u8>) -> Result<(), String>,
    ) -> Result<(), String> {
        let at = out.len();
        let mut n = 0u32;
        out.extend_from_slice(&[0; 4]);
        self.expect(b'(')?;
        loop {
            item(self, out)?;
            n += 1;
            if !self.take(b',') {
                break;
            }
        }
        out[at..at + 4].copy_from_slice(&n.to_le_bytes());
        self.expect(b')')
    }

    fn position(&mut self, out: &mut Vec<u8>) -> Result<(), String> {
        for _ in 0..2 {
            let n = self.number().ok_or_else(|| self.wrong("a number"))?;
            out.extend_from_slice(&n.to_le_bytes());
        }
        for _ in 0..2 {
            if self.number().is_none() {
                break;
            }
        }
        Ok(())
    }

    fn number(&mut self) -> Option<f64> {
        self.peek();
        let start = self.at;
        let mut end = start;
        while self.text.get(end).is_some_and(|b| b.is_ascii_digit() || b"+-.eE".contains(b)) {
            end += 1;
        }
        let n = std::str::from_utf8(self.text.get(start..end)?).ok()?.parse().ok()?;
        self.at = end;
        Some(n)
    }
}

fn kind(word: &str) -> Option<u32> {
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

fn head(out: &mut Vec<u8>, kind: u32) {
    out.push(1);
    out.extend_from_slice(&kind.to_le_bytes());
}

/// Writes a geometry.
pub fn write(wkb: &Wkb) -> String {
    let mut out = String::with_capacity(wkb.as_bytes().len() * 2);
    shape(&mut out, &Shape::of(wkb));
    out
}

fn shape(out: &mut String, s: &Shape<'_>) {
    out.push_str(match s {
        Shape::Point(..) => "POINT ",
        Shape::Line(_) => "LINESTRING ",
        Shape::Polygon(_) => "POLYGON ",
        Shape::Many(GeometryType::MultiPoint, _) => "MULTIPOINT ",
        Shape::Many(GeometryType::MultiLineString, _) => "MULTILINESTRING ",
        Shape::Many(GeometryType::MultiPolygon, _) => "MULTIPOLYGON ",
        Shape::Many(..) => "GEOMETRYCOLLECTION ",
    });
    body(out, s);
}

fn body(out: &mut String, s: &Shape<'_>) {
    match s {
        Shape::Point(x, y) => {
            // Writing to a String can't fail.
            let _ = write!(out, "({x} {y})");
        }
        Shape::Line(coords) => line(out, *coords),
        Shape::Polygon(rings) => many(out, rings, |out, r| line(out, *r)),
        Shape::Many(GeometryType::GeometryCollection, parts) => many(out, parts, shape),
        Shape::Many(_, parts) => many(out, parts, body),
    }
}

fn line(out: &mut String, coords: Coords<'_>) {
    let positions: Vec<(f64, f64)> = coords.iter().collect();
    many(out, &positions, |out, (x, y)| {
        let _ = write!(out, "{x} {y}");
    });
}

fn many<T>(out: &mut String, items: &[T], mut each: impl FnMut(&mut String, &T)) {
    if items.is_empty() {
        out.push_str("EMPTY");
        return;
    }
    out.push('(');
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        each(out, item);
    }
    out.push(')');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for text in [
            "POINT (39.7 41)",
            "LINESTRING (1 2,3 4)",
            "POLYGON ((0 0,1 0,1 1,0 0),(0.2 0.1,0.3 0.1,0.3 0.2,0.2 0.1))",
            "MULTIPOINT ((1 2),(3 4))",
            "MULTILINESTRING ((1 2,3 4),(5 6,7 8))",
            "MULTIPOLYGON (((0 0,1 0,1 1,0 0)))",
            "GEOMETRYCOLLECTION (POINT (1 2),LINESTRING (1 2,3 4))",
            "MULTIPOLYGON EMPTY",
        ] {
            let wkb = read(text).unwrap().unwrap();
            assert_eq!(write(&wkb), text);
        }
        assert_eq!(write(&read("srid=4326;multipoint z (1 2 3, 4 5 6)").unwrap().unwrap()), "MULTIPOINT ((1 2),(4 5))");
        assert_eq!(write(&read("PointZ(1 2 3)").unwrap().unwrap()), "POINT (1 2)");
        assert_eq!(read("POINT EMPTY").unwrap(), None);
        for bad in ["", "POINT", "POINT (1)", "POINT (1 2", "CIRCLE (1 2)", "POINT (1 2) x", "POINT (1e999 2)"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
