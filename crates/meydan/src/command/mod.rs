//! The commands, one file each: arguments, and `run` that returns the exit code.

pub mod backup;
pub mod cases;
pub mod catalog;
pub mod completion;
pub mod demo;
pub mod doctor;
pub mod export;
pub mod import;
pub mod log;
pub mod people;
pub mod privacy;
pub mod reindex;
pub mod restore;
pub mod retention;
pub mod serve;
pub mod token;
