//! SQLite's SQL where it differs from PostgreSQL's.

use super::names::rtree;
use crate::sql::{Dialect, Param, dialect::bind, names::quoted};
use meydan_geo::Bbox;
use meydan_kernel::{
    Field, FieldKind, Register, Value,
    cql2::{Arithmetic, Class, Function, Relation},
};

/// How boxes are looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Boxes {
    /// Through the R-tree, then exactly.
    Tree,
    /// By the box in each row's blob: for history tables, and where the box covers much of the register.
    Rows,
}

/// The dialect for one table.
pub(super) struct Sqlite(pub(super) Boxes);

impl Dialect for Sqlite {
    fn placeholder(&self, number: usize, _param: &Param) -> String {
        format!("?{number}")
    }

    fn text(&self, column: &str) -> String {
        column.to_owned()
    }

    fn instant(&self, column: &str) -> String {
        // Without the Z, texts with milliseconds and with microseconds stand in the order of time. Times of recording always
        // have microseconds; what they are compared with has them only where they are not zero.
        if column == "recorded_at" {
            return format!("CASE WHEN {column} LIKE '%000Z' THEN substr({column}, 1, 23) ELSE rtrim({column}, 'Z') END");
        }
        format!("rtrim({column}, 'Z')")
    }

    fn fold(&self, text: &str) -> String {
        format!("meydan_fold({text})")
    }

    fn like(&self, text: &str, pattern: &str) -> String {
        format!("({text} LIKE {pattern} ESCAPE '\\')")
    }

    fn touches(&self, register: &Register, bbox: &Bbox, params: &mut Vec<Param>) -> String {
        let sides = [bbox.min_x, bbox.min_y, bbox.max_x, bbox.max_y];
        let [west, south, east, north] = sides.map(|side| bind(self, params, Param::Value(Value::Real(side))));
        // The R-tree keeps 32-bit numbers rounded outwards (half a metre here): the blob's box decides.
        let exact = format!("meydan_touches(geom, {west}, {south}, {east}, {north})");
        match self.0 {
            Boxes::Rows => exact,
            Boxes::Tree => format!(
                "(fid IN (SELECT id FROM {} WHERE maxx >= {west} AND minx <= {east} AND maxy >= {south} AND miny <= {north}) AND {exact})",
                quoted(&rtree(&register.name))
            ),
        }
    }

    fn intersects(&self, placeholder: &str) -> String {
        format!("meydan_intersects(geom, {placeholder})")
    }

    fn related(&self, relation: Relation, placeholder: &str) -> String {
        format!("meydan_related(geom, {placeholder}, '{}')", relation.function())
    }

    fn call(&self, function: Function, of: &str) -> String {
        let kind = if function.takes() == Class::Geometry { "measure" } else { "function" };
        format!("meydan_{kind}('{}', {of})", function.name())
    }

    fn calculated(&self, a: &str, operator: Arithmetic, b: &str) -> String {
        format!("meydan_calculate('{}', {a}, {b})", operator.sign())
    }

    fn id_among(&self, placeholder: &str) -> String {
        format!("id IN (SELECT value FROM json_each({placeholder}))")
    }

    fn after_value(&self, key: &str, sign: &str, value: &str, fid: &str) -> Option<String> {
        // One range of an index, where the planner would begin at the start or put an OR together from several. The plus signs say
        // that no index is wanted for this.
        Some(format!("({key} {sign}= {value} AND (+{key} {sign} {value} OR +fid {sign} {fid}))"))
    }

    fn sort_key(&self, field: &Field) -> String {
        let column = quoted(&field.name);
        match field.kind {
            FieldKind::Text => format!("{column} COLLATE meydan_tr"),
            FieldKind::Timestamp => self.instant(&column),
            _ => column,
        }
    }
}
