//! CQL2 (OGC 21-065r2): the one expression language of the house. Text form: basic, LIKE/BETWEEN/IN, CASEI by Turkish rules,
//! S_INTERSECTS with WKT and BBOX.

mod ast;
mod evaluate;
mod parse;
mod wkt;

pub use ast::{Comparison, Current, Expr, Operand};
pub use evaluate::{holds, is_violated, like};
pub use parse::{equals, parse, parse_for_principal};
