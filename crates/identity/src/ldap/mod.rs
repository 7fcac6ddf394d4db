//! The directory of the house (LDAP, Active Directory): whose passwords it knows, and who is in it and in which post.
//!
//! Protocol: RFC 4511, names RFC 4514, filters RFC 4515, TLS RFC 4513 (always), pages RFC 2696. Referrals are never followed: they
//! would take a password to a server that nobody named.

mod active_directory;
mod connect;
mod error;
mod groups;
mod guard;
mod import;
mod name;
mod read;
mod session;
mod settings;
mod source;

pub use import::{Imported, Line, Options, import};
pub use settings::{GroupPost, Kind, Settings};
pub use source::LdapSource;
