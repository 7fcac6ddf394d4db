//! Deliveries in and out: mapping of columns to fields, conversion, reconciliation on a key, import in two passes, export.
//!
//! Pure: knows definitions, values and the desk, and no file format. A delivery comes as a [`Source`]. The first pass reads
//! everything and changes nothing; the second applies in changesets while the next ones are prepared on another thread.
//! A pass that is broken off can be started again: what was applied already is found unchanged then.

mod apply;
mod convert;
mod export;
mod geometry;
mod import;
mod lookup;
mod mapping;
mod producer;
mod read_text;
mod reconcile;
mod references;
mod report;
mod run;
mod source;
mod thesaurus;

pub use export::{ColumnKind, ExportOptions, Exported, export_layout};
pub use import::{Expected, ImportOptions, Listener, Phase, import};
pub use mapping::{FieldMapping, From, Guess, Mapping, Override};
pub use references::References;
pub use report::{Report, RowFault, RowNote};
pub use source::{Source, SourceCrs, SourceFault};

/// Changes of one changeset of an import.
pub const CHANGESET_ROWS: usize = 2_000;
/// Limit: row faults and notes kept in a report; all are counted, and all rows put aside go to the listener.
pub const MAX_REPORTED: usize = 1_000;
/// Limit: rows that an import may put aside before it gives up.
pub const MAX_REJECTED: usize = 1_000_000;
/// Limit: share of a register, in percent, that `delete_missing` ends without being forced.
pub const MAX_DELETED_PERCENT: u64 = 20;
/// Rows looked at for guesses.
pub const SAMPLE_ROWS: usize = 1_000;
