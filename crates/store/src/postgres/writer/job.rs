//! Changesets that wait to be written, and which of them may share a commit.

use meydan_kernel::{Act, Catalogue, Changeset, Committed, Operation, Record, Register, Result, Value};
use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use uuid::Uuid;

/// Limit: records of one transaction.
pub const MAX_BATCH_RECORDS: usize = 20_000;
/// Limit: changesets of one transaction.
pub const MAX_BATCH_JOBS: usize = 256;

/// What happens to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// A new one.
    Insert,
    /// The next version of the one given.
    Update(i64),
    /// The end of the version given.
    Delete(i64),
    /// What is left of the version given, and the earlier ones' values destroyed.
    Erase(i64),
}

/// What goes from the earlier versions of a record.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Erasure {
    /// Indexes of fields.
    pub fields: Vec<usize>,
    /// The geometries.
    pub geometries: bool,
}

/// One record's change, in the form in which it is written.
#[derive(Debug)]
pub struct Item {
    /// Name of the register.
    pub register: String,
    /// What happens.
    pub deed: Deed,
    /// The new version; for a deletion the last content. Fid, version and time are filled in when they are known.
    pub record: Record,
    /// For an erasure, what goes from the earlier versions.
    pub erasure: Erasure,
    /// For an erasure, true if the record had ended: its new version is again its end.
    pub after_end: bool,
    /// Index of the register in the batch's list.
    pub table: usize,
    /// How often the same record was touched before in this changeset.
    pub round: usize,
    /// Random bytes.
    pub salt: [u8; 16],
    /// Digest of salt and content.
    pub digest: [u8; 32],
}

/// A changeset that waits for its answer.
pub struct Job {
    /// The changeset.
    pub id: Uuid,
    /// Who and why.
    pub act: Act,
    /// Its changes.
    pub items: Vec<Item>,
    /// What became of it, once that is known.
    pub outcome: Option<Result<Committed>>,
    reply: Option<oneshot::Sender<Result<Committed>>>,
    _room: Option<OwnedSemaphorePermit>,
}

impl Job {
    /// A changeset as a job, and where its answer will arrive.
    pub fn new(changeset: Changeset, room: OwnedSemaphorePermit) -> (Self, oneshot::Receiver<Result<Committed>>) {
        let (reply, answer) = oneshot::channel();
        let items = changeset.changes.into_iter().map(|change| {
            let mut erasure = Erasure::default();
            let (deed, values, geometry) = match change.operation {
                Operation::Insert { values, geometry } => (Deed::Insert, values, geometry),
                Operation::Update { expected, values, geometry } => (Deed::Update(expected), values, geometry),
                Operation::Erase { expected, values, geometry, fields, geometries } => {
                    erasure = Erasure { fields, geometries };
                    (Deed::Erase(expected), values, geometry)
                }
                Operation::Delete { expected } => (Deed::Delete(expected), Vec::new(), None),
            };
            let record = Record::draft(change.id, values, geometry);
            Item {
                register: change.register,
                deed,
                record,
                erasure,
                after_end: false,
                table: 0,
                round: 0,
                salt: [0; 16],
                digest: [0; 32],
            }
        });
        let job = Self {
            id: changeset.id,
            act: changeset.act,
            items: items.collect(),
            outcome: None,
            reply: Some(reply),
            _room: Some(room),
        };
        (job, answer)
    }

    /// Gives the answer; who asked may have gone away meanwhile.
    pub fn answer(mut self, answer: Result<Committed>) {
        if let Some(reply) = self.reply.take() {
            let _ = reply.send(answer);
        }
    }
}

/// A value as a key of a map.
pub fn token(value: &Value) -> String {
    match value {
        Value::Text(t) => t.clone(),
        other => format!("{other:?}"),
    }
}

#[derive(PartialEq, Eq, Hash)]
enum Touch {
    Record(Uuid),
    Unique(String, usize, String),
}

/// Takes from the queue, in order, jobs that don't depend on each other: no record is touched by one and touched or referred
/// to by another, no unique value is given by two. What is checked in the database is then exact for each of them. The others
/// stay in the queue, in front.
pub fn independent(queue: &mut VecDeque<Job>, catalogue: &Catalogue) -> Vec<Job> {
    if queue.len() <= 1 {
        return queue.drain(..).collect();
    }
    let (mut taken, mut left) = (Vec::new(), VecDeque::new());
    let mut touched: HashMap<Touch, bool> = HashMap::new();
    let mut records = 0;
    while let Some(job) = queue.pop_front() {
        let full = taken.len() >= MAX_BATCH_JOBS || (!taken.is_empty() && records + job.items.len() > MAX_BATCH_RECORDS);
        if full {
            queue.push_front(job);
            break;
        }
        let touches = touches(&job, catalogue);
        let free = touches.iter().all(|(t, alone)| touched.get(t).is_none_or(|other| !other && !alone));
        if !free {
            left.push_back(job);
            continue;
        }
        records += job.items.len();
        for (touch, alone) in touches {
            *touched.entry(touch).or_insert(false) |= alone;
        }
        taken.push(job);
    }
    left.append(queue);
    *queue = left;
    taken
}

/// What a job touches; true where nobody else may.
fn touches(job: &Job, catalogue: &Catalogue) -> Vec<(Touch, bool)> {
    let mut out = Vec::with_capacity(job.items.len() * 2);
    for item in &job.items {
        out.push((Touch::Record(item.record.id), true));
        let Some(register) = catalogue.registers.get(&item.register) else { continue };
        for (index, (field, value)) in register.fields.iter().zip(&item.record.values).enumerate() {
            if let Value::Reference(id) = value {
                out.push((Touch::Record(*id), false));
            }
            if field.unique && !value.is_null() {
                out.push((Touch::Unique(item.register.clone(), index, token(value)), true));
            }
        }
    }
    out
}

/// Jobs with the registers that they touch.
pub struct Batch {
    /// The jobs.
    pub jobs: Vec<Job>,
    /// The registers touched or referred to, with which their items' `table` counts.
    pub tables: Vec<Arc<Register>>,
}
