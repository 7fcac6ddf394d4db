//! The sealer of the log, its time stamps and its verification.

pub mod key;
mod sealer;
pub mod time_stamp;
pub mod verify;

pub use sealer::{INTERVAL, Sealer};
pub use verify::{Finding, FindingKind, Phase, Progress, Report, verify};
