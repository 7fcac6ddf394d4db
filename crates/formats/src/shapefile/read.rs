//! The Shapefile reader: geometry and table in step.

use super::{archive, dbf, shp};
use crate::{Crs, Error, Format, Layer, Options, Result, crs};
use meydan_geo::feature::{Column, Feature};
use std::path::Path;

/// Reads one layer of a zipped Shapefile.
pub struct Reader {
    layers: Vec<Layer>,
    shapes: shp::Shapes,
    table: Option<dbf::Table>,
    crs: Crs,
    row: u64,
    ended: bool,
}

impl Reader {
    /// Unpacks a layer into temporary files and reads its heads.
    ///
    /// # Errors
    /// `bad-zip`, `zip-bomb`, `zip-unsafe-path`, `zip-too-many-entries`, `no-layer`, `choose-layer`, `no-such-layer`,
    /// `bad-shp`, `bad-dbf`, `unsupported-code-page`; `Io`.
    pub fn open(path: &Path, options: &Options) -> Result<Self> {
        let parts = archive::open(path, options)?;
        let table = parts.dbf.map(|f| dbf::Table::open(f, parts.cpg.as_deref())).transpose()?;
        let mut layers = parts.layers;
        if let Some(layer) = layers.iter_mut().find(|l| l.name == parts.layer) {
            layer.count = table.as_ref().map(|t| t.records);
        }
        Ok(Self {
            layers,
            shapes: shp::Shapes::open(parts.shp)?,
            table,
            crs: parts.prj.map_or(Crs::Unknown, |p| crs::from_wkt(&p)),
            row: 0,
            ended: false,
        })
    }

    fn read_next(&mut self) -> Result<Option<Feature>> {
        loop {
            if !self.shapes.advance(self.row)? {
                return match &self.table {
                    Some(table) if self.row < table.records => Err(Error::truncated(self.row)),
                    _ => Ok(None),
                };
            }
            let mut values = Vec::new();
            let mut alive = true;
            if let Some(table) = &mut self.table {
                alive = table.advance()?.ok_or_else(|| Error::truncated(self.row))?;
            }
            self.row += 1;
            if !alive {
                continue;
            }
            if let Some(table) = &self.table {
                values = table.values(self.row)?;
            }
            let geometry = self.shapes.geometry(self.row)?;
            return Ok(Some(Feature { row: self.row, values, geometry }));
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
        Format::Shapefile
    }

    fn columns(&self) -> &[Column] {
        self.table.as_ref().map_or(&[], |t| &t.columns)
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
        self.table.as_ref().map(|t| t.records)
    }

    fn rewind(&mut self) -> Result<()> {
        self.shapes.rewind()?;
        if let Some(table) = &mut self.table {
            table.rewind()?;
        }
        self.row = 0;
        self.ended = false;
        Ok(())
    }
}
