//! Names of tables and columns: checked before they are ever put into SQL text.

use meydan_kernel::{Catalogue, Error, Register, Result};

/// Limit: bytes of a name (PostgreSQL keeps 63; `__history` and index prefixes need room).
pub const MAX_NAME: usize = 48;

/// Beginnings that belong to the databases, to GeoPackage or to the house.
const TAKEN_PREFIXES: [&str; 5] = ["meydan_", "gpkg_", "rtree_", "sqlite_", "pg_"];
/// Columns that every register's table has besides its fields.
const TAKEN_FIELDS: [&str; 8] = ["id", "fid", "version", "recorded_at", "recorded_to", "deleted", "geom", "geometry"];
/// What a register's name is followed by in the name of its history table.
const HISTORY_SUFFIX: &str = "__history";

/// A name in double quotes, for SQL of either store. Only for names that [`check_register`] has let through, and for our own.
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The bare name of a register's history table.
pub fn history_of(register: &str) -> String {
    format!("{register}{HISTORY_SUFFIX}")
}

/// True for `[a-z][a-z0-9_]{0,47}`.
fn is_plain(name: &str) -> bool {
    name.len() <= MAX_NAME
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// Checks every name of a register that becomes a table's or column's name.
///
/// # Errors
/// `bad-name` naming the first one that can't be used.
pub fn check_register(register: &Register) -> Result<()> {
    let name = register.name.as_str();
    if !is_plain(name) || name.ends_with(HISTORY_SUFFIX) || TAKEN_PREFIXES.iter().any(|p| name.starts_with(p)) {
        return Err(bad_name(name));
    }
    match register.fields.iter().find(|f| !is_plain(&f.name) || TAKEN_FIELDS.contains(&f.name.as_str())) {
        Some(field) => Err(bad_name(&field.name)),
        None => Ok(()),
    }
}

/// Checks all registers of a catalogue.
///
/// # Errors
/// As [`check_register`].
pub fn check_catalogue(catalogue: &Catalogue) -> Result<()> {
    catalogue.registers.values().try_for_each(|r| check_register(r))
}

fn bad_name(name: &str) -> Error {
    Error::invalid(
        "bad-name",
        format!("“{name}” bir kütük ya da alan adı olamaz."),
        format!("“{name}” can't be the name of a register or field."),
    )
    .hint(
        "Küçük Latin harfleri, rakam ve alt çizgi kullanın; ayrılmış adlardan kaçının.",
        "Use lower-case Latin letters, digits and underscores; avoid reserved names.",
    )
}
