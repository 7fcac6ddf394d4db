//! Canonical content (RFC 8785, JSON Canonicalization Scheme) and its salted digest.

use crate::{Record, Register};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

/// The canonical bytes of a record's content: what its digest in the log is over. Field names sorted, nulls left out, the
/// geometry as upper-case hex of its WKB (its exact bytes; GeoJSON would depend on a number format).
pub fn canonical_record(register: &Register, record: &Record) -> Vec<u8> {
    let mut map = serde_json::Map::new();
    for (field, value) in register.fields.iter().zip(&record.values) {
        if !value.is_null() {
            map.insert(field.name.clone(), value.to_json());
        }
    }
    let mut json = serde_json::json!({ "fid": record.fid, "id": record.id.to_string(), "values": map, "version": record.version });
    if let Some(geometry) = &record.geometry {
        json["geometry"] = hex_upper(geometry.as_bytes()).into();
    }
    to_jcs(&json)
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
    for c in s.chars() {
        match c {
            '"' => out.extend_from_slice(b"\\\""),
            '\\' => out.extend_from_slice(b"\\\\"),
            '\u{8}' => out.extend_from_slice(b"\\b"),
            '\t' => out.extend_from_slice(b"\\t"),
            '\n' => out.extend_from_slice(b"\\n"),
            '\u{c}' => out.extend_from_slice(b"\\f"),
            '\r' => out.extend_from_slice(b"\\r"),
            c if (c as u32) < 0x20 => out.extend_from_slice(format!("\\u{:04x}", c as u32).as_bytes()),
            c => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    out.push(b'"');
}

fn hex_upper(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = String::with_capacity(bytes.len() * 2);
    for b in bytes {
        out.push(char::from(DIGITS[usize::from(b >> 4)]));
        out.push(char::from(DIGITS[usize::from(b & 15)]));
    }
    out
}
