//! The desk: the only door to the store. It resolves who acts, checks, validates against the definition, and hands the store
//! one changeset.

mod act;
mod sealed_log;
mod validate;

pub use sealed_log::SealedLog;

pub use act::MAX_ACT_BYTES;

use crate::{
    Act, Catalogue, Change, Changeset, Committed, Error, Operation, Query, Record, Register, Result, Store, Value, Version,
    cql2::{self, Expr},
    log::Entry,
    query::{Key, MAX_PAGE},
    store::LogQuery,
};
use arc_swap::ArcSwap;
use futures::stream::BoxStream;
use jiff::Timestamp;
use meydan_geo::Wkb;
use std::{collections::HashMap, sync::Arc};
use uuid::Uuid;

/// Limit: changes of one changeset.
pub const MAX_CHANGES: usize = 10_000;
/// Limit: how often a change without an expected version is tried again when others change the same record.
const MAX_TRIES: usize = 8;

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
    /// The record's end.
    Delete {
        /// The record.
        id: Uuid,
        /// The version the person saw; `None` takes whatever is current.
        expected: Option<i64>,
    },
}

/// A catalogue with what the desk needs at hand for each record.
struct Prepared {
    catalogue: Arc<Catalogue>,
    constraints: HashMap<String, Vec<(usize, Expr)>>,
}

/// The only door to the store.
pub struct Desk {
    store: Arc<dyn Store>,
    prepared: ArcSwap<Prepared>,
}

impl Desk {
    /// A desk over a store whose tables fit the catalogue.
    ///
    /// # Errors
    /// `bad-filter` if a constraint of the catalogue can't be read.
    pub fn new(store: Arc<dyn Store>, catalogue: Arc<Catalogue>) -> Result<Self> {
        let prepared = ArcSwap::from_pointee(Prepared::new(catalogue)?);
        Ok(Self { store, prepared })
    }

    /// Takes another catalogue, after the store was brought to it. Requests under way finish with the old one.
    ///
    /// # Errors
    /// As [`Desk::new`]; the old one stays then.
    pub fn reload(&self, catalogue: Arc<Catalogue>) -> Result<()> {
        self.prepared.store(Arc::new(Prepared::new(catalogue)?));
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

    /// Carries out edits whole or not at all; they are on disk when this returns.
    ///
    /// # Errors
    /// `invalid-record` naming each wrong field; `too-many-changes`, `act-too-long`; those of [`Store::commit`].
    pub async fn change(&self, act: &Act, edits: Vec<(String, Edit)>) -> Result<Committed> {
        if edits.len() > MAX_CHANGES {
            return Err(Error::new(
                crate::Kind::TooLarge,
                "too-many-changes",
                format!("Bir seferde en çok {MAX_CHANGES} değişiklik yapılabilir."),
                format!("At most {MAX_CHANGES} changes can be made at once."),
            ));
        }
        for _ in 1..MAX_TRIES {
            let (changeset, pinned) = self.prepare(act, edits.clone()).await?;
            match self.store.commit(changeset).await {
                Err(e) if e.code() == "version-conflict" && !pinned => continue,
                other => return other,
            }
        }
        let (changeset, _) = self.prepare(act, edits).await?;
        self.store.commit(changeset).await
    }

    /// Checks edits as [`Desk::change`] would, and changes nothing.
    ///
    /// # Errors
    /// As [`Desk::change`], without those of the commit.
    pub async fn check(&self, act: &Act, edits: Vec<(String, Edit)>) -> Result<()> {
        self.prepare(act, edits).await.map(|_| ())
    }

    /// The edits as validated changes; and whether each named its version.
    async fn prepare(&self, act: &Act, edits: Vec<(String, Edit)>) -> Result<(Changeset, bool)> {
        act::check(act)?;
        let prepared = self.prepared.load_full();
        let mut pinned = true;
        let mut changes = Vec::with_capacity(edits.len());
        for (name, edit) in edits {
            let register = prepared.catalogue.register(&name)?;
            let (id, operation) = match edit {
                Edit::Insert { id, set, geometry } => {
                    let mut values: Vec<Value> = register.fields.iter().map(crate::Field::default_value).collect();
                    place(&mut values, set);
                    (id.unwrap_or_else(Uuid::now_v7), Operation::Insert { values, geometry })
                }
                Edit::Update { id, expected, set, geometry } => {
                    pinned &= expected.is_some();
                    let current = self.current(register, id).await?;
                    let mut values = current.values;
                    place(&mut values, set);
                    let geometry = geometry.unwrap_or(current.geometry);
                    (id, Operation::Update { expected: expected.unwrap_or(current.version), values, geometry })
                }
                Edit::Replace { id, expected, values, geometry } => (id, Operation::Update { expected, values, geometry }),
                Edit::Delete { id, expected } => {
                    pinned &= expected.is_some();
                    let expected = match expected {
                        Some(version) => version,
                        None => self.current(register, id).await?.version,
                    };
                    (id, Operation::Delete { expected })
                }
            };
            let operation = prepared.validate(register, id, operation)?;
            changes.push(Change { register: name, id, operation });
        }
        Ok((Changeset { id: Uuid::now_v7(), act: act.clone(), changes }, pinned))
    }

    async fn current(&self, register: &Arc<Register>, id: Uuid) -> Result<Record> {
        self.store.get(register, Key::Id(id), None).await?.ok_or_else(|| no_such_record(register, &id.to_string()))
    }

    /// One record, now or as of an instant.
    ///
    /// # Errors
    /// `no-such-record`; those of the store.
    pub async fn get(&self, _act: &Act, register: &Arc<Register>, key: Key, as_of: Option<Timestamp>) -> Result<Record> {
        self.store.get(register, key, as_of).await?.ok_or_else(|| {
            no_such_record(
                register,
                &match key {
                    Key::Id(id) => id.to_string(),
                    Key::Fid(fid) => fid.to_string(),
                },
            )
        })
    }

    /// One page of records.
    ///
    /// # Errors
    /// `page-too-large`; those of the store.
    pub async fn query(&self, _act: &Act, query: &Query) -> Result<Vec<Record>> {
        if query.limit.is_none_or(|l| l > MAX_PAGE) {
            return Err(Error::new(
                crate::Kind::TooLarge,
                "page-too-large",
                format!("Bir sayfa en çok {MAX_PAGE} kayıt olabilir."),
                format!("A page can have {MAX_PAGE} records at most."),
            ));
        }
        self.store.query(query).await
    }

    /// How many records match.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn count(&self, _act: &Act, query: &Query) -> Result<u64> {
        self.store.count(query).await
    }

    /// All matching records as a stream of batches from one snapshot.
    pub fn scan(&self, _act: &Act, query: Query) -> BoxStream<'static, Result<Vec<Record>>> {
        self.store.scan(query)
    }

    /// Every version of a record, oldest first.
    ///
    /// # Errors
    /// `no-such-record`; those of the store.
    pub async fn history(&self, _act: &Act, register: &Arc<Register>, id: Uuid) -> Result<Vec<Version>> {
        let versions = self.store.history(register, id).await?;
        if versions.is_empty() {
            return Err(no_such_record(register, &id.to_string()));
        }
        Ok(versions)
    }

    /// Log entries, newest first.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn log(&self, _act: &Act, query: &LogQuery) -> Result<Vec<Entry>> {
        self.store.find_entries(query).await
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
        Ok(Self { catalogue, constraints })
    }
}

fn place(values: &mut [Value], set: Vec<(usize, Value)>) {
    for (index, value) in set {
        if let Some(slot) = values.get_mut(index) {
            *slot = value;
        }
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
