//! Cases whose timers fail: until when each is held back, and what the doctor is told of them.

use jiff::{SignedDuration, Timestamp};
use meydan_kernel::{
    Bilingual, Kind, Lang, Result, Secret, Store,
    desk::{Fired, HeldBack, Unfired},
};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Minutes from one try to the next; the last one holds for all that come.
const AGAIN_MINUTES: [i64; 5] = [1, 2, 5, 15, 60];
/// Limit: cases held back; what fails beside them comes again each half minute.
const MAX_HELD: usize = 20_000;
/// Kind and key of what the doctor is told: a thing of the house that is swapped as a whole.
const NOTE: (&str, &str) = ("house", "timers");
/// What is told is as if it weren't there after so long without a word: every case is tried again before.
const HOLDS: SignedDuration = SignedDuration::from_hours(3);

/// One case that is held back.
struct One {
    version: i64,
    tries: usize,
    until: Timestamp,
}

/// The cases that are held back. It is in memory: a new process tries them all.
#[derive(Default)]
pub(super) struct Held {
    cases: HashMap<(String, Uuid), One>,
    /// One of them, for the doctor.
    example: Option<Example>,
    changed: bool,
}

/// What is told of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Failing {
    /// How many.
    pub(crate) cases: usize,
    /// One of them.
    pub(crate) example: Option<Example>,
}

/// One that fails, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Example {
    pub(crate) register: String,
    pub(crate) id: Uuid,
    pub(crate) why: Bilingual,
}

impl Held {
    /// Those that are held back now.
    pub(super) fn back(&self, now: Timestamp) -> HeldBack {
        self.cases.iter().filter(|(_, one)| one.until > now).map(|(case, one)| (case.clone(), one.version)).collect()
    }

    /// When the next one is to be tried again.
    pub(super) fn next(&self, now: Timestamp) -> Option<Timestamp> {
        self.cases.values().map(|one| one.until).filter(|until| *until > now).min()
    }

    /// Takes in what a round has failed at, and lets go of what it hasn't; false if something couldn't be held back.
    pub(super) fn take(&mut self, fired: &Fired, now: Timestamp) -> bool {
        let failed: HashSet<(&str, Uuid)> = fired.failed.iter().map(|f| (f.register.as_str(), f.id)).collect();
        let before = self.cases.len();
        // What was due again and was among those looked at has come through.
        if !fired.more {
            self.cases.retain(|(register, id), one| one.until > now || failed.contains(&(register.as_str(), *id)));
        }
        self.changed |= before != self.cases.len();
        let mut all = true;
        for one in &fired.failed {
            all &= self.hold(one, now);
        }
        all
    }

    fn hold(&mut self, failed: &Unfired, now: Timestamp) -> bool {
        // That is nothing of the case.
        if failed.error.kind() == Kind::Unavailable {
            return false;
        }
        let case = (failed.register.clone(), failed.id);
        let tries = self.cases.get(&case).map_or(0, |one| one.tries);
        if tries == 0 && self.cases.len() >= MAX_HELD {
            return false;
        }
        let minutes = AGAIN_MINUTES.get(tries).or(AGAIN_MINUTES.last()).copied().unwrap_or(1);
        let until = now + SignedDuration::from_mins(minutes);
        self.cases.insert(case, One { version: failed.version, tries: tries + 1, until });
        self.changed = true;
        let why = Bilingual::new(failed.error.message(Lang::Tr), failed.error.message(Lang::En));
        self.example = Some(Example { register: failed.register.clone(), id: failed.id, why });
        if tries == 0 {
            let cause = failed.error.cause_text().unwrap_or_default();
            tracing::warn!("the timer of {} {} fails and comes again: {} {cause}", failed.register, failed.id, failed.error);
        }
        true
    }

    /// Writes down what the doctor is to know, if it is another thing than before.
    pub(super) async fn write_down(&mut self, store: &dyn Store, now: Timestamp) -> Result<()> {
        if !self.changed {
            return Ok(());
        }
        if self.cases.is_empty() {
            store.forget_secret(NOTE.0, NOTE.1).await?;
        } else {
            let note = Failing { cases: self.cases.len(), example: self.example.clone() };
            store
                .keep_secret(&Secret {
                    kind: NOTE.0.to_owned(),
                    key: NOTE.1.to_owned(),
                    owner: None,
                    content: serde_json::to_string(&note).map_err(meydan_kernel::Error::internal)?,
                    created_at: now,
                    expires_at: Some(now + HOLDS),
                })
                .await?;
        }
        self.changed = false;
        Ok(())
    }
}

/// The cases whose timers fail, as whoever serves has told; none if there aren't any.
pub(crate) async fn failing(store: &dyn Store, now: Timestamp) -> Result<Option<Failing>> {
    let note = store.secret(NOTE.0, NOTE.1).await?.filter(|note| !note.is_over(now));
    Ok(note.and_then(|note| serde_json::from_str(&note.content).ok()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use meydan_kernel::Error;

    fn fired(failed: &[Uuid], more: bool) -> Fired {
        let one = |id: &Uuid| Unfired {
            register: "request".to_owned(),
            id: *id,
            version: 3,
            error: Error::invalid("no", "Takvim yok.", "There is no calendar."),
        };
        Fired { failed: failed.iter().map(one).collect(), more, ..Fired::default() }
    }

    #[tokio::test]
    async fn what_fails_is_held_back_for_longer_and_longer_and_told_until_it_comes_through() {
        let folder = tempfile::tempdir().unwrap();
        let store = meydan_store::open(&folder.path().join("city.gpkg").display().to_string()).await.unwrap();
        let now = Timestamp::now();
        let at = |minutes: i64| now + SignedDuration::from_mins(minutes);
        let [first, second] = [Uuid::from_u128(1), Uuid::from_u128(2)];
        let key = |id| ("request".to_owned(), id);
        let mut held = Held::default();
        assert!(held.take(&fired(&[first, second], true), now));
        assert_eq!(held.back(now), HeldBack::from([(key(first), 3), (key(second), 3)]));
        assert_eq!((held.next(now), held.back(at(1)).len()), (Some(at(1)), 0));
        held.write_down(&*store, now).await.unwrap();
        assert_eq!(failing(&*store, now).await.unwrap().unwrap().cases, 2);
        // A round that was cut short lets nothing go; a whole one does.
        assert!(held.take(&fired(&[first], true), at(1)));
        assert_eq!((held.cases.len(), held.next(at(1))), (2, Some(at(3))));
        assert!(held.take(&fired(&[], false), at(1)));
        held.write_down(&*store, at(1)).await.unwrap();
        let told = failing(&*store, at(1)).await.unwrap().unwrap();
        assert_eq!((told.cases, told.example.unwrap().why.en.as_str()), (1, "There is no calendar."));
        assert!(held.take(&fired(&[], false), at(3)));
        held.write_down(&*store, at(3)).await.unwrap();
        assert_eq!((held.cases.len(), failing(&*store, at(3)).await.unwrap()), (0, None));
        // A store that is away is no fault of the case.
        let away = Error::new(Kind::Unavailable, "store-unavailable", "x", "x");
        let gone = Unfired { register: "request".to_owned(), id: first, version: 3, error: away };
        assert!(!held.take(&Fired { failed: vec![gone], ..Fired::default() }, at(4)));
        assert_eq!(held.cases.len(), 0);
    }
}
