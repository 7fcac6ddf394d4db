//! Segments of a JPEG (ITU-T T.81 annex B, JFIF, Exif 2.32).

use super::{MAX_PARTS, Outline, be16, damaged};
use crate::Result;

const START: u8 = 0xd8;
const END: u8 = 0xd9;
const SCAN: u8 = 0xda;
const APP0: u8 = 0xe0;
const APP1: u8 = 0xe1;
const APP2: u8 = 0xe2;
const APP14: u8 = 0xee;
const EXIF: &[u8] = b"Exif\0\0";
/// Bytes of an APP0 without a thumbnail, of an Adobe segment.
const JFIF_BYTES: usize = 14;
const ADOBE_BYTES: usize = 12;

/// One segment: its marker, what it holds, and behind a scan's head the scan.
struct Segment<'a> {
    marker: u8,
    inside: &'a [u8],
    scan: &'a [u8],
}

/// Segments behind the start up to the end of the picture; what a file holds behind it isn't looked at.
fn segments(bytes: &[u8]) -> Result<Vec<Segment<'_>>> {
    let (mut out, mut at) = (Vec::new(), 2);
    // Bytes that belong to nothing are passed over, as all decoders do; so are fill bytes.
    while let Some(marker) = next_marker(bytes, at, |m| m != 0 && m != 0xff) {
        let kind = bytes.get(marker + 1).copied().ok_or_else(damaged)?;
        if kind == END {
            break;
        }
        at = marker + 2;
        if matches!(kind, 0x01 | 0xd0..=0xd7) {
            continue;
        }
        if kind == START || out.len() == MAX_PARTS {
            return Err(damaged());
        }
        let size = be16(bytes, at).filter(|s| *s >= 2).ok_or_else(damaged)? as usize;
        let inside = bytes.get(at + 2..at + size).ok_or_else(damaged)?;
        at += size;
        let mut scan: &[u8] = &[];
        if kind == SCAN {
            let end = next_marker(bytes, at, |m| m != 0 && m != 0xff && !(0xd0..=0xd7).contains(&m)).unwrap_or(bytes.len());
            scan = bytes.get(at..end).ok_or_else(damaged)?;
            at = end;
        }
        out.push(Segment { marker: kind, inside, scan });
    }
    let has = |wanted: fn(u8) -> bool| out.iter().any(|s| wanted(s.marker));
    if has(is_frame) && has(|m| m == SCAN) { Ok(out) } else { Err(damaged()) }
}

fn next_marker(bytes: &[u8], from: usize, wanted: impl Fn(u8) -> bool) -> Option<usize> {
    let rest = bytes.get(from..)?;
    rest.windows(2).position(|w| matches!(w, [0xff, kind] if wanted(*kind))).map(|at| from + at)
}

/// A frame's head: SOF, but for DHT, JPG, DAC that stand in the same row.
fn is_frame(marker: u8) -> bool {
    matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc)
}

pub(super) fn outline(bytes: &[u8]) -> Result<Outline<'_>> {
    let all = segments(bytes)?;
    let frame = all.iter().find(|s| is_frame(s.marker)).ok_or_else(damaged)?;
    let height = be16(frame.inside, 1).ok_or_else(damaged)?;
    let width = be16(frame.inside, 3).ok_or_else(damaged)?;
    let exif = all.iter().filter(|s| s.marker == APP1).find_map(|s| s.inside.strip_prefix(EXIF));
    Ok(Outline { width, height, exif })
}

pub(super) fn without_metadata(bytes: &[u8], orientation: u8) -> Result<Vec<u8>> {
    let all = segments(bytes)?;
    let mut out = vec![0xff, START];
    let jfif = all.iter().find(|s| s.marker == APP0 && s.inside.starts_with(b"JFIF\0"));
    if let Some(head) = jfif.and_then(|s| s.inside.get(..JFIF_BYTES - 2)) {
        // Its thumbnail has no columns and no rows any more.
        write(&mut out, APP0, &[head, &[0, 0]].concat());
    }
    if orientation != 1 {
        write(&mut out, APP1, &only_orientation(orientation));
    }
    for segment in &all {
        match segment.marker {
            // Tables, frames, restart intervals, scans, number of lines.
            0xc0..=0xcf | 0xdb..=0xdd => write(&mut out, segment.marker, segment.inside),
            SCAN => {
                write(&mut out, SCAN, segment.inside);
                out.extend_from_slice(segment.scan);
            }
            APP2 if segment.inside.starts_with(b"ICC_PROFILE\0") => write(&mut out, APP2, segment.inside),
            APP14 if segment.inside.starts_with(b"Adobe") => {
                write(&mut out, APP14, segment.inside.get(..ADOBE_BYTES).ok_or_else(damaged)?);
            }
            _ => {}
        }
    }
    out.extend_from_slice(&[0xff, END]);
    Ok(out)
}

fn write(out: &mut Vec<u8>, marker: u8, inside: &[u8]) {
    // It came out of a segment, or is shorter than any: two bytes say how long it is.
    let size = u16::try_from(inside.len() + 2).unwrap_or(u16::MAX);
    out.extend_from_slice(&[0xff, marker]);
    out.extend_from_slice(&size.to_be_bytes());
    out.extend_from_slice(inside);
}

/// EXIF with one entry: tag 0x0112, SHORT, once.
fn only_orientation(orientation: u8) -> Vec<u8> {
    let tiff = [b'M', b'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0];
    [EXIF, &tiff].concat()
}
