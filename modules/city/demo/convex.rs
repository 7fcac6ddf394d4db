//! Convex areas whose edges know what lies along them: what cells, blocks and plots are cut from.

/// A place in metres, east and north.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Point {
    pub(super) x: f64,
    pub(super) y: f64,
}

impl Point {
    pub(super) const fn new(x: f64, y: f64) -> Self {
        Self { x, y }
    }

    pub(super) fn plus(self, other: Self, times: f64) -> Self {
        Self::new(self.x + other.x * times, self.y + other.y * times)
    }

    pub(super) fn minus(self, other: Self) -> Self {
        Self::new(self.x - other.x, self.y - other.y)
    }

    pub(super) fn dot(self, other: Self) -> f64 {
        self.x * other.x + self.y * other.y
    }

    /// Positive if `other` points to the left of this.
    pub(super) fn cross(self, other: Self) -> f64 {
        self.x * other.y - self.y * other.x
    }

    pub(super) fn length(self) -> f64 {
        self.x.hypot(self.y)
    }

    pub(super) fn distance(self, other: Self) -> f64 {
        self.minus(other).length()
    }

    /// Of length 1; east if it has no length.
    pub(super) fn direction(self) -> Self {
        let length = self.length();
        if length > 0.0 { Self::new(self.x / length, self.y / length) } else { Self::new(1.0, 0.0) }
    }

    /// Turned a quarter to the left.
    pub(super) fn left(self) -> Self {
        Self::new(-self.y, self.x)
    }
}

/// What lies along an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Along {
    /// A street, by its index in the cell.
    Street(usize),
    /// Another plot.
    Plot,
}

/// A convex area, corners counterclockwise; `along[k]` lies along the edge from corner k to the next.
#[derive(Debug, Clone)]
pub(super) struct Convex {
    pub(super) corners: Vec<Point>,
    pub(super) along: Vec<Along>,
}

/// Limit: areas below so many square metres are nothing.
const LEAST_AREA: f64 = 2.0;
/// Corners nearer than this (m) are one.
const SAME_PLACE: f64 = 1e-6;

impl Convex {
    /// Twice walks round: every edge as its two ends and what lies along it.
    pub(super) fn edges(&self) -> impl Iterator<Item = (Point, Point, Along)> + '_ {
        let next = self.corners.iter().cycle().skip(1);
        self.corners.iter().zip(next).zip(&self.along).map(|((a, b), along)| (*a, *b, *along))
    }

    pub(super) fn area(&self) -> f64 {
        self.edges().map(|(a, b, _)| a.cross(b)).sum::<f64>() / 2.0
    }

    pub(super) fn centre(&self) -> Point {
        let n = self.corners.len().max(1) as f64;
        let sum = self.corners.iter().fold(Point::new(0.0, 0.0), |sum, c| sum.plus(*c, 1.0));
        Point::new(sum.x / n, sum.y / n)
    }

    /// From where to where it reaches in a direction.
    pub(super) fn reach(&self, direction: Point) -> (f64, f64) {
        self.corners.iter().map(|c| c.dot(direction)).fold((f64::MAX, f64::MIN), |(low, high), d| (low.min(d), high.max(d)))
    }

    /// The part to the left of the line through `through` in `direction`; the new edge has `along`.
    pub(super) fn left_of(&self, through: Point, direction: Point, along: Along) -> Option<Self> {
        let mut cut =
            Self { corners: Vec::with_capacity(self.corners.len() + 1), along: Vec::with_capacity(self.along.len() + 1) };
        for (a, b, edge) in self.edges() {
            let (da, db) = (direction.cross(a.minus(through)), direction.cross(b.minus(through)));
            if da >= 0.0 {
                cut.corners.push(a);
                cut.along.push(if db >= 0.0 || da > 0.0 { edge } else { along });
            }
            if (da > 0.0 && db < 0.0) || (da < 0.0 && db > 0.0) {
                cut.corners.push(a.plus(b.minus(a), da / (da - db)));
                cut.along.push(if da > 0.0 { along } else { edge });
            }
        }
        cut.tidy()
    }

    /// Both parts that a line cuts, with the cut's two ends; nothing if the line misses or leaves almost nothing on one side.
    pub(super) fn split(&self, through: Point, direction: Point, along: Along) -> Option<(Self, Self)> {
        let left = self.left_of(through, direction, along)?;
        let right = self.left_of(through, Point::new(-direction.x, -direction.y), along)?;
        Some((left, right))
    }

    /// Where a line enters and leaves, in its direction.
    pub(super) fn chord(&self, through: Point, direction: Point) -> Option<(Point, Point)> {
        let mut ends: Vec<f64> = Vec::with_capacity(2);
        for (a, b, _) in self.edges() {
            let (da, db) = (direction.cross(a.minus(through)), direction.cross(b.minus(through)));
            if (da >= 0.0) != (db >= 0.0) {
                ends.push(a.plus(b.minus(a), da / (da - db)).minus(through).dot(direction));
            }
        }
        let (first, last) = (ends.iter().copied().reduce(f64::min)?, ends.iter().copied().reduce(f64::max)?);
        (last - first > 1.0).then(|| (through.plus(direction, first), through.plus(direction, last)))
    }

    /// The area left when each edge moves inwards by what `by` says.
    pub(super) fn inset(&self, by: impl Fn(Along) -> f64) -> Option<Self> {
        let mut rest = self.clone();
        for (a, b, along) in self.edges() {
            let direction = b.minus(a).direction();
            rest = rest.left_of(a.plus(direction.left(), by(along)), direction, along)?;
        }
        Some(rest)
    }

    fn tidy(mut self) -> Option<Self> {
        let mut k = 0;
        while k < self.corners.len() && self.corners.len() > 2 {
            let next = (k + 1) % self.corners.len();
            if self.corners[k].distance(self.corners[next]) < SAME_PLACE {
                // The edge between the two has no length: it goes, the second corner's edge stays.
                self.corners.remove(k);
                self.along.remove(k);
            } else {
                k += 1;
            }
        }
        (self.corners.len() > 2 && self.area() > LEAST_AREA).then_some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square() -> Convex {
        let corners = vec![Point::new(0.0, 0.0), Point::new(10.0, 0.0), Point::new(10.0, 10.0), Point::new(0.0, 10.0)];
        Convex { corners, along: (0..4).map(Along::Street).collect() }
    }

    #[test]
    fn a_split_keeps_the_area_and_what_lies_along() {
        let (left, right) = square().split(Point::new(4.0, 0.0), Point::new(0.0, 1.0), Along::Plot).unwrap();
        assert_eq!((left.area(), right.area()), (40.0, 60.0));
        assert_eq!(left.along.iter().filter(|a| **a == Along::Plot).count(), 1);
        assert!(left.along.contains(&Along::Street(3)) && !left.along.contains(&Along::Street(1)));
    }

    #[test]
    fn an_inset_moves_each_edge_by_its_own_measure() {
        let rest = square().inset(|along| if along == Along::Street(0) { 3.0 } else { 1.0 }).unwrap();
        assert!((rest.area() - 8.0 * 6.0).abs() < 1e-9);
        assert!(square().inset(|_| 5.0).is_none());
    }

    #[test]
    fn a_chord_goes_from_side_to_side() {
        let (a, b) = square().chord(Point::new(5.0, 5.0), Point::new(1.0, 0.0)).unwrap();
        assert_eq!((a, b), (Point::new(0.0, 5.0), Point::new(10.0, 5.0)));
        assert!(square().chord(Point::new(50.0, 50.0), Point::new(1.0, 0.0)).is_none());
    }
}
