//! Which tracks a container has: MPEG-4 (ISO/IEC 14496-12), Ogg (RFC 3533), WebM (RFC 8794, RFC 9559). Only the tables are read.

/// Limit: boxes, pages or elements that are looked at.
const MAX_PARTS: usize = 10_000;

/// What a container carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tracks {
    /// Sound and nothing else.
    Sound,
    /// Pictures or something that isn't known.
    Pictures,
}

/// From the tracks one by one; none if there are none.
fn sum(all: impl Iterator<Item = bool>) -> Option<Tracks> {
    all.map(|sound| if sound { Tracks::Sound } else { Tracks::Pictures })
        .reduce(|a, b| if a == b { a } else { Tracks::Pictures })
}

/// Boxes of a container, one after another: type and contents.
fn boxes(bytes: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let kind = rest.get(4..8)?;
        let size = u32::from_be_bytes(rest.get(..4)?.try_into().ok()?);
        let (head, size) = match size {
            0 => (8, rest.len()),
            1 => (16, usize::try_from(u64::from_be_bytes(rest.get(8..16)?.try_into().ok()?)).ok()?),
            size => (8, size as usize),
        };
        // A box that says it is longer than the file ends with it.
        let inside = rest.get(head..size.min(rest.len()))?;
        rest = rest.get(size..).unwrap_or_default();
        Some((kind, inside))
    })
    .take(MAX_PARTS)
}

/// True if the brands of an MPEG-4 file are those of still pictures (ISO/IEC 23008-12).
pub(super) fn is_still(bytes: &[u8]) -> bool {
    const STILL: [&[u8]; 9] = [b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif", b"avis"];
    let brands = boxes(bytes).next().map(|(_, inside)| inside).unwrap_or_default();
    brands.chunks_exact(4).any(|brand| STILL.contains(&brand))
}

/// Tracks of an MPEG-4 file: `moov/trak/mdia/hdlr`.
pub(super) fn mpeg4(bytes: &[u8]) -> Option<Tracks> {
    fn within<'a>(bytes: &'a [u8], kind: &'static [u8]) -> impl Iterator<Item = &'a [u8]> {
        boxes(bytes).filter(move |(k, _)| *k == kind).map(|(_, inside)| inside)
    }
    let tracks = within(bytes, b"moov").flat_map(|moov| within(moov, b"trak"));
    let handlers = tracks.flat_map(|trak| within(trak, b"mdia")).flat_map(|mdia| within(mdia, b"hdlr"));
    sum(handlers.take(MAX_PARTS).map(|hdlr| hdlr.get(8..12) == Some(b"soun")))
}

/// Tracks of an Ogg file: all begin before the first of them goes on (RFC 3533 §4).
pub(super) fn ogg(bytes: &[u8]) -> Option<Tracks> {
    const SOUND: [&[u8]; 4] = [b"OpusHead", b"\x01vorbis", b"\x7fFLAC", b"Speex   "];
    let mut rest = bytes;
    let pages = std::iter::from_fn(|| {
        let begins = rest.starts_with(b"OggS") && rest.get(5)? & 2 != 0;
        let segments = rest.get(27..27 + usize::from(*rest.get(26)?))?;
        let inside = rest.get(27 + segments.len()..)?;
        rest = inside.get(segments.iter().map(|s| usize::from(*s)).sum()..).unwrap_or_default();
        begins.then(|| SOUND.iter().any(|codec| inside.starts_with(codec)))
    });
    sum(pages.take(MAX_PARTS))
}

/// An EBML number: its value without the marker, and how many bytes it has (RFC 8794 §4).
fn number(bytes: &[u8], keep_marker: bool) -> Option<(u64, usize)> {
    let first = *bytes.first()?;
    let length = first.leading_zeros() as usize + 1;
    let marker = 0x80_u8.checked_shr(first.leading_zeros()).filter(|m| *m != 0)?;
    let begin = if keep_marker { first } else { first & !marker };
    let value = bytes.get(1..length)?.iter().fold(u64::from(begin), |sum, b| (sum << 8) | u64::from(*b));
    Some((value, length))
}

/// Elements one after another: id and contents; one of unknown size goes to the end.
fn elements(bytes: &[u8]) -> impl Iterator<Item = (u64, &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (id, id_bytes) = number(rest, true)?;
        let (size, size_bytes) = number(rest.get(id_bytes..)?, false)?;
        let inside = rest.get(id_bytes + size_bytes..)?;
        let unknown = size == (1_u64 << (7 * size_bytes)) - 1;
        let size = if unknown { inside.len() } else { usize::try_from(size).ok()?.min(inside.len()) };
        let (inside, after) = inside.split_at_checked(size)?;
        rest = after;
        Some((id, inside))
    })
    .take(MAX_PARTS)
}

/// Tracks of a WebM file: `Segment/Tracks/TrackEntry/TrackType`.
pub(super) fn webm(bytes: &[u8]) -> Option<Tracks> {
    const HEADER: u64 = 0x1a45_dfa3;
    const DOC_TYPE: u64 = 0x4282;
    const SEGMENT: u64 = 0x1853_8067;
    const TRACKS: u64 = 0x1654_ae6b;
    const ENTRY: u64 = 0xae;
    const TYPE: u64 = 0x83;
    fn within(bytes: &[u8], wanted: u64) -> impl Iterator<Item = &[u8]> {
        elements(bytes).filter(move |(id, _)| *id == wanted).map(|(_, inside)| inside)
    }
    let is_webm = within(bytes, HEADER).take(1).flat_map(|h| within(h, DOC_TYPE)).any(|d| d == b"webm");
    let entries = within(bytes, SEGMENT).take(1).flat_map(|s| within(s, TRACKS)).flat_map(|t| within(t, ENTRY));
    let types = entries.flat_map(|e| within(e, TYPE)).map(|t| t.iter().all(|b| *b == 2) && !t.is_empty());
    if is_webm { sum(types.take(MAX_PARTS)) } else { None }
}

#[cfg(test)]
mod tests {
    use crate::media::{Media, sniff};

    fn boxed(kind: &[u8; 4], inside: &[u8]) -> Vec<u8> {
        [&(inside.len() as u32 + 8).to_be_bytes(), &kind[..], inside].concat()
    }

    fn mp4(handlers: &[&[u8; 4]]) -> Vec<u8> {
        let trak =
            |handler: &&[u8; 4]| boxed(b"trak", &boxed(b"mdia", &boxed(b"hdlr", &[&[0; 8], &handler[..], &[0; 13]].concat())));
        let moov = boxed(b"moov", &handlers.iter().flat_map(trak).collect::<Vec<_>>());
        [boxed(b"ftyp", b"isom\0\0\0\0iso5mp41"), boxed(b"mdat", &[7; 50]), moov].concat()
    }

    #[test]
    fn sound_is_told_from_moving_pictures() {
        assert_eq!(sniff(&mp4(&[b"soun"])), Some(Media::M4a));
        assert_eq!(sniff(&mp4(&[b"soun", b"vide"])), Some(Media::Video));
        assert_eq!(sniff(&mp4(&[])), None);
        let page = |flag: u8, inside: &[u8]| [&b"OggS\0"[..], &[flag], &[0; 20], &[1, inside.len() as u8], inside].concat();
        let opus = page(2, b"OpusHead\x01\x01");
        assert_eq!(sniff(&[opus.clone(), page(0, b"OpusTags")].concat()), Some(Media::Ogg));
        assert_eq!(sniff(&[opus, page(2, b"\x80theora")].concat()), Some(Media::Video));
        let webm = |types: &[u8]| {
            let entries: Vec<u8> = types.iter().flat_map(|t| [0xae, 0x83, 0x83, 0x81, *t]).collect();
            let tracks = [&[0x16, 0x54, 0xae, 0x6b, 0x80 | entries.len() as u8][..], &entries].concat();
            [&b"\x1a\x45\xdf\xa3\x87\x42\x82\x84webm\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff"[..], &tracks].concat()
        };
        assert_eq!(sniff(&webm(&[2])), Some(Media::Webm));
        assert_eq!(sniff(&webm(&[2, 1])), Some(Media::Video));
        assert_eq!(sniff(&webm(&[])), None);
    }
}
