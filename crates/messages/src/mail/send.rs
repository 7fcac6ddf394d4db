//! The conversation with the server (RFC 5321), step by step: which step is refused tells whose fault it is.

use super::{Mail, MailServer, message};
use crate::{Failure, Result, Security, server, trust};
use lettre::{
    Address,
    message::Mailbox,
    transport::smtp::{
        Error,
        authentication::{Credentials, DEFAULT_MECHANISMS},
        client::{Certificate, CertificateStore, SmtpConnection, TlsParameters},
        commands::{Data, Mail as MailFrom, Rcpt},
        extension::{ClientId, Extension, MailBodyParameter, MailParameter},
    },
};
use std::time::Duration;

/// How long one answer of the server may take: some look a mail through before they take it.
const PATIENCE: Duration = Duration::from_secs(60);

/// Hands mails to one server, each over a connection of its own.
pub struct Sender {
    server: MailServer,
    from: Mailbox,
    hello: ClientId,
    tls: Option<TlsParameters>,
}

impl Sender {
    /// Checks the settings; connects to nobody.
    ///
    /// # Errors
    /// [`Failure::Settings`].
    pub fn new(server: &MailServer) -> Result<Self> {
        let from: Mailbox =
            server.from.parse().map_err(|_| Failure::settings(format!("from: {} is no address", server.from)))?;
        if server.user.is_some() != server.password.is_some() {
            return Err(Failure::settings("user and password belong together"));
        }
        let tls = match server.security {
            Security::None => server::addresses(&server.host, server.port, server.security).map(|_| None)?,
            Security::StartTls | Security::Tls => Some(parameters(server)?),
        };
        let hello = ClientId::Domain(from.email.domain().to_owned());
        Ok(Self { server: server.clone(), from, hello, tls })
    }

    /// Sends one mail; it is with the server when this returns. Blocks, each answer for a minute at most.
    ///
    /// # Errors
    /// [`Failure::Refused`] if the address or the mail is refused for ever, [`Failure::Later`] for everything that isn't the mail's
    /// fault: no connection, busy, a login or a sender that the server doesn't take.
    pub fn send(&self, mail: &Mail) -> Result<()> {
        let message = message::build(mail, &self.from)?;
        let to = message.envelope().to().first().cloned().ok_or_else(|| Failure::refused("no recipient"))?;
        let bytes = message.formatted();
        let mut connection = self.connect()?;
        let done = self.deliver(&mut connection, &to, &bytes);
        // The mail is delivered or not by now, however the server takes its leave.
        let _ = connection.quit();
        done
    }

    fn connect(&self) -> Result<SmtpConnection> {
        let server = &self.server;
        let addresses = server::addresses(&server.host, server.port, server.security)?;
        let at_once = self.tls.as_ref().filter(|_| server.security == Security::Tls);
        let opened = SmtpConnection::connect(addresses.as_slice(), Some(PATIENCE), &self.hello, at_once, None);
        let mut connection = opened.map_err(ours)?;
        if let (Security::StartTls, Some(tls)) = (server.security, &self.tls) {
            connection.starttls(tls, &self.hello).map_err(ours)?;
        }
        if let (Some(user), Some(password)) = (&server.user, &server.password) {
            let credentials = Credentials::new(user.clone(), password.reveal().to_owned());
            connection.auth(DEFAULT_MECHANISMS, &credentials).map_err(ours)?;
        }
        Ok(connection)
    }

    fn deliver(&self, connection: &mut SmtpConnection, to: &Address, bytes: &[u8]) -> Result<()> {
        let mut options = Vec::new();
        let international = [to, &self.from.email].iter().any(|a| !AsRef::<str>::as_ref(a).is_ascii());
        if international {
            if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
                return Err(Failure::refused("the server takes no address with letters beyond ASCII"));
            }
            options.push(MailParameter::SmtpUtfEight);
        }
        if !bytes.is_ascii() {
            options.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        connection.command(MailFrom::new(Some(self.from.email.clone()), options)).map_err(ours)?;
        connection.command(Rcpt::new(to.clone(), Vec::new())).map_err(theirs)?;
        connection.command(Data).map_err(ours)?;
        connection.message(bytes).map_err(theirs)?;
        Ok(())
    }
}

fn parameters(server: &MailServer) -> Result<TlsParameters> {
    let mut builder = TlsParameters::builder(server.host.clone()).certificate_store(CertificateStore::None);
    for authority in trust::authorities(server.ca_file.as_deref())? {
        builder = builder.add_root_certificate(Certificate::from_der(authority.to_vec()).map_err(Failure::settings)?);
    }
    builder.build().map_err(Failure::settings)
}

/// Before the recipient is named nothing can be the mail's fault: it stays until the operator mended it.
fn ours(error: Error) -> Failure {
    Failure::later(told(&error))
}

/// From there on what the server refuses for ever is refused for ever, but for what asks for a login (RFC 4954 §6).
fn theirs(error: Error) -> Failure {
    let asks_for_login = error.status().is_some_and(|code| ["530", "534", "535", "538"].contains(&code.to_string().as_str()));
    if error.is_permanent() && !asks_for_login { Failure::refused(told(&error)) } else { Failure::later(told(&error)) }
}

/// The error with what caused it.
fn told(error: &Error) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
