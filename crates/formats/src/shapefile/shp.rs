//! The `.shp` file: records one after another.

use super::rings;
use crate::{Error, Result};
use meydan_geo::Wkb;
use std::{
    fs::File,
    io::{BufReader, Read, Seek, SeekFrom},
};

/// Limit: bytes of one record.
const MAX_RECORD_BYTES: u64 = 128 << 20;
const HEAD_BYTES: u64 = 100;

/// An opened `.shp`.
pub(super) struct Shapes {
    input: BufReader<File>,
    record: Vec<u8>,
}

impl Shapes {
    /// Reads the head.
    ///
    /// # Errors
    /// `bad-shp`.
    pub(super) fn open(file: File) -> Result<Self> {
        let mut input = BufReader::with_capacity(256 << 10, file);
        let mut head = [0; HEAD_BYTES as usize];
        input.read_exact(&mut head).map_err(|_| bad("baş kısmı eksik", "its head is cut off"))?;
        if head[..4] != [0, 0, 0x27, 0x0a] {
            return Err(bad("bir Shapefile değil", "it is not a Shapefile"));
        }
        Ok(Self { input, record: Vec::new() })
    }

    /// Back to the first record.
    pub(super) fn rewind(&mut self) -> Result<()> {
        self.input.seek(SeekFrom::Start(HEAD_BYTES))?;
        Ok(())
    }

    /// Steps to the next record; `false` at the end. `done` is the number of rows read, for the error.
    pub(super) fn advance(&mut self, done: u64) -> Result<bool> {
        let mut head = [0; 8];
        let n = self.input.read(&mut head)?;
        if n == 0 {
            return Ok(false);
        }
        self.input.read_exact(&mut head[n..]).map_err(|_| Error::truncated(done))?;
        let words = u32::from_be_bytes([head[4], head[5], head[6], head[7]]);
        let bytes = u64::from(words) * 2;
        if bytes > MAX_RECORD_BYTES {
            return Err(bad("bir kayıt sınırın üstünde büyük", "a record is over the limit"));
        }
        self.record.clear();
        // Grown as the bytes come: a lying length costs nothing.
        if (self.input.by_ref().take(bytes).read_to_end(&mut self.record)? as u64) < bytes {
            return Err(Error::truncated(done));
        }
        Ok(true)
    }

    /// The geometry of the record stepped to.
    pub(super) fn geometry(&self, row: u64) -> Result<Option<Wkb>> {
        geometry(&self.record).map_err(|e| Error::geometry(row, e))
    }
}

fn bad(tr: &str, en: &str) -> Error {
    Error::file("bad-shp", format!("SHP dosyası bozuk: {tr}."), format!("The SHP file is damaged: {en}."))
}

struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, n: usize) -> Result<&'a [u8], String> {
        let (head, rest) = self.0.split_at_checked(n).ok_or("the record is too short")?;
        self.0 = rest;
        Ok(head)
    }

    fn count(&mut self) -> Result<usize, String> {
        let b = self.take(4)?;
        Ok(u32::from_le_bytes([b[0], b[1], b[2], b[3]]) as usize)
    }

    fn points(&mut self, n: usize) -> Result<Vec<(f64, f64)>, String> {
        let bytes = self.take(n.checked_mul(16).ok_or("the record is too short")?)?;
        let number = |b: &[u8]| {
            let mut a = [0; 8];
            a.copy_from_slice(b);
            f64::from_le_bytes(a)
        };
        Ok(bytes.chunks_exact(16).map(|c| (number(&c[..8]), number(&c[8..]))).collect())
    }
}

fn geometry(record: &[u8]) -> Result<Option<Wkb>, String> {
    let mut bytes = Bytes(record);
    let kind = bytes.count()?;
    let mut out = Vec::with_capacity(record.len() + 32);
    match kind {
        0 => return Ok(None),
        1 | 11 | 21 => {
            let points = bytes.points(1)?;
            return match points.first() {
                // ESRI's “no data” is any number below -10^38; such a point has no place.
                Some((x, y)) if *x > -1e38 && *y > -1e38 => Wkb::point(*x, *y).map(Some).ok_or("not finite".to_owned()),
                _ => Ok(None),
            };
        }
        8 | 18 | 28 => {
            bytes.take(32)?;
            let n = bytes.count()?;
            let points = bytes.points(n)?;
            head(&mut out, 4);
            count(&mut out, points.len());
            for point in points {
                head(&mut out, 1);
                put(&mut out, point);
            }
        }
        3 | 13 | 23 | 5 | 15 | 25 => {
            let parts = parts(&mut bytes)?;
            if parts.is_empty() {
                return Ok(None);
            }
            if matches!(kind, 5 | 15 | 25) {
                areas(&mut out, rings::polygons(parts)?);
            } else {
                lines(&mut out, &parts);
            }
        }
        31 => return Err("MultiPatch is not a simple feature".to_owned()),
        other => return Err(format!("shape type {other}")),
    }
    Wkb::parse(&out).map(Some).map_err(|e| e.to_string())
}

fn parts(bytes: &mut Bytes<'_>) -> Result<Vec<Vec<(f64, f64)>>, String> {
    bytes.take(32)?;
    let (parts, points) = (bytes.count()?, bytes.count()?);
    let starts = bytes.take(parts.checked_mul(4).ok_or("the record is too short")?)?;
    let points = bytes.points(points)?;
    let starts: Vec<usize> = starts.chunks_exact(4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]) as usize).collect();
    let ends = starts.iter().skip(1).copied().chain([points.len()]);
    starts
        .iter()
        .zip(ends)
        .map(|(from, to)| points.get(*from..to).map(<[_]>::to_vec).ok_or("parts are not in order".to_owned()))
        .filter(|part| !matches!(part, Ok(p) if p.is_empty()))
        .collect()
}

fn head(out: &mut Vec<u8>, kind: u32) {
    out.push(1);
    out.extend_from_slice(&kind.to_le_bytes());
}

fn count(out: &mut Vec<u8>, n: usize) {
    out.extend_from_slice(&u32::try_from(n).unwrap_or(u32::MAX).to_le_bytes());
}

fn put(out: &mut Vec<u8>, (x, y): (f64, f64)) {
    out.extend_from_slice(&x.to_le_bytes());
    out.extend_from_slice(&y.to_le_bytes());
}

fn run(out: &mut Vec<u8>, points: &[(f64, f64)]) {
    count(out, points.len());
    points.iter().for_each(|p| put(out, *p));
}

fn lines(out: &mut Vec<u8>, parts: &[Vec<(f64, f64)>]) {
    if parts.len() > 1 {
        head(out, 5);
        count(out, parts.len());
    }
    for part in parts {
        head(out, 2);
        run(out, part);
    }
}

fn areas(out: &mut Vec<u8>, polygons: Vec<Vec<Vec<(f64, f64)>>>) {
    if polygons.len() > 1 {
        head(out, 6);
        count(out, polygons.len());
    }
    for polygon in polygons {
        head(out, 3);
        count(out, polygon.len());
        for (at, mut ring) in polygon.into_iter().enumerate() {
            // Simple features turn the other way than ESRI: outer rings counter-clockwise.
            if (rings::area(&ring) > 0.0) != (at == 0) {
                ring.reverse();
            }
            run(out, &ring);
        }
    }
}
