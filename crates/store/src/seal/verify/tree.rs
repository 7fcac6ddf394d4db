//! Entries against tiles, tiles against seals.

use super::{Finding, FindingKind, Phase, Progress, Report, stamps};
use meydan_kernel::{
    Result, Store,
    log::{
        Entry, Seal, TileId,
        note::Verifier,
        tree::{Edge, Hash, TILE_WIDTH, leaf_hash, tile_hashes},
    },
};

/// Limit: entries in memory at once.
const BATCH: usize = 4_096;
/// Limit: seals in memory at once.
const SEALS: usize = 256;

struct Walk<'a> {
    store: &'a dyn Store,
    verifier: Option<&'a Verifier>,
    /// Grown from the leaf hashes that the tiles hold, so that a changed entry and a changed tile are told apart.
    edge: Edge,
    /// The lowest tile that the next entry's hash stands in.
    tile: Vec<Hash>,
    seals: std::vec::IntoIter<Seal>,
    next_seal: Option<Seal>,
    /// Size of the last seal.
    sealed: u64,
}

/// Reads all entries before `head`.
pub(super) async fn walk(
    store: &dyn Store,
    verifier: Option<&Verifier>,
    head: u64,
    report: &mut Report,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<()> {
    let sealed = store.last_seal().await?.map_or(0, |s| s.size.unsigned_abs());
    let mut walk = Walk {
        store,
        verifier,
        edge: Edge::new(),
        tile: Vec::new(),
        seals: Vec::new().into_iter(),
        next_seal: None,
        sealed: sealed.min(head),
    };
    walk.advance(0).await?;
    while walk.edge.size() < head {
        let from = walk.edge.size();
        let limit = BATCH.min(usize::try_from(head - from).unwrap_or(BATCH));
        let entries = match store.entries(from as i64, limit).await {
            Ok(entries) => entries,
            // One unreadable entry must not hide the others: read them one by one.
            Err(_) if limit > 1 => walk.one_by_one(from, limit, report).await,
            Err(error) => return Err(error),
        };
        walk.batch(from, from + limit as u64, entries, report).await?;
        progress(Progress { phase: Phase::Log, done: walk.edge.size(), total: head });
    }
    walk.finish(head, report).await?;
    report.entries = head - report.broken.get(&FindingKind::EntryMissing).copied().unwrap_or(0);
    report.unsealed = head - sealed.min(head);
    Ok(())
}

impl Walk<'_> {
    async fn one_by_one(&self, from: u64, limit: usize, report: &mut Report) -> Vec<Entry> {
        let mut out = Vec::with_capacity(limit);
        for position in from..from + limit as u64 {
            match self.store.entries(position as i64, 1).await {
                Ok(found) => out.extend(found.into_iter().filter(|e| e.position == position as i64)),
                Err(e) => {
                    report.add(Finding::at(FindingKind::EntryUnreadable, position as i64, e.cause_text().unwrap_or(e.code())))
                }
            }
        }
        out
    }

    /// Takes the entries of `from..end`; those that are not there are missing (unless they were unreadable).
    async fn batch(&mut self, from: u64, end: u64, entries: Vec<Entry>, report: &mut Report) -> Result<()> {
        let mut entries = entries.into_iter().peekable();
        for position in from..end {
            // Positions out of order come from a store that lost its index; passed over, their place counts as missing.
            while entries.next_if(|e| (e.position as u64) < position).is_some() {}
            let entry = entries.next_if(|e| e.position as u64 == position);
            self.entry(position, entry, report).await?;
        }
        Ok(())
    }

    async fn entry(&mut self, position: u64, entry: Option<Entry>, report: &mut Report) -> Result<()> {
        let within = (position % TILE_WIDTH) as usize;
        if within == 0 {
            let id = TileId { level: 0, index: (position / TILE_WIDTH) as i64 };
            self.tile = self.store.tile(id).await?.and_then(|b| tile_hashes(&b)).unwrap_or_default();
            let wanted = (self.sealed.saturating_sub(position)).min(TILE_WIDTH) as usize;
            if self.tile.len() < wanted {
                let detail = format!("tile 0/{}: {} of {wanted} hashes", id.index, self.tile.len());
                report.add(Finding::at(FindingKind::TileBroken, position as i64, detail));
            }
        }
        let kept = self.tile.get(within).copied().filter(|_| position < self.sealed);
        let computed = entry.as_ref().map(|e| leaf_hash(&e.leaf_bytes()));
        match (&entry, computed, kept) {
            (Some(entry), Some(computed), Some(kept)) if computed != kept => {
                let finding = Finding::at(FindingKind::EntryChanged, entry.position, "");
                report.add(finding.of(&entry.register, entry.id, entry.version));
            }
            (None, ..)
                if !report
                    .findings
                    .iter()
                    .any(|f| f.kind == FindingKind::EntryUnreadable && f.position == Some(position as i64)) =>
            {
                report.add(Finding::at(FindingKind::EntryMissing, position as i64, ""));
            }
            _ => {}
        }
        let mut full = Vec::new();
        let leaf = kept.or(computed).unwrap_or_default();
        self.edge.push(leaf, &mut |id, hashes| full.push((id, hashes.to_vec())));
        for (id, hashes) in full.into_iter().filter(|(id, _)| id.level > 0) {
            self.upper_tile(id, &hashes, report).await?;
        }
        if self.next_seal.as_ref().is_some_and(|s| s.size.unsigned_abs() == self.edge.size()) {
            self.seal(report).await?;
        }
        Ok(())
    }

    /// A tile above the lowest must follow from those below.
    async fn upper_tile(&self, id: TileId, hashes: &[Hash], report: &mut Report) -> Result<()> {
        let first = (id.index.unsigned_abs() * TILE_WIDTH) << (8 * u32::from(id.level));
        // A tile counts as far as the last seal reaches.
        let sealed = (self.sealed.saturating_sub(first) >> (8 * u32::from(id.level))).min(TILE_WIDTH) as usize;
        let wanted = &hashes[..hashes.len().min(sealed)];
        let kept = self.store.tile(id).await?.and_then(|b| tile_hashes(&b)).unwrap_or_default();
        if kept.get(..wanted.len()) != Some(wanted) {
            let detail = format!("tile {}/{}", id.level, id.index);
            report.add(Finding::at(FindingKind::TileBroken, first as i64, detail));
        }
        Ok(())
    }

    async fn seal(&mut self, report: &mut Report) -> Result<()> {
        let Some(seal) = self.next_seal.take() else { return Ok(()) };
        report.seals += 1;
        if seal.root != self.edge.root() {
            report.add(Finding::at(FindingKind::SealRoot, seal.size, ""));
        }
        let signed = match self.verifier {
            None => Err("no key to check it with".to_owned()),
            Some(verifier) => match verifier.open(&seal.checkpoint) {
                Err(error) => Err(error.to_string()),
                Ok(c) if c.size != seal.size.unsigned_abs() || c.root != seal.root => Err("it says other numbers".to_owned()),
                Ok(_) => Ok(()),
            },
        };
        if let Err(detail) = signed {
            report.add(Finding::at(FindingKind::SealSignature, seal.size, detail));
        }
        report.time_stamps += u64::from(seal.time_stamp.is_some());
        if let Some(finding) = stamps::fault(&seal) {
            report.add(finding);
        }
        self.advance(seal.size).await
    }

    /// Makes the next seal after a size the next one to meet.
    async fn advance(&mut self, after: i64) -> Result<()> {
        self.next_seal = self.seals.next();
        if self.next_seal.is_none() {
            self.seals = self.store.seals(after, SEALS).await?.into_iter();
            self.next_seal = self.seals.next();
        }
        Ok(())
    }

    async fn finish(&mut self, head: u64, report: &mut Report) -> Result<()> {
        if self.edge.size() == head {
            let partial: Vec<(TileId, Vec<Hash>)> = self.edge.partial().map(|(id, h)| (id, h.to_vec())).collect();
            for (id, hashes) in partial.into_iter().filter(|(id, _)| id.level > 0) {
                self.upper_tile(id, &hashes, report).await?;
            }
        }
        // A seal that came while this walk ran is beyond its end but not beyond the log's.
        let now = self.store.head();
        while let Some(seal) = self.next_seal.take() {
            if seal.size > now {
                report.add(Finding::at(FindingKind::SealBeyond, seal.size, format!("head {now}")));
            }
            self.advance(seal.size).await?;
        }
        Ok(())
    }
}
