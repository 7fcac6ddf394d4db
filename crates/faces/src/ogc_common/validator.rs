//! Strong validators (RFC 9110, 8.8) and conditional requests.
//!
//! A page of records tells the time at which it was made, so no two pages are the same bytes. Their tag is therefore
//! `"<state>-<time>"`: unique per page, yet a page made earlier from the same state is still current, and gets 304.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// Suffixes that a coded (compressed) representation's tag bears.
pub const CODINGS: [&str; 3] = ["-gzip", "-br", "-zstd"];

/// A short hash of all parts, in hex; enough to tell states apart, not a proof of anything.
pub fn state(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    let mut text = String::with_capacity(24);
    for byte in &hash.finalize()[..12] {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// The tag as a header's value.
pub fn header_value(tag: &str) -> Option<HeaderValue> {
    HeaderValue::try_from(format!("\"{tag}\"")).ok()
}

/// True if `If-None-Match` names a current representation: `*`, or a tag for which `current` is true. The suffix of a content
/// coding is not looked at.
pub fn none_match(headers: &HeaderMap, current: impl Fn(&str) -> bool) -> bool {
    headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(',')).any(|member| {
        let member = member.trim();
        if member == "*" {
            return true;
        }
        let tag = member.strip_prefix("W/").unwrap_or(member);
        let Some(tag) = tag.strip_prefix('"').and_then(|t| t.strip_suffix('"')) else { return false };
        let tag = CODINGS.iter().find_map(|coding| tag.strip_suffix(coding)).unwrap_or(tag);
        current(tag)
    })
}

/// The tag of one representation of a state: what tells the states of a record apart, and what tells its representations apart.
pub fn tag_of(state: &str, representation: &str) -> String {
    format!("{state}.{representation}")
}

/// True if a tag is that of a representation of this state.
pub fn is_of(tag: &str, state: &str) -> bool {
    tag.split_once('.').is_some_and(|(of, _)| of == state)
}

/// True if `If-Match` names a representation of this state by its strong tag, or any by `*`. Which representation the client
/// read (reference system, fields, coding) does not matter: what it changes is the state.
pub fn if_match(headers: &HeaderMap, state: &str) -> bool {
    headers.get_all(header::IF_MATCH).iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(',')).any(|member| {
        let member = member.trim();
        let tag = member.strip_prefix('"').and_then(|t| t.strip_suffix('"'));
        member == "*" || tag.is_some_and(|tag| is_of(tag, state))
    })
}

/// 304 with the headers that a 200 would have borne.
pub fn not_modified(bearing: &[(header::HeaderName, HeaderValue)]) -> Response {
    let mut response = StatusCode::NOT_MODIFIED.into_response();
    for (name, value) in bearing {
        response.headers_mut().insert(name.clone(), value.clone());
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asks(value: &'static str) -> HeaderMap {
        [(header::IF_NONE_MATCH, HeaderValue::from_static(value))].into_iter().collect()
    }

    #[test]
    fn weak_listed_starred_and_coded_tags_match() {
        let is_a = |tag: &str| tag == "a";
        assert!(none_match(&asks("\"x\", W/\"a\""), is_a));
        assert!(none_match(&asks("*"), is_a));
        assert!(none_match(&asks("\"a-gzip\""), is_a));
        assert!(!none_match(&asks("a"), is_a));
        assert!(!none_match(&HeaderMap::new(), is_a));
    }

    #[test]
    fn a_change_matches_any_strong_tag_of_its_state() {
        let with = |value: &'static str| [(header::IF_MATCH, HeaderValue::from_static(value))].into_iter().collect();
        assert!(if_match(&with("\"x.1\", \"a.2-gzip\""), "a"));
        assert!(if_match(&with("*"), "a"));
        for other in ["W/\"a.2\"", "a.2", "\"a\"", "\"ab.2\"", ""] {
            assert!(!if_match(&with(other), "a"), "{other}");
        }
    }

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(state(&[b"ab", b"c"]), state(&[b"a", b"bc"]));
    }
}
