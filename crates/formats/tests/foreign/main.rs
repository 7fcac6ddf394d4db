//! Files that other programs write, or that we write by their rules: read right, and no damage of them makes us panic.

#![allow(clippy::unwrap_used)] // a test that can't go on should stop where it stands

mod dxf;
mod gdal;
mod osm;
mod xml;

use meydan_formats::{Error, Options, open};
use meydan_geo::feature::Feature;
use proptest::prelude::*;
use std::path::{Path, PathBuf};

/// Damages of a file: which, from, to, with what.
type Wounds = Vec<(u8, prop::sample::Index, prop::sample::Index, u8)>;

fn wounds() -> impl Strategy<Value = Wounds> {
    prop::collection::vec((any::<u8>(), any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<u8>()), 1..8)
}

/// A byte changed, a piece cut out, or overwritten.
fn damaged(mut bytes: Vec<u8>, wounds: &Wounds) -> Vec<u8> {
    for (kind, at, to, value) in wounds {
        if bytes.is_empty() {
            return bytes;
        }
        let (a, b) = (at.index(bytes.len()), to.index(bytes.len()));
        let (from, near) = (a.min(b), (a.min(b) + 64).min(a.max(b)));
        match kind % 3 {
            0 => bytes[from] = *value,
            1 => drop(bytes.drain(from..near)),
            _ => bytes[from..near].fill(*value),
        }
    }
    bytes
}

fn file(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

/// All features and faults; a fault of the whole file is the last.
fn all(path: &Path, layer: Option<&str>) -> Vec<Result<Feature, Error>> {
    let options = Options { layer: layer.map(str::to_owned), ..Options::default() };
    match open(path, &options) {
        Ok(reader) => reader.take(10_000).collect(),
        Err(error) => vec![Err(error)],
    }
}

/// Geometries as text.
fn shapes(path: &Path, layer: Option<&str>) -> Vec<String> {
    let text = |f: Feature| f.geometry.map(|g| meydan_formats::wkt::write(&g)).unwrap_or_default();
    all(path, layer).into_iter().map(|f| f.map_or_else(|e| e.to_string(), text)).collect()
}
