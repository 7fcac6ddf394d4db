//! The log (*defter*): what an entry says, how it is hashed, and the tree that seals it (RFC 6962, C2SP tlog-tiles).

mod canonical;
mod entry;
pub mod note;
pub mod proof;
pub mod tree;

pub use canonical::{canonical_record, digest, to_jcs};
pub use entry::{Entry, Seal, TileId, Verb};
