//! Reading, converting and judging rows, on a thread of its own: while one part is being checked or written, the next is made.

use super::{
    MAX_REJECTED, RowFault, RowNote, Source,
    convert::Converter,
    geometry::{Way, only_tidied},
    reconcile::{Reconciler, Verdict},
};
use crate::{Bilingual, Error, Result, Value};
use futures::channel::mpsc as futures_mpsc;
use meydan_geo::{Wkb, feature::Feature};
use std::sync::mpsc;
use uuid::Uuid;

/// Parts made ahead of the one that is used.
const AHEAD: usize = 2;
/// Limit: bytes of geometry in one part; large shapes make smaller parts.
const MAX_PART_BYTES: usize = 16 << 20;

/// What is to be done with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Todo {
    Insert,
    Update { id: Uuid, version: i64 },
}

/// A row that changes something.
pub(super) struct Row {
    pub(super) row: u64,
    pub(super) todo: Todo,
    pub(super) set: Vec<(usize, Value)>,
    pub(super) geometry: Option<Wkb>,
    /// The row as it came, for putting it aside; first pass only.
    pub(super) feature: Option<Feature>,
}

/// Rows made together, with what else was found among them.
#[derive(Default)]
pub(super) struct Part {
    pub(super) rows: Vec<Row>,
    /// Rows read.
    pub(super) read: u64,
    pub(super) unchanged: u64,
    pub(super) duplicates: u64,
    pub(super) repaired: u64,
    pub(super) tidied: u64,
    /// Rows put aside: the row as far as it could be read, and its faults.
    pub(super) rejected: Vec<(Option<Feature>, Vec<RowFault>)>,
    pub(super) notes: Vec<RowNote>,
    /// What ended the stream, if it did not end by itself.
    pub(super) failure: Option<Error>,
}

/// All that reads and makes.
pub(super) struct Producer {
    pub(super) source: Box<dyn Source>,
    pub(super) converter: Converter,
    pub(super) way: Option<Way>,
    pub(super) reconciler: Reconciler,
    pub(super) part_rows: usize,
    /// False in the second pass: rows put aside in the first are passed over, sound geometry is not looked at again.
    pub(super) first: bool,
    /// Rows put aside, ascending.
    pub(super) rejected: Vec<u64>,
    /// Rows whose geometry needed repair, ascending.
    pub(super) mended: Vec<u64>,
    /// Rows put aside whose key could not be read.
    pub(super) without_key: u64,
}

/// A running producer.
pub(super) struct Running {
    parts: futures_mpsc::UnboundedReceiver<Part>,
    tokens: mpsc::Sender<()>,
    thread: std::thread::JoinHandle<Producer>,
}

impl Running {
    /// Starts a pass from the first row.
    ///
    /// # Errors
    /// If no thread can be had.
    pub(super) fn start(mut producer: Producer) -> Result<Self> {
        let (parts_in, parts) = futures_mpsc::unbounded();
        let (tokens, tokens_out) = mpsc::channel();
        for _ in 0..AHEAD {
            // The receiver lives in `tokens_out`, just above.
            let _ = tokens.send(());
        }
        let thread = std::thread::Builder::new()
            .name("import".to_owned())
            .spawn(move || {
                // A token for each part keeps the producer at most so many ahead; it ends when nobody wants parts any more.
                while tokens_out.recv().is_ok() {
                    let (part, more) = producer.part();
                    if parts_in.unbounded_send(part).is_err() || !more {
                        break;
                    }
                }
                producer
            })
            .map_err(Error::internal)?;
        Ok(Self { parts, tokens, thread })
    }

    /// The next part; `None` at the end.
    pub(super) async fn next(&mut self) -> Option<Part> {
        use futures::StreamExt as _;
        let part = self.parts.next().await;
        // The producer may be at its end already.
        let _ = self.tokens.send(());
        part
    }

    /// Takes the producer back.
    ///
    /// # Errors
    /// If its thread panicked.
    pub(super) fn stop(self) -> Result<Producer> {
        drop((self.parts, self.tokens));
        self.thread.join().map_err(|_| Error::internal("the import's reading thread panicked"))
    }
}

impl Producer {
    /// Makes one part; `false` with the last.
    fn part(&mut self) -> (Part, bool) {
        let mut part = Part::default();
        let mut bytes = 0;
        while part.rows.len() < self.part_rows && bytes < MAX_PART_BYTES && part.read < self.part_rows as u64 * 4 {
            let feature = match self.source.next() {
                None => return (part, false),
                Some(Ok(feature)) => feature,
                Some(Err(fault)) => match fault.row {
                    Some(row) => {
                        part.read += 1;
                        self.without_key += u64::from(self.first);
                        self.reject(
                            &mut part,
                            row,
                            None,
                            vec![RowFault { row, field: None, value: None, message: fault.message }],
                        );
                        continue;
                    }
                    None => {
                        part.failure = Some(Error::invalid(fault.code, fault.message.tr, fault.message.en));
                        return (part, false);
                    }
                },
            };
            part.read += 1;
            bytes += feature.geometry.as_ref().map_or(0, |g| g.as_bytes().len());
            if self.first || self.rejected.binary_search(&feature.row).is_err() {
                self.row(&mut part, feature);
            }
            if self.rejected.len() > MAX_REJECTED {
                part.failure = Some(too_many_rejected());
                return (part, false);
            }
        }
        (part, true)
    }

    fn row(&mut self, part: &mut Part, feature: Feature) {
        let row = feature.row;
        let mut faults = Vec::new();
        let set = self.converter.row(&feature, &mut faults);
        let geometry = self.geometry(part, &feature, &mut faults);
        if faults.is_empty()
            && let Some((at, other)) = self.reconciler.taken(row, &set)
        {
            let message =
                Bilingual::new(format!("aynı değer {other}. satırda da var"), format!("row {other} has the same value"));
            faults.push(RowFault { row, field: self.converter.name(at), value: None, message });
        }
        if !faults.is_empty() {
            self.without_key += u64::from(!self.reconciler.mark(&set));
            self.reject(part, row, Some(feature), faults);
            return;
        }
        let todo = match self.reconciler.judge(row, &set, geometry.as_ref()) {
            Verdict::New => Todo::Insert,
            Verdict::Different { id, version } => Todo::Update { id, version },
            Verdict::Same => {
                part.unchanged += 1;
                return;
            }
            Verdict::Duplicate(other) => {
                part.duplicates += 1;
                let message =
                    Bilingual::new(format!("aynı anahtar {other}. satırda da var"), format!("row {other} has the same key"));
                self.reject(part, row, Some(feature), vec![RowFault { row, field: None, value: None, message }]);
                return;
            }
            Verdict::NoKey => {
                self.without_key += 1;
                let message = Bilingual::new("anahtar alanı boş", "the key is empty");
                self.reject(part, row, Some(feature), vec![RowFault { row, field: None, value: None, message }]);
                return;
            }
        };
        let feature = self.first.then_some(feature);
        part.rows.push(Row { row, todo, set, geometry, feature });
    }

    fn geometry(&mut self, part: &mut Part, feature: &Feature, faults: &mut Vec<RowFault>) -> Option<Wkb> {
        let (way, geometry) = (self.way?, feature.geometry.as_ref()?);
        let row = feature.row;
        let look = self.first || self.mended.binary_search(&row).is_ok();
        match way.place(geometry, look) {
            Ok(placed) => {
                if self.first && !placed.repairs.is_empty() {
                    self.mended.push(row);
                    if only_tidied(&placed.repairs) {
                        part.tidied += 1;
                    } else {
                        part.repaired += 1;
                        let all = |f: fn(&meydan_geo::repair::Repair) -> String| {
                            placed.repairs.iter().map(f).collect::<Vec<_>>().join("; ")
                        };
                        let message = Bilingual::new(all(|r| r.tr()), all(|r| r.en()));
                        part.notes.push(RowNote { row, message });
                    }
                }
                Some(placed.geometry)
            }
            Err(message) => {
                faults.push(RowFault { row, field: Some("geometry".to_owned()), value: None, message });
                None
            }
        }
    }

    fn reject(&mut self, part: &mut Part, row: u64, feature: Option<Feature>, faults: Vec<RowFault>) {
        if self.first {
            self.rejected.push(row);
            part.rejected.push((feature, faults));
        } else if self.rejected.binary_search(&row).is_err() {
            part.failure = Some(source_changed(row));
        }
    }
}

fn source_changed(row: u64) -> Error {
    Error::new(
        crate::Kind::Conflict,
        "source-changed",
        format!("Dosya içe aktarma sürerken değişti: {row}. satır ilk okumada hatasızdı."),
        format!("The file changed while it was imported: row {row} was fine at first reading."),
    )
}

fn too_many_rejected() -> Error {
    Error::invalid(
        "too-many-errors",
        format!("{MAX_REJECTED} satırdan çoğu hatalı; içe aktarma durduruldu."),
        format!("More than {MAX_REJECTED} rows are bad; the import was stopped."),
    )
}
