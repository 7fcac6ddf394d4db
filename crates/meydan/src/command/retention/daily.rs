//! Periodic destruction while the server runs: once a day, by one process of all that serve the city, made up for after a pause.

use super::{round, rules};
use anyhow::{Result, anyhow};
use jiff::{SignedDuration, Timestamp, civil::Date};
use meydan_kernel::{Act, Desk, Principal, Secret, Store, desk::Destruction, post::day};
use serde::{Deserialize, Serialize};
use std::{sync::Arc, time::Duration};

/// How long after the start it is first looked whether today's round was made.
const FIRST: Duration = Duration::from_secs(10);
/// How often it is looked afterwards.
const INTERVAL: Duration = Duration::from_secs(600);
/// How long a process that is at it may say nothing before another one takes over.
const SILENCE: SignedDuration = SignedDuration::from_mins(10);
/// Kind and key of the mark that processes agree by. It is no secret, but a thing of the house that is swapped as a whole.
const KIND: &str = "house";
const KEY: &str = "periodic_destruction";

/// How far today's round is.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    /// The day in the city.
    day: Date,
    /// The round is made.
    done: bool,
    /// When it was last said.
    at: Timestamp,
}

/// Destroys what is due, day by day, for ever. A failure is the operator's to know and never stops the server.
pub async fn run(desk: Arc<Desk>) {
    tokio::time::sleep(FIRST).await;
    loop {
        if let Err(error) = today(&desk).await {
            tracing::warn!("what is due can't be destroyed: {error:#}; tried again later");
        }
        tokio::time::sleep(INTERVAL).await;
    }
}

/// Makes today's round, if nobody has made it or is at it.
async fn today(desk: &Desk) -> Result<()> {
    let Some(mut turn) = Turn::take(Arc::clone(desk.store()), Timestamp::now()).await? else { return Ok(()) };
    let act = Act {
        person: "meydan".to_owned(),
        reason: Some("Periyodik imha".to_owned()),
        source: "retention".to_owned(),
        ..Act::default()
    };
    let principal = Principal::operator(act);
    for (register, _) in rules(desk, None)? {
        let why = Destruction::retention(&register, true);
        let done = round::destroy(desk, &principal, &register, &why, Some(&mut turn)).await?;
        if done.records > 0 {
            tracing::info!("{}: {} records destroyed, their time of keeping is over", register.name, done.records);
        }
        for (code, number) in round::reasons(&done.left) {
            tracing::warn!("{}: {number} records are due and were left: {code}", register.name);
        }
    }
    turn.end().await
}

/// This process's turn to make the day's round.
pub(super) struct Turn {
    store: Arc<dyn Store>,
    kept: Secret,
    day: Date,
}

impl Turn {
    /// Takes it; `None` if the round of the day is made, or another process is at it.
    async fn take(store: Arc<dyn Store>, now: Timestamp) -> Result<Option<Self>> {
        let found = store.secret(KIND, KEY).await?;
        let mark: Option<Mark> = found.as_ref().and_then(|s| serde_json::from_str(&s.content).ok());
        let today = day(now);
        let others = |mark: &Mark| mark.day == today && (mark.done || now.duration_since(mark.at) < SILENCE);
        if mark.as_ref().is_some_and(others) {
            return Ok(None);
        }
        let kept = secret(&Mark { day: today, done: false, at: now }, now)?;
        let is_ours = store.swap_secret(found.as_ref(), &kept).await?;
        Ok(is_ours.then_some(Self { store, kept, day: today }))
    }

    async fn say(&mut self, done: bool) -> Result<()> {
        let next = secret(&Mark { day: self.day, done, at: Timestamp::now() }, self.kept.created_at)?;
        if !self.store.swap_secret(Some(&self.kept), &next).await? {
            return Err(anyhow!("another process makes the round"));
        }
        self.kept = next;
        Ok(())
    }

    /// It goes on.
    ///
    /// # Errors
    /// If another process took over meanwhile; those of the store.
    pub(super) async fn goes_on(&mut self) -> Result<()> {
        self.say(false).await
    }

    /// The round is made.
    async fn end(mut self) -> Result<()> {
        self.say(true).await
    }
}

fn secret(mark: &Mark, created_at: Timestamp) -> Result<Secret> {
    Ok(Secret {
        kind: KIND.to_owned(),
        key: KEY.to_owned(),
        owner: None,
        content: serde_json::to_string(mark)?,
        created_at: Timestamp::from_microsecond(created_at.as_microsecond())?,
        expires_at: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::ToSpan;

    async fn take(store: &Arc<dyn Store>, now: Timestamp) -> Option<Turn> {
        Turn::take(Arc::clone(store), now).await.unwrap()
    }

    #[tokio::test]
    async fn one_process_a_day_and_another_takes_over_from_a_dead_one() {
        let folder = tempfile::tempdir().unwrap();
        let store = meydan_store::open(&folder.path().join("city.gpkg").display().to_string()).await.unwrap();
        let now = Timestamp::now();
        let mut first = take(&store, now).await.expect("nobody made it");
        assert!(take(&store, now).await.is_none(), "another is at it");
        first.goes_on().await.unwrap();
        // It died: after ten minutes of silence the next one goes on, and the dead one, if it wasn't, stops.
        let mut next = take(&store, now + 11.minutes()).await.expect("silence");
        assert!(first.goes_on().await.is_err());
        next.goes_on().await.unwrap();
        next.end().await.unwrap();
        let soon = Timestamp::now();
        assert!(day(soon) != day(now) || take(&store, soon).await.is_none(), "it is made");
        assert!(take(&store, now + 24.hours()).await.is_some(), "another day");
    }
}
