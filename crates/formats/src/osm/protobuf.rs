//! The little of protocol buffers that the OSM format needs: fields by number, varints, packed lists. No byte is believed.

/// One field's value.
#[derive(Debug, Clone, Copy)]
pub(super) enum Field<'a> {
    /// A varint.
    Number(u64),
    /// A length-delimited value: bytes, text, message or packed list.
    Bytes(&'a [u8]),
}

/// A message, read from front to back.
#[derive(Clone, Copy)]
pub(super) struct Message<'a>(pub(super) &'a [u8]);

/// The bytes are no message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Broken;

impl<'a> Message<'a> {
    /// The next field with its number; fields of the fixed types are passed over, as OSM has none.
    pub(super) fn next(&mut self) -> Result<Option<(u32, Field<'a>)>, Broken> {
        while !self.0.is_empty() {
            let key = varint(&mut self.0)?;
            let number = u32::try_from(key >> 3).map_err(|_| Broken)?;
            match key & 7 {
                0 => return Ok(Some((number, Field::Number(varint(&mut self.0)?)))),
                2 => {
                    let length = usize::try_from(varint(&mut self.0)?).map_err(|_| Broken)?;
                    return Ok(Some((number, Field::Bytes(self.take(length)?))));
                }
                1 => drop(self.take(8)?),
                5 => drop(self.take(4)?),
                _ => return Err(Broken),
            }
        }
        Ok(None)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Broken> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(Broken)?;
        self.0 = rest;
        Ok(taken)
    }
}

/// A varint from the front of some bytes.
pub(super) fn varint(bytes: &mut &[u8]) -> Result<u64, Broken> {
    let mut out = 0u64;
    for (at, byte) in bytes.iter().take(10).enumerate() {
        out |= u64::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            *bytes = &bytes[at + 1..];
            return Ok(out);
        }
    }
    Err(Broken)
}

/// A zigzag number.
pub(super) const fn signed(n: u64) -> i64 {
    (n >> 1) as i64 ^ -((n & 1) as i64)
}

/// A packed list of varints; it ends early at bytes that are none.
#[derive(Clone, Copy, Default)]
pub(super) struct Packed<'a>(pub(super) &'a [u8]);

impl Iterator for Packed<'_> {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        if self.0.is_empty() {
            return None;
        }
        varint(&mut self.0).ok()
    }
}

/// A packed list of zigzag differences, added up.
#[derive(Clone, Copy, Default)]
pub(super) struct Deltas<'a> {
    list: Packed<'a>,
    sum: i64,
}

impl<'a> Deltas<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { list: Packed(bytes), sum: 0 }
    }
}

impl Iterator for Deltas<'_> {
    type Item = i64;

    fn next(&mut self) -> Option<i64> {
        self.sum = self.sum.wrapping_add(signed(self.list.next()?));
        Some(self.sum)
    }
}
