//! A GeoJSON geometry object to WKB.

use crate::{
    GeometryType, Wkb,
    parts::{Position, Writer},
    wkb::{MAX_DEPTH, MAX_VERTICES},
};
use serde_json::Value;

/// Why a JSON value is not a geometry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// Not an object.
    #[error("a geometry is an object with “type” and “coordinates”")]
    NotAnObject,
    /// The type is missing or none of the seven.
    #[error("“{0}” is not a geometry type of GeoJSON")]
    UnknownType(String),
    /// Coordinates are missing or nested in another way than the type wants.
    #[error("the coordinates of a {0} must be {1}")]
    Shape(&'static str, &'static str),
    /// A position that is not two or more finite numbers.
    #[error("{0} is not a position: two numbers, longitude and latitude")]
    Position(String),
    /// Too deep or too large.
    #[error("the geometry is larger than the limit of {0}")]
    TooLarge(&'static str),
}

impl ReadError {
    /// Turkish sentence.
    pub fn tr(&self) -> String {
        match self {
            Self::NotAnObject => "geometri, “type” ve “coordinates” içeren bir nesne olmalı".to_owned(),
            Self::UnknownType(name) => format!("“{name}” bir GeoJSON geometri türü değil"),
            Self::Shape(name, _) => format!("{name} koordinatlarının iç içe dizilişi yanlış"),
            Self::Position(text) => format!("{text} bir konum değil: boylam ve enlem olmak üzere iki sayı olmalı"),
            Self::TooLarge("nesting") => "geometri, izin verilenden daha çok iç içe geçmiş".to_owned(),
            Self::TooLarge(_) => format!("geometri en çok {MAX_VERTICES} nokta içerebilir"),
        }
    }

    /// English sentence.
    pub fn en(&self) -> String {
        self.to_string()
    }
}

/// Reads a geometry object (RFC 7946, section 3.1); numbers after the second of a position (height) are left out.
///
/// # Errors
/// [`ReadError`] says what is wrong. Rings may still be open or crossing: see `validity`.
pub fn read(json: &Value) -> Result<Wkb, ReadError> {
    let mut reader = Reader { writer: Writer::default(), vertices: 0 };
    reader.object(json, 0)?;
    // Every position was seen to be finite.
    reader.writer.finish().ok_or(ReadError::NotAnObject)
}

struct Reader {
    writer: Writer,
    vertices: usize,
}

const RUN: &str = "a list of positions";
const RUNS: &str = "a list of lists of positions";

impl Reader {
    fn object(&mut self, json: &Value, depth: usize) -> Result<(), ReadError> {
        if depth > MAX_DEPTH {
            return Err(ReadError::TooLarge("nesting"));
        }
        let object = json.as_object().ok_or(ReadError::NotAnObject)?;
        let coordinates = object.get("coordinates").unwrap_or(&Value::Null);
        match object.get("type").and_then(Value::as_str).unwrap_or_default() {
            "Point" => self.point(coordinates),
            "LineString" => self.line(coordinates, "LineString", RUN),
            "Polygon" => self.polygon(coordinates, "Polygon", RUNS),
            "MultiPoint" => {
                let members = list(coordinates, "MultiPoint", RUN)?;
                self.writer.group(GeometryType::MultiPoint, members.len());
                members.iter().try_for_each(|m| self.point(m))
            }
            "MultiLineString" => {
                let members = list(coordinates, "MultiLineString", RUNS)?;
                self.writer.group(GeometryType::MultiLineString, members.len());
                members.iter().try_for_each(|m| self.line(m, "MultiLineString", RUNS))
            }
            "MultiPolygon" => {
                let wanted = "a list of polygons";
                let members = list(coordinates, "MultiPolygon", wanted)?;
                self.writer.group(GeometryType::MultiPolygon, members.len());
                members.iter().try_for_each(|m| self.polygon(m, "MultiPolygon", wanted))
            }
            "GeometryCollection" => {
                let geometries = object.get("geometries").unwrap_or(&Value::Null);
                let members = list(geometries, "GeometryCollection", "a list of geometries under “geometries”")?;
                self.writer.group(GeometryType::GeometryCollection, members.len());
                members.iter().try_for_each(|m| self.object(m, depth + 1))
            }
            other => Err(ReadError::UnknownType(other.chars().take(40).collect())),
        }
    }

    fn point(&mut self, json: &Value) -> Result<(), ReadError> {
        let position = self.position(json)?;
        self.writer.point(position);
        Ok(())
    }

    fn line(&mut self, json: &Value, name: &'static str, wanted: &'static str) -> Result<(), ReadError> {
        let members = list(json, name, wanted)?;
        self.writer.open_line_string(members.len());
        self.run(members)
    }

    fn polygon(&mut self, json: &Value, name: &'static str, wanted: &'static str) -> Result<(), ReadError> {
        let rings = list(json, name, wanted)?;
        self.writer.open_polygon(rings.len());
        for ring in rings {
            let members = list(ring, name, wanted)?;
            self.writer.open_ring(members.len());
            self.run(members)?;
        }
        Ok(())
    }

    fn run(&mut self, members: &[Value]) -> Result<(), ReadError> {
        for member in members {
            let position = self.position(member)?;
            self.writer.position(position);
        }
        Ok(())
    }

    fn position(&mut self, json: &Value) -> Result<Position, ReadError> {
        self.vertices += 1;
        if self.vertices > MAX_VERTICES {
            return Err(ReadError::TooLarge("vertices"));
        }
        let number = |v: &Value| v.as_f64().filter(|f| f.is_finite());
        match json.as_array().map(Vec::as_slice) {
            Some([x, y, ..]) => number(x).zip(number(y)),
            _ => None,
        }
        .ok_or_else(|| ReadError::Position(json.to_string().chars().take(60).collect()))
    }
}

fn list<'a>(json: &'a Value, name: &'static str, wanted: &'static str) -> Result<&'a [Value], ReadError> {
    json.as_array().map(Vec::as_slice).ok_or(ReadError::Shape(name, wanted))
}
