//! A city's own definitions: a folder beside its data.

use meydan_kernel::catalogue::Source;
use std::{io, path::Path, time::SystemTime};

/// Name of the module that a city's own definitions belong to.
pub const CITY_MODULE: &str = "own";
/// Limit: definition files of a city's folder.
pub const MAX_FILES: usize = 1_000;
/// Limit: bytes of one definition file.
pub const MAX_FILE_BYTES: u64 = 4 * 1024 * 1024;

/// Definition files (`*.toml`) and style files (`styles/*.json`) of a folder and the folders below it, by path; none if the
/// folder is missing.
///
/// # Errors
/// The folder or a file can't be read, or is over [`MAX_FILES`] or [`MAX_FILE_BYTES`].
pub fn read_folder(folder: &Path) -> io::Result<Vec<Source>> {
    let mut sources = Vec::new();
    for file in files(folder)? {
        let text = std::fs::read_to_string(&file.path)
            .map_err(|e| io::Error::new(e.kind(), format!("{}: {e}", file.path.display())))?;
        sources.push(Source { module: CITY_MODULE.to_owned(), file: file.path.display().to_string(), text });
    }
    Ok(sources)
}

/// What a folder looks like without reading its files: changes when a file is added, removed or written. Ask for it every
/// second or so, and load anew when it differs.
///
/// # Errors
/// As [`read_folder`].
pub fn look(folder: &Path) -> io::Result<Vec<(String, u64, Option<SystemTime>)>> {
    Ok(files(folder)?.into_iter().map(|f| (f.path.display().to_string(), f.bytes, f.modified)).collect())
}

struct File {
    path: std::path::PathBuf,
    bytes: u64,
    modified: Option<SystemTime>,
}

fn files(folder: &Path) -> io::Result<Vec<File>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        let entries = match std::fs::read_dir(&next) {
            Err(e) if e.kind() == io::ErrorKind::NotFound && next == folder => return Ok(Vec::new()),
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            let (path, kind) = (entry.path(), entry.file_type()?);
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            if kind.is_dir() && !hidden {
                folders.push(path);
            } else if !hidden && path.extension().is_some_and(|e| e == "toml" || e == "json") {
                // Through the link, if it is one: what counts is the file.
                let about = std::fs::metadata(&path)?;
                if about.len() > MAX_FILE_BYTES {
                    let sentence = format!("{}: a definition file can have {MAX_FILE_BYTES} bytes at most", path.display());
                    return Err(io::Error::new(io::ErrorKind::FileTooLarge, sentence));
                }
                found.push(File { path, bytes: about.len(), modified: about.modified().ok() });
            }
            if found.len() > MAX_FILES {
                let sentence = format!("{}: a folder can hold {MAX_FILES} definition files at most", folder.display());
                return Err(io::Error::new(io::ErrorKind::InvalidInput, sentence));
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}
