//! The citizen's request on a real store, through the desk: routed, counted by the law, told, joined, reopened.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod demo;
mod house;
mod law;
mod people;
mod routing;
mod strangers;
mod time;
mod told;
