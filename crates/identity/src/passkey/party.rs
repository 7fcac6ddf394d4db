//! At which address passkeys hold: a passkey made for one domain answers to no other.

use super::ceremony::CHALLENGE_LIFE;
use meydan_kernel::{Error, Result};
use webauthn_rs::{
    Webauthn, WebauthnBuilder,
    prelude::{Url, WebauthnError},
};

/// The name that browsers take for this machine itself; for its addresses (127.0.0.1) they know no passkeys.
const THIS_MACHINE: &str = "localhost";

/// The house as browsers see it (WebAuthn's *relying party*): one domain, one origin.
pub struct RelyingParty {
    pub(super) webauthn: Webauthn,
    origin: String,
}

impl RelyingParty {
    /// The house of this title at this address: `https://…`, or on the machine itself `http://localhost:PORT`. A loopback
    /// address (`http://127.0.0.1:PORT`) is taken as `localhost`: people have to come by that name then.
    ///
    /// # Errors
    /// `bad-passkey-address` if browsers know no passkeys there: no domain, or no https.
    pub fn new(title: &str, address: &str) -> Result<Self> {
        let bad = |cause: String| bad_address(address).cause(cause);
        let mut url = Url::parse(address).map_err(|e| bad(e.to_string()))?;
        if is_loopback(&url) {
            url.set_host(Some(THIS_MACHINE)).map_err(|e| bad(e.to_string()))?;
        }
        let domain = url.domain().ok_or_else(|| bad("no domain".to_owned()))?.to_owned();
        let here = domain == THIS_MACHINE || domain.ends_with(".localhost");
        if url.scheme() != "https" && !(url.scheme() == "http" && here) {
            return Err(bad("not https".to_owned()));
        }
        let origin = url.origin().ascii_serialization();
        let url = Url::parse(&origin).map_err(|e| bad(e.to_string()))?;
        let built = |title: &str| -> Result<Webauthn, WebauthnError> {
            WebauthnBuilder::new(&domain, &url)?.rp_name(title).timeout(CHALLENGE_LIFE.unsigned_abs()).build()
        };
        Ok(Self { webauthn: built(title).map_err(|e| bad(e.to_string()))?, origin })
    }

    /// The origin that people must come by, as `https://kent.example` or `http://localhost:8080`.
    pub fn origin(&self) -> &str {
        &self.origin
    }
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback() || ip.is_unspecified())
}

fn bad_address(address: &str) -> Error {
    Error::invalid(
        "bad-passkey-address",
        format!("“{address}” adresinde geçiş anahtarı kullanılamaz."),
        format!("Passkeys can't be used at “{address}”."),
    )
    .hint(
        "base_url, https:// ile başlayan ve alan adı içeren bir adres olmalıdır; bu makinede denemek için http://localhost yeterlidir.",
        "base_url must be an https:// address with a domain name; to try it on this machine http://localhost is enough.",
    )
}
