//! The writer: one document, its columns as a schema.

use crate::{Crs, Error, Kind, Layout, OutColumn, Result, form::to_lon_lat, shape::Shape, xml::escaped};
use meydan_geo::{
    feature::{Feature, Scalar},
    parts::Coords,
};
use std::{
    fmt::Write as _,
    fs::File,
    io::{BufWriter, Write as _},
};

/// Writes KML.
pub struct Writer {
    out: BufWriter<File>,
    columns: Vec<OutColumn>,
    /// The column that is the placemarks' name.
    name: Option<usize>,
    crs: Crs,
    text: String,
}

impl Writer {
    /// Writes the head.
    ///
    /// # Errors
    /// `crs-not-supported`, as KML is in longitude and latitude; `Io`.
    pub fn new(mut out: BufWriter<File>, layout: Layout) -> Result<Self> {
        let known = layout.crs.epsg().and_then(meydan_geo::Crs::from_epsg).is_some();
        if layout.geometry.is_some() && !known {
            return Err(Error::file(
                "crs-not-supported",
                format!("KML boylam ve enlem ister; {} sisteminden çevrilemiyor.", layout.crs),
                format!("KML wants longitude and latitude; there is no way from {}.", layout.crs),
            ));
        }
        let layer = escaped(&layout.layer);
        write!(
            out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<kml xmlns=\"http://www.opengis.net/kml/2.2\"><Document><name>{layer}</name>\n<Schema name=\"{layer}\" id=\"s\">"
        )?;
        for column in &layout.columns {
            let kind = match column.kind {
                Kind::Bool => "bool",
                // The format's whole numbers have 32 bits.
                Kind::Int | Kind::Real => "double",
                Kind::Text | Kind::Date | Kind::Timestamp => "string",
            };
            write!(out, "<SimpleField name=\"{}\" type=\"{kind}\"/>", escaped(&column.name))?;
        }
        out.write_all(b"</Schema>\n")?;
        let name = layout.columns.iter().position(|c| c.name == "name");
        Ok(Self { out, columns: layout.columns, name, crs: layout.crs, text: String::new() })
    }
}

impl crate::Writer for Writer {
    fn write(&mut self, feature: &Feature) -> Result<()> {
        let text = &mut self.text;
        text.clear();
        text.push_str("<Placemark>");
        if let Some(name) = self.name.and_then(|at| feature.values.get(at)).and_then(spelled) {
            // Writing to a String can't fail.
            let _ = write!(text, "<name>{}</name>", escaped(&name));
        }
        text.push_str("<ExtendedData><SchemaData schemaUrl=\"#s\">");
        for (column, value) in self.columns.iter().zip(&feature.values) {
            if let Some(value) = spelled(value) {
                let _ = write!(text, "<SimpleData name=\"{}\">{}</SimpleData>", escaped(&column.name), escaped(&value));
            }
        }
        text.push_str("</SchemaData></ExtendedData>");
        if let Some(geometry) = &feature.geometry {
            let placed = to_lon_lat(&self.crs, geometry)
                .ok_or_else(|| Error::geometry(feature.row, format!("no longitude and latitude in {}", self.crs)))?;
            shape(text, &Shape::of(&placed));
        }
        text.push_str("</Placemark>\n");
        self.out.write_all(text.as_bytes())?;
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        self.out.write_all(b"</Document></kml>\n")?;
        self.out.flush()?;
        Ok(())
    }
}

/// A value as text; `None` for no value.
pub(crate) fn spelled(value: &Scalar) -> Option<String> {
    Some(match value {
        Scalar::Null => return None,
        Scalar::Bool(b) => b.to_string(),
        Scalar::Int(i) => i.to_string(),
        Scalar::Real(r) => r.to_string(),
        Scalar::Text(t) => t.clone(),
        Scalar::Date(d) => d.to_string(),
        Scalar::Timestamp(t) => t.to_string(),
    })
}

fn shape(out: &mut String, s: &Shape<'_>) {
    match s {
        Shape::Point(x, y) => {
            let _ = write!(out, "<Point><coordinates>{x},{y}</coordinates></Point>");
        }
        Shape::Line(line) => {
            out.push_str("<LineString>");
            coordinates(out, *line);
            out.push_str("</LineString>");
        }
        Shape::Polygon(rings) => {
            out.push_str("<Polygon>");
            for (at, ring) in rings.iter().enumerate() {
                let boundary = if at == 0 { "outerBoundaryIs" } else { "innerBoundaryIs" };
                let _ = write!(out, "<{boundary}><LinearRing>");
                coordinates(out, *ring);
                let _ = write!(out, "</LinearRing></{boundary}>");
            }
            out.push_str("</Polygon>");
        }
        Shape::Many(_, parts) => {
            out.push_str("<MultiGeometry>");
            parts.iter().for_each(|p| shape(out, p));
            out.push_str("</MultiGeometry>");
        }
    }
}

fn coordinates(out: &mut String, line: Coords<'_>) {
    out.push_str("<coordinates>");
    for (at, (x, y)) in line.iter().enumerate() {
        let blank = if at > 0 { " " } else { "" };
        let _ = write!(out, "{blank}{x},{y}");
    }
    out.push_str("</coordinates>");
}
