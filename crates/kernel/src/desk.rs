//! The desk: the only door to the store. It knows who acts, checks whether they may, validates against the definition, and hands
//! the store one changeset; what it shows is narrowed and masked to what they may see.

mod act;
mod calendar;
mod case;
mod change;
mod check;
mod destroy;
mod due;
mod effect;
pub mod file;
mod fire;
mod format;
mod harmless;
mod notes;
mod past;
mod sealed_log;
mod see;
mod separation;
mod tally;
mod upload;
mod validate;
mod versions;
mod who;

pub use act::MAX_ACT_BYTES;
pub use case::Offer;
pub use change::MAX_CHANGES;
pub(crate) use change::erased;
pub use check::{Check, Checked, Checks};
pub use destroy::{Destroyed, Destruction, MAX_DESTROYED};
pub use due::DueWalk;
pub use effect::{Deed, Effect, Effects, Event};
pub use fire::{Fired, HeldBack, Unfired};
pub use notes::SecurityEvent;
pub use sealed_log::SealedLog;
pub use upload::{MAX_PIECE, Upload};
pub use versions::{Become, Changed, Moment, Span};

use crate::{
    Catalogue, Error, Record, Register, Result, Store, Value,
    case::Flow,
    cql2::{self, Expr},
    permission::Rules,
};
use arc_swap::ArcSwap;
use jiff::Timestamp;
use meydan_geo::Wkb;
use std::{collections::HashMap, sync::Arc};
use uuid::Uuid;

/// What a person wants done to one record.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// A new record; fields that are not set get their default.
    Insert {
        /// The id, if the caller has one; else a new UUIDv7.
        id: Option<Uuid>,
        /// Values by field index.
        set: Vec<(usize, Value)>,
        /// Geometry in lon/lat.
        geometry: Option<Wkb>,
    },
    /// Some fields of a record.
    Update {
        /// The record.
        id: Uuid,
        /// The version the person saw; `None` takes whatever is current.
        expected: Option<i64>,
        /// Values by field index; the others stay.
        set: Vec<(usize, Value)>,
        /// `Some` replaces the geometry (by nothing, if `Some(None)`).
        geometry: Option<Option<Wkb>>,
    },
    /// A record whole, whose current version the caller has just read (imports).
    Replace {
        /// The record.
        id: Uuid,
        /// The version read.
        expected: i64,
        /// One value per field.
        values: Vec<Value>,
        /// Geometry in lon/lat.
        geometry: Option<Wkb>,
    },
    /// A case goes on: one transition of its workflow, with the fields that it may set.
    Proceed {
        /// The case.
        id: Uuid,
        /// The version the person saw; `None` takes whatever is current.
        expected: Option<i64>,
        /// Name of the transition.
        transition: String,
        /// Values by field index.
        set: Vec<(usize, Value)>,
        /// When it was done, if it is told later (work without reception); `None` is now.
        at: Option<Timestamp>,
    },
    /// The house looks at a case's clocks: what is near, over, or to be told higher up. Only for the house.
    Look {
        /// The case as it was when its clocks were seen to be due: that version is pinned, so that nothing is told twice.
        case: Box<Record>,
    },
    /// The record's end.
    Delete {
        /// The record.
        id: Uuid,
        /// The version the person saw; `None` takes whatever is current.
        expected: Option<i64>,
    },
    /// Destruction of values for ever, also of earlier versions and of records that have ended (KVKK article 7).
    Erase {
        /// The record.
        id: Uuid,
        /// Fields by index; `None` for all of the record, its geometry too.
        fields: Option<Vec<usize>>,
    },
}

/// A catalogue with what the desk needs at hand for each record.
struct Prepared {
    catalogue: Arc<Catalogue>,
    constraints: HashMap<String, Vec<(usize, Expr)>>,
    rules: Rules,
    flows: HashMap<String, Arc<Flow>>,
}

/// The only door to the store.
pub struct Desk {
    store: Arc<dyn Store>,
    prepared: ArcSwap<Prepared>,
    checks: Checks,
    effects: Effects,
    /// Workflows of earlier definitions, which running cases keep: by register and digest.
    kept_flows: parking_lot::Mutex<HashMap<(String, String), Arc<Flow>>>,
    calendar: ArcSwap<calendar::Known>,
    known: ArcSwap<who::Known>,
    learning: futures::lock::Mutex<()>,
    careful: futures::lock::Mutex<()>,
    pen: Arc<notes::Pen>,
    /// What the numbers of a sample's cases are drawn from; none for real cases, whose numbers nobody may foresee.
    sample: parking_lot::Mutex<Option<u64>>,
}

impl Desk {
    /// A desk over a store whose tables fit the catalogue.
    ///
    /// # Errors
    /// `bad-filter` if a constraint or a grant's condition of the catalogue can't be read.
    pub fn new(store: Arc<dyn Store>, catalogue: Arc<Catalogue>) -> Result<Self> {
        Ok(Self {
            prepared: ArcSwap::from_pointee(Prepared::new(catalogue)?),
            checks: Checks::new(),
            effects: Effects::new(),
            kept_flows: parking_lot::Mutex::default(),
            calendar: ArcSwap::from_pointee(calendar::Known::nothing()),
            known: ArcSwap::from_pointee(who::Known::nothing()),
            learning: futures::lock::Mutex::default(),
            careful: futures::lock::Mutex::default(),
            pen: Arc::new(notes::Pen::new(Arc::clone(&store))),
            store,
            sample: parking_lot::Mutex::default(),
        })
    }

    /// From now on the numbers of new cases follow from a seed and the case's id, until `None` is given: for samples that shall be
    /// the same each time. Never for real cases: who knows the seed and an id knows the number that opens the case.
    pub fn number_sample(&self, seed: Option<u64>) {
        *self.sample.lock() = seed;
    }

    /// The desk with the checks in code that its definitions name.
    #[must_use]
    pub fn with_checks(self, checks: Checks) -> Self {
        Self { checks, ..self }
    }

    /// The desk with the effects in code that its workflows name.
    #[must_use]
    pub fn with_effects(self, effects: Effects) -> Self {
        Self { effects, ..self }
    }

    /// Takes another catalogue, after the store was brought to it. Requests under way finish with the old one.
    ///
    /// # Errors
    /// As [`Desk::new`]; the old one stays then.
    pub fn reload(&self, catalogue: Arc<Catalogue>) -> Result<()> {
        self.prepared.store(Arc::new(Prepared::new(catalogue)?));
        self.known.store(Arc::new(who::Known::nothing()));
        self.calendar.store(Arc::new(calendar::Known::nothing()));
        self.kept_flows.lock().clear();
        Ok(())
    }

    /// The catalogue in force.
    pub fn catalogue(&self) -> Arc<Catalogue> {
        Arc::clone(&self.prepared.load().catalogue)
    }

    /// A register by name.
    ///
    /// # Errors
    /// `no-such-register`.
    pub fn register(&self, name: &str) -> Result<Arc<Register>> {
        self.prepared.load().catalogue.register(name).cloned()
    }

    /// The store, for followers and the operator's commands (not for faces).
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// How many entries the log has.
    pub fn head(&self) -> i64 {
        self.store.head()
    }

    /// Tells when the log has grown: for faces whose answer waits for something to happen.
    pub fn watch(&self) -> crate::head_watch::Receiver {
        self.store.watch()
    }

    /// Reads a JSON object as values by field index; the faces' way from forms and API bodies.
    ///
    /// # Errors
    /// `invalid-record` naming each property that is unknown or of the wrong type.
    pub fn read_values(
        &self,
        register: &Register,
        json: &serde_json::Map<String, serde_json::Value>,
    ) -> Result<Vec<(usize, Value)>> {
        validate::read_values(register, json)
    }
}

impl Prepared {
    fn new(catalogue: Arc<Catalogue>) -> Result<Self> {
        let mut constraints = HashMap::new();
        for (name, register) in &catalogue.registers {
            let parsed: Result<Vec<_>> =
                register.constraints.iter().enumerate().map(|(i, c)| Ok((i, cql2::parse(register, &c.check)?))).collect();
            constraints.insert(name.clone(), parsed?);
        }
        let rules = Rules::new(&catalogue)?;
        let mut flows = HashMap::new();
        for (name, register) in &catalogue.registers {
            if let Some(workflow) = &register.workflow {
                flows.insert(name.clone(), Arc::new(Flow::new(register, Arc::new(workflow.clone()))?));
            }
        }
        Ok(Self { catalogue, constraints, rules, flows })
    }
}

/// The error for a record that is not there.
pub fn no_such_record(register: &Register, key: &str) -> Error {
    Error::not_found(
        "no-such-record",
        format!("“{}” kütüğünde {key} kaydı yok.", register.title.tr),
        format!("There is no record {key} in the register “{}”.", register.title.en),
    )
}
