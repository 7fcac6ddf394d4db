use super::*;
use crate::parts::Position;
use proptest::prelude::*;
use std::f64::consts::TAU;

fn square(x: f64, y: f64, side: f64) -> Vec<Position> {
    vec![(x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y)]
}

fn kind(rings: &[Vec<Position>]) -> Option<FaultKind> {
    check(&Wkb::polygon(rings).expect("finite")).map(|f| f.kind)
}

fn multi_kind(polygons: &[Vec<Vec<Position>>]) -> Option<FaultKind> {
    check(&Wkb::multi_polygon(polygons).expect("finite")).map(|f| f.kind)
}

/// The ring with so many corners more on its edges that it takes the way through the tree.
fn dense(ring: &[Position]) -> Vec<Position> {
    let mut out = Vec::new();
    for pair in ring.windows(2) {
        for i in 0..16 {
            // Sixteenths of the small whole numbers in these tests are exact, so the corners stay on the edge.
            let t = f64::from(i) / 16.0;
            out.push((pair[0].0 + (pair[1].0 - pair[0].0) * t, pair[0].1 + (pair[1].1 - pair[0].1) * t));
        }
    }
    out.extend(ring.last());
    out
}

#[test]
fn each_fault_of_a_ring_is_named() {
    let cases: [(&[Position], Option<FaultKind>); 9] = [
        (&[(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0), (0.0, 0.0)], None),
        (&[(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0)], Some(FaultKind::UnclosedRing)),
        (&[(0.0, 0.0), (4.0, 4.0), (4.0, 0.0), (0.0, 4.0), (0.0, 0.0)], Some(FaultKind::SelfCrossing)),
        (&[(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (2.0, 0.0), (0.0, 4.0), (0.0, 0.0)], Some(FaultKind::SelfTouching)),
        (&[(0.0, 0.0), (4.0, 0.0), (2.0, 2.0), (4.0, 4.0), (0.0, 4.0), (2.0, 2.0), (0.0, 0.0)], Some(FaultKind::SelfTouching)),
        (&[(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (4.0, 8.0), (4.0, 4.0), (0.0, 4.0), (0.0, 0.0)], Some(FaultKind::SelfOverlap)),
        (&[(0.0, 0.0), (4.0, 0.0), (8.0, 0.0), (0.0, 0.0)], Some(FaultKind::SelfOverlap)),
        // A position said twice is legal.
        (&[(0.0, 0.0), (4.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0), (0.0, 0.0)], None),
        (&[(4.0, 0.0), (4.0, 0.0), (4.0, 0.0), (1.0, 0.0), (4.0, 0.0)], Some(FaultKind::ShortRing)),
    ];
    for (ring, wanted) in cases {
        assert_eq!(kind(&[ring.to_vec()]), wanted, "{ring:?}");
        // The same ring with more corners on its edges is as faulty (a crossing may then be met as a touch, say).
        if wanted != Some(FaultKind::ShortRing) {
            assert_eq!(kind(&[dense(ring)]).is_some(), wanted.is_some(), "dense {ring:?}");
        }
    }
    assert_eq!(kind(&[]), Some(FaultKind::Empty));
    assert_eq!(kind(&[vec![]]), Some(FaultKind::Empty));
}

#[test]
fn each_fault_between_rings_is_named() {
    let shell = square(0.0, 0.0, 10.0);
    assert_eq!(kind(&[shell.clone(), square(2.0, 2.0, 2.0), square(6.0, 6.0, 2.0)]), None);
    assert_eq!(kind(&[shell.clone(), square(20.0, 2.0, 2.0)]), Some(FaultKind::HoleOutside));
    assert_eq!(kind(&[shell.clone(), square(8.0, 8.0, 4.0)]), Some(FaultKind::RingsCross));
    assert_eq!(kind(&[shell.clone(), square(8.0, 8.0, 2.0)]), Some(FaultKind::RingsOverlap));
    assert_eq!(kind(&[shell.clone(), square(2.0, 2.0, 6.0), square(3.0, 3.0, 2.0)]), Some(FaultKind::HoleInHole));
    // A hole may touch the shell at one place, not at two.
    let once = vec![(5.0, 0.0), (6.0, 5.0), (4.0, 5.0), (5.0, 0.0)];
    let twice = vec![(5.0, 0.0), (6.0, 5.0), (5.0, 10.0), (4.0, 5.0), (5.0, 0.0)];
    assert_eq!(kind(&[shell.clone(), once.clone()]), None);
    assert_eq!(kind(&[shell.clone(), twice]), Some(FaultKind::InteriorSplit));
    // A circle of holes that touch one another cuts a piece out.
    let diamond = |x: f64, y: f64| vec![(x - 1.0, y), (x, y - 1.0), (x + 1.0, y), (x, y + 1.0), (x - 1.0, y)];
    let three = [diamond(4.0, 4.0), diamond(6.0, 4.0), diamond(5.0, 5.0)];
    let circle = [diamond(4.0, 4.0), diamond(6.0, 4.0), diamond(4.0, 6.0), diamond(6.0, 6.0)];
    assert_eq!(kind(&[vec![shell.clone()], circle[..3].to_vec()].concat()), None);
    assert_eq!(kind(&[vec![shell.clone()], circle.to_vec()].concat()), Some(FaultKind::InteriorSplit));
    assert_eq!(kind(&[vec![shell.clone()], three.to_vec()].concat()), Some(FaultKind::RingsOverlap));
    // Crossing at corners only, without two edges that cross inside of both.
    let through = vec![(5.0, 5.0), (10.0, 0.0), (15.0, 5.0), (10.0, 10.0), (5.0, 5.0)];
    assert_eq!(kind(&[shell, through]), Some(FaultKind::RingsCross));
}

#[test]
fn each_fault_between_parts_is_named() {
    let a = vec![square(0.0, 0.0, 10.0)];
    assert_eq!(multi_kind(&[a.clone(), vec![square(20.0, 0.0, 5.0)]]), None);
    assert_eq!(multi_kind(&[a.clone(), vec![square(10.0, 10.0, 5.0)]]), None);
    assert_eq!(multi_kind(&[a.clone(), vec![square(10.0, 0.0, 10.0)]]), Some(FaultKind::PartsShareBorder));
    assert_eq!(multi_kind(&[a.clone(), vec![square(5.0, 5.0, 10.0)]]), Some(FaultKind::PartsCross));
    assert_eq!(multi_kind(&[a.clone(), vec![square(2.0, 2.0, 2.0)]]), Some(FaultKind::PartsOverlap));
    assert_eq!(multi_kind(&[vec![square(2.0, 2.0, 2.0)], a.clone()]), Some(FaultKind::PartsOverlap));
    assert_eq!(multi_kind(&[a.clone(), a]), Some(FaultKind::PartsShareBorder));
    let with_hole = vec![square(0.0, 0.0, 10.0), square(2.0, 2.0, 6.0)];
    assert_eq!(multi_kind(&[with_hole.clone(), vec![square(3.0, 3.0, 2.0)]]), None);
    assert_eq!(multi_kind(&[vec![square(0.5, 0.5, 1.0)], with_hole]), Some(FaultKind::PartsOverlap));
    assert_eq!(multi_kind(&[]), Some(FaultKind::Empty));
}

#[test]
fn a_line_needs_two_different_positions() {
    let fault = |line: &[Position]| check(&Wkb::line_string(line).expect("finite")).map(|f| f.kind);
    assert_eq!(fault(&[(1.0, 1.0), (2.0, 2.0)]), None);
    assert_eq!(fault(&[(1.0, 1.0), (1.0, 1.0)]), Some(FaultKind::ShortLine));
    assert_eq!(fault(&[]), Some(FaultKind::Empty));
    // A line may cross itself.
    assert_eq!(fault(&[(0.0, 0.0), (4.0, 4.0), (4.0, 0.0), (0.0, 4.0)]), None);
}

#[test]
fn the_sentence_says_where() {
    let bow = Wkb::polygon(&[vec![(39.0, 41.0), (39.5, 41.5), (39.5, 41.0), (39.0, 41.5), (39.0, 41.0)]]).expect("finite");
    let fault = check(&bow).expect("it crosses itself");
    assert_eq!(fault.tr(), "halka kendi kendini kesiyor (boylam 39.2500000, enlem 41.2500000)");
    assert_eq!(fault.en(), "a ring crosses itself (longitude 39.2500000, latitude 41.2500000)");
}

fn wavy(corners: u32) -> Vec<Position> {
    let mut ring: Vec<Position> = (0..corners)
        .map(|i| {
            let angle = TAU * f64::from(i) / f64::from(corners);
            let r = 1.0 + 0.3 * (angle * 40.0).sin() + 0.0001 * (angle * 9_000.0).sin();
            (39.0 + r * angle.cos(), 41.0 + r * angle.sin())
        })
        .collect();
    ring.push(ring[0]);
    ring
}

#[test]
fn a_ring_of_a_hundred_thousand_corners_takes_a_moment() {
    let mut ring = wavy(100_000);
    let started = std::time::Instant::now();
    assert_eq!(kind(&[ring.clone()]), None);
    ring.swap(100, 200);
    assert!(kind(&[ring]).is_some());
    // Pair by pair it would be 5 thousand million tests: minutes.
    assert!(started.elapsed() < std::time::Duration::from_secs(5), "{:?}", started.elapsed());
}

/// The plain rule, pair by pair: some two edges of the ring meet that should not.
fn naive_is_simple(ring: &[Position]) -> bool {
    let mut corners = ring.to_vec();
    corners.dedup();
    let n = corners.len() - 1;
    let edge = |i: usize| (corners[i], corners[i + 1]);
    for i in 0..n {
        for j in i + 1..n {
            let next = j == i + 1 || (i == 0 && j == n - 1);
            match crate::predicates::meet(edge(i), edge(j)) {
                None => {}
                Some(crate::predicates::Meeting::Touch(_)) if next => {}
                Some(_) => return false,
            }
        }
    }
    true
}

proptest! {
    #[test]
    fn both_ways_agree_with_the_plain_rule(
        corners in prop::collection::vec((0i8..12, 0i8..12), 3..40),
        pad in 0usize..40,
    ) {
        let mut ring: Vec<Position> = corners.iter().map(|(x, y)| (f64::from(*x), f64::from(*y))).collect();
        ring.push(ring[0]);
        let mut different = ring.clone();
        different.sort_by(|a, b| a.partial_cmp(b).expect("finite"));
        different.dedup();
        prop_assume!(different.len() >= 3);
        let wanted = naive_is_simple(&ring);
        prop_assert_eq!(kind(&[ring.clone()]).is_none(), wanted);
        // The same ring with its first corner said many times more is as valid, and goes through the tree.
        let mut long = vec![ring[0]; pad];
        long.extend(&ring);
        prop_assert_eq!(kind(&[long]).is_none(), wanted);
    }

    #[test]
    fn any_bytes_that_parse_can_be_checked(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(wkb) = Wkb::parse(&bytes) {
            check(&wkb);
        }
        // Bytes from a damaged store are not looked at closely by `from_trusted`.
        if let Ok(wkb) = Wkb::from_trusted(&bytes) {
            check(&wkb);
        }
    }
}
