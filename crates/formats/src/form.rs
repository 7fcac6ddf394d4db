//! A geometry being put together, before it is WKB.

use crate::Crs;
use meydan_geo::{
    GeometryType, Wkb,
    parts::{Position, Writer},
};

/// One geometry.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Form {
    Point(Position),
    Line(Vec<Position>),
    Polygon(Vec<Vec<Position>>),
    Many(Vec<Form>),
}

impl Form {
    /// As WKB: many of one kind as a multi, else as a collection. `None` if a coordinate is not finite or nothing is in it.
    pub(crate) fn wkb(self) -> Option<Wkb> {
        let form = match self {
            Self::Many(parts) => {
                let mut flat = Vec::with_capacity(parts.len());
                parts.into_iter().for_each(|p| p.flatten(&mut flat));
                Self::Many(flat)
            }
            single => single,
        };
        if matches!(&form, Self::Many(parts) if parts.is_empty()) {
            return None;
        }
        let mut out = Writer::default();
        form.write(&mut out);
        out.finish()
    }

    fn flatten(self, out: &mut Vec<Self>) {
        match self {
            Self::Many(parts) => parts.into_iter().for_each(|p| p.flatten(out)),
            single => out.push(single),
        }
    }

    fn write(&self, out: &mut Writer) {
        match self {
            Self::Point(p) => out.point(*p),
            Self::Line(line) => out.line_string(line),
            Self::Polygon(rings) => out.polygon(rings),
            Self::Many(parts) => {
                let all = |f: fn(&Self) -> bool| parts.iter().all(f);
                let kind = if all(|p| matches!(p, Self::Point(_))) {
                    GeometryType::MultiPoint
                } else if all(|p| matches!(p, Self::Line(_))) {
                    GeometryType::MultiLineString
                } else if all(|p| matches!(p, Self::Polygon(_))) {
                    GeometryType::MultiPolygon
                } else {
                    GeometryType::GeometryCollection
                };
                out.group(kind, parts.len());
                parts.iter().for_each(|p| p.write(out));
            }
        }
    }
}

/// Geometry of a layout's CRS as longitude, latitude, for formats that know nothing else; `None` if there is no way.
pub(crate) fn to_lon_lat(crs: &Crs, geometry: &Wkb) -> Option<Wkb> {
    meydan_geo::Crs::from_epsg(crs.epsg()?)?.inverse_geometry(geometry)
}
