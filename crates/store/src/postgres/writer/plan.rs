//! What becomes of each changeset, decided before anything is written.

use super::{
    super::{
        errors::{catalogue_changed, key_taken},
        table::unique_keys,
    },
    found::{Found, Place, key_token},
    job::{Batch, Deed, Item, Job},
};
use jiff::{SignedDuration, Timestamp};
use meydan_kernel::{
    Catalogue, Committed, Error, FieldKind, Kind, Register, Result, Value,
    log::{Verb, digest},
};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};
use uuid::Uuid;

/// Times of changesets differ by this at least.
const TICK: SignedDuration = SignedDuration::from_micros(1);

impl Item {
    /// The log's word for what happens.
    pub const fn verb(&self) -> Verb {
        match self.deed {
            Deed::Insert => Verb::Insert,
            Deed::Update(_) => Verb::Update,
            Deed::Delete(_) => Verb::Delete,
            Deed::Erase(_) => Verb::Erase,
        }
    }
}

impl Batch {
    /// Resolves the registers; a job that names an unknown one, or does not fit the definitions, has its outcome at once.
    pub fn new(mut jobs: Vec<Job>, catalogue: &Catalogue) -> Self {
        let mut tables: Vec<Arc<Register>> = Vec::new();
        for job in &mut jobs {
            job.outcome = None;
            let mut rounds: HashMap<Place, usize> = HashMap::new();
            for item in &mut job.items {
                match resolve(item, catalogue, &mut tables) {
                    Ok(()) => {
                        let round = rounds.entry((item.table, item.record.id)).or_insert(0);
                        item.round = *round;
                        *round += 1;
                    }
                    Err(e) => {
                        job.outcome = Some(Err(e));
                        break;
                    }
                }
            }
        }
        let mut batch = Self { jobs, tables };
        batch.settled();
        batch
    }

    /// Answers the jobs whose outcome is an error, and lets them go.
    pub fn settled(&mut self) {
        for job in std::mem::take(&mut self.jobs) {
            match job.outcome {
                Some(Err(ref e)) => {
                    let e = e.clone();
                    job.answer(Err(e));
                }
                _ => self.jobs.push(job),
            }
        }
    }

    /// Ids of records of a register that the batch's records refer to.
    pub fn references_to(&self, target: usize) -> Vec<Uuid> {
        let Some(name) = self.tables.get(target).map(|t| t.name.as_str()) else { return Vec::new() };
        let mut ids: HashSet<Uuid> = HashSet::new();
        for (index, register) in self.tables.iter().enumerate() {
            let fields: Vec<usize> = reference_fields(register).filter(|(_, t)| *t == name).map(|(i, _)| i).collect();
            if fields.is_empty() {
                continue;
            }
            for item in self.jobs.iter().flat_map(|j| &j.items).filter(|i| i.table == index) {
                ids.extend(fields.iter().filter_map(|f| match item.record.values.get(*f) {
                    Some(Value::Reference(id)) => Some(*id),
                    _ => None,
                }));
            }
        }
        ids.into_iter().collect()
    }

    /// Decides every job, in order: fids, versions, times, positions, or the reason why not. Jobs refused are answered.
    pub fn decide(&mut self, found: &mut Found) -> Result<()> {
        let mut at = std::cmp::max(found.now, found.last + TICK);
        let first = found.next;
        for (number, job) in self.jobs.iter_mut().enumerate() {
            let decision = Decision { tables: &self.tables, found, number, fids: found.fids.clone(), states: HashMap::new() };
            match decision.decide(&mut job.items, at) {
                Ok(fids) => {
                    found.fids = fids;
                    let records = job.items.iter().map(|i| (i.record.id, i.record.fid, i.record.version)).collect();
                    job.outcome =
                        Some(Ok(Committed { changeset: job.id, first_position: found.next, recorded_at: at, records }));
                    if !job.items.is_empty() {
                        found.next += i64::try_from(job.items.len()).map_err(Error::internal)?;
                        found.last = at;
                        at += TICK;
                    }
                }
                Err(e) => job.outcome = Some(Err(e)),
            }
        }
        self.settled();
        debug_assert!(found.next >= first);
        Ok(())
    }

    /// Salts and digests of all items. Takes about three microseconds per record.
    pub fn digest(&mut self) -> Result<()> {
        for item in self.jobs.iter_mut().flat_map(|j| &mut j.items) {
            let register = self.tables.get(item.table).ok_or_else(|| Error::internal("a register out of the batch"))?;
            getrandom::fill(&mut item.salt).map_err(Error::internal)?;
            item.digest = digest(register, &item.record, &item.salt);
        }
        Ok(())
    }
}

fn resolve(item: &mut Item, catalogue: &Catalogue, tables: &mut Vec<Arc<Register>>) -> Result<()> {
    let register = catalogue.register(&item.register)?;
    let known = tables.iter().position(|t| t.name == register.name);
    item.table = known.unwrap_or_else(|| {
        tables.push(Arc::clone(register));
        tables.len() - 1
    });
    // The registers referred to are asked too.
    for (_, target) in reference_fields(register) {
        let target = catalogue.register(target)?;
        if !tables.iter().any(|t| t.name == target.name) {
            tables.push(Arc::clone(target));
        }
    }
    if let Deed::Delete(_) = item.deed {
        return Ok(());
    }
    let fits = item.record.values.len() == register.fields.len()
        && register.fields.iter().zip(&item.record.values).all(|(f, v)| v.fits(&f.kind))
        && item.erasure.fields.iter().all(|i| *i < register.fields.len())
        && (item.record.geometry.is_none() || register.geometry.is_some());
    if fits { Ok(()) } else { Err(catalogue_changed()) }
}

fn reference_fields(register: &Register) -> impl Iterator<Item = (usize, &str)> {
    register.fields.iter().enumerate().filter_map(|(i, f)| match &f.kind {
        FieldKind::Reference { register } => Some((i, register.as_str())),
        _ => None,
    })
}

/// What a record is after the changes looked at so far.
struct State {
    fid: i64,
    version: i64,
    there: bool,
    /// The item that holds its content; `None` if that is still in the database.
    item: Option<usize>,
}

/// The decision on one job.
struct Decision<'a> {
    tables: &'a [Arc<Register>],
    found: &'a Found,
    number: usize,
    fids: HashMap<usize, i64>,
    states: HashMap<Place, State>,
}

impl Decision<'_> {
    fn decide(mut self, items: &mut [Item], at: Timestamp) -> Result<HashMap<usize, i64>> {
        for index in 0..items.len() {
            self.step(items, index, at)?;
        }
        self.check_references(items)?;
        self.check_referred()?;
        self.check_unique(items)?;
        Ok(self.fids)
    }

    fn step(&mut self, items: &mut [Item], index: usize, at: Timestamp) -> Result<()> {
        let Some(item) = items.get(index) else { return Ok(()) };
        let place = (item.table, item.record.id);
        let register = self.register(item.table)?.clone();
        let before = self.state(place);
        let (fid, version, there) = match (item.deed, before) {
            (Deed::Insert, None) if !self.found.past.contains(&place) => {
                let next = self.fids.get_mut(&item.table).ok_or_else(|| Error::internal("a register without a counter"))?;
                *next += 1;
                (*next - 1, 1, true)
            }
            (Deed::Insert, _) => return Err(key_taken(["id"])),
            (Deed::Update(expected), Some((fid, version, true))) if expected == version => (fid, version + 1, true),
            (Deed::Delete(expected), Some((fid, version, true))) if expected == version => (fid, version + 1, false),
            (Deed::Erase(expected), Some((fid, version, there))) if expected == version => (fid, version + 1, there),
            (Deed::Erase(_), Some((_, version, false))) => return Err(version_conflict(&register, item.record.id, version)),
            (_, Some((_, version, true))) => return Err(version_conflict(&register, item.record.id, version)),
            _ => return Err(meydan_kernel::desk::no_such_record(&register, &item.record.id.to_string())),
        };
        if matches!(item.deed, Deed::Delete(_)) {
            self.take_content(items, index, place)?;
        }
        if let Some(item) = items.get_mut(index) {
            item.after_end = !there && matches!(item.deed, Deed::Erase(_));
            item.record.fid = fid;
            item.record.version = version;
            item.record.recorded_at = at;
        }
        self.states.insert(place, State { fid, version, there, item: Some(index) });
        Ok(())
    }

    /// A deletion's log entry is over the last content.
    fn take_content(&self, items: &mut [Item], index: usize, place: Place) -> Result<()> {
        let earlier = self.states.get(&place).and_then(|s| s.item).and_then(|i| items.get(i)).map(|i| i.record.clone());
        let content = earlier.or_else(|| self.found.content.get(&place).cloned());
        let content = content.ok_or_else(|| Error::internal("a record to be deleted has no content"))?;
        if let Some(item) = items.get_mut(index) {
            item.record.values = content.values;
            item.record.geometry = content.geometry;
        }
        Ok(())
    }

    fn register(&self, table: usize) -> Result<&Arc<Register>> {
        self.tables.get(table).ok_or_else(|| Error::internal("a register out of the batch"))
    }

    /// Fid, version, whether it is there; `None` if it never was. Records that have ended are looked for only to erase them.
    fn state(&self, place: Place) -> Option<(i64, i64, bool)> {
        match self.states.get(&place) {
            Some(s) => Some((s.fid, s.version, s.there)),
            None => {
                let current = self.found.current.get(&place).map(|(fid, version)| (*fid, *version, true));
                current.or_else(|| self.found.ended.get(&place).map(|(fid, version)| (*fid, *version, false)))
            }
        }
    }

    /// Items that hold a record's last content, if it is there in the end.
    fn last<'i>(&'i self, items: &'i [Item]) -> impl Iterator<Item = &'i Item> {
        self.states.values().filter(|s| s.there).filter_map(|s| s.item).filter_map(|i| items.get(i))
    }

    fn check_references(&self, items: &[Item]) -> Result<()> {
        for item in self.last(items) {
            let register = self.register(item.table)?;
            for (field, target) in reference_fields(register) {
                let Some(Value::Reference(id)) = item.record.values.get(field) else { continue };
                let target = self.tables.iter().position(|t| t.name == target);
                let there = target.is_some_and(|t| match self.states.get(&(t, *id)) {
                    Some(state) => state.there,
                    None => self.found.alive.contains(&(t, *id)),
                });
                if !there {
                    let name = register.fields.get(field).map_or("?", |f| f.name.as_str());
                    return Err(missing_reference(register, name, *id));
                }
            }
        }
        Ok(())
    }

    fn check_referred(&self) -> Result<()> {
        let referred = self.found.referred.get(&self.number).into_iter().flatten();
        for (place, register, field) in referred {
            // A record deleted and made again in one changeset can't be: its id is taken.
            if self.states.get(place).is_some_and(|s| !s.there) {
                return Err(still_referenced(self.register(place.0)?, place.1, register, field));
            }
        }
        Ok(())
    }

    fn check_unique(&self, items: &[Item]) -> Result<()> {
        let mut given: HashSet<(usize, usize, String)> = HashSet::new();
        let keys: Vec<Vec<Vec<usize>>> = self.tables.iter().map(|t| unique_keys(t)).collect();
        for item in self.last(items) {
            for (number, key) in keys.get(item.table).into_iter().flatten().enumerate() {
                let Some(token) = key_token(key, &item.record.values) else { continue };
                let slot = (item.table, number, token);
                // A holder that this changeset touches has another value now, or gives it in this same loop.
                let foreign = self
                    .found
                    .holders
                    .get(&slot)
                    .is_some_and(|id| *id != item.record.id && !self.states.contains_key(&(item.table, *id)));
                if foreign || !given.insert(slot) {
                    let register = self.register(item.table)?;
                    return Err(key_taken(key.iter().filter_map(|i| register.fields.get(*i)).map(|f| f.name.as_str())));
                }
            }
        }
        Ok(())
    }
}

fn version_conflict(register: &Register, id: Uuid, current: i64) -> Error {
    Error::new(
        Kind::Precondition,
        "version-conflict",
        format!("“{}” kütüğündeki {id} kaydı bu sırada değişti: geçerli sürümü {current}.", register.title.tr),
        format!(
            "The record {id} of the register “{}” was changed meanwhile: its current version is {current}.",
            register.title.en
        ),
    )
    .hint("Kaydı yeniden açın ve değişikliğinizi yeniden yapın.", "Open the record again and repeat your change.")
}

fn missing_reference(register: &Register, field: &str, id: Uuid) -> Error {
    Error::invalid(
        "missing-reference",
        format!("“{}” kütüğündeki kayıt, var olmayan bir kayda ({id}) bağlanıyor.", register.title.tr),
        format!("A record of the register “{}” refers to a record that is not there ({id}).", register.title.en),
    )
    .field(field, "bağlanılan kayıt yok", "the record referred to is not there")
}

fn still_referenced(register: &Register, id: Uuid, by: &str, field: &str) -> Error {
    Error::new(
        Kind::Conflict,
        "still-referenced",
        format!(
            "“{}” kütüğündeki {id} kaydı silinemez: “{by}” kütüğünden ({field}) ona bağlanan kayıtlar var.",
            register.title.tr
        ),
        format!(
            "The record {id} of the register “{}” can't be deleted: records of “{by}” ({field}) refer to it.",
            register.title.en
        ),
    )
    .hint("Önce bağlanan kayıtları değiştirin ya da silin.", "Change or delete the records that refer to it first.")
}
