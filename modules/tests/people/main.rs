//! The organisation on a real store, through the desk: the sample organisation is taken, and who may do what is as granted.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod house;
mod organisation;
mod proxies;
mod who_may_what;
