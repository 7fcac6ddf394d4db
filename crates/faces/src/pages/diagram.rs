//! References between registers as a picture: columns from what points to what is pointed at.

use super::page::Visit;
use meydan_kernel::{Catalogue, FieldKind};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

const BOX_WIDTH: usize = 168;
const BOX_HEIGHT: usize = 40;
/// Height of the lane that a line takes through a column whose boxes it passes by.
const LANE: usize = 10;
const GAP_X: usize = 52;
const GAP_Y: usize = 16;
const MARGIN: usize = 8;
/// How often the columns are put in order again, so that lines cross less.
const SWEEPS: usize = 6;

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
    let pairs: BTreeSet<(&str, &str)> = edges.iter().map(|(from, _, to)| (from.as_str(), to.as_str())).collect();
    let mut grid = Grid::new(&names, &pairs, &depths(&names, &edges));
    grid.order();
    let height = grid.place();
    let title = |name: &str| catalogue.registers.get(name).map_or_else(|| name.to_owned(), |r| visit.say(&r.title).to_owned());
    let boxes = grid.items.iter().filter_map(|item| {
        let name = item.name?;
        let (x, y) = (item.x(), item.y);
        Some(Node { name: name.to_owned(), title: title(name), x, y, middle: x + BOX_WIDTH / 2, here: about == Some(name) })
    });
    Some(Diagram {
        width: 2 * MARGIN + grid.columns.len() * (BOX_WIDTH + GAP_X) - GAP_X,
        height,
        boxes: boxes.collect(),
        lines: grid.ways.iter().map(|way| grid.line(way)).collect(),
        sentences: edges.iter().map(|(from, field, to)| (title(from), field.clone(), title(to))).collect(),
    })
}

/// A box, or the lane of a line through a column that it passes.
struct Item<'a> {
    name: Option<&'a str>,
    column: usize,
    y: usize,
}

impl Item<'_> {
    fn x(&self) -> usize {
        MARGIN + self.column * (BOX_WIDTH + GAP_X)
    }

    fn height(&self) -> usize {
        if self.name.is_some() { BOX_HEIGHT } else { LANE }
    }

    fn middle(&self) -> usize {
        self.y + self.height() / 2
    }
}

/// Layered drawing after Sugiyama, Tagawa and Toda (1981): columns, lanes for long lines, order by the neighbours' middle.
struct Grid<'a> {
    items: Vec<Item<'a>>,
    /// Items of each column, top to bottom.
    columns: Vec<Vec<usize>>,
    /// The items that each line goes through.
    ways: Vec<Vec<usize>>,
}

impl<'a> Grid<'a> {
    fn new(names: &BTreeSet<&'a str>, pairs: &BTreeSet<(&'a str, &'a str)>, depth: &BTreeMap<&'a str, usize>) -> Self {
        let deepest = depth.values().copied().max().unwrap_or(0);
        let mut grid = Self { items: Vec::new(), columns: vec![Vec::new(); deepest + 1], ways: Vec::new() };
        // What is pointed at by all stands at the right.
        let place: BTreeMap<&str, usize> =
            names.iter().map(|name| (*name, grid.add(Some(name), deepest - depth[name]))).collect();
        for (from, to) in pairs {
            let (first, last) = (place[from], place[to]);
            let mut way = vec![first];
            for column in grid.items[first].column + 1..grid.items[last].column {
                way.push(grid.add(None, column));
            }
            way.push(last);
            grid.ways.push(way);
        }
        grid
    }

    fn add(&mut self, name: Option<&'a str>, column: usize) -> usize {
        self.items.push(Item { name, column, y: 0 });
        self.columns[column].push(self.items.len() - 1);
        self.items.len() - 1
    }

    fn order(&mut self) {
        for sweep in 0..SWEEPS {
            for step in 0..self.columns.len() {
                let column = if sweep % 2 == 0 { step } else { self.columns.len() - 1 - step };
                self.place();
                let mut keyed: Vec<(usize, usize)> =
                    self.columns[column].iter().map(|item| (self.pull(*item), *item)).collect();
                keyed.sort_by_key(|(middle, _)| *middle);
                self.columns[column] = keyed.into_iter().map(|(_, item)| item).collect();
            }
        }
    }

    /// The mean height of an item's neighbours.
    fn pull(&self, item: usize) -> usize {
        let steps = self.ways.iter().flat_map(|way| way.windows(2));
        let neighbours: Vec<usize> = steps
            .filter_map(|step| match step {
                [a, b] if *a == item && *b != item => Some(self.items[*b].middle()),
                [a, b] if *b == item && *a != item => Some(self.items[*a].middle()),
                _ => None,
            })
            .collect();
        neighbours.iter().sum::<usize>().checked_div(neighbours.len()).unwrap_or_else(|| self.items[item].middle())
    }

    /// Stacks each column round the common middle; returns the height of all.
    fn place(&mut self) -> usize {
        let tall = |items: &[Item<'_>], column: &[usize]| {
            column.iter().map(|i| items[*i].height() + GAP_Y).sum::<usize>().saturating_sub(GAP_Y)
        };
        let height = self.columns.iter().map(|c| tall(&self.items, c)).max().unwrap_or(0);
        for column in &self.columns {
            let mut y = MARGIN + (height - tall(&self.items, column)) / 2;
            for item in column {
                self.items[*item].y = y;
                y += self.items[*item].height() + GAP_Y;
            }
        }
        height + 2 * MARGIN
    }

    fn line(&self, way: &[usize]) -> String {
        let mut path = String::new();
        let bend = GAP_X / 2;
        for step in way.windows(2) {
            let (from, to) = (&self.items[step[0]], &self.items[step[1]]);
            if step[0] == step[1] {
                return format!("M{} {}c0 -20 36 -20 36 0", from.x() + BOX_WIDTH / 2 - 18, from.y);
            }
            let (x1, y1, x2, y2) = (from.x() + BOX_WIDTH, from.middle(), to.x(), to.middle());
            let _ = match path.is_empty() {
                true => write!(path, "M{x1} {y1}"),
                false => write!(path, "L{x1} {y1}"),
            };
            let _ = write!(path, "C{} {y1} {} {y2} {x2} {y2}", x1 + bend, x2.saturating_sub(bend));
        }
        path
    }
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
