//! CQL2 (OGC 21-065r2): the one expression language of the house. Text form, basic and a little more.

mod ast;
mod evaluate;
mod parse;

pub use ast::{Comparison, Expr, Operand};
pub use evaluate::{holds, is_violated};
pub use parse::parse;
