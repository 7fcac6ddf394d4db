//! Timers: what time brings to cases, told within a second after it came.

use super::lease::Lease;
use jiff::{SignedDuration, Timestamp};
use meydan_kernel::{Desk, Query, Result, Value, catalogue::workflow::field, cql2, desk::Fired, query::Sort};
use std::{collections::HashSet, sync::Arc, time::Duration};
use uuid::Uuid;

/// Limit: cases of one register looked at in one round.
pub(crate) const ROUND: usize = 2_000;
/// Rounds follow each other no faster.
const PAUSE: Duration = Duration::from_secs(1);
/// It is looked at least so often what is due next: a case that was opened meanwhile may be due sooner.
const LONGEST: Duration = Duration::from_secs(30);
/// Limit: cases of which it is remembered that their failure was told.
const MAX_TOLD: usize = 10_000;

/// Fires what is due, for ever. A failure is the operator's to know and never stops the server.
pub(super) async fn run(desk: Arc<Desk>) {
    let mut lease = Lease::new(Arc::clone(desk.store()), "timers");
    let mut told = HashSet::new();
    loop {
        let pause = match round(&desk, &mut lease, &mut told).await {
            Ok(pause) => pause,
            Err(error) => {
                tracing::warn!("timers can't be looked at: {error}; tried again");
                LONGEST
            }
        };
        tokio::time::sleep(pause).await;
    }
}

/// One round; how long to wait for the next.
async fn round(desk: &Desk, lease: &mut Lease, told: &mut HashSet<(String, Uuid)>) -> Result<Duration> {
    let now = Timestamp::now();
    let next = next_due(desk).await?;
    if next.is_none_or(|at| at > now) {
        return Ok(until(next, now));
    }
    if !lease.hold(now).await? {
        return Ok(PAUSE);
    }
    let fired = desk.fire(now, ROUND).await?;
    tell(&fired, told);
    // Where nothing but failures is left there is no hurry.
    if fired.more && fired.cases > 0 {
        return Ok(Duration::ZERO);
    }
    Ok(if fired.cases > 0 { PAUSE } else { LONGEST })
}

fn until(next: Option<Timestamp>, now: Timestamp) -> Duration {
    let left = next.map_or(SignedDuration::MAX, |at| at.duration_since(now));
    Duration::try_from(left).unwrap_or(PAUSE).clamp(PAUSE, LONGEST)
}

/// Says of each case once that it can't be looked at.
fn tell(fired: &Fired, told: &mut HashSet<(String, Uuid)>) {
    for (register, id, error) in &fired.failed {
        if told.len() >= MAX_TOLD {
            told.clear();
        }
        if told.insert((register.clone(), *id)) {
            let cause = error.cause_text().unwrap_or_default();
            tracing::warn!("the timer of {register} {id} fails and comes again: {error} {cause}");
        }
    }
}

/// The nearest timer of all cases.
async fn next_due(desk: &Desk) -> Result<Option<Timestamp>> {
    let mut nearest: Option<Timestamp> = None;
    for register in desk.catalogue().registers.values().filter(|r| r.workflow.is_some()) {
        let Some(timer) = register.field_index(field::TIMER_AT) else { continue };
        let filter = Some(cql2::parse(register, "timer_at IS NOT NULL")?);
        let sort = Some(Sort { field: timer, descending: false });
        let query = Query { filter, sort, limit: Some(1), ..Query::all(Arc::clone(register)) };
        if let Some(Value::Timestamp(at)) = desk.store().query(&query).await?.first().and_then(|c| c.values.get(timer)) {
            nearest = Some(nearest.map_or(*at, |n| n.min(*at)));
        }
    }
    Ok(nearest)
}
