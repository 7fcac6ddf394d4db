//! Mails that come: each becomes a request, or a comment on the case whose notice it answers. Taken in twice it is there already,
//! so a mail is put away only after it is on disk.

mod answer;
mod files;
mod request;

use super::{house, lease::Lease};
use jiff::Timestamp;
use meydan_kernel::{Desk, Principal, Result};
use meydan_messages::{
    Failure,
    inbox::{Fault, Inbox, Incoming, Mailbox},
};
use std::{collections::HashSet, sync::Arc, time::Duration};

/// Mails of one look.
const MAILS: usize = 50;
/// Limit: bytes of a mail; of a larger one only its head is read.
const MAX_MAIL: usize = 25 << 20;

/// Limit: mails of which it is remembered that their failure was told.
const MAX_TOLD: usize = 1_000;

/// What became of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Done {
    /// A new request.
    Opened,
    /// A comment on a case that was there.
    Answered,
    /// An internal comment on a case: it answers our notice, but doesn't come from the applicant.
    Unproven,
    /// It was there already.
    Known,
    /// A robot wrote it, or nobody.
    PutAway,
}

/// Looks into the mailboxes, for ever; `from` is the sender of our own mails.
pub(super) async fn run(desk: Arc<Desk>, mailboxes: Vec<Mailbox>, from: Option<String>, interval: Duration) {
    let mut lease = Lease::new(Arc::clone(desk.store()), "mailbox");
    let mut told = HashSet::new();
    let mailboxes: Vec<Arc<Mailbox>> = mailboxes.into_iter().map(|m| Arc::new(with_own(m, from.as_deref()))).collect();
    loop {
        match lease.hold(Timestamp::now()).await {
            Ok(true) => {
                for mailbox in &mailboxes {
                    if let Err(error) = look(&desk, mailbox, &mut told).await {
                        tracing::warn!("the mailbox {} at {}: {error:#}; tried again", mailbox.user, mailbox.host);
                    }
                }
            }
            Ok(false) => {}
            Err(error) => tracing::warn!("mailboxes: {error}"),
        }
        tokio::time::sleep(interval).await;
    }
}

/// Our own sender's address is one of ours, too: we never answer ourselves.
fn with_own(mut mailbox: Mailbox, from: Option<&str>) -> Mailbox {
    mailbox.own.extend(from.map(|f| super::notices::bare(f).to_owned()));
    mailbox
}

/// One look: all that lies there is taken in.
async fn look(desk: &Arc<Desk>, mailbox: &Arc<Mailbox>, told: &mut HashSet<String>) -> anyhow::Result<()> {
    let settings = Arc::clone(mailbox);
    let (mut inbox, mails) = blocking(move || {
        let mut inbox = Inbox::open(&settings)?;
        let mails = inbox.fetch(MAILS, MAX_MAIL)?;
        Ok((inbox, mails))
    })
    .await?;
    for mail in mails {
        match take(desk, &mail).await {
            Ok(done) => {
                tracing::info!("a mail at {}: {done:?}", mailbox.user);
                let place = mail.place;
                inbox = blocking(move || inbox.done(place).map(|()| inbox)).await?;
            }
            // The others are not held up; this one comes again, and is told of once.
            Err(error) => {
                if told.len() >= MAX_TOLD {
                    told.clear();
                }
                if !told.insert(mail.message_id.clone()) {
                    continue;
                }
                let cause = error.cause_text().unwrap_or_default();
                tracing::warn!("a mail at {} can't be taken in: {error} {cause}", mailbox.user);
            }
        }
    }
    blocking(move || {
        inbox.close();
        Ok(())
    })
    .await?;
    Ok(())
}

/// Takes one mail in.
async fn take(desk: &Desk, mail: &Incoming) -> Result<Done> {
    if mail.auto_submitted || mail.from_ourselves || mail.fault == Some(Fault::Unreadable) {
        return Ok(Done::PutAway);
    }
    let principal = Principal { now: Timestamp::now(), ..house("mailbox", "email") };
    if let Some(done) = answer::take(desk, &principal, mail).await? {
        return Ok(done);
    }
    request::take(desk, &principal, mail).await
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> meydan_messages::Result<T> + Send + 'static) -> anyhow::Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    Ok(done.unwrap_or_else(|e| Err(Failure::Later { why: e.to_string(), after: None }))?)
}

/// A text of at most so many letters; none if there is nothing in it.
fn short(text: &str, most: usize) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.chars().filter(|c| *c != '\0').take(most).collect())
}
