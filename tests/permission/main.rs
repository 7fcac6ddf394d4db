//! The permission desk held against engines that know nothing of ours: Cedar decides the same questions, PostgreSQL's row-level
//! security shows the same rows. And the desk's own leaks, each with the hand that tried it.

#![allow(clippy::unwrap_used, missing_docs)]

mod cedar;
mod cedar_words;
mod leaks;
#[path = "../../crates/store/tests/pg_server/mod.rs"]
#[allow(dead_code, reason = "each test binary uses its own part of it")]
mod pg_server;
mod policy_words;
mod row_security;
#[path = "../../crates/kernel/tests/world/mod.rs"]
mod world;
