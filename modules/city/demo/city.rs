//! The whole city in outline: which meshes it fills, its main streets and how many doors stand on each side of them. Little
//! enough to keep in memory for any size; the cells themselves are made again when they are written.

use super::{
    cell::{Cell, Maker},
    lattice::{self, EdgeKey, Lattice, Mesh, StreetKey},
    names::Once,
    quarter::Quarter,
    terrain::Terrain,
};
use std::{
    collections::{BTreeMap, HashMap},
    ops::RangeInclusive,
};

/// Doors of a usual mesh: for a first guess of how far the city reaches.
const DOORS_PER_MESH: f64 = 360.0;
/// Persons of a dwelling.
const PERSONS: f64 = 2.55;
/// Neighbourhoods of a district.
const DISTRICT: usize = 42;

/// A neighbourhood.
pub(super) struct Neighbourhood {
    pub(super) mesh: Mesh,
    pub(super) kind: Quarter,
    /// At most so many doors (the last one to grow is not full).
    pub(super) limit: usize,
    pub(super) population: i64,
    /// Index of its first small street among all.
    pub(super) first_lane: usize,
    pub(super) district: usize,
}

/// One edge of a main street.
pub(super) struct MainEdge {
    pub(super) key: EdgeKey,
    /// Index of its street.
    pub(super) street: usize,
    /// Doors on the left and on the right.
    pub(super) doors: [u32; 2],
    /// Doors of the street before this edge, left and right.
    pub(super) before: [u32; 2],
    /// The neighbourhoods on its left and right.
    pub(super) sides: [Option<usize>; 2],
}

/// A main street: its edges in the order of its numbers.
pub(super) struct MainStreet {
    pub(super) edges: Vec<usize>,
    pub(super) name: String,
    pub(super) kind: &'static str,
}

/// A district: its columns and its name.
pub(super) struct District {
    pub(super) columns: RangeInclusive<i32>,
    pub(super) name: String,
}

/// The city in outline.
pub(super) struct City {
    pub(super) seed: u64,
    pub(super) lattice: Lattice,
    pub(super) terrain: Terrain,
    pub(super) names: Once,
    pub(super) reach: f64,
    pub(super) neighbourhoods: Vec<Neighbourhood>,
    pub(super) edges: Vec<MainEdge>,
    pub(super) edge_of: HashMap<EdgeKey, usize>,
    pub(super) streets: Vec<MainStreet>,
    pub(super) districts: Vec<District>,
    /// Rows by column.
    pub(super) rows: BTreeMap<i32, i32>,
}

impl City {
    /// Grows a city of exactly so many doors.
    pub(super) fn grow(seed: u64, doors: usize) -> Self {
        // Half an ellipse of meshes: its area is π/2 · 1.8 · reach².
        let reach = (doors as f64 / DOORS_PER_MESH / 2.83).sqrt();
        let mut city = Self {
            seed,
            lattice: Lattice::new(seed),
            terrain: Terrain::new(seed),
            names: Once::new(seed),
            reach,
            neighbourhoods: Vec::new(),
            edges: Vec::new(),
            edge_of: HashMap::new(),
            streets: Vec::new(),
            districts: Vec::new(),
            rows: BTreeMap::new(),
        };
        let mut counts: BTreeMap<EdgeKey, [u32; 2]> = BTreeMap::new();
        let (mut left, mut lanes, mut looked) = (doors, 0, reach + 2.0);
        while left > 0 {
            for mesh in lattice::by_growth(looked).into_iter().skip(city.neighbourhoods.len()) {
                let order = city.neighbourhoods.len();
                let cell = city.maker().make(mesh, order, left);
                let first_lane = lanes;
                lanes += cell.streets.len() - 4;
                count(&cell, &mut counts);
                let (kind, population) = (cell.kind, population(&cell));
                city.neighbourhoods.push(Neighbourhood { mesh, kind, limit: left, population, first_lane, district: 0 });
                left -= cell.doors.len();
                if left == 0 {
                    break;
                }
            }
            looked *= 1.25;
        }
        city.outline();
        city.name_main_streets(counts);
        city
    }

    /// Makes cells.
    pub(super) fn maker(&self) -> Maker<'_> {
        Maker { seed: self.seed, lattice: &self.lattice, terrain: &self.terrain, reach: self.reach }
    }

    /// Makes the `order`th cell again.
    pub(super) fn cell(&self, order: usize) -> Cell {
        let n = &self.neighbourhoods[order];
        self.maker().make(n.mesh, order, n.limit)
    }

    /// Columns with their rows, and districts: runs of columns with about as many neighbourhoods each.
    fn outline(&mut self) {
        for n in &self.neighbourhoods {
            *self.rows.entry(n.mesh.0).or_default() += 1;
        }
        let wanted = (self.neighbourhoods.len() / DISTRICT).max(2).min(self.rows.len()).max(1);
        let share = self.neighbourhoods.len().div_ceil(wanted);
        let mut runs: Vec<RangeInclusive<i32>> = Vec::new();
        let (mut start, mut held) = (None, 0);
        for (column, rows) in &self.rows {
            let first = *start.get_or_insert(*column);
            held += *rows as usize;
            if held >= share {
                runs.push(first..=*column);
                (start, held) = (None, 0);
            }
        }
        if let (Some(first), Some((last, _))) = (start, self.rows.last_key_value()) {
            runs.push(first..=*last);
        }
        runs.sort_by_key(|run| (run.start() + run.end()).abs());
        self.districts =
            runs.into_iter().enumerate().map(|(k, columns)| District { columns, name: Once::district(k) }).collect();
        for n in &mut self.neighbourhoods {
            n.district = self.districts.iter().position(|d| d.columns.contains(&n.mesh.0)).unwrap_or(0);
        }
    }

    fn name_main_streets(&mut self, counts: BTreeMap<EdgeKey, [u32; 2]>) {
        let order: HashMap<Mesh, usize> = self.neighbourhoods.iter().enumerate().map(|(k, n)| (n.mesh, k)).collect();
        let mut streets: BTreeMap<StreetKey, Vec<usize>> = BTreeMap::new();
        for (key, doors) in counts {
            let [left, right] = beside(key);
            let sides = [left, right].map(|mesh| order.get(&mesh).copied());
            self.edge_of.insert(key, self.edges.len());
            streets.entry(key.street()).or_default().push(self.edges.len());
            self.edges.push(MainEdge { key, street: 0, doors, before: [0, 0], sides });
        }
        // The best names go to the streets nearest the centre.
        let mut streets: Vec<Vec<usize>> = streets.into_values().collect();
        let remote = |edges: &[usize]| {
            let mid = |e: &usize| lattice::remoteness((self.edges[*e].key.i, self.edges[*e].key.j));
            edges.iter().map(mid).fold(f64::MAX, f64::min)
        };
        streets.sort_by(|a, b| remote(a).total_cmp(&remote(b)).then_with(|| self.edges[a[0]].key.cmp(&self.edges[b[0]].key)));
        for (index, mut edges) in streets.into_iter().enumerate() {
            edges.sort_by_key(|e| self.edges[*e].key.step());
            let mut before = [0, 0];
            for e in &edges {
                let edge = &mut self.edges[*e];
                (edge.street, edge.before) = (index, before);
                before = [before[0] + edge.doors[0], before[1] + edge.doors[1]];
            }
            let wide = self.edges[edges[0]].key.road().0 == "arterial";
            let (name, kind) = self.names.main_street(index, wide);
            self.streets.push(MainStreet { edges, name, kind });
        }
    }
}

/// Counts a cell's doors on each side of each main street.
fn count(cell: &Cell, counts: &mut BTreeMap<EdgeKey, [u32; 2]>) {
    for key in cell.streets.iter().filter_map(|s| s.edge) {
        counts.entry(key).or_default();
    }
    for door in cell.doors.iter().filter(|d| !d.lettered) {
        if let Some(key) = cell.streets[door.street].edge {
            counts.entry(key).or_default()[usize::from(!door.left)] += 1;
        }
    }
}

fn population(cell: &Cell) -> i64 {
    let dwellings: i64 = cell.houses.iter().filter(|h| matches!(h.kind, "konut" | "karma")).map(|h| h.units).sum();
    (dwellings as f64 * PERSONS).round() as i64
}

/// The meshes on the left and right of an edge, seen in the direction of its numbers.
fn beside(key: EdgeKey) -> [Mesh; 2] {
    let (i, j) = (key.i, key.j);
    match (key.inland, key.bank) {
        (true, 0) => [(i, j), (i - 1, j)],
        (true, bank) => [if bank < 0 { (i - 1, j) } else { (i, j) }; 2],
        (false, _) => {
            // The shore strip belongs to the first row.
            let (sea, land) = ((i, (j - 1).max(0)), (i, j));
            if i >= 0 { [sea, land] } else { [land, sea] }
        }
    }
}
