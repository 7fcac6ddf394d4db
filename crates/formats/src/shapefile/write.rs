//! The Shapefile writer: shapes and values go to temporary files as they come (a dBASE table must know its widths first),
//! `finish` makes the zip.

use super::rings;
use crate::{Error, Layout, Result, crs, names, shape::Shape, writer::Kind};
use meydan_geo::{
    Bbox, GeometryType, Wkb,
    feature::{Feature, Scalar},
    parts::Coords,
};
use std::{
    fs::File,
    io::{BufReader, BufWriter, Read, Seek, SeekFrom, Write},
};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

/// Limit of the format: bytes of a text.
const MAX_TEXT_BYTES: usize = 254;
/// Limit of the format: bytes of a column's name.
const MAX_NAME_BYTES: usize = 10;
/// Limit of the format: bytes of a file.
const MAX_FILE_BYTES: u64 = (1 << 31) - 1;
/// Limit of the format: columns.
const MAX_COLUMNS: usize = 255;

/// Writes a zipped Shapefile to any output that can seek, at `finish`.
pub struct Writer<W: Write + Seek> {
    output: W,
    layout: Layout,
    shape_type: u32,
    shapes: BufWriter<File>,
    index: BufWriter<File>,
    values: BufWriter<File>,
    widths: Vec<usize>,
    position: u64,
    rows: u32,
    extent: Bbox,
    cut_texts: u64,
}

impl<W: Write + Seek> Writer<W> {
    /// Prepares the temporary files.
    ///
    /// # Errors
    /// `no-geometry`, `mixed-geometry`, `too-many-columns`: what a Shapefile can't hold.
    pub fn new(output: W, layout: Layout) -> Result<Self> {
        let shape_type = match layout.geometry {
            Some(GeometryType::Point) => 1,
            Some(GeometryType::MultiPoint) => 8,
            Some(GeometryType::LineString | GeometryType::MultiLineString) => 3,
            Some(GeometryType::Polygon | GeometryType::MultiPolygon) => 5,
            Some(GeometryType::GeometryCollection) => {
                return Err(Error::file(
                    "mixed-geometry",
                    "Shapefile farklı geometri türlerini bir arada tutamaz; GeoPackage seçin.",
                    "A Shapefile can't hold geometries of different types; choose GeoPackage.",
                ));
            }
            None => {
                return Err(Error::file(
                    "no-geometry",
                    "Geometrisi olmayan veri Shapefile olarak yazılmaz; CSV ya da GeoPackage seçin.",
                    "Data without geometry is not written as a Shapefile; choose CSV or GeoPackage.",
                ));
            }
        };
        if layout.columns.len() > MAX_COLUMNS {
            return Err(Error::file(
                "too-many-columns",
                format!("Shapefile en çok {MAX_COLUMNS} sütun tutar."),
                format!("A Shapefile holds {MAX_COLUMNS} columns at most."),
            ));
        }
        let temporary = || -> Result<_> { Ok(BufWriter::with_capacity(256 << 10, tempfile::tempfile()?)) };
        Ok(Self {
            output,
            shape_type,
            shapes: temporary()?,
            index: temporary()?,
            values: temporary()?,
            widths: layout.columns.iter().map(|c| if c.kind == Kind::Date { 8 } else { 1 }).collect(),
            layout,
            position: 100,
            rows: 0,
            extent: Bbox::EMPTY,
            cut_texts: 0,
        })
    }

    fn write_shape(&mut self, geometry: Option<&Wkb>) -> Result<()> {
        let mut content = Vec::new();
        match geometry {
            None => content.extend_from_slice(&0u32.to_le_bytes()),
            Some(wkb) => {
                self.extent = wkb.bbox().map_or(self.extent, |b| self.extent.union(&b));
                shape(&mut content, self.shape_type, wkb);
            }
        }
        let words = (content.len() / 2) as u32;
        self.index.write_all(&((self.position / 2) as u32).to_be_bytes())?;
        self.index.write_all(&words.to_be_bytes())?;
        self.shapes.write_all(&self.rows.to_be_bytes())?;
        self.shapes.write_all(&words.to_be_bytes())?;
        self.shapes.write_all(&content)?;
        self.position += 8 + content.len() as u64;
        if self.position > MAX_FILE_BYTES { Err(too_large()) } else { Ok(()) }
    }

    /// Writes the zip and gives the output back.
    ///
    /// # Errors
    /// `too-large` beyond 2 GB; `Io`.
    pub fn end(self) -> Result<W> {
        let record_bytes = 1 + self.widths.iter().sum::<usize>();
        let head_bytes = 33 + 32 * self.widths.len();
        if record_bytes as u64 * u64::from(self.rows) + head_bytes as u64 > MAX_FILE_BYTES || record_bytes > 65_535 {
            return Err(too_large());
        }
        let name = names::ascii(&self.layout.layer);
        let names = names::unique(self.layout.columns.iter().map(|c| names::ascii(&c.name)), &[], MAX_NAME_BYTES);
        let mut zip = ZipWriter::new(self.output);
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        let begin =
            |zip: &mut ZipWriter<W>, ending: &str| zip.start_file(format!("{name}.{ending}"), options).map_err(zip_failed);
        begin(&mut zip, "shp")?;
        zip.write_all(&head(self.shape_type, self.position, self.extent))?;
        std::io::copy(&mut reopened(self.shapes)?, &mut zip)?;
        begin(&mut zip, "shx")?;
        zip.write_all(&head(self.shape_type, 100 + 8 * u64::from(self.rows), self.extent))?;
        std::io::copy(&mut reopened(self.index)?, &mut zip)?;
        begin(&mut zip, "dbf")?;
        let kinds: Vec<Kind> = self.layout.columns.iter().map(|c| c.kind).collect();
        zip.write_all(&table_head(&names, &kinds, &self.widths, self.rows, head_bytes, record_bytes))?;
        table(&mut reopened(self.values)?, &mut zip, &kinds, &self.widths, self.rows)?;
        begin(&mut zip, "cpg")?;
        zip.write_all(b"UTF-8")?;
        if let Some(wkt) = self.layout.crs.epsg().and_then(crs::to_wkt) {
            begin(&mut zip, "prj")?;
            zip.write_all(wkt.as_bytes())?;
        }
        begin(&mut zip, "fields.txt")?;
        for (short, column) in names.iter().zip(&self.layout.columns) {
            writeln!(zip, "{short}\t{}", column.name)?;
        }
        if self.cut_texts > 0 {
            writeln!(
                zip,
                "\n{} metin {MAX_TEXT_BYTES} bayta kısaltıldı / texts were cut to {MAX_TEXT_BYTES} bytes",
                self.cut_texts
            )?;
        }
        let mut output = zip.finish().map_err(zip_failed)?;
        output.flush()?;
        Ok(output)
    }
}

impl<W: Write + Seek + Send> crate::Writer for Writer<W> {
    fn write(&mut self, feature: &Feature) -> Result<()> {
        self.rows = self.rows.checked_add(1).ok_or_else(too_large)?;
        self.write_shape(feature.geometry.as_ref())?;
        for ((scalar, column), width) in feature.values.iter().zip(&self.layout.columns).zip(&mut self.widths) {
            let mut text = cell(scalar, column.kind);
            if text.len() > MAX_TEXT_BYTES {
                self.cut_texts += 1;
                text.truncate(names::cut(&text, MAX_TEXT_BYTES).len());
            }
            *width = (*width).max(text.len());
            self.values.write_all(&[text.len() as u8])?;
            self.values.write_all(text.as_bytes())?;
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<()> {
        self.end().map(|_| ())
    }
}

fn too_large() -> Error {
    Error::file(
        "too-large",
        "Veri Shapefile'ın 2 GB sınırını aşıyor; GeoPackage ya da FlatGeobuf seçin.",
        "The data is over the Shapefile's limit of 2 GB; choose GeoPackage or FlatGeobuf.",
    )
}

fn zip_failed(error: zip::result::ZipError) -> Error {
    Error::file("write-failed", format!("Zip yazılamadı: {error}"), format!("The zip can't be written: {error}"))
}

fn reopened(file: BufWriter<File>) -> Result<BufReader<File>> {
    let mut file = file.into_inner().map_err(std::io::IntoInnerError::into_error)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(BufReader::with_capacity(256 << 10, file))
}

fn head(shape_type: u32, bytes: u64, extent: Bbox) -> Vec<u8> {
    let mut out = vec![0; 100];
    out[..4].copy_from_slice(&9994u32.to_be_bytes());
    out[24..28].copy_from_slice(&((bytes / 2) as u32).to_be_bytes());
    out[28..32].copy_from_slice(&1000u32.to_le_bytes());
    out[32..36].copy_from_slice(&shape_type.to_le_bytes());
    if !extent.is_empty() {
        for (at, v) in [extent.min_x, extent.min_y, extent.max_x, extent.max_y].into_iter().enumerate() {
            out[36 + at * 8..44 + at * 8].copy_from_slice(&v.to_le_bytes());
        }
    }
    out
}

fn cell(scalar: &Scalar, kind: Kind) -> String {
    match (scalar, kind) {
        (Scalar::Null, _) => String::new(),
        (Scalar::Bool(b), _) => if *b { "T" } else { "F" }.to_owned(),
        (Scalar::Int(i), _) => i.to_string(),
        (Scalar::Real(r), _) => r.to_string(),
        (Scalar::Text(t), _) => t.clone(),
        (Scalar::Date(d), _) => d.strftime("%Y%m%d").to_string(),
        (Scalar::Timestamp(t), _) => t.to_string(),
    }
}

fn table_head(
    names: &[String],
    kinds: &[Kind],
    widths: &[usize],
    rows: u32,
    head_bytes: usize,
    record_bytes: usize,
) -> Vec<u8> {
    let mut out = vec![0; 32];
    out[0] = 3;
    out[1..4].copy_from_slice(&[126, 1, 1]);
    out[4..8].copy_from_slice(&rows.to_le_bytes());
    out[8..10].copy_from_slice(&(head_bytes as u16).to_le_bytes());
    out[10..12].copy_from_slice(&(record_bytes as u16).to_le_bytes());
    for ((name, kind), width) in names.iter().zip(kinds).zip(widths) {
        let mut field = [0; 32];
        field[..name.len()].copy_from_slice(name.as_bytes());
        field[11] = match kind {
            Kind::Bool => b'L',
            Kind::Int | Kind::Real => b'N',
            Kind::Text | Kind::Timestamp => b'C',
            Kind::Date => b'D',
        };
        field[16] = *width as u8;
        // The decimals are only a hint: each value has its own. But none would make readers take the column for integers.
        field[17] = if *kind == Kind::Real { width.saturating_sub(2).min(15) as u8 } else { 0 };
        out.extend_from_slice(&field);
    }
    out.push(0x0d);
    out
}

fn table(values: &mut impl Read, out: &mut impl Write, kinds: &[Kind], widths: &[usize], rows: u32) -> Result<()> {
    let mut record = Vec::new();
    let mut text = Vec::new();
    for _ in 0..rows {
        record.clear();
        record.push(b' ');
        for (kind, width) in kinds.iter().zip(widths) {
            let mut length = [0];
            values.read_exact(&mut length)?;
            text.resize(length[0].into(), 0);
            values.read_exact(&mut text)?;
            let blanks = std::iter::repeat_n(b' ', width.saturating_sub(text.len()));
            if matches!(kind, Kind::Int | Kind::Real) {
                record.extend(blanks);
                record.extend_from_slice(&text);
            } else {
                record.extend_from_slice(&text);
                record.extend(blanks);
            }
        }
        out.write_all(&record)?;
    }
    out.write_all(&[0x1a])?;
    Ok(())
}

fn shape(out: &mut Vec<u8>, shape_type: u32, wkb: &Wkb) {
    let mut parts: Vec<Vec<(f64, f64)>> = Vec::new();
    collect(&Shape::of(wkb), &mut parts);
    let points: usize = parts.iter().map(Vec::len).sum();
    if points == 0 {
        out.extend_from_slice(&0u32.to_le_bytes());
        return;
    }
    out.extend_from_slice(&shape_type.to_le_bytes());
    let bbox = wkb.bbox().unwrap_or(Bbox::EMPTY);
    if shape_type != 1 {
        for v in [bbox.min_x, bbox.min_y, bbox.max_x, bbox.max_y] {
            out.extend_from_slice(&v.to_le_bytes());
        }
    }
    if shape_type == 3 || shape_type == 5 {
        out.extend_from_slice(&(parts.len() as u32).to_le_bytes());
        out.extend_from_slice(&(points as u32).to_le_bytes());
        let mut start = 0u32;
        for part in &parts {
            out.extend_from_slice(&start.to_le_bytes());
            start += part.len() as u32;
        }
    } else if shape_type == 8 {
        out.extend_from_slice(&(points as u32).to_le_bytes());
    }
    for (x, y) in parts.iter().flatten() {
        out.extend_from_slice(&x.to_le_bytes());
        out.extend_from_slice(&y.to_le_bytes());
    }
}

/// Flat parts; rings turned as ESRI wants them: outer ones clockwise.
fn collect(shape: &Shape<'_>, parts: &mut Vec<Vec<(f64, f64)>>) {
    let points = |c: &Coords<'_>| c.iter().collect::<Vec<_>>();
    match shape {
        Shape::Point(x, y) => parts.push(vec![(*x, *y)]),
        Shape::Line(line) => parts.push(points(line)),
        Shape::Polygon(polygon) => {
            for (at, ring) in polygon.iter().enumerate() {
                let mut ring = points(ring);
                if (rings::area(&ring) < 0.0) != (at == 0) {
                    ring.reverse();
                }
                parts.push(ring);
            }
        }
        Shape::Many(_, many) => many.iter().for_each(|s| collect(s, parts)),
    }
}
