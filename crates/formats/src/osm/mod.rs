//! OpenStreetMap's PBF (<https://wiki.openstreetmap.org/wiki/PBF_Format>): nodes, ways and relations into registers, by a mapping.
//!
//! The file is read in passes and only what the [`Mapping`] wants is kept: relations first, then (with an [`Area`]) which nodes lie
//! in it, then ways, then where their nodes are. Records go to disk. Memory is some 24 bytes for each node of a way that is kept.

mod area;
mod assemble;
mod blob;
mod block;
mod expression;
mod load;
pub mod mapping;
mod number;
mod protobuf;
mod resolve;
mod spool;

pub use area::Area;
pub use mapping::Mapping;
pub use spool::Extract;

use crate::Result;
use expression::Expression;
use mapping::Target;
use meydan_geo::feature::Column;
use resolve::Offer;
use spool::{Entries, Spool};
use std::{collections::HashMap, path::Path};

/// What was in the file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Nodes.
    pub nodes: u64,
    /// Ways.
    pub ways: u64,
    /// Relations.
    pub relations: u64,
    /// Records that could not be made because the extract lacks some of their nodes or ways, or their rings don't close.
    pub incomplete: u64,
}

/// What a mapping found in a file: its targets in their order.
pub struct Loaded {
    /// What was in the file.
    pub counts: Counts,
    /// What goes into each register.
    pub extracts: Vec<Extract>,
}

/// Reads a file by a mapping. `progress` hears how much of about how much is done.
///
/// # Errors
/// `not-osm`, `broken-osm`, `osm-feature`, `osm-compression`, `osm-too-large`; `Io`.
pub fn load(path: &Path, mapping: &Mapping, area: Option<&Area>, progress: &mut dyn FnMut(u64, u64)) -> Result<Loaded> {
    let mut loader = load::Loader::open(path, mapping, area, progress)?;
    loader.run()?;
    let (counts, spools) = (loader.counts, std::mem::take(&mut loader.spools));
    drop(loader);
    let mut offers: HashMap<&str, Offer> = HashMap::new();
    let mut extracts = Vec::with_capacity(mapping.targets.len());
    for (at, (target, spool)) in mapping.targets.iter().zip(spools).enumerate() {
        let mut entries = spool.read(target.fields.len())?;
        let mut member = HashMap::new();
        if let Some(group) = &target.group {
            (entries, member) = resolve::grouped(target, group, entries)?;
        }
        let mut entries = referred(target, entries, &offers)?;
        let later = mapping.targets.get(at + 1..).unwrap_or_default();
        let steps: Vec<_> = later
            .iter()
            .flat_map(|t| t.fields.values())
            .filter(|e| e.refers_to() == Some(&target.register))
            .filter_map(Expression::reference)
            .collect();
        if !steps.is_empty() {
            let names: Vec<&str> =
                steps.iter().filter(|s| s.near.is_some()).map(|s| s.by.as_deref().unwrap_or("name")).collect();
            let names: std::collections::BTreeSet<&str> = names.into_iter().collect();
            let names: Vec<&str> = names.into_iter().collect();
            offers.insert(&target.register, Offer::read(target, &names, &mut entries, &member)?);
        }
        extracts.push(extract(target, mapping, entries));
    }
    Ok(Loaded { counts, extracts })
}

/// Fills the fields that refer to records of other targets.
fn referred(target: &Target, mut entries: Entries, offers: &HashMap<&str, Offer>) -> Result<Entries> {
    let references: Vec<_> = target
        .fields
        .values()
        .enumerate()
        .filter_map(|(at, e)| Some((at, e.reference()?, offers.get(e.refers_to()?)?)))
        .collect();
    if references.is_empty() {
        return Ok(entries);
    }
    let mut spool = Spool::new()?;
    while let Some(mut entry) = entries.next()? {
        for (at, step, offer) in &references {
            let name = entry.values.get(*at).cloned().flatten();
            let found = offer.find(step, &entry, name.as_deref());
            if let Some(slot) = entry.values.get_mut(*at) {
                *slot = found;
            }
        }
        spool.push(entry.letter, entry.id, &entry.values, &entry.geometry)?;
    }
    spool.read(target.fields.len())
}

fn extract(target: &Target, mapping: &Mapping, entries: Entries) -> Extract {
    let mut lookups = Vec::new();
    for (name, expression) in &target.fields {
        let by = match expression.refers_to() {
            Some(other) => mapping.targets.iter().find(|t| t.register == other).map(|t| t.key.clone()),
            None => expression.steps().iter().find_map(|s| s.lookup.clone()),
        };
        lookups.extend(by.map(|by| (name.clone(), by)));
    }
    Extract {
        register: target.register.clone(),
        lookups,
        key: target.key.clone(),
        columns: target.fields.keys().map(|name| Column { name: name.clone() }).collect(),
        entries,
    }
}
