//! Finds the encoding of a text file. The whole file is read once: a single byte decides between UTF-8 and windows-1254.

use crate::{Error, Result};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1254};
use std::{fs::File, io::Read, path::Path};

const CHUNK_BYTES: usize = 256 << 10;

/// What a look over the whole file tells.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) encoding: &'static Encoding,
    /// Line feeds: about the number of rows.
    pub(super) lines: u64,
}

/// Looks over the file; `label` overrides what is found.
///
/// # Errors
/// `unknown-encoding` for a label that is none; `binary` for a file that is no text; `Io`.
pub(super) fn find(path: &Path, label: Option<&str>) -> Result<Found> {
    let mut file = File::open(path)?;
    let mut chunk = vec![0; CHUNK_BYTES];
    let (mut lines, mut zeros, mut zeros_even, mut total) = (0u64, 0u64, 0u64, 0u64);
    let mut utf8 = Utf8Check::default();
    let mut bom = None;
    loop {
        let n = file.read(&mut chunk)?;
        if n == 0 {
            break;
        }
        let bytes = &chunk[..n];
        if total == 0 {
            bom = Encoding::for_bom(bytes).map(|(e, _)| e);
        }
        lines += bytes.iter().filter(|b| **b == b'\n').count() as u64;
        for (at, _) in bytes.iter().enumerate().filter(|(_, b)| **b == 0) {
            zeros += 1;
            zeros_even += u64::from((total + at as u64).is_multiple_of(2));
        }
        total += n as u64;
        utf8.feed(bytes);
    }
    let encoding = match label {
        Some(label) => Encoding::for_label(label.as_bytes()).ok_or_else(|| {
            Error::file(
                "unknown-encoding",
                format!("“{label}” adında bir karakter kodlaması bilinmiyor."),
                format!("No encoding named “{label}” is known."),
            )
        })?,
        None => match bom {
            Some(encoding) => encoding,
            // Latin text in UTF-16 has a zero in every other byte, always on the same side.
            None if zeros * 4 > total && zeros_even * 10 > zeros * 9 => UTF_16BE,
            None if zeros * 4 > total && zeros_even * 10 < zeros => UTF_16LE,
            None if zeros * 10 > total => {
                return Err(Error::file("binary", "Dosya metin değil.", "The file is not text."));
            }
            None if utf8.is_valid() => UTF_8,
            None => WINDOWS_1254,
        },
    };
    Ok(Found { encoding, lines })
}

/// UTF-8 validity over chunks.
#[derive(Default)]
struct Utf8Check {
    rest: Vec<u8>,
    broken: bool,
}

impl Utf8Check {
    fn feed(&mut self, bytes: &[u8]) {
        if self.broken {
            return;
        }
        let joined;
        let bytes = if self.rest.is_empty() {
            bytes
        } else {
            joined = [self.rest.as_slice(), bytes].concat();
            &joined
        };
        let rest = match std::str::from_utf8(bytes) {
            Ok(_) => Vec::new(),
            Err(e) if e.error_len().is_none() => bytes[e.valid_up_to()..].to_vec(),
            Err(_) => {
                self.broken = true;
                Vec::new()
            }
        };
        self.rest = rest;
    }

    fn is_valid(&self) -> bool {
        !self.broken && self.rest.is_empty()
    }
}
