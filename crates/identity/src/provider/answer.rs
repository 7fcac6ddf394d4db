//! What a browser brings back from a provider.

/// Limit: bytes of the query.
const MAX_QUERY: usize = 16 * 1024;
/// Limit: parameters of the query.
const MAX_PARAMETERS: usize = 32;

/// The query of the request with which a provider sends somebody back. Its values are secrets until they are used.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ReturnQuery(Vec<(String, String)>);

impl ReturnQuery {
    /// Reads a query string (without `?`); what is too long is empty, and is refused for what it lacks.
    pub fn read(query: &str) -> Self {
        if query.len() > MAX_QUERY || query.split('&').count() > MAX_PARAMETERS {
            return Self::default();
        }
        let pairs = query.split('&').filter(|p| !p.is_empty()).map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        Self(pairs.map(|(name, value)| (decode(name), decode(value))).collect())
    }

    /// From names and values already decoded.
    pub fn of(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(pairs.into_iter().take(MAX_PARAMETERS + 1).collect())
    }

    /// The value of a parameter that is there exactly once (RFC 6749 section 3.1 lets none be there twice).
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut found = self.0.iter().filter(|(n, _)| n == name).map(|(_, v)| v.as_str());
        found.next().filter(|v| found.next().is_none() && !v.is_empty())
    }
}

impl std::fmt::Debug for ReturnQuery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

fn decode(text: &str) -> String {
    let spaces = text.replace('+', " ");
    percent_encoding::percent_decode_str(&spaces).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_parameter_is_there_once_or_not() {
        let query = ReturnQuery::read("code=a%2Bb+c&state=s&state=t&empty=&alone");
        assert_eq!(query.get("code"), Some("a+b c"));
        for none in ["state", "empty", "alone", "other"] {
            assert_eq!(query.get(none), None);
        }
        assert_eq!(ReturnQuery::read(&format!("code={}", "x".repeat(MAX_QUERY))).get("code"), None);
    }

    #[test]
    fn debug_tells_no_value() {
        let text = format!("{:?}", ReturnQuery::read("code=hidden&state=secret"));
        assert!(!text.contains("hidden") && !text.contains("secret") && text.contains("code"), "{text}");
    }

    proptest! {
        #[test]
        fn any_query_can_be_read(query in "\\PC{0,200}") {
            let read = ReturnQuery::read(&query);
            let _ = read.get("code");
        }

        #[test]
        fn what_was_encoded_is_read_back(value in "\\PC{1,40}") {
            let query = crate::http::with_query("", &[("code", value.as_str())]);
            let read = ReturnQuery::read(&query[1..]);
            prop_assert_eq!(read.get("code"), Some(value.as_str()));
        }
    }
}
