//! The applied catalogue, and every definition that each register ever had with the log position from which it held.

use super::{
    errors::{damaged, from_pg},
    rows::column,
};
use arc_swap::ArcSwap;
use meydan_kernel::{Catalogue, Register, Result};
use std::{collections::HashMap, sync::Arc};
use tokio_postgres::{Client, types::Type};

/// What is known of the catalogue; read again when another process has applied another.
#[derive(Default)]
pub struct Definitions(ArcSwap<Known>);

#[derive(Default)]
struct Known {
    epoch: i64,
    catalogue: Arc<Catalogue>,
    by_number: HashMap<i32, Vec<(i64, Arc<Register>)>>,
}

impl Definitions {
    /// Number of the catalogue at hand; 0 if none was ever applied.
    pub fn epoch(&self) -> i64 {
        self.0.load().epoch
    }

    /// The catalogue at hand; empty if none was ever applied.
    pub fn catalogue(&self) -> Arc<Catalogue> {
        Arc::clone(&self.0.load().catalogue)
    }

    /// Reads everything again.
    ///
    /// # Errors
    /// Those of the server; `internal` if a definition can't be read.
    pub async fn reload(&self, client: &Client) -> Result<()> {
        // One statement, one snapshot.
        const QUESTION: &str = "SELECT h.epoch, c.definition, NULL::int, NULL::bigint FROM meydan.head h \
            LEFT JOIN meydan.catalogue c ON c.epoch = h.epoch \
            UNION ALL (SELECT NULL, definition, register, since FROM meydan.definition ORDER BY register, since)";
        let mut known = Known::default();
        for row in client.query_typed(QUESTION, &[]).await.map_err(from_pg)? {
            let (number, text): (Option<i32>, Option<String>) = (column(&row, 2)?, column(&row, 1)?);
            match (number, text) {
                (Some(number), Some(text)) => {
                    let register = serde_json::from_str(&text).map_err(|e| damaged(format!("a definition: {e}")))?;
                    known.by_number.entry(number).or_default().push((column(&row, 3)?, Arc::new(register)));
                }
                (_, text) => {
                    known.epoch = column(&row, 0)?;
                    let catalogue = text.map(|t| serde_json::from_str(&t)).transpose();
                    known.catalogue =
                        Arc::new(catalogue.map_err(|e| damaged(format!("a catalogue: {e}")))?.unwrap_or_default());
                }
            }
        }
        known.by_number.values_mut().for_each(|all| all.sort_by_key(|(since, _)| *since));
        self.0.store(Arc::new(known));
        Ok(())
    }

    /// Every name that the register of this name ever bore; the name itself if there is none.
    pub fn names_of(&self, name: &str) -> Vec<String> {
        let known = self.0.load();
        let bore = |all: &&Vec<(i64, Arc<Register>)>| all.iter().any(|(_, r)| r.name == name);
        let mut out: Vec<String> =
            known.by_number.values().filter(bore).flatten().map(|(_, r)| r.name.clone()).chain([name.to_owned()]).collect();
        out.sort_unstable();
        out.dedup();
        out
    }
}

/// Every definition of the register that bears this name now, each with the first log position it held for, ascending.
pub async fn of(client: &Client, register: &str) -> Result<Vec<(i64, Arc<Register>)>> {
    const QUESTION: &str = "SELECT d.since, d.definition FROM meydan.register r JOIN meydan.definition d ON d.register = r.number \
        WHERE r.name = $1 ORDER BY d.since";
    let found = client.query_typed(QUESTION, &[(&register, Type::TEXT)]).await.map_err(from_pg)?;
    let read = |row| {
        let text: &str = column(row, 1)?;
        let register = serde_json::from_str(text).map_err(|e| damaged(format!("a definition: {e}")))?;
        Ok((column(row, 0)?, Arc::new(register)))
    };
    found.iter().map(read).collect()
}
