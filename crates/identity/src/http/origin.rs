//! Scheme, host and port of an address.

use super::bad_provider;
use meydan_kernel::Result;
use std::net::IpAddr;
use ureq::http::Uri;

/// Where an address belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    secure: bool,
    host: String,
    port: u16,
}

impl Origin {
    /// The origin of an address; none if it isn't one of HTTP, or names a user.
    pub fn of(url: &str) -> Option<Self> {
        let plain = url.bytes().all(|b| b.is_ascii_graphic() && b != b'\\' && b != b'#');
        let uri: Uri = url.parse().ok().filter(|_| plain)?;
        let secure = match uri.scheme_str()? {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        let authority = uri.authority().filter(|a| !a.as_str().contains('@'))?;
        let host = authority.host().trim_end_matches('.').to_ascii_lowercase();
        let port = authority.port_u16().unwrap_or(if secure { 443 } else { 80 });
        (!host.is_empty()).then_some(Self { secure, host, port })
    }

    /// The origin of a configured address.
    ///
    /// # Errors
    /// `bad-provider` if it isn't `https://`, or `http://` on loopback where that is allowed.
    pub fn read(url: &str, allow_http: bool) -> Result<Self> {
        let origin = Self::of(url).ok_or_else(|| bad_provider().cause(format!("not an address: {url}")))?;
        let taken = origin.secure || (allow_http && origin.is_loopback());
        if !taken {
            return Err(bad_provider().cause(format!("{url} is not https")).hint(
                "Adres https:// ile başlamalı; http yalnızca bu makinede ve allow_http = true ile alınır.",
                "The address must begin with https://; http is taken only on this machine and with allow_http = true.",
            ));
        }
        Ok(origin)
    }

    /// True if the host is this machine by its very name.
    fn is_loopback(&self) -> bool {
        let ip = self.host.trim_matches(['[', ']']).parse::<IpAddr>();
        self.host == "localhost" || ip.is_ok_and(|ip| ip.is_loopback())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_the_same_place() {
        let home = Origin::of("https://Giris.Example/realms/kent").unwrap();
        for same in ["https://giris.example:443/token", "https://GIRIS.example./x?y=1"] {
            assert_eq!(Origin::of(same).as_ref(), Some(&home), "{same}");
        }
        for other in [
            "http://giris.example/",
            "https://giris.example:8443/",
            "https://giris.example.evil/",
            "https://evil/giris.example",
        ] {
            assert_ne!(Origin::of(other).as_ref(), Some(&home), "{other}");
        }
        for nothing in
            ["https://giris.example@evil/", "https://evil\\@giris.example/", "ftp://giris.example/", "/token", "", "https://"]
        {
            assert_eq!(Origin::of(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn plain_http_is_for_this_machine_only() {
        assert!(Origin::read("http://127.0.0.1:3000/", true).is_ok());
        assert!(Origin::read("http://[::1]:3000/", true).is_ok());
        assert!(Origin::read("http://localhost:3000/", true).is_ok());
        assert_eq!(Origin::read("http://127.0.0.1:3000/", false).unwrap_err().code(), "bad-provider");
        assert_eq!(Origin::read("http://10.0.0.1/", true).unwrap_err().code(), "bad-provider");
        assert_eq!(Origin::read("http://localhost.evil/", true).unwrap_err().code(), "bad-provider");
    }

    proptest! {
        #[test]
        fn any_text_is_an_origin_or_not(url in "\\PC{0,60}") {
            if let Some(origin) = Origin::of(&url) {
                prop_assert!(!origin.host.contains('@') && !origin.host.is_empty());
            }
        }
    }
}
