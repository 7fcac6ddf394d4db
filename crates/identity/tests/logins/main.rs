//! Logins, second factors, enrolments and thefts on a real store with the real definitions.

// A test that can't go on should stop where it stands, its helping functions too.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod codes;
mod directory;
mod enrolments;
mod house;
mod passwords;
mod theft;
