//! The dBASE table beside a Shapefile, record by record.

use crate::{Error, Result, reader::MAX_COLUMNS};
use encoding_rs::{Encoding, UTF_8, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, WINDOWS_1253, WINDOWS_1254};
use meydan_geo::feature::{Column, Scalar};
use std::{
    fs::File,
    io::{BufReader, Read, Seek, SeekFrom},
};

/// How texts are encoded.
#[derive(Debug, Clone, Copy)]
enum Text {
    /// As said.
    Named(&'static Encoding),
    /// Nobody said: UTF-8 if it is, else windows-1254.
    Guess,
}

struct Field {
    kind: u8,
    width: usize,
    decimals: u8,
}

/// An opened table.
pub(super) struct Table {
    input: BufReader<File>,
    pub(super) columns: Vec<Column>,
    fields: Vec<Field>,
    pub(super) records: u64,
    head_bytes: u64,
    record: Vec<u8>,
    text: Text,
}

impl Table {
    /// Reads the head.
    ///
    /// # Errors
    /// `bad-dbf`, `unsupported-code-page`.
    pub(super) fn open(file: File, cpg: Option<&str>) -> Result<Self> {
        let mut input = BufReader::new(file);
        let mut head = [0; 32];
        input.read_exact(&mut head).map_err(|_| bad("baş kısmı eksik", "its head is cut off"))?;
        let records = u32::from_le_bytes([head[4], head[5], head[6], head[7]]).into();
        let head_bytes = u64::from(u16::from_le_bytes([head[8], head[9]]));
        let record_bytes = usize::from(u16::from_le_bytes([head[10], head[11]]));
        let text = code_page(head[29], cpg)?;
        let (mut columns, mut fields): (Vec<Column>, Vec<Field>) = (Vec::new(), Vec::new());
        let mut used = 1;
        loop {
            let mut field = [0; 32];
            input.read_exact(&mut field[..1]).map_err(|_| bad("alan tanımları eksik", "its field descriptions are cut off"))?;
            if field[0] == 0x0d || field[0] == 0 {
                break;
            }
            input.read_exact(&mut field[1..]).map_err(|_| bad("alan tanımları eksik", "its field descriptions are cut off"))?;
            if fields.len() >= MAX_COLUMNS {
                return Err(bad("çok fazla alan var", "it has too many fields"));
            }
            let name = field[..11].split(|b| *b == 0).next().unwrap_or_default();
            let name = decode(text, name).trim().to_owned();
            let width =
                if field[11] == b'C' { usize::from(field[16]) + (usize::from(field[17]) << 8) } else { field[16].into() };
            used += width;
            columns.push(Column { name: if name.is_empty() { format!("column_{}", fields.len() + 1) } else { name } });
            fields.push(Field { kind: field[11], width, decimals: field[17] });
        }
        if used > record_bytes || head_bytes < 32 {
            return Err(bad("alan genişlikleri kayda sığmıyor", "its fields are wider than its records"));
        }
        let names = crate::names::unique(columns.into_iter().map(|c| c.name), &[], 64);
        input.seek(SeekFrom::Start(head_bytes))?;
        Ok(Self {
            input,
            columns: names.into_iter().map(|name| Column { name }).collect(),
            fields,
            records,
            head_bytes,
            record: vec![0; record_bytes],
            text,
        })
    }

    /// Back to the first record.
    pub(super) fn rewind(&mut self) -> Result<()> {
        self.input.seek(SeekFrom::Start(self.head_bytes))?;
        Ok(())
    }

    /// Steps to the next record: `None` at the end, `false` if it is deleted.
    pub(super) fn advance(&mut self) -> Result<Option<bool>> {
        match self.input.read_exact(&mut self.record) {
            Ok(()) if self.record.first() == Some(&0x1a) => Ok(None),
            Ok(()) => Ok(Some(self.record.first() != Some(&b'*'))),
            Err(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => Ok(None),
            Err(e) => Err(e.into()),
        }
    }

    /// The values of the record stepped to.
    pub(super) fn values(&self, row: u64) -> Result<Vec<Scalar>> {
        let mut at = 1;
        let mut values = Vec::with_capacity(self.fields.len());
        for (field, column) in self.fields.iter().zip(&self.columns) {
            let bytes = self.record.get(at..at + field.width).unwrap_or_default();
            at += field.width;
            let value = value(bytes, field, self.text).ok_or_else(|| {
                let (name, text) = (&column.name, String::from_utf8_lossy(bytes));
                let text = text.trim();
                Error::row(row, "bad-value", format!("{name}: “{text}” okunamadı"), format!("{name}: “{text}” can't be read"))
            })?;
            values.push(value);
        }
        Ok(values)
    }
}

fn value(bytes: &[u8], field: &Field, text: Text) -> Option<Scalar> {
    match field.kind {
        b'I' | b'+' if bytes.len() == 4 => Some(Scalar::Int(i32::from_le_bytes(bytes.try_into().ok()?).into())),
        b'O' if bytes.len() == 8 => Some(Scalar::Real(f64::from_le_bytes(bytes.try_into().ok()?))).filter(finite),
        b'M' | b'G' | b'P' | b'B' | b'@' | b'0' => Some(Scalar::Null),
        b'C' => {
            let bytes = bytes.trim_ascii_end();
            let bytes = bytes.split(|b| *b == 0).next().unwrap_or_default();
            let decoded = decode(text, bytes);
            let decoded = decoded.trim_end();
            Some(if decoded.is_empty() { Scalar::Null } else { Scalar::Text(decoded.to_owned()) })
        }
        kind => {
            let plain = bytes.split(|b| *b == 0).next().unwrap_or_default().trim_ascii();
            if plain.is_empty() || plain.iter().all(|b| *b == b'*') {
                return Some(Scalar::Null);
            }
            let plain = std::str::from_utf8(plain).ok()?;
            match kind {
                b'L' => match plain {
                    "Y" | "y" | "T" | "t" | "E" | "e" | "1" => Some(Scalar::Bool(true)),
                    "N" | "n" | "F" | "f" | "H" | "h" | "0" => Some(Scalar::Bool(false)),
                    _ => Some(Scalar::Null),
                },
                b'D' => match plain {
                    "00000000" | "0" => Some(Scalar::Null),
                    _ => jiff::civil::Date::strptime("%Y%m%d", plain).ok().map(Scalar::Date),
                },
                b'N' | b'F' => number(plain, field.decimals),
                _ => Some(Scalar::Text(plain.to_owned())),
            }
        }
    }
}

fn number(text: &str, decimals: u8) -> Option<Scalar> {
    if decimals == 0
        && let Ok(i) = text.parse()
    {
        return Some(Scalar::Int(i));
    }
    // Some programs write the decimal comma of their user's language.
    text.replace(',', ".").parse().ok().map(Scalar::Real).filter(finite)
}

fn finite(scalar: &Scalar) -> bool {
    !matches!(scalar, Scalar::Real(r) if !r.is_finite())
}

fn decode(text: Text, bytes: &[u8]) -> String {
    match text {
        Text::Named(encoding) if encoding == UTF_8 => utf8(bytes),
        Text::Named(encoding) => encoding.decode_without_bom_handling(bytes).0.into_owned(),
        Text::Guess => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => WINDOWS_1254.decode_without_bom_handling(bytes).0.into_owned(),
        },
    }
}

/// UTF-8; a character that the field's width cut through at the end is left away.
fn utf8(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(e) if e.error_len().is_none() => String::from_utf8_lossy(&bytes[..e.valid_up_to()]).into_owned(),
        Err(_) => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// The `.cpg` file's word, else the language id of the table's head.
fn code_page(language: u8, cpg: Option<&str>) -> Result<Text> {
    if let Some(word) = cpg.map(str::trim).filter(|w| !w.is_empty()) {
        let plain: String = word.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
        let digits = plain.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        return match (plain.as_str(), digits) {
            ("utf8", _) | (_, "65001") => Ok(Text::Named(UTF_8)),
            (_, "1254") | (_, "28599") | (_, "88599") => Ok(Text::Named(WINDOWS_1254)),
            (_, "1252") | (_, "88591") => Ok(Text::Named(WINDOWS_1252)),
            _ => Encoding::for_label(word.as_bytes()).map(Text::Named).ok_or_else(|| unknown_page(word)),
        };
    }
    Ok(match language {
        0xc8 => Text::Named(WINDOWS_1250),
        0xc9 => Text::Named(WINDOWS_1251),
        0xca => Text::Named(WINDOWS_1254),
        0xcb => Text::Named(WINDOWS_1253),
        0x6b | 0x88 => return Err(unknown_page("cp857")),
        // 0x03 and 0x57 (“ANSI”) are written by programs that never asked; so guess there too.
        _ => Text::Guess,
    })
}

fn unknown_page(word: &str) -> Error {
    let word: String = word.chars().take(40).collect();
    Error::file(
        "unsupported-code-page",
        format!("“{word}” karakter kodlaması okunamıyor; dosyayı UTF-8 olarak kaydedin."),
        format!("The code page “{word}” can't be read; save the file as UTF-8."),
    )
}

fn bad(tr: &str, en: &str) -> Error {
    Error::file("bad-dbf", format!("DBF dosyası bozuk: {tr}."), format!("The DBF file is damaged: {en}."))
}
