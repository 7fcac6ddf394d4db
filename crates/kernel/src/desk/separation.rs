//! Two-person rules: who has acted on a matter in one role can't act on it in the other, by proxy neither (law 5018, article 33).

use super::Desk;
use crate::{Error, Kind, Principal, Result, post::Directory, store::LogQuery};
use uuid::Uuid;

/// Limit: entries of a record's log that are looked through, newest first.
const MAX_ENTRIES: usize = 1_000;

impl Desk {
    /// Refuses an act on a record that a separation forbids: neither who acts, nor for whom they act, may have acted on it, or
    /// have been acted for, in another role of the separation.
    pub(super) async fn keep_separate(&self, principal: &Principal, directory: &Directory, record: Uuid) -> Result<()> {
        let catalogue = self.catalogue();
        let Some(standing) = principal.standing() else { return Ok(()) };
        let rules: Vec<_> = catalogue.separations.iter().filter(|s| s.roles.contains(&standing.role)).collect();
        if rules.is_empty() {
            return Ok(());
        }
        let mine = [Some(principal.act.person.as_str()), principal.act.on_behalf_of.as_deref()];
        let query = LogQuery { record: Some(record), limit: MAX_ENTRIES, ..LogQuery::default() };
        for entry in self.store.find_entries(&query).await? {
            let theirs = [Some(entry.act.person.as_str()), entry.act.on_behalf_of.as_deref()];
            let same = mine.iter().flatten().any(|me| theirs.iter().flatten().any(|them| me == them));
            let role = Uuid::parse_str(&entry.act.post).ok().and_then(|id| directory.post(id)).map(|p| p.role.as_str());
            let Some(role) = role.filter(|role| same && *role != standing.role) else { continue };
            if let Some(rule) = rules.iter().find(|rule| rule.roles.iter().any(|r| r == role)) {
                let error = Error::new(Kind::Forbidden, "separation-of-duties", &rule.message.tr, &rule.message.en);
                return Err(error.hint(
                    "Bu işi başka bir kişi yapmalıdır; vekâlet de bunu değiştirmez.",
                    "Another person must do this; a proxy doesn't change that.",
                ));
            }
        }
        Ok(())
    }
}
