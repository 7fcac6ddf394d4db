//! The many spellings of one system's name.

pub(super) enum Code {
    Crs84,
    Epsg(u32),
}

/// What a name means; `None` if it is no name of EPSG's or of CRS84.
pub(super) fn code(text: &str) -> Option<Code> {
    let text = text.trim();
    let text = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).unwrap_or(text);
    let text = text.strip_prefix('<').and_then(|t| t.strip_suffix('>')).unwrap_or(text);
    let lower = text.to_ascii_lowercase();
    for prefix in ["http://www.opengis.net/def/crs/", "https://www.opengis.net/def/crs/"] {
        if let Some(rest) = lower.strip_prefix(prefix) {
            // authority / version / code
            let mut pieces = rest.split('/');
            let (authority, _version, code) = (pieces.next()?, pieces.next()?, pieces.next()?);
            return if pieces.next().is_none() { named(authority, code) } else { None };
        }
    }
    for prefix in ["urn:ogc:def:crs:", "urn:x-ogc:def:crs:"] {
        if let Some(rest) = lower.strip_prefix(prefix) {
            // authority : version : code
            let mut pieces = rest.split(':');
            let (authority, _version, code) = (pieces.next()?, pieces.next()?, pieces.next()?);
            return if pieces.next().is_none() { named(authority, code) } else { None };
        }
    }
    match lower.split_once(':') {
        Some((authority, code)) => named(authority, code),
        None if lower == "crs84" => Some(Code::Crs84),
        None => number(&lower),
    }
}

fn named(authority: &str, code: &str) -> Option<Code> {
    match (authority, code) {
        ("ogc", "crs84") => Some(Code::Crs84),
        ("epsg", code) => number(code),
        _ => None,
    }
}

fn number(text: &str) -> Option<Code> {
    let digits = !text.is_empty() && text.len() <= 9 && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok().map(Code::Epsg)).flatten()
}
