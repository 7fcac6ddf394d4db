//! Reading e-mail by IMAP (RFC 3501, 4315, 6851), so that a mail becomes a request.

mod mailbox;
mod read;
mod wire;

pub use mailbox::Inbox;
pub use read::read;

use crate::{Secret, Security, mail};
use jiff::Timestamp;
use serde::Deserialize;
use std::path::PathBuf;

/// Limit: bytes of the text that is taken from a mail; what is longer is cut.
pub const MAX_TEXT_BYTES: usize = 256 * 1024;
/// Limit: attachments that are taken from a mail; the rest stays in the mailbox.
pub const MAX_ATTACHMENTS: usize = 50;
/// Limit: recipients, and earlier mails, that are taken from a mail.
pub const MAX_LISTED: usize = 50;
/// Limit: bytes of all mails of one [`Inbox::fetch`]; at least one is read, whatever its size.
pub const MAX_BATCH_BYTES: usize = 64 * 1024 * 1024;
/// Limit: bytes of a too large mail's head that are read, to know whose it is.
pub const MAX_HEAD_BYTES: usize = 64 * 1024;

/// A mailbox that is read.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mailbox {
    /// The server's name; the certificate must bear it.
    pub host: String,
    /// Its port: 993 for `tls`, 143 for `starttls`.
    pub port: u16,
    /// How the connection is secured.
    #[serde(default)]
    pub security: Security,
    /// Whose mailbox.
    pub user: String,
    /// The user's password.
    pub password: Secret,
    /// Folder that is read.
    #[serde(default = "inbox")]
    pub folder: String,
    /// Folder to which a mail goes that is done; it is made if there is none. Without one a mail that is done is marked as seen –
    /// and then nobody but us may read in that mailbox: what a person has seen is taken for done.
    pub done_folder: Option<String>,
    /// Our own addresses: mails from them are told apart, so that we never answer ourselves.
    #[serde(default)]
    pub own: Vec<String>,
    /// PEM file of certificate authorities to trust instead of the system's.
    pub ca_file: Option<PathBuf>,
}

fn inbox() -> String {
    "INBOX".to_owned()
}

/// Where a mail lies. Good as long as the folder is the same one (RFC 3501 §2.3.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place {
    /// Which folder of that name.
    pub validity: u32,
    /// Number of the mail in it.
    pub uid: u32,
}

/// Why a mail came without all that is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It has more bytes than were wanted: only its head is here.
    TooLarge,
    /// It is not a mail that can be read, or names no sender.
    Unreadable,
}

/// A mail that came. All texts are a stranger's: escape them, believe nothing – not even `from`.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// Where it lies.
    pub place: Place,
    /// Its id without brackets; if it bears none, one made of its bytes: the same mail always has the same.
    pub message_id: String,
    /// Who sent it, as it says.
    pub from: mail::Address,
    /// Whom it was sent to.
    pub to: Vec<mail::Address>,
    /// What it is about; may be empty.
    pub subject: String,
    /// When it was written, as it says.
    pub date: Option<Timestamp>,
    /// Its plain text, or what its HTML says as plain text.
    pub text: String,
    /// True if the text was longer than [`MAX_TEXT_BYTES`], or there were more attachments than [`MAX_ATTACHMENTS`].
    pub cut: bool,
    /// Files, with the names and types that the sender gave them.
    pub attachments: Vec<mail::Attachment>,
    /// Id of the mail that it answers, without brackets.
    pub in_reply_to: Option<String>,
    /// Ids of the mails before it, the oldest first.
    pub references: Vec<String>,
    /// True if a robot wrote it (RFC 3834 `Auto-Submitted`, `Precedence`, lists, reports of failed delivery): never answer it.
    pub auto_submitted: bool,
    /// True if it comes from one of our own addresses: never answer it either.
    pub from_ourselves: bool,
    /// Bytes of the whole mail, as the server says.
    pub size: u32,
    /// What is wrong with it, if anything.
    pub fault: Option<Fault>,
}
