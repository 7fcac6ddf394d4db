//! What the client would like: language, media type, and the address under which it sees us.

use crate::App;
use axum::http::{HeaderMap, Uri, header};
use meydan_kernel::Lang;

/// The language: `lang` in the query, else the cookie `lang`, else `Accept-Language`, else Turkish.
pub fn lang(uri: &Uri, headers: &HeaderMap) -> Lang {
    lang_of_query(uri)
        .or_else(|| headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok()).find_map(lang_of_cookies))
        .or_else(|| headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).and_then(lang_of_accept))
        .unwrap_or_default()
}

fn lang_of_query(uri: &Uri) -> Option<Lang> {
    uri.query()?.split('&').find_map(|pair| pair.strip_prefix("lang=")).and_then(lang_of_tag)
}

fn lang_of_cookies(cookies: &str) -> Option<Lang> {
    cookies.split(';').find_map(|pair| pair.trim().strip_prefix("lang=")).and_then(lang_of_tag)
}

fn lang_of_tag(tag: &str) -> Option<Lang> {
    match tag.get(..2)?.to_ascii_lowercase().as_str() {
        "tr" => Some(Lang::Tr),
        "en" => Some(Lang::En),
        _ => None,
    }
}

/// RFC 9110, 12.5.4: the language that we have with the highest weight; the first named of equals.
fn lang_of_accept(accept: &str) -> Option<Lang> {
    let mut best: Option<(f32, Lang)> = None;
    for (tag, weight) in weighted(accept) {
        if let Some(lang) = lang_of_tag(tag)
            && weight > best.map_or(0.0, |(w, _)| w)
        {
            best = Some((weight, lang));
        }
    }
    best.map(|(_, lang)| lang)
}

/// The members of a weighted list (`a, b;q=0.5`) with their weights.
fn weighted(list: &str) -> impl Iterator<Item = (&str, f32)> {
    list.split(',').map(|member| {
        let mut parts = member.split(';');
        let name = parts.next().unwrap_or_default().trim();
        let weight = parts.find_map(|p| p.trim().strip_prefix("q=")).map_or(1.0, |q| q.trim().parse().unwrap_or(0.0));
        (name, weight)
    })
}

/// The weight of a member in a list such as `Accept-Encoding`; that of `*` if it isn't named, 0 without either.
pub fn weight(list: &str, name: &str) -> f32 {
    let of = |wanted: &str| weighted(list).find(|(member, _)| member.eq_ignore_ascii_case(wanted)).map(|(_, weight)| weight);
    of(name).or_else(|| of("*")).unwrap_or(0.0)
}

/// True if the client takes HTML rather than JSON (a person with a browser).
pub fn wants_html(headers: &HeaderMap) -> bool {
    let Some(accept) = headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()) else { return false };
    let weight = |wanted: &[&str]| {
        weighted(accept)
            .filter(|(name, _)| wanted.iter().any(|w| name.eq_ignore_ascii_case(w)))
            .fold(0.0, |best, (_, w)| w.max(best))
    };
    weight(&["text/html", "application/xhtml+xml"])
        > weight(&["application/json", "application/geo+json", "application/problem+json"])
}

/// True if the `Accept` header lets one of these media types through; also without the header. Parameters of types are not
/// looked at.
pub fn accepts(headers: &HeaderMap, types: &[&str]) -> bool {
    let mut all = headers.get_all(header::ACCEPT).iter().filter_map(|v| v.to_str().ok()).peekable();
    if all.peek().is_none() {
        return true;
    }
    all.flat_map(weighted).any(|(range, weight)| weight > 0.0 && types.iter().any(|t| range_holds(range, t)))
}

fn range_holds(range: &str, media_type: &str) -> bool {
    match range.strip_suffix("/*") {
        Some("*") => true,
        Some(main) => media_type.split_once('/').is_some_and(|(m, _)| m.eq_ignore_ascii_case(main)),
        None => range.eq_ignore_ascii_case(media_type),
    }
}

/// The address under which the client sees the server, without a slash at the end: as configured, else from the request.
pub fn base_url(app: &App, headers: &HeaderMap) -> String {
    if let Some(base) = &app.settings.base_url {
        return base.trim_end_matches('/').to_owned();
    }
    let host = headers.get(header::HOST).and_then(|v| v.to_str().ok()).filter(|h| is_authority(h)).unwrap_or("localhost");
    format!("http://{host}")
}

/// The Host header comes back in links: only what can be a host is let through.
fn is_authority(host: &str) -> bool {
    !host.is_empty()
        && host.len() <= 255
        && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'[' | b']' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn headers(pairs: &[(header::HeaderName, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(n, v)| (n.clone(), HeaderValue::from_static(v))).collect()
    }

    #[test]
    fn language_by_query_then_cookie_then_header_then_turkish() {
        let plain: Uri = "/x".parse().expect("uri");
        let english: Uri = "/x?lang=en".parse().expect("uri");
        let accept = headers(&[(header::ACCEPT_LANGUAGE, "de, en-GB;q=0.8, tr;q=0.7")]);
        assert_eq!(lang(&plain, &HeaderMap::new()), Lang::Tr);
        assert_eq!(lang(&plain, &accept), Lang::En);
        assert_eq!(lang(&english, &headers(&[(header::COOKIE, "lang=tr")])), Lang::En);
        assert_eq!(lang(&plain, &headers(&[(header::COOKIE, "a=b; lang=en")])), Lang::En);
        assert_eq!(lang(&plain, &headers(&[(header::ACCEPT_LANGUAGE, "tr,en;q=0.9")])), Lang::Tr);
    }

    #[test]
    fn browsers_want_html_and_programs_do_not() {
        assert!(wants_html(&headers(&[(header::ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8")])));
        assert!(!wants_html(&headers(&[(header::ACCEPT, "*/*")])));
        assert!(!wants_html(&headers(&[(header::ACCEPT, "application/json, text/html;q=0.1")])));
        assert!(!wants_html(&HeaderMap::new()));
    }

    #[test]
    fn weights() {
        assert_eq!(weight("gzip, br;q=0.5", "br"), 0.5);
        assert_eq!(weight("br, *;q=0.1", "gzip"), 0.1);
        assert_eq!(weight("gzip;q=0, *", "gzip"), 0.0);
        assert_eq!(weight("identity", "gzip"), 0.0);
    }

    #[test]
    fn accept_ranges() {
        let geo = headers(&[(header::ACCEPT, "application/geo+json, application/json;q=0.1")]);
        assert!(accepts(&geo, &["application/geo+json"]));
        assert!(!accepts(&geo, &["text/csv"]));
        assert!(accepts(&headers(&[(header::ACCEPT, "application/*")]), &["application/json"]));
        assert!(!accepts(&headers(&[(header::ACCEPT, "*/*;q=0")]), &["application/json"]));
    }
}
