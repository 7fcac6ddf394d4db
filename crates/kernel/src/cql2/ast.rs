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
    /// Something of who asks; only in conditions of grants, and bound ([`Expr::bind`]) before anything is evaluated.
    Current(Current),
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

/// What a condition of a grant may say of who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Current {
    /// `current_person()`
    Person,
    /// `current_post()`
    Post,
    /// `current_unit()`
    Unit,
    /// `current_date()`, the day in the city.
    Date,
}

impl Current {
    /// By the name of its function.
    pub(super) fn by_name(name: &str) -> Option<Self> {
        match name {
            "CURRENT_PERSON" => Some(Self::Person),
            "CURRENT_POST" => Some(Self::Post),
            "CURRENT_UNIT" => Some(Self::Unit),
            "CURRENT_DATE" => Some(Self::Date),
            _ => None,
        }
    }
}

impl Expr {
    /// The condition with each [`Operand::Current`] replaced by its value (`Null` where there is none: unknown, so not true).
    pub fn bind(&self, value: &impl Fn(Current) -> Value) -> Self {
        let operand = |o: &Operand| match o {
            Operand::Current(c) => Operand::Literal(value(*c)),
            other => other.clone(),
        };
        let all = |terms: &[Self]| terms.iter().map(|t| t.bind(value)).collect();
        match self {
            Self::Literal(_) | Self::Intersects(_) => self.clone(),
            Self::And(terms) => Self::And(all(terms)),
            Self::Or(terms) => Self::Or(all(terms)),
            Self::Not(inner) => Self::Not(Box::new(inner.bind(value))),
            Self::Compare(a, op, b) => Self::Compare(operand(a), *op, operand(b)),
            Self::Between(a, low, high) => Self::Between(operand(a), operand(low), operand(high)),
            Self::In(a, list) => Self::In(operand(a), list.iter().map(operand).collect()),
            Self::Like { operand: o, pattern, fold } => {
                Self::Like { operand: operand(o), pattern: pattern.clone(), fold: *fold }
            }
            Self::IsNull(o) => Self::IsNull(operand(o)),
        }
    }

    /// Calls for each field that the condition speaks of.
    pub fn fields(&self, see: &mut impl FnMut(usize)) {
        let mut operand = |o: &Operand| match o {
            Operand::Field(i) | Operand::Folded(i) => see(*i),
            _ => {}
        };
        match self {
            Self::Literal(_) | Self::Intersects(_) => {}
            Self::And(terms) | Self::Or(terms) => terms.iter().for_each(|t| t.fields(see)),
            Self::Not(inner) => inner.fields(see),
            Self::Compare(a, _, b) => [a, b].into_iter().for_each(operand),
            Self::Between(a, low, high) => [a, low, high].into_iter().for_each(operand),
            Self::In(a, list) => std::iter::once(a).chain(list).for_each(operand),
            Self::Like { operand: o, .. } | Self::IsNull(o) => operand(o),
        }
    }
}
