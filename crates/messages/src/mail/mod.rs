//! Sending e-mail by SMTP submission (RFC 6409).

mod message;
mod send;

pub use send::Sender;

use crate::{Secret, Security};
use serde::Deserialize;
use std::path::PathBuf;

/// Limit: bytes of all attachments of a mail together; base64 makes a third more of them, and 25 MB is what servers commonly take.
pub const MAX_ATTACHMENTS_BYTES: usize = 17 * 1024 * 1024;
/// Limit: bytes of a mail's text, and of its HTML.
pub const MAX_TEXT_BYTES: usize = 1024 * 1024;
/// Limit: bytes of a subject, an address, a name, a message's id.
pub const MAX_LINE_BYTES: usize = 900;
/// Limit: earlier mails that a mail refers to; older ones are left out.
pub const MAX_REFERENCES: usize = 20;

/// The server that takes our mails.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailServer {
    /// Its name; the certificate must bear it.
    pub host: String,
    /// Its port: 465 for `tls`, 587 for `starttls`.
    pub port: u16,
    /// How the connection is secured.
    #[serde(default)]
    pub security: Security,
    /// Who we are to it; none if it takes mails from this machine without asking.
    pub user: Option<String>,
    /// The user's password.
    pub password: Option<Secret>,
    /// Whose mails they are: `bilgi@bel.tr` or `Örnek Belediyesi <bilgi@bel.tr>`.
    pub from: String,
    /// PEM file of certificate authorities to trust instead of the system's.
    pub ca_file: Option<PathBuf>,
}

/// An address with the name of whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Address {
    /// As people write it.
    pub name: Option<String>,
    /// `ad@ornek.tr`.
    pub email: String,
}

/// A file that goes with a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// File name.
    pub name: String,
    /// Media type, `application/pdf`.
    pub media_type: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// A mail to one recipient.
#[derive(Debug, Clone, Default)]
pub struct Mail {
    /// To whom.
    pub to: Address,
    /// What it is about.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// The same as HTML.
    pub html: Option<String>,
    /// Where answers go, if not to the sender.
    pub reply_to: Option<Address>,
    /// Id of the mail that this one answers, with or without its angle brackets.
    pub in_reply_to: Option<String>,
    /// Ids of the mails before it, the oldest first.
    pub references: Vec<String>,
    /// True if no person wrote it (`Auto-Submitted: auto-generated`, RFC 3834): no robot answers then.
    pub automatic: bool,
    /// Where one ends a subscription: `https://…`, which must take a POST (RFC 8058). For digests.
    pub unsubscribe: Option<String>,
    /// Files.
    pub attachments: Vec<Attachment>,
    /// Id, `<…@…>`, with or without its angle brackets: the same when the same mail is tried again, so that it can be known again.
    pub message_id: String,
}
