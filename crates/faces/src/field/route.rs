//! The order of a day's stops: short to walk or drive. Of a few stops the shortest way of all, of more by nearest neighbour and then
//! 2-opt, over straight distances. Streets are not
//! known here; with a few dozen stops in one town what is near on the map is near on the road.

/// Stops of which every order is tried: 5,040 at most.
const MAX_TRIED: usize = 7;
/// Limit: stops that 2-opt looks at; beyond, the nearest neighbour's order stays.
const MAX_IMPROVED: usize = 300;
/// Limit: rounds of 2-opt.
const MAX_ROUNDS: usize = 40;
/// Metres that count as no gain.
const NOTHING: f64 = 0.01;
/// Metres of a degree of latitude.
const DEGREE_M: f64 = 111_195.0;

/// Indexes of stops (longitude, latitude in degrees) in a sensible order from a start; from the first stop if there is none. The
/// end is free: nobody needs to come back. Each index is there once.
pub fn order(start: Option<(f64, f64)>, stops: &[(f64, f64)]) -> Vec<usize> {
    let Some(first) = start.or_else(|| stops.first().copied()) else { return Vec::new() };
    let flat = |(lon, lat): (f64, f64)| (lon * first.1.to_radians().cos() * DEGREE_M, lat * DEGREE_M);
    let start = flat(first);
    let points: Vec<(f64, f64)> = stops.iter().copied().map(flat).collect();
    if points.len() <= MAX_TRIED {
        return shortest(start, &points);
    }
    let mut order = nearest_first(start, &points);
    if order.len() <= MAX_IMPROVED {
        improve(start, &points, &mut order);
    }
    order
}

/// Metres of a way in this order.
pub fn length(start: Option<(f64, f64)>, stops: &[(f64, f64)], order: &[usize]) -> f64 {
    let at = |i: &usize| stops.get(*i).copied().unwrap_or_default();
    let Some(first) = start.or_else(|| order.first().map(at)) else { return 0.0 };
    let flat = |(lon, lat): (f64, f64)| (lon * first.1.to_radians().cos() * DEGREE_M, lat * DEGREE_M);
    let mut here = flat(first);
    let mut sum = 0.0;
    for there in order.iter().map(|i| flat(at(i))) {
        sum += distance(here, there);
        here = there;
    }
    sum
}

fn distance(a: (f64, f64), b: (f64, f64)) -> f64 {
    (a.0 - b.0).hypot(a.1 - b.1)
}

fn nearest_first(start: (f64, f64), points: &[(f64, f64)]) -> Vec<usize> {
    let mut left: Vec<usize> = (0..points.len()).collect();
    let mut order = Vec::with_capacity(points.len());
    let mut here = start;
    let at = |i: usize| points.get(i).copied().unwrap_or_default();
    while !left.is_empty() {
        let nearest =
            left.iter().enumerate().min_by(|(_, a), (_, b)| distance(here, at(**a)).total_cmp(&distance(here, at(**b))));
        let next = left.swap_remove(nearest.map_or(0, |(place, _)| place));
        here = at(next);
        order.push(next);
    }
    order
}

/// The shortest order there is.
fn shortest(start: (f64, f64), points: &[(f64, f64)]) -> Vec<usize> {
    let mut best = (f64::INFINITY, Vec::new());
    try_on(start, points, 0.0, &mut Vec::with_capacity(points.len()), &mut best);
    best.1
}

/// Goes on from here to each stop that is left; gives up a way that is longer than the best one already.
fn try_on(here: (f64, f64), points: &[(f64, f64)], gone: f64, done: &mut Vec<usize>, best: &mut (f64, Vec<usize>)) {
    if gone >= best.0 {
        return;
    }
    if done.len() == points.len() {
        *best = (gone, done.clone());
        return;
    }
    for (next, there) in points.iter().enumerate() {
        if !done.contains(&next) {
            done.push(next);
            try_on(*there, points, gone + distance(here, *there), done, best);
            done.pop();
        }
    }
}

/// Turns pieces of the way round as long as that shortens it.
fn improve(start: (f64, f64), points: &[(f64, f64)], order: &mut [usize]) {
    let at = |order: &[usize], place: usize| order.get(place).and_then(|i| points.get(*i)).copied().unwrap_or_default();
    for _ in 0..MAX_ROUNDS {
        let mut better = false;
        for from in 0..order.len() {
            for to in from + 1..order.len() {
                let before = if from == 0 { start } else { at(order, from - 1) };
                let (a, b) = (at(order, from), at(order, to));
                let mut gain = distance(before, a) - distance(before, b);
                if to + 1 < order.len() {
                    let after = at(order, to + 1);
                    gain += distance(b, after) - distance(a, after);
                }
                if gain > NOTHING {
                    if let Some(piece) = order.get_mut(from..=to) {
                        piece.reverse();
                    }
                    better = true;
                }
            }
        }
        if !better {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn places(most: usize) -> impl Strategy<Value = Vec<(f64, f64)>> {
        proptest::collection::vec((39.6..39.9f64, 40.9..41.1f64), 0..most)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn each_stop_is_there_once_and_the_way_is_short(
            start in (39.6..39.9f64, 40.9..41.1f64),
            stops in places(20),
            dice in proptest::collection::vec(any::<proptest::sample::Index>(), 20),
        ) {
            let found = order(Some(start), &stops);
            let mut sorted = found.clone();
            sorted.sort_unstable();
            prop_assert_eq!(sorted, (0..stops.len()).collect::<Vec<_>>());
            let ours = length(Some(start), &stops, &found);
            // No order of chance is shorter if all were tried, nor the nearest neighbour's if it was improved.
            let mut left: Vec<usize> = (0..stops.len()).collect();
            let chance: Vec<usize> = dice.iter().take(stops.len()).map(|d| left.swap_remove(d.index(left.len()))).collect();
            if stops.len() <= MAX_TRIED {
                prop_assert!(ours <= length(Some(start), &stops, &chance) + 0.001);
            }
            let flat = |(lon, lat): (f64, f64)| (lon * start.1.to_radians().cos() * DEGREE_M, lat * DEGREE_M);
            let near = nearest_first(flat(start), &stops.iter().copied().map(flat).collect::<Vec<_>>());
            prop_assert!(ours <= length(Some(start), &stops, &near) + 0.001);
        }
    }

    #[test]
    fn stops_along_a_street_are_walked_along_it() {
        let street: Vec<(f64, f64)> = [3, 0, 4, 1, 2].map(|n| (39.70 + f64::from(n) * 0.001, 41.0)).to_vec();
        assert_eq!(order(Some((39.699, 41.0)), &street), [1, 3, 4, 0, 2]);
        assert!(order(None, &[]).is_empty());
    }
}
