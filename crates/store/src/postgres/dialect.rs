//! PostgreSQL's SQL where it differs from SQLite's.

use super::types::{GeometryIn, In, SRID, value_type};
use crate::sql::{Dialect, Param, dialect::bind, names::quoted};
use meydan_geo::Bbox;
use meydan_kernel::{
    Field, FieldKind, Register, Value,
    cql2::{Arithmetic, Function, Relation},
};
use tokio_postgres::types::{ToSql, Type};

/// PostGIS compares boxes rounded outwards to 32 bits: within this many degrees of the border it may be wrong (a 32-bit
/// number near 180 has steps of 0.000015).
const ROUNDING_DEG: f64 = 0.000_04;

/// The dialect.
pub struct Postgres;

impl Dialect for Postgres {
    fn placeholder(&self, number: usize, param: &Param) -> String {
        match param {
            Param::Value(Value::Null) => "NULL".to_owned(),
            Param::Geometry(_) => format!("ST_GeomFromWKB(${number}, {SRID})"),
            _ => format!("${number}"),
        }
    }

    fn text(&self, column: &str) -> String {
        // The columns are declared so already.
        column.to_owned()
    }

    fn fold(&self, text: &str) -> String {
        format!("(meydan.fold({text}) COLLATE \"C\")")
    }

    fn like(&self, text: &str, pattern: &str) -> String {
        format!("({text} LIKE {pattern})")
    }

    fn touches(&self, _: &Register, bbox: &Bbox, params: &mut Vec<Param>) -> String {
        let mut real = |n: f64| bind(self, params, Param::Value(Value::Real(n)));
        let sides = [bbox.min_x, bbox.min_y, bbox.max_x, bbox.max_y].map(&mut real);
        let [west, south, east, north] = &sides;
        let coarse = format!("geom && ST_MakeEnvelope({west}, {south}, {east}, {north}, {SRID})");
        let exact = format!(
            "(ST_XMax(geom) >= {west} AND ST_XMin(geom) <= {east} AND ST_YMax(geom) >= {south} AND ST_YMin(geom) <= {north})"
        );
        let small = bbox.max_x - bbox.min_x <= 4.0 * ROUNDING_DEG || bbox.max_y - bbox.min_y <= 4.0 * ROUNDING_DEG;
        if small {
            return format!("({coarse} AND CASE WHEN {exact} THEN TRUE ELSE FALSE END)");
        }
        // What lies well inside needs no exact look at its coordinates. CASE, because the planner takes an OR of so many
        // comparisons for very selective and then reads the whole index before the first row.
        let inner =
            [bbox.min_x + ROUNDING_DEG, bbox.min_y + ROUNDING_DEG, bbox.max_x - ROUNDING_DEG, bbox.max_y - ROUNDING_DEG];
        let [west, south, east, north] = &inner.map(real);
        format!(
            "({coarse} AND CASE WHEN geom @ ST_MakeEnvelope({west}, {south}, {east}, {north}, {SRID}) THEN TRUE ELSE {exact} END)"
        )
    }

    fn intersects(&self, placeholder: &str) -> String {
        format!("ST_Intersects(geom, {placeholder})")
    }

    fn related(&self, relation: Relation, placeholder: &str) -> String {
        let function = match relation {
            Relation::Intersects => "ST_Intersects",
            Relation::Disjoint => "ST_Disjoint",
            Relation::Equals => "ST_Equals",
            Relation::Touches => "ST_Touches",
            Relation::Crosses => "ST_Crosses",
            Relation::Within => "ST_Within",
            Relation::Contains => "ST_Contains",
            Relation::Overlaps => "ST_Overlaps",
        };
        format!("{function}(geom, {placeholder})")
    }

    fn call(&self, function: Function, of: &str) -> String {
        match function {
            Function::CaseI | Function::Lower => self.fold(of),
            Function::AccentI => format!("(meydan.without_accents({of}) COLLATE \"C\")"),
            Function::Upper => format!("(meydan.upper({of}) COLLATE \"C\")"),
            Function::CharLength => format!("char_length({of})"),
            Function::Abs | Function::Floor | Function::Ceil => format!("{}(({of})::float8)", function.name()),
            // On the ellipsoid as the house's own measures, but along geodesics: they agree to 0.01 %.
            Function::Area => format!("ST_Area(({of})::geography)"),
            Function::Length => format!("(ST_Length(({of})::geography) + ST_Perimeter(({of})::geography))"),
        }
    }

    fn calculated(&self, a: &str, operator: Arithmetic, b: &str) -> String {
        format!("meydan.calculate('{}', ({a})::float8, ({b})::float8)", operator.sign())
    }

    fn id_among(&self, placeholder: &str) -> String {
        format!("id = ANY({placeholder})")
    }

    fn names_empty_columns(&self) -> bool {
        // It knows so of a column that equals something, not of one that is NULL.
        true
    }

    fn sort_key(&self, field: &Field) -> String {
        let column = quoted(&field.name);
        match field.kind {
            // PostgreSQL's own collations are total: what ICU holds for equal is ordered by bytes.
            FieldKind::Text => format!("{column} COLLATE \"tr-x-icu\""),
            _ => column,
        }
    }
}

/// Parameters in the form that the connection takes.
pub struct Arguments(Vec<(Box<dyn ToSql + Sync + Send>, Type)>);

/// A value that owns itself.
#[derive(Debug)]
struct Owned(Param);

impl ToSql for Owned {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut bytes::BytesMut,
    ) -> Result<tokio_postgres::types::IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match &self.0 {
            Param::Value(value) => In(value).to_sql(ty, out),
            Param::Geometry(geometry) => GeometryIn(Some(geometry)).to_sql(ty, out),
            Param::Ids(ids) => ids.to_sql(ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    tokio_postgres::types::to_sql_checked!();
}

impl Arguments {
    /// Takes the parameters of a statement.
    pub fn new(params: Vec<Param>) -> Self {
        let typed = params.into_iter().map(|param| {
            let ty = match &param {
                Param::Value(value) => value_type(value),
                Param::Geometry(_) => Type::BYTEA,
                Param::Ids(_) => Type::UUID_ARRAY,
            };
            (Box::new(Owned(param)) as Box<dyn ToSql + Sync + Send>, ty)
        });
        Self(typed.collect())
    }

    /// For `query_typed`.
    pub fn typed(&self) -> Vec<(&(dyn ToSql + Sync), Type)> {
        self.0.iter().map(|(value, ty)| (&**value as &(dyn ToSql + Sync), ty.clone())).collect()
    }

    /// The types, for `prepare_typed`.
    pub fn types(&self) -> Vec<Type> {
        self.0.iter().map(|(_, ty)| ty.clone()).collect()
    }

    /// The values, for a prepared statement.
    pub fn values(&self) -> Vec<&(dyn ToSql + Sync)> {
        self.0.iter().map(|(value, _)| &**value as &(dyn ToSql + Sync)).collect()
    }
}
