//! Where in a shape a label stands.

use super::along::flatten;
use tiny_skia::Path;

/// Half the way along the longest line.
pub(super) fn middle(path: &Path) -> Option<(f32, f32)> {
    let lines = flatten(path);
    let longest = lines.iter().max_by(|a, b| a.length().total_cmp(&b.length()))?;
    longest.at(longest.length() / 2.0).map(|(point, _)| point)
}

/// A point inside of an area: the middle of the largest ring if it is inside, else the middle of the widest stretch beside it.
pub(super) fn inside(path: &Path) -> Option<(f32, f32)> {
    let rings = flatten(path);
    let area = |points: &[(f32, f32)]| -> f32 {
        let next = points.iter().cycle().skip(1);
        points.iter().zip(next).map(|((ax, ay), (bx, by))| ax * by - bx * ay).sum::<f32>() / 2.0
    };
    let largest = rings.iter().max_by(|a, b| area(&a.points).abs().total_cmp(&area(&b.points).abs()))?;
    let (left, top) = *largest.points.first()?;
    let doubled = area(&largest.points) * 6.0;
    // Reckoned from its first point: with numbers of the whole picture little would be left of small areas.
    let local: Vec<(f32, f32)> = largest.points.iter().map(|(x, y)| (x - left, y - top)).collect();
    let sum = |pick: fn(&(f32, f32)) -> f32| -> f32 {
        let next = local.iter().cycle().skip(1);
        local.iter().zip(next).map(|(a, b)| (pick(a) + pick(b)) * (a.0 * b.1 - b.0 * a.1)).sum()
    };
    let (x, y) = if doubled.abs() < 1e-3 { (left, top) } else { (left + sum(|p| p.0) / doubled, top + sum(|p| p.1) / doubled) };
    let mut crossings: Vec<f32> = Vec::new();
    for ring in &rings {
        let next = ring.points.iter().cycle().skip(1);
        for ((ax, ay), (bx, by)) in ring.points.iter().zip(next) {
            if (*ay > y) != (*by > y) {
                crossings.push(ax + (y - ay) / (by - ay) * (bx - ax));
            }
        }
    }
    crossings.sort_by(f32::total_cmp);
    let stretches = crossings.chunks_exact(2).filter_map(|pair| Some((*pair.first()?, *pair.get(1)?)));
    let stretches: Vec<(f32, f32)> = stretches.collect();
    if stretches.iter().any(|(from, to)| (*from..=*to).contains(&x)) {
        return Some((x, y));
    }
    let widest = stretches.into_iter().max_by(|a, b| (a.1 - a.0).total_cmp(&(b.1 - b.0)))?;
    Some((f32::midpoint(widest.0, widest.1), y))
}
