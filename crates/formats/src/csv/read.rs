//! The reader of delimited text.

use super::{
    Options,
    columns::{self, CrsGuess, Place},
    encoding, sniff,
};
use crate::{Crs, Error, Format, Layer, Result, reader::MAX_COLUMNS, wkt};
use csv::StringRecord;
use encoding_rs::Encoding;
use encoding_rs_io::{DecodeReaderBytes, DecodeReaderBytesBuilder};
use meydan_geo::{
    Wkb,
    feature::{Column, Feature, Scalar},
};
use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

/// Limit: bytes of one row. A quote that is never closed would else swallow the rest of the file.
pub const MAX_ROW_BYTES: usize = 32 << 20;
/// Text looked at for the delimiter.
const SNIFF_BYTES: usize = 64 << 10;

type Rows = csv::Reader<Budget<DecodeReaderBytes<File, Vec<u8>>>>;

/// Reads delimited text with a header row.
pub struct Reader {
    path: PathBuf,
    encoding: &'static Encoding,
    delimiter: u8,
    lines: u64,
    /// Lines end with CR LF: the parser counts a line when it sees the LF, which is when the next row begins.
    crlf: bool,
    columns: Vec<Column>,
    place: Place,
    crs: Crs,
    rows: Rows,
    record: StringRecord,
    ended: bool,
}

impl Reader {
    /// Opens a file; finds encoding, delimiter, columns and where the geometry is.
    ///
    /// # Errors
    /// `binary`, `unknown-encoding`, `no-such-column`, `too-many-columns`, `row-too-large`; `Io`.
    pub fn open(path: &Path, options: &Options) -> Result<Self> {
        let encoding::Found { encoding, lines } = encoding::find(path, options.encoding.as_deref())?;
        let mut text = Vec::new();
        decode(path, encoding)?.take(SNIFF_BYTES as u64).read_to_end(&mut text)?;
        let crlf = text.iter().position(|b| *b == b'\n').is_some_and(|at| at > 0 && text[at - 1] == b'\r');
        let delimiter =
            options.delimiter.unwrap_or_else(|| sniff::delimiter(&String::from_utf8_lossy(&text), text.len() < SNIFF_BYTES));
        let mut rows = rows(path, encoding, delimiter)?;
        let mut record = StringRecord::new();
        if !rows.read_record(&mut record).map_err(|e| fault(e, 0))? {
            return Err(Error::file("empty-file", "Dosya boş.", "The file is empty."));
        }
        let columns = header(&record)?;
        let (place, crs) = columns::find(&columns, options)?;
        let mut reader = Self {
            path: path.to_owned(),
            encoding,
            delimiter,
            lines: lines.saturating_sub(1),
            crlf,
            columns,
            place,
            crs,
            rows,
            record,
            ended: false,
        };
        if place != Place::None && reader.crs == Crs::Unknown {
            reader.guess_crs()?;
        }
        Ok(reader)
    }

    fn guess_crs(&mut self) -> Result<()> {
        let mut guess = CrsGuess::default();
        for _ in 0..columns::SAMPLE_ROWS {
            let Some(next) = self.next() else { break };
            guess.add(next.ok().and_then(|f| f.geometry).as_ref());
        }
        (self.place, self.crs) = guess.of(self.place);
        crate::Reader::rewind(self)
    }

    fn read_next(&mut self) -> Result<Option<Feature>> {
        self.rows.get_mut().left = MAX_ROW_BYTES;
        let row = self.rows.position().line();
        if !self.rows.read_record(&mut self.record).map_err(|e| fault(e, row))? {
            return Ok(None);
        }
        let row = self.record.position().map_or(row, csv::Position::line) + u64::from(self.crlf);
        self.feature(row).map(Some)
    }

    fn feature(&self, row: u64) -> Result<Feature> {
        let (has, wants) = (self.record.len(), self.columns.len());
        // Spreadsheets add empty cells at a row's end: no harm. Anything else is shifted data.
        if has < wants || self.record.iter().skip(wants).any(|c| !c.trim().is_empty()) {
            return Err(Error::row(
                row,
                "ragged-row",
                format!("satırda {has} hücre var, başlıkta {wants} sütun"),
                format!("the row has {has} cells, the header {wants} columns"),
            ));
        }
        let mut values = Vec::with_capacity(wants);
        for cell in self.record.iter().take(wants) {
            if cell.contains('\0') {
                return Err(Error::row(
                    row,
                    "nul-character",
                    "bir hücrede NUL (U+0000) karakteri var",
                    "a cell holds the character NUL (U+0000)",
                ));
            }
            values.push(if cell.is_empty() { Scalar::Null } else { Scalar::Text(cell.to_owned()) });
        }
        let geometry = self.geometry(row)?;
        Ok(Feature { row, values, geometry })
    }

    fn geometry(&self, row: u64) -> Result<Option<Wkb>> {
        let cell = |at: usize| self.record.get(at).map_or("", str::trim);
        match self.place {
            Place::None => Ok(None),
            Place::Wkt(at) if cell(at).is_empty() => Ok(None),
            Place::Wkt(at) => wkt::read(cell(at)).map_err(|e| Error::geometry(row, e)),
            Place::Xy(x, y) => match (cell(x), cell(y)) {
                ("", "") => Ok(None),
                (x, y) => match (columns::coordinate(x), columns::coordinate(y)) {
                    (Some(x), Some(y)) => Ok(Wkb::point(x, y)),
                    _ => Err(columns::no_coordinates(row, x, y)),
                },
            },
        }
    }
}

fn header(record: &StringRecord) -> Result<Vec<Column>> {
    if record.len() > MAX_COLUMNS {
        return Err(Error::file(
            "too-many-columns",
            format!("Dosyada {MAX_COLUMNS} sütundan çok sütun var."),
            format!("The file has more than {MAX_COLUMNS} columns."),
        ));
    }
    let mut columns: Vec<Column> = Vec::with_capacity(record.len());
    for (at, cell) in record.iter().enumerate() {
        let base = match cell.trim().trim_matches('\0') {
            "" => format!("column_{}", at + 1),
            name => name.to_owned(),
        };
        let mut name = base.clone();
        let mut n = 2;
        while columns.iter().any(|c| c.name == name) {
            name = format!("{base}_{n}");
            n += 1;
        }
        columns.push(Column { name });
    }
    Ok(columns)
}

fn decode(path: &Path, encoding: &'static Encoding) -> Result<DecodeReaderBytes<File, Vec<u8>>> {
    let file = File::open(path)?;
    Ok(DecodeReaderBytesBuilder::new().encoding(Some(encoding)).bom_override(true).strip_bom(true).build(file))
}

fn rows(path: &Path, encoding: &'static Encoding, delimiter: u8) -> Result<Rows> {
    let input = Budget { inner: decode(path, encoding)?, left: MAX_ROW_BYTES };
    Ok(csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .buffer_capacity(64 << 10)
        .from_reader(input))
}

fn fault(error: csv::Error, row: u64) -> Error {
    match error.into_kind() {
        csv::ErrorKind::Io(e) if e.kind() == std::io::ErrorKind::FileTooLarge => Error::file(
            "row-too-large",
            format!("{row}. satır {} MB sınırını aşıyor; kapanmamış bir tırnak olabilir.", MAX_ROW_BYTES >> 20),
            format!("Row {row} is larger than the limit of {} MB; a quote may not be closed.", MAX_ROW_BYTES >> 20),
        ),
        csv::ErrorKind::Io(e) => Error::Io(e),
        other => Error::file(
            "bad-csv",
            format!("{row}. satırdan sonra okunamadı: {other:?}"),
            format!("Can't be read after row {row}: {other:?}"),
        ),
    }
}

/// Stops a reader that takes more than one row may have.
struct Budget<R> {
    inner: R,
    left: usize,
}

impl<R: Read> Read for Budget<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let n = self.inner.read(out)?;
        self.left = self.left.checked_sub(n).ok_or(std::io::ErrorKind::FileTooLarge)?;
        Ok(n)
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
        Format::Csv
    }

    fn columns(&self) -> &[Column] {
        &self.columns
    }

    fn crs(&self) -> &Crs {
        &self.crs
    }

    fn has_geometry(&self) -> bool {
        self.place != Place::None
    }

    fn layers(&self) -> Vec<Layer> {
        let name = self.path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        vec![Layer { name, count: None }]
    }

    fn estimate(&self) -> Option<u64> {
        Some(self.lines)
    }

    fn rewind(&mut self) -> Result<()> {
        self.rows = rows(&self.path, self.encoding, self.delimiter)?;
        self.rows.read_record(&mut self.record).map_err(|e| fault(e, 0))?;
        self.ended = false;
        Ok(())
    }
}
