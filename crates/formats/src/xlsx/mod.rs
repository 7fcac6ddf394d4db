//! Excel workbooks (ECMA-376, Office Open XML). One sheet, its first row the names of the columns; geometry as delimited text has
//! it: two columns, or WKT.
//!
//! Reader and writer are our own: of the format's thousands of pages a table needs few, and cells come one after another in
//! bounded memory. Dates have no zone in Excel: an instant is written and read as the time in Türkiye (UTC+3).

mod read;
mod serial;
mod workbook;
mod write;

pub use read::Reader;
pub use write::Writer;

/// Limit of the format: rows of a sheet.
pub const MAX_ROWS: u64 = 1 << 20;
/// Limit of the format: characters of a cell.
pub const MAX_CELL_CHARS: usize = 32_767;
