//! Record versions against entries, both ways.
//!
//! Entries are held in memory a chunk at a time; for each chunk the versions of its registers are read once. What is read first
//! are the current versions, then the past ones: a version that is replaced in between is met in the second reading.

use super::{Finding, FindingKind, MAX_NAMED, Phase, Progress, Report};
use crate::content::{Past, Proof};
use futures::{StreamExt, stream::BoxStream};
use jiff::Timestamp;
use meydan_kernel::{
    Act, Query, Record, Register, Result, Store,
    log::{Entry, Verb},
    query::Key,
    store::LogQuery,
};
use std::{
    collections::{BTreeSet, HashMap, hash_map::RandomState},
    hash::BuildHasher,
    sync::Arc,
};
use uuid::Uuid;

/// Limit: entries in memory at once, about 100 bytes each.
const CHUNK: usize = 400_000;
/// Entries read from the store at once.
const BATCH: usize = 4_096;
/// Versions between two words of progress.
const STEP: u64 = 10_000;

/// A register of today with all its definitions.
struct Kept {
    register: Arc<Register>,
    past: Past,
    /// Names it had, each with the first position it held for, ascending.
    names: Vec<(i64, String)>,
}

/// What of an entry is needed to hold a version against it.
struct Said {
    position: i64,
    id: Uuid,
    recorded_at: Timestamp,
    verb: Verb,
    digest: [u8; 32],
    salt: Option<[u8; 16]>,
}

/// Register of today (its place in the list), fid, version.
type Place = (u32, i64, i64);

struct Walk<'a> {
    store: &'a dyn Store,
    kept: Vec<Kept>,
    /// Hashes of the places of all entries, sorted: 8 bytes for each entry of the log.
    all: Vec<u64>,
    /// Per record (register and fid) the version of its last erasure.
    erasures: HashMap<(u32, i64), i64>,
    /// Hashes of the records that were deleted, sorted.
    ends: Vec<u64>,
    /// Entries from here on came while this walk ran.
    head: u64,
    hasher: RandomState,
}

/// Holds every version against its entry.
pub(super) async fn walk(
    store: &dyn Store,
    head: u64,
    report: &mut Report,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<()> {
    let catalogue = store.catalogue().await?.unwrap_or_default();
    let mut kept = Vec::new();
    for register in catalogue.registers.values() {
        let definitions = store.definitions(&register.name).await?;
        let names = definitions.iter().map(|(since, d)| (*since, d.name.clone())).collect();
        kept.push(Kept { register: Arc::clone(register), past: Past::of(store, &register.name).await?, names });
    }
    let mut walk =
        Walk { store, kept, all: Vec::new(), erasures: HashMap::new(), ends: Vec::new(), head, hasher: RandomState::new() };
    walk.read_places(head, report).await?;
    let mut from = 0;
    let mut first = true;
    while from < head || first {
        let (chunk, next) = walk.read_chunk(from, head).await?;
        // Orphans are looked for in all registers, once; later chunks only need the registers they speak of.
        let registers: BTreeSet<u32> =
            if first { (0..walk.kept.len() as u32).collect() } else { chunk.keys().map(|(register, ..)| *register).collect() };
        walk.hold(chunk, &registers, first, head, report, progress).await?;
        (from, first) = (next, false);
    }
    Ok(())
}

impl Walk<'_> {
    fn register_of(&self, name: &str, position: i64) -> Option<u32> {
        let had =
            |kept: &Kept| kept.names.iter().rev().find(|(since, _)| *since <= position).is_some_and(|(_, had)| had == name);
        self.kept.iter().position(had).map(|i| i as u32)
    }

    fn hash(&self, place: Place) -> u64 {
        self.hasher.hash_one(place)
    }

    /// True if the log says that with this version, or before it, the record ended.
    fn is_end(&self, register: u32, fid: i64, verb: Verb) -> bool {
        match verb {
            Verb::Delete => true,
            Verb::Erase => self.ends.binary_search(&self.hasher.hash_one((register, fid))).is_ok(),
            Verb::Insert | Verb::Update => false,
        }
    }

    /// First reading of the log: where all entries are; entries of registers that were dropped are only counted.
    async fn read_places(&mut self, head: u64, report: &mut Report) -> Result<()> {
        let mut from = 0;
        while from < head {
            let entries = self.entries(from, head).await?;
            for entry in &entries {
                match self.register_of(&entry.register, entry.position) {
                    Some(register) => {
                        self.all.push(self.hash((register, entry.fid, entry.version)));
                        if entry.verb == Verb::Delete {
                            self.ends.push(self.hasher.hash_one((register, entry.fid)));
                        } else if entry.verb == Verb::Erase {
                            self.erasures.insert((register, entry.fid), entry.version);
                        }
                    }
                    None => report.dropped += 1,
                }
            }
            from += BATCH as u64;
        }
        self.all.sort_unstable();
        self.ends.sort_unstable();
        Ok(())
    }

    /// Entries of one step; unreadable ones were told by the first half of the walk and are left out here.
    async fn entries(&self, from: u64, head: u64) -> Result<Vec<Entry>> {
        let end = head.min(from + BATCH as u64);
        let mut found = match self.store.entries(from as i64, (end - from) as usize).await {
            Ok(found) => found,
            Err(_) => {
                let mut found = Vec::new();
                for position in from..end {
                    found.extend(self.store.entries(position as i64, 1).await.unwrap_or_default());
                }
                found
            }
        };
        found.retain(|e| (from as i64..end as i64).contains(&e.position));
        Ok(found)
    }

    async fn read_chunk(&self, from: u64, head: u64) -> Result<(HashMap<Place, Said>, u64)> {
        let mut chunk = HashMap::new();
        let mut at = from;
        while at < head && chunk.len() < CHUNK {
            for entry in self.entries(at, head).await? {
                if let Some(register) = self.register_of(&entry.register, entry.position) {
                    let said = Said {
                        position: entry.position,
                        id: entry.id,
                        recorded_at: entry.recorded_at,
                        verb: entry.verb,
                        digest: entry.digest,
                        salt: entry.salt,
                    };
                    chunk.insert((register, entry.fid, entry.version), said);
                }
            }
            at += BATCH as u64;
        }
        Ok((chunk, at.min(head)))
    }

    async fn hold(
        &self,
        mut chunk: HashMap<Place, Said>,
        registers: &BTreeSet<u32>,
        orphans: bool,
        head: u64,
        report: &mut Report,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<()> {
        for &number in registers {
            let kept = &self.kept[number as usize];
            if orphans {
                self.places(kept, report).await?;
            }
            for current in [true, false] {
                // The second reading begins when the first has ended, not before: a version that is replaced meanwhile is met there.
                let mut stream: BoxStream<'static, _> = match current {
                    true => self.store.scan(Query::all(Arc::clone(&kept.register))),
                    false => self.store.scan_history(Arc::clone(&kept.register)),
                };
                while let Some(batch) = stream.next().await {
                    for record in batch? {
                        let place = (number, record.fid, record.version);
                        if let Some(said) = chunk.remove(&place) {
                            let ended = self.is_end(number, record.fid, said.verb);
                            let replaced =
                                || self.all.binary_search(&self.hash((number, record.fid, record.version + 1))).is_ok();
                            if current == ended && (current || !replaced()) {
                                self.misplaced(kept, &record, &said, current, report).await?;
                            }
                            self.one(number, &record, said, report).await;
                            if report.versions.is_multiple_of(STEP) {
                                progress(Progress { phase: Phase::Versions, done: report.versions, total: head });
                            }
                        } else if orphans && self.all.binary_search(&self.hash(place)).is_err() {
                            self.orphan(kept, &record, report).await?;
                        }
                    }
                }
            }
        }
        let mut left: Vec<(Place, Said)> = chunk.into_iter().collect();
        left.sort_by_key(|(_, said)| said.position);
        for ((number, _, version), said) in left {
            let name = &self.kept[number as usize].register.name;
            report.add(Finding::at(FindingKind::EntryWithoutVersion, said.position, "").of(name, said.id, version));
        }
        progress(Progress { phase: Phase::Versions, done: report.versions, total: head });
        Ok(())
    }

    async fn one(&self, number: u32, record: &Record, said: Said, report: &mut Report) {
        report.versions += 1;
        let kept = &self.kept[number as usize];
        let name = &kept.register.name;
        let changed =
            |detail: &str| Finding::at(FindingKind::VersionChanged, said.position, detail).of(name, said.id, record.version);
        if record.id != said.id {
            return report.add(changed(&format!("id {}", record.id)));
        }
        if record.recorded_at != said.recorded_at {
            return report.add(changed(&format!("recorded at {}, the log says {}", record.recorded_at, said.recorded_at)));
        }
        if (record.version == 1) != (said.verb == Verb::Insert) {
            return report.add(changed(&format!("version {} by {}", record.version, said.verb.word())));
        }
        let entry = Entry {
            position: said.position,
            changeset: Uuid::nil(),
            act: Act::default(),
            recorded_at: said.recorded_at,
            register: String::new(),
            id: said.id,
            fid: record.fid,
            version: record.version,
            verb: said.verb,
            digest: said.digest,
            salt: said.salt,
        };
        match kept.past.prove(record, &entry) {
            Proof::Holds => {}
            Proof::Dropped(_) => report.dropped += 1,
            Proof::Erased if self.erasures.get(&(number, record.fid)).is_some_and(|v| *v > record.version) => {
                report.erased += 1
            }
            Proof::Erased | Proof::Differs if self.erased_meanwhile(record).await => report.erased += 1,
            Proof::Erased => {
                report.add(Finding::at(FindingKind::SaltMissing, said.position, "").of(name, said.id, record.version))
            }
            Proof::Differs => report.add(changed("digest")),
        }
    }

    /// Versions whose end is not the beginning of the next, among them those that stand as current before a later one.
    async fn places(&self, kept: &Kept, report: &mut Report) -> Result<()> {
        for (fid, version) in self.store.misplaced(&kept.register, MAX_NAMED).await? {
            let record = self.store.get(&kept.register, Key::Fid(fid), None).await?.map_or(Uuid::nil(), |r| r.id);
            let finding = Finding { position: None, ..Finding::at(FindingKind::VersionMisplaced, 0, format!("fid {fid}")) };
            report.add(finding.of(&kept.register.name, record, version));
        }
        Ok(())
    }

    /// A deletion that stands as current, or a last version among the past that was neither deleted nor, while this walk ran,
    /// replaced.
    async fn misplaced(&self, kept: &Kept, record: &Record, said: &Said, current: bool, report: &mut Report) -> Result<()> {
        if !current && self.came_meanwhile(record, record.version + 1).await {
            return Ok(());
        }
        let detail = if current { "deleted, stands as current" } else { "current, stands as past" };
        report.add(Finding::at(FindingKind::VersionMisplaced, said.position, detail).of(
            &kept.register.name,
            said.id,
            record.version,
        ));
        Ok(())
    }

    /// True if an entry beyond those that this walk reads is of this version of the record.
    async fn came_meanwhile(&self, record: &Record, version: i64) -> bool {
        self.later(record).await.iter().any(|e| e.version == version)
    }

    /// True if values of this version were erased while this walk ran.
    async fn erased_meanwhile(&self, record: &Record) -> bool {
        self.later(record).await.iter().any(|e| e.verb == Verb::Erase && e.version > record.version)
    }

    /// Entries of a record beyond those that this walk reads.
    async fn later(&self, record: &Record) -> Vec<Entry> {
        let query = LogQuery { record: Some(record.id), limit: usize::from(u16::MAX), ..LogQuery::default() };
        let mut entries = self.store.find_entries(&query).await.unwrap_or_default();
        entries.retain(|e| u64::try_from(e.position).is_ok_and(|p| p >= self.head) && e.fid == record.fid);
        entries
    }

    /// A version whose place no entry has, unless it came while this walk ran.
    async fn orphan(&self, kept: &Kept, record: &Record, report: &mut Report) -> Result<()> {
        if self.came_meanwhile(record, record.version).await {
            return Ok(());
        }
        let finding = Finding { position: None, ..Finding::at(FindingKind::VersionWithoutEntry, 0, "") };
        report.add(finding.of(&kept.register.name, record.id, record.version));
        Ok(())
    }
}
