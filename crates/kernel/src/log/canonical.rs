//! Canonical content (RFC 8785, JSON Canonicalization Scheme) and its salted digest.

use crate::{Record, Register, Value};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The canonical bytes of a record's content: what its digest in the log is over. Field names sorted, nulls left out, the
/// geometry as upper-case hex of its WKB (its exact bytes; GeoJSON would depend on a number format).
///
/// Written directly, since an import makes tens of thousands of them each second; a test holds it against [`to_jcs`].
pub fn canonical_record(register: &Register, record: &Record) -> Vec<u8> {
    let geometry = record.geometry.as_ref().map_or(&[][..], |g| g.as_bytes());
    let mut out = Vec::with_capacity(160 + 32 * record.values.len() + 2 * geometry.len());
    // The keys in RFC 8785's order: fid, geometry, id, values, version.
    out.extend_from_slice(b"{\"fid\":");
    whole(record.fid, &mut out);
    if record.geometry.is_some() {
        out.extend_from_slice(b",\"geometry\":\"");
        hex_upper(geometry, &mut out);
        out.push(b'"');
    }
    out.extend_from_slice(b",\"id\":\"");
    out.extend_from_slice(record.id.hyphenated().encode_lower(&mut Uuid::encode_buffer()).as_bytes());
    out.extend_from_slice(b"\",\"values\":{");
    let mut fields: Vec<(&str, &Value)> =
        register.fields.iter().zip(&record.values).filter(|(_, v)| !v.is_null()).map(|(f, v)| (f.name.as_str(), v)).collect();
    fields.sort_by(|(a, _), (b, _)| by_utf16(a, b));
    for (i, (name, value)) in fields.into_iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        string(name, &mut out);
        out.push(b':');
        field_value(value, &mut out);
    }
    out.extend_from_slice(b"},\"version\":");
    whole(record.version, &mut out);
    out.push(b'}');
    out
}

/// As [`Value::to_json`] spells it.
fn field_value(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Int(i) => whole(*i, out),
        Value::Bool(b) => out.extend_from_slice(if *b { b"true" } else { b"false" }),
        Value::Text(t) => string(t, out),
        other => write(&other.to_json(), out),
    }
}

/// The order of RFC 8785 3.2.3; for ASCII, which names of fields are, bytes have the same order.
fn by_utf16(a: &str, b: &str) -> std::cmp::Ordering {
    if a.is_ascii() && b.is_ascii() { a.cmp(b) } else { a.encode_utf16().cmp(b.encode_utf16()) }
}

fn whole(n: i64, out: &mut Vec<u8>) {
    use std::io::Write;
    // Writing to memory can't fail.
    let _ = write!(out, "{n}");
}

/// The digest of a record version: SHA-256 over the salt followed by the canonical content.
pub fn digest(register: &Register, record: &Record, salt: &[u8; 16]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(salt);
    hash.update(canonical_record(register, record));
    hash.finalize().into()
}

/// JSON in the one spelling of RFC 8785.
pub fn to_jcs(json: &Json) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    write(json, &mut out);
    out
}

fn write(json: &Json, out: &mut Vec<u8>) {
    match json {
        Json::Null => out.extend_from_slice(b"null"),
        Json::Bool(b) => out.extend_from_slice(if *b { b"true" } else { b"false" }),
        Json::Number(n) => number(n, out),
        Json::String(s) => string(s, out),
        Json::Array(items) => {
            out.push(b'[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                write(item, out);
            }
            out.push(b']');
        }
        Json::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            // RFC 8785 3.2.3: by UTF-16 code units.
            keys.sort_by(|a, b| a.encode_utf16().cmp(b.encode_utf16()));
            out.push(b'{');
            for (i, key) in keys.into_iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                string(key, out);
                out.push(b':');
                write(&map[key], out);
            }
            out.push(b'}');
        }
    }
}

fn number(n: &serde_json::Number, out: &mut Vec<u8>) {
    // Whole numbers keep all 64 bits: beyond 2^53 RFC 8785 leaves them to the parties, and a rounded identifier would be a lie.
    match (n.as_i64(), n.as_u64(), n.as_f64()) {
        (Some(i), _, _) => out.extend_from_slice(i.to_string().as_bytes()),
        (_, Some(u), _) => out.extend_from_slice(u.to_string().as_bytes()),
        (_, _, Some(f)) => out.extend_from_slice(ryu_js::Buffer::new().format(f).as_bytes()),
        _ => out.extend_from_slice(b"null"),
    }
}

fn string(s: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let bytes = s.as_bytes();
    let mut written = 0;
    // All that is escaped is ASCII, so runs between can be copied as bytes.
    for (i, b) in bytes.iter().enumerate() {
        let escaped: &[u8] = match b {
            b'"' => b"\\\"",
            b'\\' => b"\\\\",
            8 => b"\\b",
            b'\t' => b"\\t",
            b'\n' => b"\\n",
            12 => b"\\f",
            b'\r' => b"\\r",
            0..0x20 => b"",
            _ => continue,
        };
        out.extend_from_slice(&bytes[written..i]);
        written = i + 1;
        if escaped.is_empty() {
            out.extend_from_slice(format!("\\u{b:04x}").as_bytes());
        } else {
            out.extend_from_slice(escaped);
        }
    }
    out.extend_from_slice(&bytes[written..]);
    out.push(b'"');
}

fn hex_upper(bytes: &[u8], out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for b in bytes {
        out.push(DIGITS[usize::from(b >> 4)]);
        out.push(DIGITS[usize::from(b & 15)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Bilingual, Field, FieldKind, catalogue::Metadata};
    use jiff::Timestamp;
    use meydan_geo::Wkb;
    use proptest::prelude::*;

    /// The definition of canonical content in its plain form: a JSON object, spelled by RFC 8785.
    fn by_json(register: &Register, record: &Record) -> Vec<u8> {
        let mut map = serde_json::Map::new();
        for (field, value) in register.fields.iter().zip(&record.values) {
            if !value.is_null() {
                map.insert(field.name.clone(), value.to_json());
            }
        }
        let mut json =
            serde_json::json!({ "fid": record.fid, "id": record.id.to_string(), "values": map, "version": record.version });
        if let Some(geometry) = &record.geometry {
            let hex: String = geometry.as_bytes().iter().map(|b| format!("{b:02X}")).collect();
            json["geometry"] = hex.into();
        }
        to_jcs(&json)
    }

    fn field(name: &str) -> Field {
        Field {
            name: name.to_owned(),
            was: None,
            title: Bilingual::new(name, name),
            description: None,
            kind: FieldKind::Text,
            required: false,
            unique: false,
            personal: false,
            mask: Default::default(),
            format: None,
            unit: None,
            min: None,
            max: None,
            max_length: None,
            default: None,
            indexed: false,
            tucbs: None,
            house: false,
        }
    }

    fn register(names: &[&str]) -> Register {
        Register {
            name: "r".to_owned(),
            was: None,
            module: "m".to_owned(),
            title: Bilingual::new("r", "r"),
            description: Bilingual::new("r", "r"),
            articles: Vec::new(),
            fields: names.iter().map(|n| field(n)).collect(),
            geometry: None,
            key: Vec::new(),
            label: String::new(),
            constraints: Vec::new(),
            freshness: None,
            retention: None,
            symbology: None,
            metadata: Metadata::default(),
            tucbs: None,
            unit: None,
            subject: None,
            processing: None,
            journal: false,
            checks: Vec::new(),
            indexes: Vec::new(),
            part: false,
            workflow: None,
        }
    }

    fn value() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<i64>().prop_map(Value::Int),
            any::<f64>().prop_filter("finite", |f| f.is_finite()).prop_map(Value::Real),
            any::<String>().prop_map(Value::Text),
            (-9_000i16..9_999, 1i8..=12, 1i8..=28).prop_map(|(y, m, d)| Value::Date(jiff::civil::Date::constant(y, m, d))),
            (-200_000_000_000_000i64..200_000_000_000_000)
                .prop_map(|us| Value::Timestamp(Timestamp::from_microsecond(us).expect("in range"))),
            any::<u128>().prop_map(|n| Value::Reference(Uuid::from_u128(n))),
        ]
    }

    proptest! {
        #[test]
        fn written_directly_or_by_json_it_is_the_same(
            values in proptest::collection::vec(value(), 6),
            fid in any::<i64>(), version in any::<i64>(), id in any::<u128>(),
            place in proptest::option::of((-180.0f64..180.0, -90.0f64..90.0)),
        ) {
            let register = register(&["zeta", "alpha", "b_2", "b_10", "id", "a"]);
            let geometry = place.and_then(|(x, y)| Wkb::point(x, y));
            let id = Uuid::from_u128(id);
            let record = Record { id, fid, version, recorded_at: Timestamp::UNIX_EPOCH, values, geometry, hidden: Default::default() };
            prop_assert_eq!(canonical_record(&register, &record), by_json(&register, &record));
        }

        #[test]
        fn names_sort_by_utf16(a in ".{0,6}", b in ".{0,6}") {
            prop_assert_eq!(by_utf16(&a, &b), a.encode_utf16().cmp(b.encode_utf16()));
        }

        #[test]
        fn strings_are_json(text in any::<String>()) {
            let mut out = Vec::new();
            string(&text, &mut out);
            let read: String = serde_json::from_slice(&out).expect("JSON");
            prop_assert_eq!(read, text);
        }
    }
}
