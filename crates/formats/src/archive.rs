//! Takes parts out of a zip, into temporary files that have no name: nothing in the archive can choose where it lands.

use crate::{Error, Result};
use std::{
    fs::File,
    io::{BufReader, Read, Seek, SeekFrom, Write},
};
use zip::ZipArchive;

/// Limit: files in an archive.
pub const MAX_ENTRIES: usize = 10_000;
/// Limit: bytes of all parts unpacked.
pub const MAX_UNPACKED_BYTES: u64 = 6 << 30;
/// Limit: how much larger a part may get than it was packed (real tables full of blanks stay below).
pub const MAX_RATIO: u64 = 400;
/// Parts up to this size may have any ratio.
const RATIO_FREE_BYTES: u64 = 16 << 20;

/// A zip whose names were looked at.
pub(crate) struct Archive {
    zip: ZipArchive<BufReader<File>>,
    names: Vec<String>,
    left: u64,
}

impl Archive {
    /// Opens a zip.
    ///
    /// # Errors
    /// `bad-zip`, `zip-too-many-entries`, `zip-unsafe-path`.
    pub(crate) fn open(file: File) -> Result<Self> {
        let mut zip = ZipArchive::new(BufReader::new(file)).map_err(|e| bad_zip(&e))?;
        if zip.len() > MAX_ENTRIES {
            return Err(refused(
                "zip-too-many-entries",
                format!("içinde {MAX_ENTRIES} dosyadan çok var"),
                format!("it holds more than {MAX_ENTRIES} files"),
            ));
        }
        let mut names = Vec::with_capacity(zip.len());
        for at in 0..zip.len() {
            let entry = zip.by_index_raw(at).map_err(|e| bad_zip(&e))?;
            let name = entry.name().map_err(|e| bad_zip(&e))?.into_owned();
            if !is_inside(&name) || entry.is_symlink() {
                let name: String = name.chars().take(80).collect();
                return Err(refused(
                    "zip-unsafe-path",
                    format!("“{name}” klasörün dışına yol gösteriyor"),
                    format!("“{name}” points outside of its folder"),
                ));
            }
            names.push(name);
        }
        Ok(Self { zip, names, left: MAX_UNPACKED_BYTES })
    }

    /// The parts by place and name.
    pub(crate) fn names(&self) -> impl Iterator<Item = (usize, &str)> {
        self.names.iter().map(String::as_str).enumerate()
    }

    /// The place of a part.
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|n| n == name)
    }

    /// A part as a file, at its beginning.
    ///
    /// # Errors
    /// `bad-zip`, `zip-bomb`; `Io`.
    pub(crate) fn unpack(&mut self, at: usize) -> Result<File> {
        let entry = self.zip.by_index(at).map_err(|e| bad_zip(&e))?;
        let packed = entry.compressed_size();
        let most = self.left.min(RATIO_FREE_BYTES.max(packed.saturating_mul(MAX_RATIO)));
        let mut out = tempfile::tempfile()?;
        // Counted as it comes: what the archive says of sizes is not believed.
        let written = std::io::copy(&mut entry.take(most + 1), &mut out).map_err(|e| match e.kind() {
            std::io::ErrorKind::InvalidData | std::io::ErrorKind::InvalidInput | std::io::ErrorKind::UnexpectedEof => {
                bad_zip(&e)
            }
            _ => Error::Io(e),
        })?;
        if written > most {
            return Err(refused(
                "zip-bomb",
                "açılınca beklenenden çok büyük (zip bombası olabilir)".to_owned(),
                "it unpacks to far more than can be expected (it may be a zip bomb)".to_owned(),
            ));
        }
        self.left -= written;
        out.flush()?;
        out.seek(SeekFrom::Start(0))?;
        Ok(out)
    }
}

/// True for a path that stays in its folder.
fn is_inside(name: &str) -> bool {
    !name.starts_with('/') && !name.contains(['\\', ':', '\0']) && name.split('/').all(|part| part != "..")
}

fn refused(code: &'static str, tr: String, en: String) -> Error {
    Error::file(code, format!("Zip dosyası reddedildi: {tr}."), format!("The zip file is refused: {en}."))
}

fn bad_zip(cause: &dyn std::fmt::Display) -> Error {
    Error::file(
        "bad-zip",
        format!("Zip dosyası bozuk ya da yarım: {cause}"),
        format!("The zip file is damaged or cut off: {cause}"),
    )
}
