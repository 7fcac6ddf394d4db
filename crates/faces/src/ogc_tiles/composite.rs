//! Tiles of several registers: the registers' tiles one after the other, which is how Protocol Buffers merge. Kept because their
//! gzip copy is dear; the parts tell whether a kept one is still right.

use crate::ogc_common::validator;
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use meydan_followers::Tile;
use quick_cache::{Weighter, sync::Cache};
use std::{
    io::Write,
    sync::{Arc, OnceLock},
};

/// Limit: bytes of composite tiles kept.
pub const MAX_COMPOSITE_BYTES: u64 = 64 << 20;
/// Composite tiles expected to be kept, for the cache's tables.
const EXPECTED: usize = 4_096;
/// Bodies below this are sent as they are.
const LEAST_GZIP_BYTES: usize = 256;

/// Bodies above this are coded on a thread of their own: it takes milliseconds.
const SLOW_BYTES: usize = 128 << 10;

/// Several registers' tiles as one.
pub struct Composite {
    /// Mapbox Vector Tile 2.1.
    pub body: Bytes,
    /// Strong entity tag, quotes included: follows from the parts' tags.
    pub etag: String,
    /// That of the gzip copy.
    pub gzip_etag: String,
    gzip: OnceLock<Bytes>,
}

impl Composite {
    fn of(parts: &[Arc<Tile>], tag: &str) -> Self {
        let mut body = Vec::with_capacity(parts.iter().map(|p| p.body.len()).sum());
        parts.iter().for_each(|p| body.extend_from_slice(&p.body));
        let gzip = OnceLock::new();
        Self { body: body.into(), etag: format!("\"{tag}\""), gzip_etag: format!("\"{tag}-gz\""), gzip }
    }

    /// True if asking for the gzip copy would take long enough to hold others up.
    pub fn is_slow_to_code(&self) -> bool {
        self.body.len() > SLOW_BYTES && self.gzip.get().is_none()
    }

    /// The body with content coding `gzip`, made when first asked for; `None` if it isn't worth it.
    pub fn gzip(&self) -> Option<&Bytes> {
        if self.body.len() < LEAST_GZIP_BYTES {
            return None;
        }
        Some(self.gzip.get_or_init(|| {
            let mut encoder = GzEncoder::new(Vec::with_capacity(self.body.len() / 2), Compression::new(4));
            // Writing to memory does not fail; if it did, the empty copy would be noticed by every reader at once.
            encoder.write_all(&self.body).and_then(|()| encoder.finish()).unwrap_or_default().into()
        }))
    }
}

type Key = (Arc<str>, u8, u32, u32);

#[derive(Clone)]
struct Bytesize;

impl Weighter<Key, Arc<Composite>> for Bytesize {
    fn weight(&self, key: &Key, composite: &Arc<Composite>) -> u64 {
        // The gzip copy, about a third, is counted in advance.
        (composite.body.len() * 4 / 3 + key.0.len() + 200) as u64
    }
}

/// The composite tiles made last.
pub struct Composites(Cache<Key, Arc<Composite>, Bytesize>);

impl Default for Composites {
    fn default() -> Self {
        Self(Cache::with_weighter(EXPECTED, MAX_COMPOSITE_BYTES, Bytesize))
    }
}

impl Composites {
    /// The composite of these parts, which are current: kept, or made anew.
    pub fn of(&self, layers: &str, z: u8, x: u32, y: u32, parts: &[Arc<Tile>]) -> Arc<Composite> {
        let tags: Vec<&[u8]> = parts.iter().map(|p| p.etag.as_bytes()).collect();
        let tag = validator::state(&tags);
        let key: Key = (layers.into(), z, x, y);
        if let Some(kept) = self.0.get(&key).filter(|c| c.etag.trim_matches('"') == tag) {
            return kept;
        }
        let made = Arc::new(Composite::of(parts, &tag));
        self.0.insert(key, Arc::clone(&made));
        made
    }
}
