//! Timers: what time brings to cases, told once. A timer is no more than an instant in the case (`timer_at`): it survives every
//! restart, and because the look pins the version that it saw, two processes can't both tell the same.

use super::{Desk, Edit};
use crate::{
    Act, Error, Principal, Query, Record, Register, Result, Value,
    catalogue::workflow::field,
    cql2::{Comparison, Expr, Operand},
    query::Sort,
};
use futures::{StreamExt, stream};
use jiff::Timestamp;
use std::{collections::HashMap, sync::Arc};
use uuid::Uuid;

/// Name that the house acts by when time goes by.
const HOUSE: &str = "meydan";
/// Cases looked at in one changeset.
const TOGETHER: usize = 200;
/// Changesets under way at once: while one is written the next is made ready.
const AT_ONCE: usize = 4;

/// Cases that a round leaves out, each with the version that failed: changed meanwhile, it is looked at again.
pub type HeldBack = HashMap<(String, Uuid), i64>;

/// A case that could not be looked at: nothing was told, and it comes again.
#[derive(Debug)]
pub struct Unfired {
    /// Its register.
    pub register: String,
    /// Its id.
    pub id: Uuid,
    /// The version that was looked at.
    pub version: i64,
    /// Why.
    pub error: Error,
}

/// What one round of timers did.
#[derive(Debug, Default)]
pub struct Fired {
    /// Cases looked at.
    pub cases: usize,
    /// Cases that somebody else changed first; they come again, if there is still something to tell.
    pub overtaken: usize,
    /// Cases that could not be looked at.
    pub failed: Vec<Unfired>,
    /// There was more than the limit.
    pub more: bool,
}

impl Desk {
    /// Looks at every case whose timer is due, at most `limit` of each register.
    ///
    /// # Errors
    /// Those of the store when it is asked what is due; what goes wrong with one case is told in [`Fired::failed`].
    pub async fn fire(&self, now: Timestamp, limit: usize) -> Result<Fired> {
        self.fire_but(now, limit, &HeldBack::new()).await
    }

    /// As [`Desk::fire`], without the cases that are held back: however many of them there are, none takes another's turn.
    ///
    /// # Errors
    /// As [`Desk::fire`].
    pub async fn fire_but(&self, now: Timestamp, limit: usize, held: &HeldBack) -> Result<Fired> {
        let act = Act { person: HOUSE.to_owned(), post: HOUSE.to_owned(), source: "timer".to_owned(), ..Act::default() };
        let house = Principal { now, ..Principal::operator(act) };
        let mut fired = Fired::default();
        let catalogue = self.catalogue();
        for register in catalogue.registers.values().filter(|r| r.workflow.is_some()) {
            let due = self.due_cases(register, now, limit, held).await?;
            fired.more |= due.len() == limit;
            let together: Vec<Vec<Record>> = due.chunks(TOGETHER).map(<[Record]>::to_vec).collect();
            let rounds = together.into_iter().map(|cases| self.look_at(&house, register, cases));
            let rounds: Vec<Fired> = stream::iter(rounds).buffer_unordered(AT_ONCE).collect().await;
            for round in rounds {
                fired.cases += round.cases;
                fired.overtaken += round.overtaken;
                fired.failed.extend(round.failed);
            }
        }
        Ok(fired)
    }

    /// When the next timer is due of the cases that aren't held back.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn next_timer(&self, held: &HeldBack) -> Result<Option<Timestamp>> {
        let mut nearest: Option<Timestamp> = None;
        let catalogue = self.catalogue();
        for register in catalogue.registers.values().filter(|r| r.workflow.is_some()) {
            let Some(timer) = register.field_index(field::TIMER_AT) else { continue };
            let cases = self.by_timer(register, Expr::Not(Box::new(Expr::IsNull(Operand::Field(timer)))), 1, held).await?;
            if let Some(Value::Timestamp(at)) = cases.first().and_then(|c| c.values.get(timer)) {
                nearest = Some(nearest.map_or(*at, |n| n.min(*at)));
            }
        }
        Ok(nearest)
    }

    /// The cases whose timers are due, the longest due first.
    async fn due_cases(&self, register: &Arc<Register>, now: Timestamp, limit: usize, held: &HeldBack) -> Result<Vec<Record>> {
        let Some(timer) = register.field_index(field::TIMER_AT) else { return Ok(Vec::new()) };
        let now = Value::instant(now).unwrap_or(Value::Null);
        let due = Expr::Compare(Operand::Field(timer), Comparison::Le, Operand::Literal(now));
        self.by_timer(register, due, limit, held).await
    }

    /// The cases for which something holds, by their timers, without those that are held back.
    async fn by_timer(&self, register: &Arc<Register>, filter: Expr, limit: usize, held: &HeldBack) -> Result<Vec<Record>> {
        let Some(timer) = register.field_index(field::TIMER_AT) else { return Ok(Vec::new()) };
        let beside = held.keys().filter(|(name, _)| *name == register.name).count();
        let sort = Some(Sort { field: timer, descending: false });
        let query = Query { filter: Some(filter), sort, limit: Some(limit + beside), ..Query::all(Arc::clone(register)) };
        let mut found = self.store.query(&query).await?;
        if beside > 0 {
            found.retain(|case| held.get(&(register.name.clone(), case.id)) != Some(&case.version));
            found.truncate(limit);
        }
        Ok(found)
    }

    /// Looks at many together; if that can't be, at each alone, so that one doesn't hold up the others.
    async fn look_at(&self, house: &Principal, register: &Arc<Register>, cases: Vec<Record>) -> Fired {
        let look = |case: &Record| (register.name.clone(), Edit::Look { case: Box::new(case.clone()) });
        if self.change(house, cases.iter().map(look).collect()).await.is_ok() {
            return Fired { cases: cases.len(), ..Fired::default() };
        }
        let mut fired = Fired::default();
        for case in &cases {
            match self.change(house, vec![look(case)]).await {
                Ok(_) => fired.cases += 1,
                Err(e) if matches!(e.code(), "version-conflict" | "no-such-record") => fired.overtaken += 1,
                Err(error) => {
                    fired.failed.push(Unfired { register: register.name.clone(), id: case.id, version: case.version, error });
                }
            }
        }
        fired
    }
}
