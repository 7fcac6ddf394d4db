//! Sections of the configuration for messages: `[mail]`, `[sms]`, `[push]`, `[[mailbox]]`, `[notices]`.

use super::Config;
use meydan_messages::{Reach, inbox::Mailbox, mail::MailServer, sms::Gateway};
use serde::Deserialize;
use std::path::PathBuf;

/// Web push.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Push {
    /// Whom a push service may tell of trouble: `mailto:…` or `https://…`.
    pub contact: String,
    /// How push services may be reached.
    #[serde(default)]
    pub reach: Reach,
}

/// What staff get beside what they read in the program, and how often it is looked who wrote.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Notices {
    /// E-mails to the office address.
    pub email_staff: StaffMail,
    /// Seconds from one look into the mailboxes to the next.
    pub mailbox_every_s: u64,
}

impl Default for Notices {
    fn default() -> Self {
        Self { email_staff: StaffMail::default(), mailbox_every_s: 60 }
    }
}

/// When staff get e-mails: `true`, `false`, `"digest"`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "toml::Value")]
pub enum StaffMail {
    /// Never.
    #[default]
    Never,
    /// A copy of every notice, at once.
    AtOnce,
    /// One on each working day at eight, of what is due.
    Digest,
}

impl TryFrom<toml::Value> for StaffMail {
    type Error = String;

    fn try_from(value: toml::Value) -> Result<Self, String> {
        match value {
            toml::Value::Boolean(true) => Ok(Self::AtOnce),
            toml::Value::Boolean(false) => Ok(Self::Never),
            toml::Value::String(word) if word == "digest" => Ok(Self::Digest),
            other => Err(format!("email_staff is true, false or \"digest\", not {other}")),
        }
    }
}

impl Config {
    /// The server that takes our mails, with paths resolved.
    pub fn mail_server(&self) -> Option<MailServer> {
        let server = self.mail.clone()?;
        Some(MailServer { ca_file: self.resolved(server.ca_file), ..server })
    }

    /// The gateway of short messages, with paths resolved.
    pub fn sms_gateway(&self) -> Option<Gateway> {
        let gateway = self.sms.clone()?;
        Some(Gateway { reach: self.reach(gateway.reach), ..gateway })
    }

    /// Web push, with paths resolved.
    pub fn web_push(&self) -> Option<Push> {
        let push = self.push.clone()?;
        Some(Push { reach: self.reach(push.reach), ..push })
    }

    /// The mailboxes that are read, with paths resolved.
    pub fn mailboxes(&self) -> Vec<Mailbox> {
        let resolved = |mailbox: &Mailbox| Mailbox { ca_file: self.resolved(mailbox.ca_file.clone()), ..mailbox.clone() };
        self.mailbox.iter().map(resolved).collect()
    }

    /// The folder of the text index: beside an embedded store; for a database beside the configuration.
    pub fn search_folder(&self) -> PathBuf {
        let location = self.store_location();
        if location.contains("://") { self.folder.join("city.search") } else { PathBuf::from(format!("{location}.search")) }
    }

    fn reach(&self, reach: Reach) -> Reach {
        Reach { ca_file: self.resolved(reach.ca_file), ..reach }
    }

    fn resolved(&self, path: Option<PathBuf>) -> Option<PathBuf> {
        path.map(|path| self.path(&path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sections_are_read_and_say_what_is_wrong_with_them() {
        let text = "[mail]\nhost='posta.bel.tr'\nport=465\nfrom='bilgi@bel.tr'\nca_file='ca.pem'\n[notices]\nemail_staff='digest'\n\
            [push]\ncontact='mailto:bilgi@bel.tr'\n[[mailbox]]\nhost='posta.bel.tr'\nport=993\nuser='talep'\npassword='Gizli'\n";
        let mut config: Config = toml::from_str(text).unwrap();
        config.folder = PathBuf::from("/kent");
        let server = config.mail_server().unwrap();
        assert_eq!((server.ca_file, config.mailboxes().len()), (Some(PathBuf::from("/kent/ca.pem")), 1));
        assert_eq!(config.notices.email_staff, StaffMail::Digest);
        assert!(!format!("{config:?}").contains("Gizli"));
        let wrong = toml::from_str::<Config>("[notices]\nemail_staff='daily'\n").unwrap_err().to_string();
        assert!(wrong.contains("email_staff is true, false or"), "{wrong}");
    }
}
