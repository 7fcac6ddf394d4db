//! A password or key of the configuration.

use serde::Deserialize;

/// Text that no log line shows.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Takes a text, without the line's end that a file may have.
    pub fn new(text: &str) -> Self {
        Self(text.trim_end_matches(['\r', '\n']).to_owned())
    }

    /// The text itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use crate::{Security, inbox::Mailbox, mail::MailServer, sms::Gateway};

    #[test]
    fn sections_are_read_and_their_secrets_never_shown() {
        let server: MailServer = toml::from_str(
            "host = 'posta.bel.tr'\nport = 587\nsecurity = 'starttls'\nuser = 'bilgi'\npassword = 'Gizli'\nfrom = 'bilgi@bel.tr'",
        )
        .unwrap();
        let mailbox: Mailbox = toml::from_str("host = 'posta.bel.tr'\nport = 993\nuser = 'talep'\npassword = 'Gizli'").unwrap();
        let gateway: Gateway =
            toml::from_str("url = 'https://sms.bel.tr/'\nsecret = 'Gizli'\nreach.allow_private = true").unwrap();
        assert_eq!((server.security, mailbox.security, mailbox.folder.as_str()), (Security::StartTls, Security::Tls, "INBOX"));
        assert_eq!(server.password.as_ref().map(super::Secret::reveal), Some("Gizli"));
        assert!(gateway.reach.allow_private && !format!("{server:?}{mailbox:?}{gateway:?}").contains("Gizli"));
        assert!(toml::from_str::<Mailbox>("host = 'x'\nport = 1\nuser = 'x'\npassword = 'x'\nfolders = 'x'").is_err());
    }
}
