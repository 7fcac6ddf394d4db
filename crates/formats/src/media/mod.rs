//! What a file is, by its bytes: never by its name or by what who sent it says. No picture and no sound is decoded here.

mod containers;
pub mod photo;

use containers::Tracks;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Media {
    /// JPEG (ITU-T T.81).
    Jpeg,
    /// PNG (ISO/IEC 15948).
    Png,
    /// WebP (RFC 9649).
    Webp,
    /// PDF (ISO 32000).
    Pdf,
    /// Sound in an MPEG-4 file, without pictures.
    M4a,
    /// Sound in Ogg (Opus, Vorbis, FLAC, Speex), without pictures.
    Ogg,
    /// Sound in WebM, without pictures.
    Webm,
    /// GIF: known, not taken.
    Gif,
    /// A photo of an iPhone, HEIC or AVIF: known, not taken; browsers and phones make a JPEG of it when they are asked for one.
    Heic,
    /// Moving pictures in MPEG-4, WebM or Ogg: known, not taken.
    Video,
}

/// What a file is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sort {
    /// A still picture.
    Photo,
    /// A document.
    Document,
    /// A recording of sound.
    Sound,
}

impl Media {
    /// What it is good for; none if it isn't taken.
    pub fn sort(self) -> Option<Sort> {
        match self {
            Self::Jpeg | Self::Png | Self::Webp => Some(Sort::Photo),
            Self::Pdf => Some(Sort::Document),
            Self::M4a | Self::Ogg | Self::Webm => Some(Sort::Sound),
            Self::Gif | Self::Heic | Self::Video => None,
        }
    }

    /// True if it is one of the few kinds that are taken.
    pub fn is_accepted(self) -> bool {
        self.sort().is_some()
    }

    /// Its media type, as it is to be served; that of the first kind it may be if it isn't taken.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
            Self::Pdf => "application/pdf",
            Self::M4a => "audio/mp4",
            Self::Ogg => "audio/ogg",
            Self::Webm => "audio/webm",
            Self::Gif => "image/gif",
            Self::Heic => "image/heic",
            Self::Video => "video/mp4",
        }
    }

    /// The ending of its file's name, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Webp => "webp",
            Self::Pdf => "pdf",
            Self::M4a => "m4a",
            Self::Ogg => "ogg",
            Self::Webm => "webm",
            Self::Gif => "gif",
            Self::Heic => "heic",
            Self::Video => "mp4",
        }
    }
}

/// What a file is; none if it is nothing known. The whole file must be given: what tells sound from moving pictures may stand at its end.
pub fn sniff(bytes: &[u8]) -> Option<Media> {
    let tracks = |found: Option<Tracks>, sound: Media| match found {
        Some(Tracks::Sound) => Some(sound),
        Some(Tracks::Pictures) => Some(Media::Video),
        None => None,
    };
    match bytes {
        [0xff, 0xd8, 0xff, ..] => Some(Media::Jpeg),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Media::Png),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Media::Webp),
        [b'%', b'P', b'D', b'F', b'-', ..] => Some(Media::Pdf),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Media::Gif),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] if containers::is_still(bytes) => Some(Media::Heic),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => tracks(containers::mpeg4(bytes), Media::M4a),
        [b'O', b'g', b'g', b'S', ..] => tracks(containers::ogg(bytes), Media::Ogg),
        [0x1a, 0x45, 0xdf, 0xa3, ..] => tracks(containers::webm(bytes), Media::Webm),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn files_are_known_by_their_bytes() {
        assert_eq!(sniff(b"%PDF-1.7\n").and_then(Media::sort), Some(Sort::Document));
        assert_eq!(sniff(b"GIF89a...").map(Media::is_accepted), Some(false));
        assert_eq!(sniff(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"), Some(Media::Heic));
        assert_eq!(sniff(b"<html><script>"), None);
        assert_eq!(sniff(b"MZ\x90\0"), None);
        assert_eq!(sniff(b"PK\x03\x04"), None);
        assert_eq!(sniff(b""), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_something_or_nothing(
            head in proptest::sample::select(vec![
                &b"\xff\xd8\xff"[..], b"RIFF\0\0\0\0WEBP", b"\0\0\0\x10ftypM4A \0\0\0\0\0\0\0\x30moov\0\0\0\x28trak\0\0\0\x20mdia",
                b"OggS\0\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", b"\x1a\x45\xdf\xa3\x84\x42\x82\x81\x77\x18\x53\x80\x67",
            ]),
            rest in proptest::collection::vec(any::<u8>(), 0..200),
        ) {
            sniff(&[head, &rest].concat());
        }
    }
}
