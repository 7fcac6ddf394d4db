//! Variable-length integers as in Protocol Buffers.

/// Appends an unsigned integer, seven bits a byte, lowest first.
pub(crate) fn put(out: &mut Vec<u8>, mut v: u64) {
    while v >= 0x80 {
        out.push(v as u8 | 0x80);
        v >>= 7;
    }
    out.push(v as u8);
}

/// Appends a signed integer, zigzag.
pub(crate) fn put_signed(out: &mut Vec<u8>, v: i64) {
    put(out, zigzag(v));
}

/// Small magnitudes of either sign as small unsigned numbers.
pub(crate) fn zigzag(v: i64) -> u64 {
    ((v << 1) ^ (v >> 63)) as u64
}

/// Reads from a slice that this house packed itself; beyond its end it reads zeros rather than failing.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    pub(crate) fn rest(&self) -> &'a [u8] {
        self.bytes
    }

    #[inline]
    pub(crate) fn byte(&mut self) -> u8 {
        match self.bytes.split_first() {
            Some((b, rest)) => {
                self.bytes = rest;
                *b
            }
            None => 0,
        }
    }

    #[inline]
    pub(crate) fn unsigned(&mut self) -> u64 {
        let first = self.byte();
        if first < 0x80 {
            return u64::from(first);
        }
        let mut v = u64::from(first & 0x7f);
        let mut at = 7;
        loop {
            let b = self.byte();
            v |= u64::from(b & 0x7f) << (at & 63);
            at += 7;
            if b < 0x80 || at > 63 {
                return v;
            }
        }
    }

    #[inline]
    pub(crate) fn signed(&mut self) -> i64 {
        let v = self.unsigned();
        (v >> 1) as i64 ^ -((v & 1) as i64)
    }

    #[inline]
    pub(crate) fn take(&mut self, n: usize) -> &'a [u8] {
        let (head, rest) = self.bytes.split_at(n.min(self.bytes.len()));
        self.bytes = rest;
        head
    }

    #[inline]
    pub(crate) fn u16(&mut self) -> u16 {
        u16::from(self.byte()) | u16::from(self.byte()) << 8
    }

    #[inline]
    pub(crate) fn u64(&mut self) -> u64 {
        let mut raw = [0; 8];
        let bytes = self.take(8);
        raw[..bytes.len()].copy_from_slice(bytes);
        u64::from_le_bytes(raw)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn integers_come_back(u in any::<u64>(), s in any::<i64>()) {
            let mut out = Vec::new();
            put(&mut out, u);
            put_signed(&mut out, s);
            let mut r = Reader::new(&out);
            prop_assert_eq!(r.unsigned(), u);
            prop_assert_eq!(r.signed(), s);
            prop_assert!(r.is_empty());
        }

        #[test]
        fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let mut r = Reader::new(&bytes);
            for _ in 0..50 {
                r.unsigned();
                r.signed();
            }
            prop_assert!(r.is_empty());
        }
    }
}
