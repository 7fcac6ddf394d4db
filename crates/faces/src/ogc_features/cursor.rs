//! The opaque token of `next` links (keyset paging): where the page ended. Written as `fid` or `fid.hex(JSON of the value)`.

use meydan_kernel::{Error, Field, Result, Value, query::Cursor};
use std::fmt::Write as _;

/// Writes a token.
pub fn write(cursor: &Cursor) -> String {
    let mut token = cursor.fid.to_string();
    if let Some(value) = &cursor.value {
        token.push('.');
        for byte in value.to_json().to_string().bytes() {
            let _ = write!(token, "{byte:02x}");
        }
    }
    token
}

/// Reads a token for a query that sorts by `field`, or by fid.
///
/// # Errors
/// `bad-cursor` if it isn't one of ours, or belongs to another order.
pub fn read(token: &str, field: Option<&Field>) -> Result<Cursor> {
    let (fid, value) = match token.split_once('.') {
        Some((fid, hex)) => (fid, Some(hex)),
        None => (token, None),
    };
    let fid: i64 = fid.parse().map_err(|_| bad())?;
    match (value, field) {
        (None, None) => Ok(Cursor { value: None, fid }),
        (Some(hex), Some(field)) => {
            let json = serde_json::from_slice(&bytes(hex).ok_or_else(bad)?).map_err(|_| bad())?;
            let value = Value::from_json(&json, &field.kind).ok_or_else(bad)?;
            Ok(Cursor { value: Some(value), fid })
        }
        _ => Err(bad()),
    }
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    if !hex.len().is_multiple_of(2) || !hex.is_ascii() {
        return None;
    }
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok()).collect()
}

fn bad() -> Error {
    Error::invalid(
        "bad-cursor",
        "“after” değeri bu sorgunun sayfa işareti değil.",
        "The value of “after” is not a page token of this query.",
    )
    .field("after", "geçersiz", "invalid")
    .hint("“next” bağlantısını olduğu gibi izleyin.", "Follow the “next” link as it is.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use meydan_kernel::{Bilingual, FieldKind};

    fn field(kind: FieldKind) -> Field {
        Field {
            name: "ad".into(),
            was: None,
            title: Bilingual::default(),
            description: None,
            kind,
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

    #[test]
    fn comes_back_as_it_went() {
        let plain = Cursor { value: None, fid: 42 };
        assert_eq!(read(&write(&plain), None), Ok(plain));
        let text = field(FieldKind::Text);
        for value in [Value::Text("İskele \"sokağı\"".into()), Value::Null] {
            let cursor = Cursor { value: Some(value), fid: -7 };
            assert_eq!(read(&write(&cursor), Some(&text)), Ok(cursor));
        }
    }

    #[test]
    fn refuses_what_is_not_its_own() {
        let number = field(FieldKind::Integer);
        for bad in ["", "x", "1.", "1.2", "1.zz", "1.ığ", "1.22782 2", "99999999999999999999"] {
            assert!(read(bad, Some(&number)).is_err(), "{bad}");
        }
        assert!(read("1", Some(&number)).is_err(), "another order's token");
        assert!(read("1.31", None).is_err());
    }
}
