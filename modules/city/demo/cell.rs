//! One mesh of the city with all that stands in it.

use super::{
    buildings::{self, Footprint},
    civic::{self, BlockUse},
    convex::{Along, Convex, Point},
    lattice::{EdgeKey, Lattice, Mesh},
    names, numbers, places, plots,
    quarter::{Measures, Quarter},
    random::Random,
    streets::{self, Street},
    terrain::{Ground, Terrain},
};

/// Streets have a vertex every so many metres.
const STEP: f64 = 24.0;
/// A block smaller than this (m²) stays open ground.
const LEAST_BLOCK: f64 = 260.0;
/// So many doors are left for the fringe of the city.
const FRINGE: usize = 800;
/// Square metres of one dwelling with its share of stairs.
const DWELLING: f64 = 118.0;

/// A plot of land.
pub(super) struct Plot {
    /// Outline in metres.
    pub(super) ring: Vec<Point>,
    /// Block (*ada*) and number in it.
    pub(super) block: u32,
    pub(super) number: u32,
    /// Code of `parcel_kind`.
    pub(super) kind: &'static str,
}

/// A building.
pub(super) struct House {
    pub(super) footprint: Footprint,
    pub(super) plot: usize,
    /// Code of `building_use`.
    pub(super) kind: &'static str,
    pub(super) status: &'static str,
    pub(super) floors: i64,
    pub(super) below: i64,
    pub(super) year: i64,
    pub(super) units: i64,
    pub(super) name: Option<String>,
}

/// An outer door.
pub(super) struct Door {
    pub(super) at: Point,
    /// Street by index in the cell.
    pub(super) street: usize,
    /// Metres from the street's start.
    pub(super) station: f64,
    pub(super) left: bool,
    pub(super) house: usize,
    /// Code of `door_type`.
    pub(super) kind: &'static str,
    /// The house's main door, by index.
    pub(super) main: Option<usize>,
    /// A letter of its own: shares the number of the door before it.
    pub(super) lettered: bool,
    /// Its place among the doors of its side, from 0, in this cell.
    pub(super) rank: u32,
}

/// A park or square.
pub(super) struct Park {
    pub(super) ring: Vec<Point>,
    pub(super) name: String,
    /// Code of `park_kind`.
    pub(super) kind: &'static str,
}

/// A mesh with its streets, plots, buildings, doors, parks and places.
pub(super) struct Cell {
    pub(super) kind: Quarter,
    pub(super) streets: Vec<Street>,
    /// Each street as it runs, in metres.
    pub(super) lines: Vec<Vec<Point>>,
    pub(super) plots: Vec<Plot>,
    pub(super) houses: Vec<House>,
    pub(super) doors: Vec<Door>,
    pub(super) parks: Vec<Park>,
    pub(super) places: Vec<places::Place>,
}

/// What a cell is made from.
pub(super) struct Maker<'a> {
    pub(super) seed: u64,
    pub(super) lattice: &'a Lattice,
    pub(super) terrain: &'a Terrain,
    /// How far the city reaches, in rows.
    pub(super) reach: f64,
}

impl Maker<'_> {
    /// Makes the cell that grew as the `order`th, with at most `limit` doors.
    pub(super) fn make(&self, mesh: Mesh, order: usize, limit: usize) -> Cell {
        let kind = match Quarter::of(self.seed, mesh, self.reach) {
            // The last doors stand apart, so that the city thins out instead of breaking off.
            _ if order > 2 && limit < FRINGE => Quarter::Edge,
            kind => kind,
        };
        let mut random = Random::of(self.seed, &[4, mesh.0.into(), mesh.1.into()]);
        let (area, keys) = self.lattice.mesh(mesh);
        let bend = if kind == Quarter::Old { 8.0 } else { 0.0 };
        let ground = Ground { terrain: self.terrain, area: &area, bend, phase: random.between(0.0, 6.0) };
        let mut streets: Vec<Street> = keys.iter().map(|key| self.main_street(*key)).collect();
        let blocks = streets::cut(&area, kind, &mut streets, &mut random);
        let lines = streets
            .iter()
            .map(|s| match s.edge {
                Some(key) => main_line(self.lattice, self.terrain, key),
                None => ground.line(s.line.0, s.line.1, STEP),
            })
            .collect();
        let blocks: Vec<Convex> = blocks
            .iter()
            .filter_map(|b| b.inset(|along| if let Along::Street(s) = along { streets[s].width / 2.0 } else { 0.0 }))
            .filter(|b| b.area() > LEAST_BLOCK)
            .collect();
        let uses = civic::plan(&blocks, area.centre(), kind, order, &mut random);
        let (plots, houses, doors, parks, places) = Default::default();
        let mut cell = Cell { kind, streets, lines, plots, houses, doors, parks, places };
        for (number, (block, used)) in blocks.iter().zip(uses).enumerate() {
            let mut filling =
                Filling { cell: &mut cell, ground: &ground, random: &mut random, limit, block: number as u32 + 101 };
            match used {
                BlockUse::Homes => filling.homes(block),
                BlockUse::Park(kind) => filling.park(block, kind),
                BlockUse::Single(single) => filling.single(block, &single),
            }
        }
        numbers::rank(&mut cell.doors, cell.streets.len());
        places::choose(&mut cell, order, &mut random);
        cell
    }

    fn main_street(&self, key: EdgeKey) -> Street {
        let (class, width) = key.road();
        Street { line: self.lattice.ends(key), class, width, edge: Some(key) }
    }
}

/// A lattice street as it runs, in metres.
pub(super) fn main_line(lattice: &Lattice, terrain: &Terrain, key: EdgeKey) -> Vec<Point> {
    let (a, b) = lattice.ends(key);
    super::terrain::sampled(a, b, STEP).map(|p| terrain.place(p)).collect()
}

/// Filling one block of a cell.
struct Filling<'a> {
    cell: &'a mut Cell,
    ground: &'a Ground<'a>,
    random: &'a mut Random,
    limit: usize,
    block: u32,
}

impl Filling<'_> {
    fn homes(&mut self, block: &Convex) {
        let measures = self.cell.kind.measures();
        for (number, area) in plots::cut(block.clone(), measures.plot, self.random).into_iter().enumerate() {
            let ring = buildings::placed(&area, |p| self.ground.place(p));
            let empty = self.random.chance(measures.empty) || self.cell.doors.len() >= self.limit;
            let (plot, kind) = (self.cell.plots.len(), self.open_ground());
            self.cell.plots.push(Plot { ring, block: self.block, number: number as u32 + 1, kind });
            if !empty {
                self.house(&area, plot, &measures, None);
            }
        }
    }

    fn open_ground(&mut self) -> &'static str {
        match self.cell.kind {
            Quarter::Edge if self.random.chance(0.8) => "findiklik",
            Quarter::Slope if self.random.chance(0.3) => "bahce",
            _ => "arsa",
        }
    }

    /// A building on a plot with its doors; nothing if none fits.
    fn house(&mut self, area: &Convex, plot: usize, measures: &Measures, single: Option<&civic::Single>) {
        let streets = &self.cell.streets;
        let fronts = plots::fronts(area, |s| if streets[s].edge.is_some() { 1.35 } else { 1.0 });
        let Some((a, b, street)) = fronts.first().copied() else { return };
        let front = (self.ground.place(a), self.ground.place(b));
        let ring = &self.cell.plots[plot].ring;
        let filled = (self.cell.kind == Quarter::Old && single.is_none() && self.random.chance(0.8))
            .then(|| Convex { corners: ring.clone(), along: area.along.clone() })
            .and_then(|plot| buildings::fill(&plot, front, measures, self.random));
        let Some(footprint) = filled.or_else(|| buildings::put(ring, front, measures, self.random)) else { return };
        // Where streets bend, plots are not quite what the drawing board has: who came first stays.
        let neighbours = self.cell.houses.iter().rev().take_while(|h| self.cell.plots[h.plot].block == self.block);
        if !neighbours.into_iter().all(|h| buildings::apart(&h.footprint.ring, &footprint.ring)) {
            return;
        }
        let main = self.cell.streets[street].edge.is_some();
        let house = self.describe(footprint, plot, measures, main, single);
        let (floor_area, kind) = (house.footprint.area, house.kind);
        self.cell.plots[plot].kind = if single.is_some() { "kamu" } else { "bina" };
        let index = self.cell.houses.len();
        let [left, right, ..] = house.footprint.ring[..] else { return };
        let (wall, out) = (right.minus(left), Point::new(-house.footprint.inwards.x, -house.footprint.inwards.y));
        self.cell.houses.push(house);
        let share = self.random.between(0.35, 0.65);
        let door = self.cell.doors.len();
        self.door(left.plus(wall, share), street, index, "main", None, false);
        let room = |cell: &Cell, limit: usize| cell.doors.len() < limit;
        if matches!(kind, "karma" | "ticari") && wall.length() > 9.0 && self.random.chance(0.16) && room(self.cell, self.limit)
        {
            let beside = if share < 0.5 { share + 0.28 } else { share - 0.28 };
            self.door(left.plus(wall, beside), street, index, "unit_door", Some(door), true);
        }
        if let Some((c, d, other)) = fronts.get(1).copied().filter(|(_, _, s)| *s != street)
            && floor_area > 130.0
            && self.random.chance(0.12)
            && room(self.cell, self.limit)
        {
            let direction = self.ground.place(d).minus(self.ground.place(c)).direction().left();
            // The wall that looks to the second street: the one whose middle lies nearest to it.
            let ring = &self.cell.houses[index].footprint.ring;
            let next = ring.iter().cycle().skip(1);
            let walls = ring.iter().zip(next).map(|(a, b)| a.plus(b.minus(*a), 0.5));
            let nearest = walls.min_by(|a, b| a.dot(direction).total_cmp(&b.dot(direction)));
            if let Some(at) = nearest.filter(|at| at.minus(left).dot(out) < -1.0) {
                self.door(at, other, index, "secondary", Some(door), false);
            }
        }
    }

    fn door(&mut self, at: Point, street: usize, house: usize, kind: &'static str, main: Option<usize>, lettered: bool) {
        let (station, left) = numbers::locate(&self.cell.lines[street], at);
        self.cell.doors.push(Door { at, street, station, left, house, kind, main, lettered, rank: 0 });
    }

    fn describe(
        &mut self,
        footprint: Footprint,
        plot: usize,
        m: &Measures,
        main: bool,
        single: Option<&civic::Single>,
    ) -> House {
        let random = &mut *self.random;
        let above = random.between(m.floors[0], m.floors[1]).floor().max(1.0);
        let kind = single.map_or_else(|| private_use(self.cell.kind, main, random), |s| s.kind);
        let below = if above > 4.0 && random.chance(0.6) { 1 + i64::from(above > 8.0) } else { 0 };
        let status = match random.unit() {
            u if u < 0.02 => "under_construction",
            u if u < 0.03 => "disused",
            _ => "in_use",
        };
        let per_floor = (footprint.area / DWELLING).round().clamp(1.0, 8.0);
        let units = match kind {
            "konut" | "karma" | "ticari" => (per_floor * above) as i64,
            _ => 1,
        };
        let named = single.is_none() && above >= 4.0 && matches!(kind, "konut" | "karma") && random.chance(0.35);
        let name = single.map(|s| s.name.clone()).or_else(|| named.then(|| names::block(random)));
        let year = random.between(m.years[0], m.years[1]) as i64;
        let status = if single.is_some() { "in_use" } else { status };
        let year = if status == "under_construction" { year.max(2024) } else { year };
        House { footprint, plot, kind, status, floors: above as i64 + below, below, year, units, name }
    }

    fn park(&mut self, block: &Convex, kind: &'static str) {
        let ring = buildings::placed(block, |p| self.ground.place(p));
        let plot_kind = if kind == "mezarlik" { "kamu" } else { "park" };
        self.cell.plots.push(Plot { ring: ring.clone(), block: self.block, number: 1, kind: plot_kind });
        let name = names::park(kind, self.random);
        self.cell.parks.push(Park { ring, name, kind });
    }

    /// A block with one large building: a school, a hospital.
    fn single(&mut self, block: &Convex, single: &civic::Single) {
        let ring = buildings::placed(block, |p| self.ground.place(p));
        let plot = self.cell.plots.len();
        self.cell.plots.push(Plot { ring, block: self.block, number: 1, kind: "kamu" });
        if self.cell.doors.len() < self.limit {
            self.house(block, plot, &single.measures, Some(single));
            if let Some(house) = self.cell.houses.last().filter(|h| h.plot == plot) {
                let at = house.footprint.ring.iter().fold(Point::new(0.0, 0.0), |sum, c| sum.plus(*c, 1.0));
                let n = house.footprint.ring.len() as f64;
                let door = self.cell.doors.iter().rposition(|d| d.kind == "main");
                let (service, kind) = single.place;
                let at = Point::new(at.x / n, at.y / n);
                self.cell.places.push(places::Place { at, name: single.name.clone(), service, kind, door });
            }
        }
    }
}

fn private_use(quarter: Quarter, main: bool, random: &mut Random) -> &'static str {
    let chance = random.unit();
    match (quarter, main) {
        (Quarter::Industry, _) if chance < 0.9 => "sanayi",
        (Quarter::Industry, _) => "ticari",
        (Quarter::Old, true) if chance < 0.35 => "ticari",
        (Quarter::Old, true) if chance < 0.92 => "karma",
        (Quarter::Old, false) if chance < 0.10 => "ticari",
        (Quarter::Old, false) if chance < 0.38 => "karma",
        (Quarter::Grid, true) if chance < 0.14 => "ticari",
        (Quarter::Grid | Quarter::Slope, true) if chance < 0.6 => "karma",
        (Quarter::Grid, false) if chance < 0.05 => "karma",
        _ => "konut",
    }
}
