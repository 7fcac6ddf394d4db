//! The abstract syntax. Property names are resolved to field indexes, literals to the field's type, when parsed for a register.

use crate::Value;
use meydan_geo::Wkb;

/// A condition on one record, in three-valued logic.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// TRUE or FALSE.
    Literal(bool),
    /// All are true.
    And(Vec<Expr>),
    /// One is true.
    Or(Vec<Expr>),
    /// Not.
    Not(Box<Expr>),
    /// `a < b` and its kin.
    Compare(Operand, Comparison, Operand),
    /// `a BETWEEN low AND high`, bounds included.
    Between(Operand, Operand, Operand),
    /// `a IN (…)`.
    In(Operand, Vec<Operand>),
    /// `a LIKE 'pattern'` with `%`, `_` and `\` as escape; `fold` compares by Turkish folding (CASEI, and GDAL's ILIKE).
    Like {
        /// What is matched.
        operand: Operand,
        /// The pattern as written (folded already if `fold`).
        pattern: String,
        /// Case-insensitively by Turkish rules.
        fold: bool,
    },
    /// `a IS NULL`; for [`Operand::Geometry`] that there is none.
    IsNull(Operand),
    /// `S_INTERSECTS(geom, literal)`.
    Intersects(Wkb),
}

/// What stands at the side of an operator.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// A field of the register, by index.
    Field(usize),
    /// The record's small integer (queryable `fid`).
    Fid,
    /// The record's id (queryable `id`).
    Id,
    /// The time of recording (queryable `recorded_at`).
    RecordedAt,
    /// The geometry; only in `IS NULL`.
    Geometry,
    /// `CASEI(field)`: the field's text folded by Turkish rules (`text::fold`).
    Folded(usize),
    /// A literal, converted to the type of what it is compared with; folded already if compared with `Folded`.
    Literal(Value),
}

/// Comparison operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `=`
    Eq,
    /// `<>`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
}
