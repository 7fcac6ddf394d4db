//! Features as GeoJSON text, written straight into the body: no tree in between, for this is the hottest path but tiles.

use super::space::Space;
use crate::definitions::Shape;
use meydan_kernel::{Record, Register, Value};
use std::io::Write as _;

/// Properties that every feature has besides its fields.
pub const ALWAYS: [&str; 3] = ["id", "version", "recorded_at"];

/// Name of the member that lists hidden fields.
const HIDDEN: &[u8] = b"\"hidden\":";

/// Writes one feature: `id` is the fid (an integer, for GDAL), the property `id` the record's identity. The object is left
/// open: the caller adds members or closes it.
pub fn feature_open(out: &mut Vec<u8>, shape: &Shape, record: &Record, space: Space, select: Option<&[usize]>) {
    out.extend_from_slice(b"{\"type\":\"Feature\",\"id\":");
    integer(out, record.fid);
    out.extend_from_slice(b",\"geometry\":");
    match record.geometry.as_ref() {
        Some(geometry) => space.write_geometry(out, geometry),
        None => out.extend_from_slice(b"null"),
    }
    out.extend_from_slice(b",\"properties\":{\"id\":\"");
    let mut text = [0; uuid::fmt::Hyphenated::LENGTH];
    out.extend_from_slice(record.id.hyphenated().encode_lower(&mut text).as_bytes());
    out.push(b'"');
    let mut write = |index: usize| {
        if let (Some(key), Some(value)) = (shape.keys.get(index), record.values.get(index)) {
            out.extend_from_slice(key);
            self::value(out, value);
        }
    };
    match select {
        Some(select) => select.iter().for_each(|index| write(*index)),
        None => (0..shape.keys.len()).for_each(write),
    }
    out.extend_from_slice(b",\"version\":");
    integer(out, record.version);
    out.extend_from_slice(b",\"recorded_at\":");
    instant(out, record.recorded_at);
    out.push(b'}');
    if !record.hidden.is_empty() {
        // A foreign member (RFC 7946, 6.1): these values are masked or left out for who asks.
        out.push(b',');
        out.extend_from_slice(HIDDEN);
        hidden(out, &shape.register, record, select);
    }
}

/// Writes the list of fields (of those selected) whose values are not the record's own for who asks.
pub fn hidden(out: &mut Vec<u8>, register: &Register, record: &Record, select: Option<&[usize]>) {
    out.push(b'[');
    let mut first = true;
    for index in record.hidden.iter().filter(|index| select.is_none_or(|select| select.contains(index))) {
        let Some(field) = register.fields.get(index) else { continue };
        if !std::mem::take(&mut first) {
            out.push(b',');
        }
        string(out, &field.name);
    }
    out.push(b']');
}

/// Writes one feature whole.
pub fn feature(out: &mut Vec<u8>, shape: &Shape, record: &Record, space: Space, select: Option<&[usize]>) {
    feature_open(out, shape, record, space, select);
    out.push(b'}');
}

/// Writes a value as JSON.
pub fn value(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Int(i) => integer(out, *i),
        Value::Real(r) => json(out, r),
        Value::Text(t) => string(out, t),
        Value::Date(d) => {
            let _ = write!(out, "\"{d}\"");
        }
        Value::Timestamp(t) => instant(out, *t),
        Value::Reference(id) => {
            let mut text = [0; uuid::fmt::Hyphenated::LENGTH];
            out.push(b'"');
            out.extend_from_slice(id.hyphenated().encode_lower(&mut text).as_bytes());
            out.push(b'"');
        }
    }
}

/// Writes a string as JSON.
pub fn string(out: &mut Vec<u8>, text: &str) {
    json(out, text);
}

/// Writes an instant as JSON.
pub fn instant(out: &mut Vec<u8>, t: jiff::Timestamp) {
    let _ = write!(out, "\"{t}\"");
}

/// Writes a whole number.
pub fn integer(out: &mut Vec<u8>, n: i64) {
    json(out, &n);
}

fn json<T: serde::Serialize + ?Sized>(out: &mut Vec<u8>, value: &T) {
    // Text, numbers and a Vec as the sink: none of them can fail.
    let _ = serde_json::to_writer(out, value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_json() {
        let text = |v: Value| {
            let mut out = Vec::new();
            value(&mut out, &v);
            String::from_utf8(out).expect("UTF-8")
        };
        assert_eq!(text(Value::Text("\"İ\"\n\u{1}".into())), r#""\"İ\"\n\u0001""#);
        assert_eq!(text(Value::Int(i64::MIN)), "-9223372036854775808");
        assert_eq!(text(Value::Real(0.1)), "0.1");
        assert_eq!(text(Value::Date(jiff::civil::date(2026, 11, 24))), "\"2026-11-24\"");
        assert_eq!(text(Value::Null), "null");
    }
}
