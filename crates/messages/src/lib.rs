//! The protocols by which messages leave and come: e-mail out ([`mail`]) and in ([`inbox`]), web push ([`push`]), short messages
//! ([`sms`]).
//!
//! Pure adapters: they know no register, no store, no face, keep nothing, and decide nothing but whether a failure is for ever
//! ([`Failure`]). All calls block and are bounded in time: call them on the blocking pool.

pub mod failure;
mod http;
pub mod inbox;
pub mod mail;
pub mod push;
pub mod secret;
pub mod server;
pub mod sms;
mod trust;

pub use failure::{Failure, Result};
pub use http::Reach;
pub use secret::Secret;
pub use server::Security;
