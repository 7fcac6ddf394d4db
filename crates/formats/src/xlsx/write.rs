//! The writer of a workbook of one sheet.

use super::{MAX_CELL_CHARS, MAX_ROWS, read::letters, serial};
use crate::{Error, Layout, Result, wkt, xml::escaped};
use meydan_geo::{
    GeometryType,
    feature::{Feature, Scalar},
};
use std::{
    fmt::Write as _,
    fs::File,
    io::{BufWriter, Write as _},
};
use zip::{ZipWriter, write::SimpleFileOptions};

/// Characters of a sheet's name that the format allows.
const MAX_NAME_CHARS: usize = 31;
/// Largest whole number that a cell keeps exactly.
const MAX_EXACT: u64 = 1 << 53;
const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
/// Styles: 0 plain, 1 day, 2 instant, 3 names of columns.
const STYLES: &str = "<fonts count=\"2\"><font><sz val=\"11\"/><name val=\"Calibri\"/></font><font><b/><sz val=\"11\"/><name val=\"Calibri\"/></font></fonts><fills count=\"2\"><fill><patternFill patternType=\"none\"/></fill><fill><patternFill patternType=\"gray125\"/></fill></fills><borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs><cellXfs count=\"4\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/><xf numFmtId=\"164\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/><xf numFmtId=\"165\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/><xf numFmtId=\"0\" fontId=\"1\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyFont=\"1\"/></cellXfs>";

/// Writes a workbook.
pub struct Writer {
    zip: ZipWriter<BufWriter<File>>,
    points: bool,
    geometry: bool,
    row: u64,
    line: String,
}

impl Writer {
    /// Writes the head of the workbook and the names of the columns.
    ///
    /// # Errors
    /// `Io`.
    pub fn new(file: BufWriter<File>, layout: Layout) -> Result<Self> {
        let mut zip = ZipWriter::new(file);
        for (name, text) in parts(&sheet_name(&layout.layer)) {
            zip.start_file(name, SimpleFileOptions::default()).map_err(std::io::Error::from)?;
            zip.write_all(text.as_bytes())?;
        }
        // A sheet may be larger than 4 GB before it is packed.
        let options = SimpleFileOptions::default().large_file(true);
        zip.start_file("xl/worksheets/sheet1.xml", options).map_err(std::io::Error::from)?;
        let pane = "<sheetViews><sheetView workbookViewId=\"0\"><pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/></sheetView></sheetViews>";
        write!(zip, "{HEAD}<worksheet xmlns=\"{MAIN}\">{pane}<sheetData>")?;
        let points = layout.geometry == Some(GeometryType::Point);
        let mut names: Vec<&str> = layout.columns.iter().map(|c| c.name.as_str()).collect();
        match (points, layout.geometry.is_some(), layout.crs.is_lon_lat()) {
            (true, _, true) => names.extend(["lon", "lat"]),
            (true, _, false) => names.extend(["x", "y"]),
            (false, true, _) => names.push("wkt"),
            _ => {}
        }
        let mut writer = Self { zip, points, geometry: layout.geometry.is_some(), row: 0, line: String::new() };
        writer.open_row()?;
        for (at, name) in names.iter().enumerate() {
            writer.text(at, name, 3)?;
        }
        writer.close_row()?;
        Ok(writer)
    }

    fn open_row(&mut self) -> Result<()> {
        self.row += 1;
        if self.row > MAX_ROWS {
            return Err(Error::file(
                "too-many-rows",
                format!("Bir Excel sayfası {MAX_ROWS} satırdan çoğunu tutmaz; CSV ya da GeoPackage seçin."),
                format!("A sheet of Excel holds no more than {MAX_ROWS} rows; choose CSV or GeoPackage."),
            ));
        }
        self.line.clear();
        // Writing to a String can't fail.
        let _ = write!(self.line, "<row r=\"{}\">", self.row);
        Ok(())
    }

    fn close_row(&mut self) -> Result<()> {
        self.line.push_str("</row>");
        self.zip.write_all(self.line.as_bytes())?;
        Ok(())
    }

    fn text(&mut self, at: usize, text: &str, style: u8) -> Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        if text.len() > MAX_CELL_CHARS && text.encode_utf16().count() > MAX_CELL_CHARS {
            return Err(Error::row(
                self.row - 1,
                "cell-too-large",
                format!("Bir Excel hücresi {MAX_CELL_CHARS} karakterden çoğunu tutmaz; GeoPackage ya da CSV seçin."),
                format!("A cell of Excel holds no more than {MAX_CELL_CHARS} characters; choose GeoPackage or CSV."),
            ));
        }
        let place = letters(at);
        let style = if style == 0 { String::new() } else { format!(" s=\"{style}\"") };
        let _ = write!(
            self.line,
            "<c r=\"{place}{}\"{style} t=\"inlineStr\"><is><t xml:space=\"preserve\">{}</t></is></c>",
            self.row,
            escaped_cell(text)
        );
        Ok(())
    }

    fn number(&mut self, at: usize, number: impl std::fmt::Display, style: u8) {
        let style = if style == 0 { String::new() } else { format!(" s=\"{style}\"") };
        let _ = write!(self.line, "<c r=\"{}{}\"{style}><v>{number}</v></c>", letters(at), self.row);
    }

    fn value(&mut self, at: usize, value: &Scalar) -> Result<()> {
        match value {
            Scalar::Null => {}
            Scalar::Bool(b) => {
                let _ = write!(self.line, "<c r=\"{}{}\" t=\"b\"><v>{}</v></c>", letters(at), self.row, u8::from(*b));
            }
            Scalar::Int(i) if i.unsigned_abs() <= MAX_EXACT => self.number(at, i, 0),
            Scalar::Int(i) => return self.text(at, &i.to_string(), 0),
            Scalar::Real(r) if r.is_finite() => self.number(at, format_args!("{r:e}"), 0),
            Scalar::Real(_) => {}
            Scalar::Text(t) => return self.text(at, t, 0),
            Scalar::Date(d) => match serial::of_day(*d) {
                Some(day) => self.number(at, day, 1),
                None => return self.text(at, &d.to_string(), 0),
            },
            Scalar::Timestamp(t) => match serial::of_instant(*t) {
                Some(instant) => self.number(at, instant, 2),
                None => return self.text(at, &t.to_string(), 0),
            },
        }
        Ok(())
    }
}

impl crate::Writer for Writer {
    fn write(&mut self, feature: &Feature) -> Result<()> {
        self.open_row()?;
        for (at, value) in feature.values.iter().enumerate() {
            self.value(at, value)?;
        }
        let after = feature.values.len();
        if let Some(geometry) = feature.geometry.as_ref().filter(|_| self.geometry) {
            if self.points {
                let mut position = None;
                geometry.each_coord(|x, y| position = Some((x, y)));
                if let Some((x, y)) = position {
                    self.value(after, &Scalar::Real(x))?;
                    self.value(after + 1, &Scalar::Real(y))?;
                }
            } else {
                let text = wkt::write(geometry);
                // A border of a province fits into no cell. Left empty it does no harm: an import keeps the shape that is there.
                if text.len() <= MAX_CELL_CHARS {
                    self.text(after, &text, 0)?;
                }
            }
        }
        self.close_row()
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        self.zip.write_all(b"</sheetData></worksheet>")?;
        self.zip.finish().map_err(std::io::Error::from)?.flush()?;
        Ok(())
    }
}

/// What XML can't hold as Excel spells it, and what looks like that spelling.
fn escaped_cell(text: &str) -> String {
    let spelled = |c: char| (c as u32) < 0x20 && !matches!(c, '\t' | '\n') || matches!(c, '\u{fffe}' | '\u{ffff}');
    if !text.contains("_x") && !text.contains(spelled) {
        return escaped(text);
    }
    let mut out = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if rest.starts_with("_x") {
            out.push_str("_x005F_");
        } else if spelled(c) {
            let _ = write!(out, "_x{:04X}_", c as u32);
        } else {
            out.push(c);
        }
        rest = &rest[c.len_utf8()..];
    }
    escaped(&out)
}

fn sheet_name(layer: &str) -> String {
    let name: String = layer.chars().map(|c| if "[]:*?/\\'".contains(c) { '_' } else { c }).take(MAX_NAME_CHARS).collect();
    if name.trim().is_empty() { "Sheet1".to_owned() } else { name }
}

/// All parts but the sheet.
fn parts(sheet: &str) -> [(&'static str, String); 5] {
    let package = "http://schemas.openxmlformats.org/package/2006";
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml";
    let relation = |id: &str, what: &str, target: &str| {
        format!("<Relationship Id=\"{id}\" Type=\"{RELATIONS}/{what}\" Target=\"{target}\"/>")
    };
    [
        (
            "[Content_Types].xml",
            format!(
                "{HEAD}<Types xmlns=\"{package}/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/><Override PartName=\"/xl/workbook.xml\" ContentType=\"{kind}.sheet.main+xml\"/><Override PartName=\"/xl/worksheets/sheet1.xml\" ContentType=\"{kind}.worksheet+xml\"/><Override PartName=\"/xl/styles.xml\" ContentType=\"{kind}.styles+xml\"/></Types>"
            ),
        ),
        (
            "_rels/.rels",
            format!(
                "{HEAD}<Relationships xmlns=\"{package}/relationships\">{}</Relationships>",
                relation("rId1", "officeDocument", "xl/workbook.xml")
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                "{HEAD}<workbook xmlns=\"{MAIN}\" xmlns:r=\"{RELATIONS}\"><sheets><sheet name=\"{}\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>",
                escaped(sheet)
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "{HEAD}<Relationships xmlns=\"{package}/relationships\">{}{}</Relationships>",
                relation("rId1", "worksheet", "worksheets/sheet1.xml"),
                relation("rId2", "styles", "styles.xml")
            ),
        ),
        (
            "xl/styles.xml",
            format!(
                "{HEAD}<styleSheet xmlns=\"{MAIN}\"><numFmts count=\"2\"><numFmt numFmtId=\"164\" formatCode=\"dd\\.mm\\.yyyy\"/><numFmt numFmtId=\"165\" formatCode=\"dd\\.mm\\.yyyy\\ hh:mm:ss\"/></numFmts>{STYLES}</styleSheet>"
            ),
        ),
    ]
}
