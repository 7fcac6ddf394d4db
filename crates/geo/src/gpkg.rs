//! The binary geometry of GeoPackage (OGC 12-128r19, 2.1.3): a head with the box in front of WKB.

use crate::{Bbox, GeometryType, Wkb, WkbError};

/// Why bytes are not a GeoPackage geometry.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum GpkgError {
    /// The bytes don't begin with `GP` and version 0.
    #[error("the bytes are not a GeoPackage geometry")]
    NotGpkg,
    /// An extended type that this house doesn't know (bit X of the flags).
    #[error("the geometry is of an extended type")]
    Extended,
    /// The geometry behind the head.
    #[error(transparent)]
    Wkb(#[from] WkbError),
}

const LITTLE_ENDIAN: u8 = 1;
const EMPTY: u8 = 1 << 4;
const EXTENDED: u8 = 1 << 5;
/// Magic, version, flags and SRS.
const HEAD: usize = 8;
/// Bytes of the envelope by its kind in the flags.
const ENVELOPES: [usize; 5] = [0, 32, 48, 48, 64];

/// A geometry with its head. The box is written for all but points, whose position is as quick to read.
pub fn encode(geometry: &Wkb, srs_id: i32) -> Vec<u8> {
    let mut out = Vec::with_capacity(HEAD + 32 + geometry.as_bytes().len());
    out.extend_from_slice(b"GP\0");
    let bbox = geometry.bbox();
    let boxed = bbox.filter(|_| geometry.geometry_type() != GeometryType::Point);
    let empty = if bbox.is_none() { EMPTY } else { 0 };
    out.push(LITTLE_ENDIAN | u8::from(boxed.is_some()) << 1 | empty);
    out.extend_from_slice(&srs_id.to_le_bytes());
    if let Some(b) = boxed {
        for side in [b.min_x, b.max_x, b.min_y, b.max_y] {
            out.extend_from_slice(&side.to_le_bytes());
        }
    }
    out.extend_from_slice(geometry.as_bytes());
    out
}

/// Reads a geometry from any writer, and its SRS number; height and measure are left out.
///
/// # Errors
/// [`GpkgError`] says what is wrong with the bytes. A point without coordinates (how GeoPackage spells the empty point) is
/// [`WkbError::NotFinite`].
pub fn decode(bytes: &[u8]) -> Result<(Wkb, i32), GpkgError> {
    let head = head(bytes)?;
    Ok((Wkb::parse(head.wkb)?, head.srs_id))
}

/// Reads a geometry that [`encode`] wrote, without looking at its coordinates.
///
/// # Errors
/// [`GpkgError`] if the bytes can't have come from [`encode`].
pub fn decode_trusted(bytes: &[u8]) -> Result<Wkb, GpkgError> {
    Ok(Wkb::from_trusted(head(bytes)?.wkb)?)
}

/// The box of a geometry without reading all of it, if its head or its being a point tells it; `None` for an empty geometry, and for
/// one whose writer left the box out.
pub fn envelope(bytes: &[u8]) -> Option<Bbox> {
    let head = head(bytes).ok()?;
    if let Some(sides) = head.envelope {
        let [min_x, max_x, min_y, max_y] = sides;
        return sides.iter().all(|s| s.is_finite()).then_some(Bbox::new(min_x, min_y, max_x, max_y));
    }
    match head.wkb {
        [1, 1, 0, 0, 0, position @ ..] if position.len() >= 16 => {
            let (x, y) = (number(position, true)?, number(&position[8..], true)?);
            (x.is_finite() && y.is_finite()).then_some(Bbox::new(x, y, x, y))
        }
        _ => None,
    }
}

struct Head<'a> {
    srs_id: i32,
    envelope: Option<[f64; 4]>,
    wkb: &'a [u8],
}

fn head(bytes: &[u8]) -> Result<Head<'_>, GpkgError> {
    let Some((&[b'G', b'P', 0, flags, a, b, c, d], rest)) = bytes.split_first_chunk::<HEAD>() else {
        return Err(GpkgError::NotGpkg);
    };
    if flags & EXTENDED != 0 {
        return Err(GpkgError::Extended);
    }
    let little = flags & LITTLE_ENDIAN != 0;
    let srs_id = if little { i32::from_le_bytes([a, b, c, d]) } else { i32::from_be_bytes([a, b, c, d]) };
    let kind = usize::from(flags >> 1 & 7);
    let size = *ENVELOPES.get(kind).ok_or(GpkgError::NotGpkg)?;
    let (sides, wkb) = rest.split_at_checked(size).ok_or(WkbError::Truncated(bytes.len()))?;
    let mut envelope = [0.0; 4];
    for (side, bytes) in envelope.iter_mut().zip(sides.chunks_exact(8)) {
        *side = number(bytes, little).unwrap_or(f64::NAN);
    }
    Ok(Head { srs_id, envelope: (size > 0).then_some(envelope), wkb })
}

fn number(bytes: &[u8], little: bool) -> Option<f64> {
    let bytes = *bytes.first_chunk::<8>()?;
    Some(if little { f64::from_le_bytes(bytes) } else { f64::from_be_bytes(bytes) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn points_and_lines_come_back() {
        let point = Wkb::point(39.7, 41.0).expect("finite");
        let line = Wkb::line_string(&[(39.7, 41.5), (40.0, 41.0)]).expect("finite");
        for (geometry, bbox) in [(&point, Bbox::new(39.7, 41.0, 39.7, 41.0)), (&line, Bbox::new(39.7, 41.0, 40.0, 41.5))] {
            let blob = encode(geometry, 4326);
            assert_eq!(decode(&blob), Ok((geometry.clone(), 4326)));
            assert_eq!(decode_trusted(&blob).as_ref(), Ok(geometry));
            assert_eq!(envelope(&blob), Some(bbox));
        }
        assert_eq!(encode(&point, 4326).len(), 8 + 21);
    }

    #[test]
    fn an_empty_geometry_says_so() {
        let empty = Wkb::polygon(&[]).expect("finite");
        let blob = encode(&empty, 4326);
        assert_eq!(blob[3], 0b1_0001);
        assert_eq!(envelope(&blob), None);
        assert_eq!(decode(&blob), Ok((empty, 4326)));
        // GeoPackage spells the empty point with NaN.
        let mut nowhere = encode(&Wkb::point(1.0, 1.0).expect("finite"), 4326);
        nowhere[13..].copy_from_slice(&[f64::NAN.to_le_bytes(), f64::NAN.to_le_bytes()].concat());
        assert!(matches!(decode(&nowhere), Err(GpkgError::Wkb(WkbError::NotFinite(_)))));
    }

    #[test]
    fn big_endian_heads_and_large_envelopes_are_read() {
        let point = Wkb::point(1.0, 2.0).expect("finite");
        let mut blob = b"GP\0".to_vec();
        blob.push(4 << 1);
        blob.extend(5257i32.to_be_bytes());
        for side in [1.0f64, 1.0, 2.0, 2.0, 0.0, 0.0, 0.0, 0.0] {
            blob.extend(side.to_be_bytes());
        }
        blob.extend(point.as_bytes());
        assert_eq!(envelope(&blob), Some(Bbox::new(1.0, 2.0, 1.0, 2.0)));
        assert_eq!(decode(&blob), Ok((point, 5257)));
    }

    proptest! {
        #[test]
        fn any_bytes_survive(mut bytes in prop::collection::vec(any::<u8>(), 0..120), magic in any::<bool>()) {
            if magic && bytes.len() > 3 {
                bytes[..3].copy_from_slice(b"GP\0");
            }
            let _ = (decode(&bytes), decode_trusted(&bytes), envelope(&bytes));
        }
    }
}
