//! Where somebody goes on to after a login: only a path of ours, so that no link to the login sends anybody elsewhere.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// Limit: bytes of the path with its query.
const MAX_BYTES: usize = 2048;
/// Letters that a `Location` header can't carry are written in their percent form.
const LETTERS: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>');
/// Pages that are no aim: who is in would be sent round in a circle.
const NO_AIM: [&str; 3] = ["/login", "/logout", "/enrol"];

/// The path if it is one of ours, else `fallback`.
pub fn own_path(wanted: Option<&str>, fallback: &str) -> String {
    let own = |path: &&str| {
        // Browsers take a backslash for a slash, and drop tabs and line ends.
        let plain = path.len() <= MAX_BYTES && !path.chars().any(|c| c.is_control() || c == '\\');
        let end = path.find(['?', '#']).unwrap_or(path.len());
        let no_aim = NO_AIM.iter().any(|n| path[..end].strip_prefix(n).is_some_and(|r| r.is_empty() || r.starts_with('/')));
        plain && path.starts_with('/') && !path.starts_with("//") && !no_aim
    };
    match wanted.filter(own) {
        Some(path) => utf8_percent_encode(path, LETTERS).to_string(),
        None => fallback.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nobody_is_sent_elsewhere() {
        let at = |path: &str| own_path(Some(path), "/");
        assert_eq!(at("/registers/door?kent=Trabzon#y"), "/registers/door?kent=Trabzon#y");
        assert_eq!(at("/registers?q=İskele"), "/registers?q=%C4%B0skele");
        for other in [
            "",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "https://evil.example",
            "evil.example",
            "/a\r\nSet-Cookie: x",
            "/\t/evil.example",
            "javascript:alert(1)",
            "/login?next=/login",
            "/logout",
            "/enrol/abc",
        ] {
            assert_eq!(at(other), "/", "{other}");
        }
        assert_eq!(at("/loginless"), "/loginless");
        assert_eq!(at(&format!("/{}", "x".repeat(MAX_BYTES))), "/");
        assert_eq!(own_path(None, "/account"), "/account");
    }

    proptest! {
        #[test]
        fn whatever_is_wanted_stays_here(wanted in "\\PC{0,60}") {
            let path = own_path(Some(&wanted), "/");
            prop_assert!(path.starts_with('/') && !path.starts_with("//") && path.bytes().all(|b| b.is_ascii_graphic()));
        }
    }
}
