//! The values of one tile layer, each written once.

use super::{dictionary::MAX_TEXTS, varint};

/// Whole numbers below this find their place in the tile by a plain table.
const SMALL_INTS: usize = 4096;

/// The `values` of the layer under way and the tables that find a value's place in it. Kept from tile to tile: a stamp tells
/// which entries belong to the present one, so that nothing is cleared.
#[derive(Debug, Default)]
pub(crate) struct ValueTable {
    tile: u32,
    count: u32,
    /// The layer's `values` as written.
    pub(crate) bytes: Vec<u8>,
    /// Per text id: (tile, place).
    texts: Vec<(u32, u32)>,
    /// Per small whole number: (tile, place).
    ints: Vec<(u32, u32)>,
    /// All other values, open addressing by hash: (tile, place, start in `bytes`, end).
    others: Vec<(u32, u32, u32, u32)>,
    other_count: usize,
}

impl ValueTable {
    /// Forgets the last tile's values; `texts` is the size of the dictionary.
    pub(crate) fn start(&mut self, texts: usize) {
        self.tile = self.tile.wrapping_add(1);
        if self.tile == 0 {
            // Once in four thousand million tiles the stamps start anew.
            self.texts.clear();
            self.ints.clear();
            self.others.clear();
            self.tile = 1;
        }
        self.count = 0;
        self.other_count = 0;
        self.bytes.clear();
        if self.texts.len() < texts {
            self.texts.resize(texts.min(MAX_TEXTS), (0, 0));
        }
        self.ints.resize(SMALL_INTS, (0, 0));
        if self.others.is_empty() {
            self.others.resize(1024, (0, 0, 0, 0));
        }
    }

    /// Place of a text of the dictionary; `message` is its entry as written.
    #[inline]
    pub(crate) fn interned(&mut self, id: u32, message: &[u8]) -> u32 {
        match self.texts.get_mut(id as usize) {
            Some(entry) if entry.0 == self.tile => entry.1,
            // The first time in this tile: it may stand there already, from a feature that keeps the text with itself.
            _ => {
                let place = self.one_off(|out| out.extend_from_slice(message));
                if let Some(entry) = self.texts.get_mut(id as usize) {
                    *entry = (self.tile, place);
                }
                place
            }
        }
    }

    /// Place of a text that stays with its feature.
    #[inline]
    pub(crate) fn text(&mut self, text: &[u8]) -> u32 {
        self.one_off(|out| put_text(out, text))
    }

    /// Place of a whole number.
    #[inline]
    pub(crate) fn int(&mut self, v: i64) -> u32 {
        let tile = self.tile;
        match usize::try_from(v).ok().and_then(|n| self.ints.get_mut(n)) {
            Some(entry) if entry.0 == tile => entry.1,
            Some(entry) => {
                *entry = (tile, self.count);
                put_int(&mut self.bytes, v);
                self.count += 1;
                self.count - 1
            }
            None => self.one_off(|out| put_int(out, v)),
        }
    }

    /// Place of a number.
    pub(crate) fn real(&mut self, v: f64) -> u32 {
        self.one_off(|out| {
            out.extend_from_slice(&[0x22, 9, 0x19]);
            out.extend_from_slice(&v.to_le_bytes());
        })
    }

    /// Place of true or false.
    pub(crate) fn boolean(&mut self, v: bool) -> u32 {
        self.one_off(|out| out.extend_from_slice(&[0x22, 2, 0x38, u8::from(v)]))
    }

    /// Writes a value at the end and takes it back if it is there already.
    fn one_off(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> u32 {
        let start = self.bytes.len();
        write(&mut self.bytes);
        let hash = hash(self.bytes.get(start..).unwrap_or_default());
        let end = self.bytes.len();
        if self.other_count * 2 >= self.others.len() {
            self.grow();
        }
        let mask = self.others.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            let (tile, place, s, e) = self.others[at];
            if tile != self.tile {
                break;
            }
            if self.bytes.get(s as usize..e as usize) == self.bytes.get(start..end) {
                self.bytes.truncate(start);
                return place;
            }
            at = (at + 1) & mask;
        }
        self.others[at] = (self.tile, self.count, start as u32, end as u32);
        self.other_count += 1;
        self.count += 1;
        self.count - 1
    }

    fn grow(&mut self) {
        let old = std::mem::take(&mut self.others);
        self.others.resize(old.len() * 2, (0, 0, 0, 0));
        let mask = self.others.len() - 1;
        for entry in old.into_iter().filter(|e| e.0 == self.tile) {
            let mut at = hash(self.bytes.get(entry.2 as usize..entry.3 as usize).unwrap_or_default()) as usize & mask;
            while self.others[at].0 == self.tile {
                at = (at + 1) & mask;
            }
            self.others[at] = entry;
        }
    }
}

/// FNV-1a over eight bytes at a time: for a table of a few thousand entries that nobody outside fills on purpose beyond its
/// budget of bytes.
fn hash(bytes: &[u8]) -> u64 {
    let mut h = 0xcbf2_9ce4_8422_2325u64;
    let mut chunks = bytes.chunks_exact(8);
    for chunk in &mut chunks {
        let mut raw = [0; 8];
        raw.copy_from_slice(chunk);
        h = (h ^ u64::from_le_bytes(raw)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        h ^= h >> 29;
    }
    for b in chunks.remainder() {
        h = (h ^ u64::from(*b)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    h ^ h >> 32
}

/// A text as an entry of a layer's `values`.
pub(crate) fn put_text(out: &mut Vec<u8>, text: &[u8]) {
    let length = varint_len(text.len() as u64);
    out.push(0x22);
    varint::put(out, (1 + length + text.len()) as u64);
    out.push(0x0a);
    varint::put(out, text.len() as u64);
    out.extend_from_slice(text);
}

/// A whole number as an entry of a layer's `values`: `uint_value`, or `sint_value` if it is negative.
fn put_int(out: &mut Vec<u8>, v: i64) {
    let (tag, raw) = match u64::try_from(v) {
        Ok(raw) => (0x28, raw),
        Err(_) => (0x30, varint::zigzag(v)),
    };
    out.push(0x22);
    out.push(1 + varint_len(raw) as u8);
    out.push(tag);
    varint::put(out, raw);
}

/// Bytes that a varint takes.
pub(crate) fn varint_len(v: u64) -> usize {
    (70 - (v | 1).leading_zeros() as usize) / 7
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_is_written_once() {
        let mut t = ValueTable::default();
        for _ in 0..3 {
            t.start(2);
            let mut message = Vec::new();
            put_text(&mut message, "konut".as_bytes());
            assert_eq!(t.interned(1, &message), 0);
            assert_eq!(t.interned(1, &message), 0);
            assert_eq!(t.int(7), 1);
            assert_eq!(t.int(-7), 2);
            assert_eq!(t.int(7), 1);
            assert_eq!(t.int(-7), 2);
            assert_eq!(t.real(7.0), 3);
            assert_eq!(t.boolean(true), 4);
            assert_eq!(t.boolean(false), 5);
            assert_eq!(t.real(7.0), 3);
            for n in 0..5000 {
                assert_eq!(t.text(format!("Bina {n}").as_bytes()), 6 + n);
            }
            for n in 0..5000 {
                assert_eq!(t.text(format!("Bina {n}").as_bytes()), 6 + n);
            }
            // A text is the same value whether it comes from the dictionary or from its feature.
            assert_eq!(t.text("konut".as_bytes()), 0);
            let mut message = Vec::new();
            put_text(&mut message, "Bina 3".as_bytes());
            assert_eq!(t.interned(0, &message), 9);
        }
    }

    #[test]
    fn varint_lengths() {
        for (v, n) in [(0, 1), (127, 1), (128, 2), (16_383, 2), (16_384, 3), (u64::MAX, 10)] {
            assert_eq!(varint_len(v), n);
        }
    }
}
