//! Where the two stores' SQL differs.

use super::names::quoted;
use meydan_geo::{Bbox, Wkb};
use meydan_kernel::{
    Field, FieldKind, Register, Value,
    cql2::{Arithmetic, Function, Relation},
};
use uuid::Uuid;

/// A parameter of a statement. SQL text never holds a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Param {
    /// A value of a field, a fid (`Int`), an id (`Reference`), a coordinate (`Real`), an instant (`Timestamp`).
    Value(Value),
    /// A geometry in lon/lat.
    Geometry(Wkb),
    /// Many ids at once.
    Ids(Vec<Uuid>),
}

/// What a store's SQL looks like where the two differ. All texts given and returned are SQL expressions.
pub trait Dialect {
    /// The placeholder of the parameter with this number (from 1), with a cast where the database needs one.
    fn placeholder(&self, number: usize, param: &Param) -> String;

    /// A text column so that `=`, `<` and its kin go by bytes, as Rust compares `str`.
    fn text(&self, column: &str) -> String;

    /// A column of instants, as it is compared.
    fn instant(&self, column: &str) -> String {
        column.to_owned()
    }

    /// A text folded as `meydan_kernel::text::fold` folds it.
    fn fold(&self, text: &str) -> String;

    /// `text LIKE pattern`, case-sensitive, `\` escapes.
    fn like(&self, text: &str, pattern: &str) -> String;

    /// True where the box of the row's geometry touches the box; must use the spatial index.
    fn touches(&self, register: &Register, bbox: &Bbox, params: &mut Vec<Param>) -> String;

    /// True where the row's geometry shares a point with the parameter's; unknown (NULL) where the row has none.
    fn intersects(&self, placeholder: &str) -> String;

    /// True where the row's geometry has the relation (neither to intersect nor to be disjoint) to the parameter's; unknown where the
    /// row has none.
    fn related(&self, relation: Relation, placeholder: &str) -> String;

    /// A function of a text, a number or the geometry; not those that fold.
    fn call(&self, function: Function, of: &str) -> String;

    /// `meydan_kernel::cql2::calculate`.
    fn calculated(&self, a: &str, operator: Arithmetic, b: &str) -> String;

    /// True where the row's id is one of the parameter's ids.
    fn id_among(&self, placeholder: &str) -> String;

    /// The expression by which a field is ordered: Turkish alphabetical order for text, else the column. It must be total:
    /// different values never compare as equal.
    fn sort_key(&self, field: &Field) -> String;

    /// True if the planner must be told that a column which is empty in all rows does not change their order.
    fn names_empty_columns(&self) -> bool {
        false
    }

    /// The condition for what has a value of its own and comes after a cursor with a value, if the records without one must be asked
    /// for by themselves then; `sign` is `<` or `>`.
    fn after_value(&self, key: &str, sign: &str, value: &str, fid: &str) -> Option<String> {
        let _ = (key, sign, value, fid);
        None
    }

    /// The parameter compared with [`Dialect::sort_key`]; by default the placeholder itself.
    fn sort_value(&self, field: &Field, placeholder: &str) -> String {
        let _ = field;
        placeholder.to_owned()
    }
}

/// Adds a parameter and gives its placeholder.
pub fn bind<D: Dialect + ?Sized>(dialect: &D, params: &mut Vec<Param>, param: Param) -> String {
    let text = dialect.placeholder(params.len() + 1, &param);
    params.push(param);
    text
}

/// The column of a field as an operand of a comparison.
pub fn column<D: Dialect + ?Sized>(dialect: &D, field: &Field) -> String {
    let name = quoted(&field.name);
    match field.kind {
        FieldKind::Text | FieldKind::Code { .. } => dialect.text(&name),
        FieldKind::Timestamp => dialect.instant(&name),
        _ => name,
    }
}
