//! One folder per standard or surface: parse, ask the desk, print.
//!
//! What this crate may never know: which store it has, SQL, a register by name. What it may never do: decide who may what.

pub mod app;
pub mod calls;
pub mod cases;
pub mod changes;
mod compress;
mod cookies;
pub mod definitions;
pub mod field;
pub mod find;
pub mod limits;
pub mod log;
pub mod maps;
pub mod negotiate;
pub mod ogc_common;
pub mod ogc_features;
pub mod ogc_tiles;
pub mod ogc_transactions;
pub mod ogc_versions;
pub mod open311;
pub mod openapi;
pub mod pages;
pub mod papers;
pub mod problem;
pub mod push;
mod rates;
pub mod reports;
pub mod schemas;
mod security_headers;
pub mod styles;
pub mod well_known;
pub mod who;
pub mod wms;
pub mod wmts;
mod xml;

pub use app::{App, Settings, router};
pub use problem::Problem;
pub use who::Caller;
