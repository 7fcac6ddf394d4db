//! The header `Prefer` (RFC 7240) as OGC API Features Part 4 uses it: `handling` and `return`.

use axum::http::{HeaderMap, HeaderName, HeaderValue};

/// The header that asks.
const PREFER: HeaderName = HeaderName::from_static("prefer");
/// The header that tells what was done.
pub const APPLIED: HeaderName = HeaderName::from_static("preference-applied");

/// How to take what is not quite right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Handling {
    /// Nothing was said: content must be right, a precondition may be left out.
    #[default]
    Unsaid,
    /// Everything must be right, and a change of what is there must say of which version.
    Strict,
    /// What nobody could want kept is passed over: fields that aren't there, values that are only read.
    Lenient,
}

/// What the client would like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Prefer {
    /// How to take what is not quite right.
    pub handling: Handling,
    /// The answer holds what was made.
    pub representation: bool,
}

impl Prefer {
    /// From a request's headers; of a preference that stands there twice the first holds (RFC 7240, 2).
    pub fn of(headers: &HeaderMap) -> Self {
        let (mut handling, mut returned) = (None, None);
        let all = headers.get_all(PREFER).iter().filter_map(|v| v.to_str().ok());
        for preference in all.flat_map(|v| v.split(',')) {
            let text = preference.split(';').next().unwrap_or_default();
            let (name, value) = text.split_once('=').unwrap_or((text, ""));
            let value = value.trim().trim_matches('"');
            match name.trim().to_ascii_lowercase().as_str() {
                "handling" => handling = handling.or(Some(value.to_ascii_lowercase())),
                "return" => returned = returned.or(Some(value.to_ascii_lowercase())),
                _ => {}
            }
        }
        let handling = match handling.as_deref() {
            Some("strict") => Handling::Strict,
            Some("lenient") => Handling::Lenient,
            _ => Handling::Unsaid,
        };
        Self { handling, representation: returned.as_deref() == Some("representation") }
    }

    /// What was followed; `represented`: the answer does hold what was made.
    pub fn applied(self, represented: bool) -> Option<HeaderValue> {
        let handling = match self.handling {
            Handling::Unsaid => None,
            Handling::Strict => Some("handling=strict"),
            Handling::Lenient => Some("handling=lenient"),
        };
        let returned = represented.then_some("return=representation");
        let all: Vec<&str> = handling.into_iter().chain(returned).collect();
        if all.is_empty() { None } else { HeaderValue::try_from(all.join(", ")).ok() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &'static str) -> Prefer {
        Prefer::of(&[(PREFER, HeaderValue::from_static(text))].into_iter().collect())
    }

    #[test]
    fn preferences_are_read_and_told() {
        assert_eq!(of("respond-async, wait=10"), Prefer::default());
        let both = of("Return = \"representation\"; foo=bar, handling=strict, handling=lenient");
        assert_eq!(both, Prefer { handling: Handling::Strict, representation: true });
        assert_eq!(both.applied(true).expect("told"), "handling=strict, return=representation");
        assert_eq!(of("return=minimal, handling=lenient").applied(false).expect("told"), "handling=lenient");
        assert_eq!(of("handling=oddly").applied(false), None);
    }
}
