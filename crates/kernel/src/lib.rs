//! The seven nouns as types, the catalogue, the desk. No I/O, no HTTP, no SQL.
//!
//! What the kernel may never know: which store it has, which face asks, which register it is about. It knows definitions. The
//! registers of the noun *post* it knows by name ([`post`]): by them it decides who may do what.

pub mod calendar;
pub mod case;
pub mod catalogue;
pub mod change;
pub mod cql2;
pub mod desk;
pub mod error;
pub mod exchange;
pub mod head_watch;
pub mod lang;
pub mod log;
pub mod permission;
pub mod post;
pub mod query;
pub mod record;
pub mod retention;
pub mod secret;
pub mod store;
pub mod text;
pub mod value;

pub use catalogue::{Catalogue, Field, FieldKind, Register};
pub use change::{Act, Change, Changeset, Committed, Operation};
pub use desk::Desk;
pub use error::{Error, Kind, Result};
pub use lang::{Bilingual, Lang};
pub use permission::Principal;
pub use query::{Query, Sort};
pub use record::{Record, Version};
pub use secret::Secret;
pub use store::Store;
pub use value::Value;
