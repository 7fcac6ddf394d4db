//! Cutting a mesh into blocks by streets.

use super::{
    convex::{Along, Convex, Point},
    lattice::EdgeKey,
    quarter::{Measures, Quarter},
    random::Random,
};

/// A street of a cell: one of the lattice around it, or its own.
#[derive(Debug, Clone)]
pub(super) struct Street {
    /// Its straight line in the plan; the start is where numbers start.
    pub(super) line: (Point, Point),
    /// Class of the road.
    pub(super) class: &'static str,
    /// Width between fronts (m).
    pub(super) width: f64,
    /// The lattice's edge, if it is one.
    pub(super) edge: Option<EdgeKey>,
}

/// Limit: how often an old quarter is cut; the smallest block is reached long before.
const MAX_CUTS: usize = 12;

/// Cuts the area; `streets` holds those around it and takes the new ones. Returns the blocks, still up to the streets' middles.
pub(super) fn cut(area: &Convex, kind: Quarter, streets: &mut Vec<Street>, random: &mut Random) -> Vec<Convex> {
    let measures = kind.measures();
    match kind {
        Quarter::Old => {
            let mut blocks = Vec::new();
            crooked(area.clone(), &measures, streets, random, MAX_CUTS, &mut blocks);
            blocks
        }
        _ => net(area, kind, &measures, streets, random),
    }
}

/// Starts at the end nearer the city's centre.
fn from_centre(a: Point, b: Point) -> (Point, Point) {
    if a.length() <= b.length() { (a, b) } else { (b, a) }
}

/// Two families of streets that cross.
fn net(area: &Convex, kind: Quarter, measures: &Measures, streets: &mut Vec<Street>, random: &mut Random) -> Vec<Convex> {
    let turn = match kind {
        Quarter::Grid | Quarter::Industry => random.between(-0.10, 0.10),
        _ => random.between(-0.06, 0.06),
    };
    let along = Point::new(turn.cos(), turn.sin());
    let mut blocks = vec![area.clone()];
    for (family, direction) in [along, along.left()].into_iter().enumerate() {
        let spacing = measures.streets[family];
        let normal = direction.left();
        let (low, high) = area.reach(normal);
        let count = ((high - low) / spacing).round().max(1.0);
        for k in 1..count as usize {
            let wobble = random.between(-0.10, 0.10) * spacing;
            let offset = low + (high - low) * k as f64 / count + wobble;
            // On the slope and at the edge the streets don't keep their direction so strictly.
            let tilt = match kind {
                Quarter::Slope => random.between(-0.06, 0.06),
                Quarter::Edge => random.between(-0.22, 0.22),
                _ => 0.0,
            };
            let direction = direction.plus(normal, tilt).direction();
            let centre = area.centre();
            let through = centre.plus(normal, offset - centre.dot(normal));
            let Some((a, b)) = area.chord(through, direction) else { continue };
            if a.distance(b) < 60.0 {
                continue;
            }
            let (class, width) = match (kind, family) {
                (Quarter::Slope, 1) => ("steps", 5.0),
                (Quarter::Edge, 1) => ("local", 6.0),
                _ => ("local", measures.width),
            };
            let index = streets.len();
            streets.push(Street { line: from_centre(a, b), class, width, edge: None });
            blocks = blocks
                .into_iter()
                .flat_map(|block| match block.split(through, direction, Along::Street(index)) {
                    Some((left, right)) => vec![left, right],
                    None => vec![block],
                })
                .collect();
        }
    }
    blocks
}

/// Cut after cut, each across the longer way and a little askew: lanes that end at other lanes.
fn crooked(
    block: Convex,
    measures: &Measures,
    streets: &mut Vec<Street>,
    random: &mut Random,
    cuts: usize,
    blocks: &mut Vec<Convex>,
) {
    let least = measures.streets[0] * measures.streets[1];
    let size = block.area() / least;
    if cuts == 0 || size < random.between(1.1, 1.9) {
        return blocks.push(block);
    }
    let long = longest_way(&block);
    let askew = random.between(-0.3, 0.3);
    let direction = long.left().plus(long, askew).direction();
    let (low, high) = block.reach(long);
    let centre = block.centre();
    let through = centre.plus(long, low + (high - low) * random.between(0.42, 0.58) - centre.dot(long));
    let cut = block.chord(through, direction).zip(block.split(through, direction, Along::Street(streets.len())));
    let Some(((a, b), (left, right))) = cut.filter(|(_, (l, r))| l.area().min(r.area()) > least * 0.35) else {
        return blocks.push(block);
    };
    let (class, width) = match size {
        s if s > 14.0 => ("local", measures.width + 2.0),
        s if s < 3.0 && random.chance(0.3) => ("pedestrian", 5.0),
        _ => ("local", measures.width),
    };
    streets.push(Street { line: from_centre(a, b), class, width, edge: None });
    crooked(left, measures, streets, random, cuts - 1, blocks);
    crooked(right, measures, streets, random, cuts - 1, blocks);
}

/// The direction in which an area is longest: that of its longest edge, or across it.
pub(super) fn longest_way(area: &Convex) -> Point {
    let longest = area.edges().map(|(a, b, _)| b.minus(a)).max_by(|a, b| a.length().total_cmp(&b.length()));
    let direction = longest.unwrap_or(Point::new(1.0, 0.0)).direction();
    let reach = |d: Point| {
        let (low, high) = area.reach(d);
        high - low
    };
    if reach(direction) >= reach(direction.left()) { direction } else { direction.left() }
}
