//! `assign`: who of the unit gets a case, by the category's way of assignment.

use crate::{
    citizen::picture::{Known, Picture},
    work::holders::{self, Presence},
};
use meydan_kernel::{
    Query, Result, Value,
    catalogue::workflow::field,
    cql2::{Comparison, Expr, Operand},
    desk::{Deed, Effect},
    query::Sort,
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use uuid::Uuid;

/// Limit: people whose load is compared.
const MAX_COMPARED: usize = 64;

/// Gives the case to somebody, or leaves it in the unit's pool.
pub(super) struct Assign {
    known: Arc<Known>,
    /// Of each unit who was last given something in turn. A process that begins asks the store once; several have each their turn.
    turns: Mutex<HashMap<Uuid, Uuid>>,
}

impl Assign {
    pub(super) fn new(known: Arc<Known>) -> Self {
        Self { known, turns: Mutex::default() }
    }
}

#[async_trait::async_trait]
impl Effect for Assign {
    async fn run(&self, deed: &mut Deed<'_>) -> Result<()> {
        let Some(unit) = deed.reference(field::UNIT) else { return Ok(()) };
        let day = deed.principal.today();
        // Who has it keeps it, if they are still there.
        let has = deed.reference(field::ASSIGNEE).map(|p| (p, holders::presence(deed.directory, p, Some(unit), day)));
        let person = match has {
            Some((person, Presence::Here)) => Some(person),
            Some((_, Presence::Deputy(deputy))) => Some(deputy),
            Some((_, Presence::Gone)) | None => self.choose(deed, unit).await?,
        };
        deed.set(field::ASSIGNEE, person.map_or(Value::Null, Value::Reference));
        Ok(())
    }
}

impl Assign {
    async fn choose(&self, deed: &Deed<'_>, unit: Uuid) -> Result<Option<Uuid>> {
        let Some(category) = deed.reference("category") else { return Ok(None) };
        let picture = self.known.now(deed).await?;
        let Some(category) = picture.categories.get(&category) else { return Ok(None) };
        let way = category.assignment.as_str();
        if way == "duty" {
            return Ok(on_duty(deed, &picture, unit));
        }
        // Ways other than the pool are those of the category's own unit: another's people are not its to choose.
        if !matches!(way, "round_robin" | "least_loaded") || category.unit != Some(unit) {
            return Ok(None);
        }
        let workers = holders::workers(deed.directory, unit, deed.principal.today());
        match way {
            "round_robin" => self.in_turn(deed, unit, &workers).await,
            _ => least_loaded(deed, &workers).await,
        }
    }

    async fn in_turn(&self, deed: &Deed<'_>, unit: Uuid, workers: &[Uuid]) -> Result<Option<Uuid>> {
        let turn = self.turns.lock().unwrap_or_else(PoisonError::into_inner).get(&unit).copied();
        let last = match turn {
            Some(last) => Some(last),
            None => last_given(deed, unit).await?,
        };
        let next = last.and_then(|last| workers.iter().copied().find(|p| *p > last)).or_else(|| workers.first().copied());
        if let Some(next) = next {
            self.turns.lock().unwrap_or_else(PoisonError::into_inner).insert(unit, next);
        }
        Ok(next)
    }
}

fn on_duty(deed: &Deed<'_>, picture: &Picture, unit: Uuid) -> Option<Uuid> {
    let now = deed.principal.now;
    let duties = picture.duties.iter().filter(|d| d.unit == unit && d.begins <= now && now < d.ends);
    duties.into_iter().find_map(|d| match holders::presence(deed.directory, d.person, Some(unit), deed.principal.today()) {
        Presence::Here => Some(d.person),
        Presence::Deputy(deputy) => Some(deputy),
        Presence::Gone => None,
    })
}

fn equals(deed: &Deed<'_>, name: &str, value: Value) -> Option<Expr> {
    let index = deed.register.field_index(name)?;
    Some(Expr::Compare(Operand::Field(index), Comparison::Eq, Operand::Literal(value)))
}

/// Who of the unit was given the newest case that is open.
async fn last_given(deed: &Deed<'_>, unit: Uuid) -> Result<Option<Uuid>> {
    let (Some(of_unit), Some(closed), Some(assignee), Some(received)) = (
        equals(deed, field::UNIT, Value::Reference(unit)),
        deed.register.field_index(field::CLOSED_AT),
        deed.register.field_index(field::ASSIGNEE),
        deed.register.field_index(field::RECEIVED_AT),
    ) else {
        return Ok(None);
    };
    let given = Expr::Not(Box::new(Expr::IsNull(Operand::Field(assignee))));
    let filter = Some(Expr::And(vec![of_unit, Expr::IsNull(Operand::Field(closed)), given]));
    let sort = Some(Sort { field: received, descending: true });
    let query = Query { filter, sort, limit: Some(1), ..Query::all(Arc::clone(deed.register)) };
    let newest = deed.desk.store().query(&query).await?.pop();
    Ok(newest.and_then(|case| match case.value(deed.register, field::ASSIGNEE) {
        Some(Value::Reference(person)) => Some(*person),
        _ => None,
    }))
}

/// Who has the fewest open cases of this register.
async fn least_loaded(deed: &Deed<'_>, workers: &[Uuid]) -> Result<Option<Uuid>> {
    let Some(closed) = deed.register.field_index(field::CLOSED_AT) else { return Ok(None) };
    let mut best: Option<(u64, Uuid)> = None;
    for person in workers.iter().take(MAX_COMPARED) {
        let Some(theirs) = equals(deed, field::ASSIGNEE, Value::Reference(*person)) else { continue };
        let filter = Some(Expr::And(vec![theirs, Expr::IsNull(Operand::Field(closed))]));
        let open = deed.desk.store().count(&Query { filter, ..Query::all(Arc::clone(deed.register)) }).await?;
        if best.is_none_or(|(fewest, _)| open < fewest) {
            best = Some((open, *person));
        }
    }
    Ok(best.map(|(_, person)| person))
}
