//! Finds the features in a stream of JSON text without building it: braces, brackets and strings are followed, nothing else.

use crate::{Error, Result};
use std::io::BufRead;

/// Limit: bytes of one feature's text.
pub(super) const MAX_FEATURE_BYTES: usize = 64 << 20;
/// Limit: bytes of all members of a collection beside its features.
const MAX_HEAD_BYTES: usize = 1 << 20;
/// Limit: nesting of brackets in one value.
const MAX_DEPTH: usize = 120;

/// What the scanner finds.
#[derive(Debug, PartialEq)]
pub(super) enum Found {
    /// One feature's text is in the buffer.
    Feature,
    /// A collection ended; its members beside the features are in the buffer, as one object.
    Head,
}

enum State {
    /// Between top-level values.
    Top,
    /// Inside a top-level object, before a key or its end; `true` if features were found in it.
    Object(bool),
    /// Inside a `features` array.
    Array,
}

/// The scanner.
pub(super) struct Scanner<R> {
    input: R,
    state: State,
    head: Vec<u8>,
    /// How many features were found so far.
    pub(super) found: u64,
}

impl<R: BufRead> Scanner<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input, state: State::Top, head: Vec::new(), found: 0 }
    }

    /// Finds the next feature and puts its text into `out`; `None` at the end of the input.
    pub(super) fn next(&mut self, out: &mut Vec<u8>) -> Result<Option<Found>> {
        loop {
            out.clear();
            match self.state {
                State::Top => match self.peek()? {
                    None => return Ok(None),
                    Some(0x1e | 0xef | 0xbb | 0xbf | b',') => self.skip(1),
                    Some(b'{') => {
                        self.skip(1);
                        self.head.clear();
                        self.head.push(b'{');
                        self.state = State::Object(false);
                    }
                    Some(_) => return Err(self.not_json()),
                },
                State::Object(features) => match self.peek()? {
                    Some(b',') => self.skip(1),
                    Some(b'}') => {
                        self.skip(1);
                        self.state = State::Top;
                        self.head.push(b'}');
                        std::mem::swap(out, &mut self.head);
                        if features {
                            return Ok(Some(Found::Head));
                        }
                        self.found += 1;
                        return Ok(Some(Found::Feature));
                    }
                    Some(b'"') => self.member(features)?,
                    Some(_) => return Err(self.not_json()),
                    None => return Err(Error::truncated(self.found)),
                },
                State::Array => match self.peek()? {
                    Some(b',') => self.skip(1),
                    Some(b']') => {
                        self.skip(1);
                        self.state = State::Object(true);
                    }
                    Some(_) => {
                        self.found += 1;
                        self.value(out, MAX_FEATURE_BYTES)?;
                        return Ok(Some(Found::Feature));
                    }
                    None => return Err(Error::truncated(self.found)),
                },
            }
        }
    }

    /// One member of a top-level object: enters a `features` array, keeps any other as text.
    fn member(&mut self, features: bool) -> Result<()> {
        let mut key = Vec::new();
        self.value(&mut key, MAX_HEAD_BYTES)?;
        if self.peek()? != Some(b':') {
            return Err(self.not_json());
        }
        self.skip(1);
        match self.peek()? {
            None => Err(Error::truncated(self.found)),
            Some(b'[') if key == b"\"features\"" => {
                self.skip(1);
                self.state = State::Array;
                Ok(())
            }
            Some(_) => {
                let mut head = std::mem::take(&mut self.head);
                if head.len() > 1 {
                    head.push(b',');
                }
                head.extend_from_slice(&key);
                head.push(b':');
                // A lone feature of a sequence comes this way too, so it may be as large as a feature.
                let limit = if features { MAX_HEAD_BYTES } else { MAX_FEATURE_BYTES };
                let result = self.value(&mut head, limit);
                self.head = head;
                result
            }
        }
    }

    fn not_json(&self) -> Error {
        let found = self.found;
        Error::file(
            "not-geojson",
            format!("Dosya GeoJSON değil ya da bozuk ({found}. kayıttan sonra)."),
            format!("The file is not GeoJSON or it is damaged (after feature {found})."),
        )
    }

    fn too_large(&self, limit: usize) -> Error {
        let (n, mb) = (self.found, limit >> 20);
        Error::file(
            "feature-too-large",
            format!("{n}. kayıt {mb} MB sınırını aşıyor."),
            format!("Feature {n} is larger than the limit of {mb} MB."),
        )
    }

    /// The next byte that is not white space.
    fn peek(&mut self) -> Result<Option<u8>> {
        loop {
            let buffer = self.input.fill_buf()?;
            if buffer.is_empty() {
                return Ok(None);
            }
            match buffer.iter().position(|b| !matches!(b, b' ' | b'\n' | b'\r' | b'\t')) {
                Some(at) => {
                    let byte = buffer[at];
                    self.input.consume(at);
                    return Ok(Some(byte));
                }
                None => {
                    let all = buffer.len();
                    self.input.consume(all);
                }
            }
        }
    }

    fn skip(&mut self, n: usize) {
        self.input.consume(n);
    }

    /// Copies one JSON value to `out`.
    fn value(&mut self, out: &mut Vec<u8>, limit: usize) -> Result<()> {
        let mut scan = Value::default();
        let limit = limit + out.len();
        loop {
            let buffer = self.input.fill_buf()?;
            if buffer.is_empty() {
                return Err(Error::truncated(self.found.saturating_sub(1)));
            }
            let (used, done) = scan.run(buffer);
            out.extend_from_slice(&buffer[..used]);
            self.input.consume(used);
            if out.len() > limit || scan.depth > MAX_DEPTH {
                return Err(self.too_large(limit));
            }
            if done {
                // A primitive may be empty, if something stands where no value can: then nothing would ever be consumed.
                return if scan.started { Ok(()) } else { Err(self.not_json()) };
            }
        }
    }
}

/// Where one value ends.
#[derive(Default)]
struct Value {
    depth: usize,
    in_string: bool,
    escaped: bool,
    started: bool,
}

impl Value {
    /// Looks at more bytes: how many belong to the value, and whether it ends there.
    fn run(&mut self, bytes: &[u8]) -> (usize, bool) {
        for (at, byte) in bytes.iter().enumerate() {
            if self.in_string {
                match byte {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => {
                        self.in_string = false;
                        if self.depth == 0 {
                            return (at + 1, true);
                        }
                    }
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' => self.in_string = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' if self.depth == 0 => return (at, true),
                b'}' | b']' => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        return (at + 1, true);
                    }
                }
                b',' | b':' | b' ' | b'\n' | b'\r' | b'\t' if self.depth == 0 => return (at, true),
                _ => {}
            }
            self.started = true;
        }
        (bytes.len(), false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::BufReader;

    fn all(text: &str) -> Result<(Vec<String>, Vec<String>)> {
        // A tiny buffer puts every token across its edge once.
        let mut scanner = Scanner::new(BufReader::with_capacity(3, text.as_bytes()));
        let (mut features, mut heads, mut out) = (Vec::new(), Vec::new(), Vec::new());
        while let Some(found) = scanner.next(&mut out)? {
            let text = String::from_utf8_lossy(&out).into_owned();
            match found {
                Found::Feature => features.push(text),
                Found::Head => heads.push(text),
            }
        }
        Ok((features, heads))
    }

    #[test]
    fn collection_and_sequences() {
        let (features, heads) =
            all(r#"{"type":"FeatureCollection", "features" : [ {"a":"]}\""}, {"b":[1,{}]} ] , "crs":{"x":1}}"#).unwrap();
        assert_eq!(features, [r#"{"a":"]}\""}"#, r#"{"b":[1,{}]}"#]);
        assert_eq!(heads, [r#"{"type":"FeatureCollection","crs":{"x":1}}"#]);
        let (features, _) = all("\u{1e}{\"a\":1}\n\u{1e}{\"b\":2}\n").unwrap();
        assert_eq!(features, [r#"{"a":1}"#, r#"{"b":2}"#]);
    }

    #[test]
    fn bad_input() {
        assert_eq!(all(r#"{"features":[{"a":1"#).unwrap_err().code(), "truncated");
        assert_eq!(all(r#"{"features":[{}:"#).unwrap_err().code(), "not-geojson");
        assert_eq!(all("[1]").unwrap_err().code(), "not-geojson");
        assert_eq!(all(&format!("{{\"a\":{}", "[".repeat(500))).unwrap_err().code(), "feature-too-large");
    }
}
