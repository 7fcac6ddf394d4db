//! The FlatGeobuf writer: features go to a temporary file, `finish` sorts them along the Hilbert curve and writes the index.

use crate::{Error, Layout, Result, crs, geojson::is_multi_of, shape::Shape, writer::Kind};
use flatgeobuf::{
    ColumnType, FgbCrs, FgbWriter, FgbWriterOptions, GeometryType as FgbType,
    geozero::{ColumnValue, GeomProcessor, GeozeroGeometry, PropertyProcessor, error::Result as GeoResult},
};
use meydan_geo::{
    GeometryType, Wkb,
    feature::{Feature, Scalar},
    parts::Coords,
};
use std::io::Write;

/// Writes FlatGeobuf to any output, at `finish`.
pub struct Writer<W: Write> {
    output: W,
    writer: FgbWriter<'static>,
    layout: Layout,
}

impl<W: Write> Writer<W> {
    /// Prepares the file.
    ///
    /// # Errors
    /// `no-geometry` for data without geometry (GDAL can't open such a file); if no temporary file can be made.
    pub fn new(output: W, layout: Layout) -> Result<Self> {
        let Some(kind) = layout.geometry else {
            return Err(Error::file(
                "no-geometry",
                "Geometrisi olmayan veri FlatGeobuf olarak yazılmaz; CSV ya da GeoPackage seçin.",
                "Data without geometry is not written as FlatGeobuf; choose CSV or GeoPackage.",
            ));
        };
        let code = layout.crs.epsg();
        let wkt = code.and_then(crs::to_wkt);
        let options = FgbWriterOptions {
            write_index: true,
            detect_type: false,
            promote_to_multi: false,
            crs: FgbCrs {
                org: code.map(|_| "EPSG"),
                code: code.and_then(|c| i32::try_from(c).ok()).unwrap_or(0),
                wkt: wkt.as_deref(),
                ..FgbCrs::default()
            },
            ..FgbWriterOptions::default()
        };
        let kind = FgbType(kind as u8);
        let mut writer = FgbWriter::create_with_options(&layout.layer, kind, options).map_err(failed)?;
        for column in &layout.columns {
            let kind = match column.kind {
                Kind::Bool => ColumnType::Bool,
                Kind::Int => ColumnType::Long,
                Kind::Real => ColumnType::Double,
                Kind::Text => ColumnType::String,
                Kind::Date | Kind::Timestamp => ColumnType::DateTime,
            };
            writer.add_column(&column.name, kind, |_, _| {});
        }
        Ok(Self { output, writer, layout })
    }

    /// Sorts, writes and gives the output back.
    ///
    /// # Errors
    /// `Io`.
    pub fn end(mut self) -> Result<W> {
        self.writer.write(&mut self.output).map_err(failed)?;
        self.output.flush()?;
        Ok(self.output)
    }
}

impl<W: Write + Send> crate::Writer for Writer<W> {
    fn write(&mut self, feature: &Feature) -> Result<()> {
        // What the crate writes for a missing geometry makes GDAL give up on the whole file.
        if feature.geometry.is_none() {
            return Err(Error::row(
                feature.row,
                "record-without-geometry",
                "FlatGeobuf geometrisi olmayan kaydı tutmaz; “geometry IS NOT NULL” ile süzün ya da GeoPackage seçin.",
                "FlatGeobuf does not hold a record without geometry; filter by “geometry IS NOT NULL”, or choose GeoPackage.",
            ));
        }
        let multi = match (&feature.geometry, self.layout.geometry) {
            (Some(g), Some(kind)) if is_multi_of(kind, g.geometry_type()) => Some(g.to_multi()),
            _ => None,
        };
        let source = Source {
            geometry: multi.as_ref().or(feature.geometry.as_ref()),
            // The crate can't tell the types of a mixed layer apart: there each geometry is a collection.
            collect: self.layout.geometry == Some(GeometryType::GeometryCollection),
        };
        let columns = &self.layout.columns;
        let mut fault = None;
        self.writer
            .add_feature_geom(source, |out| {
                for (at, (scalar, column)) in feature.values.iter().zip(columns).enumerate() {
                    if let Err(e) = property(out, at, &column.name, scalar, column.kind) {
                        fault.get_or_insert(e);
                    }
                }
            })
            .map_err(failed)?;
        fault.map_or(Ok(()), |e| Err(failed(e)))
    }

    fn finish(self: Box<Self>) -> Result<()> {
        self.end().map(|_| ())
    }
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::file("write-failed", format!("FlatGeobuf yazılamadı: {error}"), format!("The FlatGeobuf can't be written: {error}"))
}

fn property(out: &mut impl PropertyProcessor, at: usize, name: &str, scalar: &Scalar, kind: Kind) -> GeoResult<bool> {
    match (scalar, kind) {
        (Scalar::Null, _) => Ok(false),
        (Scalar::Bool(b), Kind::Bool) => out.property(at, name, &ColumnValue::Bool(*b)),
        (Scalar::Int(i), Kind::Int) => out.property(at, name, &ColumnValue::Long(*i)),
        (Scalar::Int(i), Kind::Real) => out.property(at, name, &ColumnValue::Double(*i as f64)),
        (Scalar::Real(r), Kind::Real) => out.property(at, name, &ColumnValue::Double(*r)),
        (Scalar::Text(t), Kind::Text) => out.property(at, name, &ColumnValue::String(t)),
        (Scalar::Date(d), Kind::Date) => out.property(at, name, &ColumnValue::DateTime(&d.to_string())),
        (Scalar::Timestamp(t), Kind::Timestamp) => out.property(at, name, &ColumnValue::DateTime(&t.to_string())),
        _ => Err(flatgeobuf::geozero::error::GeozeroError::Property(format!("{name}: the value is not of the column's type"))),
    }
}

/// A geometry as the crate's processor wants to hear it.
struct Source<'a> {
    geometry: Option<&'a Wkb>,
    collect: bool,
}

impl GeozeroGeometry for Source<'_> {
    fn process_geom<P: GeomProcessor>(&self, p: &mut P) -> GeoResult<()> {
        let Some(wkb) = self.geometry else { return Ok(()) };
        if self.collect && wkb.geometry_type() != GeometryType::GeometryCollection {
            return many(p, GeometryType::GeometryCollection, &[Shape::of(wkb)], 0);
        }
        shape(p, &Shape::of(wkb), true, 0)
    }
}

fn shape<P: GeomProcessor>(p: &mut P, s: &Shape<'_>, tagged: bool, idx: usize) -> GeoResult<()> {
    match s {
        Shape::Point(x, y) => {
            if tagged {
                p.point_begin(idx)?;
            }
            p.xy(*x, *y, if tagged { 0 } else { idx })?;
            if tagged { p.point_end(idx) } else { Ok(()) }
        }
        Shape::Line(coords) => line(p, *coords, tagged, idx),
        Shape::Polygon(rings) => {
            p.polygon_begin(tagged, rings.len(), idx)?;
            for (at, ring) in rings.iter().enumerate() {
                line(p, *ring, false, at)?;
            }
            p.polygon_end(tagged, idx)
        }
        Shape::Many(kind, parts) => many(p, *kind, parts, idx),
    }
}

fn line<P: GeomProcessor>(p: &mut P, coords: Coords<'_>, tagged: bool, idx: usize) -> GeoResult<()> {
    p.linestring_begin(tagged, coords.len(), idx)?;
    for (at, (x, y)) in coords.iter().enumerate() {
        p.xy(x, y, at)?;
    }
    p.linestring_end(tagged, idx)
}

fn many<P: GeomProcessor>(p: &mut P, kind: GeometryType, parts: &[Shape<'_>], idx: usize) -> GeoResult<()> {
    let n = parts.len();
    let each = |p: &mut P, tagged| parts.iter().enumerate().try_for_each(|(at, part)| shape(p, part, tagged, at));
    match kind {
        GeometryType::MultiPoint => {
            p.multipoint_begin(n, idx)?;
            each(p, false)?;
            p.multipoint_end(idx)
        }
        GeometryType::MultiLineString => {
            p.multilinestring_begin(n, idx)?;
            each(p, false)?;
            p.multilinestring_end(idx)
        }
        GeometryType::MultiPolygon => {
            p.multipolygon_begin(n, idx)?;
            each(p, false)?;
            p.multipolygon_end(idx)
        }
        _ => {
            p.geometrycollection_begin(n, idx)?;
            each(p, true)?;
            p.geometrycollection_end(idx)
        }
    }
}
