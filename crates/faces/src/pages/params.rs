//! Query strings and form bodies: `application/x-www-form-urlencoded` (WHATWG URL, 5), in order, names may repeat.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b',').remove(b':');

/// Limit: name/value pairs looked at.
const MAX_PAIRS: usize = 1_000;

/// Names with values, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Params(Vec<(String, String)>);

impl Params {
    /// Reads a query or a body; what is not UTF-8 becomes U+FFFD, NUL goes.
    pub fn parse(text: &str) -> Self {
        let decode = |part: &str| percent_decode_str(&part.replace('+', " ")).decode_utf8_lossy().replace('\0', "");
        let pairs = text.split('&').filter(|p| !p.is_empty()).take(MAX_PAIRS);
        Self(pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(|(n, v)| (decode(n), decode(v))).collect())
    }

    /// The first value of a name that is not blank.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, v)| n == name && !v.trim().is_empty()).map(|(_, v)| v.as_str())
    }

    /// The first value of a name, blank or not.
    pub fn raw(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// All values of a name that are not blank.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(n, v)| n == name && !v.trim().is_empty()).map(|(_, v)| v.as_str())
    }

    /// The same without some names.
    pub fn without(&self, names: &[&str]) -> Self {
        Self(self.0.iter().filter(|(n, v)| !names.contains(&n.as_str()) && !v.is_empty()).cloned().collect())
    }

    /// The same with a name set to one value.
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut other = self.without(&[name]);
        other.0.push((name.to_owned(), value.to_owned()));
        other
    }

    /// The pairs in order.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// `?a=1&b=2`; nothing if empty.
    pub fn query(&self) -> String {
        if self.0.is_empty() {
            return String::new();
        }
        let pairs = self.0.iter().map(|(n, v)| format!("{}={}", encode(n), encode(v)));
        format!("?{}", pairs.collect::<Vec<_>>().join("&"))
    }
}

/// A word as part of a URL.
pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, KEPT).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_what_browsers_send() {
        let params = Params::parse("q=%C4%B0kizce+Deresi&col=ad&col=alan&bos=&tek");
        assert_eq!(params.get("q"), Some("İkizce Deresi"));
        assert_eq!(params.all("col").collect::<Vec<_>>(), ["ad", "alan"]);
        assert_eq!(params.get("bos"), None);
        assert_eq!(params.raw("bos"), Some(""));
        assert_eq!(params.without(&["col"]).query(), "?q=%C4%B0kizce%20Deresi");
    }

    proptest! {
        #[test]
        fn any_text_survives_the_url(name in "[^\0&=]{1,12}", value in "[^\0]{1,40}") {
            let params = Params::default().with(&name, &value);
            let query = params.query();
            let back = Params::parse(query.trim_start_matches('?'));
            prop_assert_eq!(back, params);
        }

        #[test]
        fn any_bytes_are_taken(text in ".*") {
            let _ = Params::parse(&text);
        }
    }
}
