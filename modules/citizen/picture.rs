//! What routing goes by (categories, rules, rosters, kinds of units), kept in memory as of a position of the log: filing a request
//! asks the store for none of it unless it changed.

use jiff::Timestamp;
use meydan_geo::Wkb;
use meydan_kernel::{
    Catalogue, Query, Record, Register, Result, Store, Value,
    desk::Deed,
    query::{MAX_PAGE, Sort},
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use uuid::Uuid;

/// The registers that the picture is made of.
const REGISTERS: [&str; 4] = ["request_category", "routing_rule", "duty_roster", "unit"];
/// Limit: log entries looked through to see whether one of them changed; beyond it the picture is made anew.
const MAX_GLANCE: i64 = 256;
/// Limit: levels of categories.
const MAX_LEVELS: usize = 16;

/// A category, as far as filing goes by it.
#[derive(Debug, Clone)]
pub(super) struct Category {
    pub(super) title: String,
    pub(super) parent: Option<Uuid>,
    pub(super) unit: Option<Uuid>,
    pub(super) by_owner: bool,
    pub(super) assignment: String,
    pub(super) service_hours: i64,
    pub(super) priority: String,
    pub(super) public: bool,
    pub(super) anonymous: bool,
    pub(super) needs_place: bool,
    pub(super) active: bool,
}

/// A routing rule: what is written of it must hold.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) kind: Option<String>,
    pub(super) category: Option<Uuid>,
    pub(super) district: Option<Uuid>,
    pub(super) neighbourhood: Option<Uuid>,
    pub(super) owner: Option<String>,
    pub(super) area: Option<Wkb>,
    pub(super) unit: Uuid,
}

/// Somebody's duty.
#[derive(Debug, Clone)]
pub(super) struct Duty {
    pub(super) unit: Uuid,
    pub(super) person: Uuid,
    pub(super) begins: Timestamp,
    pub(super) ends: Timestamp,
}

/// The picture.
#[derive(Debug, Default)]
pub(super) struct Picture {
    pub(super) categories: HashMap<Uuid, Category>,
    /// In the order in which they count.
    pub(super) rules: Vec<Rule>,
    pub(super) duties: Vec<Duty>,
    /// Units that are district municipalities.
    pub(super) districts: Vec<Uuid>,
}

impl Picture {
    /// The category and those above it.
    pub(super) fn line(&self, category: Uuid) -> impl Iterator<Item = Uuid> {
        std::iter::successors(Some(category), |id| self.categories.get(id).and_then(|c| c.parent)).take(MAX_LEVELS)
    }

    async fn read(store: &dyn Store, catalogue: &Catalogue) -> Result<Self> {
        let mut picture = Self::default();
        for name in REGISTERS {
            let Some(register) = catalogue.registers.get(name) else { continue };
            for record in all(store, register).await? {
                picture.take(&Row { register, record: &record });
            }
        }
        Ok(picture)
    }

    fn take(&mut self, row: &Row<'_>) {
        match row.register.name.as_str() {
            "request_category" => {
                self.categories.insert(row.record.id, row.category());
            }
            "routing_rule" => self.rules.extend(row.rule()),
            "duty_roster" => self.duties.extend(row.duty()),
            _ if row.text("kind").as_deref() == Some("district_municipality") => self.districts.push(row.record.id),
            _ => {}
        }
    }
}

/// All of a small register; rules by their order.
async fn all(store: &dyn Store, register: &Arc<Register>) -> Result<Vec<Record>> {
    let order = register.field_index("order").filter(|_| register.name == "routing_rule");
    let sort = order.map(|field| Sort { field, descending: false });
    store.query(&Query { sort, limit: Some(MAX_PAGE), ..Query::all(Arc::clone(register)) }).await
}

struct Row<'a> {
    register: &'a Register,
    record: &'a Record,
}

impl Row<'_> {
    fn value(&self, field: &str) -> &Value {
        self.record.value(self.register, field).unwrap_or(&Value::Null)
    }

    fn text(&self, field: &str) -> Option<String> {
        match self.value(field) {
            Value::Text(text) => Some(text.clone()),
            _ => None,
        }
    }

    fn id(&self, field: &str) -> Option<Uuid> {
        match self.value(field) {
            Value::Reference(id) => Some(*id),
            _ => None,
        }
    }

    fn is(&self, field: &str) -> bool {
        *self.value(field) == Value::Bool(true)
    }

    fn instant(&self, field: &str) -> Option<Timestamp> {
        match self.value(field) {
            Value::Timestamp(at) => Some(*at),
            _ => None,
        }
    }

    fn category(&self) -> Category {
        let hours = match self.value("service_hours") {
            Value::Int(hours) => *hours,
            _ => super::SERVICE_HOURS,
        };
        Category {
            title: self.text("title").unwrap_or_default(),
            parent: self.id("parent"),
            unit: self.id("unit"),
            by_owner: self.is("by_owner"),
            assignment: self.text("assignment").unwrap_or_default(),
            service_hours: hours,
            priority: self.text("priority").unwrap_or_else(|| "normal".to_owned()),
            public: self.is("public"),
            anonymous: self.is("anonymous"),
            needs_place: self.is("needs_place"),
            active: self.is("active"),
        }
    }

    fn rule(&self) -> Option<Rule> {
        self.is("active").then_some(())?;
        Some(Rule {
            kind: self.text("kind"),
            category: self.id("category"),
            district: self.id("district"),
            neighbourhood: self.id("neighbourhood"),
            owner: self.text("owner"),
            area: self.record.geometry.clone(),
            unit: self.id("unit")?,
        })
    }

    fn duty(&self) -> Option<Duty> {
        Some(Duty {
            unit: self.id("unit")?,
            person: self.id("person")?,
            begins: self.instant("begins_at")?,
            ends: self.instant("ends_at")?,
        })
    }
}

/// A picture, of which store and definitions, and up to where in the log it is known to hold.
struct Held {
    store: Arc<dyn Store>,
    catalogue: Arc<Catalogue>,
    seen: i64,
    picture: Arc<Picture>,
}

/// The picture last made.
#[derive(Default)]
pub(super) struct Known(Mutex<Option<Held>>);

impl Known {
    /// The picture now: every change acknowledged before is in it.
    pub(super) async fn now(&self, deed: &Deed<'_>) -> Result<Arc<Picture>> {
        let store = deed.desk.store();
        let head = store.head();
        let held = {
            let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            held.as_ref()
                .filter(|h| Arc::ptr_eq(&h.store, store) && Arc::ptr_eq(&h.catalogue, deed.catalogue))
                .map(|h| (h.seen, Arc::clone(&h.picture)))
        };
        let picture = match held {
            Some((seen, picture)) if seen >= head => return Ok(picture),
            Some((seen, picture)) if !changed(&**store, seen, head).await? => picture,
            _ => Arc::new(Picture::read(&**store, deed.catalogue).await?),
        };
        let next =
            Held { store: Arc::clone(store), catalogue: Arc::clone(deed.catalogue), seen: head, picture: Arc::clone(&picture) };
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Not over what somebody else has learnt of the same store meanwhile.
        let newer = held
            .as_ref()
            .is_some_and(|h| h.seen > head && Arc::ptr_eq(&h.store, store) && Arc::ptr_eq(&h.catalogue, deed.catalogue));
        if !newer {
            *held = Some(next);
        }
        Ok(picture)
    }
}

/// Whether one of the registers may have changed between two positions of the log.
async fn changed(store: &dyn Store, seen: i64, head: i64) -> Result<bool> {
    if let Some(told) = store.touches(seen, head, &REGISTERS) {
        return Ok(told);
    }
    let Some(count) = usize::try_from(head - seen).ok().filter(|_| head - seen <= MAX_GLANCE) else { return Ok(true) };
    let entries = store.entries(seen, count).await?;
    Ok(entries.iter().any(|e| REGISTERS.contains(&e.register.as_str())))
}
