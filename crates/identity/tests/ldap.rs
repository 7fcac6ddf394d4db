//! Against real directory servers: slapd and Samba's Active Directory; and against what only looks like one.

mod directory_server;
#[path = "ldap/house.rs"]
mod house;
#[path = "ldap/passwords.rs"]
mod passwords;
#[path = "ldap/people.rs"]
mod people;
#[path = "ldap/trouble.rs"]
mod trouble;
#[path = "ldap/trusted.rs"]
mod trusted;

use directory_server::{samba::Samba, slapd::Slapd};
use meydan_identity::ldap::{LdapSource, Settings};
use std::path::Path;

/// A section `[ldap]` as the configuration gives it.
fn settings(text: &str) -> Settings {
    let settings: Settings = toml::from_str(text).unwrap_or_else(|e| panic!("{e} in {text}"));
    settings.checked(Path::new("/")).unwrap_or_else(|e| panic!("{e}"))
}

/// A source of passwords.
fn source(text: &str) -> LdapSource {
    LdapSource::new(settings(text))
}
