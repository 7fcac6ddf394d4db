//! The FlatGeobuf reader: header, index (passed over), features one after another, each verified before it is looked at.

use super::geometry::append;
use crate::{
    Crs, Error, Format, Layer, Result, crs,
    reader::{MAX_COLUMNS, MAX_TEXT_BYTES},
};
use flatgeobuf::{ColumnType, GeometryType, packed_r_tree::PackedRTree};
use meydan_geo::{
    Wkb,
    feature::{Column, Feature, Scalar},
};
use std::{
    fs::File,
    io::{BufReader, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

/// Limit: bytes of the header.
const MAX_HEADER_BYTES: u32 = 10 << 20;
/// Limit: bytes of one feature.
const MAX_FEATURE_BYTES: u32 = 128 << 20;
/// Limit: features the index may speak of, before its size is worked out.
const MAX_FEATURES: u64 = 1 << 32;
const BUFFER_BYTES: usize = 256 << 10;

/// Reads FlatGeobuf.
pub struct Reader {
    path: PathBuf,
    input: BufReader<File>,
    first_feature: u64,
    columns: Vec<Column>,
    types: Vec<ColumnType>,
    geometry: GeometryType,
    crs: Crs,
    name: String,
    count: Option<u64>,
    buffer: Vec<u8>,
    row: u64,
    ended: bool,
}

impl Reader {
    /// Opens a file.
    ///
    /// # Errors
    /// `not-flatgeobuf`, `too-many-columns`; `Io`.
    pub fn open(path: &Path) -> Result<Self> {
        let mut input = BufReader::with_capacity(BUFFER_BYTES, File::open(path)?);
        let mut magic = [0; 8];
        input.read_exact(&mut magic).map_err(|_| damaged("the head is cut off"))?;
        if &magic[..3] != b"fgb" || &magic[4..7] != b"fgb" || magic[3] > flatgeobuf::VERSION {
            return Err(damaged("the first bytes are others"));
        }
        let mut buffer = Vec::new();
        if !sized(&mut input, &mut buffer, MAX_HEADER_BYTES)? {
            return Err(damaged("the header is missing"));
        }
        let header = flatgeobuf::size_prefixed_root_as_header(&buffer).map_err(|e| damaged(&e.to_string()))?;
        let (mut columns, mut types) = (Vec::new(), Vec::new());
        for column in header.columns().iter().flatten() {
            columns.push(Column { name: column.name().to_owned() });
            types.push(column.type_());
        }
        if columns.len() > MAX_COLUMNS {
            return Err(Error::file(
                "too-many-columns",
                format!("Dosyada {MAX_COLUMNS} sütundan çok sütun var."),
                format!("The file has more than {MAX_COLUMNS} columns."),
            ));
        }
        let features = header.features_count();
        let node_size = header.index_node_size();
        let index = match (features, node_size) {
            (0, _) | (_, 0) => 0,
            (_, 1) => return Err(damaged("the index has a node size of 1")),
            (n, _) if n > MAX_FEATURES => return Err(damaged("the index is impossibly large")),
            (n, size) => PackedRTree::index_size(usize::try_from(n).unwrap_or(usize::MAX), size) as u64,
        };
        let first_feature = 8 + buffer.len() as u64 + index;
        let crs = header.crs().map_or(Crs::Unknown, |c| match (c.code(), c.wkt()) {
            (code, _) if code > 0 && c.org().is_none_or(|o| o.eq_ignore_ascii_case("EPSG")) => Crs::Epsg(code.unsigned_abs()),
            (_, Some(wkt)) => crs::from_wkt(wkt),
            _ => c.code_string().or(c.name()).map_or(Crs::Unknown, Crs::from_name),
        });
        let (geometry, name) = (header.geometry_type(), header.name().unwrap_or_default().to_owned());
        input.seek(SeekFrom::Start(first_feature))?;
        Ok(Self {
            path: path.to_owned(),
            input,
            first_feature,
            columns,
            types,
            geometry,
            crs,
            name,
            count: (features > 0).then_some(features),
            buffer,
            row: 0,
            ended: false,
        })
    }

    fn read_next(&mut self) -> Result<Option<Feature>> {
        if !sized(&mut self.input, &mut self.buffer, MAX_FEATURE_BYTES).map_err(|e| self.cut_off(e))? {
            return match self.count {
                Some(count) if self.row < count => Err(Error::truncated(self.row)),
                _ => Ok(None),
            };
        }
        self.row += 1;
        let row = self.row;
        let bad = |cause: &str| {
            Error::row(row, "bad-feature", format!("kayıt bozuk: {cause}"), format!("the feature is damaged: {cause}"))
        };
        let feature = flatgeobuf::size_prefixed_root_as_feature(&self.buffer).map_err(|e| bad(&e.to_string()))?;
        let mut values = vec![Scalar::Null; self.columns.len()];
        if let Some(properties) = feature.properties() {
            properties_of(properties.bytes(), &self.types, &mut values).map_err(bad)?;
        }
        let geometry = match feature.geometry() {
            None => None,
            Some(g) => {
                let mut out = Vec::with_capacity(g.xy().map_or(0, |xy| xy.len()) * 8 + 64);
                match append(&g, self.geometry, &mut out, 0).map_err(|e| Error::geometry(row, e))? {
                    false => None,
                    true => Some(Wkb::parse(&out).map_err(|e| Error::geometry(row, e))?),
                }
            }
        };
        Ok(Some(Feature { row, values, geometry }))
    }

    fn cut_off(&self, error: Error) -> Error {
        match error {
            Error::Io(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => Error::truncated(self.row),
            other => other,
        }
    }
}

fn damaged(cause: &str) -> Error {
    Error::file(
        "not-flatgeobuf",
        format!("Dosya FlatGeobuf değil ya da bozuk: {cause}."),
        format!("The file is not FlatGeobuf or it is damaged: {cause}."),
    )
}

/// Reads a buffer with its length before it; `false` at the end of the file.
fn sized(input: &mut BufReader<File>, buffer: &mut Vec<u8>, limit: u32) -> Result<bool> {
    let mut length = [0; 4];
    let n = input.read(&mut length)?;
    if n == 0 {
        return Ok(false);
    }
    input.read_exact(&mut length[n..])?;
    let bytes = u32::from_le_bytes(length);
    if bytes > limit {
        return Err(damaged(&format!("a part of {bytes} bytes is over the limit of {limit}")));
    }
    buffer.clear();
    buffer.extend_from_slice(&length);
    // Grown as the bytes come: a lying length costs nothing.
    if input.by_ref().take(u64::from(bytes)).read_to_end(buffer)? < bytes as usize {
        return Err(Error::Io(std::io::ErrorKind::UnexpectedEof.into()));
    }
    Ok(true)
}

fn properties_of(mut b: &[u8], types: &[ColumnType], values: &mut [Scalar]) -> Result<(), &'static str> {
    while !b.is_empty() {
        let at = u16::from_le_bytes(take(&mut b)?) as usize;
        let (Some(kind), Some(slot)) = (types.get(at), values.get_mut(at)) else { return Err("a property of no column") };
        *slot = property(&mut b, *kind)?;
    }
    Ok(())
}

fn take<const N: usize>(b: &mut &[u8]) -> Result<[u8; N], &'static str> {
    let (head, rest) = b.split_first_chunk::<N>().ok_or("properties are cut off")?;
    *b = rest;
    Ok(*head)
}

fn property(b: &mut &[u8], kind: ColumnType) -> Result<Scalar, &'static str> {
    let real = |r: f64| if r.is_finite() { Scalar::Real(r) } else { Scalar::Null };
    Ok(match kind {
        ColumnType::Byte => Scalar::Int(i8::from_le_bytes(take(b)?).into()),
        ColumnType::UByte => Scalar::Int(u8::from_le_bytes(take(b)?).into()),
        ColumnType::Bool => Scalar::Bool(u8::from_le_bytes(take(b)?) != 0),
        ColumnType::Short => Scalar::Int(i16::from_le_bytes(take(b)?).into()),
        ColumnType::UShort => Scalar::Int(u16::from_le_bytes(take(b)?).into()),
        ColumnType::Int => Scalar::Int(i32::from_le_bytes(take(b)?).into()),
        ColumnType::UInt => Scalar::Int(u32::from_le_bytes(take(b)?).into()),
        ColumnType::Long => Scalar::Int(i64::from_le_bytes(take(b)?)),
        ColumnType::ULong => {
            let n = u64::from_le_bytes(take(b)?);
            i64::try_from(n).map_or_else(|_| Scalar::Text(n.to_string()), Scalar::Int)
        }
        ColumnType::Float => real(f32::from_le_bytes(take(b)?).into()),
        ColumnType::Double => real(f64::from_le_bytes(take(b)?)),
        ColumnType::String | ColumnType::Json | ColumnType::DateTime | ColumnType::Binary => {
            let n = u32::from_le_bytes(take(b)?) as usize;
            let bytes = b.get(..n).ok_or("a text is cut off")?;
            *b = &b[n..];
            if n > MAX_TEXT_BYTES {
                return Err("a text is over the limit");
            }
            match kind {
                ColumnType::Binary => Scalar::Null,
                _ => text(std::str::from_utf8(bytes).map_err(|_| "a text is not UTF-8")?, kind == ColumnType::DateTime),
            }
        }
        _ => return Err("a column of unknown type"),
    })
}

/// A date or an instant if the column says so and it is one (GDAL writes instants without a zone too).
fn text(text: &str, date_time: bool) -> Scalar {
    if date_time {
        if text.len() == 10
            && let Ok(date) = text.parse()
        {
            return Scalar::Date(date);
        }
        if let Ok(instant) = text.parse() {
            return Scalar::Timestamp(instant);
        }
    }
    Scalar::Text(text.to_owned())
}

impl Iterator for Reader {
    type Item = Result<Feature>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = self.read_next().transpose();
        self.ended = crate::reader::is_last(next.as_ref());
        next
    }
}

impl crate::Reader for Reader {
    fn format(&self) -> Format {
        Format::FlatGeobuf
    }

    fn columns(&self) -> &[Column] {
        &self.columns
    }

    fn crs(&self) -> &Crs {
        &self.crs
    }

    fn has_geometry(&self) -> bool {
        true
    }

    fn layers(&self) -> Vec<Layer> {
        let stem = || self.path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        let name = if self.name.is_empty() { stem() } else { self.name.clone() };
        vec![Layer { name, count: self.count }]
    }

    fn estimate(&self) -> Option<u64> {
        self.count
    }

    fn rewind(&mut self) -> Result<()> {
        self.input.seek(SeekFrom::Start(self.first_feature))?;
        self.row = 0;
        self.ended = false;
        Ok(())
    }
}
