//! The city as edits, part by part.

use super::{
    buildings::ring_area,
    cell::{Cell, main_line},
    city::{City, MainEdge},
    convex::Point,
    ground, names, numbers,
    random::Random,
    rows::{Sheets, Thing, area, line, lines, point, reference, text},
};
use meydan_kernel::{Value, desk::Edit};
use uuid::Uuid;

/// One edit with its register.
pub(super) type Row = (String, Edit);

/// Writes parts of a city.
pub(super) struct Writer {
    pub(super) city: City,
    pub(super) sheets: Sheets,
    /// How many independent units may still be written.
    pub(super) units_left: usize,
}

impl Writer {
    fn neighbourhood_id(&self, order: usize) -> Uuid {
        self.sheets.id(0, Thing::Neighbourhood, order)
    }

    fn postal_code(&self, order: usize) -> String {
        format!("61{:03}", 900 + self.city.neighbourhoods[order].district % 100)
    }

    /// Province, districts, neighbourhoods.
    pub(super) fn administration(&self) -> Vec<Row> {
        let (city, sheets) = (&self.city, &self.sheets);
        let province = sheets.id(0, Thing::Administrative, 0);
        let all = city.rows.first_key_value().zip(city.rows.last_key_value()).map(|((a, _), (b, _))| *a..=*b);
        let Some(all) = all else { return Vec::new() };
        let people = |district: Option<usize>| -> i64 {
            let lives = city.neighbourhoods.iter().filter(|n| district.is_none_or(|d| n.district == d));
            lives.map(|n| n.population).sum()
        };
        let outline = ground::district(city, all);
        let mut rows = vec![sheets.row(
            "province",
            province,
            area(&outline),
            &[
                ("official_id", text("61")),
                ("name", text("Örnek Büyükşehir")),
                ("population", Value::Int(people(None))),
                ("area_km2", square_kilometres(&outline)),
            ],
        )];
        for (index, district) in city.districts.iter().enumerate() {
            let outline = ground::district(city, district.columns.clone());
            let fields = [
                ("official_id", text(format!("{}", 9_001 + index))),
                ("name", text(district.name.clone())),
                ("province", Value::Reference(province)),
                ("population", Value::Int(people(Some(index)))),
                ("area_km2", square_kilometres(&outline)),
            ];
            rows.push(sheets.row("district", sheets.id(0, Thing::Administrative, index + 1), area(&outline), &fields));
        }
        for (order, n) in city.neighbourhoods.iter().enumerate() {
            let fields = [
                ("official_id", text(format!("{}", 900_001 + order))),
                ("name", text(city.names.neighbourhood(order))),
                ("district", Value::Reference(sheets.id(0, Thing::Administrative, n.district + 1))),
                ("population", Value::Int(n.population)),
                ("postal_code", text(self.postal_code(order))),
            ];
            rows.push(sheets.row(
                "neighbourhood",
                self.neighbourhood_id(order),
                area(&ground::neighbourhood(city, n.mesh)),
                &fields,
            ));
        }
        rows
    }

    /// Land cover, and the parks along the shore.
    pub(super) fn ground(&self) -> Vec<Row> {
        let (city, sheets) = (&self.city, &self.sheets);
        let mut rows = Vec::new();
        for (index, piece) in ground::pieces(city).iter().enumerate() {
            let fields = [("kind", text(piece.kind)), ("name", piece.name.map_or(Value::Null, text))];
            rows.push(sheets.row("land_cover", sheets.id(0, Thing::Ground, index), area(&piece.ring), &fields));
        }
        let mut random = Random::of(city.seed, &[7]);
        for (order, n) in city.neighbourhoods.iter().enumerate().filter(|(_, n)| n.mesh.1 == 0) {
            let ring = ground::shore_strip(city, n.mesh.0, -50.0, -12.0);
            let name = names::park("sahil", &mut random);
            rows.push(self.park(0, order, order, &ring, name, "sahil"));
        }
        rows
    }

    fn park(&self, part: usize, index: usize, order: usize, ring: &[Point], name: String, kind: &'static str) -> Row {
        let number = part * 1_000 + index + 1;
        let fields = [
            ("official_id", text(format!("P-{number:05}"))),
            ("name", text(name)),
            ("kind", text(kind)),
            ("neighbourhood", Value::Reference(self.neighbourhood_id(order))),
            ("area_m2", square_metres(ring)),
            ("accessible", Value::Bool(index.is_multiple_of(2))),
        ];
        self.sheets.row("park", self.sheets.id(part, Thing::Park, index), area(ring), &fields)
    }

    /// Main streets with their centrelines and sides.
    pub(super) fn main_streets(&self) -> Vec<Row> {
        let (city, sheets) = (&self.city, &self.sheets);
        let mut rows = Vec::new();
        for (index, street) in city.streets.iter().enumerate() {
            let runs: Vec<Vec<Point>> =
                street.edges.iter().map(|e| main_line(&city.lattice, &city.terrain, city.edges[*e].key)).collect();
            let owner = street.edges.iter().find_map(|e| city.edges[*e].sides.iter().flatten().next().copied());
            let fields = [
                ("official_id", text(format!("{}", 900_000_001 + index))),
                ("name", text(street.name.clone())),
                ("type", text(street.kind)),
                ("neighbourhood", reference(owner.map(|o| self.neighbourhood_id(o)))),
            ];
            rows.push(sheets.row("street", sheets.id(0, Thing::Street, index), lines(&joined(&runs)), &fields));
            for (e, run) in street.edges.iter().zip(&runs) {
                self.main_edge(*e, &city.edges[*e], run, &mut rows);
            }
        }
        self.country_roads(&mut rows);
        rows
    }

    fn country_roads(&self, rows: &mut Vec<Row>) {
        let sheets = &self.sheets;
        for (index, road) in ground::roads(&self.city).iter().enumerate() {
            // Counted on after the main streets and their edges.
            let (street, edge) = (self.city.streets.len() + index, self.city.edges.len() + index);
            let [id, centreline] = [sheets.id(0, Thing::Street, street), sheets.id(0, Thing::Centreline, edge)];
            let fields = [
                ("official_id", text(format!("{}", 900_000_001 + street))),
                ("name", text(road.name.clone())),
                ("type", text("cadde")),
            ];
            rows.push(sheets.row("street", id, line(&road.line), &fields));
            rows.push(self.centreline(centreline, id, 910_000_001 + edge, (road.class, road.width, "asphalt"), &road.line));
            for k in 0..2 {
                let side = sheets.id(0, Thing::Side, edge * 2 + k);
                rows.push(self.side(side, centreline, k, 920_000_001 + edge * 2 + k, Value::Null));
            }
        }
    }

    fn main_edge(&self, index: usize, edge: &MainEdge, run: &[Point], rows: &mut Vec<Row>) {
        let sheets = &self.sheets;
        let (class, width) = edge.key.road();
        let centreline = sheets.id(0, Thing::Centreline, index);
        let street = sheets.id(0, Thing::Street, edge.street);
        rows.push(self.centreline(centreline, street, 910_000_001 + index, (class, width, "asphalt"), run));
        for (k, side) in edge.sides.iter().enumerate() {
            let id = sheets.id(0, Thing::Side, index * 2 + k);
            let neighbourhood = reference(side.map(|o| self.neighbourhood_id(o)));
            rows.push(self.side(id, centreline, k, 920_000_001 + index * 2 + k, neighbourhood));
        }
    }

    fn centreline(&self, id: Uuid, street: Uuid, number: usize, road: (&'static str, f64, &'static str), run: &[Point]) -> Row {
        let (class, width, surface) = road;
        let fields = [
            ("official_id", text(number.to_string())),
            ("street", Value::Reference(street)),
            ("class", text(class)),
            ("width", Value::Real(width)),
            ("surface", text(surface)),
        ];
        self.sheets.row("street_centreline", id, line(run), &fields)
    }

    fn side(&self, id: Uuid, centreline: Uuid, k: usize, number: usize, neighbourhood: Value) -> Row {
        let fields = [
            ("official_code", text(number.to_string())),
            ("centreline", Value::Reference(centreline)),
            ("side", text(if k == 0 { "left" } else { "right" })),
            ("neighbourhood", neighbourhood),
            ("uavt_code", text(number.to_string())),
        ];
        self.sheets.row("street_side", id, None, &fields)
    }

    /// All of the cell that grew as the `order`th.
    pub(super) fn cell(&mut self, order: usize) -> Vec<Row> {
        let cell = self.city.cell(order);
        let part = order + 1;
        let mut rows = Vec::with_capacity(cell.plots.len() * 3 + cell.streets.len() * 4);
        self.lanes(&cell, order, &mut rows);
        self.plots(&cell, order, &mut rows);
        self.houses(&cell, order, &mut rows);
        self.doors(&cell, order, &mut rows);
        self.units(&cell, order, &mut rows);
        for (index, park) in cell.parks.iter().enumerate() {
            rows.push(self.park(part, index, order, &park.ring, park.name.clone(), park.kind));
        }
        for (index, place) in cell.places.iter().enumerate() {
            let door = place.door.map(|d| self.sheets.id(part, Thing::Door, d));
            let fields = [
                ("official_id", text(format!("Y-{:07}", part * 1_000 + index))),
                ("name", text(place.name.clone())),
                ("service_type", text(place.service)),
                ("kind", text(place.kind)),
                ("neighbourhood", Value::Reference(self.neighbourhood_id(order))),
                ("door", reference(door)),
            ];
            rows.push(self.sheets.row(
                "point_of_interest",
                self.sheets.id(part, Thing::Place, index),
                point(place.at),
                &fields,
            ));
        }
        rows
    }

    fn lanes(&self, cell: &Cell, order: usize, rows: &mut Vec<Row>) {
        let (sheets, part) = (&self.sheets, order + 1);
        let neighbourhood = Value::Reference(self.neighbourhood_id(order));
        let first = self.city.neighbourhoods[order].first_lane;
        for (index, street) in cell.streets.iter().enumerate().filter(|(_, s)| s.edge.is_none()) {
            let lane = first + index - 4;
            let id = sheets.id(part, Thing::Street, index);
            let fields = [
                ("official_id", text(format!("{}", 930_000_001 + lane))),
                ("name", text(self.city.names.lane(lane))),
                ("type", text("sokak")),
                ("neighbourhood", neighbourhood.clone()),
            ];
            rows.push(sheets.row("street", id, line(&cell.lines[index]), &fields));
            let surface = match street.class {
                "steps" => "concrete",
                "pedestrian" => "cobble",
                _ if lane.is_multiple_of(3) => "pavers",
                _ => "asphalt",
            };
            let centreline = sheets.id(part, Thing::Centreline, index);
            let road = (street.class, street.width, surface);
            rows.push(self.centreline(centreline, id, 940_000_001 + lane, road, &cell.lines[index]));
            for k in 0..2 {
                let side = sheets.id(part, Thing::Side, index * 2 + k);
                rows.push(self.side(side, centreline, k, 950_000_001 + lane * 2 + k, neighbourhood.clone()));
            }
        }
    }

    fn plots(&self, cell: &Cell, order: usize, rows: &mut Vec<Row>) {
        for (index, plot) in cell.plots.iter().enumerate() {
            let fields = [
                ("number", text(format!("{}/{}", plot.block, plot.number))),
                ("block", text(plot.block.to_string())),
                ("parcel", text(plot.number.to_string())),
                ("neighbourhood", Value::Reference(self.neighbourhood_id(order))),
                ("kind", text(plot.kind)),
                ("area_m2", square_metres(&plot.ring)),
            ];
            rows.push(self.sheets.row("parcel", self.sheets.id(order + 1, Thing::Parcel, index), area(&plot.ring), &fields));
        }
    }

    fn houses(&self, cell: &Cell, order: usize, rows: &mut Vec<Row>) {
        let (sheets, part) = (&self.sheets, order + 1);
        for (index, house) in cell.houses.iter().enumerate() {
            let fields = [
                ("official_id", text(format!("9{:04}{:04}", order, index))),
                ("name", house.name.clone().map_or(Value::Null, text)),
                ("kind", text(house.kind)),
                ("status", text(house.status)),
                ("floors", Value::Int(house.floors)),
                ("floors_below", Value::Int(house.below)),
                ("built_year", Value::Int(house.year)),
                ("units", Value::Int(house.units)),
                ("neighbourhood", Value::Reference(self.neighbourhood_id(order))),
                ("parcel", Value::Reference(sheets.id(part, Thing::Parcel, house.plot))),
            ];
            rows.push(sheets.row("building", sheets.id(part, Thing::Building, index), area(&house.footprint.ring), &fields));
        }
    }

    fn doors(&self, cell: &Cell, order: usize, rows: &mut Vec<Row>) {
        let (sheets, part) = (&self.sheets, order + 1);
        for (index, door) in cell.doors.iter().enumerate() {
            let side = usize::from(!door.left);
            let edge = cell.streets[door.street].edge.and_then(|key| self.city.edge_of.get(&key).copied());
            let (street, side_id, before) = match edge {
                Some(e) => {
                    let street = sheets.id(0, Thing::Street, self.city.edges[e].street);
                    (street, sheets.id(0, Thing::Side, e * 2 + side), self.city.edges[e].before[side])
                }
                None => (sheets.id(part, Thing::Street, door.street), sheets.id(part, Thing::Side, door.street * 2 + side), 0),
            };
            let value = numbers::value(before, door.rank, door.left);
            let suffix = if door.lettered { "A" } else { "" };
            let fields = [
                ("official_id", text(format!("8{:04}{:05}", order, index))),
                ("number", text(format!("{value}{suffix}"))),
                ("number_value", Value::Int(value)),
                ("number_suffix", if door.lettered { text(suffix) } else { Value::Null }),
                ("type", text(door.kind)),
                ("status", text("active")),
                ("street", Value::Reference(street)),
                ("side", Value::Reference(side_id)),
                ("building", Value::Reference(sheets.id(part, Thing::Building, door.house))),
                ("parcel", Value::Reference(sheets.id(part, Thing::Parcel, cell.houses[door.house].plot))),
                ("main_door", reference(door.main.map(|main| sheets.id(part, Thing::Door, main)))),
                ("neighbourhood", Value::Reference(self.neighbourhood_id(order))),
                ("postal_code", text(self.postal_code(order))),
            ];
            rows.push(sheets.row("door", sheets.id(part, Thing::Door, index), point(door.at), &fields));
        }
    }

    /// Flats and shops of the cell's buildings, while some may be written: their survey starts at the centre.
    fn units(&mut self, cell: &Cell, order: usize, rows: &mut Vec<Row>) {
        let part = order + 1;
        let mut index = 0;
        for (number, door) in cell.doors.iter().enumerate().filter(|(_, d)| d.main.is_none()) {
            let house = &cell.houses[door.house];
            let units = house.units.max(0) as usize;
            if units > self.units_left {
                return;
            }
            self.units_left -= units;
            let above = (house.floors - house.below).max(1) as usize;
            let per_floor = units.div_ceil(above).max(1);
            for unit in 0..units {
                let floor = unit / per_floor;
                let used = match (house.kind, floor) {
                    ("karma", 0) | ("ticari" | "sanayi", _) => "workplace",
                    ("konut" | "karma", _) => "dwelling",
                    _ => "public",
                };
                let fields = [
                    ("address_code", text(format!("9{:04}{:05}", order, index))),
                    ("inner_number", text((unit + 1).to_string())),
                    ("building", Value::Reference(self.sheets.id(part, Thing::Building, door.house))),
                    ("door", Value::Reference(self.sheets.id(part, Thing::Door, number))),
                    ("floor", Value::Int(floor as i64)),
                    ("use", text(used)),
                ];
                rows.push(self.sheets.row("independent_unit", self.sheets.id(part, Thing::Unit, index), None, &fields));
                index += 1;
            }
        }
    }
}

/// Runs that meet end to end as one line; the others on their own.
fn joined(runs: &[Vec<Point>]) -> Vec<Vec<Point>> {
    let mut joined: Vec<Vec<Point>> = Vec::new();
    for run in runs {
        match joined.last_mut() {
            Some(last) if last.last().zip(run.first()).is_some_and(|(a, b)| a.distance(*b) < 0.01) => {
                last.extend(run.iter().skip(1));
            }
            _ => joined.push(run.clone()),
        }
    }
    joined
}

fn square_metres(ring: &[Point]) -> Value {
    Value::Real((ring_area(ring) * 100.0).round() / 100.0)
}

fn square_kilometres(ring: &[Point]) -> Value {
    Value::Real((ring_area(ring) / 1e4).round() / 100.0)
}
