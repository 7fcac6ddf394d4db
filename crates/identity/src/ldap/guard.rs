//! Between the network and the LDAP library: only whole, small, shallow, well-formed messages pass (BER as in RFC 4511 §5.1).
//!
//! The library decodes recursively and takes any length: a server (or whoever answers in its place) could otherwise end this
//! program with one message of ten thousand nested sequences, or fill its memory with one that never ends.

use std::io::{Error, ErrorKind, Result};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// Limit: bytes of one message (an entry with 100,000 members of a group has some 10 MB).
const MAX_MESSAGE_BYTES: usize = 16 << 20;
/// Limit: how deep a message may nest; entries with controls have six levels.
const MAX_DEPTH: usize = 12;
/// Bytes that are set aside before any of them came.
const FIRST_BYTES: usize = 64 << 10;

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const ENUMERATED: u8 = 0x0a;
const OCTET_STRING: u8 = 0x04;
const SET: u8 = 0x31;
const CONTROLS: u8 = 0xa0;
/// Operations that a server may send: bind and search responses, references, extended and intermediate responses.
const BIND_RESPONSE: u8 = 0x61;
const SEARCH_ENTRY: u8 = 0x64;
const SEARCH_DONE: u8 = 0x65;
const SEARCH_REFERENCE: u8 = 0x73;
/// Extended response.
pub(super) const EXTENDED_RESPONSE: u8 = 0x78;
const INTERMEDIATE_RESPONSE: u8 = 0x79;

/// One element: its tag and its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Element<'a> {
    /// Tag byte.
    pub tag: u8,
    /// Content.
    pub content: &'a [u8],
}

/// Reads one message whole; `None` at the end of the stream.
///
/// # Errors
/// It is no LDAP message of a server, too large, or broken off.
pub(super) async fn read_message(from: &mut (impl AsyncRead + Unpin)) -> Result<Option<Vec<u8>>> {
    let mut message = Vec::new();
    let mut byte = [0];
    if from.read(&mut byte).await? == 0 {
        return Ok(None);
    }
    if byte[0] != SEQUENCE {
        return Err(garbage("it begins with no sequence"));
    }
    message.push(byte[0]);
    let first = from.read_u8().await?;
    message.push(first);
    let mut length = usize::from(first);
    if first >= 0x80 {
        let bytes = usize::from(first & 0x7f);
        if !(1..=4).contains(&bytes) {
            return Err(garbage("its length can't be"));
        }
        length = 0;
        for _ in 0..bytes {
            let byte = from.read_u8().await?;
            message.push(byte);
            length = (length << 8) | usize::from(byte);
        }
    }
    if length > MAX_MESSAGE_BYTES {
        return Err(garbage("it is too large"));
    }
    let head = message.len();
    message.reserve(length.min(FIRST_BYTES));
    from.take(length as u64).read_to_end(&mut message).await?;
    let content = message.get(head..).unwrap_or_default();
    if content.len() < length {
        return Err(garbage("it breaks off"));
    }
    check(content)?;
    Ok(Some(message))
}

/// Forwards the server's messages, each checked, until it ends.
///
/// # Errors
/// As [`read_message`]; those of the other side.
pub(super) async fn forward(from: &mut (impl AsyncRead + Unpin), to: &mut (impl AsyncWrite + Unpin)) -> Result<()> {
    while let Some(message) = read_message(from).await? {
        to.write_all(&message).await?;
    }
    Ok(())
}

/// The elements of a message's or a constructed element's content.
///
/// # Errors
/// They are cut off, or of a form that LDAP doesn't use.
pub(super) fn elements(mut content: &[u8]) -> Result<Vec<Element<'_>>> {
    let mut out = Vec::new();
    while let Some((&tag, rest)) = content.split_first() {
        if tag & 0x1f == 0x1f {
            return Err(garbage("a tag is too long"));
        }
        let (length, rest) = length(rest).ok_or_else(|| garbage("a length can't be"))?;
        let (inside, rest) = rest.split_at_checked(length).ok_or_else(|| garbage("an element is cut off"))?;
        out.push(Element { tag, content: inside });
        content = rest;
    }
    Ok(out)
}

/// A definite length and what follows it.
fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (&first, rest) = bytes.split_first()?;
    if first < 0x80 {
        return Some((usize::from(first), rest));
    }
    let count = usize::from(first & 0x7f);
    if !(1..=4).contains(&count) {
        return None;
    }
    let (digits, rest) = rest.split_at_checked(count)?;
    Some((digits.iter().fold(0, |n, b| (n << 8) | usize::from(*b)), rest))
}

/// Checks what is inside a message (RFC 4511 §4.1.1).
fn check(content: &[u8]) -> Result<()> {
    nested(content, 1)?;
    let parts = elements(content)?;
    let ([id, operation] | [id, operation, _]) = parts.as_slice() else {
        return Err(garbage("it is no LDAP message"));
    };
    if id.tag != INTEGER || !(1..=4).contains(&id.content.len()) {
        return Err(garbage("it has no number"));
    }
    if let Some(controls) = parts.get(2) {
        // Active Directory puts the name of a notice of disconnection (tag 10) where controls belong.
        let notice = controls.tag == 0x8a && operation.tag == EXTENDED_RESPONSE;
        if !notice {
            check_controls(*controls)?;
        }
    }
    match operation.tag {
        SEARCH_ENTRY => check_entry(operation.content),
        BIND_RESPONSE | SEARCH_DONE | EXTENDED_RESPONSE => check_result(operation.content),
        SEARCH_REFERENCE | INTERMEDIATE_RESPONSE => Ok(()),
        _ => Err(garbage("it is nothing that a server sends")),
    }
}

fn nested(content: &[u8], depth: usize) -> Result<()> {
    if depth > MAX_DEPTH {
        return Err(garbage("it nests too deep"));
    }
    for element in elements(content)? {
        if element.tag & 0x20 != 0 {
            nested(element.content, depth + 1)?;
        }
    }
    Ok(())
}

/// §4.1.9: code, name, text.
fn check_result(content: &[u8]) -> Result<()> {
    let parts = elements(content)?;
    let [code, name, text, ..] = parts.as_slice() else { return Err(garbage("a result lacks parts")) };
    let right = code.tag == ENUMERATED && (1..=4).contains(&code.content.len()) && is_text(*name) && is_text(*text);
    if right { Ok(()) } else { Err(garbage("a result is malformed")) }
}

/// §4.5.2: name, attributes.
fn check_entry(content: &[u8]) -> Result<()> {
    let parts = elements(content)?;
    let [name, attributes] = parts.as_slice() else { return Err(garbage("an entry lacks parts")) };
    if !is_text(*name) || attributes.tag != SEQUENCE {
        return Err(garbage("an entry is malformed"));
    }
    for attribute in elements(attributes.content)? {
        let parts = elements(attribute.content)?;
        let right = attribute.tag == SEQUENCE
            && matches!(parts.as_slice(), [kind, values] if is_text(*kind) && values.tag == SET
                && elements(values.content)?.iter().all(|v| v.tag == OCTET_STRING));
        if !right {
            return Err(garbage("an attribute is malformed"));
        }
    }
    Ok(())
}

/// §4.1.11: each with a name, perhaps a criticality, perhaps a value.
fn check_controls(controls: Element<'_>) -> Result<()> {
    if controls.tag != CONTROLS {
        return Err(garbage("controls are malformed"));
    }
    for control in elements(controls.content)? {
        let parts = elements(control.content)?;
        let named = parts.first().is_some_and(|name| is_text(*name));
        let rest = parts.iter().skip(1).map(|p| p.tag).collect::<Vec<_>>();
        let right = matches!(rest.as_slice(), [] | [0x01] | [OCTET_STRING] | [0x01, OCTET_STRING]);
        if control.tag != SEQUENCE || !named || !right {
            return Err(garbage("a control is malformed"));
        }
    }
    Ok(())
}

fn is_text(element: Element<'_>) -> bool {
    element.tag == OCTET_STRING && std::str::from_utf8(element.content).is_ok()
}

fn garbage(what: &str) -> Error {
    Error::new(ErrorKind::InvalidData, format!("what came is no LDAP message: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(bytes: &[u8]) -> Result<Option<Vec<u8>>> {
        futures_of(read_message(&mut &*bytes))
    }

    fn futures_of<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(work)
    }

    /// A successful bind: id 1, code 0, no name, no text.
    const BOUND: &[u8] = &[0x30, 12, 0x02, 1, 1, 0x61, 7, 0x0a, 1, 0, 0x04, 0, 0x04, 0];

    /// An entry `cn=a` with one attribute `sn` of one value `u`.
    const ENTRY: &[u8] = b"\x30\x18\x02\x01\x02\x64\x13\x04\x04cn=a\x30\x0b\x30\x09\x04\x02sn\x31\x03\x04\x01u";

    #[test]
    fn a_message_passes_as_it_is() {
        assert_eq!(read(ENTRY).unwrap().unwrap(), ENTRY);
        assert_eq!(read(BOUND).unwrap().unwrap(), BOUND);
        assert!(read(&[]).unwrap().is_none());
    }

    #[test]
    fn what_a_server_does_not_say_is_refused() {
        let mut request = BOUND.to_vec();
        request[5] = 0x60;
        for bad in
            [b"HTTP/1.1 400 Bad Request".as_slice(), &request, &BOUND[..9], &[0x30, 0x80, 0, 0], &[0x30, 0x84, 0x7f, 0, 0, 0]]
        {
            assert!(read(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn deep_nesting_is_refused_before_the_library_sees_it() {
        let mut bomb: Vec<u8> = vec![0x30, 0];
        for _ in 0..50_000 {
            let length = u32::try_from(bomb.len()).unwrap().to_be_bytes();
            bomb.splice(0..0, [0x30, 0x84].into_iter().chain(length));
        }
        assert!(read(&bomb).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = read(&bytes);
            let _ = check(&bytes);
        }

        #[test]
        fn what_passes_is_decoded_by_the_library_without_a_panic(at in prop::collection::vec((0..ENTRY.len(), any::<u8>()), 0..4)) {
            let mut bytes = ENTRY.to_vec();
            for (i, byte) in at {
                bytes[i] = byte;
            }
            let Ok(Some(passed)) = read(&bytes) else { return Ok(()) };
            let (rest, message) = ldap3::asn1::parse_tag(&passed).expect("well-formed");
            prop_assert!(rest.is_empty());
            let operation = message.expect_constructed().expect("constructed").swap_remove(1);
            if operation.id == 4 {
                ldap3::SearchEntry::construct(ldap3::ResultEntry::new(operation));
            }
        }
    }
}
