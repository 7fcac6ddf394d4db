//! Proofs: that an entry is in the tree, that a tree is the beginning of a later one (RFC 6962, 2.1.1 and 2.1.2; checked as in RFC
//! 9162, 2.1.3.2 and 2.1.4.2), and the text in which an auditor takes the first kind away (C2SP tlog-proof).

use super::{
    TileId,
    tree::{Hash, Node, fold, node_hash, nodes_of, root_of, tile_hashes},
};
use crate::{Error, Kind, Result, Store};
use base64::{Engine as _, prelude::BASE64_STANDARD};

/// A proof before its tiles are there: each hash of it is the root over a range of entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    ranges: Vec<(u64, u64)>,
}

impl Wanted {
    /// The way from an entry to the root of the first `size` entries; `None` if the entry is not among them.
    pub fn inclusion(position: u64, size: u64) -> Option<Self> {
        let mut ranges = Vec::new();
        let (mut start, mut end) = (0, size);
        if position >= size {
            return None;
        }
        while end - start > 1 {
            let middle = start + split(end - start);
            if position < middle {
                ranges.push((middle, end));
                end = middle;
            } else {
                ranges.push((start, middle));
                start = middle;
            }
        }
        ranges.reverse();
        Some(Self { ranges })
    }

    /// The proof that the first `first` entries of a tree of `second` are the tree of `first`; `None` unless `0 < first <= second`.
    pub fn consistency(first: u64, second: u64) -> Option<Self> {
        if first == 0 || first > second {
            return None;
        }
        let mut ranges = Vec::new();
        let (mut start, mut end) = (0, second);
        // `whole`: the old tree is still the whole left part, so its root is known to the one who asks.
        let mut whole = true;
        while first != end {
            let middle = start + split(end - start);
            if first <= middle {
                ranges.push((middle, end));
                end = middle;
            } else {
                ranges.push((start, middle));
                start = middle;
                whole = false;
            }
        }
        if !whole {
            ranges.push((start, end));
        }
        ranges.reverse();
        Some(Self { ranges })
    }

    /// The root of the first `size` entries, as a proof of one hash.
    pub fn root(size: u64) -> Self {
        Self { ranges: vec![(0, size)] }
    }

    /// The tiles that are needed, each once, with the hashes that each must have at least.
    pub fn tiles(&self) -> Vec<(TileId, usize)> {
        let mut out: Vec<(TileId, usize)> = Vec::new();
        for node in self.nodes() {
            let (tile, _, end) = node.place();
            match out.iter_mut().find(|(id, _)| *id == tile) {
                Some((_, width)) => *width = (*width).max(end),
                None => out.push((tile, end)),
            }
        }
        out
    }

    /// The hashes of the proof from the tiles; `None` if one is missing or too narrow.
    pub fn compute<'a>(&self, tile: impl Fn(TileId) -> Option<&'a [Hash]>) -> Option<Vec<Hash>> {
        let hash = |node: Node| {
            let (id, start, end) = node.place();
            Some(root_of(tile(id)?.get(start..end)?))
        };
        let range = |(start, end): &(u64, u64)| {
            let nodes: Option<Vec<Hash>> = nodes_of(*start, *end).into_iter().map(hash).collect();
            Some(fold(&nodes?))
        };
        self.ranges.iter().map(range).collect()
    }

    /// The hashes of the proof from the tiles of a store.
    ///
    /// # Errors
    /// Those of the store; `tile-missing` (Internal) if it lost a tile, or the tree is not sealed as far as the proof reaches.
    pub async fn fetch(&self, store: &dyn Store) -> Result<Vec<Hash>> {
        let mut tiles = std::collections::HashMap::new();
        for (id, _) in self.tiles() {
            if let Some(hashes) = store.tile(id).await?.and_then(|bytes| tile_hashes(&bytes)) {
                tiles.insert(id, hashes);
            }
        }
        self.compute(|id| tiles.get(&id).map(Vec::as_slice)).ok_or_else(|| {
            Error::new(
                Kind::Internal,
                "tile-missing",
                "Defterin karma ağacında eksik var.",
                "A part of the log's hash tree is missing.",
            )
            .hint("`meydan log verify` ile denetleyin.", "Check with `meydan log verify`.")
        })
    }

    fn nodes(&self) -> impl Iterator<Item = Node> {
        self.ranges.iter().flat_map(|(start, end)| nodes_of(*start, *end))
    }
}

/// The largest power of two below `n` (`n > 1`).
fn split(n: u64) -> u64 {
    1 << (n - 1).ilog2()
}

/// True if the proof leads from the entry's hash to the root.
pub fn verify_inclusion(leaf: &Hash, position: u64, size: u64, proof: &[Hash], root: &Hash) -> bool {
    if position >= size {
        return false;
    }
    let (mut at, mut last) = (position, size - 1);
    let mut hash = *leaf;
    for step in proof {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            hash = node_hash(step, &hash);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, step);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// True if the proof shows that the first tree is the beginning of the second.
pub fn verify_consistency(first: u64, second: u64, first_root: &Hash, second_root: &Hash, proof: &[Hash]) -> bool {
    if first == 0 || first > second {
        return false;
    }
    if first == second {
        return proof.is_empty() && first_root == second_root;
    }
    let known = first.is_power_of_two().then_some(first_root);
    let mut steps = known.into_iter().chain(proof);
    let Some(start) = steps.next() else { return false };
    let (mut at, mut last) = (first - 1, second - 1);
    while at & 1 == 1 {
        at >>= 1;
        last >>= 1;
    }
    let (mut old, mut new) = (*start, *start);
    for step in steps {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            old = node_hash(step, &old);
            new = node_hash(step, &new);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            new = node_hash(&new, step);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && old == *first_root && new == *second_root
}

/// First line of a proof file.
const PROOF_HEAD: &str = "c2sp.org/tlog-proof@v1";

/// An inclusion proof with its checkpoint as one text (`.tlog-proof`): all that is needed offline, beside the entry and the
/// log's verifier key.
pub fn to_text(position: u64, proof: &[Hash], checkpoint: &str) -> String {
    let mut out = format!("{PROOF_HEAD}\nindex {position}\n");
    for hash in proof {
        out.push_str(&BASE64_STANDARD.encode(hash));
        out.push('\n');
    }
    out.push('\n');
    out.push_str(checkpoint);
    out
}

/// Reads what [`to_text`] writes: position, proof, checkpoint; `None` if it is something else.
pub fn from_text(text: &str) -> Option<(u64, Vec<Hash>, &str)> {
    let (head, checkpoint) = text.split_once("\n\n")?;
    let mut lines = head.lines();
    if lines.next()? != PROOF_HEAD {
        return None;
    }
    let mut line = lines.next()?;
    if line.starts_with("extra ") {
        line = lines.next()?;
    }
    let position = line.strip_prefix("index ")?.parse().ok()?;
    let hash = |line: &str| BASE64_STANDARD.decode(line).ok().and_then(|b| Hash::try_from(b).ok());
    Some((position, lines.map(hash).collect::<Option<_>>()?, checkpoint))
}
