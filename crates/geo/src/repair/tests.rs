use super::*;
use crate::GeometryType;
use proptest::prelude::*;
use std::path::PathBuf;

fn polygon(ring: &[Position]) -> Wkb {
    Wkb::polygon(&[ring.to_vec()]).expect("finite")
}

fn areas(geometry: &Wkb) -> f64 {
    let mut total = 0.0;
    for part in geometry.parts() {
        if let crate::parts::Part::Polygon(rings) = part {
            for (i, ring) in rings.iter().enumerate() {
                let area = doubled_area(ring.iter()).abs() / 2.0;
                total += if i == 0 { area } else { -area };
            }
        }
    }
    total
}

#[test]
fn an_open_ring_is_closed_and_repeats_are_dropped() {
    let open = polygon(&[(0.0, 0.0), (4.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0)]);
    let repaired = repair(&open).expect("repairable");
    assert_eq!(repaired.repairs, [Repair::ClosedRings(1), Repair::DroppedPositions(1)]);
    assert_eq!(repaired.geometry, polygon(&[(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0), (0.0, 0.0)]));
    assert_eq!(repaired.repairs[0].tr(), "1 açık halka kapatıldı");
}

#[test]
fn winding_follows_rfc_7946() {
    let clockwise = vec![(0.0, 0.0), (0.0, 9.0), (9.0, 9.0), (9.0, 0.0), (0.0, 0.0)];
    let hole = vec![(2.0, 2.0), (4.0, 2.0), (4.0, 4.0), (2.0, 4.0), (2.0, 2.0)];
    let repaired = repair(&Wkb::polygon(&[clockwise, hole]).expect("finite")).expect("repairable");
    assert_eq!(repaired.repairs, [Repair::Rewound(2)]);
    assert_eq!(validity::check(&repaired.geometry), None);
    assert_eq!(repair(&repaired.geometry).expect("valid").repairs, []);
}

#[test]
fn a_bow_tie_becomes_two_areas() {
    let bow = polygon(&[(0.0, 0.0), (4.0, 4.0), (4.0, 0.0), (0.0, 4.0), (0.0, 0.0)]);
    let repaired = repair(&bow).expect("repairable");
    assert_eq!(repaired.geometry.geometry_type(), GeometryType::MultiPolygon);
    assert!((areas(&repaired.geometry) - 8.0).abs() < 1e-9);
    assert!(matches!(repaired.repairs[0], Repair::Rebuilt(Fault { kind: FaultKind::SelfCrossing, .. })));
}

#[test]
fn a_ring_that_touches_itself_gets_a_hole() {
    // Round a square, then through one corner round an inner loop.
    let ring = [(0.0, 0.0), (8.0, 0.0), (8.0, 8.0), (0.0, 8.0), (0.0, 0.0), (4.0, 2.0), (2.0, 4.0), (0.0, 0.0)];
    let repaired = repair(&polygon(&ring)).expect("repairable");
    assert_eq!(validity::check(&repaired.geometry), None);
    assert!(areas(&repaired.geometry) > 50.0);
}

#[test]
fn parts_that_overlap_are_joined() {
    let square = |x: f64| vec![vec![(x, 0.0), (x + 4.0, 0.0), (x + 4.0, 4.0), (x, 4.0), (x, 0.0)]];
    let multi = Wkb::multi_polygon(&[square(0.0), square(2.0)]).expect("finite");
    let repaired = repair(&multi).expect("repairable");
    assert_eq!(repaired.geometry.geometry_type(), GeometryType::MultiPolygon);
    assert!((areas(&repaired.geometry) - 24.0).abs() < 1e-9);
    let twice = Wkb::multi_polygon(&[square(0.0), square(0.0)]).expect("finite");
    assert!((areas(&repair(&twice).expect("repairable").geometry) - 16.0).abs() < 1e-9);
}

#[test]
fn what_has_no_area_is_not_repaired() {
    for ring in [
        &[(0.0, 0.0), (4.0, 0.0), (8.0, 0.0), (0.0, 0.0)][..],
        &[(0.0, 0.0), (4.0, 0.0), (0.0, 0.0)],
        &[(1.0, 1.0), (1.0, 1.0), (1.0, 1.0), (1.0, 1.0)],
        &[],
    ] {
        assert!(repair(&polygon(ring)).is_err(), "{ring:?}");
    }
    assert!(repair(&Wkb::line_string(&[(1.0, 1.0), (1.0, 1.0)]).expect("finite")).is_err());
    let absurd = polygon(&[(0.0, 0.0), (1e300, 1e300), (1e300, 0.0), (0.0, 1e300), (0.0, 0.0)]);
    assert!(repair(&absurd).is_err());
}

fn official(name: &str) -> Vec<Wkb> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/01-admin").join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("the shared data is missing: {}: {e}", path.display()));
    let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let features = json["features"].as_array().expect("a feature collection");
    features.iter().map(|f| geometry_of(&f["geometry"])).collect()
}

fn geometry_of(json: &serde_json::Value) -> Wkb {
    let number = |v: &serde_json::Value| v.as_f64().expect("a number");
    let ring = |r: &serde_json::Value| -> Vec<Position> {
        r.as_array().expect("a ring").iter().map(|p| (number(&p[0]), number(&p[1]))).collect()
    };
    let rings = |p: &serde_json::Value| -> PolygonRings { p.as_array().expect("a polygon").iter().map(ring).collect() };
    let coordinates = &json["coordinates"];
    match json["type"].as_str() {
        Some("Polygon") => Wkb::polygon(&rings(coordinates)),
        Some("MultiPolygon") => {
            Wkb::multi_polygon(&coordinates.as_array().expect("polygons").iter().map(rings).collect::<Vec<_>>())
        }
        other => panic!("unexpected {other:?}"),
    }
    .expect("finite")
}

fn official_file_is_repaired(name: &str, count: usize, invalid: usize) {
    let all = official(name);
    assert_eq!(all.len(), count, "{name}");
    let faulty: Vec<&Wkb> = all.iter().filter(|g| validity::check(g).is_some()).collect();
    assert_eq!(faulty.len(), invalid, "{name}");
    for geometry in &all {
        let repaired = repair(geometry).expect("repairable");
        assert_eq!(validity::check(&repaired.geometry), None);
        let (before, after) = (areas(geometry), areas(&repaired.geometry));
        assert!((after - before).abs() <= before * 0.001, "{name}: {before} became {after}: {:?}", repaired.repairs);
    }
}

#[test]
fn the_raw_neighbourhoods_of_trabzon_are_repaired() {
    official_file_is_repaired("trabzon_mahalle_710.geojson", 710, 3);
}

#[test]
fn the_raw_districts_of_trabzon_are_repaired() {
    official_file_is_repaired("trabzon_ilce_18.geojson", 18, 12);
}

proptest! {
    #[test]
    fn what_repair_returns_is_valid_and_stays(
        polygons in prop::collection::vec(
            prop::collection::vec(prop::collection::vec((0i8..20, 0i8..20), 0..14), 0..4), 0..4),
        scale in prop::sample::select(vec![1.0, 0.001, 1.0 / 3.0]),
    ) {
        let polygons: Vec<PolygonRings> = polygons
            .iter()
            .map(|p| p.iter().map(|r| r.iter().map(|(x, y)| (39.0 + f64::from(*x) * scale, 41.0 + f64::from(*y) * scale)).collect()).collect())
            .collect();
        let geometry = Wkb::multi_polygon(&polygons).expect("finite");
        if let Ok(repaired) = repair(&geometry) {
            prop_assert_eq!(validity::check(&repaired.geometry), None);
            let again = repair(&repaired.geometry).expect("valid");
            prop_assert_eq!(&again.geometry, &repaired.geometry);
            prop_assert!(again.repairs.is_empty());
        }
    }

    #[test]
    fn a_valid_geometry_is_only_wound(radii in prop::collection::vec(1u16..500, 3..80), clockwise in any::<bool>()) {
        // Seen from its middle, each corner stands in its own direction: such a ring can't cross itself.
        let mut ring: Vec<Position> = radii
            .iter()
            .enumerate()
            .map(|(i, r)| {
                let (sin, cos) = (std::f64::consts::TAU * i as f64 / radii.len() as f64).sin_cos();
                (39.0 + f64::from(*r) * 1e-4 * cos, 41.0 + f64::from(*r) * 1e-4 * sin)
            })
            .collect();
        ring.push(ring[0]);
        let counter_clockwise = polygon(&ring);
        prop_assert_eq!(validity::check(&counter_clockwise), None);
        if clockwise {
            ring.reverse();
        }
        let repaired = repair(&polygon(&ring)).expect("valid");
        prop_assert_eq!(repaired.geometry, counter_clockwise);
        prop_assert_eq!(repaired.repairs.len(), usize::from(clockwise));
    }

    #[test]
    fn any_bytes_that_parse_can_be_repaired_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(wkb) = Wkb::parse(&bytes)
            && let Ok(repaired) = repair(&wkb)
        {
            prop_assert_eq!(validity::check(&repaired.geometry), None);
        }
    }
}
