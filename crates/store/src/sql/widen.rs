//! What a widening of a field would spoil.

use super::names::quoted;
use meydan_kernel::{Error, Kind};

/// Whole numbers up to this one, either side of zero, each have their own real: 2⁵³.
const EXACT: i64 = 1 << 53;

/// The statement (one boolean) that tells whether a column of whole numbers, in a register's two tables, holds one that a
/// real would round.
pub fn inexact(now: &str, past: &str, field: &str) -> String {
    let any = |table: &str| format!("EXISTS (SELECT 1 FROM {table} WHERE {} NOT BETWEEN -{EXACT} AND {EXACT})", quoted(field));
    format!("SELECT {} OR {}", any(now), any(past))
}

/// Numbers would be rounded, and the digests of their versions accuse somebody who did nothing.
pub fn not_exact(register: &str, field: &str) -> Error {
    Error::new(
        Kind::Conflict,
        "value-not-exact",
        format!(
            "“{register}.{field}” alanında gerçek sayıya yuvarlanmadan çevrilemeyen tam sayılar var; hiçbir şey değiştirilmedi."
        ),
        format!("“{register}.{field}” holds whole numbers that a real would round; nothing was changed."),
    )
    .hint("Alanı metne çevirin ya da yeni adla bir alan ekleyin.", "Make the field a text, or add a field of a new name.")
    .field(field, "2⁵³'ten büyük sayılar var", "there are numbers beyond 2⁵³")
}
