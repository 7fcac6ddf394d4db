//! The working calendar as the desk counts by it: the definition, and the days of administrative leave that somebody added.

use super::Desk;
use crate::{
    Query, Register, Result, Value,
    calendar::{Calendar, Closure},
};
use futures::StreamExt;
use std::sync::Arc;

/// The calendar, and up to where in the log it is known to hold.
pub(super) struct Known {
    calendar: Option<Arc<Calendar>>,
    seen: i64,
}

impl Known {
    /// Nothing is known yet.
    pub(super) fn nothing() -> Self {
        Self { calendar: None, seen: -1 }
    }
}

impl Desk {
    /// The calendar now: every day of leave acknowledged before is in it.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn calendar(&self) -> Result<Arc<Calendar>> {
        let head = self.store.head();
        let known = self.calendar.load_full();
        let catalogue = self.catalogue();
        let register = catalogue.calendar.closures.as_ref().and_then(|name| catalogue.registers.get(name));
        if let Some(calendar) = &known.calendar
            && !self.has_closed(register, known.seen, head).await?
        {
            if known.seen < head {
                self.calendar.store(Arc::new(Known { calendar: Some(Arc::clone(calendar)), seen: head }));
            }
            return Ok(Arc::clone(calendar));
        }
        let closures = match register {
            Some(register) => self.closures(register).await?,
            None => Vec::new(),
        };
        let calendar = Arc::new(Calendar::new(&catalogue.calendar, &closures));
        self.calendar.store(Arc::new(Known { calendar: Some(Arc::clone(&calendar)), seen: head }));
        Ok(calendar)
    }

    /// True if a day of leave was added or taken back since.
    async fn has_closed(&self, register: Option<&Arc<Register>>, seen: i64, head: i64) -> Result<bool> {
        let Some(register) = register.filter(|_| seen < head) else { return Ok(false) };
        self.changed_since(seen, head, &[register.name.as_str()]).await
    }

    async fn closures(&self, register: &Arc<Register>) -> Result<Vec<Closure>> {
        let mut out = Vec::new();
        let mut batches = self.store.scan(Query::all(Arc::clone(register)));
        while let Some(batch) = batches.next().await {
            for record in batch? {
                if let Some(Value::Date(date)) = record.value(register, "date") {
                    let half = record.value(register, "half") == Some(&Value::Bool(true));
                    out.push(Closure { date: *date, half });
                }
            }
        }
        Ok(out)
    }
}
