//! CQL2 (OGC 21-065r2): the one expression language of the house.
//!
//! Text and JSON are read into one tree of nodes without types (`node`), which is bound to a register (`bind`): names become
//! indexes, literals get the type of what they stand beside, and what the standard's temporal and array functions say becomes
//! comparisons. What is bound ([`Expr`]) is compiled by the stores, evaluated in memory, and written again as text or JSON.

mod arithmetic;
mod ast;
mod bind;
mod evaluate;
mod function;
mod json;
mod like;
mod node;
mod parse;
mod unbind;
mod wkt;
mod write;

pub use arithmetic::{Arithmetic, calculate};
pub use ast::{Comparison, Current, Expr, Operand};
pub use bind::{MAX_LITERALS, MAX_PAIRS, MAX_PATTERN, MAX_VERTICES};
pub use evaluate::{holds, is_violated};
pub use function::{Class, Function};
pub use json::{parse_json, parse_json_text};
pub use like::like;
pub use meydan_geo::relate::Relation;
pub use node::MAX_DEPTH;
pub use parse::{MAX_LENGTH, equals, parse, parse_for_principal, parse_in};
pub use write::{to_json, to_text};
