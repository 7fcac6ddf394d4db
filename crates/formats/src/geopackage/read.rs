//! The GeoPackage reader. The file is opened read-only and never written to, not even by a lock.

use super::{
    blob,
    schema::{connect, damaged, geometry_column, layers, quote, table},
};
use crate::{
    Crs, Error, Format, Layer, Options, Result,
    reader::{MAX_COLUMNS, MAX_TEXT_BYTES, choose_layer},
};
use meydan_geo::feature::{Column, Feature, Scalar};
use rusqlite::{Connection, types::ValueRef};
use std::{collections::VecDeque, path::Path};

/// Rows read at once.
const BATCH_ROWS: usize = 1_000;
/// Limit: bytes of rows read at once, so that a batch of large geometries does not fill the memory.
const BATCH_BYTES: usize = 16 << 20;

/// Reads one layer of a GeoPackage, features or attributes.
pub struct Reader {
    connection: Connection,
    layers: Vec<Layer>,
    count: Option<u64>,
    columns: Vec<Column>,
    kinds: Vec<Declared>,
    has_geometry: bool,
    crs: Crs,
    sql: String,
    /// Key of the last row read; `None` before the first.
    last: Option<i64>,
    batch: VecDeque<Result<Feature>>,
    row: u64,
    ended: bool,
}

/// What a column's declared type says beyond SQLite's own types.
#[derive(Clone, Copy, PartialEq)]
enum Declared {
    Plain,
    Boolean,
    Date,
    Timestamp,
}

impl Reader {
    /// Opens a layer.
    ///
    /// # Errors
    /// `not-geopackage`, `choose-layer`, `no-such-layer`, `too-many-columns`, `damaged-database`.
    pub fn open(path: &Path, options: &Options) -> Result<Self> {
        let connection = connect(path)?;
        let layers = layers(&connection)?;
        let chosen = choose_layer(&layers, options.layer.as_deref())?.name.clone();
        let (geometry, crs) = geometry_column(&connection, &chosen)?;
        let table = table(&connection, &chosen)?;
        let key = table.key.clone().unwrap_or_else(|| "rowid".to_owned());
        let own: Vec<&(String, String)> = table.columns.iter().filter(|(n, _)| Some(n) != geometry.as_ref()).collect();
        if own.len() > MAX_COLUMNS {
            return Err(Error::file(
                "too-many-columns",
                format!("Katmanda {MAX_COLUMNS} sütundan çok sütun var."),
                format!("The layer has more than {MAX_COLUMNS} columns."),
            ));
        }
        let mut wanted = vec![quote(&key)];
        wanted.extend(own.iter().map(|(name, _)| quote(name)));
        wanted.extend(geometry.as_ref().map(|g| quote(g)));
        let (list, name, key) = (wanted.join(", "), quote(&chosen), quote(&key));
        let sql = format!("SELECT {list} FROM {name} WHERE {key} > ?1 ORDER BY {key}");
        let count =
            connection.query_row(&format!("SELECT count(*) FROM {name}"), [], |r| r.get::<_, i64>(0)).map_err(damaged)?;
        Ok(Self {
            layers,
            count: u64::try_from(count).ok(),
            columns: own.iter().map(|(name, _)| Column { name: name.clone() }).collect(),
            kinds: own.iter().map(|(_, declared)| Declared::of(declared)).collect(),
            has_geometry: geometry.is_some(),
            crs,
            sql,
            connection,
            last: None,
            batch: VecDeque::new(),
            row: 0,
            ended: false,
        })
    }

    /// Reads the next rows by their key: no cursor stays open between two calls.
    fn fill(&mut self) -> Result<()> {
        let mut statement = self.connection.prepare_cached(&self.sql).map_err(damaged)?;
        let mut rows = statement.query([self.last.unwrap_or(i64::MIN)]).map_err(damaged)?;
        let (mut taken, mut bytes) = (0, 0);
        while taken < BATCH_ROWS && bytes < BATCH_BYTES {
            let Some(row) = rows.next().map_err(damaged)? else { break };
            self.last = Some(row.get(0).map_err(damaged)?);
            self.row += 1;
            let number = self.row;
            let mut values = Vec::with_capacity(self.kinds.len());
            let mut fault = None;
            for (at, kind) in self.kinds.iter().enumerate() {
                match scalar(row.get_ref(at + 1).map_err(damaged)?, *kind) {
                    Ok(value) => {
                        bytes += if let Scalar::Text(t) = &value { t.len() } else { 8 };
                        values.push(value);
                    }
                    Err((tr, en)) => {
                        let name = self.columns.get(at).map_or("", |c| c.name.as_str());
                        fault.get_or_insert(Error::row(number, "bad-value", format!("{name}: {tr}"), format!("{name}: {en}")));
                    }
                }
            }
            let geometry = match self.has_geometry.then(|| row.get_ref(self.kinds.len() + 1)) {
                Some(Ok(ValueRef::Blob(blob))) => {
                    bytes += blob.len();
                    blob::read(blob).unwrap_or_else(|e| {
                        fault.get_or_insert(Error::geometry(number, e));
                        None
                    })
                }
                Some(Ok(ValueRef::Null)) | None => None,
                Some(Ok(_)) => {
                    fault.get_or_insert(Error::geometry(number, "not a blob"));
                    None
                }
                Some(Err(e)) => return Err(damaged(e)),
            };
            taken += 1;
            self.batch.push_back(match fault {
                Some(fault) => Err(fault),
                None => Ok(Feature { row: number, values, geometry }),
            });
        }
        self.ended = taken == 0;
        Ok(())
    }
}

impl Declared {
    fn of(declared: &str) -> Self {
        match declared.to_ascii_uppercase().as_str() {
            "BOOLEAN" | "BOOL" => Self::Boolean,
            "DATE" => Self::Date,
            "DATETIME" | "TIMESTAMP" => Self::Timestamp,
            _ => Self::Plain,
        }
    }
}

type Sentence = (String, String);

fn scalar(value: ValueRef<'_>, kind: Declared) -> Result<Scalar, Sentence> {
    Ok(match (value, kind) {
        (ValueRef::Null, _) => Scalar::Null,
        (ValueRef::Integer(i), Declared::Boolean) => Scalar::Bool(i != 0),
        (ValueRef::Integer(i), _) => Scalar::Int(i),
        (ValueRef::Real(r), _) if r.is_finite() => Scalar::Real(r),
        (ValueRef::Real(_), _) => return Err(("sonlu bir sayı değil".to_owned(), "not a finite number".to_owned())),
        (ValueRef::Text(text), _) if text.len() > MAX_TEXT_BYTES => {
            return Err(("metin sınırı aşıyor".to_owned(), "the text is over the limit".to_owned()));
        }
        (ValueRef::Text(text), kind) => {
            let text =
                std::str::from_utf8(text).map_err(|_| ("metin UTF-8 değil".to_owned(), "the text is not UTF-8".to_owned()))?;
            typed(text, kind)
        }
        (ValueRef::Blob(_), _) => return Err(("ikili veri okunmaz".to_owned(), "binary data is not read".to_owned())),
    })
}

fn typed(text: &str, kind: Declared) -> Scalar {
    let parsed = match kind {
        Declared::Date => text.parse().ok().map(Scalar::Date),
        Declared::Timestamp => text.parse().ok().map(Scalar::Timestamp),
        _ => None,
    };
    parsed.unwrap_or_else(|| Scalar::Text(text.to_owned()))
}

impl Iterator for Reader {
    type Item = Result<Feature>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.batch.is_empty()
            && !self.ended
            && let Err(e) = self.fill()
        {
            self.ended = true;
            // What was read before the fault comes first.
            self.batch.push_back(Err(e));
        }
        self.batch.pop_front()
    }
}

impl crate::Reader for Reader {
    fn format(&self) -> Format {
        Format::GeoPackage
    }

    fn columns(&self) -> &[Column] {
        &self.columns
    }

    fn crs(&self) -> &Crs {
        &self.crs
    }

    fn has_geometry(&self) -> bool {
        self.has_geometry
    }

    fn layers(&self) -> Vec<Layer> {
        self.layers.clone()
    }

    fn estimate(&self) -> Option<u64> {
        self.count
    }

    fn rewind(&mut self) -> Result<()> {
        self.last = None;
        self.row = 0;
        self.batch.clear();
        self.ended = false;
        Ok(())
    }
}
