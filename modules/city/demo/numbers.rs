//! Door numbers by the rule: from the start of the street odd on the left, even on the right, each in turn.
//!
//! (Adres ve Numaralamaya İlişkin Yönetmelik, RG 31.07.2006/26245: sequence of numbers on a street.)

use super::{cell::Door, convex::Point};

/// Where a place lies by a line: metres from the line's start to the nearest point of it, and whether it is on the left.
pub(super) fn locate(line: &[Point], at: Point) -> (f64, bool) {
    let mut best = (f64::MAX, 0.0, true);
    let mut run = 0.0;
    for (a, b) in line.iter().zip(line.iter().skip(1)) {
        let (along, length) = (b.minus(*a), a.distance(*b));
        let share = (at.minus(*a).dot(along) / (length * length).max(f64::MIN_POSITIVE)).clamp(0.0, 1.0);
        let distance = at.distance(a.plus(along, share));
        if distance < best.0 {
            best = (distance, run + share * length, along.cross(at.minus(*a)) > 0.0);
        }
        run += length;
    }
    (best.1, best.2)
}

/// Gives each door its place among those of its street's side, from the street's start. A lettered door has that of its main one.
pub(super) fn rank(doors: &mut [Door], streets: usize) {
    let mut sides: Vec<Vec<usize>> = vec![Vec::new(); streets * 2];
    for (index, door) in doors.iter().enumerate().filter(|(_, d)| !d.lettered) {
        sides[door.street * 2 + usize::from(!door.left)].push(index);
    }
    for mut side in sides {
        side.sort_by(|a, b| doors[*a].station.total_cmp(&doors[*b].station));
        for (rank, index) in side.into_iter().enumerate() {
            doors[index].rank = rank as u32;
        }
    }
    for index in 0..doors.len() {
        if let Some(main) = doors[index].main.filter(|_| doors[index].lettered) {
            (doors[index].rank, doors[index].left) = (doors[main].rank, doors[main].left);
        }
    }
}

/// The number of the door with a rank on a side where `before` doors come earlier.
pub(super) const fn value(before: u32, rank: u32, left: bool) -> i64 {
    (before + rank) as i64 * 2 + if left { 1 } else { 2 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn left_is_odd_and_right_is_even_from_the_start() {
        let line = [Point::new(0.0, 0.0), Point::new(0.0, 100.0), Point::new(50.0, 200.0)];
        assert_eq!(locate(&line, Point::new(-8.0, 30.0)), (30.0, true));
        assert_eq!(locate(&line, Point::new(8.0, 60.0)), (60.0, false));
        assert_eq!([value(0, 0, true), value(0, 0, false), value(3, 1, true), value(3, 1, false)], [1, 2, 9, 10]);
    }
}
