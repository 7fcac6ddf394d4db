//! The tree over the log: hashing of RFC 6962, section 2.1, stored as tiles of C2SP tlog-tiles.
//!
//! Pure: tiles come from the caller and go to the caller.

use super::TileId;
use sha2::{Digest, Sha256};

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// Hashes of one full tile.
pub const TILE_WIDTH: u64 = 256;
/// Levels of the tree that one tile spans.
pub const TILE_HEIGHT: u32 = 8;
/// Limit: levels of tiles (8 levels hold more entries than an `i64` counts).
pub const MAX_LEVEL: u8 = 7;

/// Hash of one entry.
pub fn leaf_hash(bytes: &[u8]) -> Hash {
    let mut hash = Sha256::new();
    hash.update([0]);
    hash.update(bytes);
    hash.finalize().into()
}

/// Hash over two subtrees.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut hash = Sha256::new();
    hash.update([1]);
    hash.update(left);
    hash.update(right);
    hash.finalize().into()
}

/// Root of the empty tree.
pub fn empty_root() -> Hash {
    Sha256::digest([]).into()
}

/// Root over hashes side by side, as many as there are (RFC 6962 MTH).
pub fn root_of(hashes: &[Hash]) -> Hash {
    match hashes {
        [] => empty_root(),
        [one] => *one,
        many => {
            let (left, right) = many.split_at(many.len().next_power_of_two() / 2);
            node_hash(&root_of(left), &root_of(right))
        }
    }
}

/// A whole subtree: `2^height` entries from entry `index * 2^height` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node {
    /// Height over the leaves.
    pub height: u32,
    /// Index among the nodes of its height.
    pub index: u64,
}

impl Node {
    /// The tile that holds the hashes from which this node is computed, and which of them: (tile, first, end).
    pub fn place(self) -> (TileId, usize, usize) {
        let level = self.height / TILE_HEIGHT;
        let within = self.height % TILE_HEIGHT;
        let first = self.index << within;
        let start = (first % TILE_WIDTH) as usize;
        let tile = TileId { level: level as u8, index: (first / TILE_WIDTH) as i64 };
        (tile, start, start + (1 << within))
    }
}

/// The whole subtrees that entries `start..end` fall into, from left to right. `start` must be where a subtree that covers the
/// range could begin (0, or a multiple of a power of two that is not smaller than the range), as in all ranges of RFC 6962.
pub fn nodes_of(start: u64, end: u64) -> Vec<Node> {
    let mut out = Vec::new();
    let mut at = start;
    while at < end {
        let height = (end - at).ilog2();
        out.push(Node { height, index: at >> height });
        at += 1 << height;
    }
    out
}

/// The root over subtrees from left to right.
pub fn fold(nodes: &[Hash]) -> Hash {
    let mut rest = nodes.iter().rev();
    let Some(last) = rest.next() else { return empty_root() };
    rest.fold(*last, |right, left| node_hash(left, &right))
}

/// Grows a tree entry by entry, keeping only its right edge: at most 255 hashes a level.
#[derive(Debug, Clone)]
pub struct Edge {
    size: u64,
    levels: Vec<Vec<Hash>>,
}

impl Edge {
    /// The empty tree.
    pub fn new() -> Self {
        Self { size: 0, levels: Vec::new() }
    }

    /// The tiles that hold the right edge of a tree of this size, with the hashes used of each.
    pub fn tiles(size: u64) -> Vec<(TileId, usize)> {
        let mut out = Vec::new();
        let mut width = size;
        for level in 0..=MAX_LEVEL {
            let used = (width % TILE_WIDTH) as usize;
            width /= TILE_WIDTH;
            if used > 0 {
                out.push((TileId { level, index: width as i64 }, used));
            }
        }
        out
    }

    /// Takes up a tree of this size from its tiles; `None` if one is missing or too narrow.
    pub fn load(size: u64, tile: impl Fn(TileId) -> Option<Vec<Hash>>) -> Option<Self> {
        let mut levels: Vec<Vec<Hash>> = Vec::new();
        for (id, used) in Self::tiles(size) {
            let hashes = tile(id)?;
            levels.resize(usize::from(id.level) + 1, Vec::new());
            levels[usize::from(id.level)] = hashes.get(..used)?.to_vec();
        }
        Some(Self { size, levels })
    }

    /// How many entries.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds an entry's hash; gives each tile that became full to `full`.
    pub fn push(&mut self, leaf: Hash, full: &mut impl FnMut(TileId, &[Hash])) {
        self.size += 1;
        let mut hash = leaf;
        let mut width = self.size;
        for level in 0..=MAX_LEVEL {
            if self.levels.len() <= usize::from(level) {
                self.levels.push(Vec::with_capacity(TILE_WIDTH as usize));
            }
            let hashes = &mut self.levels[usize::from(level)];
            hashes.push(hash);
            if hashes.len() < TILE_WIDTH as usize {
                return;
            }
            width /= TILE_WIDTH;
            full(TileId { level, index: width as i64 - 1 }, hashes);
            hash = root_of(hashes);
            hashes.clear();
        }
    }

    /// The tiles that are not full.
    pub fn partial(&self) -> impl Iterator<Item = (TileId, &[Hash])> {
        let mut width = self.size;
        self.levels.iter().enumerate().filter_map(move |(level, hashes)| {
            width /= TILE_WIDTH;
            (!hashes.is_empty()).then_some((TileId { level: level as u8, index: width as i64 }, hashes.as_slice()))
        })
    }

    /// The root (RFC 6962, section 2.1).
    pub fn root(&self) -> Hash {
        let mut nodes = Vec::new();
        for hashes in self.levels.iter().rev() {
            let mut rest = hashes.as_slice();
            while !rest.is_empty() {
                let (whole, after) = rest.split_at(1 << rest.len().ilog2());
                nodes.push(root_of(whole));
                rest = after;
            }
        }
        fold(&nodes)
    }
}

impl Default for Edge {
    fn default() -> Self {
        Self::new()
    }
}

/// Hashes side by side as the bytes of a tile.
pub fn tile_bytes(hashes: &[Hash]) -> Vec<u8> {
    hashes.concat()
}

/// The hashes of a tile; `None` if the bytes are no tile.
pub fn tile_hashes(bytes: &[u8]) -> Option<Vec<Hash>> {
    let fits = bytes.len().is_multiple_of(32) && bytes.len() / 32 <= TILE_WIDTH as usize;
    fits.then(|| bytes.chunks_exact(32).filter_map(|c| c.first_chunk().copied()).collect())
}

/// A tile as a client asks for it by path: how much of it, and whether hashes or entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TilePath {
    /// Level; `None` for a bundle of entries.
    pub level: Option<u8>,
    /// Index in the level.
    pub index: u64,
    /// Hashes or entries asked for: 256 for a full tile.
    pub width: usize,
}

impl TilePath {
    /// Reads `0/x001/x234/067`, `0/005.p/17`, `entries/005` (what stands after `tile/`); `None` for any other spelling, for a tile
    /// has only one.
    pub fn parse(path: &str) -> Option<Self> {
        let (first, rest) = path.split_once('/')?;
        let level = match first {
            "entries" => None,
            digits => Some(digits.parse::<u8>().ok().filter(|l| *l <= MAX_LEVEL && l.to_string() == digits)?),
        };
        let (number, width) = match rest.split_once(".p/") {
            Some((number, width)) => {
                let w =
                    width.parse::<usize>().ok().filter(|w| (1..TILE_WIDTH as usize).contains(w) && w.to_string() == width)?;
                (number, w)
            }
            None => (rest, TILE_WIDTH as usize),
        };
        let mut index: u64 = 0;
        let mut groups = number.split('/').peekable();
        while let Some(group) = groups.next() {
            let digits = if groups.peek().is_some() { group.strip_prefix('x')? } else { group };
            if digits.len() != 3 || !digits.bytes().all(|b| b.is_ascii_digit()) {
                return None;
            }
            index = index.checked_mul(1000)?.checked_add(digits.parse().ok()?)?;
        }
        let found = Self { level, index, width };
        // Leading groups of zeros would be a second spelling.
        (found.to_string() == path).then_some(found)
    }
}

impl std::fmt::Display for TilePath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.level {
            Some(level) => write!(f, "{level}")?,
            None => f.write_str("entries")?,
        }
        let mut groups = vec![self.index % 1000];
        let mut rest = self.index / 1000;
        while rest > 0 {
            groups.push(rest % 1000);
            rest /= 1000;
        }
        for (i, group) in groups.iter().enumerate().rev() {
            write!(f, "/{}{group:03}", if i > 0 { "x" } else { "" })?;
        }
        if self.width < TILE_WIDTH as usize { write!(f, ".p/{}", self.width) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests;
