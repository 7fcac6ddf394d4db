//! Rows put aside: a file of the same columns with `_row` and `_reason`, to be corrected and imported again.

use meydan_formats::{Format, Kind, Layout, OutColumn, Reader, Result, Writer, create};
use meydan_geo::{
    GeometryType,
    feature::{Feature, Scalar},
};
use meydan_kernel::{Lang, exchange::RowFault};
use std::path::{Path, PathBuf};

/// The file, made with the first row.
pub struct Rejects {
    path: Option<PathBuf>,
    layout: Layout,
    format: Format,
    writer: Option<Box<dyn Writer>>,
}

impl Rejects {
    /// For a source file. A dry run writes only to a file that was named.
    ///
    /// # Errors
    /// None yet; the file is made with the first row.
    pub fn new(source: &Path, named: Option<PathBuf>, dry_run: bool, reader: &dyn Reader) -> anyhow::Result<Self> {
        let by_name = named.as_deref().and_then(Format::from_name);
        let format = by_name.unwrap_or(if reader.has_geometry() { Format::GeoJson } else { Format::Csv });
        let stem = source.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let stem = stem.split('.').next().unwrap_or_default().to_owned();
        let path = named.or_else(|| (!dry_run).then(|| free(&stem, format.word())));
        let text = |name: &str| OutColumn { name: name.to_owned(), kind: Kind::Text };
        let columns = reader.columns().iter().map(|c| text(&c.name)).chain([text("_row"), text("_reason")]).collect();
        let geometry = reader.has_geometry().then_some(GeometryType::GeometryCollection);
        let layout = Layout { layer: stem, columns, geometry, crs: reader.crs().clone() };
        Ok(Self { path, layout, format, writer: None })
    }

    /// Writes one row.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn write(&mut self, feature: Option<&Feature>, faults: &[RowFault], lang: Lang) -> Result<()> {
        let Some(path) = &self.path else { return Ok(()) };
        if self.writer.is_none() {
            self.writer = Some(create(path, self.format, self.layout.clone())?);
        }
        let Some(writer) = &mut self.writer else { return Ok(()) };
        let row = faults.first().map_or(0, |f| f.row);
        let reasons: Vec<String> = faults
            .iter()
            .map(|f| match &f.field {
                Some(field) => format!("{field}: {}", f.message.get(lang)),
                None => f.message.get(lang).to_owned(),
            })
            .collect();
        let width = self.layout.columns.len().saturating_sub(2);
        let mut values = feature.map(|f| f.values.clone()).unwrap_or_default();
        values.resize(width, Scalar::Null);
        values.push(Scalar::Int(i64::try_from(row).unwrap_or(i64::MAX)));
        values.push(Scalar::Text(reasons.join("; ")));
        writer.write(&Feature { row, values, geometry: feature.and_then(|f| f.geometry.clone()) })
    }

    /// Ends the file; its path, if there is one.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn finish(self) -> Result<Option<PathBuf>> {
        match self.writer {
            Some(writer) => writer.finish().map(|()| self.path),
            None => Ok(None),
        }
    }
}

/// A name that is not taken.
fn free(stem: &str, ending: &str) -> PathBuf {
    let first = PathBuf::from(format!("{stem}.rejected.{ending}"));
    if !first.exists() {
        return first;
    }
    (2..).map(|n| PathBuf::from(format!("{stem}.rejected-{n}.{ending}"))).find(|p| !p.exists()).unwrap_or(first)
}
