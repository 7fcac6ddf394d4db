//! The registers that GeoReport's words mean here. They are known by what they declare, never by name: cases that may come through the
//! channel `open311`, the register of their categories, and the one of the data standard's door numbers.

use meydan_kernel::{Catalogue, Error, FieldKind, Principal, Query, Record, Register, Result, Value, desk::Desk};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};
use uuid::Uuid;

/// The code of the channel: it marks the register of service requests.
pub const CHANNEL: &str = "open311";
/// Class of the national data standard (TUCBS) of door numbers.
const DOORS: &str = "Numarataj";

/// The registers of one catalogue.
#[derive(Debug, Clone)]
pub struct Nouns {
    /// Service requests.
    pub request: Arc<Register>,
    /// Services.
    pub category: Arc<Register>,
    /// Where `address_id` is looked up, if the city has it.
    pub door: Option<Arc<Register>>,
}

impl Nouns {
    /// The registers of a catalogue; `None` if it has no requests.
    pub fn of(catalogue: &Catalogue) -> Option<Self> {
        let takes = |register: &Register| {
            let list =
                register.field("channel").and_then(|f| if let FieldKind::Code { list } = &f.kind { Some(list) } else { None });
            list.and_then(|l| catalogue.code_lists.get(l)).is_some_and(|l| l.get(CHANNEL).is_some())
        };
        let request = catalogue.registers.values().find(|r| r.workflow.is_some() && takes(r))?;
        let category = catalogue.registers.get(referred(request, "category")?)?;
        let door = catalogue.registers.values().find(|r| r.tucbs.as_deref() == Some(DOORS)).cloned();
        Some(Self { request: Arc::clone(request), category: Arc::clone(category), door })
    }

    /// The same, or the refusal.
    ///
    /// # Errors
    /// `no-service-requests`.
    pub fn needed(catalogue: &Catalogue) -> Result<Self> {
        Self::of(catalogue).ok_or_else(|| {
            Error::not_found(
                "no-service-requests",
                "Bu kentin tanımlarında başvuru kütüğü yok.",
                "The definitions of this city have no register of requests.",
            )
        })
    }
}

/// The register that a field refers to.
pub fn referred<'a>(register: &'a Register, field: &str) -> Option<&'a str> {
    match &register.field(field)?.kind {
        FieldKind::Reference { register } => Some(register),
        _ => None,
    }
}

/// A text of a record; `None` without one, and where who asks doesn't see it.
pub fn text<'a>(register: &Register, record: &'a Record, field: &str) -> Option<&'a str> {
    match seen(register, record, field)? {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

/// A value of a record as far as who asks sees it.
pub fn seen<'a>(register: &Register, record: &'a Record, field: &str) -> Option<&'a Value> {
    let index = register.field_index(field)?;
    if record.hidden.has(index) { None } else { record.values.get(index).filter(|v| !v.is_null()) }
}

/// The record that a field refers to.
pub fn reference(register: &Register, record: &Record, field: &str) -> Option<Uuid> {
    match seen(register, record, field)? {
        Value::Reference(id) => Some(*id),
        _ => None,
    }
}

/// Records that a page refers to by one field, by id; empty where who asks may not read their register.
///
/// # Errors
/// Those of the store.
pub async fn referred_records(
    desk: &Desk,
    principal: &Principal,
    register: &Register,
    records: &[Record],
    field: &str,
) -> Result<Named> {
    let ids: HashSet<Uuid> = records.iter().filter_map(|r| reference(register, r, field)).collect();
    let Some(target) = referred(register, field).map(|name| desk.register(name)).transpose()? else {
        return Ok(Named::default());
    };
    if ids.is_empty() {
        return Ok(Named::default());
    }
    let query = Query { limit: Some(ids.len()), ids: Some(ids.into_iter().collect()), ..Query::all(Arc::clone(&target)) };
    let found = match desk.query(principal, &query).await {
        Err(error) if error.is_refusal() => Vec::new(),
        other => other?,
    };
    Ok(Named { register: Some(target), records: found.into_iter().map(|r| (r.id, r)).collect() })
}

/// Records by id, with their register.
#[derive(Debug, Default)]
pub struct Named {
    register: Option<Arc<Register>>,
    records: HashMap<Uuid, Record>,
}

impl Named {
    /// A text of one of them.
    pub fn text(&self, id: Option<Uuid>, field: &str) -> Option<&str> {
        text(self.register.as_deref()?, self.records.get(&id?)?, field)
    }

    /// What one of them is called.
    pub fn label(&self, id: Option<Uuid>) -> Option<&str> {
        let register = self.register.as_deref()?;
        text(register, self.records.get(&id?)?, &register.label)
    }
}
