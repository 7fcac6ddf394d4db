//! The cookies that say who comes: their names, and what browsers are told of them.

use axum::http::{HeaderMap, HeaderValue, header};
use meydan_identity::DEVICE_DAYS;

/// One cookie of the house. No script reads it; over https its name bears the prefix that browsers keep to this host and to
/// secure channels (RFC 6265bis, 4.1.3.2), so that no neighbour of the domain can plant one.
pub struct Cookie {
    name: &'static str,
    secure_name: &'static str,
    /// Seconds that it is kept; until the browser closes if none.
    life_s: Option<i64>,
    /// False for those that must come along when a link of another site leads here.
    strict: bool,
}

const HOUR_S: i64 = 3_600;

/// Whose session it is.
pub const SESSION: Cookie = Cookie { name: "session", secure_name: "__Host-session", life_s: None, strict: false };
/// Which browser somebody logged in with before; lets nobody in.
pub const DEVICE: Cookie =
    Cookie { name: "device", secure_name: "__Host-device", life_s: Some(24 * HOUR_S * DEVICE_DAYS), strict: true };
/// A login under way at an outside provider.
pub const FLOW: Cookie = Cookie { name: "flow", secure_name: "__Host-flow", life_s: Some(HOUR_S / 6), strict: false };
/// The second half of a login: what the first half gave.
pub const HALF: Cookie = Cookie { name: "half", secure_name: "__Host-half", life_s: Some(HOUR_S / 6), strict: true };
/// An enrolment link's code, taken out of the address.
pub const ENROLMENT: Cookie =
    Cookie { name: "enrolment", secure_name: "__Host-enrolment", life_s: Some(HOUR_S), strict: false };
/// A pass to the one case that a citizen follows.
pub const CASE: Cookie = Cookie { name: "case", secure_name: "__Host-case", life_s: Some(2 * HOUR_S), strict: false };
/// The form token of a browser that isn't logged in (double-submit cookie).
pub const FORM: Cookie = Cookie { name: "meydan-form", secure_name: "__Host-meydan-form", life_s: None, strict: true };

impl Cookie {
    const fn name(&self, secure: bool) -> &'static str {
        if secure { self.secure_name } else { self.name }
    }

    /// Its value, if the browser sent it; over https only the one with the prefix is believed.
    pub fn value<'a>(&self, secure: bool, headers: &'a HeaderMap) -> Option<&'a str> {
        value(headers, self.name(secure)).filter(|v| !v.is_empty())
    }

    /// True if the browser sent it under either name.
    pub fn is_there(&self, headers: &HeaderMap) -> bool {
        value(headers, self.name).is_some() || value(headers, self.secure_name).is_some()
    }

    /// `Set-Cookie` with a value.
    pub fn keep(&self, secure: bool, value: &str) -> HeaderValue {
        self.line(secure, value, self.life_s)
    }

    /// `Set-Cookie` that makes the browser forget it.
    pub fn forget(&self, secure: bool) -> HeaderValue {
        self.line(secure, "", Some(0))
    }

    fn line(&self, secure: bool, value: &str, life_s: Option<i64>) -> HeaderValue {
        let same_site = if self.strict { "Strict" } else { "Lax" };
        let mut line = format!("{}={value}; Path=/; HttpOnly; SameSite={same_site}", self.name(secure));
        if secure {
            line += "; Secure";
        }
        if let Some(seconds) = life_s {
            line += &format!("; Max-Age={seconds}");
        }
        let mut line = HeaderValue::from_str(&line).unwrap_or(HeaderValue::from_static(""));
        line.set_sensitive(true);
        line
    }
}

/// The value of a cookie by name.
pub fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok());
    all.flat_map(|v| v.split(';')).find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_https_only_the_cookie_of_this_host_is_believed() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static("theme=dark; session=planted"));
        assert_eq!(SESSION.value(false, &headers), Some("planted"));
        assert_eq!(SESSION.value(true, &headers), None);
        assert!(SESSION.is_there(&headers));
        headers.append(header::COOKIE, HeaderValue::from_static("__Host-session=own"));
        assert_eq!(SESSION.value(true, &headers), Some("own"));
    }

    #[test]
    fn a_browser_keeps_it_from_scripts_and_other_sites() {
        assert_eq!(SESSION.keep(false, "x"), "session=x; Path=/; HttpOnly; SameSite=Lax");
        assert_eq!(SESSION.keep(true, "x"), "__Host-session=x; Path=/; HttpOnly; SameSite=Lax; Secure");
        assert_eq!(DEVICE.keep(true, "x"), "__Host-device=x; Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age=15552000");
        assert_eq!(SESSION.forget(true), "__Host-session=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0");
    }
}
