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

/// Where the writer says which registers it erased from.
pub struct Wiper {
    registers: Arc<Mutex<BTreeSet<String>>>,
    bell: mpsc::Sender<()>,
}

impl Wiper {
    /// Starts the task that vacuums; it ends with the writer.
    pub fn start(place: Place) -> Self {
        let registers = Arc::new(Mutex::new(BTreeSet::new()));
        let (bell, heard) = mpsc::channel(1);
        tokio::spawn(serve(place, Arc::clone(&registers), heard));
        Self { registers, bell }
    }

    /// Values of these registers' records were erased.
    pub fn erased(&self, registers: impl Iterator<Item = String>) {
        let mut all = self.registers.lock();
        let before = all.len();
        all.extend(registers);
        if all.len() > before {
            // A bell that rings already is heard.
            let _ = self.bell.try_send(());
        }
    }
}

async fn serve(place: Place, registers: Arc<Mutex<BTreeSet<String>>>, mut heard: mpsc::Receiver<()>) {
    while heard.recv().await.is_some() {
        tokio::time::sleep(SOON).await;
        loop {
            let names = std::mem::take(&mut *registers.lock());
            if names.is_empty() || vacuum(&place, &names).await.is_ok() {
                break;
            }
            registers.lock().extend(names);
            tokio::time::sleep(LATER).await;
        }
    }
}

async fn vacuum(place: &Place, names: &BTreeSet<String>) -> Result<()> {
    let client = place.session(Purpose::Plain).await?;
    let tables = tables(names.iter().map(String::as_str));
    place.while_it_lives(client.batch_execute(&format!("VACUUM (INDEX_CLEANUP ON) {tables}"))).await?.map_err(from_pg)
}

/// The log and the two tables of each register.
fn tables<'a>(registers: impl Iterator<Item = &'a str>) -> String {
    let both = |name| [table::current(name), table::history(name)];
    let all = registers.flat_map(both).map(|name| format!("meydan.{name}"));
    ["meydan.log".to_owned()].into_iter().chain(all).collect::<Vec<_>>().join(", ")
}

/// Writes the log, the secrets and the tables of all registers that were ever erased from anew.
pub async fn full(client: &Client, definitions: &Definitions) -> Result<()> {
    const ERASED: &str = "SELECT DISTINCT register FROM meydan.log WHERE verb = 4";
    let found = client.query_typed(ERASED, &[]).await.map_err(from_pg)?;
    let mut names: BTreeSet<String> = BTreeSet::new();
    for row in &found {
        names.extend(definitions.names_of(column(row, 0)?));
    }
    let catalogue = definitions.catalogue();
    let there = names.iter().map(String::as_str).filter(|name| catalogue.registers.contains_key(*name));
    client.batch_execute(&format!("VACUUM (FULL) {}, meydan.secret", tables(there))).await.map_err(from_pg)
}
