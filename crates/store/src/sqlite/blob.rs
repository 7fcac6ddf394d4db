//! The GeoPackage geometry blob (OGC 12-128r19, 2.1.3): a header with the SRS and the box, then WKB.

use meydan_geo::{Bbox, GeometryType, Wkb};

/// The SRS of all our geometry: WGS 84 / ITRF96 in longitude, latitude order.
pub(super) const SRS_ID: i32 = 4326;
const MAGIC: [u8; 2] = *b"GP";
/// Bytes before the envelope.
const PREFIX: usize = 8;
/// Little endian, envelope of x and y.
const FLAGS_BOX: u8 = 0b0000_0011;
/// Little endian, no envelope: for points, whose coordinates are their box.
const FLAGS_BARE: u8 = 0b0000_0001;

/// The blob of a geometry and its box; the box is missing for an empty one.
pub(super) fn encode(geometry: &Wkb) -> (Vec<u8>, Option<Bbox>) {
    let wkb = geometry.as_bytes();
    let bbox = geometry.bbox();
    let enveloped = bbox.filter(|_| geometry.geometry_type() != GeometryType::Point);
    let mut out = Vec::with_capacity(PREFIX + 32 + wkb.len());
    out.extend_from_slice(&MAGIC);
    out.push(0);
    let empty = if bbox.is_none() { 0b0001_0000 } else { 0 };
    out.push(empty | if enveloped.is_some() { FLAGS_BOX } else { FLAGS_BARE });
    out.extend_from_slice(&SRS_ID.to_le_bytes());
    if let Some(b) = enveloped {
        for side in [b.min_x, b.max_x, b.min_y, b.max_y] {
            out.extend_from_slice(&side.to_le_bytes());
        }
    }
    out.extend_from_slice(wkb);
    (out, bbox)
}

/// The WKB in a blob that this store wrote.
pub(super) fn wkb(blob: &[u8]) -> Option<&[u8]> {
    if blob.get(..2)? != MAGIC {
        return None;
    }
    let envelope = match (blob.get(3)? >> 1) & 0b111 {
        0 => 0,
        1 => 32,
        2 | 3 => 48,
        4 => 64,
        _ => return None,
    };
    blob.get(PREFIX + envelope..)
}

/// The geometry in a blob that this store wrote.
pub(super) fn geometry(blob: &[u8]) -> Option<Wkb> {
    Wkb::from_trusted(wkb(blob)?).ok()
}

/// The box in a blob that this store wrote; `None` for an empty geometry.
pub(super) fn bbox(blob: &[u8]) -> Option<Bbox> {
    let float = |at: usize| blob.get(at..at + 8).and_then(|b| b.try_into().ok()).map(f64::from_le_bytes);
    match *blob.get(3)? {
        FLAGS_BOX => Some(Bbox::new(float(PREFIX)?, float(PREFIX + 16)?, float(PREFIX + 8)?, float(PREFIX + 24)?)),
        FLAGS_BARE => {
            let (x, y) = (float(PREFIX + 5)?, float(PREFIX + 13)?);
            Some(Bbox::new(x, y, x, y))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_and_a_line_come_back_with_their_boxes() {
        let point = Wkb::point(39.72, 41.0).expect("finite");
        let mut bytes = vec![1, 2, 0, 0, 0, 2, 0, 0, 0];
        for c in [39.7f64, 41.0, 39.8, 40.9] {
            bytes.extend_from_slice(&c.to_le_bytes());
        }
        let line = Wkb::parse(&bytes).expect("a line");
        for geometry in [point, line] {
            let (blob, bounds) = encode(&geometry);
            assert_eq!(wkb(&blob), Some(geometry.as_bytes()));
            assert_eq!(bbox(&blob), bounds);
            assert_eq!(bounds, geometry.bbox());
        }
        assert_eq!(wkb(b"no"), None);
        assert_eq!(bbox(b"GP\0"), None);
    }
}
