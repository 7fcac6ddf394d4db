//! The parts beside the sheets: their names, the shared texts, which formats are dates.

use super::serial;
use crate::{
    Error, Layer, Result,
    archive::Archive,
    xml::{Step, Xml},
};
use std::{collections::HashMap, fs::File, path::Path};

/// Limit: bytes of all shared texts.
const MAX_SHARED_BYTES: usize = 1 << 30;

/// A workbook, ready to read one sheet.
pub(super) struct Workbook {
    archive: Archive,
    /// Names of the sheets and their relations.
    sheets: Vec<(String, String)>,
    targets: HashMap<String, String>,
    pub from_1904: bool,
    /// Shared texts.
    pub texts: Vec<String>,
    /// By style: is it a date's?
    pub dates: Vec<bool>,
}

impl Workbook {
    /// Opens a workbook.
    ///
    /// # Errors
    /// `not-xlsx`; those of zip and XML.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let archive = Archive::open(File::open(path)?)?;
        let mut book = Self {
            archive,
            sheets: Vec::new(),
            targets: HashMap::new(),
            from_1904: false,
            texts: Vec::new(),
            dates: Vec::new(),
        };
        let mut main = book.part("xl/workbook.xml")?.ok_or_else(not_xlsx)?;
        while let Some(step) = main.next()? {
            let Step::Open(element) = step else { continue };
            match element.name.as_str() {
                "sheet" => {
                    let attribute = |name| element.attribute(name).unwrap_or_default().to_owned();
                    book.sheets.push((attribute("name"), attribute("id")));
                }
                "workbookPr" => book.from_1904 = matches!(element.attribute("date1904"), Some("1" | "true")),
                _ => {}
            }
        }
        if let Some(mut relations) = book.part("xl/_rels/workbook.xml.rels")? {
            while let Some(step) = relations.next()? {
                if let Step::Open(element) = step
                    && let (Some(id), Some(target)) = (element.attribute("Id"), element.attribute("Target"))
                {
                    let target = target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), str::to_owned);
                    book.targets.insert(id.to_owned(), target);
                }
            }
        }
        Ok(book)
    }

    /// The sheets.
    pub(super) fn layers(&self) -> Vec<Layer> {
        self.sheets.iter().map(|(name, _)| Layer { name: name.clone(), count: None }).collect()
    }

    /// A sheet as a file, and what its cells refer to.
    ///
    /// # Errors
    /// `no-such-layer`; those of zip and XML.
    pub(super) fn sheet(&mut self, name: &str) -> Result<File> {
        self.read_texts()?;
        self.read_styles()?;
        let target = self.sheets.iter().find(|(n, _)| n == name).and_then(|(_, id)| self.targets.get(id));
        let at = target.and_then(|t| self.archive.find(t)).ok_or_else(not_xlsx)?;
        self.archive.unpack(at)
    }

    fn part(&mut self, name: &str) -> Result<Option<Xml>> {
        let Some(at) = self.archive.find(name) else { return Ok(None) };
        Xml::new(self.archive.unpack(at)?).map(Some)
    }

    fn read_texts(&mut self) -> Result<()> {
        let Some(mut xml) = self.part("xl/sharedStrings.xml")? else { return Ok(()) };
        let mut bytes = 0;
        while let Some(step) = xml.next()? {
            let Step::Open(element) = step else { continue };
            if element.name != "si" {
                continue;
            }
            let text = rich_text(&mut xml)?;
            bytes += text.len() + size_of::<String>();
            if bytes > MAX_SHARED_BYTES {
                return Err(Error::file(
                    "text-too-large",
                    "Çalışma kitabının metinleri çok büyük.",
                    "The workbook's texts are too large.",
                ));
            }
            self.texts.push(text);
        }
        Ok(())
    }

    fn read_styles(&mut self) -> Result<()> {
        let Some(mut xml) = self.part("xl/styles.xml")? else { return Ok(()) };
        let mut codes: HashMap<u32, String> = HashMap::new();
        let mut in_cells = false;
        while let Some(step) = xml.next()? {
            let Step::Open(element) = step else { continue };
            let number = |name| element.attribute(name).and_then(|v| v.parse::<u32>().ok());
            match element.name.as_str() {
                "numFmt" => {
                    if let (Some(id), Some(code)) = (number("numFmtId"), element.attribute("formatCode")) {
                        codes.insert(id, code.to_owned());
                    }
                }
                "cellXfs" => in_cells = true,
                "cellStyleXfs" | "cellStyles" | "dxfs" => in_cells = false,
                "xf" if in_cells => {
                    let id = number("numFmtId").unwrap_or(0);
                    self.dates.push(serial::is_date(id, codes.get(&id).map(String::as_str)));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// The text of an `si` or `is`: its runs, without what says how they are spoken.
pub(super) fn rich_text(xml: &mut Xml) -> Result<String> {
    let depth = xml.depth();
    let mut out = String::new();
    while let Some(step) = xml.next()? {
        match step {
            Step::Open(element) if element.name == "t" => out.push_str(&xml.text()?),
            Step::Open(element) if element.name == "rPh" => xml.skip()?,
            Step::Close if xml.depth() < depth => break,
            _ => {}
        }
    }
    Ok(unescaped(&out))
}

/// What Excel writes as `_x000D_`.
fn unescaped(text: &str) -> String {
    if !text.contains("_x") {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        out.push_str(&rest[..at]);
        let code = rest.get(at + 2..at + 6).filter(|_| rest.as_bytes().get(at + 6) == Some(&b'_'));
        match code.and_then(|c| u32::from_str_radix(c, 16).ok()).and_then(char::from_u32) {
            Some(c) => {
                out.push(c);
                rest = &rest[at + 7..];
            }
            None => {
                out.push_str("_x");
                rest = &rest[at + 2..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn not_xlsx() -> Error {
    Error::file("not-xlsx", "Dosya bir Excel çalışma kitabı (.xlsx) değil.", "The file is no Excel workbook (.xlsx).")
}
