//! The writer of delimited text: comma, UTF-8, `\r\n` (RFC 4180); points as two columns, other geometries as WKT.

use crate::{Error, Layout, Result, wkt};
use meydan_geo::{
    GeometryType,
    feature::{Feature, Scalar},
};
use std::io::Write;

/// Writes delimited text to any output.
pub struct Writer<W: Write> {
    output: W,
    points: bool,
    geometry: bool,
    line: String,
}

impl<W: Write> Writer<W> {
    /// Writes the header.
    ///
    /// # Errors
    /// `Io`.
    pub fn new(mut output: W, layout: Layout) -> Result<Self> {
        let points = layout.geometry == Some(GeometryType::Point);
        let mut line = String::new();
        for column in &layout.columns {
            cell(&mut line, &column.name);
        }
        if points {
            let (x, y) = if layout.crs.is_lon_lat() { ("lon", "lat") } else { ("x", "y") };
            cell(&mut line, x);
            cell(&mut line, y);
        } else if layout.geometry.is_some() {
            cell(&mut line, "wkt");
        }
        end(&mut output, &mut line)?;
        Ok(Self { output, points, geometry: layout.geometry.is_some(), line })
    }

    /// The output, e.g. to take what was written so far out of a buffer.
    pub fn output(&mut self) -> &mut W {
        &mut self.output
    }

    /// Writes one row.
    ///
    /// # Errors
    /// `Io`.
    pub fn write_feature(&mut self, feature: &Feature) -> Result<()> {
        let line = &mut self.line;
        line.clear();
        for scalar in &feature.values {
            match scalar {
                Scalar::Null => cell(line, ""),
                Scalar::Bool(b) => cell(line, if *b { "true" } else { "false" }),
                Scalar::Int(i) => cell(line, &i.to_string()),
                Scalar::Real(r) => cell(line, &r.to_string()),
                Scalar::Text(t) => cell(line, t),
                Scalar::Date(d) => cell(line, &d.to_string()),
                Scalar::Timestamp(t) => cell(line, &t.to_string()),
            }
        }
        match (&feature.geometry, self.points) {
            (None, true) => line.push_str(",,"),
            (Some(g), true) => g.each_coord(|x, y| {
                cell(line, &x.to_string());
                cell(line, &y.to_string());
            }),
            (None, false) if self.geometry => cell(line, ""),
            (Some(g), false) if self.geometry => cell(line, &wkt::write(g)),
            _ => {}
        }
        end(&mut self.output, line)
    }

    /// Gives the output back.
    ///
    /// # Errors
    /// `Io`.
    pub fn end(mut self) -> Result<W> {
        self.output.flush()?;
        Ok(self.output)
    }
}

impl<W: Write + Send> crate::Writer for Writer<W> {
    fn write(&mut self, feature: &Feature) -> Result<()> {
        self.write_feature(feature)
    }

    fn finish(self: Box<Self>) -> Result<()> {
        self.end().map(|_| ())
    }
}

/// Adds a cell and a comma behind it; the last comma of a line is taken off by [`end`].
fn cell(line: &mut String, text: &str) {
    if text.contains(['"', ',', '\n', '\r']) || text.starts_with(' ') || text.ends_with(' ') {
        line.push('"');
        line.push_str(&text.replace('"', "\"\""));
        line.push('"');
    } else {
        line.push_str(text);
    }
    line.push(',');
}

fn end(output: &mut impl Write, line: &mut String) -> Result<()> {
    line.pop();
    line.push_str("\r\n");
    output.write_all(line.as_bytes()).map_err(Error::Io)
}
