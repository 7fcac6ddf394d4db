//! The GeoJSON writer. In any CRS but lon/lat it writes the `crs` member of GeoJSON 2008, which QGIS and GDAL understand.

use crate::{Crs, Layout, Result};
use meydan_geo::{
    GeometryType,
    feature::{Feature, Scalar},
    geojson,
};
use std::io::Write;

/// Writes a FeatureCollection or a text sequence to any output, feature by feature.
pub struct Writer<W: Write> {
    output: W,
    layout: Layout,
    keys: Vec<Vec<u8>>,
    sequence: bool,
    written: u64,
    line: Vec<u8>,
}

impl<W: Write> Writer<W> {
    /// Begins a FeatureCollection.
    ///
    /// # Errors
    /// `Io`.
    pub fn collection(mut output: W, layout: Layout) -> Result<Self> {
        let mut head = b"{\"type\":\"FeatureCollection\",\"name\":".to_vec();
        json(&mut head, &layout.layer);
        if let Crs::Epsg(code) = layout.crs
            && !layout.crs.is_lon_lat()
        {
            write!(head, r#","crs":{{"type":"name","properties":{{"name":"urn:ogc:def:crs:EPSG::{code}"}}}}"#)?;
        }
        head.extend_from_slice(b",\"features\":[");
        output.write_all(&head)?;
        Ok(Self::new(output, layout, false))
    }

    /// Begins a text sequence (RFC 8142). It can't name a CRS: write lon/lat.
    ///
    /// # Errors
    /// `Io`.
    pub fn sequence(output: W, layout: Layout) -> Result<Self> {
        Ok(Self::new(output, layout, true))
    }

    fn new(output: W, layout: Layout, sequence: bool) -> Self {
        let keys = layout
            .columns
            .iter()
            .map(|c| {
                let mut key = Vec::new();
                json(&mut key, &c.name);
                key.push(b':');
                key
            })
            .collect();
        Self { output, layout, keys, sequence, written: 0, line: Vec::new() }
    }

    /// The output, e.g. to take what was written so far out of a buffer.
    pub fn output(&mut self) -> &mut W {
        &mut self.output
    }

    /// Writes one feature; `id` is the feature's `id` member.
    ///
    /// # Errors
    /// `Io`.
    pub fn write_feature(&mut self, feature: &Feature, id: Option<&Scalar>) -> Result<()> {
        let line = &mut self.line;
        line.clear();
        if self.sequence {
            line.push(0x1e);
        } else if self.written > 0 {
            line.push(b',');
        }
        if !self.sequence {
            line.push(b'\n');
        }
        line.extend_from_slice(b"{\"type\":\"Feature\",");
        if let Some(id) = id {
            line.extend_from_slice(b"\"id\":");
            value(line, id);
            line.push(b',');
        }
        line.extend_from_slice(b"\"properties\":{");
        for (at, (key, scalar)) in self.keys.iter().zip(&feature.values).enumerate() {
            if at > 0 {
                line.push(b',');
            }
            line.extend_from_slice(key);
            value(line, scalar);
        }
        line.extend_from_slice(b"},\"geometry\":");
        match &feature.geometry {
            None => line.extend_from_slice(b"null"),
            Some(g) if matches!(self.layout.geometry, Some(k) if is_multi_of(k, g.geometry_type())) => {
                geojson::write(&g.to_multi(), line);
            }
            Some(g) => geojson::write(g, line),
        }
        line.push(b'}');
        if self.sequence {
            line.push(b'\n');
        }
        self.output.write_all(line)?;
        self.written += 1;
        Ok(())
    }

    /// Writes the end and gives the output back.
    ///
    /// # Errors
    /// `Io`.
    pub fn end(mut self) -> Result<W> {
        if !self.sequence {
            self.output.write_all(b"\n]}\n")?;
        }
        self.output.flush()?;
        Ok(self.output)
    }
}

impl<W: Write + Send> crate::Writer for Writer<W> {
    fn write(&mut self, feature: &Feature) -> Result<()> {
        self.write_feature(feature, None)
    }

    fn finish(self: Box<Self>) -> Result<()> {
        self.end().map(|_| ())
    }
}

/// True if the layer's type is the multi of the feature's.
pub(crate) fn is_multi_of(layer: GeometryType, has: GeometryType) -> bool {
    use GeometryType::*;
    matches!((layer, has), (MultiPoint, Point) | (MultiLineString, LineString) | (MultiPolygon, Polygon))
}

fn json<T: serde::Serialize + ?Sized>(out: &mut Vec<u8>, value: &T) {
    // Writing to memory can't fail, and none of our values can't be spelled (numbers are finite).
    if serde_json::to_writer(&mut *out, value).is_err() {
        out.extend_from_slice(b"null");
    }
}

fn value(out: &mut Vec<u8>, scalar: &Scalar) {
    match scalar {
        Scalar::Null => out.extend_from_slice(b"null"),
        Scalar::Bool(b) => json(out, b),
        Scalar::Int(i) => json(out, i),
        Scalar::Real(r) => json(out, r),
        Scalar::Text(t) => json(out, t),
        Scalar::Date(d) => json(out, &d.to_string()),
        Scalar::Timestamp(t) => json(out, &t.to_string()),
    }
}
