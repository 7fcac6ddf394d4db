//! The reader of a sheet.

use super::{
    serial,
    workbook::{Workbook, rich_text},
};
use crate::{
    Crs, Error, Format, Layer, Options, Result,
    csv::columns::{self, CrsGuess, Place},
    reader::{MAX_COLUMNS, choose_layer},
    wkt,
    xml::{Element, Step, Xml},
};
use meydan_geo::{
    Wkb,
    feature::{Column, Feature, Scalar},
};
use std::{fs::File, path::Path};

/// The filled cells of a row by column, or the one that can't be read.
type ReadRow = Result<Vec<(usize, Scalar)>, BadCell>;

/// Reads one sheet of a workbook.
pub struct Reader {
    layers: Vec<Layer>,
    file: File,
    xml: Xml,
    texts: Vec<String>,
    dates: Vec<bool>,
    from_1904: bool,
    columns: Vec<Column>,
    /// The sheet's column of each of ours.
    at: Vec<usize>,
    place: Place,
    crs: Crs,
    row: u64,
    header_row: u64,
    rows: Option<u64>,
    ended: bool,
}

/// A cell that is none: its column and what Excel says of it.
struct BadCell(usize, String);

impl Reader {
    /// Opens a workbook and a sheet of it; its first row that is not empty holds the names.
    ///
    /// # Errors
    /// `not-xlsx`, `no-layer`, `choose-layer`, `no-such-layer`, `empty-file`, `no-such-column`, `too-many-columns`; those of zip and XML.
    pub fn open(path: &Path, options: &Options) -> Result<Self> {
        let mut book = Workbook::open(path)?;
        let layers = book.layers();
        let name = choose_layer(&layers, options.layer.as_deref())?.name.clone();
        let file = book.sheet(&name)?;
        let xml = Xml::new(file.try_clone()?)?;
        let mut reader = Self {
            layers,
            file,
            xml,
            texts: std::mem::take(&mut book.texts),
            dates: std::mem::take(&mut book.dates),
            from_1904: book.from_1904,
            columns: Vec::new(),
            at: Vec::new(),
            place: Place::None,
            crs: Crs::Unknown,
            row: 0,
            header_row: 0,
            rows: None,
            ended: false,
        };
        reader.read_header(options)?;
        Ok(reader)
    }

    fn read_header(&mut self, options: &Options) -> Result<()> {
        let header = loop {
            let Some(cells) = self.next_row()? else {
                return Err(Error::file("empty-file", "Sayfa boş.", "The sheet is empty."));
            };
            let cells = cells.map_err(|bad| self.cell_error(&bad))?;
            if !cells.is_empty() {
                break cells;
            }
        };
        self.header_row = self.row;
        for (at, value) in header {
            let name = text_of(&value);
            if name.trim().is_empty() {
                continue;
            }
            self.at.push(at);
            self.columns.push(Column { name: name.trim().to_owned() });
        }
        if self.columns.len() > MAX_COLUMNS {
            return Err(Error::file(
                "too-many-columns",
                format!("Sayfada {MAX_COLUMNS} sütundan çok sütun var."),
                format!("The sheet has more than {MAX_COLUMNS} columns."),
            ));
        }
        let names = crate::names::unique(self.columns.iter().map(|c| c.name.clone()), &[], usize::MAX);
        self.columns = names.into_iter().map(|name| Column { name }).collect();
        (self.place, self.crs) = columns::find(&self.columns, &options.csv)?;
        if self.place != Place::None && self.crs == Crs::Unknown {
            let mut guess = CrsGuess::default();
            for _ in 0..columns::SAMPLE_ROWS {
                let Some(next) = Iterator::next(self) else { break };
                guess.add(next.ok().and_then(|f| f.geometry).as_ref());
            }
            (self.place, self.crs) = guess.of(self.place);
            crate::Reader::rewind(self)?;
        }
        Ok(())
    }

    /// The filled cells of the next row by column.
    fn next_row(&mut self) -> Result<Option<ReadRow>> {
        loop {
            let Some(step) = self.xml.next()? else { return Ok(None) };
            let Step::Open(element) = step else { continue };
            match element.name.as_str() {
                "dimension" => {
                    let last = element.attribute("ref").and_then(|r| r.rsplit(':').next());
                    let digits = last.map(|l| l.trim_start_matches(|c: char| !c.is_ascii_digit()));
                    self.rows = digits.and_then(|d| d.parse().ok());
                }
                "row" => {
                    self.row = element.attribute("r").and_then(|r| r.parse().ok()).unwrap_or(self.row + 1);
                    return self.cells().map(Some);
                }
                _ => {}
            }
        }
    }

    fn cells(&mut self) -> Result<Result<Vec<(usize, Scalar)>, BadCell>> {
        let depth = self.xml.depth();
        let mut cells = Vec::new();
        let mut bad = None;
        let mut next = 0;
        while let Some(step) = self.xml.next()? {
            match step {
                Step::Open(element) if element.name == "c" => {
                    let at = element.attribute("r").and_then(column).unwrap_or(next);
                    next = at.saturating_add(1);
                    match self.cell(&element)? {
                        Ok(Scalar::Null) => {}
                        Ok(value) => cells.push((at, value)),
                        Err(said) => bad = bad.or(Some(BadCell(at, said))),
                    }
                }
                Step::Close if self.xml.depth() < depth => break,
                _ => {}
            }
        }
        Ok(bad.map_or(Ok(cells), Err))
    }

    fn cell(&mut self, cell: &Element) -> Result<Result<Scalar, String>> {
        let depth = self.xml.depth();
        let (mut value, mut inline) = (None, None);
        while let Some(step) = self.xml.next()? {
            match step {
                Step::Open(element) if element.name == "v" => value = Some(self.xml.text()?),
                Step::Open(element) if element.name == "is" => inline = Some(rich_text(&mut self.xml)?),
                Step::Open(_) => self.xml.skip()?,
                Step::Close if self.xml.depth() < depth => break,
                _ => {}
            }
        }
        let text = |t: &str| if t.is_empty() { Scalar::Null } else { Scalar::Text(t.to_owned()) };
        let is_date =
            cell.attribute("s").and_then(|s| s.parse::<usize>().ok()).and_then(|s| self.dates.get(s).copied()).unwrap_or(false);
        let Some(value) = value else { return Ok(Ok(inline.as_deref().map_or(Scalar::Null, text))) };
        Ok(match cell.attribute("t").unwrap_or("n") {
            "s" => match value.trim().parse::<usize>().ok().and_then(|at| self.texts.get(at)) {
                Some(shared) => Ok(text(shared)),
                None => Err(value),
            },
            "b" => Ok(Scalar::Bool(value.trim() == "1")),
            "e" => Err(value),
            "n" => match value.trim().parse::<f64>() {
                Ok(number) if is_date => serial::read(number, self.from_1904).ok_or(value),
                Ok(number) if number.fract() == 0.0 && number.abs() < 9e15 => Ok(Scalar::Int(number as i64)),
                Ok(number) if number.is_finite() => Ok(Scalar::Real(number)),
                _ => Err(value),
            },
            _ => Ok(text(&value)),
        })
    }

    fn cell_error(&self, bad: &BadCell) -> Error {
        let place = format!("{}{}", letters(bad.0), self.row);
        let said: String = bad.1.chars().take(40).collect();
        Error::row(
            self.row,
            "bad-cell",
            format!("{place} hücresinde değer yok: “{said}”"),
            format!("the cell {place} has no value: “{said}”"),
        )
    }

    fn read_next(&mut self) -> Result<Option<Feature>> {
        loop {
            let Some(cells) = self.next_row()? else { return Ok(None) };
            let cells = cells.map_err(|bad| self.cell_error(&bad))?;
            // Rows that are only formatted.
            if cells.is_empty() {
                continue;
            }
            let mut values = vec![Scalar::Null; self.columns.len()];
            for (at, value) in cells {
                match self.at.iter().position(|own| *own == at) {
                    Some(own) => values[own] = value,
                    None => {
                        let place = letters(at);
                        return Err(Error::row(
                            self.row,
                            "ragged-row",
                            format!("{place} sütununun başlığı yok, ama hücresi dolu"),
                            format!("the column {place} has no name, but its cell is filled"),
                        ));
                    }
                }
            }
            let geometry = self.geometry(&values)?;
            return Ok(Some(Feature { row: self.row, values, geometry }));
        }
    }

    fn geometry(&self, values: &[Scalar]) -> Result<Option<Wkb>> {
        let cell = |at: usize| values.get(at).unwrap_or(&Scalar::Null);
        match self.place {
            Place::None => Ok(None),
            Place::Wkt(at) => match cell(at) {
                Scalar::Null => Ok(None),
                other => wkt::read(&text_of(other)).map_err(|e| Error::geometry(self.row, e)),
            },
            Place::Xy(x, y) => match (cell(x), cell(y)) {
                (Scalar::Null, Scalar::Null) => Ok(None),
                (x, y) => match (columns::coordinate(&text_of(x)), columns::coordinate(&text_of(y))) {
                    (Some(x), Some(y)) => Ok(Wkb::point(x, y)),
                    _ => Err(columns::no_coordinates(self.row, &text_of(x), &text_of(y))),
                },
            },
        }
    }
}

fn text_of(value: &Scalar) -> String {
    match value {
        Scalar::Null => String::new(),
        Scalar::Bool(b) => b.to_string(),
        Scalar::Int(i) => i.to_string(),
        Scalar::Real(r) => r.to_string(),
        Scalar::Text(t) => t.clone(),
        Scalar::Date(d) => d.to_string(),
        Scalar::Timestamp(t) => t.to_string(),
    }
}

/// The column of a cell's name: `B3` is 1.
fn column(name: &str) -> Option<usize> {
    let letters = name.bytes().take_while(u8::is_ascii_uppercase);
    let number = letters.take(4).fold(0usize, |n, b| n * 26 + usize::from(b - b'A') + 1);
    number.checked_sub(1)
}

/// The name of a column: 1 is `B`.
pub(super) fn letters(mut at: usize) -> String {
    let mut out = Vec::new();
    loop {
        out.push(b'A' + (at % 26) as u8);
        match (at / 26).checked_sub(1) {
            Some(rest) => at = rest,
            None => break,
        }
    }
    out.iter().rev().map(|b| char::from(*b)).collect()
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
        Format::Xlsx
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
        self.layers.clone()
    }

    fn estimate(&self) -> Option<u64> {
        self.rows.map(|last| last.saturating_sub(self.header_row))
    }

    fn rewind(&mut self) -> Result<()> {
        self.xml = Xml::new(self.file.try_clone()?)?;
        self.row = 0;
        self.ended = false;
        while self.row < self.header_row {
            if self.next_row()?.is_none() {
                break;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_columns() {
        for (at, name) in [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")] {
            assert_eq!((letters(at).as_str(), column(&format!("{name}7"))), (name, Some(at)));
        }
    }
}
