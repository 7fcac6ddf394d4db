//! Logins by outside providers: against the real `oidc-provider`, against a provider that forges, against a gate that speaks as
//! e-Devlet does. The store, the definitions and the desk are the real ones.

// A test that can't go on should stop where it stands, its helping functions too.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod attacks;
mod e_devlet;
mod forger;
mod gate;
mod house;
mod oidc;
#[path = "../oidc_provider/mod.rs"]
mod oidc_provider;
mod outages;
mod server;
mod tls;
