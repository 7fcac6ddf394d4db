//! Reading through the desk: narrowed to the records that somebody may see, with hidden values masked and looks written down.

use super::{Desk, no_such_record, notes::Pen, past};
use crate::{
    Catalogue, Error, Kind, Principal, Query, Record, Register, Result, Store, Value, Version,
    catalogue::Action,
    cql2::Expr,
    log::Entry,
    permission::{Access, Capacity, Explanation, FieldSet, beyond, forbidden_field, mask, not_allowed},
    query::{Key, MAX_PAGE},
    store::LogQuery,
};
use futures::{StreamExt, stream::BoxStream};
use jiff::Timestamp;
use std::sync::Arc;
use uuid::Uuid;

impl Desk {
    /// Which records of a register somebody may do this to, and with which fields: for faces that show buttons, layers, columns.
    /// [`Access::is_none`] if none.
    pub fn access(&self, principal: &Principal, register: &Register, action: Action) -> Access {
        self.prepared.load().rules.access(principal, register, action)
    }

    /// Which records of a register somebody may read.
    ///
    /// # Errors
    /// `login-required`, `not-allowed` if none.
    pub fn readable(&self, principal: &Principal, register: &Register) -> Result<Access> {
        let access = self.access(principal, register, Action::Read);
        if access.is_none() { Err(not_allowed(principal, register, Action::Read)) } else { Ok(access) }
    }

    /// True if somebody may do this to some record, perhaps with a reason or a step-up.
    pub fn could(&self, principal: &Principal, register: &Register, action: Action) -> bool {
        self.prepared.load().rules.could(principal, register, action)
    }

    /// Why somebody may, or may not, do this; to a record, if one is named.
    ///
    /// # Errors
    /// `no-such-record`; those of the store. Who asks must be allowed to ask: that is the face's page's own grant (`manage`).
    pub async fn explain(
        &self,
        principal: &Principal,
        register: &Arc<Register>,
        action: Action,
        key: Option<Key>,
    ) -> Result<Explanation> {
        let record = match key {
            Some(key) => Some(self.found(register, key, None).await?),
            None => None,
        };
        Ok(self.prepared.load().rules.explain(principal, register, action, record.as_ref()))
    }

    async fn found(&self, register: &Arc<Register>, key: Key, as_of: Option<Timestamp>) -> Result<Record> {
        self.store.get(register, key, as_of).await?.ok_or_else(|| no_such_record(register, &key_text(key)))
    }

    /// What somebody may see, or the refusal.
    pub(super) async fn seen(&self, principal: &Principal, register: &Register, action: Action) -> Result<Access> {
        let access = self.access(principal, register, action);
        if !access.is_none() {
            return Ok(access);
        }
        let error = not_allowed(principal, register, action);
        self.note_refusal(principal, register, action, &error).await;
        Err(error)
    }

    /// One record, now or as of an instant (which takes the right to its history).
    ///
    /// # Errors
    /// `no-such-record`, also for one that may not be seen; `login-required`, `not-allowed`; those of the store.
    pub async fn get(
        &self,
        principal: &Principal,
        register: &Arc<Register>,
        key: Key,
        as_of: Option<Timestamp>,
    ) -> Result<Record> {
        let access = self.seen(principal, register, showing(as_of)).await?;
        let record = self.found(register, key, as_of).await?;
        let fields = access.of(&record).ok_or_else(|| no_such_record(register, &key_text(key)))?;
        let record = match as_of {
            Some(_) => past::still_seen(&*self.store, register, &access, vec![record]).await?.pop(),
            None => Some(record),
        };
        let record = record.ok_or_else(|| no_such_record(register, &key_text(key)))?;
        self.shown(principal, register, vec![(record, fields)]).await?.pop().ok_or_else(|| Error::internal("a record was lost"))
    }

    /// One page of records.
    ///
    /// # Errors
    /// `page-too-large`; `login-required`, `not-allowed`, `forbidden-field`; those of the store.
    pub async fn query(&self, principal: &Principal, query: &Query) -> Result<Vec<Record>> {
        if query.limit.is_none_or(|l| l > MAX_PAGE) {
            return Err(Error::new(
                Kind::TooLarge,
                "page-too-large",
                format!("Bir sayfa en çok {MAX_PAGE} kayıt olabilir."),
                format!("A page can have {MAX_PAGE} records at most."),
            ));
        }
        let access = self.seen(principal, &query.register, showing(query.as_of)).await?;
        let narrowed = narrowed(query, &access)?;
        let asked = narrowed.as_ref().unwrap_or(query);
        let records = match query.as_of {
            Some(_) => past::page(&*self.store, asked, &access).await?,
            None => self.store.query(asked).await?,
        };
        self.shown_by(principal, &query.register, access, records).await
    }

    /// One page of records of which no more than these fields are shown: of what a list doesn't tell no look is written down.
    ///
    /// # Errors
    /// As [`Desk::query`].
    pub async fn list(&self, principal: &Principal, query: &Query, fields: FieldSet) -> Result<Vec<Record>> {
        let access = self.seen(principal, &query.register, showing(query.as_of)).await?;
        let narrowed = narrowed(query, &access)?;
        let mut asked = narrowed.unwrap_or_else(|| query.clone());
        asked.limit = Some(asked.limit.unwrap_or(MAX_PAGE).min(MAX_PAGE));
        let records = match asked.as_of {
            Some(_) => past::page(&*self.store, &asked, &access).await?,
            None => self.store.query(&asked).await?,
        };
        let shown = records.into_iter().filter_map(|r| access.of(&r).map(|seen| (r, seen.common(fields))));
        self.shown(principal, &query.register, shown.collect()).await
    }

    /// How many records match.
    ///
    /// # Errors
    /// As [`Desk::query`].
    pub async fn count(&self, principal: &Principal, query: &Query) -> Result<u64> {
        let access = self.seen(principal, &query.register, showing(query.as_of)).await?;
        let narrowed = narrowed(query, &access)?;
        let asked = narrowed.as_ref().unwrap_or(query);
        match query.as_of {
            Some(_) => past::count(&*self.store, asked, &access).await,
            None => self.store.count(asked).await,
        }
    }

    /// All matching records as a stream of batches from one snapshot: taking them away takes the right to export, and the state
    /// of another day the right to the history too.
    pub fn scan(&self, principal: &Principal, query: Query) -> BoxStream<'static, Result<Vec<Record>>> {
        let mut access = self.access(principal, &query.register, Action::Export);
        if query.as_of.is_some() {
            access = access.meet(&self.access(principal, &query.register, Action::History));
        }
        let narrowed = if access.is_none() {
            Err(not_allowed(principal, &query.register, Action::Export))
        } else {
            narrowed(&query, &access)
        };
        let showing = Showing {
            pen: Arc::clone(&self.pen),
            catalogue: self.catalogue(),
            principal: principal.clone(),
            register: Arc::clone(&query.register),
            access,
            past: query.as_of.is_some().then(|| Arc::clone(&self.store)),
        };
        let query = match narrowed {
            Ok(narrowed) => narrowed.unwrap_or(query),
            Err(error) => {
                let refused = async move {
                    let Showing { pen, catalogue, principal, register, .. } = showing;
                    pen.note_refusal(&catalogue, &principal, &register, Action::Export, &error).await;
                    Err(error)
                };
                return futures::stream::once(refused).boxed();
            }
        };
        let showing = Arc::new(showing);
        let batches = self.store.scan(query);
        batches
            .then(move |batch| {
                let showing = Arc::clone(&showing);
                async move { showing.shown(batch?).await }
            })
            .boxed()
    }

    /// Every version of a record, oldest first; those that may be seen.
    ///
    /// # Errors
    /// `no-such-record`; `login-required`, `not-allowed`; those of the store.
    pub async fn history(&self, principal: &Principal, register: &Arc<Register>, id: Uuid) -> Result<Vec<Version>> {
        let (access, versions) = self.versions(principal, register, id).await?;
        let mut records = Vec::with_capacity(versions.len());
        let mut rest = Vec::with_capacity(versions.len());
        for version in versions {
            let Some(fields) = access.of(&version.record) else { continue };
            records.push((version.record, fields));
            rest.push((version.deleted, version.position, version.changeset, version.act));
        }
        let records = self.shown(principal, register, records).await?;
        let joined = records.into_iter().zip(rest);
        Ok(joined
            .map(|(record, (deleted, position, changeset, act))| Version { record, deleted, position, changeset, act })
            .collect())
    }

    /// Every version of a record whose history somebody may see, and what they may see of each.
    pub(super) async fn versions(
        &self,
        principal: &Principal,
        register: &Arc<Register>,
        id: Uuid,
    ) -> Result<(Access, Vec<Version>)> {
        let access = self.seen(principal, register, Action::History).await?;
        let versions = self.store.history(register, id).await?;
        // The newest version decides whether the record may be seen at all; each version, what of it.
        match versions.last() {
            Some(newest) if access.of(&newest.record).is_some() => Ok((access, versions)),
            _ => Err(no_such_record(register, &id.to_string())),
        }
    }

    /// Log entries, newest first: of registers whose history somebody may see whole, and of a named record that they may see.
    ///
    /// # Errors
    /// `login-required`, `not-allowed`; those of the store.
    pub async fn log(&self, principal: &Principal, query: &LogQuery) -> Result<Vec<Entry>> {
        let mut entries = self.store.find_entries(&self.readable_log(principal, query).await?).await?;
        // With its salt a digest could be tried against guesses of what is hidden.
        entries.iter_mut().for_each(|entry| entry.salt = None);
        Ok(entries)
    }

    /// The question narrowed to the log that somebody may read.
    async fn readable_log(&self, principal: &Principal, query: &LogQuery) -> Result<LogQuery> {
        let catalogue = self.catalogue();
        let whole = |r: &Register| self.access(principal, r, Action::History).whole().is_some();
        if let (Some(name), Some(id)) = (&query.register, query.record)
            && let Some(register) = catalogue.registers.get(name).filter(|r| !whole(r))
        {
            self.versions(principal, register, id).await?;
            return Ok(query.clone());
        }
        if catalogue.registers.values().all(|r| whole(r)) {
            return Ok(query.clone());
        }
        let asked = |name: &String| query.registers.as_ref().is_none_or(|asked| asked.contains(name));
        let whole = catalogue.registers.values().filter(|r| whole(r)).map(|r| r.name.clone());
        let registers: Vec<String> = whole.filter(asked).collect();
        if registers.is_empty() || query.register.as_ref().is_some_and(|r| !registers.contains(r)) {
            let named = query.register.as_ref().and_then(|r| catalogue.registers.get(r));
            let Some(register) = named.or_else(|| catalogue.registers.values().next()) else { return Ok(query.clone()) };
            let error = not_allowed(principal, register, Action::History);
            self.note_refusal(principal, register, Action::History, &error).await;
            return Err(error);
        }
        Ok(LogQuery { registers: Some(registers), ..query.clone() })
    }

    /// Personal fields of a record whole; the look is on disk before this returns.
    ///
    /// # Errors
    /// `reason-required`, `step-up-required`, `not-allowed`, `forbidden-field`; `no-such-record`; those of the store.
    pub async fn unmask(&self, principal: &Principal, register: &Arc<Register>, key: Key, fields: FieldSet) -> Result<Record> {
        let seen = self.seen(principal, register, Action::Read).await?;
        let record = self.found(register, key, None).await?;
        let shown = seen.of(&record).ok_or_else(|| no_such_record(register, &key_text(key)))?;
        // Unmasking uncovers personal data and nothing else: what is hidden for another reason stays hidden.
        let covered = fields.common(FieldSet::of_register(register)).without(shown);
        let other = covered.without(FieldSet::personal(register)).iter().find_map(|i| register.fields.get(i));
        let permit = match other {
            Some(field) => Err(forbidden_field(register, &field.name)),
            None => {
                let rules = &self.prepared.load().rules;
                rules.may(principal, register, Action::Unmask, &[&record], covered).map(|_| ())
            }
        };
        if let Err(error) = &permit {
            self.note_refusal(principal, register, Action::Unmask, error).await;
        }
        permit?;
        let records = self.shown(principal, register, vec![(record, shown.and(covered))]).await?;
        records.into_iter().next().ok_or_else(|| Error::internal("a record was lost"))
    }

    async fn shown_by(
        &self,
        principal: &Principal,
        register: &Arc<Register>,
        access: Access,
        records: Vec<Record>,
    ) -> Result<Vec<Record>> {
        if records.is_empty() || access.is_plain(register) {
            return Ok(records);
        }
        let showing = Showing {
            pen: Arc::clone(&self.pen),
            catalogue: self.catalogue(),
            principal: principal.clone(),
            register: Arc::clone(register),
            access,
            past: None,
        };
        showing.shown(records).await
    }

    /// The records with hidden values masked, after looks at personal ones are written down.
    pub(super) async fn shown(
        &self,
        principal: &Principal,
        register: &Register,
        records: Vec<(Record, FieldSet)>,
    ) -> Result<Vec<Record>> {
        show(&self.pen, &self.catalogue(), principal, register, records).await
    }
}

/// What showing the batches of an answer takes.
struct Showing {
    pen: Arc<Pen>,
    catalogue: Arc<Catalogue>,
    principal: Principal,
    register: Arc<Register>,
    access: Access,
    /// Where to ask for the newest versions, if the records are of another day.
    past: Option<Arc<dyn Store>>,
}

impl Showing {
    async fn shown(&self, records: Vec<Record>) -> Result<Vec<Record>> {
        if self.access.is_plain(&self.register) {
            return Ok(records);
        }
        let records = match &self.past {
            Some(store) => past::still_seen(&**store, &self.register, &self.access, records).await?,
            None => records,
        };
        // The store narrowed the records to what may be seen; what of each, is said here.
        let seen = records.into_iter().filter_map(|r| self.access.of(&r).map(|fields| (r, fields))).collect();
        show(&self.pen, &self.catalogue, &self.principal, &self.register, seen).await
    }
}

async fn show(
    pen: &Pen,
    catalogue: &Catalogue,
    principal: &Principal,
    register: &Register,
    records: Vec<(Record, FieldSet)>,
) -> Result<Vec<Record>> {
    let operator = matches!(principal.capacity, Capacity::Operator);
    if !operator && register.fields.iter().any(|f| f.personal) {
        let shown: Vec<(&Record, FieldSet)> = records.iter().map(|(r, f)| (r, *f)).collect();
        pen.note_looks(catalogue, principal, register, &shown).await?;
    }
    Ok(records.into_iter().map(|(record, fields)| masked(register, record, fields)).collect())
}

/// The right that a question takes: the state of another day is history.
const fn showing(as_of: Option<Timestamp>) -> Action {
    if as_of.is_some() { Action::History } else { Action::Read }
}

fn key_text(key: Key) -> String {
    match key {
        Key::Id(id) => id.to_string(),
        Key::Fid(fid) => fid.to_string(),
    }
}

/// The question narrowed to what may be seen; `None` if it needs no narrowing.
fn narrowed(query: &Query, access: &Access) -> Result<Option<Query>> {
    let mut used = query.filter.as_ref().map(FieldSet::of).unwrap_or_default();
    if let Some(sort) = &query.sort {
        used = used.with(sort.field);
    }
    let condition = access.narrowing(&query.register, used)?;
    let condition = condition.and_then(|condition| match &query.filter {
        Some(asked) => beyond(condition, asked),
        None => Some(condition),
    });
    Ok(condition.map(|condition| {
        let filter = match &query.filter {
            Some(asked) => Expr::And(vec![condition, asked.clone()]),
            None => condition,
        };
        Query { filter: Some(filter), ..query.clone() }
    }))
}

/// A record with only these fields' own values.
pub(super) fn masked(register: &Register, mut record: Record, fields: FieldSet) -> Record {
    for (index, field) in register.fields.iter().enumerate() {
        if fields.has(index) {
            continue;
        }
        if let Some(value) = record.values.get_mut(index) {
            // Marked as hidden if there is nothing to hide, too: whether there is a value tells something.
            *value = if field.personal { mask(value, field.mask) } else { Value::Null };
            record.hidden = record.hidden.with(index);
        }
    }
    record
}
