//! The writer: a feature collection of OGC API Features (OGC 17-069r4, GML-SF0), geometries of GML 3.2.

use crate::{Layout, Result, kml::spelled, names, shape::Shape, xml::escaped};
use meydan_geo::{GeometryType, feature::Feature, parts::Coords};
use std::{
    fmt::Write as _,
    fs::File,
    io::{BufWriter, Write as _},
};

/// Namespace of the registers' own elements.
const NAMESPACE: &str = "urn:meydan:registers";

/// Writes GML.
pub struct Writer {
    out: BufWriter<File>,
    layer: String,
    columns: Vec<String>,
    /// The system's URI, if it has one.
    srs: Option<String>,
    north_first: bool,
    text: String,
}

impl Writer {
    /// Writes the head.
    ///
    /// # Errors
    /// `Io`.
    pub fn new(mut out: BufWriter<File>, layout: Layout) -> Result<Self> {
        write!(
            out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<sf:FeatureCollection xmlns:sf=\"http://www.opengis.net/ogcapi-features-1/1.0/sf\" xmlns:gml=\"http://www.opengis.net/gml/3.2\" xmlns:m=\"{NAMESPACE}\">\n"
        )?;
        let code = layout.crs.epsg();
        let columns = layout.columns.into_iter().map(|c| element_name(&c.name));
        Ok(Self {
            out,
            layer: element_name(&layout.layer),
            columns: names::unique(columns, &["geometry"], usize::MAX),
            srs: code.map(|code| format!("http://www.opengis.net/def/crs/EPSG/0/{code}")),
            north_first: code.and_then(meydan_geo::Crs::from_epsg).is_some_and(meydan_geo::Crs::north_first),
            text: String::new(),
        })
    }
}

impl crate::Writer for Writer {
    fn write(&mut self, feature: &Feature) -> Result<()> {
        let mut text = std::mem::take(&mut self.text);
        text.clear();
        let (layer, row) = (&self.layer, feature.row);
        // Writing to a String can't fail.
        let _ = write!(text, "<sf:featureMember><m:{layer} gml:id=\"f{row}\">");
        for (name, value) in self.columns.iter().zip(&feature.values) {
            if let Some(value) = spelled(value) {
                let _ = write!(text, "<m:{name}>{}</m:{name}>", escaped(&value));
            }
        }
        if let Some(geometry) = &feature.geometry {
            text.push_str("<m:geometry>");
            let srs = self.srs.as_ref().map(|s| format!(" srsName=\"{s}\"")).unwrap_or_default();
            let mut ids = 0;
            let mut shaper = Shaper { out: &mut text, north_first: self.north_first, row, ids: &mut ids };
            shaper.shape(&Shape::of(geometry), &srs);
            text.push_str("</m:geometry>");
        }
        let _ = writeln!(text, "</m:{layer}></sf:featureMember>");
        self.out.write_all(text.as_bytes())?;
        self.text = text;
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        self.out.write_all(b"</sf:FeatureCollection>\n")?;
        self.out.flush()?;
        Ok(())
    }
}

struct Shaper<'a> {
    out: &'a mut String,
    north_first: bool,
    row: u64,
    ids: &'a mut u64,
}

impl Shaper<'_> {
    fn shape(&mut self, s: &Shape<'_>, srs: &str) {
        let name = match s {
            Shape::Point(..) => "Point",
            Shape::Line(_) => "LineString",
            Shape::Polygon(_) => "Polygon",
            Shape::Many(GeometryType::MultiPoint, _) => "MultiPoint",
            Shape::Many(GeometryType::MultiLineString, _) => "MultiCurve",
            Shape::Many(GeometryType::MultiPolygon, _) => "MultiSurface",
            Shape::Many(..) => "MultiGeometry",
        };
        let _ = write!(self.out, "<gml:{name} gml:id=\"f{}.g{}\"{srs}>", self.row, self.ids);
        *self.ids += 1;
        match s {
            Shape::Point(x, y) => {
                self.out.push_str("<gml:pos>");
                self.position(*x, *y);
                self.out.push_str("</gml:pos>");
            }
            Shape::Line(line) => self.list(*line),
            Shape::Polygon(rings) => {
                for (at, ring) in rings.iter().enumerate() {
                    let boundary = if at == 0 { "exterior" } else { "interior" };
                    let _ = write!(self.out, "<gml:{boundary}><gml:LinearRing>");
                    self.list(*ring);
                    let _ = write!(self.out, "</gml:LinearRing></gml:{boundary}>");
                }
            }
            Shape::Many(kind, parts) => {
                let member = match kind {
                    GeometryType::MultiPoint => "pointMember",
                    GeometryType::MultiLineString => "curveMember",
                    GeometryType::MultiPolygon => "surfaceMember",
                    _ => "geometryMember",
                };
                for part in parts {
                    let _ = write!(self.out, "<gml:{member}>");
                    self.shape(part, "");
                    let _ = write!(self.out, "</gml:{member}>");
                }
            }
        }
        let _ = write!(self.out, "</gml:{name}>");
    }

    fn list(&mut self, line: Coords<'_>) {
        self.out.push_str("<gml:posList>");
        for (at, (x, y)) in line.iter().enumerate() {
            if at > 0 {
                self.out.push(' ');
            }
            self.position(x, y);
        }
        self.out.push_str("</gml:posList>");
    }

    fn position(&mut self, x: f64, y: f64) {
        let (a, b) = if self.north_first { (y, x) } else { (x, y) };
        let _ = write!(self.out, "{a} {b}");
    }
}

/// A name as XML allows it for an element.
fn element_name(name: &str) -> String {
    let mut out: String =
        name.chars().map(|c| if c.is_alphanumeric() || matches!(c, '_' | '-' | '.') { c } else { '_' }).collect();
    if !out.starts_with(|c: char| c.is_alphabetic() || c == '_') {
        out.insert(0, '_');
    }
    out
}
