//! The reader of features.

use super::geometry::{Axes, form, is_geometry, srs_name, system};
use crate::{
    Crs, Error, Format, Layer, Options, Result,
    reader::{MAX_COLUMNS, choose_layer},
    xml::{Node, Step, Xml},
};
use meydan_geo::feature::{Column, Feature, Scalar};
use std::{collections::HashMap, fs::File, path::Path};

/// Column of the features' ids.
const ID: &str = "gml_id";
/// Limit: properties within properties.
const MAX_LEVELS: usize = 4;
/// Limit: kinds of features of one file.
const MAX_KINDS: usize = 1_000;

/// Reads the features of one kind.
pub struct Reader {
    file: File,
    xml: Xml,
    layers: Vec<Layer>,
    layer: String,
    columns: Vec<Column>,
    places: HashMap<String, usize>,
    crs: Crs,
    north_first: bool,
    /// The `srsName` of the collection, for geometries that have none.
    inherited: Option<String>,
    in_member: bool,
    in_collection: bool,
    count: u64,
    row: u64,
    ended: bool,
}

/// A feature's values by name, and its geometry's element.
struct Properties<'a> {
    values: Vec<(String, String)>,
    geometry: Option<&'a Node>,
}

impl Reader {
    /// Opens a file; goes over it once for the kinds of features, the names of the columns and the CRS.
    ///
    /// # Errors
    /// `not-gml`, `no-layer`, `choose-layer`, `no-such-layer`, `too-many-columns`; those of XML.
    pub fn open(path: &Path, options: &Options) -> Result<Self> {
        let file = File::open(path)?;
        let mut reader = Self {
            xml: Xml::new(file.try_clone()?)?,
            file,
            layers: Vec::new(),
            layer: String::new(),
            columns: Vec::new(),
            places: HashMap::new(),
            crs: Crs::Unknown,
            north_first: false,
            inherited: None,
            in_member: false,
            in_collection: false,
            count: 0,
            row: 0,
            ended: false,
        };
        let mut kinds: Vec<(String, Found)> = Vec::new();
        while let Some(feature) = reader.feature()? {
            let at = match kinds.iter().position(|(name, _)| name == feature.name()) {
                Some(at) => at,
                None if kinds.len() < MAX_KINDS => {
                    kinds.push((feature.name().to_owned(), Found::default()));
                    kinds.len() - 1
                }
                None => {
                    return Err(Error::file(
                        "not-gml",
                        "Dosyada çok fazla tür var.",
                        "The file has too many kinds of features.",
                    ));
                }
            };
            kinds[at].1.add(&feature)?;
        }
        reader.layers = kinds.iter().map(|(name, f)| Layer { name: name.clone(), count: Some(f.count) }).collect();
        reader.layer = choose_layer(&reader.layers, options.layer.as_deref())?.name.clone();
        let found = kinds.into_iter().find(|(name, _)| *name == reader.layer).map(|(_, f)| f).unwrap_or_default();
        reader.places = found.names.iter().enumerate().map(|(at, name)| (name.clone(), at)).collect();
        reader.columns = found.names.into_iter().map(|name| Column { name }).collect();
        reader.count = found.count;
        if let Some(name) = found.srs.or_else(|| reader.inherited.clone()) {
            (reader.crs, reader.north_first) = system(&name);
        }
        crate::Reader::rewind(&mut reader)?;
        Ok(reader)
    }

    /// The next feature of any kind.
    fn feature(&mut self) -> Result<Option<Node>> {
        while let Some(step) = self.xml.next()? {
            let Step::Open(element) = step else { continue };
            match element.name.as_str() {
                "featureMember" | "featureMembers" | "member" => self.in_member = true,
                "boundedBy" | "metaDataProperty" | "description" | "name" => {
                    let node = self.xml.node(element)?;
                    if self.inherited.is_none() {
                        self.inherited = srs_name(&node).map(str::to_owned);
                    }
                }
                name if name.ends_with("Collection") && !self.in_member => self.in_collection = true,
                // Features stand in members, or right in the root of some collections.
                _ if self.in_member || self.in_collection => return self.xml.node(element).map(Some),
                _ => {}
            }
        }
        Ok(None)
    }

    fn read_next(&mut self) -> Result<Option<Feature>> {
        loop {
            let Some(node) = self.feature()? else { return Ok(None) };
            if node.name() != self.layer {
                continue;
            }
            self.row += 1;
            return self.made(&node).map(Some);
        }
    }

    fn made(&self, node: &Node) -> Result<Feature> {
        let row = self.row;
        let properties = properties(node);
        let mut values = vec![Scalar::Null; self.columns.len()];
        for (name, value) in properties.values {
            if let Some(slot) = self.places.get(&name).and_then(|at| values.get_mut(*at))
                && !value.is_empty()
            {
                *slot = Scalar::Text(value);
            }
        }
        let Some(element) = properties.geometry else { return Ok(Feature { row, values, geometry: None }) };
        let (mut crs, mut north_first) = (self.crs.clone(), self.north_first);
        if let Some(name) = srs_name(element).or(self.inherited.as_deref()) {
            (crs, north_first) = system(name);
        }
        if crs != self.crs {
            return Err(Error::row(
                row,
                "mixed-crs",
                format!("{}: {crs} sisteminde, dosyanın başı {} sisteminde", element.name(), self.crs),
                format!("{}: in {crs}, but the file begins in {}", element.name(), self.crs),
            ));
        }
        let form = form(element, Axes { north_first, dimension: 2 }, 0).map_err(|e| Error::geometry(row, e))?;
        Ok(Feature { row, values, geometry: form.wkb() })
    }
}

/// What is found of one kind of features.
#[derive(Default)]
struct Found {
    count: u64,
    names: Vec<String>,
    has_id: bool,
    srs: Option<String>,
}

impl Found {
    fn add(&mut self, feature: &Node) -> Result<()> {
        self.count += 1;
        let properties = properties(feature);
        for (name, _) in properties.values {
            if name == ID {
                self.has_id = true;
            } else if !self.names.contains(&name) {
                // Ids stand last, as few need them.
                let at = self.names.len() - usize::from(self.names.last().is_some_and(|n| n == ID));
                self.names.insert(at, name);
            }
        }
        if self.has_id && self.names.last().is_none_or(|n| n != ID) {
            self.names.push(ID.to_owned());
        }
        if self.names.len() > MAX_COLUMNS {
            return Err(Error::file(
                "too-many-columns",
                format!("Dosyada {MAX_COLUMNS} sütundan çok sütun var."),
                format!("The file has more than {MAX_COLUMNS} columns."),
            ));
        }
        if self.srs.is_none() {
            self.srs = properties.geometry.and_then(srs_name).map(str::to_owned);
        }
        Ok(())
    }
}

fn properties(feature: &Node) -> Properties<'_> {
    let mut out = Properties { values: Vec::new(), geometry: None };
    let id = feature.element.attribute("id").or(feature.element.attribute("fid"));
    out.values.extend(id.map(|id| (ID.to_owned(), id.to_owned())));
    for child in feature.children.iter().filter(|c| c.name() != "boundedBy") {
        property(child, "", 0, &mut out);
    }
    out
}

fn property<'a>(node: &'a Node, before: &str, level: usize, out: &mut Properties<'a>) {
    if let Some(geometry) = node.children.iter().find(|c| is_geometry(c.name())) {
        // The first geometry is the feature's.
        out.geometry = out.geometry.or(Some(geometry));
        return;
    }
    let name = format!("{before}{}", node.name());
    if node.element.attribute("nil") == Some("true") {
        out.values.push((name, String::new()));
    } else if node.children.is_empty() {
        let value = match (node.text.trim(), node.element.attribute("href")) {
            ("", Some(href)) => href.to_owned(),
            _ => node.text.clone(),
        };
        out.values.push((name, value));
    } else if level < MAX_LEVELS {
        for child in &node.children {
            property(child, &format!("{name}_"), level + 1, out);
        }
    }
}

impl Iterator for Reader {
    type Item = Result<Feature>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = self.read_next().transpose();
        self.ended = crate::reader::is_last(next.as_ref());
        next
    }
}

impl crate::Reader for Reader {
    fn format(&self) -> Format {
        Format::Gml
    }

    fn columns(&self) -> &[Column] {
        &self.columns
    }

    fn crs(&self) -> &Crs {
        &self.crs
    }

    fn has_geometry(&self) -> bool {
        true
    }

    fn layers(&self) -> Vec<Layer> {
        self.layers.clone()
    }

    fn estimate(&self) -> Option<u64> {
        Some(self.count)
    }

    fn rewind(&mut self) -> Result<()> {
        self.xml = Xml::new(self.file.try_clone()?)?;
        self.in_member = false;
        self.in_collection = false;
        self.row = 0;
        self.ended = false;
        Ok(())
    }
}
