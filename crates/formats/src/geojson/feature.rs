//! One feature's text as columns and geometry.

use meydan_geo::{Wkb, feature::Scalar};
use serde::de::{Deserialize, Deserializer, IgnoredAny, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;

/// A feature, its parts still as text.
pub(super) struct Raw<'a> {
    pub(super) id: Option<&'a RawValue>,
    pub(super) geometry: Option<&'a RawValue>,
    pub(super) properties: Vec<(Cow<'a, str>, &'a RawValue)>,
}

#[derive(serde::Deserialize)]
struct Members<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    geometry: Option<&'a RawValue>,
    #[serde(borrow, default)]
    properties: Option<Properties<'a>>,
}

struct Properties<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Properties<'a> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct V;
        impl<'de> Visitor<'de> for V {
            type Value = Properties<'de>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object of properties")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((Key(key), value)) = map.next_entry()? {
                    members.push((key, value));
                }
                Ok(Properties(members))
            }
        }
        d.deserialize_map(V)
    }
}

#[derive(serde::Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

/// Reads a feature, or a bare geometry as a feature without properties.
pub(super) fn read(text: &[u8]) -> Result<Raw<'_>, String> {
    let text = std::str::from_utf8(text).map_err(|e| e.to_string())?;
    let members: Members = serde_json::from_str(text).map_err(|e| e.to_string())?;
    match members.kind.as_deref() {
        Some("Feature") => Ok(Raw {
            id: members.id,
            geometry: members.geometry,
            properties: members.properties.map(|p| p.0).unwrap_or_default(),
        }),
        Some("Point" | "LineString" | "Polygon" | "MultiPoint" | "MultiLineString" | "MultiPolygon" | "GeometryCollection") => {
            let raw: &RawValue = serde_json::from_str(text).map_err(|e| e.to_string())?;
            Ok(Raw { id: None, geometry: Some(raw), properties: Vec::new() })
        }
        Some(other) => Err(format!("type “{other}”")),
        None => Err("no member “type”".to_owned()),
    }
}

/// A property's value; objects and lists stay JSON text.
pub(super) fn scalar(raw: &RawValue) -> Scalar {
    let text = raw.get();
    match text.as_bytes().first() {
        Some(b'n') => Scalar::Null,
        Some(b't') => Scalar::Bool(true),
        Some(b'f') => Scalar::Bool(false),
        Some(b'"') => serde_json::from_str::<String>(text).map_or(Scalar::Null, Scalar::Text),
        Some(b'{' | b'[') => Scalar::Text(text.to_owned()),
        _ => match text.parse::<i64>() {
            Ok(i) => Scalar::Int(i),
            Err(_) => match text.parse::<f64>() {
                Ok(r) if r.is_finite() => Scalar::Real(r),
                _ => Scalar::Text(text.to_owned()),
            },
        },
    }
}

/// Reads a geometry object; `None` for `null` and for an empty point (which has no place in our form).
pub(super) fn geometry(raw: &RawValue) -> Result<Option<Wkb>, String> {
    if raw.get() == "null" {
        return Ok(None);
    }
    let mut out = Vec::with_capacity(raw.get().len() / 2 + 16);
    if !append(raw, &mut out, 0)? {
        return Ok(None);
    }
    Wkb::parse(&out).map(Some).map_err(|e| e.to_string())
}

#[derive(serde::Deserialize)]
struct Geometry<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow, default)]
    coordinates: Option<&'a RawValue>,
    #[serde(borrow, default)]
    geometries: Option<Vec<&'a RawValue>>,
}

type Line = Vec<Position>;

/// Appends WKB; `false` for an empty point.
fn append(raw: &RawValue, out: &mut Vec<u8>, depth: usize) -> Result<bool, String> {
    if depth > meydan_geo::wkb::MAX_DEPTH {
        return Err("collections are nested too deep".to_owned());
    }
    let g: Geometry = serde_json::from_str(raw.get()).map_err(|e| e.to_string())?;
    if g.kind == "GeometryCollection" {
        head(out, 7);
        let parts = g.geometries.ok_or("no member “geometries”")?;
        let count_at = out.len();
        out.extend_from_slice(&[0; 4]);
        let mut count = 0u32;
        for part in parts {
            count += u32::from(append(part, out, depth + 1)?);
        }
        out[count_at..count_at + 4].copy_from_slice(&count.to_le_bytes());
        return Ok(true);
    }
    let text = g.coordinates.ok_or("no member “coordinates”")?.get();
    fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, String> {
        serde_json::from_str(text).map_err(|e| e.to_string())
    }
    match g.kind.as_ref() {
        "Point" => {
            if text.bytes().all(|b| b"[] \r\n\t".contains(&b)) {
                return Ok(false);
            }
            head(out, 1);
            position(out, parse(text)?);
        }
        "LineString" => {
            head(out, 2);
            line(out, &parse::<Line>(text)?);
        }
        "Polygon" => {
            head(out, 3);
            lines(out, &parse::<Vec<Line>>(text)?);
        }
        "MultiPoint" => {
            let parts: Line = parse(text)?;
            head(out, 4);
            count(out, parts.len());
            for p in parts {
                head(out, 1);
                position(out, p);
            }
        }
        "MultiLineString" => {
            let parts: Vec<Line> = parse(text)?;
            head(out, 5);
            count(out, parts.len());
            for p in &parts {
                head(out, 2);
                line(out, p);
            }
        }
        "MultiPolygon" => {
            let parts: Vec<Vec<Line>> = parse(text)?;
            head(out, 6);
            count(out, parts.len());
            for p in &parts {
                head(out, 3);
                lines(out, p);
            }
        }
        other => return Err(format!("geometry type “{other}”")),
    }
    Ok(true)
}

fn head(out: &mut Vec<u8>, kind: u32) {
    out.push(1);
    out.extend_from_slice(&kind.to_le_bytes());
}

fn count(out: &mut Vec<u8>, n: usize) {
    out.extend_from_slice(&u32::try_from(n).unwrap_or(u32::MAX).to_le_bytes());
}

fn position(out: &mut Vec<u8>, p: Position) {
    out.extend_from_slice(&p.0.to_le_bytes());
    out.extend_from_slice(&p.1.to_le_bytes());
}

fn line(out: &mut Vec<u8>, positions: &[Position]) {
    count(out, positions.len());
    positions.iter().for_each(|p| position(out, *p));
}

fn lines(out: &mut Vec<u8>, rings: &[Line]) {
    count(out, rings.len());
    rings.iter().for_each(|r| line(out, r));
}

/// Two numbers; a height and what may follow is passed over.
#[derive(Clone, Copy)]
struct Position(f64, f64);

impl<'de> Deserialize<'de> for Position {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct V;
        impl<'de> Visitor<'de> for V {
            type Value = Position;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a position of two numbers")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Position, A::Error> {
                use serde::de::Error;
                let x = seq.next_element()?.ok_or_else(|| A::Error::invalid_length(0, &self))?;
                let y = seq.next_element()?.ok_or_else(|| A::Error::invalid_length(1, &self))?;
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Position(x, y))
            }
        }
        d.deserialize_seq(V)
    }
}
