//! Spatial predicates (OGC 06-103r4, 6.1.15). (The geo owner completes it.)

use crate::Wkb;

/// True if the two share a point.
pub fn intersects(a: &Wkb, b: &Wkb) -> bool {
    match (a.bbox(), b.bbox()) {
        (Some(a), Some(b)) => a.intersects(&b),
        _ => false,
    }
}
