//! The versions of a record as moments, and what became of a register's records between two instants.

use super::{Desk, no_such_record, past};
use crate::{
    Principal, Query, Record, Register, Result,
    catalogue::Action,
    log::{Entry, Verb},
    permission::{Access, FieldSet, not_allowed},
    query::Key,
    store::LogQuery,
};
use jiff::Timestamp;
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};
use uuid::Uuid;

/// Log entries that are read at once.
const PIECE: usize = 500;
/// Limit: log entries that one page of changes looks at; the page is short then.
const MAX_READ: usize = 20_000;

/// One version of a record, without its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The version's number.
    pub version: i64,
    /// From when on it holds.
    pub recorded_at: Timestamp,
    /// True if it is the record's end.
    pub deleted: bool,
}

/// What became of a record between two instants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Become {
    /// It was not there at the first, and is at the second.
    Added,
    /// It is there at both, in different versions.
    Changed,
    /// It was there at the first, and is not at the second.
    Ended,
}

/// One record that is not at the second instant what it was at the first.
#[derive(Debug, Clone, PartialEq)]
pub struct Changed {
    /// What became of it.
    pub kind: Become,
    /// As it was at the first instant; none if it was not there, or not to be seen then.
    pub before: Option<Record>,
    /// As it was at the second.
    pub after: Option<Record>,
    /// When it was last changed in between.
    pub recorded_at: Timestamp,
}

/// Between which instants: what was recorded after the first, up to the second and with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first.
    pub from: Timestamp,
    /// The second.
    pub to: Timestamp,
}

impl Desk {
    /// Refuses who may do this to no record of the register, before what they send is read.
    ///
    /// # Errors
    /// `login-required`, `not-allowed`.
    pub async fn admit(&self, principal: &Principal, register: &Register, action: Action) -> Result<()> {
        if self.could(principal, register, action) {
            return Ok(());
        }
        let error = not_allowed(principal, register, action);
        self.note_refusal(principal, register, action, &error).await;
        Err(error)
    }

    /// The versions of a record that is or was, oldest first; those that may be seen. None of their content is shown, so no
    /// look is written down.
    ///
    /// # Errors
    /// `no-such-record`; `login-required`, `not-allowed`; those of the store.
    pub async fn moments(&self, principal: &Principal, register: &Arc<Register>, key: Key) -> Result<(Uuid, Vec<Moment>)> {
        let id = match key {
            Key::Id(id) => id,
            Key::Fid(fid) => {
                self.seen(principal, register, Action::History).await?;
                let id = self.store.id_of(register, fid).await?;
                id.ok_or_else(|| no_such_record(register, &fid.to_string()))?
            }
        };
        let (access, versions) = self.versions(principal, register, id).await?;
        let seen = versions.iter().filter(|v| access.of(&v.record).is_some());
        let moment =
            |v: &crate::Version| Moment { version: v.record.version, recorded_at: v.record.recorded_at, deleted: v.deleted };
        Ok((id, seen.map(moment).collect()))
    }

    /// One page of the records of a register that somebody may see and that are not at the end of the span what they were at its
    /// beginning, the last changed first; and where the next page begins, if there is more. A page may be short although there is.
    ///
    /// # Errors
    /// `login-required`, `not-allowed`; those of the store.
    pub async fn changed(
        &self,
        principal: &Principal,
        register: &Arc<Register>,
        span: Span,
        before: Option<i64>,
        limit: usize,
    ) -> Result<(Vec<Changed>, Option<i64>)> {
        let access = self.seen(principal, register, Action::History).await?;
        let end = self.first_after(span.to).await?;
        let mut next = before.map_or(end, |position| position.min(end));
        let (mut found, mut read) = (Vec::new(), 0);
        loop {
            let piece = limit.saturating_sub(found.len()).clamp(1, PIECE);
            let asked =
                LogQuery { register: Some(register.name.clone()), before: Some(next), limit: piece, ..LogQuery::default() };
            let mut entries = self.store.find_entries(&asked).await?;
            let whole = entries.len();
            entries.retain(|e| e.recorded_at > span.from);
            let is_last = whole < piece || entries.len() < whole;
            read += whole;
            if let Some(last) = entries.last() {
                next = last.position;
            }
            found.extend(self.outcomes(register, &access, span, &entries).await?);
            if is_last {
                next = 0;
                break;
            }
            if found.len() >= limit || read >= MAX_READ {
                break;
            }
        }
        Ok((self.shown_changes(principal, register, found).await?, (next > 0).then_some(next)))
    }

    /// The first position of the log that was recorded after an instant: positions and times grow together.
    async fn first_after(&self, instant: Timestamp) -> Result<i64> {
        let (mut low, mut high) = (0, self.store.head());
        while low < high {
            let middle = low + (high - low) / 2;
            match self.store.entries(middle, 1).await?.first() {
                Some(entry) if entry.recorded_at <= instant => low = middle + 1,
                _ => high = middle,
            }
        }
        Ok(low)
    }

    /// What became of the records whose newest entries of the span these are.
    async fn outcomes(
        &self,
        register: &Arc<Register>,
        access: &Access,
        span: Span,
        entries: &[Entry],
    ) -> Result<Vec<(Become, Side, Side, Timestamp)>> {
        let ids: Vec<Uuid> = entries.iter().map(|e| e.id).collect::<BTreeSet<_>>().into_iter().collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let (then, mut then_seen) = self.states(register, access, &ids, span.from).await?;
        let (now, mut now_seen) = self.states(register, access, &ids, span.to).await?;
        let mut out = Vec::new();
        for entry in entries {
            let id = entry.id;
            let is_newest = match now.get(&id) {
                Some(version) => *version == entry.version,
                None => entry.verb == Verb::Delete,
            };
            let kind = match (then.contains_key(&id), now.contains_key(&id)) {
                (false, true) => Become::Added,
                (true, true) => Become::Changed,
                (true, false) => Become::Ended,
                (false, false) => continue,
            };
            if !is_newest {
                continue;
            }
            let (before, after) = (then_seen.remove(&id), now_seen.remove(&id));
            let is_seen = if kind == Become::Ended { before.is_some() } else { after.is_some() };
            if is_seen {
                out.push((kind, before, after, entry.recorded_at));
            }
        }
        Ok(out)
    }

    /// The versions that records had at an instant; and those of them that may be seen.
    async fn states(
        &self,
        register: &Arc<Register>,
        access: &Access,
        ids: &[Uuid],
        at: Timestamp,
    ) -> Result<(HashMap<Uuid, i64>, HashMap<Uuid, (Record, FieldSet)>)> {
        let query =
            Query { ids: Some(ids.to_vec()), as_of: Some(at), limit: Some(ids.len()), ..Query::all(Arc::clone(register)) };
        let records = self.store.query(&query).await?;
        let versions = records.iter().map(|r| (r.id, r.version)).collect();
        let within: Vec<Record> = records.into_iter().filter(|r| access.of(r).is_some()).collect();
        let kept = past::still_seen(&*self.store, register, access, within).await?;
        let seen = kept.into_iter().filter_map(|r| access.of(&r).map(|fields| (r.id, (r, fields)))).collect();
        Ok((versions, seen))
    }

    /// Masked, after the looks are written down.
    async fn shown_changes(
        &self,
        principal: &Principal,
        register: &Register,
        found: Vec<(Become, Side, Side, Timestamp)>,
    ) -> Result<Vec<Changed>> {
        let mut records = Vec::with_capacity(found.len() * 2);
        let mut rest = Vec::with_capacity(found.len());
        for (kind, before, after, recorded_at) in found {
            rest.push((kind, before.is_some(), after.is_some(), recorded_at));
            records.extend(before);
            records.extend(after);
        }
        let mut shown = self.shown(principal, register, records).await?.into_iter();
        let mut side = |is_there: bool| if is_there { shown.next() } else { None };
        Ok(rest
            .into_iter()
            .map(|(kind, before, after, recorded_at)| Changed { kind, before: side(before), after: side(after), recorded_at })
            .collect())
    }
}

/// One side of a change, with the fields that may be seen.
type Side = Option<(Record, FieldSet)>;
