//! The city as edits, part by part.

use super::{
    buildings::ring_area,
    cell::main_line,
    city::{City, MainEdge},
    convex::Point,
    ground, names,
    random::Random,
    rows::{Sheets, Thing, area, line, lines, reference, text},
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
    pub(super) fn neighbourhood_id(&self, order: usize) -> Uuid {
        self.sheets.id(0, Thing::Neighbourhood, order)
    }

    pub(super) fn postal_code(&self, order: usize) -> String {
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

    pub(super) fn park(
        &self,
        part: usize,
        index: usize,
        order: usize,
        ring: &[Point],
        name: String,
        kind: &'static str,
    ) -> Row {
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
                ("maintained_by", text("metropolitan")),
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
                ("maintained_by", text("highways")),
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

    pub(super) fn centreline(
        &self,
        id: Uuid,
        street: Uuid,
        number: usize,
        road: (&'static str, f64, &'static str),
        run: &[Point],
    ) -> Row {
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

    pub(super) fn side(&self, id: Uuid, centreline: Uuid, k: usize, number: usize, neighbourhood: Value) -> Row {
        let fields = [
            ("official_code", text(number.to_string())),
            ("centreline", Value::Reference(centreline)),
            ("side", text(if k == 0 { "left" } else { "right" })),
            ("neighbourhood", neighbourhood),
            ("uavt_code", text(number.to_string())),
        ];
        self.sheets.row("street_side", id, None, &fields)
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

pub(super) fn square_metres(ring: &[Point]) -> Value {
    Value::Real((ring_area(ring) * 100.0).round() / 100.0)
}

fn square_kilometres(ring: &[Point]) -> Value {
    Value::Real((ring_area(ring) / 1e4).round() / 100.0)
}
