//! The GeoJSON reader. Opening reads the whole file once for the names of the properties and the count: GeoJSON has no
//! schema, and a column that first appears in the last feature must be in the mapping too.

use super::{feature, scan};
use crate::{Crs, Error, Format, Layer, Result, reader::MAX_COLUMNS};
use meydan_geo::feature::{Column, Feature, Scalar};
use std::{
    collections::HashMap,
    fs::File,
    io::{BufReader, Read as _},
    path::{Path, PathBuf},
};

const BUFFER_BYTES: usize = 256 << 10;

/// Reads GeoJSON in all its spellings.
pub struct Reader {
    path: PathBuf,
    format: Format,
    columns: Vec<Column>,
    places: HashMap<String, usize>,
    id_place: Option<usize>,
    crs: Crs,
    count: u64,
    has_geometry: bool,
    scanner: scan::Scanner<BufReader<File>>,
    buffer: Vec<u8>,
    ended: bool,
}

impl Reader {
    /// Opens a file and learns its columns.
    ///
    /// # Errors
    /// `not-geojson`, `truncated`, `no-features`, `too-many-columns`, `feature-too-large`; `Io`.
    pub fn open(path: &Path) -> Result<Self> {
        let mut survey = Survey::default();
        let format = survey.run(path)?;
        let mut names = survey.names;
        let id_place = survey.has_id.then(|| {
            let name = if survey.places.contains_key("id") { "feature_id" } else { "id" };
            names.push(name.to_owned());
            names.len() - 1
        });
        Ok(Self {
            path: path.to_owned(),
            format,
            columns: names.into_iter().map(|name| Column { name }).collect(),
            places: survey.places,
            id_place,
            crs: survey.crs,
            count: survey.count,
            has_geometry: survey.has_geometry,
            scanner: scanner(path)?,
            buffer: Vec::new(),
            ended: false,
        })
    }

    fn read_next(&mut self) -> Result<Option<Feature>> {
        loop {
            match self.scanner.next(&mut self.buffer)? {
                None => return Ok(None),
                Some(scan::Found::Head) => {}
                Some(scan::Found::Feature) => return self.feature().map(Some),
            }
        }
    }

    fn feature(&self) -> Result<Feature> {
        let row = self.scanner.found;
        let raw = feature::read(&self.buffer).map_err(|e| bad_feature(row, &e))?;
        let mut values = vec![Scalar::Null; self.columns.len()];
        for (name, value) in &raw.properties {
            if let Some(slot) = self.places.get(name.as_ref()).and_then(|at| values.get_mut(*at)) {
                *slot = feature::scalar(value);
            }
        }
        if let (Some(place), Some(id)) = (self.id_place, raw.id)
            && let Some(slot) = values.get_mut(place)
        {
            *slot = feature::scalar(id);
        }
        let geometry = match raw.geometry {
            Some(g) => feature::geometry(g).map_err(|e| Error::geometry(row, e))?,
            None => None,
        };
        Ok(Feature { row, values, geometry })
    }
}

fn bad_feature(row: u64, cause: &str) -> Error {
    Error::row(row, "bad-feature", format!("GeoJSON kaydı okunamadı: {cause}"), format!("not a GeoJSON feature: {cause}"))
}

fn scanner(path: &Path) -> Result<scan::Scanner<BufReader<File>>> {
    Ok(scan::Scanner::new(BufReader::with_capacity(BUFFER_BYTES, File::open(path)?)))
}

/// What the first reading learns.
struct Survey {
    names: Vec<String>,
    places: HashMap<String, usize>,
    has_id: bool,
    has_geometry: bool,
    crs: Crs,
    count: u64,
}

impl Default for Survey {
    fn default() -> Self {
        Self { names: Vec::new(), places: HashMap::new(), has_id: false, has_geometry: false, crs: Crs::LON_LAT, count: 0 }
    }
}

impl Survey {
    fn run(&mut self, path: &Path) -> Result<Format> {
        let mut first = [0; 1];
        let separated = File::open(path)?.read(&mut first)? == 1 && first[0] == 0x1e;
        let mut scanner = scanner(path)?;
        let (mut buffer, mut collection) = (Vec::new(), false);
        while let Some(found) = scanner.next(&mut buffer)? {
            match found {
                scan::Found::Head => {
                    collection = true;
                    self.head(&buffer);
                }
                // A feature that can't be read is reported with its row when it is its turn.
                scan::Found::Feature => {
                    if let Ok(raw) = feature::read(&buffer) {
                        self.learn(&raw)?;
                    }
                }
            }
        }
        self.count = scanner.found;
        if self.count == 0 && !collection {
            return Err(Error::file("no-features", "Dosyada kayıt yok.", "There are no features in the file."));
        }
        Ok(if collection && !separated { Format::GeoJson } else { Format::GeoJsonSeq })
    }

    fn learn(&mut self, raw: &feature::Raw<'_>) -> Result<()> {
        self.has_geometry |= raw.geometry.is_some();
        self.has_id |= raw.id.is_some_and(|id| id.get() != "null");
        for (name, _) in &raw.properties {
            if self.places.contains_key(name.as_ref()) {
                continue;
            }
            if self.names.len() >= MAX_COLUMNS {
                return Err(Error::file(
                    "too-many-columns",
                    format!("Dosyada {MAX_COLUMNS} sütundan çok özellik adı var."),
                    format!("The file has more than {MAX_COLUMNS} property names."),
                ));
            }
            self.places.insert(name.clone().into_owned(), self.names.len());
            self.names.push(name.clone().into_owned());
        }
        Ok(())
    }

    /// GeoJSON 2008: `"crs": {"type": "name", "properties": {"name": "…"}}`; `null` means that nothing can be assumed.
    fn head(&mut self, text: &[u8]) {
        let Ok(head) = serde_json::from_slice::<serde_json::Value>(text) else { return };
        match head.get("crs") {
            Some(serde_json::Value::Null) => self.crs = Crs::Unknown,
            Some(crs) => {
                let name = crs.pointer("/properties/name").and_then(|n| n.as_str());
                self.crs = name.map_or(Crs::Unknown, Crs::from_name);
            }
            None => {}
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
        self.format
    }

    fn columns(&self) -> &[Column] {
        &self.columns
    }

    fn crs(&self) -> &Crs {
        &self.crs
    }

    fn has_geometry(&self) -> bool {
        self.has_geometry
    }

    fn layers(&self) -> Vec<Layer> {
        let name = self.path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        vec![Layer { name, count: Some(self.count) }]
    }

    fn estimate(&self) -> Option<u64> {
        Some(self.count)
    }

    fn rewind(&mut self) -> Result<()> {
        self.scanner = scanner(&self.path)?;
        self.ended = false;
        Ok(())
    }
}
