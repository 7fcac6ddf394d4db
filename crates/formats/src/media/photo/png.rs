//! Chunks of a PNG (ISO/IEC 15948).

use super::{MAX_PARTS, Outline, be32, damaged};
use crate::Result;

const SIGNATURE_BYTES: usize = 8;
/// What makes the picture; everything else goes: texts, times, EXIF, and the further pictures of an animation.
const KEPT: [&[u8]; 15] = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"bKGD", b"pHYs", b"cICP",
    b"mDCV", b"cLLI",
];

/// Type, contents, and the chunk as it stands, up to the end of the picture.
type Chunk<'a> = (&'a [u8], &'a [u8], &'a [u8]);

fn chunks(bytes: &[u8]) -> Result<Vec<Chunk<'_>>> {
    let (mut out, mut at) = (Vec::new(), SIGNATURE_BYTES);
    loop {
        let size = be32(bytes, at).ok_or_else(damaged)? as usize;
        let end = size.checked_add(12).and_then(|s| s.checked_add(at)).ok_or_else(damaged)?;
        let whole = bytes.get(at..end).ok_or_else(damaged)?;
        let (kind, inside) = (whole.get(4..8).ok_or_else(damaged)?, whole.get(8..8 + size).ok_or_else(damaged)?);
        out.push((kind, inside, whole));
        at = end;
        if kind == b"IEND" {
            return Ok(out);
        }
        if out.len() == MAX_PARTS {
            return Err(damaged());
        }
    }
}

pub(super) fn outline(bytes: &[u8]) -> Result<Outline<'_>> {
    let all = chunks(bytes)?;
    let (_, head, _) = all.first().filter(|(kind, ..)| *kind == b"IHDR").ok_or_else(damaged)?;
    if !all.iter().any(|(kind, ..)| *kind == b"IDAT") {
        return Err(damaged());
    }
    let exif = all.iter().find(|(kind, ..)| *kind == b"eXIf").map(|(_, inside, _)| *inside);
    let (width, height) = (be32(head, 0).ok_or_else(damaged)?, be32(head, 4).ok_or_else(damaged)?);
    Ok(Outline { width, height, exif })
}

pub(super) fn without_metadata(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut out = bytes.get(..SIGNATURE_BYTES).ok_or_else(damaged)?.to_vec();
    for (_, _, whole) in chunks(bytes)?.into_iter().filter(|(kind, ..)| KEPT.contains(kind)) {
        out.extend_from_slice(whole);
    }
    Ok(out)
}
