//! Two-person rules: who has acted on a matter in one role can't act on it in the other, by proxy neither (law 5018, article 33).

use super::Desk;
use crate::{
    Error, Kind, Principal, Result, Value,
    log::Entry,
    post::{Directory, POST},
    query::Key,
    store::LogQuery,
};
use uuid::Uuid;

/// Limit: entries of a record's log that are read at once; all of them are read, newest first.
const PAGE: usize = 1_000;

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
        let mut query = LogQuery { record: Some(record), limit: PAGE, ..LogQuery::default() };
        loop {
            let entries = self.store.find_entries(&query).await?;
            for entry in &entries {
                let theirs = [Some(entry.act.person.as_str()), entry.act.on_behalf_of.as_deref()];
                if !mine.iter().flatten().any(|me| theirs.iter().flatten().any(|them| me == them)) {
                    continue;
                }
                let Some(role) = self.role_then(entry, directory).await?.filter(|role| *role != standing.role) else {
                    continue;
                };
                if let Some(rule) = rules.iter().find(|rule| rule.roles.contains(&role)) {
                    let error = Error::new(Kind::Forbidden, "separation-of-duties", &rule.message.tr, &rule.message.en);
                    return Err(error.hint(
                        "Bu işi başka bir kişi yapmalıdır; vekâlet de bunu değiştirmez.",
                        "Another person must do this; a proxy doesn't change that.",
                    ));
                }
            }
            match entries.last() {
                Some(last) if entries.len() == PAGE => query.before = Some(last.position),
                _ => return Ok(()),
            }
        }
    }

    /// The role of the post in which somebody acted, as it was then: a post that was changed or ended since tells no lie.
    async fn role_then(&self, entry: &Entry, directory: &Directory) -> Result<Option<String>> {
        let Ok(post) = Uuid::parse_str(&entry.act.post) else { return Ok(None) };
        if let Ok(register) = self.register(POST)
            && let Some(then) = self.store.get(&register, Key::Id(post), Some(entry.recorded_at)).await?
            && let Some(Value::Text(role)) = then.value(&register, "role")
        {
            return Ok(Some(role.clone()));
        }
        Ok(directory.post(post).map(|p| p.role.clone()))
    }
}
