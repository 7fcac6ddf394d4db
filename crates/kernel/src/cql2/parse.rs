//! (skeleton)
use super::Expr;
use crate::{Register, Result};

/// Parses CQL2 text against a register.
///
/// # Errors
/// `bad-filter` (Invalid) with the place and what was expected; `unknown-property`.
pub fn parse(_register: &Register, _text: &str) -> Result<Expr> {
    Ok(Expr::Literal(true))
}
