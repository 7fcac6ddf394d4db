//! The passes over the file: relations, nodes of the area, ways, nodes of the ways. Only what a mapping wants is kept.

use super::{
    Area, Counts, Mapping,
    assemble::{self, Strand},
    blob::{Blobs, Place, broken},
    block::{Block, Body, Kinds, Member, Spot, Tags},
    expression::Asked,
    mapping::{Element, Geometry, Target},
    spool::Spool,
};
use crate::{Error, Result};
use meydan_geo::{Wkb, measure::point_on_surface, parts::Position};
use std::{collections::HashMap, ops::Range, path::Path};

/// Limit: nodes of the ways that are kept, some 4 GB of memory.
const MAX_KEPT_NODES: usize = 200_000_000;

type Values = Vec<Option<String>>;

/// An element that becomes a record: the target's place and its values.
struct Hit {
    target: usize,
    values: Values,
}

struct Way {
    id: i64,
    refs: Range<usize>,
    hits: Vec<Hit>,
}

struct Relation {
    id: i64,
    ways: Vec<i64>,
    hits: Vec<Hit>,
}

/// What is read, kept as small as it goes.
pub(super) struct Loader<'a> {
    mapping: &'a Mapping,
    area: Option<&'a Area>,
    progress: &'a mut dyn FnMut(u64, u64),
    blobs: Blobs,
    places: Vec<(Place, Kinds)>,
    done: u64,
    pub counts: Counts,
    pub spools: Vec<Spool>,
    relations: Vec<Relation>,
    ways: Vec<Way>,
    refs: Vec<i64>,
    /// Numbers of nodes, ascending, and where they are.
    nodes: Vec<i64>,
    spots: Vec<Option<Spot>>,
}

impl<'a> Loader<'a> {
    pub(super) fn open(
        path: &Path,
        mapping: &'a Mapping,
        area: Option<&'a Area>,
        progress: &'a mut dyn FnMut(u64, u64),
    ) -> Result<Self> {
        let (blobs, places) = Blobs::open(path)?;
        // Until it is looked at, a blob may hold anything.
        let all = Kinds { nodes: true, ways: true, relations: true };
        Ok(Self {
            mapping,
            area,
            progress,
            blobs,
            places: places.into_iter().map(|p| (p, all)).collect(),
            done: 0,
            counts: Counts::default(),
            spools: mapping.targets.iter().map(|_| Spool::new()).collect::<Result<_>>()?,
            relations: Vec::new(),
            ways: Vec::new(),
            refs: Vec::new(),
            nodes: Vec::new(),
            spots: Vec::new(),
        })
    }

    /// All passes.
    pub(super) fn run(&mut self) -> Result<()> {
        self.read_relations()?;
        let inside = self.read_area()?;
        self.read_ways(inside.as_deref())?;
        drop(inside);
        self.read_nodes()?;
        self.make_ways()?;
        self.make_relations()
    }

    /// Goes over the blobs that hold a kind.
    fn pass(&mut self, wanted: Kinds, visit: &mut dyn FnMut(&mut Self, i64, &Tags<'_>, Body<'_>) -> Result<()>) -> Result<()> {
        for at in 0..self.places.len() {
            let (place, kinds) = self.places[at];
            if !kinds.meet(wanted) {
                continue;
            }
            let bytes = self.blobs.read(place)?.to_vec();
            let block = Block::read(&bytes).map_err(|_| broken(place.at()))?;
            self.places[at].1 = block.kinds().map_err(|_| broken(place.at()))?;
            let mut failed = Ok(());
            block
                .each(wanted, &mut |id, tags, body| {
                    if failed.is_ok() {
                        failed = visit(self, id, tags, body);
                    }
                })
                .map_err(|_| broken(place.at()))?;
            failed?;
            self.done += 1;
            // Every blob is opened about twice.
            (self.progress)(self.done, (self.places.len() as u64 * 2).max(self.done));
        }
        Ok(())
    }

    fn hits(&self, element: Element, letter: char, id: i64, tags: &Tags<'_>) -> Vec<Hit> {
        if tags.is_empty() {
            return Vec::new();
        }
        let asked = Asked { tags, letter, id };
        let wanted = self.mapping.targets.iter().enumerate().filter(|(_, t)| t.of.contains(&element) && t.wants(tags));
        wanted.map(|(target, t)| Hit { target, values: values(t, &asked) }).collect()
    }

    fn read_relations(&mut self) -> Result<()> {
        self.pass(Kinds::RELATIONS, &mut |this, id, tags, body| {
            let Body::Relation(members) = body else { return Ok(()) };
            this.counts.relations += 1;
            let areal = tags.iter().any(|(k, v)| *k == "type" && matches!(*v, "multipolygon" | "boundary"));
            let hits = if areal { this.hits(Element::Area, 'r', id, tags) } else { Vec::new() };
            if !hits.is_empty() {
                this.relations.push(Relation {
                    id,
                    ways: members.iter().filter(|m| m.way).map(|m: &Member| m.id).collect(),
                    hits,
                });
            }
            Ok(())
        })
    }

    /// Numbers of the nodes that lie in the area, ascending.
    fn read_area(&mut self) -> Result<Option<Vec<i64>>> {
        let Some(area) = self.area else { return Ok(None) };
        let mut inside = Vec::new();
        self.pass(Kinds::NODES, &mut |_, id, _, body| {
            if let Body::Node(spot) = body
                && area.holds(spot.degrees())
            {
                inside.push(id);
            }
            Ok(())
        })?;
        inside.sort_unstable();
        Ok(Some(inside))
    }

    fn read_ways(&mut self, inside: Option<&[i64]>) -> Result<()> {
        let mut members: Vec<i64> = self.relations.iter().flat_map(|r| r.ways.iter().copied()).collect();
        members.sort_unstable();
        members.dedup();
        let mut touching: Vec<i64> = Vec::new();
        self.pass(Kinds::WAYS, &mut |this, id, tags, body| {
            let Body::Way(refs) = body else { return Ok(()) };
            this.counts.ways += 1;
            let member = members.binary_search(&id).is_ok();
            let from = this.refs.len();
            this.refs.extend(refs);
            let own = &this.refs[from..];
            let there = inside.is_none_or(|ids| own.iter().any(|r| ids.binary_search(r).is_ok()));
            let closed = own.len() >= 4 && own.first() == own.last();
            let mut hits = Vec::new();
            if there && own.len() >= 2 {
                hits = this.hits(Element::Line, 'w', id, tags);
                if closed {
                    hits.extend(this.hits(Element::Area, 'w', id, tags));
                    // A target that takes lines and areas takes a closed way once.
                    hits.sort_by_key(|h| h.target);
                    hits.dedup_by_key(|h| h.target);
                }
            }
            if member && there {
                touching.push(id);
            }
            if hits.is_empty() && !member {
                this.refs.truncate(from);
                return Ok(());
            }
            if this.refs.len() > MAX_KEPT_NODES {
                return Err(too_large());
            }
            let refs = from..this.refs.len();
            this.ways.push(Way { id, refs, hits });
            Ok(())
        })?;
        touching.sort_unstable();
        // Of a relation one way in the area is enough.
        self.relations.retain(|r| r.ways.iter().any(|w| touching.binary_search(w).is_ok()));
        self.nodes = self.refs.clone();
        self.nodes.sort_unstable();
        self.nodes.dedup();
        self.spots = vec![None; self.nodes.len()];
        Ok(())
    }

    fn read_nodes(&mut self) -> Result<()> {
        // Files are sorted by number as a rule: the next node wanted is looked for behind the last one first.
        let mut next = 0;
        self.pass(Kinds::NODES, &mut |this, id, tags, body| {
            let Body::Node(spot) = body else { return Ok(()) };
            this.counts.nodes += 1;
            if this.nodes.get(next) != Some(&id) {
                next = this.nodes.partition_point(|n| *n < id);
            }
            if this.nodes.get(next) == Some(&id) {
                this.spots[next] = Some(spot);
                next += 1;
            }
            if tags.is_empty() || this.area.is_some_and(|a| !a.holds(spot.degrees())) {
                return Ok(());
            }
            for hit in this.hits(Element::Node, 'n', id, tags) {
                let (x, y) = spot.degrees();
                if let Some(point) = Wkb::point(x, y) {
                    this.spools[hit.target].push('n', id, &hit.values, &point)?;
                }
            }
            Ok(())
        })
    }

    /// Positions of nodes; `None` if the extract does not hold one of them.
    fn positions(&self, refs: &[i64]) -> Option<Vec<Position>> {
        refs.iter().map(|id| self.nodes.binary_search(id).ok().and_then(|at| self.spots[at]).map(Spot::degrees)).collect()
    }

    fn make_ways(&mut self) -> Result<()> {
        let ways = std::mem::take(&mut self.ways);
        for way in &ways {
            if way.hits.is_empty() {
                continue;
            }
            let Some(positions) = self.positions(&self.refs[way.refs.clone()]) else {
                self.counts.incomplete += way.hits.len() as u64;
                continue;
            };
            for hit in &way.hits {
                let target = &self.mapping.targets[hit.target];
                let closed = positions.len() >= 4 && positions.first() == positions.last();
                let areal = closed && target.of.contains(&Element::Area);
                let whole = if areal { Wkb::polygon(std::slice::from_ref(&positions)) } else { Wkb::line_string(&positions) };
                let Some(geometry) = whole.and_then(|g| shaped(g, target.geometry)) else { continue };
                self.spools[hit.target].push('w', way.id, &hit.values, &geometry)?;
            }
        }
        self.ways = ways;
        Ok(())
    }

    fn make_relations(&mut self) -> Result<()> {
        let relations = std::mem::take(&mut self.relations);
        let by_id: HashMap<i64, Range<usize>> = self.ways.iter().map(|w| (w.id, w.refs.clone())).collect();
        for relation in &relations {
            let strands: Vec<Strand<'_>> =
                relation.ways.iter().filter_map(|id| Some(Strand { refs: self.refs.get(by_id.get(id)?.clone())? })).collect();
            let complete = strands.len() == relation.ways.len();
            let rings: Option<Vec<Vec<Position>>> = assemble::rings(&strands).iter().map(|ring| self.positions(ring)).collect();
            let area = rings.filter(|_| complete).and_then(assemble::area);
            let Some(area) = area else {
                self.counts.incomplete += relation.hits.len() as u64;
                continue;
            };
            for hit in &relation.hits {
                let Some(geometry) = shaped(area.clone(), self.mapping.targets[hit.target].geometry) else { continue };
                self.spools[hit.target].push('r', relation.id, &hit.values, &geometry)?;
            }
        }
        Ok(())
    }
}

fn values(target: &Target, asked: &Asked<'_>) -> Values {
    target.fields.values().map(|expression| expression.value(asked)).collect()
}

fn shaped(geometry: Wkb, wanted: Geometry) -> Option<Wkb> {
    match wanted {
        Geometry::Point => point_on_surface(&geometry).and_then(|(x, y)| Wkb::point(x, y)),
        Geometry::Line | Geometry::Area => Some(geometry),
    }
}

fn too_large() -> Error {
    Error::file(
        "osm-too-large",
        "Dosya tek seferde yüklenemeyecek kadar büyük; --area ile bir alan seçin.",
        "The file is too large to be loaded at once; choose an area by --area.",
    )
}
