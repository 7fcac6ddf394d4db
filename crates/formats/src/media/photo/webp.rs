//! Chunks of a WebP (RFC 9649).

use super::{MAX_PARTS, Outline, damaged};
use crate::Result;

const HEAD_BYTES: usize = 12;
/// Flags of `VP8X` that announce EXIF and XMP.
const TELLS: u8 = 0x08 | 0x04;
/// Bytes of a frame of an animation before its own chunks.
const FRAME_BYTES: usize = 16;

fn chunks(bytes: &[u8]) -> Result<Vec<(&[u8], &[u8])>> {
    let (mut out, mut rest) = (Vec::new(), bytes);
    while !rest.is_empty() {
        let size = le(rest, 4, 4).ok_or_else(damaged)? as usize;
        let (kind, inside) =
            (rest.get(..4).ok_or_else(damaged)?, rest.get(8..).and_then(|r| r.get(..size)).ok_or_else(damaged)?);
        out.push((kind, inside));
        if out.len() == MAX_PARTS {
            return Err(damaged());
        }
        // An odd chunk is followed by a byte that means nothing; some writers leave the last one out.
        rest = rest.get(8 + size + size % 2..).unwrap_or_default();
    }
    Ok(out)
}

/// The chunks of the file; what stands behind the end that its head names isn't looked at.
fn parts(bytes: &[u8]) -> Result<Vec<(&[u8], &[u8])>> {
    let size = le(bytes, 4, 4).ok_or_else(damaged)? as usize;
    let end = size.checked_add(8).ok_or_else(damaged)?;
    let all = chunks(bytes.get(HEAD_BYTES..end).ok_or_else(damaged)?)?;
    let has_picture = all.iter().any(|(kind, _)| [&b"VP8 "[..], b"VP8L", b"ANMF"].contains(kind));
    if has_picture { Ok(all) } else { Err(damaged()) }
}

pub(super) fn outline(bytes: &[u8]) -> Result<Outline<'_>> {
    let all = parts(bytes)?;
    let exif =
        all.iter().find(|(kind, _)| *kind == b"EXIF").map(|(_, inside)| inside.strip_prefix(b"Exif\0\0").unwrap_or(inside));
    let (kind, inside) = *all.first().ok_or_else(damaged)?;
    let size = match kind {
        b"VP8X" => le(inside, 4, 3).zip(le(inside, 7, 3)).map(|(w, h)| (w + 1, h + 1)),
        b"VP8 " if inside.get(3..6) == Some(&[0x9d, 0x01, 0x2a]) => {
            le(inside, 6, 2).zip(le(inside, 8, 2)).map(|(w, h)| (w & 0x3fff, h & 0x3fff))
        }
        b"VP8L" if inside.first() == Some(&0x2f) => le(inside, 1, 4).map(|b| ((b & 0x3fff) + 1, ((b >> 14) & 0x3fff) + 1)),
        _ => None,
    };
    let (width, height) = size.ok_or_else(damaged)?;
    Ok(Outline { width, height, exif })
}

pub(super) fn without_metadata(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut inside = b"WEBP".to_vec();
    for (kind, chunk) in parts(bytes)? {
        match kind {
            b"VP8X" => {
                let mut head = chunk.to_vec();
                *head.first_mut().ok_or_else(damaged)? &= !TELLS;
                write(&mut inside, kind, &head);
            }
            b"VP8 " | b"VP8L" | b"ALPH" | b"ANIM" | b"ICCP" => write(&mut inside, kind, chunk),
            b"ANMF" => write(&mut inside, kind, &frame(chunk)?),
            _ => {}
        }
    }
    let size = u32::try_from(inside.len()).map_err(|_| damaged())?;
    Ok([b"RIFF", &size.to_le_bytes()[..], &inside].concat())
}

/// A frame of an animation with its picture only.
fn frame(chunk: &[u8]) -> Result<Vec<u8>> {
    let (head, rest) = chunk.split_at_checked(FRAME_BYTES).ok_or_else(damaged)?;
    let mut out = head.to_vec();
    for (kind, inside) in chunks(rest)?.into_iter().filter(|(kind, _)| [&b"VP8 "[..], b"VP8L", b"ALPH"].contains(kind)) {
        write(&mut out, kind, inside);
    }
    Ok(out)
}

fn write(out: &mut Vec<u8>, kind: &[u8], inside: &[u8]) {
    out.extend_from_slice(kind);
    // It came out of a chunk whose size four bytes say.
    out.extend_from_slice(&u32::try_from(inside.len()).unwrap_or(u32::MAX).to_le_bytes());
    out.extend_from_slice(inside);
    if !inside.len().is_multiple_of(2) {
        out.push(0);
    }
}

/// A little-endian number of up to four bytes.
fn le(bytes: &[u8], at: usize, count: usize) -> Option<u32> {
    Some(bytes.get(at..at + count)?.iter().rev().fold(0, |sum, b| (sum << 8) | u32::from(*b)))
}
