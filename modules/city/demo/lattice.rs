//! The city's great net: a lattice of main streets with a neighbourhood in each mesh, bent by the terrain.
//!
//! Meshes have columns along the coast (0 east of the centre, −1 west of it) and rows inland (0 at the coast). The plan's x axis
//! runs along the coast, its y axis to the sea: inland is negative.

use super::{
    convex::{Along, Convex, Point},
    random::Random,
};

/// Metres of a mesh along the coast and inland.
pub(super) const MESH: [f64; 2] = [560.0, 480.0];
/// How far the coastal boulevard lies from the shore (m): beach and seaside park lie between.
pub(super) const SHORE: f64 = 72.0;
/// Metres by which the crossings are moved from a regular net.
const JITTER: [f64; 2] = [85.0, 62.0];
/// A stream's banks: metres from its middle to the middle of the street along it.
pub(super) const BANK: f64 = 19.0;
/// How many meshes bear one name of a main street, along the coast and inland.
const NAME_LENGTH: [i32; 2] = [4, 3];
/// The city reaches so many times farther along the coast than inland.
const ALONG_COAST: f64 = 1.8;

/// A mesh: column and row.
pub(super) type Mesh = (i32, i32);

/// One edge of the lattice with the street that runs along it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct EdgeKey {
    /// True for one that runs inland, false for one along the coast.
    pub(super) inland: bool,
    /// Column of its western (or only) end.
    pub(super) i: i32,
    /// Row of its seaward (or only) end.
    pub(super) j: i32,
    /// Along a stream: the western bank (−1) or the eastern (1); else 0.
    pub(super) bank: i8,
}

/// What names a main street: edges with the same key are one street.
pub(super) type StreetKey = (bool, i32, i32, i8);

/// The net.
pub(super) struct Lattice {
    seed: u64,
}

impl Lattice {
    pub(super) const fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// A crossing: column and row line.
    pub(super) fn corner(&self, i: i32, j: i32) -> Point {
        let mut random = Random::of(self.seed, &[2, i.into(), j.into()]);
        // Along a stream, and where a street follows the shore, the net stays straighter.
        let (dx, dy) = (random.between(-1.0, 1.0), random.between(-1.0, 1.0));
        let x = f64::from(i) * MESH[0] + dx * if Self::is_stream(i) { 25.0 } else { JITTER[0] };
        let y = -SHORE - f64::from(j) * MESH[1] + if j == 0 { 0.0 } else { dy * JITTER[1] };
        Point::new(x, y)
    }

    /// Where the line of a column meets the shore.
    pub(super) fn shore(&self, i: i32) -> Point {
        Point::new(self.corner(i, 0).x, 0.0)
    }

    /// True if a stream comes down along the line of a column.
    pub(super) const fn is_stream(i: i32) -> bool {
        i.rem_euclid(5) == 1
    }

    /// The mesh as a polygon in the plan, without the strip of shore; and the four edges (south, east, north, west) by index.
    pub(super) fn mesh(&self, (i, j): Mesh) -> (Convex, [EdgeKey; 4]) {
        let corners = vec![self.corner(i, j + 1), self.corner(i + 1, j + 1), self.corner(i + 1, j), self.corner(i, j)];
        let bank = |line: i32, bank: i8| if Self::is_stream(line) { bank } else { 0 };
        let keys = [
            EdgeKey { inland: false, i, j: j + 1, bank: 0 },
            EdgeKey { inland: true, i: i + 1, j, bank: bank(i + 1, -1) },
            EdgeKey { inland: false, i, j, bank: 0 },
            EdgeKey { inland: true, i, j, bank: bank(i, 1) },
        ];
        let mut area = Convex { corners, along: (0..4).map(Along::Street).collect() };
        for (index, key) in keys.iter().enumerate().filter(|(_, key)| key.bank != 0) {
            let Some((a, b, _)) = area.edges().find(|(_, _, along)| *along == Along::Street(index)) else { continue };
            let direction = b.minus(a).direction();
            if let Some(rest) = area.left_of(a.plus(direction.left(), BANK), direction, Along::Street(index)) {
                area = rest;
            }
            debug_assert!(key.inland);
        }
        (area, keys)
    }

    /// An edge's ends in the plan, in the direction of its numbers: away from the centre, or inland.
    pub(super) fn ends(&self, key: EdgeKey) -> (Point, Point) {
        if !key.inland {
            let (west, east) = (self.corner(key.i, key.j), self.corner(key.i + 1, key.j));
            return if key.i >= 0 { (west, east) } else { (east, west) };
        }
        if key.bank == 0 {
            return (self.corner(key.i, key.j), self.corner(key.i, key.j + 1));
        }
        // The bank as the mesh beside it has it, so that blocks and street meet.
        let mesh = if key.bank < 0 { (key.i - 1, key.j) } else { (key.i, key.j) };
        let index = if key.bank < 0 { 1 } else { 3 };
        let area = self.mesh(mesh).0;
        let edge = area.edges().find(|(_, _, along)| *along == Along::Street(index)).map(|(a, b, _)| (a, b));
        let (a, b) = edge.unwrap_or((self.corner(key.i, key.j), self.corner(key.i, key.j + 1)));
        if a.y > b.y { (a, b) } else { (b, a) }
    }

    /// The outline of a mesh as a neighbourhood: corners in the plan counterclockwise; those of row 0 reach the shore.
    pub(super) fn outline(&self, (i, j): Mesh) -> Vec<Point> {
        let mut corners = vec![self.corner(i, j + 1), self.corner(i + 1, j + 1), self.corner(i + 1, j)];
        if j == 0 {
            corners.extend([self.shore(i + 1), self.shore(i)]);
        }
        corners.push(self.corner(i, j));
        corners
    }
}

impl EdgeKey {
    /// The street that it is a part of.
    pub(super) fn street(self) -> StreetKey {
        let run = if self.inland {
            (self.i, self.j.div_euclid(NAME_LENGTH[1]))
        } else if self.j == 0 {
            // The coastal boulevard has one name on each side of the centre.
            (self.j, if self.i >= 0 { 0 } else { -1 })
        } else {
            (self.j, self.i.div_euclid(NAME_LENGTH[0]))
        };
        (self.inland, run.0, run.1, self.bank)
    }

    /// Where it comes along its street: 0 for the edge where numbering starts.
    pub(super) fn step(self) -> i32 {
        match (self.inland, self.i >= 0) {
            (true, _) => self.j,
            (false, true) => self.i,
            (false, false) => -1 - self.i,
        }
    }

    /// Class of the road and its width between fronts (m).
    pub(super) fn road(self) -> (&'static str, f64) {
        match self {
            Self { inland: false, j: 0, .. } => ("arterial", 30.0),
            Self { inland: false, j, .. } if j.rem_euclid(4) == 2 => ("arterial", 22.0),
            Self { inland: true, bank: 0, i, .. } if i.rem_euclid(5) == 3 => ("arterial", 20.0),
            Self { bank: -1 | 1, .. } => ("collector", 13.0),
            _ => ("collector", 15.0),
        }
    }
}

/// Meshes from the centre outwards: the order in which the city grew.
pub(super) fn by_growth(reach: f64) -> Vec<Mesh> {
    let rows = reach.ceil() as i32;
    let columns = (reach * ALONG_COAST).ceil() as i32;
    let mut meshes: Vec<(f64, Mesh)> = (-columns..columns)
        .flat_map(|i| (0..rows).map(move |j| (remoteness((i, j)), (i, j))))
        .filter(|(remote, _)| *remote <= reach)
        .collect();
    meshes.sort_by(|(a, m), (b, n)| a.total_cmp(b).then(m.cmp(n)));
    meshes.into_iter().map(|(_, mesh)| mesh).collect()
}

/// How far from the centre a mesh lies, in rows.
pub(super) fn remoteness((i, j): Mesh) -> f64 {
    ((f64::from(i) + 0.5) / ALONG_COAST).hypot(f64::from(j))
}
