//! Repeat places: where so many cases came within a few metres of each other.

use std::collections::HashMap;
use uuid::Uuid;

/// Cases within so many metres of one of them are of one place.
pub const METRES: f64 = 50.0;
/// So many cases make a place.
pub const LEAST: usize = 3;
/// Limit: cases with a place that are looked at.
pub const MAX_POINTS: usize = 100_000;
/// Limit: places told.
pub const MAX_PLACES: usize = 100;
/// Metres of a degree of latitude.
const DEGREE_METRES: f64 = 111_195.0;

/// A place to which cases come again and again.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Longitude and latitude of the case in its middle.
    pub at: (f64, f64),
    /// Its cases.
    pub cases: Vec<Uuid>,
}

/// The repeat places, most cases first; no case is of two. Each is a case with all within [`METRES`] of it that are of no larger place.
pub fn repeat_places(points: &[(Uuid, f64, f64)]) -> Vec<Place> {
    let Some(middle) = points.first().map(|p| p.2) else { return Vec::new() };
    let east = DEGREE_METRES * middle.to_radians().cos().max(0.05);
    let plane: Vec<(f64, f64)> = points.iter().map(|(_, lon, lat)| (lon * east, lat * DEGREE_METRES)).collect();
    let cell = |p: &(f64, f64)| ((p.0 / METRES).floor() as i64, (p.1 / METRES).floor() as i64);
    let mut grid: HashMap<(i64, i64), Vec<usize>> = HashMap::new();
    for (index, point) in plane.iter().enumerate() {
        grid.entry(cell(point)).or_default().push(index);
    }
    let near = |index: usize| -> Vec<usize> {
        let Some(here) = plane.get(index) else { return Vec::new() };
        let (x, y) = cell(here);
        let cells = (x - 1..=x + 1).flat_map(|x| (y - 1..=y + 1).map(move |y| (x, y)));
        let all = cells.filter_map(|c| grid.get(&c)).flatten().copied();
        all.filter(|i| plane.get(*i).is_some_and(|p| (p.0 - here.0).hypot(p.1 - here.1) <= METRES)).collect()
    };
    let mut order: Vec<(usize, usize)> =
        (0..points.len()).map(|i| (near(i).len(), i)).filter(|(count, _)| *count >= LEAST).collect();
    order.sort_by_key(|(count, index)| (std::cmp::Reverse(*count), points.get(*index).map(|p| p.0)));
    let mut taken = vec![false; points.len()];
    let mut places = Vec::new();
    for (_, index) in order {
        let free: Vec<usize> = near(index).into_iter().filter(|i| taken.get(*i) == Some(&false)).collect();
        if taken.get(index) != Some(&false) || free.len() < LEAST {
            continue;
        }
        free.iter().for_each(|i| taken[*i] = true);
        let Some((_, lon, lat)) = points.get(index) else { continue };
        let mut cases: Vec<Uuid> = free.iter().filter_map(|i| points.get(*i)).map(|p| p.0).collect();
        cases.sort_unstable();
        places.push(Place { at: (*lon, *lat), cases });
    }
    places.sort_by_key(|p| (std::cmp::Reverse(p.cases.len()), p.cases.first().copied()));
    places.truncate(MAX_PLACES);
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_within_fifty_metres_are_a_place_and_two_are_none() {
        let id = |n: u128| Uuid::from_u128(n);
        // A ten-thousandth of a degree of latitude is 11 m.
        let points = [
            (id(1), 39.7, 41.0),
            (id(2), 39.7, 41.0003),
            (id(3), 39.7, 41.0004),
            (id(4), 39.8, 41.0),
            (id(5), 39.8, 41.0001),
            (id(6), 39.7, 41.0010),
        ];
        let places = repeat_places(&points);
        assert_eq!(places.iter().map(|p| p.cases.clone()).collect::<Vec<_>>(), [vec![id(1), id(2), id(3)]]);
        assert!(repeat_places(&[]).is_empty());
    }
}
