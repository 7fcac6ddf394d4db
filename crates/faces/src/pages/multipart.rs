//! Forms with files: `multipart/form-data` (RFC 7578), read from bytes that are all there. Own code, for the library that does it
//! brings streams, encodings and a dozen crates that nobody here needs.

/// Limit: parts of a form.
const MAX_PARTS: usize = 64;
/// Limit: bytes of a part's head.
const MAX_HEAD: usize = 4 << 10;

/// One input of the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part<'a> {
    /// Name of the input.
    pub name: String,
    /// Name of the file, if it is one.
    pub file: Option<String>,
    /// What was sent.
    pub bytes: &'a [u8],
}

/// The parts of a body whose header says `content_type`; of a broken body those before the break.
pub fn parse<'a>(content_type: &str, body: &'a [u8]) -> Vec<Part<'a>> {
    let mut parts = Vec::new();
    let Some(boundary) = boundary(content_type) else { return parts };
    let mark = format!("--{boundary}");
    let next = format!("\r\n{mark}");
    let Some(start) = find(body, mark.as_bytes()) else { return parts };
    let mut rest = body.get(start + mark.len()..).unwrap_or_default();
    while parts.len() < MAX_PARTS && !rest.starts_with(b"--") {
        let Some(head) = find(rest, b"\r\n\r\n").filter(|end| *end <= MAX_HEAD) else { break };
        let content = rest.get(head + 4..).unwrap_or_default();
        let Some(end) = find(content, next.as_bytes()) else { break };
        let said = String::from_utf8_lossy(rest.get(..head).unwrap_or_default());
        if let Some(name) = disposition(&said, "name") {
            let bytes = content.get(..end).unwrap_or_default();
            parts.push(Part { name, file: disposition(&said, "filename"), bytes });
        }
        rest = content.get(end + next.len()..).unwrap_or_default();
    }
    parts
}

fn boundary(content_type: &str) -> Option<&str> {
    let (kind, parameters) = content_type.split_once(';')?;
    let boundary = parameters.split(';').find_map(|p| p.trim().strip_prefix("boundary="))?.trim_matches('"');
    let good = kind.trim().eq_ignore_ascii_case("multipart/form-data") && (1..=70).contains(&boundary.len());
    good.then_some(boundary)
}

/// A parameter of `Content-Disposition`; browsers escape quotes and line ends in it with percent signs.
fn disposition(head: &str, name: &str) -> Option<String> {
    let line = head.lines().find(|l| l.to_ascii_lowercase().starts_with("content-disposition:"))?;
    let start = format!("{name}=\"");
    let mut from = 0;
    loop {
        let at = from + line.get(from..)?.find(&start)?;
        let value = line.get(at + start.len()..)?;
        // `name="` must not be the end of `filename="`.
        if line.get(..at)?.ends_with([' ', ';']) {
            return value.split_once('"').map(|(v, _)| v.replace("%22", "\"").replace("%0D%0A", " "));
        }
        from = at + start.len();
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    let first = *what.first()?;
    let mut from = 0;
    while let Some(at) = bytes.get(from..)?.iter().position(|b| *b == first) {
        if bytes.get(from + at..)?.starts_with(what) {
            return Some(from + at);
        }
        from += at + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KIND: &str = "multipart/form-data; boundary=----x";

    #[test]
    fn a_form_as_browsers_send_it() {
        let body = b"------x\r\nContent-Disposition: form-data; name=\"meydan-form\"\r\n\r\nabc\r\n------x\r\nContent-Disposition: \
            form-data; name=\"photo\"; filename=\"\xc3\xa7ukur.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8\r\n--\r\n\r\n------x--\r\n";
        let parts = parse(KIND, body);
        assert_eq!(parts.len(), 2);
        assert_eq!((parts[0].name.as_str(), parts[0].bytes), ("meydan-form", &b"abc"[..]));
        assert_eq!(parts[1].file.as_deref(), Some("çukur.jpg"));
        assert_eq!(parts[1].bytes, b"\xff\xd8\r\n--\r\n");
    }

    #[test]
    fn a_body_that_breaks_off_gives_what_was_whole() {
        let body = b"------x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n------x\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\n2";
        assert_eq!(parse(KIND, body).iter().map(|p| p.name.as_str()).collect::<Vec<_>>(), ["a"]);
        assert!(parse("text/plain", body).is_empty() && parse("multipart/form-data", body).is_empty());
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(kind in ".{0,60}", body in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = parse(&kind, &body);
            let _ = parse(KIND, &body);
        }

        #[test]
        fn what_was_put_in_comes_out(content in proptest::collection::vec(any::<u8>(), 0..400)) {
            prop_assume!(find(&content, b"\r\n------x").is_none());
            let mut body = b"------x\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\n".to_vec();
            body.extend(&content);
            body.extend(b"\r\n------x--\r\n");
            let parts = parse(KIND, &body);
            prop_assert_eq!(parts.len(), 1);
            prop_assert_eq!(parts[0].bytes, &content[..]);
        }
    }
}
