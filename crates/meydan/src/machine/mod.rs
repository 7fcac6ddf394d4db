//! What the house does by itself while it serves: timers of cases, messages out, messages in, the text index.

pub(crate) mod lease;
pub(crate) mod mailbox;
pub(crate) mod notices;
pub(crate) mod timers;

use crate::context::{City, Context};
use meydan_kernel::{Act, Principal};
use sha2::{Digest as _, Sha256};
use std::{sync::Arc, time::Duration};
use tokio::task::JoinHandle;
use uuid::Uuid;

/// Starts it; the tasks run until they are aborted.
///
/// # Errors
/// What is wrong with the configuration of messages.
pub(crate) fn start(context: &Context, city: &City, push: Option<notices::Push>) -> anyhow::Result<Vec<JoinHandle<()>>> {
    let mut tasks = vec![tokio::spawn(timers::run(Arc::clone(&city.desk)))];
    tasks.push(tokio::spawn(notices::Outbox::open(context, city, push)?.run()));
    let mailboxes = context.config.mailboxes();
    if !mailboxes.is_empty() {
        let from = context.config.mail.as_ref().map(|m| m.from.clone());
        let interval = Duration::from_secs(context.config.notices.mailbox_every_s.max(1));
        tasks.push(tokio::spawn(mailbox::run(Arc::clone(&city.desk), mailboxes, from, interval)));
    }
    Ok(tasks)
}

/// The house itself, which sends and receives for everybody; the log names it so.
fn house(person: &str, source: &str) -> Principal {
    Principal::operator(Act { person: person.to_owned(), source: source.to_owned(), ..Act::default() })
}

/// The id of what is made once only, from what it is made of: made again, it is there already.
fn made_of(parts: &[&str]) -> Uuid {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part.as_bytes());
    }
    let bytes: [u8; 32] = digest.finalize().into();
    let half = bytes.first_chunk::<16>().copied().unwrap_or_default();
    uuid::Builder::from_custom_bytes(half).into_uuid()
}
