//! What concerns security is written down; what a stranger can cause as often as they like, once a minute with a count.

use crate::{Identity, throttle::Account};
use jiff::{SignedDuration, Timestamp};
use meydan_kernel::{Act, Principal, Result, Secret, desk::SecurityEvent};
use parking_lot::Mutex;
use std::collections::HashMap;
use uuid::Uuid;

/// The same failure of the same account is written once in this time.
const WINDOW: SignedDuration = SignedDuration::from_secs(60);
/// Limit: accounts whose failures are counted apart. Beyond it they are counted together.
const MAX_COUNTED: usize = 10_000;
/// Kind of the secret that is written where a failure of somebody's login would be written down. It holds nothing.
const DECOY: &str = "decoy";
/// Limit: bytes of an address in an event.
const MAX_ADDRESS: usize = 64;

/// Failures not written yet.
#[derive(Default)]
pub(crate) struct Counted(Mutex<HashMap<(&'static str, Option<Uuid>), Pending>>);

#[derive(Debug, Clone)]
struct Pending {
    since: Timestamp,
    more: u64,
}

impl Counted {
    /// Counts a failure; how many to write now, if any.
    fn count(&self, kind: &'static str, person: Option<Uuid>, now: Timestamp) -> Option<u64> {
        let mut table = self.0.lock();
        let person = if table.len() < MAX_COUNTED || table.contains_key(&(kind, person)) { person } else { None };
        match table.get_mut(&(kind, person)) {
            Some(pending) if now.duration_since(pending.since) < WINDOW => {
                pending.more += 1;
                None
            }
            Some(pending) => {
                let count = pending.more + 1;
                *pending = Pending { since: now, more: 0 };
                Some(count)
            }
            None => {
                table.insert((kind, person), Pending { since: now, more: 0 });
                Some(1)
            }
        }
    }

    /// Takes what was counted and not written, of windows that are over.
    fn take(&self, now: Timestamp) -> Vec<(&'static str, Option<Uuid>, u64)> {
        let mut out = Vec::new();
        self.0.lock().retain(|(kind, person), pending| {
            let over = now.duration_since(pending.since) >= WINDOW;
            if over && pending.more > 0 {
                out.push((*kind, *person, pending.more));
            }
            !over
        });
        out
    }
}

impl Identity {
    /// Writes down what a person did to their own credentials.
    pub(crate) async fn note_own(
        &self,
        kind: &'static str,
        person: Uuid,
        address: Option<&str>,
        detail: Option<String>,
    ) -> Result<()> {
        let act = Act { person: person.to_string(), source: "login".to_owned(), ..Act::default() };
        self.desk.note(&act, event(kind, Some(person), address, detail)).await
    }

    /// Writes down what somebody did to a person's credentials.
    pub(crate) async fn note_by(&self, by: &Principal, kind: &'static str, person: Uuid, detail: Option<String>) -> Result<()> {
        self.desk.note(&by.act, event(kind, Some(person), None, detail)).await
    }

    /// Writes down a failure: at most one per kind, account and minute. Who it was nobody knows, so nobody is named as acting.
    pub(crate) async fn note_failure(&self, kind: &'static str, person: Option<Uuid>, address: Option<&str>) -> Result<()> {
        let Some(count) = self.counted.count(kind, person, Timestamp::now()) else { return Ok(()) };
        self.desk.note(&nobody(), event(kind, person, address, times(count))).await
    }

    /// Writes down a failure of a login name. Those of all names that nobody has are counted together, so most of them would
    /// cost no write where the first of somebody's costs one; something as long is written for them, so that time tells nothing.
    pub(crate) async fn note_failed_try(&self, kind: &'static str, account: Account, address: Option<&str>) -> Result<()> {
        let slot = match account {
            Account::Person(person) => return self.note_failure(kind, Some(person), address).await,
            Account::Nobody(slot) => slot,
        };
        let now = Timestamp::now();
        let first = self.decoys.count(kind, Some(Uuid::from_u128(u128::from(slot))), now).is_some();
        match self.counted.count(kind, None, now) {
            Some(count) => self.desk.note(&nobody(), event(kind, None, address, times(count))).await,
            None if first => self.store().keep_secret(&decoy(now)).await,
            None => Ok(()),
        }
    }

    /// Writes down the failures that were only counted.
    pub(crate) async fn note_counted(&self, now: Timestamp) -> Result<()> {
        self.decoys.take(now);
        for (kind, person, count) in self.counted.take(now) {
            self.desk.note(&nobody(), event(kind, person, None, times(count))).await?;
        }
        Ok(())
    }
}

/// Always the same one: nothing piles up.
fn decoy(now: Timestamp) -> Secret {
    Secret {
        kind: DECOY.to_owned(),
        key: DECOY.to_owned(),
        owner: None,
        content: "{}".to_owned(),
        created_at: now,
        expires_at: Some(now + WINDOW),
    }
}

fn nobody() -> Act {
    Act { source: "login".to_owned(), ..Act::default() }
}

fn times(count: u64) -> Option<String> {
    (count > 1).then(|| format!("×{count}"))
}

fn event(kind: &'static str, person: Option<Uuid>, address: Option<&str>, detail: Option<String>) -> SecurityEvent {
    let address = address.filter(|a| a.len() <= MAX_ADDRESS).map(str::to_owned);
    SecurityEvent { kind, person, address, detail, ..SecurityEvent::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thousand_failures_are_one_a_minute() {
        let counted = Counted::default();
        let at = |s: i64| Timestamp::from_second(1_790_000_000 + s).unwrap();
        let person = Some(Uuid::from_u128(1));
        assert_eq!(counted.count("login_failed", person, at(0)), Some(1));
        assert!((0..999).all(|n| counted.count("login_failed", person, at(n / 20)).is_none()));
        assert_eq!(counted.count("login_failed", None, at(1)), Some(1), "another account");
        assert!(counted.take(at(30)).is_empty());
        assert_eq!(counted.count("login_failed", person, at(60)), Some(1_000));
        assert_eq!(counted.count("login_failed", person, at(61)), None);
        assert_eq!(counted.take(at(121)), vec![("login_failed", person, 1)]);
        assert!(counted.take(at(300)).is_empty());
    }
}
