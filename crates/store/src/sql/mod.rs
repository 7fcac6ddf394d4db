//! SQL text shared by both stores: names, filters, orders, pages. What differs between them is in [`Dialect`].

pub mod dialect;
pub mod filter;
pub mod names;
pub mod pinned;
pub mod question;
pub mod widen;

pub use dialect::{Dialect, Param};

/// When a version ended that was never current: the one by which values of an ended record were erased. It stands in the history
/// with an end before its beginning, so that no question as of an instant finds it, and tells of no deletion after itself.
pub const AFTER_END: jiff::Timestamp = jiff::Timestamp::UNIX_EPOCH;
