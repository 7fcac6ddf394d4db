//! The file's blobs: framed, deflated, each of a size that the format bounds.

use super::protobuf::{Field, Message};
use crate::{Error, Result};
use flate2::{Decompress, FlushDecompress, Status};
use std::{
    fs::File,
    io::{BufReader, Read, Seek, SeekFrom},
    path::Path,
};

/// Limit of the format: bytes of a blob's head.
const MAX_HEAD_BYTES: u32 = 64 << 10;
/// Limit of the format: bytes of a blob, deflated or not.
const MAX_BLOB_BYTES: usize = 32 << 20;

/// Where a blob of data lies in the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    at: u64,
    length: usize,
}

/// A file of blobs.
pub(super) struct Blobs {
    file: BufReader<File>,
    length: u64,
    packed: Vec<u8>,
    plain: Vec<u8>,
}

impl Blobs {
    /// Opens a file and checks its head.
    ///
    /// # Errors
    /// `not-osm`, `osm-feature`, `truncated`; `Io`.
    pub(super) fn open(path: &Path) -> Result<(Self, Vec<Place>)> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        let mut blobs = Self { file: BufReader::with_capacity(1 << 18, file), length, packed: Vec::new(), plain: Vec::new() };
        let mut places = Vec::new();
        let mut at = 0;
        while at < length {
            let (kind, data_at, size) = blobs.head(at)?;
            if at == 0 && kind != b"OSMHeader" {
                return Err(not_osm());
            }
            let place = Place { at: data_at, length: size };
            match kind.as_slice() {
                b"OSMHeader" => check_features(blobs.read(place)?)?,
                b"OSMData" => places.push(place),
                _ => {}
            }
            at = data_at + size as u64;
        }
        Ok((blobs, places))
    }

    fn head(&mut self, at: u64) -> Result<(Vec<u8>, u64, usize)> {
        let broken = || if at == 0 { not_osm() } else { broken(at) };
        self.file.seek(SeekFrom::Start(at))?;
        let mut size = [0; 4];
        self.file.read_exact(&mut size).map_err(|_| broken())?;
        let size = u32::from_be_bytes(size);
        if size > MAX_HEAD_BYTES || at + 4 + u64::from(size) > self.length {
            return Err(broken());
        }
        let mut head = vec![0; size as usize];
        self.file.read_exact(&mut head).map_err(|_| broken())?;
        let (mut kind, mut length) = (Vec::new(), 0);
        let mut message = Message(&head);
        while let Some(field) = message.next().map_err(|_| broken())? {
            match field {
                (1, Field::Bytes(name)) => kind = name.to_vec(),
                (3, Field::Number(n)) => length = usize::try_from(n).unwrap_or(usize::MAX),
                _ => {}
            }
        }
        let data_at = at + 4 + u64::from(size);
        if length > MAX_BLOB_BYTES || data_at + length as u64 > self.length {
            return Err(broken());
        }
        Ok((kind, data_at, length))
    }

    /// The contents of a blob.
    ///
    /// # Errors
    /// `broken-osm`, `osm-compression`; `Io`.
    pub(super) fn read(&mut self, place: Place) -> Result<&[u8]> {
        self.file.seek(SeekFrom::Start(place.at))?;
        self.packed.resize(place.length, 0);
        self.file.read_exact(&mut self.packed)?;
        let mut message = Message(&self.packed);
        let (mut size, mut raw, mut deflated, mut other) = (0, None, None, false);
        while let Some(field) = message.next().map_err(|_| broken(place.at))? {
            match field {
                (1, Field::Bytes(bytes)) => raw = Some(bytes),
                (2, Field::Number(n)) => size = usize::try_from(n).unwrap_or(usize::MAX),
                (3, Field::Bytes(bytes)) => deflated = Some(bytes),
                (4..=7, Field::Bytes(_)) => other = true,
                _ => {}
            }
        }
        self.plain.clear();
        match (raw, deflated) {
            (Some(bytes), _) => self.plain.extend_from_slice(bytes),
            (None, Some(bytes)) if size <= MAX_BLOB_BYTES => {
                self.plain.reserve(size);
                let status = Decompress::new(true).decompress_vec(bytes, &mut self.plain, FlushDecompress::Finish);
                if self.plain.len() != size || !matches!(status, Ok(Status::StreamEnd | Status::Ok)) {
                    return Err(broken(place.at));
                }
            }
            _ if other => {
                return Err(Error::file(
                    "osm-compression",
                    "OSM dosyasının sıkıştırması desteklenmiyor (yalnızca zlib).",
                    "The compression of the OSM file is not supported (zlib only).",
                ));
            }
            _ => return Err(broken(place.at)),
        }
        Ok(&self.plain)
    }
}

/// Features that a reader must know to understand the file.
fn check_features(header: &[u8]) -> Result<()> {
    let mut message = Message(header);
    while let Some(field) = message.next().map_err(|_| broken(0))? {
        if let (4, Field::Bytes(name)) = field
            && !matches!(name, b"OsmSchema-V0.6" | b"DenseNodes")
        {
            let name = String::from_utf8_lossy(name).into_owned();
            return Err(Error::file(
                "osm-feature",
                format!("OSM dosyası bilinmeyen bir özellik istiyor: {name}"),
                format!("The OSM file requires a feature that is not known: {name}"),
            ));
        }
    }
    Ok(())
}

fn not_osm() -> Error {
    Error::file("not-osm", "Dosya OSM PBF biçiminde değil.", "The file is not OSM PBF.")
}

/// The data at a place of the file is damaged.
pub(super) fn broken(at: u64) -> Error {
    Error::file(
        "broken-osm",
        format!("OSM dosyası bozuk ya da yarıda kesilmiş ({at}. bayt)."),
        format!("The OSM file is damaged or cut off (byte {at})."),
    )
}

impl Place {
    /// Byte of the file where the blob's data begins.
    pub(super) fn at(self) -> u64 {
        self.at
    }
}
