//! Validity of simple features (OGC 06-103r4, 6.1.11). (Skeleton: the geo owner completes it.)

use crate::Wkb;

/// What makes a geometry invalid.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// A ring's last position is not its first.
    UnclosedRing,
}

impl Fault {
    /// Turkish sentence.
    pub fn tr(&self) -> String {
        "halka kapalı değil".to_owned()
    }
    /// English sentence.
    pub fn en(&self) -> String {
        "a ring is not closed".to_owned()
    }
}

/// The first fault, if any.
pub fn check(_geometry: &Wkb) -> Option<Fault> {
    None
}
