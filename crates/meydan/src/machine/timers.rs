//! Timers: what time brings to cases, told within a second after it came. A case whose timer fails is held back for longer and longer,
//! so that however many fail, they hold up no other.

mod held;

pub(crate) use held::failing;

use super::lease::Lease;
use held::Held;
use jiff::{SignedDuration, Timestamp};
use meydan_kernel::{Desk, Result};
use std::{sync::Arc, time::Duration};

/// Limit: cases of one register looked at in one round.
pub(crate) const ROUND: usize = 2_000;
/// Rounds follow each other no faster.
const PAUSE: Duration = Duration::from_secs(1);
/// It is looked at least so often what is due next.
const LONGEST: Duration = Duration::from_secs(30);

/// Fires what is due, for ever. A failure is the operator's to know and never stops the server.
pub(super) async fn run(desk: Arc<Desk>) {
    let mut lease = Lease::new(Arc::clone(desk.store()), "timers");
    let mut held = Held::default();
    loop {
        let (seen, begun) = (desk.head(), tokio::time::Instant::now());
        let pause = match round(&desk, &mut lease, &mut held, Timestamp::now(), ROUND).await {
            Ok(pause) => pause,
            Err(error) => {
                tracing::warn!("timers can't be looked at: {error}; tried again");
                LONGEST
            }
        };
        tokio::select! {
            // A case that is opened or taken over meanwhile may be due at once.
            () = case_changed(&desk, seen) => tokio::time::sleep_until(begun + PAUSE).await,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Resolves once a case may have changed.
async fn case_changed(desk: &Desk, mut seen: i64) {
    let watch = desk.store().watch();
    loop {
        let head = watch.beyond(seen).await;
        let catalogue = desk.catalogue();
        let cases: Vec<&str> = catalogue.registers.values().filter(|r| r.workflow.is_some()).map(|r| r.name.as_str()).collect();
        if desk.store().touches(seen, head, &cases) != Some(false) {
            return;
        }
        seen = head;
    }
}

/// One round; how long to wait for the next if nothing happens meanwhile.
async fn round(desk: &Desk, lease: &mut Lease, held: &mut Held, now: Timestamp, limit: usize) -> Result<Duration> {
    let back = held.back(now);
    let next = desk.next_timer(&back).await?;
    if next.is_none_or(|at| at > now) {
        return Ok(until([next, held.next(now)].into_iter().flatten().min(), now));
    }
    if !lease.hold(Timestamp::now()).await? {
        return Ok(PAUSE);
    }
    let fired = desk.fire_but(now, limit, &back).await?;
    let all_held = held.take(&fired, now);
    held.write_down(&**desk.store(), now).await?;
    Ok(match (all_held, fired.more) {
        (true, true) => Duration::ZERO,
        (true, false) => PAUSE,
        // What can't be held back comes again by itself.
        (false, _) => LONGEST,
    })
}

fn until(next: Option<Timestamp>, now: Timestamp) -> Duration {
    let left = next.map_or(SignedDuration::MAX, |at| at.duration_since(now));
    Duration::try_from(left).unwrap_or(PAUSE).clamp(PAUSE, LONGEST)
}
