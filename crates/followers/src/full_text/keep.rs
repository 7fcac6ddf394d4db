//! The writing side of the index: batches in, commits that say where in the log they stand.

use super::{
    layout::Layout,
    schema::{Fields, open, schema},
};
use meydan_kernel::{Error, Record, Result};
use parking_lot::Mutex;
use std::{path::Path, time::Duration};
use tantivy::{
    Index, IndexReader, IndexWriter, ReloadPolicy, TantivyDocument, TantivyError, Term,
    indexer::{IndexWriterOptions, LogMergePolicy},
};
use uuid::Uuid;

/// Memory of the writer: what is taken in until it is written out as a segment.
const WRITER_BYTES: usize = 48 * 1024 * 1024;
/// Segments with a larger share of documents that are no more are merged.
const MOST_DEAD: f32 = 0.25;
/// Limit: rounds of writing anew what held erased words, before it is left for the next turn.
const MAX_SCRUBS: usize = 50;
/// Between such rounds, while a merge that began earlier still holds a segment.
const SCRUB_PAUSE: Duration = Duration::from_millis(50);

/// What a commit says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Stand {
    /// Position of the next log entry that the index wants.
    pub(super) next: i64,
    /// The definitions that it is of.
    pub(super) digest: String,
    /// The changeset of the last entry taken in: another store's log has another.
    pub(super) changeset: Option<Uuid>,
    /// Values were erased whose words may still be in the files.
    pub(super) scrub: bool,
    /// It is being made and does not hold all records yet.
    pub(super) building: bool,
}

impl Stand {
    fn write(&self) -> String {
        serde_json::json!({
            "next": self.next,
            "digest": self.digest,
            "changeset": self.changeset.map(|c| c.to_string()),
            "scrub": self.scrub,
            "building": self.building,
        })
        .to_string()
    }

    fn read(text: &str) -> Option<Self> {
        let json: serde_json::Value = serde_json::from_str(text).ok()?;
        Some(Self {
            next: json.get("next")?.as_i64()?,
            digest: json.get("digest")?.as_str()?.to_owned(),
            changeset: json.get("changeset")?.as_str().and_then(|t| Uuid::parse_str(t).ok()),
            scrub: json.get("scrub")?.as_bool()?,
            building: json.get("building")?.as_bool()?,
        })
    }
}

/// The index with its one writer.
pub(super) struct Keeper {
    index: Index,
    pub(super) reader: IndexReader,
    pub(super) fields: Fields,
    writer: Mutex<IndexWriter>,
}

impl Keeper {
    /// Opens the index; what it said of itself at its last commit, if it has one.
    pub(super) fn open(folder: Option<&Path>) -> Result<(Self, Option<Stand>)> {
        let index = open(folder)?;
        let (_, fields) = schema();
        let stand = index.load_metas().ok().and_then(|metas| Stand::read(metas.payload.as_deref()?));
        let options = IndexWriterOptions::builder()
            .num_worker_threads(1)
            .num_merge_threads(1)
            .memory_budget_per_thread(WRITER_BYTES)
            .build();
        let writer: IndexWriter = index.writer_with_options(options).map_err(|e| locked(&e))?;
        let mut policy = LogMergePolicy::default();
        policy.set_del_docs_ratio_before_merge(MOST_DEAD);
        writer.set_merge_policy(Box::new(policy));
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into().map_err(broken)?;
        // What a killed process left half written.
        writer.garbage_collect_files().wait().map_err(broken)?;
        Ok((Self { index, reader, fields, writer: Mutex::new(writer) }, stand))
    }

    /// Throws all documents away; they are gone with the next commit.
    pub(super) fn clear(&self) -> Result<()> {
        self.writer.lock().delete_all_documents().map(|_| ()).map_err(broken)
    }

    /// Takes the present state of records in, in place of what was known of them; `gone` are those that are no more.
    pub(super) fn put(&self, layout: &Layout, register: &str, gone: &[Uuid], records: &[Record], anew: bool) -> Result<()> {
        let Some(indexed) = layout.get(register) else { return Ok(()) };
        let writer = self.writer.lock();
        let of_key = |id: &Uuid| Term::from_field_bytes(self.fields.key, id.as_bytes());
        gone.iter().for_each(|id| {
            writer.delete_term(of_key(id));
        });
        for record in records {
            if !anew {
                writer.delete_term(of_key(&record.id));
            }
            let terms = indexed.terms(record);
            if terms.is_empty() {
                continue;
            }
            let (high, low) = record.id.as_u64_pair();
            let mut document = TantivyDocument::default();
            document.add_text(self.fields.words, terms);
            document.add_bytes(self.fields.key, record.id.as_bytes());
            document.add_u64(self.fields.high, high);
            document.add_u64(self.fields.low, low);
            document.add_u64(self.fields.register, indexed.number);
            document.add_u64(self.fields.at, made_at(record));
            writer.add_document(document).map_err(broken)?;
        }
        Ok(())
    }

    /// Makes all of it durable and seen.
    pub(super) fn commit(&self, stand: &Stand) -> Result<()> {
        let mut writer = self.writer.lock();
        let mut prepared = writer.prepare_commit().map_err(broken)?;
        prepared.set_payload(&stand.write());
        prepared.commit().map_err(broken)?;
        drop(writer);
        self.reader.reload().map_err(broken)
    }

    /// Back to the last commit.
    pub(super) fn roll_back(&self) -> Result<()> {
        self.writer.lock().rollback().map(|_| ()).map_err(broken)
    }

    /// Takes files away that nothing needs any more.
    pub(super) fn collect_garbage(&self) -> Result<()> {
        self.writer.lock().garbage_collect_files().wait().map(|_| ()).map_err(broken)
    }

    /// Writes every segment anew that holds words of documents that are no more.
    pub(super) fn scrub(&self) -> Result<()> {
        for _ in 0..MAX_SCRUBS {
            let metas = self.index.searchable_segment_metas().map_err(broken)?;
            let dirty: Vec<_> = metas.iter().filter(|m| m.has_deletes()).map(|m| m.id()).collect();
            drop(metas);
            if dirty.is_empty() {
                return self.reader.reload().map_err(broken);
            }
            let mut waiting = false;
            for id in dirty {
                let merge = self.writer.lock().merge(&[id]);
                // Refused while another merge has the segment: that one is waited for.
                waiting |= merge.wait().is_err();
            }
            if waiting {
                std::thread::sleep(SCRUB_PAUSE);
            }
        }
        Err(Error::unavailable("the text index still holds erased words: its merges don't come to an end"))
    }

    /// Documents and segments.
    pub(super) fn size(&self) -> (u64, usize) {
        let searcher = self.reader.searcher();
        (searcher.num_docs(), searcher.segment_readers().len())
    }
}

/// When a record was made: its id says it (UUIDv7), else its present version's time.
fn made_at(record: &Record) -> u64 {
    let made = record.id.get_timestamp().filter(|_| record.id.get_version_num() == 7).map(|t| {
        let (seconds, nanos) = t.to_unix();
        seconds.saturating_mul(1000).saturating_add(u64::from(nanos) / 1_000_000)
    });
    made.unwrap_or_else(|| u64::try_from(record.recorded_at.as_millisecond()).unwrap_or_default())
}

/// An error of the index as one of the house.
pub(super) fn broken(error: TantivyError) -> Error {
    Error::unavailable(format!("the text index failed: {error}"))
}

fn locked(error: &TantivyError) -> Error {
    Error::unavailable(format!("the text index can't be written, perhaps another process has it: {error}"))
}
