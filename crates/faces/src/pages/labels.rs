//! Names of referenced records, fetched in one question per register.

use super::page::Visit;
use super::shown::Shower;
use crate::Problem;
use meydan_kernel::{Field, FieldKind, Query, Record, Register, Value, catalogue::Action, query::MAX_PAGE};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// Names by register and id.
#[derive(Debug, Default)]
pub struct Labels(HashMap<(String, Uuid), String>);

impl Labels {
    /// The name of a record, if it was found.
    pub fn get(&self, register: &str, id: Uuid) -> Option<&str> {
        self.0.get(&(register.to_owned(), id)).map(String::as_str)
    }

    /// The names of all that these records' fields point to. Of fields that are not shown nothing is fetched.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn of(
        visit: &Visit,
        register: &Register,
        records: &[&Record],
        shown: impl Fn(&Field) -> bool,
    ) -> Result<Self, Problem> {
        let mut wanted: BTreeMap<&str, BTreeSet<Uuid>> = BTreeMap::new();
        for (index, field) in register.fields.iter().enumerate().filter(|(_, f)| shown(f)) {
            let FieldKind::Reference { register } = &field.kind else { continue };
            let ids = records.iter().filter_map(|r| match r.values.get(index) {
                Some(Value::Reference(id)) => Some(*id),
                _ => None,
            });
            wanted.entry(register).or_default().extend(ids);
        }
        let mut labels = Self::default();
        for (name, ids) in wanted.into_iter().filter(|(_, ids)| !ids.is_empty()) {
            labels.fetch(visit, name, ids.into_iter().take(MAX_PAGE).collect()).await?;
        }
        Ok(labels)
    }

    async fn fetch(&mut self, visit: &Visit, name: &str, ids: Vec<Uuid>) -> Result<(), Problem> {
        let Ok(register) = visit.app.desk.register(name) else { return Ok(()) };
        if !visit.may(&register, Action::Read) {
            return Ok(());
        }
        let limit = Some(ids.len());
        let query = Query { ids: Some(ids), limit, ..Query::all(register.clone()) };
        let catalogue = visit.app.desk.catalogue();
        for record in visit.app.desk.query(&visit.principal(), &query).await? {
            let none = Self::default();
            let label = Shower { t: visit.t, catalogue: &catalogue, labels: &none }.name(&register, &record);
            self.0.insert((name.to_owned(), record.id), label);
        }
        Ok(())
    }
}
