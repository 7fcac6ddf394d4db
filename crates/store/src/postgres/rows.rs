//! Rows as records.

use super::{
    errors::from_pg,
    types::{GeometryOut, Instant, Out},
};
use meydan_kernel::{Error, Record, Register, Result};
use tokio_postgres::{Row, types::FromSql};

/// One column of a row; a wrong type is our fault and not a panic.
///
/// # Errors
/// `internal`.
pub fn column<'a, T: FromSql<'a>>(row: &'a Row, index: usize) -> Result<T> {
    row.try_get(index).map_err(from_pg)
}

/// A row of [`super::table::columns`] as a record.
///
/// # Errors
/// `internal` if the table is not the register's.
pub fn record(register: &Register, row: &Row) -> Result<Record> {
    const HEAD: usize = 4;
    if row.len() < HEAD + register.fields.len() {
        return Err(Error::internal("a row has fewer columns than its register has fields"));
    }
    let mut values = Vec::with_capacity(register.fields.len());
    for index in HEAD..HEAD + register.fields.len() {
        values.push(column::<Out>(row, index)?.0);
    }
    let geometry = match register.geometry {
        Some(_) => column::<GeometryOut>(row, HEAD + register.fields.len())?.0,
        None => None,
    };
    Ok(Record {
        fid: column(row, 0)?,
        id: column(row, 1)?,
        version: column(row, 2)?,
        recorded_at: column::<Instant>(row, 3)?.0,
        values,
        geometry,
        hidden: meydan_kernel::permission::FieldSet::EMPTY,
    })
}

/// Rows as records.
///
/// # Errors
/// As [`record`].
pub fn records(register: &Register, rows: &[Row]) -> Result<Vec<Record>> {
    rows.iter().map(|r| record(register, r)).collect()
}
