//! What makes a geometry invalid, in words.

use crate::parts::Position;

/// What is wrong (OGC 06-103r4, 6.1.11 and 6.1.14).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// A part without any position.
    Empty,
    /// A line with fewer than two different positions.
    ShortLine,
    /// A ring with fewer than three different positions or fewer than four in all.
    ShortRing,
    /// A ring's last position is not its first.
    UnclosedRing,
    /// A ring crosses itself.
    SelfCrossing,
    /// A ring touches itself.
    SelfTouching,
    /// A ring runs back over itself.
    SelfOverlap,
    /// Two rings of one area cross.
    RingsCross,
    /// Two rings of one area share a piece of border.
    RingsOverlap,
    /// A hole is not inside of its exterior ring.
    HoleOutside,
    /// A hole is inside of another hole.
    HoleInHole,
    /// Rings touch at so many places that the area falls apart.
    InteriorSplit,
    /// Two parts cross.
    PartsCross,
    /// Two parts share a piece of border.
    PartsShareBorder,
    /// A part lies on another part.
    PartsOverlap,
    /// The check gave up at its limit.
    TooComplex,
}

/// A fault and where it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fault {
    /// What is wrong.
    pub kind: FaultKind,
    /// Where (longitude, latitude); `None` if it has no place.
    pub place: Option<Position>,
}

impl Fault {
    /// A fault at a place.
    pub(crate) const fn at(kind: FaultKind, place: Position) -> Self {
        Self { kind, place: Some(place) }
    }

    /// A fault without a place.
    pub(crate) const fn nowhere(kind: FaultKind) -> Self {
        Self { kind, place: None }
    }

    /// Turkish sentence (without a capital and full stop: it stands after a field's name).
    pub fn tr(&self) -> String {
        let what = match self.kind {
            FaultKind::Empty => "geometrinin boş bir parçası var",
            FaultKind::ShortLine => "çizgide en az iki farklı nokta olmalı",
            FaultKind::ShortRing => "halkada en az üç farklı nokta olmalı; bu hâliyle alan oluşturmuyor",
            FaultKind::UnclosedRing => "halka kapalı değil: son nokta ilk noktayla aynı olmalı",
            FaultKind::SelfCrossing => "halka kendi kendini kesiyor",
            FaultKind::SelfTouching => "halka kendine değiyor",
            FaultKind::SelfOverlap => "halka kendi üzerinden geri dönüyor",
            FaultKind::RingsCross => "aynı alanın iki halkası birbirini kesiyor",
            FaultKind::RingsOverlap => "aynı alanın iki halkası bir kenarı paylaşıyor",
            FaultKind::HoleOutside => "delik, alanın dışında kalıyor",
            FaultKind::HoleInHole => "bir delik başka bir deliğin içinde",
            FaultKind::InteriorSplit => "birbirine değen halkalar alanı ayrı parçalara bölüyor",
            FaultKind::PartsCross => "geometrinin iki parçası birbirini kesiyor",
            FaultKind::PartsShareBorder => "geometrinin iki parçası bir kenarı paylaşıyor",
            FaultKind::PartsOverlap => "geometrinin bir parçası başka bir parçanın üstünde",
            FaultKind::TooComplex => "geometri, geçerliliği denetlenemeyecek kadar karmaşık",
        };
        match self.place {
            Some((x, y)) => format!("{what} (boylam {x:.7}, enlem {y:.7})"),
            None => what.to_owned(),
        }
    }

    /// English sentence (without a capital and full stop).
    pub fn en(&self) -> String {
        let what = match self.kind {
            FaultKind::Empty => "a part of the geometry is empty",
            FaultKind::ShortLine => "a line needs at least two different positions",
            FaultKind::ShortRing => "a ring needs at least three different positions; as it is, it encloses no area",
            FaultKind::UnclosedRing => "a ring is not closed: its last position must be its first",
            FaultKind::SelfCrossing => "a ring crosses itself",
            FaultKind::SelfTouching => "a ring touches itself",
            FaultKind::SelfOverlap => "a ring runs back over itself",
            FaultKind::RingsCross => "two rings of one area cross",
            FaultKind::RingsOverlap => "two rings of one area share a piece of border",
            FaultKind::HoleOutside => "a hole lies outside of its area",
            FaultKind::HoleInHole => "a hole lies inside of another hole",
            FaultKind::InteriorSplit => "rings that touch split the area into separate pieces",
            FaultKind::PartsCross => "two parts of the geometry cross",
            FaultKind::PartsShareBorder => "two parts of the geometry share a piece of border",
            FaultKind::PartsOverlap => "a part of the geometry lies on another part",
            FaultKind::TooComplex => "the geometry is too complex for its validity to be checked",
        };
        match self.place {
            Some((x, y)) => format!("{what} (longitude {x:.7}, latitude {y:.7})"),
            None => what.to_owned(),
        }
    }
}
