//! The file as pairs of a group code and a value, each on its own line.

use crate::{Error, Result};
use encoding_rs::Encoding;
use encoding_rs_io::{DecodeReaderBytes, DecodeReaderBytesBuilder};
use std::{
    fs::File,
    io::{BufRead as _, BufReader, Read, Seek, SeekFrom},
};

/// Limit: bytes of one line. The format itself has 2,049.
const MAX_LINE_BYTES: u64 = 1 << 20;
/// Bytes in which the header's variables are looked for.
const HEAD_BYTES: u64 = 64 << 10;
/// First version whose texts are UTF-8 (AutoCAD 2007).
const FIRST_UTF8: &str = "AC1021";
const BINARY: &[u8] = b"AutoCAD Binary DXF";

/// A group code and its value.
pub(super) type Pair = (i32, String);

/// The pairs of a file.
pub(super) struct Pairs {
    lines: BufReader<DecodeReaderBytes<File, Vec<u8>>>,
    line: u64,
    again: Option<Pair>,
}

impl Pairs {
    /// From a file's beginning.
    ///
    /// # Errors
    /// `dxf-binary`; `Io`.
    pub(super) fn new(mut file: File) -> Result<Self> {
        file.seek(SeekFrom::Start(0))?;
        let mut head = Vec::new();
        Read::by_ref(&mut file).take(HEAD_BYTES).read_to_end(&mut head)?;
        file.seek(SeekFrom::Start(0))?;
        if head.starts_with(BINARY) {
            return Err(Error::file(
                "dxf-binary",
                "İkili (binary) DXF okunmaz; çizimi metin (ASCII) DXF olarak kaydedin.",
                "Binary DXF is not read; save the drawing as ASCII DXF.",
            ));
        }
        let inner =
            DecodeReaderBytesBuilder::new().encoding(Some(encoding(&head))).bom_override(true).strip_bom(true).build(file);
        Ok(Self { lines: BufReader::with_capacity(1 << 16, inner), line: 0, again: None })
    }

    /// The next pair; `None` at the file's end. Comments are passed over.
    ///
    /// # Errors
    /// `bad-dxf` with the line; `Io`.
    pub(super) fn next(&mut self) -> Result<Option<Pair>> {
        if let Some(pair) = self.again.take() {
            return Ok(Some(pair));
        }
        loop {
            let Some(code) = self.read_line()? else { return Ok(None) };
            // A blank at the end is no pair.
            if code.trim().is_empty() && self.lines.fill_buf()?.is_empty() {
                return Ok(None);
            }
            let code: i32 = code.trim().parse().map_err(|_| bad(self.line))?;
            let value = self.read_line()?.ok_or_else(|| bad(self.line))?;
            if code != 999 {
                return Ok(Some((code, value)));
            }
        }
    }

    /// Gives a pair back: it is the next.
    pub(super) fn put_back(&mut self, pair: Pair) {
        self.again = Some(pair);
    }

    fn read_line(&mut self) -> Result<Option<String>> {
        let mut bytes = Vec::new();
        Read::by_ref(&mut self.lines).take(MAX_LINE_BYTES).read_until(b'\n', &mut bytes)?;
        if bytes.is_empty() {
            return Ok(None);
        }
        self.line += 1;
        if bytes.len() as u64 == MAX_LINE_BYTES {
            return Err(bad(self.line));
        }
        while bytes.last().is_some_and(|b| matches!(b, b'\n' | b'\r')) {
            bytes.pop();
        }
        Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
    }
}

/// By the header: UTF-8 since 2007, before that the code page that it names; Turkish Windows if it names none.
fn encoding(head: &[u8]) -> &'static Encoding {
    let text = String::from_utf8_lossy(head);
    let variable = |name: &str| {
        let after = text.split_once(name)?.1;
        after.lines().nth(2).map(str::trim)
    };
    if variable("$ACADVER").is_some_and(|version| version >= FIRST_UTF8) {
        return encoding_rs::UTF_8;
    }
    let page = variable("$DWGCODEPAGE").unwrap_or_default().to_ascii_lowercase();
    let label = match page.as_str() {
        "utf8" | "utf-8" => "utf-8".to_owned(),
        page => match page.strip_prefix("ansi_").or(page.strip_prefix("dos")) {
            Some("857") | None => "windows-1254".to_owned(),
            Some(number) => format!("windows-{number}"),
        },
    };
    Encoding::for_label(label.as_bytes()).unwrap_or(encoding_rs::WINDOWS_1254)
}

fn bad(line: u64) -> Error {
    Error::file(
        "bad-dxf",
        format!("DXF dosyası {line}. satırda bozuk ya da yarıda kesilmiş."),
        format!("The DXF file is damaged or cut off at line {line}."),
    )
}
