//! References between registers as a picture: columns from what points to what is pointed at.

use super::page::Visit;
use meydan_kernel::{Catalogue, FieldKind};
use std::collections::{BTreeMap, BTreeSet};

const BOX_WIDTH: usize = 168;
const BOX_HEIGHT: usize = 40;
const GAP_X: usize = 64;
const GAP_Y: usize = 18;
const MARGIN: usize = 8;

/// The picture: boxes that are links, lines between them.
pub struct Diagram {
    /// Width.
    pub width: usize,
    /// Height.
    pub height: usize,
    /// Boxes.
    pub boxes: Vec<Node>,
    /// Paths.
    pub lines: Vec<String>,
    /// Sentences that say the same, for those who don't see it: pointing, field, pointed at.
    pub sentences: Vec<(String, String, String)>,
}

/// One register.
pub struct Node {
    /// Register.
    pub name: String,
    /// Title.
    pub title: String,
    /// Left.
    pub x: usize,
    /// Top.
    pub y: usize,
    /// Middle, for the text.
    pub middle: usize,
    /// The register that the picture is about.
    pub here: bool,
}

type Edge = (String, String, String);

fn edges(visit: &Visit, catalogue: &Catalogue) -> Vec<Edge> {
    let mut edges = Vec::new();
    for register in catalogue.registers.values() {
        for field in &register.fields {
            if let FieldKind::Reference { register: target } = &field.kind {
                edges.push((register.name.clone(), visit.say(&field.title).to_owned(), target.clone()));
            }
        }
    }
    edges
}

/// A register with its neighbours, or (`None`) all registers that have references. Nothing if there are none.
pub fn of(visit: &Visit, catalogue: &Catalogue, about: Option<&str>) -> Option<Diagram> {
    let mut edges = edges(visit, catalogue);
    edges.retain(|(from, _, to)| about.is_none_or(|name| from == name || to == name));
    let names: BTreeSet<&str> = edges.iter().flat_map(|(from, _, to)| [from.as_str(), to.as_str()]).collect();
    if names.is_empty() {
        return None;
    }
    let depth = depths(&names, &edges);
    let deepest = depth.values().copied().max().unwrap_or(0);
    let mut columns: Vec<Vec<&str>> = vec![Vec::new(); deepest + 1];
    for name in &names {
        // What is pointed at by all stands at the right.
        columns[deepest - depth[name]].push(name);
    }
    let tallest = columns.iter().map(Vec::len).max().unwrap_or(1);
    let height = 2 * MARGIN + tallest * (BOX_HEIGHT + GAP_Y) - GAP_Y;
    let mut places = BTreeMap::new();
    for (column, names) in columns.iter().enumerate() {
        let used = names.len() * (BOX_HEIGHT + GAP_Y) - GAP_Y.min(names.len() * GAP_Y);
        let top = (height - used) / 2;
        for (row, name) in names.iter().enumerate() {
            places.insert(*name, (MARGIN + column * (BOX_WIDTH + GAP_X), top + row * (BOX_HEIGHT + GAP_Y)));
        }
    }
    let title = |name: &str| catalogue.registers.get(name).map_or_else(|| name.to_owned(), |r| visit.say(&r.title).to_owned());
    let boxes = places.iter().map(|(name, (x, y))| Node {
        name: (*name).to_owned(),
        title: title(name),
        x: *x,
        y: *y,
        middle: x + BOX_WIDTH / 2,
        here: about == Some(*name),
    });
    let pairs: BTreeSet<(&str, &str)> = edges.iter().map(|(from, _, to)| (from.as_str(), to.as_str())).collect();
    let lines = pairs.into_iter().filter_map(|(from, to)| Some(line(*places.get(from)?, *places.get(to)?))).collect();
    Some(Diagram {
        width: 2 * MARGIN + columns.len() * (BOX_WIDTH + GAP_X) - GAP_X,
        height,
        boxes: boxes.collect(),
        lines,
        sentences: edges.iter().map(|(from, field, to)| (title(from), field.clone(), title(to))).collect(),
    })
}

/// Longest way from each register to one that points nowhere; a circle is cut where it closes.
fn depths<'a>(names: &BTreeSet<&'a str>, edges: &[Edge]) -> BTreeMap<&'a str, usize> {
    fn depth(name: &str, edges: &[Edge], on_the_way: &mut Vec<String>) -> usize {
        if on_the_way.iter().any(|n| n == name) {
            return 0;
        }
        on_the_way.push(name.to_owned());
        let next = edges.iter().filter(|(from, _, to)| from == name && to != name);
        let deepest = next.map(|(_, _, to)| 1 + depth(to, edges, on_the_way)).max().unwrap_or(0);
        on_the_way.pop();
        deepest
    }
    names.iter().map(|name| (*name, depth(name, edges, &mut Vec::new()))).collect()
}

fn line(from: (usize, usize), to: (usize, usize)) -> String {
    let half = BOX_HEIGHT / 2;
    let (x1, y1) = (from.0 + BOX_WIDTH, from.1 + half);
    let (x2, y2) = (to.0, to.1 + half);
    if from == to {
        return format!("M{} {}c0 -24 40 -24 40 0", from.0 + BOX_WIDTH / 2 - 20, from.1);
    }
    let bend = GAP_X / 2;
    format!("M{x1} {y1}C{} {y1} {} {y2} {x2} {y2}", x1 + bend, x2.saturating_sub(bend))
}
