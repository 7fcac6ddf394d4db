//! Takes the parts of a Shapefile out of a zip.

use crate::{Error, Layer, Options, Result, archive::Archive, reader::choose_layer};
use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::Path,
};

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
    let mut archive = Archive::open(file)?;
    let entries: Vec<(usize, String)> = archive.names().map(|(at, name)| (at, name.to_owned())).collect();
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
    let mut part = |ending: &str| -> Result<Option<File>> {
        let found = entries.iter().find(|(_, n)| stem(n, ending).is_some_and(|s| s.eq_ignore_ascii_case(&layer)));
        found.map(|(at, _)| archive.unpack(*at)).transpose()
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

/// The name without the ending, if it has that ending.
fn stem<'a>(name: &'a str, ending: &str) -> Option<&'a str> {
    let (stem, has) = name.rsplit_once('.')?;
    has.eq_ignore_ascii_case(ending).then_some(stem)
}
