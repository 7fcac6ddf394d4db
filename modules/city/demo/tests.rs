//! The sample city keeps the rules that a real one must keep.

use super::*;
use meydan_geo::{Wkb, relate};
use meydan_kernel::{Act, Desk, Principal, Query, Store, Value, catalogue::load};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};
use uuid::Uuid;

const DOORS: usize = 1_500;

/// A record of the sample city, by field name.
struct Row {
    id: Uuid,
    set: HashMap<String, Value>,
    geometry: Option<Wkb>,
}

impl Row {
    fn text(&self, field: &str) -> &str {
        match &self.set[field] {
            Value::Text(text) => text,
            other => panic!("{field} is {other:?}"),
        }
    }

    fn reference(&self, field: &str) -> Uuid {
        match &self.set[field] {
            Value::Reference(id) => *id,
            other => panic!("{field} is {other:?}"),
        }
    }

    fn coords(&self) -> Vec<(f64, f64)> {
        let mut coords = Vec::new();
        self.geometry.as_ref().expect("it has a geometry").each_coord(|x, y| coords.push((x, y)));
        coords
    }
}

fn catalogue() -> Catalogue {
    load(&crate::sources()).unwrap()
}

fn city(doors: usize, seed: u64) -> BTreeMap<String, Vec<Row>> {
    let catalogue = catalogue();
    let mut rows: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for (name, edit) in Demo::new(&catalogue, doors, seed).unwrap().flatten() {
        let Edit::Insert { id, set, geometry } = edit else { panic!("only new records") };
        let register = catalogue.register(&name).unwrap();
        let set = set.into_iter().map(|(i, v)| (register.fields[i].name.clone(), v)).collect();
        rows.entry(name).or_default().push(Row { id: id.unwrap(), set, geometry });
    }
    rows
}

/// Degrees as metres near the city.
fn metres((x, y): (f64, f64)) -> (f64, f64) {
    ((x - CENTRE[0]) * 84_131.0, (y - CENTRE[1]) * 111_052.0)
}

fn digest(doors: usize, seed: u64) -> u64 {
    let mut hasher = DefaultHasher::new();
    for (name, edit) in Demo::new(&catalogue(), doors, seed).unwrap().flatten() {
        let Edit::Insert { id, set, geometry } = edit else { panic!("only new records") };
        (name, id, format!("{set:?}"), geometry.map(|g| g.as_bytes().to_vec())).hash(&mut hasher);
    }
    hasher.finish()
}

#[test]
fn the_same_seed_makes_the_same_city_and_another_another() {
    assert_eq!(digest(400, 7), digest(400, 7));
    assert_ne!(digest(400, 7), digest(400, 8));
}

#[test]
fn any_size_is_met_to_the_door_and_batches_are_bounded() {
    let catalogue = catalogue();
    for doors in [1, 2, 37, 900] {
        let batches: Vec<_> = Demo::new(&catalogue, doors, 3).unwrap().collect();
        assert!(batches.iter().all(|b| b.len() <= BATCH));
        assert_eq!(batches.iter().flatten().filter(|(name, _)| name == "door").count(), doors);
    }
    assert_eq!(Demo::new(&catalogue, 0, 3).err().unwrap().code(), "demo-size");
    assert_eq!(Demo::new(&catalogue, MAX_DOORS + 1, 3).err().unwrap().code(), "demo-size");
    assert_eq!(Demo::new(&Catalogue::default(), 10, 3).err().unwrap().code(), "no-such-register");
}

#[test]
fn what_a_record_refers_to_comes_before_it_and_says_that_it_is_generated() {
    let catalogue = catalogue();
    let mut seen = HashSet::new();
    for (name, edit) in Demo::new(&catalogue, DOORS, 5).unwrap().flatten() {
        let Edit::Insert { id, set, .. } = edit else { panic!("only new records") };
        let origin = catalogue.register(&name).unwrap().field_index("origin").unwrap();
        assert!(set.contains(&(origin, Value::Text("generated".to_owned()))), "{name}");
        for (_, value) in set {
            if let Value::Reference(to) = value {
                assert!(seen.contains(&to), "{name} refers to what is not there yet");
            }
        }
        assert!(seen.insert(id.unwrap()), "an id is given twice");
    }
}

#[tokio::test]
async fn the_desk_and_a_real_store_take_every_record() {
    let folder = tempfile::tempdir().unwrap();
    let store: Arc<dyn Store> = meydan_store::open(&folder.path().join("city.gpkg").display().to_string()).await.unwrap();
    let catalogue = Arc::new(catalogue());
    let plan = meydan_kernel::catalogue::plan(&Catalogue::default(), &catalogue, &[]);
    store.apply(&plan, &catalogue).await.unwrap();
    let desk = Desk::new(store, Arc::clone(&catalogue)).unwrap();
    let act = Act { person: "Deneme".to_owned(), post: "Deneme".to_owned(), source: "demo".to_owned(), ..Act::default() };
    let operator = Principal::operator(act);
    let mut written: BTreeMap<String, u64> = BTreeMap::new();
    for batch in Demo::new(&catalogue, DOORS, 11).unwrap() {
        for (name, _) in &batch {
            *written.entry(name.clone()).or_default() += 1;
        }
        desk.change(&operator, batch).await.unwrap();
    }
    for (name, count) in written {
        let register = desk.register(&name).unwrap();
        assert_eq!(desk.count(&operator, &Query::all(register)).await.unwrap(), count, "{name}");
    }
}

#[test]
fn no_building_touches_another() {
    for seed in [13, 61, 4_711] {
        nothing_touches(&city(DOORS, seed));
    }
}

fn nothing_touches(rows: &BTreeMap<String, Vec<Row>>) {
    let buildings: Vec<_> = rows["building"].iter().filter_map(|r| r.geometry.as_ref()).collect();
    let mut cells: HashMap<(i64, i64), Vec<usize>> = HashMap::new();
    let mut compared = 0;
    for (k, building) in buildings.iter().enumerate() {
        let b = building.bbox().unwrap();
        let cell = |x: f64, y: f64| ((x / 0.0005).floor() as i64, (y / 0.0005).floor() as i64);
        let (low, high) = (cell(b.min_x, b.min_y), cell(b.max_x, b.max_y));
        let mut near: Vec<usize> = Vec::new();
        for x in low.0..=high.0 {
            for y in low.1..=high.1 {
                let held = cells.entry((x, y)).or_default();
                near.extend(held.iter());
                held.push(k);
            }
        }
        near.sort_unstable();
        near.dedup();
        compared += near.len();
        assert!(near.iter().all(|other| !relate::intersects(building, buildings[*other])), "buildings overlap at {b:?}");
    }
    assert!(compared > buildings.len(), "the test compares neighbours");
}

/// Metres to a line and true if the place is on its left, by the nearest segment.
fn beside(parts: &[Vec<(f64, f64)>], at: (f64, f64)) -> (f64, bool) {
    let mut best = (f64::MAX, false);
    for (a, b) in parts.iter().flat_map(|line| line.iter().zip(line.iter().skip(1))) {
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        let (px, py) = (at.0 - a.0, at.1 - a.1);
        let share = ((px * dx + py * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
        let distance = (px - share * dx).hypot(py - share * dy);
        if distance < best.0 {
            best = (distance, dx * py - dy * px > 0.0);
        }
    }
    best
}

#[test]
fn doors_stand_at_their_street_odd_on_the_left_and_even_on_the_right() {
    let rows = city(DOORS, 17);
    let lines: HashMap<Uuid, Vec<(f64, f64)>> =
        rows["street_centreline"].iter().map(|r| (r.id, r.coords().into_iter().map(metres).collect())).collect();
    let sides: HashMap<Uuid, &Row> = rows["street_side"].iter().map(|r| (r.id, r)).collect();
    let street_of: HashMap<Uuid, Uuid> = rows["street_centreline"].iter().map(|r| (r.id, r.reference("street"))).collect();
    let mut taken = HashSet::new();
    for door in &rows["door"] {
        let side = sides[&door.reference("side")];
        let line = side.reference("centreline");
        assert_eq!(street_of[&line], door.reference("street"));
        let (distance, left) = beside(std::slice::from_ref(&lines[&line]), metres(door.coords()[0]));
        assert!(distance < 40.0, "{} stands {distance} m from its street", door.text("number"));
        assert_eq!(side.text("side"), if left { "left" } else { "right" }, "{}", door.text("number"));
        let Value::Int(value) = door.set["number_value"] else { panic!("no number") };
        assert_eq!(value % 2 == 1, left, "odd numbers are on the left");
        assert_eq!(side.reference("neighbourhood"), door.reference("neighbourhood"));
        assert!(
            taken.insert((door.reference("street"), door.text("number").to_owned())),
            "a number is given twice on a street"
        );
    }
}

#[test]
fn numbers_run_on_without_gaps_from_the_start_of_each_street() {
    let rows = city(DOORS, 19);
    let sides: HashMap<Uuid, &str> = rows["street_side"].iter().map(|r| (r.id, r.text("side"))).collect();
    let mut numbers: HashMap<(Uuid, &str), Vec<i64>> = HashMap::new();
    for door in rows["door"].iter().filter(|d| d.set["number_suffix"].is_null()) {
        let Value::Int(value) = door.set["number_value"] else { panic!("no number") };
        numbers.entry((door.reference("street"), sides[&door.reference("side")])).or_default().push(value);
    }
    for ((_, side), mut numbers) in numbers {
        numbers.sort_unstable();
        let first = if side == "left" { 1 } else { 2 };
        let wanted: Vec<i64> = (0..numbers.len() as i64).map(|k| first + 2 * k).collect();
        assert_eq!(numbers, wanted);
    }
}

#[test]
fn neighbourhoods_tile_the_city_without_gap_or_overlap() {
    let rows = city(4_000, 23);
    // Coordinates are exact to 1e-7 degrees.
    let exact = |(x, y): (f64, f64)| ((x * 1e7).round() as i64, (y * 1e7).round() as i64);
    let ring = |row: &Row| row.coords().into_iter().map(exact).collect::<Vec<_>>();
    for (parts, whole) in [("neighbourhood", "province"), ("district", "province")] {
        let mut open: HashSet<((i64, i64), (i64, i64))> = HashSet::new();
        for row in &rows[parts] {
            let ring = ring(row);
            for (a, b) in ring.iter().zip(ring.iter().skip(1)) {
                // A neighbour has the same piece of border the other way round.
                if !open.remove(&(*b, *a)) {
                    assert!(open.insert((*a, *b)), "two {parts} lie on the same side of a border");
                }
            }
        }
        let outline = ring(&rows[whole][0]);
        let outline: HashSet<_> = outline.iter().zip(outline.iter().skip(1)).map(|(a, b)| (*a, *b)).collect();
        assert_eq!(open, outline, "what is left of the borders of {parts} is the border of the {whole}");
    }
}

#[test]
fn each_centreline_has_two_sides_and_each_street_its_own_name() {
    let rows = city(4_000, 29);
    let mut sides: HashMap<Uuid, Vec<&str>> = HashMap::new();
    for side in &rows["street_side"] {
        sides.entry(side.reference("centreline")).or_default().push(side.text("side"));
    }
    assert_eq!(sides.len(), rows["street_centreline"].len());
    assert!(sides.values().all(|s| s == &["left", "right"]));
    for register in ["street", "neighbourhood", "district"] {
        let names: HashSet<_> = rows[register].iter().map(|r| r.text("name")).collect();
        assert_eq!(names.len(), rows[register].len(), "{register}");
    }
}
