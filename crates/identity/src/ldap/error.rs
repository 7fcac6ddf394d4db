//! What goes wrong with a directory server, in words that an operator can use and that hold no secret.

use meydan_kernel::{Error, Kind};

/// The server can't be asked now: down, slow, not trusted, not understood. Nobody is let in by it then.
pub(super) fn unavailable(cause: impl std::fmt::Display) -> Error {
    Error::new(
        Kind::Unavailable,
        "directory-unavailable",
        "Kurum dizinine (LDAP) şu anda ulaşılamıyor.",
        "The directory server (LDAP) can't be reached at the moment.",
    )
    .hint(
        "Biraz sonra yeniden deneyin; sürerse sistem yöneticisine bildirin.",
        "Try again in a moment; if it goes on, tell the administrator.",
    )
    .cause(cause)
}

/// The section `[ldap]` of the configuration can't be right.
pub(super) fn wrong_settings(key: &str, tr: &str, en: &str) -> Error {
    Error::invalid(
        "ldap-settings",
        "Yapılandırmanın [ldap] bölümü yanlış.",
        "The section [ldap] of the configuration is wrong.",
    )
    .field(key, tr, en)
}

/// The server answered that it refuses.
pub(super) fn refused(doing: &str, code: u32, text: &str) -> Error {
    // The text is the server's own; it never repeats a password (RFC 4511 §4.1.9), but it may be long.
    let text: String = text.chars().filter(|c| !c.is_control()).take(200).collect();
    unavailable(format!("{doing}: LDAP result {code} {text}"))
}
