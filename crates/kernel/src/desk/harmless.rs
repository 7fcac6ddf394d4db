//! What the desk keeps in memory of some registers, and whether the log has gone on harmlessly since.

use super::Desk;
use crate::{Result, store::LogQuery};

/// Limit: log entries read one by one to see whether a register changed; beyond it the newest of its own is asked for.
const MAX_GLANCE: i64 = 512;

impl Desk {
    /// True if the log, from a position that was seen up to before a head, surely says nothing of these registers: told at
    /// once, without a question to the store. Else [`Desk::changed_since`] must be asked.
    pub fn is_harmless(&self, seen: i64, head: i64, registers: &[&str]) -> bool {
        seen >= 0 && (head <= seen || self.store.touches(seen, head, registers) == Some(false))
    }

    /// True if any of these registers may have changed between a position that was seen (below 0: nothing was) and a head.
    /// Asks the store only about what this process did not write itself.
    pub(super) async fn changed_since(&self, seen: i64, head: i64, registers: &[&str]) -> Result<bool> {
        if seen < 0 {
            return Ok(true);
        }
        if head <= seen {
            return Ok(false);
        }
        if let Some(told) = self.store.touches(seen, head, registers) {
            return Ok(told);
        }
        if head - seen <= MAX_GLANCE {
            let entries = self.store.entries(seen, usize::try_from(head - seen).unwrap_or(usize::MAX)).await?;
            return Ok(entries.iter().any(|e| registers.contains(&e.register.as_str())));
        }
        let registers = Some(registers.iter().map(|r| (*r).to_owned()).collect());
        let newest = self.store.find_entries(&LogQuery { registers, limit: 1, ..LogQuery::default() }).await?;
        Ok(newest.first().is_some_and(|e| e.position >= seen))
    }
}
