//! The reader of placemarks.

use crate::{
    Crs, Error, Format, Layer, Result,
    archive::Archive,
    form::Form,
    reader::MAX_COLUMNS,
    xml::{Node, Step, Xml},
};
use meydan_geo::{
    feature::{Column, Feature, Scalar},
    parts::Position,
    wkb::MAX_DEPTH,
};
use std::{collections::HashMap, fs::File, io::Read as _, path::Path};

/// Column of the folders in which a placemark lies.
const FOLDER: &str = "folder";

/// Reads placemarks.
pub struct Reader {
    name: String,
    file: File,
    xml: Xml,
    /// Names of the folders that are open, by depth.
    folders: Vec<(usize, String)>,
    columns: Vec<Column>,
    places: HashMap<String, usize>,
    count: u64,
    row: u64,
    ended: bool,
}

impl Reader {
    /// Opens a file; goes over it once for the names of the columns.
    ///
    /// # Errors
    /// `no-layer`, `not-kml`, `too-many-columns`; those of zip and XML.
    pub fn open(path: &Path) -> Result<Self> {
        let file = document(path)?;
        let mut reader = Self {
            name: path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default(),
            xml: Xml::new(file.try_clone()?)?,
            file,
            folders: Vec::new(),
            columns: Vec::new(),
            places: HashMap::new(),
            count: 0,
            row: 0,
            ended: false,
        };
        let mut any = false;
        while let Some(placemark) = reader.placemark(&mut any)? {
            reader.count += 1;
            let folder = reader.folder().map(|f| (FOLDER.to_owned(), f));
            for (name, _) in values(&placemark).into_iter().chain(folder) {
                if !reader.places.contains_key(&name) {
                    reader.places.insert(name.clone(), reader.columns.len());
                    reader.columns.push(Column { name });
                }
            }
            if reader.columns.len() > MAX_COLUMNS {
                return Err(Error::file(
                    "too-many-columns",
                    format!("Dosyada {MAX_COLUMNS} sütundan çok sütun var."),
                    format!("The file has more than {MAX_COLUMNS} columns."),
                ));
            }
        }
        if !any {
            return Err(Error::file("not-kml", "Dosya KML değil.", "The file is no KML."));
        }
        crate::Reader::rewind(&mut reader)?;
        Ok(reader)
    }

    /// The next placemark; `root` becomes true if the document is KML.
    fn placemark(&mut self, root: &mut bool) -> Result<Option<Node>> {
        while let Some(step) = self.xml.next()? {
            let depth = self.xml.depth();
            match step {
                Step::Open(element) => match element.name.as_str() {
                    "kml" => *root = true,
                    "Placemark" => return self.xml.node(element).map(Some),
                    "Folder" => self.folders.push((depth, String::new())),
                    "name" => {
                        let text = self.xml.text()?;
                        if let Some((at, name)) = self.folders.last_mut()
                            && *at + 1 == depth
                        {
                            *name = text.trim().to_owned();
                        }
                    }
                    "Style" | "StyleMap" | "Schema" | "GroundOverlay" | "ScreenOverlay" | "PhotoOverlay" => self.xml.skip()?,
                    _ => {}
                },
                Step::Close => self.folders.retain(|(at, _)| *at <= depth),
                Step::Text(_) => {}
            }
        }
        Ok(None)
    }

    fn folder(&self) -> Option<String> {
        let names: Vec<&str> = self.folders.iter().map(|(_, n)| n.as_str()).filter(|n| !n.is_empty()).collect();
        (!names.is_empty()).then(|| names.join(" / "))
    }

    fn read_next(&mut self) -> Result<Option<Feature>> {
        let Some(placemark) = self.placemark(&mut true)? else { return Ok(None) };
        self.row += 1;
        let row = self.row;
        let mut out = vec![Scalar::Null; self.columns.len()];
        let folder = self.folder().map(|f| (FOLDER.to_owned(), f));
        for (name, value) in values(&placemark).into_iter().chain(folder) {
            if let Some(slot) = self.places.get(&name).and_then(|at| out.get_mut(*at))
                && !value.is_empty()
            {
                *slot = Scalar::Text(value);
            }
        }
        let mut geometry = None;
        for child in &placemark.children {
            match form(child, 0) {
                Ok(None) => {}
                Ok(Some(form)) => geometry = form.wkb(),
                Err(cause) => return Err(Error::geometry(row, cause)),
            }
        }
        Ok(Some(Feature { row, values: out, geometry }))
    }
}

/// The KML itself, or that in a KMZ.
fn document(path: &Path) -> Result<File> {
    let mut file = File::open(path)?;
    let mut head = [0; 2];
    let n = file.read(&mut head)?;
    if n < 2 || &head != b"PK" {
        return Ok(file);
    }
    let mut archive = Archive::open(File::open(path)?)?;
    let all: Vec<usize> = archive.names().filter(|(_, name)| name.to_lowercase().ends_with(".kml")).map(|(at, _)| at).collect();
    // Some programs write a document of links first, and the placemarks into others beside it.
    let mut first = None;
    for at in all {
        let file = archive.unpack(at)?;
        if has_placemark(file.try_clone()?)? {
            return Ok(file);
        }
        first = first.or(Some(file));
    }
    first.ok_or_else(|| Error::file("no-layer", "KMZ dosyasında .kml yok.", "There is no .kml in the KMZ file."))
}

fn has_placemark(file: File) -> Result<bool> {
    let mut xml = Xml::new(file)?;
    while let Some(step) = xml.next()? {
        if matches!(step, Step::Open(element) if element.name == "Placemark") {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Names and values of a placemark. Extended data of the name `name` wins over the placemark's own.
fn values(placemark: &Node) -> Vec<(String, String)> {
    let mut out: Vec<(String, String)> = Vec::new();
    for extended in placemark.all("ExtendedData") {
        for data in extended.all("Data") {
            let value = data.child("value").map(|v| v.text.clone()).unwrap_or_default();
            out.extend(data.element.attribute("name").map(|n| (n.to_owned(), value)));
        }
        for data in extended.all("SchemaData").flat_map(|s| s.all("SimpleData")) {
            out.extend(data.element.attribute("name").map(|n| (n.to_owned(), data.text.clone())));
        }
    }
    for own in ["name", "description", "address", "phoneNumber"] {
        if let Some(child) = placemark.child(own)
            && !out.iter().any(|(n, _)| n == own)
        {
            out.push((own.to_owned(), child.text.trim().to_owned()));
        }
    }
    let when = placemark.child("TimeStamp").and_then(|t| t.child("when"));
    out.extend(when.map(|w| ("when".to_owned(), w.text.trim().to_owned())));
    out
}

/// A geometry; `None` for an element that is none.
fn form(node: &Node, depth: usize) -> Result<Option<Form>, String> {
    if depth > MAX_DEPTH {
        return Err("MultiGeometry: nested too deep".to_owned());
    }
    let line = |node: &Node| -> Result<Vec<Position>, String> {
        let text = node.child("coordinates").ok_or_else(|| format!("{}: no coordinates", node.name()))?;
        positions(&text.text).map_err(|e| format!("{}: {e}", node.name()))
    };
    let ring = |boundary: &Node| boundary.child("LinearRing").ok_or("Polygon: no LinearRing".to_owned()).and_then(line);
    Ok(Some(match node.name() {
        "Point" => match line(node)?.as_slice() {
            [one] => Form::Point(*one),
            _ => return Err("Point: one position expected".to_owned()),
        },
        "LineString" | "LinearRing" => Form::Line(line(node)?),
        "Polygon" => {
            let outer = node.child("outerBoundaryIs").ok_or("Polygon: no outerBoundaryIs")?;
            let inner = node.all("innerBoundaryIs").flat_map(|b| b.all("LinearRing"));
            let mut rings = vec![ring(outer)?];
            for hole in inner {
                rings.push(line(hole)?);
            }
            Form::Polygon(rings)
        }
        "MultiGeometry" => {
            let mut parts = Vec::new();
            for child in &node.children {
                parts.extend(form(child, depth + 1)?);
            }
            Form::Many(parts)
        }
        "Model" | "Track" | "MultiTrack" => return Err(format!("{}: not supported", node.name())),
        _ => return Ok(None),
    }))
}

/// `lon,lat[,height]`, separated by blanks.
fn positions(text: &str) -> Result<Vec<Position>, String> {
    text.split_ascii_whitespace()
        .map(|tuple| {
            let mut numbers = tuple.split(',').map(|n| n.parse::<f64>().ok().filter(|n| n.is_finite()));
            match (numbers.next().flatten(), numbers.next().flatten()) {
                (Some(x), Some(y)) => Ok((x, y)),
                _ => Err(format!("“{}” is no position", tuple.chars().take(40).collect::<String>())),
            }
        })
        .collect()
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
        Format::Kml
    }

    fn columns(&self) -> &[Column] {
        &self.columns
    }

    fn crs(&self) -> &Crs {
        &Crs::LON_LAT
    }

    fn has_geometry(&self) -> bool {
        true
    }

    fn layers(&self) -> Vec<Layer> {
        vec![Layer { name: self.name.clone(), count: Some(self.count) }]
    }

    fn estimate(&self) -> Option<u64> {
        Some(self.count)
    }

    fn rewind(&mut self) -> Result<()> {
        self.xml = Xml::new(self.file.try_clone()?)?;
        self.folders.clear();
        self.row = 0;
        self.ended = false;
        Ok(())
    }
}
