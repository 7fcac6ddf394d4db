//! What is left in the tables after an erasure: the rows as they were before stay in the table's file until they are vacuumed.
//!
//! A little after each erasure the touched tables are vacuumed: then no query, not even by a superuser, finds the old rows any
//! more, and their room is used again. Their bytes stay in the file until that happens. [`full`] (`meydan_store::scrub`) writes
//! the tables anew, at the cost of a lock on them for the time it takes: for the maintenance at night. Old segments of the
//! server's write-ahead log (`pg_wal`, archives) and old backups are the operator's to let expire.

use super::{
    connect::{Place, Purpose},
    definitions::Definitions,
    errors::from_pg,
    rows::column,
    table,
};
use meydan_kernel::Result;
use parking_lot::Mutex;
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use tokio::sync::mpsc;
use tokio_postgres::Client;

/// How long after an erasure its tables are vacuumed; further erasures meanwhile are vacuumed with them.
const SOON: Duration = Duration::from_secs(2);
/// Pause after a failure.
const LATER: Duration = Duration::from_secs(60);

/// Where something was destroyed.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Erased {
    /// Among the blobs.
    Blobs,
    /// In a register of this name.
    Register(String),
}

/// Where it is said what something was destroyed in.
pub struct Wiper {
    places: Arc<Mutex<BTreeSet<Erased>>>,
    bell: mpsc::Sender<()>,
}

impl Wiper {
    /// Starts the task that vacuums; it ends with the store.
    pub fn start(place: Place) -> Self {
        let places = Arc::new(Mutex::new(BTreeSet::new()));
        let (bell, heard) = mpsc::channel(1);
        tokio::spawn(serve(place, Arc::clone(&places), heard));
        Self { places, bell }
    }

    /// Something was destroyed in these places.
    pub fn erased(&self, places: impl Iterator<Item = Erased>) {
        let mut all = self.places.lock();
        let before = all.len();
        all.extend(places);
        if all.len() > before {
            // A bell that rings already is heard.
            let _ = self.bell.try_send(());
        }
    }
}

async fn serve(place: Place, places: Arc<Mutex<BTreeSet<Erased>>>, mut heard: mpsc::Receiver<()>) {
    while heard.recv().await.is_some() {
        tokio::time::sleep(SOON).await;
        loop {
            let there = std::mem::take(&mut *places.lock());
            if there.is_empty() || vacuum(&place, &there).await.is_ok() {
                break;
            }
            places.lock().extend(there);
            tokio::time::sleep(LATER).await;
        }
    }
}

async fn vacuum(place: &Place, places: &BTreeSet<Erased>) -> Result<()> {
    let client = place.session(Purpose::Plain).await?;
    let registers: Vec<&str> = places.iter().filter_map(Erased::register).collect();
    let mut wiped: Vec<String> = places.contains(&Erased::Blobs).then(|| "meydan.blob".to_owned()).into_iter().collect();
    if !registers.is_empty() {
        wiped.push(tables(registers.into_iter()));
    }
    let vacuum = format!("VACUUM (INDEX_CLEANUP ON) {}", wiped.join(", "));
    place.while_it_lives(client.batch_execute(&vacuum)).await?.map_err(from_pg)
}

impl Erased {
    fn register(&self) -> Option<&str> {
        match self {
            Self::Blobs => None,
            Self::Register(name) => Some(name),
        }
    }
}

/// The log and the two tables of each register.
fn tables<'a>(registers: impl Iterator<Item = &'a str>) -> String {
    let both = |name| [table::current(name), table::history(name)];
    let all = registers.flat_map(both).map(|name| format!("meydan.{name}"));
    ["meydan.log".to_owned()].into_iter().chain(all).collect::<Vec<_>>().join(", ")
}

/// Writes the log, the secrets, the blobs and the tables of all registers that were ever erased from anew.
pub async fn full(client: &Client, definitions: &Definitions) -> Result<()> {
    const ERASED: &str = "SELECT DISTINCT register FROM meydan.log WHERE verb = 4";
    let found = client.query_typed(ERASED, &[]).await.map_err(from_pg)?;
    let mut names: BTreeSet<String> = BTreeSet::new();
    for row in &found {
        names.extend(definitions.names_of(column(row, 0)?));
    }
    let catalogue = definitions.catalogue();
    let there = names.iter().map(String::as_str).filter(|name| catalogue.registers.contains_key(*name));
    client.batch_execute(&format!("VACUUM (FULL) {}, meydan.secret, meydan.blob", tables(there))).await.map_err(from_pg)
}
