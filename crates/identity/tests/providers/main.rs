//! Logins by outside providers: against the real `oidc-provider`, against a provider that forges, against a gate that speaks as
//! e-Devlet does. The store, the definitions and the desk are the real ones.

mod attacks;
mod browser;
mod e_devlet;
mod forger;
mod gate;
mod house;
mod oidc;
mod oidc_provider;
mod outages;
mod server;
mod tls;
