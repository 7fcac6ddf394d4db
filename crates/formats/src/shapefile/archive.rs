//! Takes the parts of a Shapefile out of a zip, into temporary files that have no name: nothing in the archive can choose
//! where it lands.

use crate::{Error, Layer, Options, Result, reader::choose_layer};
use std::{
    fs::File,
    io::{BufReader, Read, Seek, SeekFrom, Write},
    path::Path,
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
/// Limit: bytes of `.prj` and `.cpg`.
const MAX_SIDE_BYTES: u64 = 64 << 10;

/// The parts of one Shapefile.
pub(super) struct Parts {
    pub(super) layers: Vec<Layer>,
    pub(super) layer: String,
    pub(super) shp: File,
    pub(super) dbf: Option<File>,
    pub(super) prj: Option<String>,
    pub(super) cpg: Option<String>,
}

/// Opens a zip, or a bare `.shp` with its neighbours.
pub(super) fn open(path: &Path, options: &Options) -> Result<Parts> {
    let mut head = [0; 2];
    let mut file = File::open(path)?;
    let n = file.read(&mut head)?;
    if n == 2 && &head == b"PK" {
        file.seek(SeekFrom::Start(0))?;
        zipped(file, options)
    } else {
        beside(path)
    }
}

fn beside(path: &Path) -> Result<Parts> {
    let sibling = |ending: &str| {
        let other = path.with_extension(ending);
        if other.exists() { Some(other) } else { Some(path.with_extension(ending.to_uppercase())).filter(|p| p.exists()) }
    };
    let text = |ending| -> Result<Option<String>> {
        let Some(path) = sibling(ending) else { return Ok(None) };
        let mut bytes = Vec::new();
        File::open(path)?.take(MAX_SIDE_BYTES).read_to_end(&mut bytes)?;
        Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
    };
    let layer = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(Parts {
        layers: vec![Layer { name: layer.clone(), count: None }],
        layer,
        shp: File::open(path)?,
        dbf: sibling("dbf").map(File::open).transpose()?,
        prj: text("prj")?,
        cpg: text("cpg")?,
    })
}

fn zipped(file: File, options: &Options) -> Result<Parts> {
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(|e| bad_zip(&e))?;
    if archive.len() > MAX_ENTRIES {
        return Err(refused(
            "zip-too-many-entries",
            format!("içinde {MAX_ENTRIES} dosyadan çok var"),
            format!("it holds more than {MAX_ENTRIES} files"),
        ));
    }
    let mut entries = Vec::with_capacity(archive.len());
    for at in 0..archive.len() {
        let entry = archive.by_index_raw(at).map_err(|e| bad_zip(&e))?;
        let name = entry.name().map_err(|e| bad_zip(&e))?.into_owned();
        if !is_inside(&name) || entry.is_symlink() {
            let name: String = name.chars().take(80).collect();
            return Err(refused(
                "zip-unsafe-path",
                format!("“{name}” klasörün dışına yol gösteriyor"),
                format!("“{name}” points outside of its folder"),
            ));
        }
        entries.push((at, name));
    }
    let layers: Vec<Layer> = entries
        .iter()
        .filter_map(|(_, name)| stem(name, "shp"))
        .filter(|s| !s.starts_with("__MACOSX"))
        .map(|name| Layer { name: name.to_owned(), count: None })
        .collect();
    if layers.is_empty() {
        return Err(Error::file("no-layer", "Zip dosyasında .shp yok.", "There is no .shp in the zip file."));
    }
    let layer = choose_layer(&layers, options.layer.as_deref())?.name.clone();
    let mut left = MAX_UNPACKED_BYTES;
    let mut part = |ending: &str| -> Result<Option<File>> {
        let found = entries.iter().find(|(_, n)| stem(n, ending).is_some_and(|s| s.eq_ignore_ascii_case(&layer)));
        found.map(|(at, _)| unpack(&mut archive, *at, &mut left)).transpose()
    };
    let shp =
        part("shp")?.ok_or_else(|| Error::file("no-layer", "Zip dosyasında .shp yok.", "There is no .shp in the zip file."))?;
    let dbf = part("dbf")?;
    let side = |file: Option<File>| -> Result<Option<String>> {
        let Some(file) = file else { return Ok(None) };
        let mut bytes = Vec::new();
        file.take(MAX_SIDE_BYTES).read_to_end(&mut bytes)?;
        Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
    };
    let (prj, cpg) = (side(part("prj")?)?, side(part("cpg")?)?);
    Ok(Parts { layers, layer, shp, dbf, prj, cpg })
}

/// True for a path that stays in its folder.
fn is_inside(name: &str) -> bool {
    !name.starts_with('/') && !name.contains(['\\', ':', '\0']) && name.split('/').all(|part| part != "..")
}

/// The name without the ending, if it has that ending.
fn stem<'a>(name: &'a str, ending: &str) -> Option<&'a str> {
    let (stem, has) = name.rsplit_once('.')?;
    has.eq_ignore_ascii_case(ending).then_some(stem)
}

fn unpack(archive: &mut ZipArchive<BufReader<File>>, at: usize, left: &mut u64) -> Result<File> {
    let entry = archive.by_index(at).map_err(|e| bad_zip(&e))?;
    let packed = entry.compressed_size();
    let most = (*left).min(RATIO_FREE_BYTES.max(packed.saturating_mul(MAX_RATIO)));
    let mut out = tempfile::tempfile()?;
    // Counted as it comes: what the archive says of sizes is not believed.
    let written = std::io::copy(&mut entry.take(most + 1), &mut out).map_err(|e| match e.kind() {
        std::io::ErrorKind::InvalidData | std::io::ErrorKind::InvalidInput | std::io::ErrorKind::UnexpectedEof => bad_zip(&e),
        _ => Error::Io(e),
    })?;
    if written > most {
        return Err(refused(
            "zip-bomb",
            "açılınca beklenenden çok büyük (zip bombası olabilir)".to_owned(),
            "it unpacks to far more than can be expected (it may be a zip bomb)".to_owned(),
        ));
    }
    *left -= written;
    out.flush()?;
    out.seek(SeekFrom::Start(0))?;
    Ok(out)
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
