//! Records of one target between reading and importing: on disk, so that a large city needs no large memory.

use crate::{Crs, Error, Format, Layer, Result};
use meydan_geo::{
    Wkb,
    feature::{Column, Feature, Scalar},
};
use std::{
    fs::File,
    io::{BufReader, BufWriter, Read, Seek, SeekFrom, Write},
};

/// One record.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    /// Letter of the kind.
    pub letter: char,
    /// Number of the element.
    pub id: i64,
    pub values: Vec<Option<String>>,
    pub geometry: Wkb,
}

/// Records that are written.
pub(super) struct Spool {
    file: BufWriter<File>,
    pub count: u64,
}

impl Spool {
    /// An empty one.
    ///
    /// # Errors
    /// `Io`.
    pub(super) fn new() -> Result<Self> {
        Ok(Self { file: BufWriter::with_capacity(1 << 18, tempfile::tempfile()?), count: 0 })
    }

    /// Adds a record.
    ///
    /// # Errors
    /// `Io`.
    pub(super) fn push(&mut self, letter: char, id: i64, values: &[Option<String>], geometry: &Wkb) -> Result<()> {
        self.file.write_all(&[letter as u8])?;
        self.file.write_all(&id.to_le_bytes())?;
        for value in values {
            match value {
                None => self.file.write_all(&u32::MAX.to_le_bytes())?,
                Some(text) => run(&mut self.file, text.as_bytes())?,
            }
        }
        run(&mut self.file, geometry.as_bytes())?;
        self.count += 1;
        Ok(())
    }

    /// The records from the first.
    ///
    /// # Errors
    /// `Io`.
    pub(super) fn read(self, width: usize) -> Result<Entries> {
        let file = self.file.into_inner().map_err(|e| Error::Io(e.into_error()))?;
        let mut entries = Entries { file: BufReader::with_capacity(1 << 18, file), width, count: self.count, done: 0 };
        entries.rewind()?;
        Ok(entries)
    }
}

fn run(out: &mut impl Write, bytes: &[u8]) -> Result<()> {
    // No element has four gigabytes: a block has 32 MB.
    out.write_all(&u32::try_from(bytes.len()).unwrap_or(u32::MAX - 1).to_le_bytes())?;
    out.write_all(bytes)?;
    Ok(())
}

/// Records that are read.
pub(super) struct Entries {
    file: BufReader<File>,
    width: usize,
    pub count: u64,
    done: u64,
}

impl Entries {
    /// Back to the first.
    ///
    /// # Errors
    /// `Io`.
    pub(super) fn rewind(&mut self) -> Result<()> {
        self.file.seek(SeekFrom::Start(0))?;
        self.done = 0;
        Ok(())
    }

    /// The next record.
    ///
    /// # Errors
    /// `Io`.
    pub(super) fn next(&mut self) -> Result<Option<Entry>> {
        if self.done == self.count {
            return Ok(None);
        }
        self.done += 1;
        let mut head = [0; 9];
        self.file.read_exact(&mut head)?;
        let [letter, id @ ..] = head;
        let mut values = Vec::with_capacity(self.width);
        for _ in 0..self.width {
            let text = self.run()?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
            values.push(text);
        }
        let bytes = self.run()?.unwrap_or_default();
        let geometry = Wkb::from_trusted(&bytes).map_err(std::io::Error::other)?;
        Ok(Some(Entry { letter: char::from(letter), id: i64::from_le_bytes(id), values, geometry }))
    }

    fn run(&mut self) -> Result<Option<Vec<u8>>> {
        let mut length = [0; 4];
        self.file.read_exact(&mut length)?;
        let length = u32::from_le_bytes(length);
        if length == u32::MAX {
            return Ok(None);
        }
        let mut bytes = vec![0; length as usize];
        self.file.read_exact(&mut bytes)?;
        Ok(Some(bytes))
    }
}

/// What is loaded into one register: a stream of features whose columns bear the fields' names.
pub struct Extract {
    /// Name of the register.
    pub register: String,
    /// Columns that name a record of another register, with the field by which they do.
    pub lookups: Vec<(String, String)>,
    /// The field by which other targets name these records.
    pub key: String,
    pub(super) columns: Vec<Column>,
    pub(super) entries: Entries,
}

impl Extract {
    /// How many records there are.
    pub fn count(&self) -> u64 {
        self.entries.count
    }

    /// The values of the key, of all records; the stream is at its beginning afterwards.
    ///
    /// # Errors
    /// `Io`.
    pub fn keys(&mut self) -> Result<Vec<String>> {
        let at = self.columns.iter().position(|c| c.name == self.key).unwrap_or(usize::MAX);
        let mut out = Vec::new();
        self.entries.rewind()?;
        while let Some(mut entry) = self.entries.next()? {
            out.extend(entry.values.get_mut(at).and_then(Option::take));
        }
        self.entries.rewind()?;
        Ok(out)
    }

    fn feature(&mut self) -> Result<Option<Feature>> {
        let row = self.entries.done + 1;
        Ok(self.entries.next()?.map(|entry| Feature {
            row,
            values: entry.values.into_iter().map(|v| v.map_or(Scalar::Null, Scalar::Text)).collect(),
            geometry: Some(entry.geometry),
        }))
    }
}

impl Iterator for Extract {
    type Item = Result<Feature>;

    fn next(&mut self) -> Option<Self::Item> {
        self.feature().transpose()
    }
}

impl crate::Reader for Extract {
    fn format(&self) -> Format {
        Format::OsmPbf
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
        vec![Layer { name: self.register.clone(), count: Some(self.entries.count) }]
    }

    fn estimate(&self) -> Option<u64> {
        Some(self.entries.count)
    }

    fn rewind(&mut self) -> Result<()> {
        self.entries.rewind()
    }
}
