//! The little of ASN.1 that RFC 3161 needs: a request written, a response read.

use jiff::{Timestamp, civil, tz::TimeZone};

const INTEGER: u8 = 0x02;
const OCTETS: u8 = 0x04;
const OID: u8 = 0x06;
const TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const EXPLICIT_0: u8 = 0xA0;
/// `AlgorithmIdentifier` of SHA-256 (2.16.840.1.101.3.4.2.1, NULL).
const SHA_256: [u8; 15] = [SEQUENCE, 13, OID, 9, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00];
/// The object identifier alone: some authorities leave the NULL out of their answer.
const SHA_256_OID: [u8; 9] = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
/// id-signedData, 1.2.840.113549.1.7.2.
const SIGNED_DATA: [u8; 9] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02];
/// id-ct-TSTInfo, 1.2.840.113549.1.9.16.1.4.
const TST_INFO: [u8; 11] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x10, 0x01, 0x04];

/// Why bytes are no granted time stamp.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// Not a `TimeStampResp`.
    #[error("the bytes are not an RFC 3161 response")]
    NotAResponse,
    /// The authority refused (RFC 3161, 2.4.2: `PKIStatus`).
    #[error("the authority refused with status {0}")]
    Refused(u32),
}

/// What a stamp says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// SHA-256 of what is stamped.
    pub imprint: [u8; 32],
    /// When, by the authority's clock.
    pub at: Timestamp,
    /// The nonce of the request, as its integer's bytes.
    pub nonce: Option<Vec<u8>>,
    /// Serial number of the stamp, as its integer's bytes.
    pub serial: Vec<u8>,
}

/// A request (RFC 3161, 2.4.1) for an imprint, with a nonce and the wish for the certificate.
pub(super) fn request(imprint: &[u8; 32], nonce: &[u8; 8]) -> Vec<u8> {
    let mut message = SHA_256.to_vec();
    message.extend(tlv(OCTETS, imprint));
    let body = [&[INTEGER, 1, 1][..], &tlv(SEQUENCE, &message), &tlv(INTEGER, nonce), &[0x01, 1, 0xFF]].concat();
    tlv(SEQUENCE, &body)
}

/// Short lengths only: a request has about 70 bytes.
fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    debug_assert!(content.len() < 128, "a long length would need more bytes");
    let mut out = vec![tag, content.len() as u8];
    out.extend_from_slice(content);
    out
}

/// Reads a response (RFC 3161, 2.4.2) as far as its stamp; the signature is for the auditor's tool to check.
///
/// # Errors
/// [`ReadError`].
pub fn read_response(bytes: &[u8]) -> Result<Stamp, ReadError> {
    let mut outer = Reader(bytes);
    let mut response = outer.open(SEQUENCE).filter(|_| outer.0.is_empty()).ok_or(ReadError::NotAResponse)?;
    let status = response.open(SEQUENCE).and_then(|mut s| s.take(INTEGER)).ok_or(ReadError::NotAResponse)?;
    // 0 granted, 1 granted with modifications.
    match status {
        [0 | 1] => stamp(&mut response).ok_or(ReadError::NotAResponse),
        [refused] => Err(ReadError::Refused(u32::from(*refused))),
        _ => Err(ReadError::NotAResponse),
    }
}

fn stamp(response: &mut Reader<'_>) -> Option<Stamp> {
    let mut token = response.open(SEQUENCE)?;
    if token.take(OID)? != SIGNED_DATA {
        return None;
    }
    let mut signed = token.open(EXPLICIT_0)?.open(SEQUENCE)?;
    signed.take(INTEGER)?;
    signed.take(SET)?;
    let mut content = signed.open(SEQUENCE)?;
    if content.take(OID)? != TST_INFO {
        return None;
    }
    let mut info = Reader(content.open(EXPLICIT_0)?.take(OCTETS)?).open(SEQUENCE)?;
    if info.take(INTEGER)? != [1] {
        return None;
    }
    info.take(OID)?;
    let mut message = info.open(SEQUENCE)?;
    if message.open(SEQUENCE)?.take(OID)? != SHA_256_OID {
        return None;
    }
    let imprint = message.take(OCTETS)?.try_into().ok()?;
    let serial = info.take(INTEGER)?.to_vec();
    let at = time(info.take(TIME)?)?;
    // Accuracy and ordering may stand between; the nonce is the only integer left at this depth.
    let mut nonce = None;
    while let Some((tag, content)) = info.next() {
        if tag == INTEGER {
            nonce = Some(content.to_vec());
        }
    }
    Some(Stamp { imprint, at, nonce, serial })
}

/// `YYYYMMDDhhmmss[.f…]Z`.
fn time(bytes: &[u8]) -> Option<Timestamp> {
    let text = std::str::from_utf8(bytes).ok()?.strip_suffix('Z')?;
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
    if seconds.len() != 14 || !seconds.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number = |from: usize, to: usize| seconds.get(from..to)?.parse::<i16>().ok();
    let small = |from: usize| number(from, from + 2).and_then(|n| i8::try_from(n).ok());
    let nanos = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
    let at = civil::DateTime::new(number(0, 4)?, small(4)?, small(6)?, small(8)?, small(10)?, small(12)?, nanos).ok()?;
    TimeZone::UTC.to_timestamp(at).ok()
}

/// Reads DER values one after the other.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn next(&mut self) -> Option<(u8, &'a [u8])> {
        let (&[tag, length], rest) = self.0.split_first_chunk::<2>()?;
        let (length, rest) = match length {
            0..=0x7F => (usize::from(length), rest),
            0x81..=0x84 => {
                let (digits, rest) = rest.split_at_checked(usize::from(length & 0x7F))?;
                (digits.iter().fold(0, |n, d| n << 8 | usize::from(*d)), rest)
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((tag, content))
    }

    fn take(&mut self, wanted: u8) -> Option<&'a [u8]> {
        self.next().filter(|(tag, _)| *tag == wanted).map(|(_, content)| content)
    }

    fn open(&mut self, wanted: u8) -> Option<Reader<'a>> {
        self.take(wanted).map(Reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn times_are_read() {
        assert_eq!(time(b"20261124093250Z"), "2026-11-24T09:32:50Z".parse().ok());
        assert_eq!(time(b"20261124093250.25Z"), "2026-11-24T09:32:50.25Z".parse().ok());
        for wrong in [&b"20261124093250"[..], b"20261324093250Z", b"2026112409325Z", b"", b"20261124093250.xZ"] {
            assert_eq!(time(wrong), None);
        }
    }

    #[test]
    fn a_refusal_is_told() {
        // TimeStampResp { status { 2 (rejection) } }
        assert_eq!(read_response(&[0x30, 5, 0x30, 3, 2, 1, 2]), Err(ReadError::Refused(2)));
        assert_eq!(read_response(b"<html>"), Err(ReadError::NotAResponse));
    }

    proptest! {
        #[test]
        fn any_bytes_survive(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read_response(&bytes);
            let _ = stamp(&mut Reader(&bytes));
            let _ = time(&bytes);
        }
    }
}
