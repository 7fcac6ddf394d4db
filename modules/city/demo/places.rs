//! Points of interest: in buildings that are there, and stops along main streets.

use super::{cell::Cell, convex::Point, names, quarter::Quarter, random::Random};

/// A point of interest.
pub(super) struct Place {
    pub(super) at: Point,
    pub(super) name: String,
    /// Code of `poi_service_type`.
    pub(super) service: &'static str,
    /// Code of `poi_kind`.
    pub(super) kind: &'static str,
    /// The outer door that is its address, by index in the cell.
    pub(super) door: Option<usize>,
}

/// Shops and trades, with how many of a hundred.
const TRADES: &[(u32, &str, &str)] = &[
    (22, "ticaret_ve_maliye", "market"),
    (15, "ticaret_ve_maliye", "bakery"),
    (13, "saglik", "pharmacy"),
    (18, "turizm_ve_eglence", "restaurant"),
    (14, "turizm_ve_eglence", "cafe"),
    (8, "ticaret_ve_maliye", "bank"),
    (4, "konut_ve_konaklama", "hotel"),
    (6, "ulasim", "parking"),
];
/// Share of buildings with shops whose shop is in the city guide: in the old town, where each house has one, and elsewhere.
const LISTED: [f64; 2] = [0.08, 0.22];

/// Finds places for a cell: a mosque, the neighbourhood's head, a health centre, shops, stops, a statue on the square.
pub(super) fn choose(cell: &mut Cell, order: usize, random: &mut Random) {
    let mut taken = vec![false; cell.houses.len()];
    if cell.kind != Quarter::Industry {
        let mosques = 1 + usize::from(cell.houses.len() > 450);
        for _ in 0..mosques {
            convert(cell, &mut taken, random, 120.0, "dini", ("dini", "mosque"), names::mosque);
        }
        convert(cell, &mut taken, random, 60.0, "kamu", ("belediye", "muhtar"), |_| "Muhtarlık".to_owned());
        if order.is_multiple_of(2) {
            convert(cell, &mut taken, random, 110.0, "saglik", ("saglik", "health_centre"), names::health_centre);
        }
        if order % 5 == 1 {
            convert(cell, &mut taken, random, 100.0, "kamu", ("diger_resmi_kurum", "post_office"), |_| "PTT Şubesi".to_owned());
        }
        if order % 4 == 3 {
            convert(cell, &mut taken, random, 100.0, "egitim", ("egitim", "kindergarten"), names::kindergarten);
        }
    }
    shops(cell, &taken, random);
    stops(cell, random);
    let squares: Vec<Point> = cell.parks.iter().filter(|p| p.kind == "meydan").map(|p| middle(&p.ring)).collect();
    for at in squares {
        let name = if order == 0 { "Atatürk Anıtı".to_owned() } else { format!("{} Anıtı", names::region(random)) };
        cell.places.push(Place { at, name, service: "kulturel", kind: "monument", door: None });
    }
}

/// Makes a building of another use of one that is large enough, with its place.
fn convert(
    cell: &mut Cell,
    taken: &mut [bool],
    random: &mut Random,
    least_area: f64,
    kind: &'static str,
    (service, poi): (&'static str, &'static str),
    name: impl Fn(&mut Random) -> String,
) {
    let private = |k: &str| matches!(k, "konut" | "karma" | "ticari");
    let fitting: Vec<usize> = (0..cell.houses.len())
        .filter(|h| !taken[*h] && private(cell.houses[*h].kind) && cell.houses[*h].footprint.area >= least_area)
        .collect();
    if fitting.is_empty() {
        return;
    }
    let index = fitting[random.below(fitting.len())];
    taken[index] = true;
    let name = name(random);
    let house = &mut cell.houses[index];
    (house.kind, house.units, house.name, house.status) = (kind, 1, Some(name.clone()), "in_use");
    house.floors = house.below + (house.floors - house.below).min(if kind == "dini" { 1 } else { 3 });
    cell.plots[house.plot].kind = "kamu";
    let at = middle(&house.footprint.ring);
    let door = cell.doors.iter().position(|d| d.house == index);
    cell.places.push(Place { at, name, service, kind: poi, door });
}

fn shops(cell: &mut Cell, taken: &[bool], random: &mut Random) {
    let share = if cell.kind == Quarter::Old { LISTED[0] } else { LISTED[1] };
    for index in 0..cell.doors.len() {
        let door = &cell.doors[index];
        let house = &cell.houses[door.house];
        let listed = door.main.is_none()
            && !taken[door.house]
            && matches!(house.kind, "karma" | "ticari")
            && house.status == "in_use"
            && random.chance(share);
        if !listed {
            continue;
        }
        let mut draw = random.below(100) as u32;
        for (share, service, kind) in TRADES {
            if draw < *share {
                let at = door.at.plus(house.footprint.inwards, 2.5);
                let name = names::shop(kind, random);
                cell.places.push(Place { at, name, service, kind, door: Some(index) });
                break;
            }
            draw -= share;
        }
    }
}

/// One stop on the cell's seaward and one on its western main street; the neighbours have the others.
fn stops(cell: &mut Cell, random: &mut Random) {
    for street in [2, 3] {
        let Some(line) = cell.lines.get(street).filter(|line| line.len() > 3) else { continue };
        if cell.streets[street].edge.is_none_or(|e| e.bank != 0) {
            continue;
        }
        let at = line.len() / 2;
        let along = line[at].minus(line[at - 1]).direction();
        let beside = line[at].plus(along.left(), -cell.streets[street].width * 0.36);
        let name = format!("{} Durağı", names::region(random));
        cell.places.push(Place { at: beside, name, service: "ulasim", kind: "bus_stop", door: None });
    }
}

/// The middle of a ring's corners.
pub(super) fn middle(ring: &[Point]) -> Point {
    let n = ring.len().max(1) as f64;
    let sum = ring.iter().fold(Point::new(0.0, 0.0), |sum, c| sum.plus(*c, 1.0));
    Point::new(sum.x / n, sum.y / n)
}
