//! One changeset applied inside of the writer's transaction: records, history, R-trees, log.

use super::{
    failure::{catalogue_changed, damaged, failure},
    instant,
    refusal::{missing_reference, still_referenced, version_conflict},
    rows::{self, id_text},
    salt::Salts,
    state::{State, Table},
};
use meydan_kernel::{
    Change, Changeset, Committed, Operation, Record, Result, Value,
    log::{Verb, digest},
};
use rusqlite::{CachedStatement, Connection, params};
use std::collections::HashSet;
use uuid::Uuid;

/// A changeset on its way into the file.
pub(super) struct Application<'a> {
    pub(super) conn: &'a Connection,
    pub(super) state: &'a mut State,
    pub(super) salts: &'a mut Salts,
    /// Set before the first write: whoever fails after that must roll back.
    pub(super) dirty: bool,
    /// Set when values were destroyed: what is left of them outside of the tables must go too.
    pub(super) erased: bool,
}

/// When the changeset is recorded: its number, and its time in the three forms needed.
pub(super) struct Moment {
    pub(super) number: i64,
    pub(super) recorded_at: jiff::Timestamp,
    pub(super) text: String,
}

/// What must hold when all changes are done, whatever their order.
#[derive(Default)]
struct Owed<'c> {
    /// References by target: who points, at index of which field. Each target is looked for once.
    targets: HashSet<(&'c str, usize, Uuid)>,
    /// Records that nobody may point to any more.
    ended: Vec<(&'c str, Uuid)>,
}

impl Application<'_> {
    /// Applies all changes, their log entries and the changeset itself.
    pub(super) fn apply(&mut self, changeset: &Changeset) -> Result<Committed> {
        for change in &changeset.changes {
            self.check_shape(change)?;
        }
        let first_position = self.state.head;
        let recorded_at = self.state.tick()?;
        let moment = Moment { number: self.state.next_changeset, recorded_at, text: instant::to_text(recorded_at) };
        let mut owed = Owed::default();
        let mut records = Vec::with_capacity(changeset.changes.len());
        for change in &changeset.changes {
            let (fid, version) = self.change(change, &moment, &mut owed)?;
            records.push((change.id, fid, version));
        }
        self.settle(&owed)?;
        self.sign(changeset, &moment, first_position)?;
        Ok(Committed { changeset: changeset.id, first_position, recorded_at, records })
    }

    /// The register is there and the values are of its definition.
    fn check_shape(&self, change: &Change) -> Result<()> {
        let Some(table) = self.state.tables.get(&change.register) else {
            // The catalogue words the error.
            let none = meydan_kernel::Catalogue::default();
            return self.state.catalogue.as_deref().unwrap_or(&none).register(&change.register).map(|_| ());
        };
        let (values, geometry) = match &change.operation {
            Operation::Insert { values, geometry }
            | Operation::Update { values, geometry, .. }
            | Operation::Erase { values, geometry, .. } => (values, geometry),
            Operation::Delete { .. } => return Ok(()),
        };
        let fields = &table.register.fields;
        let fits = values.len() == fields.len()
            && fields.iter().zip(values).all(|(f, v)| v.fits(&f.kind))
            && (geometry.is_none() || table.register.geometry.is_some());
        let known = match &change.operation {
            Operation::Erase { fields: erased, .. } => erased.iter().all(|i| *i < fields.len()),
            _ => true,
        };
        if fits && known { Ok(()) } else { Err(catalogue_changed()) }
    }

    fn change<'c>(&mut self, change: &'c Change, moment: &Moment, owed: &mut Owed<'c>) -> Result<(i64, i64)> {
        let recorded_at = moment.recorded_at;
        let mut record = Record { version: 1, recorded_at, ..Record::draft(change.id, Vec::new(), None) };
        let mut there = true;
        let verb = match &change.operation {
            Operation::Insert { values, geometry } => {
                (record.values, record.geometry) = (values.clone(), geometry.clone());
                self.insert(change, &mut record, moment)?;
                Verb::Insert
            }
            Operation::Update { expected, values, geometry } => {
                (record.values, record.geometry) = (values.clone(), geometry.clone());
                let old = self.current(change, *expected)?;
                (record.fid, record.version) = (old.fid, old.version + 1);
                self.update(change, &record, &old, moment)?;
                Verb::Update
            }
            Operation::Erase { expected, values, geometry, .. } => {
                (record.values, record.geometry) = (values.clone(), geometry.clone());
                there = self.erase(change, *expected, &mut record, moment)?;
                Verb::Erase
            }
            Operation::Delete { expected } => {
                record = self.current(change, *expected)?;
                self.delete(change, &record, moment)?;
                record.version += 1;
                owed.ended.push((&change.register, change.id));
                there = false;
                Verb::Delete
            }
        };
        if there {
            for (index, _) in &self.table(&change.register)?.references {
                if let Some(Value::Reference(target)) = record.values.get(*index) {
                    owed.targets.insert((&change.register, *index, *target));
                }
            }
        }
        self.log(change, &record, verb, moment)?;
        Ok((record.fid, record.version))
    }

    pub(super) fn table(&self, register: &str) -> Result<&Table> {
        self.state.tables.get(register).ok_or_else(|| damaged("a register without a table"))
    }

    pub(super) fn prepare(&self, sql: &str) -> Result<CachedStatement<'_>> {
        self.conn.prepare_cached(sql).map_err(failure)
    }

    /// The record as it stands.
    pub(super) fn standing(&self, change: &Change) -> Result<Option<Record>> {
        let table = self.table(&change.register)?;
        let mut find = self.prepare(&table.sql.current)?;
        let mut found = find.query([id_text(change.id)]).map_err(failure)?;
        found.next().map_err(failure)?.map(|row| rows::record(&table.register, row)).transpose()
    }

    /// The record as it stands, if it stands at the expected version.
    pub(super) fn current(&self, change: &Change, expected: i64) -> Result<Record> {
        let table = self.table(&change.register)?;
        let record = self.standing(change)?;
        let record = record.ok_or_else(|| meydan_kernel::desk::no_such_record(&table.register, &change.id.to_string()))?;
        if record.version == expected { Ok(record) } else { Err(version_conflict(&table.register, expected, record.version)) }
    }

    fn log(&mut self, change: &Change, record: &Record, verb: Verb, moment: &Moment) -> Result<()> {
        let salt = self.salts.next()?;
        let table = self.table(&change.register)?;
        let digest = digest(&table.register, record, &salt);
        let number = table.number;
        self.prepare(
            "INSERT INTO meydan_log (position, changeset, register, fid, version, verb, id, digest, salt) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            self.state.head,
            moment.number,
            number,
            record.fid,
            record.version,
            verb as i64,
            record.id.as_bytes(),
            digest,
            salt
        ])
        .map_err(failure)?;
        self.state.head += 1;
        Ok(())
    }

    /// References exist, and nobody points to what ended.
    fn settle(&self, owed: &Owed<'_>) -> Result<()> {
        for (register, index, target) in &owed.targets {
            let table = self.table(register)?;
            let pointed = table.references.iter().find(|(i, _)| i == index).map(|(_, r)| r);
            let pointed = pointed.ok_or_else(|| damaged("a reference without a target"))?;
            let exists = match self.state.tables.get(pointed) {
                Some(t) => self.prepare(&t.sql.exists)?.exists([id_text(*target)]).map_err(failure)?,
                None => false,
            };
            if !exists {
                return Err(missing_reference(&table.register, *index, pointed, *target));
            }
        }
        for (register, id) in &owed.ended {
            let table = self.table(register)?;
            for (referrer, sql) in &table.referrers {
                if self.prepare(sql)?.exists([id_text(*id)]).map_err(failure)? {
                    return Err(still_referenced(&table.register, referrer, *id));
                }
            }
        }
        Ok(())
    }

    fn sign(&mut self, changeset: &Changeset, moment: &Moment, first_position: i64) -> Result<()> {
        self.dirty = true;
        let act = &changeset.act;
        self.prepare(
            "INSERT INTO meydan_changeset \
             (number, id, first_position, entries, recorded_at, person, post, on_behalf_of, reason, source) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute(params![
            moment.number,
            changeset.id.as_bytes(),
            first_position,
            self.state.head - first_position,
            moment.recorded_at.as_microsecond(),
            act.person,
            act.post,
            act.on_behalf_of,
            act.reason,
            act.source
        ])
        .map_err(failure)?;
        self.state.next_changeset += 1;
        Ok(())
    }
}
