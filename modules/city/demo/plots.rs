//! Cutting blocks into plots, each with a front on a street.

use super::{
    convex::{Along, Convex, Point},
    random::Random,
    streets::longest_way,
};

/// A plot's front on streets must be so long (m).
const LEAST_FRONT: f64 = 6.5;
/// Limit: how often a block is cut; the smallest plot is reached long before.
const MAX_CUTS: usize = 14;

/// Cuts a block (already up to the fronts) into plots of about `size` square metres.
pub(super) fn cut(block: Convex, size: f64, random: &mut Random) -> Vec<Convex> {
    let mut plots = Vec::new();
    halve(block, size, random, MAX_CUTS, &mut plots);
    plots
}

fn halve(plot: Convex, size: f64, random: &mut Random, cuts: usize, plots: &mut Vec<Convex>) {
    if cuts == 0 || plot.area() < size * random.between(1.25, 1.75) {
        return plots.push(plot);
    }
    let long = longest_way(&plot);
    for way in [long, long.left()] {
        let (low, high) = plot.reach(way);
        let centre = plot.centre();
        let through = centre.plus(way, low + (high - low) * random.between(0.46, 0.54) - centre.dot(way));
        let Some((a, b)) = plot.split(through, way.left(), Along::Plot) else { continue };
        if [&a, &b].iter().all(|half| half.area() > size * 0.45 && front_length(half) >= LEAST_FRONT) {
            halve(a, size, random, cuts - 1, plots);
            return halve(b, size, random, cuts - 1, plots);
        }
    }
    plots.push(plot);
}

fn front_length(plot: &Convex) -> f64 {
    plot.edges().filter(|(_, _, along)| *along != Along::Plot).map(|(a, b, _)| a.distance(b)).fold(0.0, f64::max)
}

/// The plot's fronts, best first: long ones and those on main streets (`weight` of a street).
pub(super) fn fronts(plot: &Convex, weight: impl Fn(usize) -> f64) -> Vec<(Point, Point, usize)> {
    let mut fronts: Vec<(f64, (Point, Point, usize))> = plot
        .edges()
        .filter_map(|(a, b, along)| match along {
            Along::Street(street) => Some((a.distance(b) * weight(street), (a, b, street))),
            Along::Plot => None,
        })
        .filter(|(_, (a, b, _))| a.distance(*b) >= LEAST_FRONT * 0.8)
        .collect();
    fronts.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    fronts.into_iter().map(|(_, front)| front).collect()
}
