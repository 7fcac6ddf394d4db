//! Numbers of all records per register: told with each page while they are cheap to know.

use meydan_kernel::{Desk, Principal, Query, Register, Result, catalogue::Action};
use parking_lot::Mutex;
use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

/// How long a number that was dear to count may stay unknown while the register changes.
const PAUSE: Duration = Duration::from_secs(10);
/// A count that took less is cheap: it is made again whenever the log has grown.
const CHEAP: Duration = Duration::from_millis(5);

struct Counted {
    head: i64,
    number: u64,
    took: Duration,
    at: Instant,
}

/// The numbers last counted, with the log's head of that moment.
#[derive(Default)]
pub struct Counts(Mutex<HashMap<String, Counted>>);

impl Counts {
    /// The exact number of a register's records, or `None` if it would cost too much now.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn whole(&self, desk: &Desk, principal: &Principal, register: &Arc<Register>) -> Result<Option<u64>> {
        // The numbers kept are those of all records: who sees a part of them is told that part.
        if desk.access(principal, register, Action::Read).whole().is_none() {
            return desk.count(principal, &Query::all(Arc::clone(register))).await.map(Some);
        }
        let head = desk.head();
        if let Some(known) = self.0.lock().get(&register.name) {
            if known.head == head {
                return Ok(Some(known.number));
            }
            if known.took > CHEAP && known.at.elapsed() < PAUSE {
                return Ok(None);
            }
        }
        let start = Instant::now();
        let number = desk.count(principal, &Query::all(Arc::clone(register))).await?;
        let counted = Counted { head, number, took: start.elapsed(), at: Instant::now() };
        self.0.lock().insert(register.name.clone(), counted);
        Ok(Some(number))
    }
}
