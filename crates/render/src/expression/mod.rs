//! Expressions of the MapLibre style specification, compiled: properties are slots, and what doesn't depend on a feature is worked out
//! once for a zoom ([`Expression::at_zoom`]).

pub(crate) mod evaluate;
mod parse;
#[cfg(test)]
mod tests;

use crate::Value;
pub(crate) use parse::Parser;

/// Limit: depth of an expression.
const MAX_DEPTH: usize = 32;

/// A compiled expression.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expression {
    Literal(Value),
    /// The value of the property in this slot.
    Get(usize),
    Has(usize),
    Zoom,
    GeometryType,
    /// A function of the values of its arguments, without more to it.
    Call(Call, Vec<Self>),
    All(Vec<Self>),
    Any(Vec<Self>),
    /// Conditions with outcomes, and what else.
    Case(Vec<(Self, Self)>, Box<Self>),
    /// Input, labels with outcomes, and what else.
    Match(Box<Self>, Vec<(Vec<Value>, Self)>, Box<Self>),
    /// Input, outcome below the first stop, stops ascending.
    Step(Box<Self>, Box<Self>, Vec<(f64, Self)>),
    /// Base (1 is linear), input, stops ascending.
    Interpolate(f64, Box<Self>, Vec<(f64, Self)>),
}

/// Functions of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    Not,
    In,
    Coalesce,
    Concat,
    ToText,
    ToNumber,
    ToColour,
    Upper,
    Lower,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Least,
    Greatest,
    Length,
}

/// What an expression is evaluated for.
pub(crate) struct Subject<'a> {
    pub zoom: f64,
    /// Values by slot; a slot beyond them is null.
    pub values: &'a [Value],
    /// `Point`, `LineString` or `Polygon`.
    pub geometry_type: &'static str,
}
