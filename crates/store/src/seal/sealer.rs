//! The follower that seals: reads new entries, grows the tree, signs a checkpoint.

use jiff::Timestamp;
use meydan_kernel::{
    Error, Kind, Result, Store,
    log::{
        Seal, TileId,
        note::SealKey,
        tree::{Edge, Hash, leaf_hash, tile_bytes, tile_hashes},
    },
};
use std::{collections::HashMap, sync::Arc, time::Duration};

/// Time between two seals while the log grows.
pub const INTERVAL: Duration = Duration::from_secs(1);
/// Limit: entries in memory at once.
const BATCH: usize = 4_096;
/// Limit: entries between two seals of a backlog, so that its tiles are written in bounded transactions.
const SEAL_EVERY: u64 = 65_536;
/// Wait after a failure, which doubles up to the limit.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// Limit of that wait.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Seals the log of a store with a key.
#[derive(Clone)]
pub struct Sealer {
    store: Arc<dyn Store>,
    key: Arc<SealKey>,
}

impl Sealer {
    /// A sealer. Several may work on one store, in one process or in several, as long as they hold the same key.
    pub fn new(store: Arc<dyn Store>, key: SealKey) -> Self {
        Self { store, key: Arc::new(key) }
    }

    /// Seals all entries there are; the newest seal, or `None` in an empty log.
    ///
    /// # Errors
    /// `seal-key-differs` (Conflict) if the log was sealed with another key, `seal-broken` (Internal) if the tree kept in the store
    /// is not the one that was sealed, and those of the store.
    pub async fn seal_now(&self) -> Result<Option<Seal>> {
        loop {
            let last = self.store.last_seal().await?;
            let sealed = last.as_ref().map_or(0, |s| s.size);
            if let Some(seal) = &last {
                self.check_key(seal)?;
            }
            let head = self.store.head();
            if head <= sealed {
                return Ok(last);
            }
            match self.extend(last.as_ref(), head).await {
                Ok(()) => {}
                // Another process was quicker: go on from its seal.
                Err(error) if error.code() == "seal-behind" => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Seals about once a second for ever; drop the future to stop. Failures are told to `report` and tried again.
    pub async fn run(self, report: impl Fn(&Error) + Send) {
        let watch = self.store.watch();
        let mut wait = FIRST_WAIT;
        let mut sealed = -1;
        loop {
            // A backlog of before the start is sealed at once.
            if sealed >= 0 {
                watch.beyond(sealed).await;
            }
            match self.seal_now().await {
                Ok(seal) => {
                    sealed = seal.map_or(0, |s| s.size);
                    wait = FIRST_WAIT;
                    tokio::time::sleep(INTERVAL).await;
                }
                Err(error) => {
                    report(&error);
                    tokio::time::sleep(wait).await;
                    wait = (wait * 2).min(LONGEST_WAIT);
                }
            }
        }
    }

    fn check_key(&self, seal: &Seal) -> Result<()> {
        let opened = self.key.verifier().open(&seal.checkpoint);
        if opened.is_ok_and(|c| i64::try_from(c.size) == Ok(seal.size) && c.root == seal.root) {
            return Ok(());
        }
        Err(Error::new(
            Kind::Conflict,
            "seal-key-differs",
            "Defter başka bir anahtarla mühürlenmiş; bu anahtarla sürdürülemez.",
            "The log is sealed with another key; it can't be continued with this one.",
        )
        .hint(
            "Özgün anahtar dosyasını geri koyun ya da `meydan log verify` ile denetleyin.",
            "Put the original key file back, or check with `meydan log verify`.",
        ))
    }

    /// One seal more, over at most `SEAL_EVERY` new entries.
    async fn extend(&self, last: Option<&Seal>, head: i64) -> Result<()> {
        let mut edge = self.edge(last).await?;
        let end = head.unsigned_abs().min(edge.size() + SEAL_EVERY);
        let mut tiles: Vec<(TileId, Vec<u8>)> = Vec::new();
        while edge.size() < end {
            let from = position(edge.size())?;
            let limit = BATCH.min(usize::try_from(end - edge.size()).unwrap_or(BATCH));
            let entries = self.store.entries(from, limit).await?;
            if entries.is_empty() {
                return Err(gap(from));
            }
            for entry in entries {
                if entry.position != position(edge.size())? {
                    return Err(gap(position(edge.size())?));
                }
                edge.push(leaf_hash(&entry.leaf_bytes()), &mut |id, hashes| tiles.push((id, tile_bytes(hashes))));
            }
        }
        tiles.extend(edge.partial().map(|(id, hashes)| (id, tile_bytes(hashes))));
        let root = edge.root();
        let now = Timestamp::now();
        let seal = Seal {
            size: position(edge.size())?,
            root,
            checkpoint: self.key.sign(edge.size(), &root),
            sealed_at: Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now),
            time_stamp: None,
        };
        self.store.put_seal(&seal, &tiles).await
    }

    /// The right edge of the sealed tree, and the proof that it is the sealed one.
    async fn edge(&self, last: Option<&Seal>) -> Result<Edge> {
        let Some(seal) = last else { return Ok(Edge::new()) };
        let size = seal.size.unsigned_abs();
        let mut tiles: HashMap<TileId, Vec<Hash>> = HashMap::new();
        for (id, _) in Edge::tiles(size) {
            if let Some(hashes) = self.store.tile(id).await?.and_then(|bytes| tile_hashes(&bytes)) {
                tiles.insert(id, hashes);
            }
        }
        match Edge::load(size, |id| tiles.get(&id).cloned()) {
            Some(edge) if edge.root() == seal.root => Ok(edge),
            _ => Err(Error::new(
                Kind::Internal,
                "seal-broken",
                "Defterin karma ağacı mühürle tutmuyor; üstüne mühür basılmadı.",
                "The log's hash tree does not match its seal; no seal was put on top of it.",
            )
            .hint("`meydan log verify` ile denetleyin.", "Check with `meydan log verify`.")),
        }
    }
}

fn position(size: u64) -> Result<i64> {
    i64::try_from(size).map_err(Error::internal)
}

fn gap(position: i64) -> Error {
    Error::new(
        Kind::Internal,
        "log-gap",
        format!("Defterde {position} konumundaki kayıt yok."),
        format!("The log has no entry at position {position}."),
    )
    .hint("`meydan log verify` ile denetleyin.", "Check with `meydan log verify`.")
}
