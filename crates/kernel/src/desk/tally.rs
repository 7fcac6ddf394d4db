//! Reading for numbers: reports stream what somebody may read and show no value of personal data, so that no look is written down;
//! and what would become of a case, before there is one.

use super::{Desk, Event, case::At, no_such_record, see::masked};
use crate::{
    Error, Field, Principal, Query, Record, Register, Result, Value, Version,
    catalogue::Action,
    cql2::Expr,
    permission::{Capacity, FieldSet, not_allowed},
};
use futures::{StreamExt, stream::BoxStream};
use meydan_geo::Wkb;
use std::sync::Arc;
use uuid::Uuid;

impl Desk {
    /// All matching records of which somebody may read all of these fields, as a stream of batches from one snapshot; the other
    /// fields are empty. For counting: what is counted is exactly what a list with the same filter shows them, if the filter
    /// names a field of each grant's kind.
    ///
    /// # Errors
    /// In the stream: `login-required`, `not-allowed`, `forbidden-field`; those of the store.
    pub fn tally(&self, principal: &Principal, query: Query, fields: FieldSet) -> BoxStream<'static, Result<Vec<Record>>> {
        let fields = fields.common(FieldSet::impersonal(&query.register));
        let used = query.filter.as_ref().map(FieldSet::of).unwrap_or_default().and(fields);
        let narrowed = self.readable(principal, &query.register).and_then(|access| access.narrowing(&query.register, used));
        let condition = match narrowed {
            Ok(condition) => condition,
            Err(error) => return futures::stream::once(async move { Err(error) }).boxed(),
        };
        let filter = match (condition, query.filter) {
            (Some(condition), Some(asked)) => Some(Expr::And(vec![condition, asked])),
            (condition, asked) => condition.or(asked),
        };
        let register = Arc::clone(&query.register);
        let batches = self.store.scan(Query { filter, ..query });
        let bare = move |records: Vec<Record>| records.into_iter().map(|r| masked(&register, r, fields)).collect();
        batches.map(move |batch| batch.map(&bare)).boxed()
    }

    /// Every version of a record, oldest first, showing no more than these fields: as [`Desk::history`], without a look at
    /// anybody's data.
    ///
    /// # Errors
    /// `no-such-record`; `login-required`, `not-allowed`; those of the store.
    pub async fn course(
        &self,
        principal: &Principal,
        register: &Arc<Register>,
        id: Uuid,
        fields: FieldSet,
    ) -> Result<Vec<Version>> {
        let access = self.access(principal, register, Action::History);
        if access.is_none() {
            return Err(not_allowed(principal, register, Action::History));
        }
        let fields = fields.common(FieldSet::impersonal(register));
        let versions = self.store.history(register, id).await?;
        if versions.last().is_none_or(|newest| access.of(&newest.record).is_none()) {
            return Err(no_such_record(register, &id.to_string()));
        }
        let seen = |version: Version| {
            let shown = access.of(&version.record)?.common(fields);
            Some(Version { record: masked(register, version.record, shown), ..version })
        };
        Ok(versions.into_iter().filter_map(seen).collect())
    }

    /// What a case would be after the effects that opening it runs, up to this one; nothing is kept, nobody is told. By the house's
    /// own power: what is told of it is the face's business.
    ///
    /// # Errors
    /// `not-a-case`; those of the effects.
    pub async fn foresee(
        &self,
        register: &Arc<Register>,
        set: Vec<(usize, Value)>,
        geometry: Option<Wkb>,
        until: &str,
    ) -> Result<Record> {
        let prepared = self.prepared.load_full();
        let flow = prepared.flows.get(&register.name).ok_or_else(|| Error::internal("no workflow to foresee"))?;
        let principal = Principal { capacity: Capacity::Operator, ..Principal::everyone("foresee") };
        let mut case = Record::draft(Uuid::now_v7(), register.fields.iter().map(Field::default_value).collect(), geometry);
        for (index, value) in set {
            if let Some(slot) = case.values.get_mut(index) {
                *slot = value;
            }
        }
        let opens = &flow.workflow.opens;
        let count = opens.iter().position(|name| name == until).map_or(opens.len(), |at| at + 1);
        let names = opens.get(..count).unwrap_or_default();
        let at = At { prepared: &prepared, principal: &principal, register, flow, at: principal.now };
        Ok(self.run_effects(&at, names, Event::Opened, None, case).await?.case)
    }
}
