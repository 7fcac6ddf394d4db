//! Which of several processes does what one alone needs to do. It saves work and nothing else: what is done twice ends the same,
//! because every deed names the version that it saw.

use jiff::{SignedDuration, Timestamp};
use meydan_kernel::{Result, Secret, Store};
use std::sync::{Arc, LazyLock};
use uuid::Uuid;

/// Kind under which leases are kept: no secrets, but things of the house that are swapped as a whole.
const KIND: &str = "lease";
/// How long a lease holds.
const HOLDS: SignedDuration = SignedDuration::from_secs(15);
/// It is renewed when so little of it is left.
const RENEWED: SignedDuration = SignedDuration::from_secs(8);

/// This process, as no other one is called.
static PROCESS: LazyLock<String> = LazyLock::new(|| Uuid::now_v7().to_string());

/// The right to a task, if this process has it.
pub(crate) struct Lease {
    store: Arc<dyn Store>,
    task: &'static str,
    process: String,
    kept: Option<Secret>,
}

impl Lease {
    /// Nobody's yet.
    pub(crate) fn new(store: Arc<dyn Store>, task: &'static str) -> Self {
        Self { store, task, process: PROCESS.clone(), kept: None }
    }

    /// True if the task is this process's now; takes or renews it if it can.
    ///
    /// # Errors
    /// Those of the store.
    pub(crate) async fn hold(&mut self, now: Timestamp) -> Result<bool> {
        let left = |s: &Secret| s.expires_at.map_or(SignedDuration::ZERO, |at| at.duration_since(now));
        if self.kept.as_ref().is_some_and(|s| left(s) > RENEWED) {
            return Ok(true);
        }
        let found = self.store.secret(KIND, self.task).await?;
        if found.as_ref().is_some_and(|s| !s.is_over(now) && s.content != self.process) {
            self.kept = None;
            return Ok(false);
        }
        let next = Secret {
            kind: KIND.to_owned(),
            key: self.task.to_owned(),
            owner: None,
            content: self.process.clone(),
            created_at: found.as_ref().map_or(now, |s| s.created_at),
            expires_at: Some(now + HOLDS),
        };
        let is_ours = self.store.swap_secret(found.as_ref(), &next).await?;
        self.kept = is_ours.then_some(next);
        Ok(is_ours)
    }
}

/// Gives this process's leases back, so that another one needn't wait. Nothing is lost if that fails.
pub(crate) async fn release(store: &dyn Store) {
    for lease in store.secrets(KIND, None).await.unwrap_or_default() {
        if lease.content == *PROCESS {
            let _ = store.forget_secret(KIND, &lease.key).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_process_has_it_until_it_falls_silent() {
        let folder = tempfile::tempdir().unwrap();
        let store = meydan_store::open(&folder.path().join("city.gpkg").display().to_string()).await.unwrap();
        let mut next = Lease::new(Arc::clone(&store), "timers");
        let mut first = Lease { process: "another".to_owned(), ..Lease::new(Arc::clone(&store), "timers") };
        let now = Timestamp::now();
        let later = |s| now + SignedDuration::from_secs(s);
        assert!(first.hold(now).await.unwrap() && !next.hold(now).await.unwrap());
        assert!(first.hold(later(10)).await.unwrap(), "renewed");
        assert!(!next.hold(later(20)).await.unwrap() && next.hold(later(26)).await.unwrap(), "fifteen seconds of silence");
        assert!(!first.hold(later(27)).await.unwrap());
        release(&*store).await;
        assert!(first.hold(later(28)).await.unwrap());
    }
}
