//! Spatial functions (OGC 21-065r2, 7.6 and 7.7) and their literals.

use super::{Binder, Expr, MAX_VERTICES, Node, Side};
use crate::{Result, cql2::Relation};
use meydan_geo::{
    GeometryType, Wkb,
    parts::{Part, PolygonRings, Writer},
    relate, validity,
};

impl Binder<'_> {
    pub(super) fn spatial(&self, node: &Node, name: &str, arguments: &[Node]) -> Result<Expr> {
        let Some(relation) = Relation::ALL.into_iter().find(|r| r.function() == name) else {
            return Err(self.places.fault(node.at, "bir uzamsal işlev (S_INTERSECTS…)", "a spatial function (S_INTERSECTS…)"));
        };
        let [a, b] = self.arguments(node, arguments)?;
        match (self.side(a)?, self.side(b)?) {
            (Side::Own, Side::Own) => Ok(Expr::Related(relation, None)),
            (Side::Own, Side::Shape(shape)) => self.own(b.at, relation, shape),
            (Side::Shape(shape), Side::Own) => self.own(a.at, relation.converse(), shape),
            (Side::Shape(x), Side::Shape(y)) => {
                let (x, y) = (self.plain(a.at, relation, x)?, self.plain(b.at, relation, y)?);
                Ok(Expr::Literal(relate::holds(relation, &x, &y)))
            }
            (Side::Own | Side::Shape(_), _) => Err(self.places.fault(b.at, "bir geometri", "a geometry")),
            _ => Err(self.places.fault(a.at, "geometri alanı ya da bir geometri", "the geometry property or a geometry")),
        }
    }

    fn own(&self, at: usize, relation: Relation, shape: Wkb) -> Result<Expr> {
        let of_collections = self.register.geometry.as_ref().is_some_and(|g| g.kind == GeometryType::GeometryCollection);
        Ok(match relation {
            Relation::Intersects => Expr::Intersects(shape),
            Relation::Disjoint => Expr::Not(Box::new(Expr::Intersects(shape))),
            _ if of_collections => return Err(self.mixed(at)),
            _ => Expr::Related(relation, Some(self.plain(at, relation, shape)?)),
        })
    }

    /// Points, lines and areas mixed have no inside and border of their own that all databases agree about.
    fn mixed(&self, at: usize) -> crate::Error {
        self.places.fault(
            at,
            "karışık olmayan geometri (karışık toplulukla yalnız S_INTERSECTS ve S_DISJOINT sorulabilir)",
            "a geometry of one kind (a mixed collection can be asked S_INTERSECTS and S_DISJOINT only)",
        )
    }

    /// The geometry without collections.
    fn plain(&self, at: usize, relation: Relation, shape: Wkb) -> Result<Wkb> {
        if shape.geometry_type() != GeometryType::GeometryCollection
            || matches!(relation, Relation::Intersects | Relation::Disjoint)
        {
            return Ok(shape);
        }
        let shape = of_one_kind(&shape).ok_or_else(|| self.mixed(at))?;
        self.checked(at, shape)
    }

    fn checked(&self, at: usize, shape: Wkb) -> Result<Wkb> {
        match validity::check(&shape) {
            None => Ok(shape),
            Some(_) => Err(self.places.fault(
                at,
                "geçerli bir geometri (kendini kesmeyen, kapalı, boş olmayan)",
                "a valid geometry (closed, not crossing itself, not empty)",
            )),
        }
    }

    /// A literal, brought to lon/lat.
    pub(super) fn shape(&self, at: usize, geometry: &Wkb) -> Result<Side> {
        let mut vertices = self.vertices.get();
        geometry.each_coord(|_, _| vertices += 1);
        self.vertices.set(vertices);
        if vertices > MAX_VERTICES {
            return Err(self.places.fault(
                at,
                &format!("geometrilerde toplam en çok {MAX_VERTICES} nokta"),
                &format!("{MAX_VERTICES} positions at most in all geometries"),
            ));
        }
        let shape = if self.crs == meydan_geo::Crs::crs84() {
            geometry.clone()
        } else {
            let north_first = self.crs.north_first();
            self.lon_lat(at, geometry, |a, b| if north_first { (b, a) } else { (a, b) })?
        };
        self.checked(at, shape).map(Side::Shape)
    }

    fn lon_lat(&self, at: usize, geometry: &Wkb, order: impl Fn(f64, f64) -> (f64, f64)) -> Result<Wkb> {
        let place = |a, b| {
            let (x, y) = order(a, b);
            self.crs.inverse(x, y).unwrap_or((f64::NAN, f64::NAN))
        };
        geometry.map_coords(place).ok_or_else(|| {
            self.places.fault(at, "filter-crs alanının içinde koordinatlar", "coordinates inside of the area of filter-crs")
        })
    }

    /// `BBOX(…)`; two areas where it crosses the antimeridian.
    pub(super) fn bbox(&self, at: usize, [a, b, c, d]: [f64; 4]) -> Result<Side> {
        let (west, south, east, north) = if self.crs.north_first() { (b, a, d, c) } else { (a, b, c, d) };
        let wrong = || self.places.fault(at, "önce en küçük, sonra en büyük sınırlar", "the least, then the greatest sides");
        if south > north || (west > east && !self.crs.is_geographic()) {
            return Err(wrong());
        }
        let shape = if west <= east {
            rectangle(west, south, east, north)
        } else {
            let pieces = [(west, 180.0), (-180.0, east)].into_iter().filter(|(w, e)| w < e);
            let polygons: Vec<PolygonRings> = pieces.map(|(w, e)| vec![ring(w, south, e, north)]).collect();
            Wkb::multi_polygon(&polygons)
        };
        let shape = shape.ok_or_else(wrong)?;
        let shape = if self.crs == meydan_geo::Crs::crs84() { shape } else { self.lon_lat(at, &shape, |x, y| (x, y))? };
        self.checked(at, shape).map(Side::Shape)
    }
}

fn ring(west: f64, south: f64, east: f64, north: f64) -> Vec<(f64, f64)> {
    vec![(west, south), (east, south), (east, north), (west, north), (west, south)]
}

/// The box as a geometry: a line or a point where it has no width.
fn rectangle(west: f64, south: f64, east: f64, north: f64) -> Option<Wkb> {
    match (west == east, south == north) {
        (true, true) => Wkb::point(west, south),
        (true, false) | (false, true) => Wkb::line_string(&[(west, south), (east, north)]),
        (false, false) => Wkb::polygon(&[ring(west, south, east, north)]),
    }
}

/// A collection of points, lines or areas as the multi-geometry that it is; `None` if it is mixed or empty.
fn of_one_kind(collection: &Wkb) -> Option<Wkb> {
    let kind = |part: &Part<'_>| match part {
        Part::Group(..) => None,
        Part::Point(..) => Some(GeometryType::MultiPoint),
        Part::Line(_) => Some(GeometryType::MultiLineString),
        Part::Polygon(_) => Some(GeometryType::MultiPolygon),
    };
    let kinds: Vec<GeometryType> = collection.parts().filter_map(|p| kind(&p)).collect();
    let first = *kinds.first()?;
    if kinds.iter().any(|k| *k != first) {
        return None;
    }
    let mut writer = Writer::default();
    writer.group(first, kinds.len());
    for part in collection.parts() {
        match part {
            Part::Group(..) => {}
            Part::Point(x, y) => writer.point((x, y)),
            Part::Line(line) => writer.line_string(&line.iter().collect::<Vec<_>>()),
            Part::Polygon(rings) => {
                writer.polygon(&rings.iter().map(|ring| ring.iter().collect()).collect::<Vec<_>>());
            }
        }
    }
    writer.finish()
}
