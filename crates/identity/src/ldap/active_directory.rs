//! What only Active Directory (and Samba) does.

use jiff::Timestamp;

/// Why a bind with invalid credentials was refused, by the code that Active Directory puts into its text
/// (`…, data 533, v3839`); none if it is just the password, or no code is there.
pub(super) fn why_refused(text: &str) -> Option<&'static str> {
    let (_, rest) = text.split_once("data ")?;
    let code: String = rest.chars().take_while(char::is_ascii_hexdigit).collect();
    Some(match code.as_str() {
        "530" => "not at this time",
        "531" => "not at this workstation",
        "532" => "password expired",
        "533" => "account disabled",
        "701" => "account expired",
        "773" => "password must be changed first",
        "775" => "account locked",
        _ => return None,
    })
}

/// Windows' epoch, 1601-01-01, in seconds before Unix's.
const FILETIME_EPOCH_S: i64 = 11_644_473_600;
/// Ticks of 100 ns in a second.
const TICKS: i64 = 10_000_000;

/// True if `accountExpires` has passed; 0 and the greatest number mean never.
pub(super) fn has_expired(account_expires: &str, now: Timestamp) -> bool {
    match account_expires.parse::<i64>() {
        Ok(0 | i64::MAX) => false,
        Ok(ticks) => ticks / TICKS - FILETIME_EPOCH_S <= now.as_second(),
        // Not a number: fail closed.
        Err(_) => true,
    }
}

/// An identity as text: `objectGUID` (16 bytes, the first three groups little-endian), or text that is one already.
pub(super) fn identity(bytes: &[u8], is_guid: bool) -> Option<String> {
    if is_guid {
        let bytes: [u8; 16] = bytes.try_into().ok()?;
        return Some(uuid::Uuid::from_bytes_le(bytes).to_string());
    }
    let text = std::str::from_utf8(bytes).ok()?.trim().to_lowercase();
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_refusal_are_read() {
        let text = "80090308: LdapErr: DSID-0C09042F, comment: AcceptSecurityContext error, data 533, v3839";
        assert_eq!(why_refused(text), Some("account disabled"));
        assert_eq!(why_refused(&text.replace("533", "52e")), None);
        assert_eq!(why_refused(&text.replace("533", "701")), Some("account expired"));
        assert_eq!(why_refused(&text.replace("533", "532")), Some("password expired"));
        assert_eq!(why_refused("Invalid credentials"), None);
    }

    #[test]
    fn expiry_is_windows_time() {
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        // 2025-12-31 and 2026-01-02.
        assert!(has_expired("134116128000000000", now));
        assert!(!has_expired("134117856000000000", now));
        assert!(!has_expired("0", now) && !has_expired("9223372036854775807", now));
        assert!(has_expired("never", now));
    }

    #[test]
    fn a_guid_is_one_even_where_its_bytes_are_text() {
        let bytes = *b"abcdefghijklmnop";
        assert_eq!(identity(&bytes, true).unwrap(), "64636261-6665-6867-696a-6b6c6d6e6f70");
        assert_eq!(identity(b"6BA7B810-9DAD-11D1-80B4-00C04FD430C8", false).unwrap(), "6ba7b810-9dad-11d1-80b4-00c04fd430c8");
        assert_eq!(identity(b"short", true), None);
    }
}
