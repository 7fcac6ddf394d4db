//! The abstract syntax. Property names are resolved to field indexes, literals to the field's type, when parsed for a register.

use super::{Arithmetic, Function, Relation};
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
    /// Another spatial function of the record's geometry and a literal, or of the geometry and itself.
    Related(Relation, Option<Wkb>),
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
    /// The geometry; only in `IS NULL` and as an argument of functions.
    Geometry,
    /// `CASEI(field)`: the field's text folded by Turkish rules (`text::fold`).
    Folded(usize),
    /// Something of who asks; only in conditions of grants, and bound ([`Expr::bind`]) before anything is evaluated.
    Current(Current),
    /// A literal, converted to the type of what it is compared with; folded already if compared with `Folded`.
    Literal(Value),
    /// A function of another operand.
    Call(Function, Box<Operand>),
    /// A calculation, in double precision.
    Calculated(Box<Operand>, Arithmetic, Box<Operand>),
}

impl Operand {
    /// The operand with each [`Operand::Current`] replaced by its value.
    fn bind(&self, value: &impl Fn(Current) -> Value) -> Self {
        match self {
            Self::Current(c) => Self::Literal(value(*c)),
            Self::Call(function, of) => Self::Call(*function, Box::new(of.bind(value))),
            Self::Calculated(a, operator, b) => Self::Calculated(Box::new(a.bind(value)), *operator, Box::new(b.bind(value))),
            other => other.clone(),
        }
    }

    /// Calls for each field that the operand speaks of.
    fn fields(&self, see: &mut impl FnMut(usize)) {
        match self {
            Self::Field(i) | Self::Folded(i) => see(*i),
            Self::Call(_, of) => of.fields(see),
            Self::Calculated(a, _, b) => {
                a.fields(see);
                b.fields(see);
            }
            _ => {}
        }
    }
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

impl Comparison {
    /// All.
    pub const ALL: [Self; 6] = [Self::Eq, Self::Ne, Self::Lt, Self::Le, Self::Gt, Self::Ge];

    /// As written, in both encodings and in SQL.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Eq => "=",
            Self::Ne => "<>",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
        }
    }
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
    /// By the name of its function, in small letters.
    pub(super) fn by_name(name: &str) -> Option<Self> {
        [Self::Person, Self::Post, Self::Unit, Self::Date].into_iter().find(|c| c.name() == name)
    }

    /// The name of its function.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Person => "current_person",
            Self::Post => "current_post",
            Self::Unit => "current_unit",
            Self::Date => "current_date",
        }
    }
}

impl Expr {
    /// The condition with each [`Operand::Current`] replaced by its value (`Null` where there is none: unknown, so not true).
    pub fn bind(&self, value: &impl Fn(Current) -> Value) -> Self {
        let operand = |o: &Operand| o.bind(value);
        let all = |terms: &[Self]| terms.iter().map(|t| t.bind(value)).collect();
        match self {
            Self::Literal(_) | Self::Intersects(_) | Self::Related(..) => self.clone(),
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
        match self {
            Self::And(terms) | Self::Or(terms) => return terms.iter().for_each(|t| t.fields(see)),
            Self::Not(inner) => return inner.fields(see),
            _ => {}
        }
        let mut operand = |o: &Operand| o.fields(see);
        match self {
            Self::Literal(_) | Self::Intersects(_) | Self::Related(..) => {}
            Self::And(_) | Self::Or(_) | Self::Not(_) => {}
            Self::Compare(a, _, b) => [a, b].into_iter().for_each(operand),
            Self::Between(a, low, high) => [a, low, high].into_iter().for_each(operand),
            Self::In(a, list) => std::iter::once(a).chain(list).for_each(operand),
            Self::Like { operand: o, .. } | Self::IsNull(o) => operand(o),
        }
    }
}
