//! The eight named relations (OGC 06-103r4, 6.1.15.2).

/// A relation of two geometries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Relation {
    /// They share a point.
    Intersects,
    /// They share none.
    Disjoint,
    /// They are the same set of points.
    Equals,
    /// They share points of their borders only.
    Touches,
    /// They share some points of their insides, of fewer dimensions than the larger of them.
    Crosses,
    /// The first lies in the second, and their insides meet.
    Within,
    /// The second lies in the first, and their insides meet.
    Contains,
    /// They share a part of their own dimension, and each has more.
    Overlaps,
}

impl Relation {
    /// All.
    pub const ALL: [Self; 8] = [
        Self::Intersects,
        Self::Disjoint,
        Self::Equals,
        Self::Touches,
        Self::Crosses,
        Self::Within,
        Self::Contains,
        Self::Overlaps,
    ];

    /// The name of its function in CQL2, in small letters.
    pub const fn function(self) -> &'static str {
        match self {
            Self::Intersects => "s_intersects",
            Self::Disjoint => "s_disjoint",
            Self::Equals => "s_equals",
            Self::Touches => "s_touches",
            Self::Crosses => "s_crosses",
            Self::Within => "s_within",
            Self::Contains => "s_contains",
            Self::Overlaps => "s_overlaps",
        }
    }

    /// What holds of the second and the first where this holds of the first and the second.
    pub const fn converse(self) -> Self {
        match self {
            Self::Within => Self::Contains,
            Self::Contains => Self::Within,
            other => other,
        }
    }

    /// Whether it holds of a geometry and itself.
    pub const fn is_of_itself(self) -> bool {
        matches!(self, Self::Intersects | Self::Equals | Self::Within | Self::Contains)
    }
}
