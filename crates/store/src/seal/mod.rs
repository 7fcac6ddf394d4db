//! The sealer of the log and its verification.

pub mod key;
pub mod proofs;
mod sealer;

pub use sealer::{INTERVAL, Sealer};
