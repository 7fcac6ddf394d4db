//! The geometry blob of GeoPackage (OGC 12-128r19, 2.1.3): a head, an envelope, WKB.

use meydan_geo::{Bbox, Wkb};

/// The head's flag of an empty geometry.
const EMPTY: u8 = 0b0001_0000;

/// Reads a blob; `None` for an empty geometry.
pub(super) fn read(blob: &[u8]) -> Result<Option<Wkb>, String> {
    let [b'G', b'P', _version, flags, _, _, _, _, rest @ ..] = blob else {
        return Err("no GeoPackage geometry head".to_owned());
    };
    let envelope = match (flags >> 1) & 7 {
        0 => 0,
        1 => 32,
        2 | 3 => 48,
        4 => 64,
        _ => return Err("unknown envelope kind".to_owned()),
    };
    let wkb = rest.get(envelope..).ok_or("the envelope is cut off")?;
    if flags & EMPTY != 0 {
        return Ok(None);
    }
    Wkb::parse(wkb).map(Some).map_err(|e| e.to_string())
}

/// Writes a blob with an XY envelope (none for a point, whose coordinates say the same).
pub(super) fn write(wkb: &Wkb, bbox: Option<Bbox>, srs: i32) -> Vec<u8> {
    let point = wkb.as_bytes().get(1) == Some(&1);
    let mut out = Vec::with_capacity(wkb.as_bytes().len() + 40);
    out.extend_from_slice(b"GP\0");
    let envelope = bbox.filter(|_| !point);
    out.push(1 | if bbox.is_none() { EMPTY } else { 0 } | u8::from(envelope.is_some()) << 1);
    out.extend_from_slice(&srs.to_le_bytes());
    if let Some(b) = envelope {
        for v in [b.min_x, b.max_x, b.min_y, b.max_y] {
            out.extend_from_slice(&v.to_le_bytes());
        }
    }
    out.extend_from_slice(wkb.as_bytes());
    out
}
