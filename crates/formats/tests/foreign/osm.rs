//! A small town in OSM's own encoding.

use super::{damaged, file, wounds};
use meydan_formats::{
    Reader as _,
    osm::{self, Area, Mapping},
};
use meydan_geo::feature::Scalar;
use proptest::prelude::*;

fn varint(out: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

fn bytes(out: &mut Vec<u8>, number: u64, content: &[u8]) {
    varint(out, number << 3 | 2);
    varint(out, content.len() as u64);
    out.extend_from_slice(content);
}

fn number(out: &mut Vec<u8>, field: u64, n: u64) {
    varint(out, field << 3);
    varint(out, n);
}

fn packed(numbers: impl IntoIterator<Item = u64>) -> Vec<u8> {
    let mut out = Vec::new();
    numbers.into_iter().for_each(|n| varint(&mut out, n));
    out
}

fn deltas(numbers: &[i64]) -> Vec<u8> {
    let mut before = 0;
    packed(numbers.iter().map(|n| {
        let d = n - std::mem::replace(&mut before, *n);
        (d << 1 ^ d >> 63) as u64
    }))
}

/// Number, longitude, latitude, tags.
type Node = (i64, f64, f64, Vec<(&'static str, &'static str)>);

#[derive(Default)]
struct Town {
    strings: Vec<String>,
    nodes: Vec<Node>,
    groups: Vec<Vec<u8>>,
}

impl Town {
    fn string(&mut self, text: &str) -> u64 {
        if self.strings.is_empty() {
            self.strings.push(String::new());
        }
        let at = self.strings.iter().position(|s| s == text).unwrap_or_else(|| {
            self.strings.push(text.to_owned());
            self.strings.len() - 1
        });
        at as u64
    }

    fn head(&mut self, id: i64, tags: &[(&str, &str)]) -> Vec<u8> {
        let mut out = Vec::new();
        number(&mut out, 1, id as u64);
        let keys: Vec<u64> = tags.iter().map(|(k, _)| self.string(k)).collect();
        let values: Vec<u64> = tags.iter().map(|(_, v)| self.string(v)).collect();
        bytes(&mut out, 2, &packed(keys));
        bytes(&mut out, 3, &packed(values));
        out
    }

    fn way(&mut self, id: i64, refs: &[i64], tags: &[(&str, &str)]) {
        let mut way = self.head(id, tags);
        bytes(&mut way, 8, &deltas(refs));
        let mut group = Vec::new();
        bytes(&mut group, 3, &way);
        self.groups.push(group);
    }

    fn relation(&mut self, id: i64, ways: &[i64], tags: &[(&str, &str)]) {
        let mut relation = self.head(id, tags);
        bytes(&mut relation, 8, &packed(ways.iter().map(|_| 0)));
        bytes(&mut relation, 9, &deltas(ways));
        bytes(&mut relation, 10, &packed(ways.iter().map(|_| 1)));
        let mut group = Vec::new();
        bytes(&mut group, 4, &relation);
        self.groups.push(group);
    }

    fn file(mut self) -> Vec<u8> {
        let nodes = std::mem::take(&mut self.nodes);
        let mut dense = Vec::new();
        bytes(&mut dense, 1, &deltas(&nodes.iter().map(|n| n.0).collect::<Vec<_>>()));
        let nano = |f: fn(&Node) -> f64| nodes.iter().map(|n| (f(n) * 1e7).round() as i64).collect::<Vec<_>>();
        bytes(&mut dense, 8, &deltas(&nano(|n| n.2)));
        bytes(&mut dense, 9, &deltas(&nano(|n| n.1)));
        let mut tags = Vec::new();
        for node in &nodes {
            for (key, value) in &node.3 {
                tags.extend([self.string(key), self.string(value)]);
            }
            tags.push(0);
        }
        bytes(&mut dense, 10, &packed(tags));
        let mut group = Vec::new();
        bytes(&mut group, 2, &dense);
        let mut block = Vec::new();
        let mut table = Vec::new();
        self.strings.iter().for_each(|s| bytes(&mut table, 1, s.as_bytes()));
        bytes(&mut block, 1, &table);
        self.groups.iter().chain([&group]).for_each(|g| bytes(&mut block, 2, g));
        let mut header = Vec::new();
        bytes(&mut header, 4, b"DenseNodes");
        let mut out = Vec::new();
        for (kind, content) in [("OSMHeader", header), ("OSMData", block)] {
            let mut blob = Vec::new();
            bytes(&mut blob, 1, &content);
            let mut head = Vec::new();
            bytes(&mut head, 1, kind.as_bytes());
            number(&mut head, 3, blob.len() as u64);
            out.extend((head.len() as u32).to_be_bytes());
            out.extend(head);
            out.extend(blob);
        }
        out
    }
}

/// A square of four nodes from `first` on; the numbers of its ring.
fn square(town: &mut Town, first: i64, x: f64, y: f64, size: f64) -> Vec<i64> {
    for (at, (dx, dy)) in [(0.0, 0.0), (size, 0.0), (size, size), (0.0, size)].into_iter().enumerate() {
        town.nodes.push((first + at as i64, x + dx, y + dy, Vec::new()));
    }
    vec![first, first + 1, first + 2, first + 3, first]
}

fn town() -> Vec<u8> {
    let mut town = Town::default();
    for (id, x) in [(1, 39.700), (2, 39.701), (3, 39.702), (4, 39.9), (5, 39.901)] {
        town.nodes.push((id, x, 41.0, Vec::new()));
    }
    let road = [("highway", "residential"), ("name", "Uzun Sokak")];
    town.way(10, &[1, 2], &road);
    town.way(11, &[2, 3], &road);
    // The same name in another town.
    town.way(12, &[4, 5], &road);
    town.way(13, &[1, 3, 999], &road);
    let house = square(&mut town, 20, 39.7003, 41.0002, 0.0002);
    town.way(14, &house, &[("building", "yes")]);
    let outer = square(&mut town, 30, 39.7006, 41.0002, 0.001);
    let inner = square(&mut town, 40, 39.7008, 41.0004, 0.0002);
    town.way(15, &outer[..3], &[]);
    town.way(16, &[outer[0], outer[3], outer[2]], &[]);
    town.way(17, &inner, &[]);
    town.relation(50, &[15, 16, 17], &[("type", "multipolygon"), ("building", "school"), ("name", "Okul")]);
    town.relation(51, &[15, 77], &[("type", "multipolygon"), ("building", "yes")]);
    town.nodes.push((60, 39.7004, 41.0003, vec![("addr:housenumber", "12/A"), ("addr:street", "uzun  sokak")]));
    town.nodes.push((61, 39.7005, 41.0003, vec![("addr:housenumber", "3"), ("addr:street", "Kısa Sokak")]));
    town.nodes.push((62, 39.9, 41.0001, vec![("addr:housenumber", "1"), ("addr:street", "Uzun Sokak")]));
    town.file()
}

const MAPPING: &str = r#"
[[target]]
register = "street"
of = ["line"]
geometry = "line"
where = [{ highway = "*", name = "*" }]
group = { by = "name", within_m = 100 }
[target.fields]
official_id = { id = true }
name = { tag = "name" }
[[target]]
register = "building"
of = ["area"]
geometry = "area"
where = [{ building = ["*", "!no"] }]
[target.fields]
official_id = { id = true }
[[target]]
register = "door"
of = ["node"]
geometry = "point"
where = [{ "addr:housenumber" = "*" }]
[target.fields]
building = { inside = "building" }
number = { tag = "addr:housenumber" }
official_id = { id = true }
street = { near = "street", tag = "addr:street", within_m = 200 }
suffix = { tag = "addr:housenumber", part = "letters" }
"#;

fn rows(extract: &mut osm::Extract) -> Vec<String> {
    extract
        .map(|f| {
            let f = f.unwrap();
            let values = f.values.iter().map(|v| match v {
                Scalar::Text(t) => t.clone(),
                _ => "-".to_owned(),
            });
            let values = values.collect::<Vec<_>>().join(" ");
            format!("{values} {}", meydan_formats::wkt::write(&f.geometry.unwrap()))
        })
        .collect()
}

#[test]
fn streets_grouped_areas_with_holes_doors_at_their_street() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "town.osm.pbf", town());
    let mapping = Mapping::read(MAPPING).unwrap();
    let mut loaded = osm::load(&path, &mapping, None, &mut |_, _| {}).unwrap();
    assert_eq!((loaded.counts.nodes, loaded.counts.ways, loaded.counts.relations), (20, 8, 2));
    assert_eq!(loaded.counts.incomplete, 2, "a way lacks a node, a relation a way");
    let streets = rows(&mut loaded.extracts[0]);
    assert_eq!(
        streets,
        [
            "Uzun Sokak w10 MULTILINESTRING ((39.7 41,39.701 41),(39.701 41,39.702 41))",
            "Uzun Sokak w12 MULTILINESTRING ((39.9 41,39.901 41))"
        ]
    );
    let buildings = rows(&mut loaded.extracts[1]);
    assert!(buildings[0].starts_with("w14 POLYGON ((39.7003 41.0002,"), "{buildings:?}");
    assert!(buildings[1].starts_with("r50 POLYGON ((") && buildings[1].matches("),(").count() == 1, "{buildings:?}");
    let doors = rows(&mut loaded.extracts[2]);
    assert!(doors[0].starts_with("w14 12/A n60 w10 A POINT"), "{doors:?}");
    assert!(doors[1].starts_with("w14 3 n61 Kısa Sokak - POINT"), "a street that is not found keeps its name: {doors:?}");
    assert!(doors[2].starts_with("- 1 n62 w12 - POINT"), "{doors:?}");
    loaded.extracts[2].rewind().unwrap();
    assert_eq!(loaded.extracts[2].keys().unwrap(), ["n60", "n61", "n62"]);
    // What lies elsewhere is left out; what touches the area comes whole.
    let area = Area::of_box("39.6,40.9,39.7005,41.1").unwrap();
    let mut near = osm::load(&path, &mapping, Some(&area), &mut |_, _| {}).unwrap();
    assert_eq!(rows(&mut near.extracts[0]).len(), 1);
    assert_eq!(near.extracts.iter().map(osm::Extract::count).collect::<Vec<_>>(), [1, 1, 2]);
    assert_eq!(meydan_formats::open(&path, &Default::default()).err().map(|e| e.code()), Some("osm-needs-mapping"));
    let cut = file(folder.path(), "cut.osm.pbf", &town()[..200]);
    assert_eq!(osm::load(&cut, &mapping, None, &mut |_, _| {}).err().map(|e| e.code()), Some("broken-osm"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn damaged_towns(wounds in wounds()) {
        let folder = tempfile::tempdir().unwrap();
        let path = file(folder.path(), "town.osm.pbf", damaged(town(), &wounds));
        if let Ok(loaded) = osm::load(&path, &Mapping::read(MAPPING).unwrap(), None, &mut |_, _| {}) {
            for extract in loaded.extracts {
                extract.take(1_000).for_each(drop);
            }
        }
    }
}
