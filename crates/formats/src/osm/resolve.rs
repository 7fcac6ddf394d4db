//! After reading: lines of one name become one record, and names of streets the records that they mean.

use super::{
    expression::Step,
    mapping::{Geometry, Group, Target},
    spool::{Entries, Entry, Spool},
};
use crate::Result;
use meydan_geo::{
    Bbox, GeometryType, Wkb,
    measure::point_on_surface,
    parts::{Part, Position, Writer},
    relate,
};
use std::collections::{BTreeMap, HashMap};

/// What stands for an object of OSM (its kind and number): another one that was made of it.
type Aliases = HashMap<(char, i64), (char, i64)>;

/// Metres of one degree of latitude.
const METRES: f64 = 111_320.0;
/// Metres within which a name is looked for, if the mapping does not say.
const WITHIN_M: f64 = 1_000.0;
/// Cells of the search for areas, in a degree.
const CELLS: f64 = 500.0;

/// What the targets before offer to those behind them.
pub(super) struct Offer {
    key: Vec<String>,
    /// By the folded value of a field: the records that have it.
    named: HashMap<String, HashMap<String, Vec<usize>>>,
    geometry: Vec<Wkb>,
    /// The record that an element became part of.
    member: HashMap<(char, i64), usize>,
    cells: HashMap<(i32, i32), Vec<usize>>,
}

/// Groups the entries of a target that says so.
///
/// # Errors
/// `Io`.
pub(super) fn grouped(target: &Target, group: &Group, mut entries: Entries) -> Result<(Entries, Aliases)> {
    let by = place(target, &group.by);
    let mut named: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
    while let Some(entry) = entries.next()? {
        if let Some(name) = entry.values.get(by).and_then(Option::as_deref) {
            named.entry(name.to_owned()).or_default().push(entry);
        }
    }
    let mut spool = Spool::new()?;
    let mut member = HashMap::new();
    for mut ways in named.into_values() {
        ways.sort_by_key(|w| w.id);
        let roots = clusters(&ways, group.within_m);
        let mut found: BTreeMap<usize, Vec<&Entry>> = BTreeMap::new();
        for (way, root) in ways.iter().zip(&roots) {
            found.entry(*root).or_default().push(way);
        }
        for parts in found.values() {
            let Some(first) = parts.first() else { continue };
            let mut out = Writer::default();
            out.group(GeometryType::MultiLineString, parts.len());
            for part in parts {
                out.line_string(&positions(&part.geometry));
                member.insert((part.letter, part.id), (first.letter, first.id));
            }
            if let Some(geometry) = out.finish() {
                spool.push(first.letter, first.id, &first.values, &geometry)?;
            }
        }
    }
    Ok((spool.read(target.fields.len())?, member))
}

/// For each line the lowest place of those it hangs together with.
fn clusters(ways: &[Entry], within_m: f64) -> Vec<usize> {
    let lines: Vec<(Bbox, Vec<Position>)> =
        ways.iter().map(|w| (w.geometry.bbox().unwrap_or(Bbox::EMPTY), positions(&w.geometry))).collect();
    let mut root: Vec<usize> = (0..ways.len()).collect();
    fn find(root: &mut [usize], mut at: usize) -> usize {
        while root[at] != at {
            root[at] = root[root[at]];
            at = root[at];
        }
        at
    }
    for a in 0..lines.len() {
        for b in 0..a {
            let (ra, rb) = (find(&mut root, a), find(&mut root, b));
            if ra != rb && near(&lines[a], &lines[b], within_m) {
                root[ra.max(rb)] = ra.min(rb);
            }
        }
    }
    (0..ways.len()).map(|at| find(&mut root, at)).collect()
}

fn near(a: &(Bbox, Vec<Position>), b: &(Bbox, Vec<Position>), within_m: f64) -> bool {
    let scale = (METRES * a.0.min_y.to_radians().cos(), METRES);
    let gap_x = (a.0.min_x.max(b.0.min_x) - a.0.max_x.min(b.0.max_x)).max(0.0) * scale.0;
    let gap_y = (a.0.min_y.max(b.0.min_y) - a.0.max_y.min(b.0.max_y)).max(0.0) * scale.1;
    if gap_x.hypot(gap_y) > within_m {
        return false;
    }
    a.1.iter().any(|p| distance(*p, &b.1) <= within_m) || b.1.iter().any(|p| distance(*p, &a.1) <= within_m)
}

/// Metres from a position to a line.
fn distance(p: Position, line: &[Position]) -> f64 {
    let scale = (METRES * p.1.to_radians().cos(), METRES);
    let flat = |q: Position| ((q.0 - p.0) * scale.0, (q.1 - p.1) * scale.1);
    let to_segment = |a: Position, b: Position| {
        let (a, b) = (flat(a), flat(b));
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        let length = dx * dx + dy * dy;
        let t = if length > 0.0 { (-(a.0 * dx + a.1 * dy) / length).clamp(0.0, 1.0) } else { 0.0 };
        (a.0 + t * dx).hypot(a.1 + t * dy)
    };
    match line {
        [only] => to_segment(*only, *only),
        line => line.windows(2).map(|w| to_segment(w[0], w[1])).fold(f64::INFINITY, f64::min),
    }
}

fn positions(line: &Wkb) -> Vec<Position> {
    let mut out = Vec::new();
    line.each_coord(|x, y| out.push((x, y)));
    out
}

fn place(target: &Target, field: &str) -> usize {
    target.fields.keys().position(|name| name == field).unwrap_or(usize::MAX)
}

fn fold(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

impl Offer {
    /// Reads what a target offers; `names` are the fields that others look in.
    ///
    /// # Errors
    /// `Io`.
    pub(super) fn read(
        target: &Target,
        names: &[&str],
        entries: &mut Entries,
        member: &HashMap<(char, i64), (char, i64)>,
    ) -> Result<Self> {
        let key = place(target, &target.key);
        let mut offer = Self {
            key: Vec::new(),
            named: HashMap::new(),
            geometry: Vec::new(),
            member: HashMap::new(),
            cells: HashMap::new(),
        };
        let mut at_element = HashMap::new();
        entries.rewind()?;
        while let Some(entry) = entries.next()? {
            let Some(number) = entry.values.get(key).cloned().flatten() else { continue };
            let at = offer.key.len();
            offer.key.push(number);
            for field in names {
                if let Some(name) = entry.values.get(place(target, field)).and_then(Option::as_deref) {
                    offer.named.entry((*field).to_owned()).or_default().entry(fold(name)).or_default().push(at);
                }
            }
            if target.geometry == Geometry::Area
                && let Some(b) = entry.geometry.bbox()
            {
                for cell in cells(&b) {
                    offer.cells.entry(cell).or_default().push(at);
                }
            }
            offer.geometry.push(entry.geometry);
            at_element.insert((entry.letter, entry.id), at);
        }
        offer.member = match member.is_empty() {
            true => at_element,
            false => member.iter().filter_map(|(part, whole)| Some((*part, *at_element.get(whole)?))).collect(),
        };
        entries.rewind()?;
        Ok(offer)
    }

    /// The number of the record that a step means; the name itself if it is not found, so that the import says so.
    pub(super) fn find(&self, step: &Step, entry: &Entry, name: Option<&str>) -> Option<String> {
        let number = |at: usize| self.key.get(at).cloned();
        if step.part_of.is_some() {
            return self.member.get(&(entry.letter, entry.id)).copied().and_then(number);
        }
        let from = point_on_surface(&entry.geometry)?;
        if step.inside.is_some() {
            let point = Wkb::point(from.0, from.1)?;
            let candidates = self.cells.get(&cell(from)).map(Vec::as_slice).unwrap_or_default();
            return candidates.iter().copied().find(|at| relate::intersects(&self.geometry[*at], &point)).and_then(number);
        }
        let name = name?;
        let within = step.within_m.unwrap_or(WITHIN_M);
        let candidates = self.named.get(step.by.as_deref().unwrap_or("name")).and_then(|names| names.get(&fold(name)));
        let nearest = candidates
            .into_iter()
            .flatten()
            .map(|at| (distance_to(from, &self.geometry[*at]), *at))
            .filter(|(metres, _)| *metres <= within)
            .min_by(|a, b| a.0.total_cmp(&b.0));
        match nearest {
            Some((_, at)) => number(at),
            None if step.optional => None,
            None => Some(name.to_owned()),
        }
    }
}

fn distance_to(from: Position, geometry: &Wkb) -> f64 {
    let run = |line: meydan_geo::parts::Coords<'_>| distance(from, &line.iter().collect::<Vec<_>>());
    geometry
        .parts()
        .map(|part| match part {
            Part::Group(..) => f64::INFINITY,
            Part::Point(x, y) => distance(from, &[(x, y)]),
            Part::Line(line) => run(line),
            Part::Polygon(rings) => rings.iter().map(run).fold(f64::INFINITY, f64::min),
        })
        .fold(f64::INFINITY, f64::min)
}

fn cell((x, y): Position) -> (i32, i32) {
    ((x * CELLS).floor() as i32, (y * CELLS).floor() as i32)
}

/// The cells that a box touches; of one that touches very many, none (a country is no building).
fn cells(b: &Bbox) -> Vec<(i32, i32)> {
    const MAX_CELLS: i64 = 10_000;
    let (low, high) = (cell((b.min_x, b.min_y)), cell((b.max_x, b.max_y)));
    let many = i64::from(high.0 - low.0 + 1) * i64::from(high.1 - low.1 + 1);
    if many > MAX_CELLS {
        return Vec::new();
    }
    (low.0..=high.0).flat_map(|x| (low.1..=high.1).map(move |y| (x, y))).collect()
}
