//! (skeleton)
use super::Expr;
use crate::Record;

/// True if the condition is true (unknown is not).
pub fn holds(_expr: &Expr, _record: &Record) -> bool {
    true
}

/// True if the condition is false (unknown is not): a constraint is broken then.
pub fn is_violated(_expr: &Expr, _record: &Record) -> bool {
    false
}
