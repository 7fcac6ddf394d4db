//! A finished tile.

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use meydan_geo::tiles::Encoded;
use std::{io::Write, sync::OnceLock};

/// Bodies below this are sent as they are: gzip's frame would eat what it saves.
const LEAST_GZIP_BYTES: usize = 256;
/// Twice as quick as gzip's usual 6 and hardly larger: the first who asks waits for it.
const GZIP_LEVEL: Compression = Compression::new(4);

/// One layer of one tile, ready to be sent. Shared by everyone who asks for it.
#[derive(Debug)]
pub struct Tile {
    /// Mapbox Vector Tile 2.1 with one layer; empty if nothing shows in it. Tiles of several layers are made by writing their
    /// bodies one after the other.
    pub body: Bytes,
    /// Strong entity tag of the body, quotes included: the same bytes have the same tag on every server and after a restart.
    pub etag: String,
    /// Strong entity tag of the gzip copy (RFC 9110, 8.8.3.3: another content coding is another representation).
    pub gzip_etag: String,
    /// How many features it has.
    pub features: u32,
    /// True if it leaves features out, or shows them simpler than they are.
    pub thinned: bool,
    gzip: OnceLock<Bytes>,
}

impl Tile {
    pub(super) fn new(encoded: Encoded) -> Self {
        let hash = twox_hash::XxHash3_128::oneshot(&encoded.bytes);
        Self {
            body: encoded.bytes.into(),
            etag: format!("\"{hash:032x}\""),
            gzip_etag: format!("\"{hash:032x}-gz\""),
            features: encoded.features,
            thinned: encoded.thinned > 0,
            gzip: OnceLock::new(),
        }
    }

    /// The tile with nothing in it.
    pub(super) fn empty() -> Self {
        Self::new(Encoded { bytes: Vec::new(), features: 0, thinned: 0 })
    }

    /// The body with content coding `gzip`, made when first asked for; `None` if it isn't worth it.
    pub fn gzip(&self) -> Option<&Bytes> {
        if self.body.len() < LEAST_GZIP_BYTES {
            return None;
        }
        Some(self.gzip.get_or_init(|| {
            let mut encoder = GzEncoder::new(Vec::with_capacity(self.body.len() / 2), GZIP_LEVEL);
            // Writing to memory does not fail; if it did, the empty copy would be noticed by every reader at once.
            encoder.write_all(&self.body).and_then(|()| encoder.finish()).unwrap_or_default().into()
        }))
    }

    /// Bytes that it takes in the cache, its gzip copy counted in advance.
    pub(super) fn weight(&self) -> u64 {
        // Tiles compress to about a third; 300 bytes for the tags, the table's entry and the allocator.
        (self.body.len() + self.body.len() / 2 + 300) as u64
    }
}
