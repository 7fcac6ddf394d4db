//! A photo: what it tells of itself, and the same photo telling nothing but its pixels.

mod facts;
mod jpeg;
mod png;
mod webp;

pub use facts::{Facts, Taken, facts};

use crate::{Error, Result, media::Media};

/// Limit: pixels of a photo; more is a bomb for whoever shows it.
pub const MAX_PIXELS: u64 = 200_000_000;
/// Limit: segments or chunks of a file.
const MAX_PARTS: usize = 100_000;

/// What the parts of a photo's file tell.
struct Outline<'a> {
    width: u32,
    height: u32,
    /// EXIF, beginning with the header of TIFF.
    exif: Option<&'a [u8]>,
}

/// The same photo without anything that tells of place, time, camera or person: no EXIF, XMP, IPTC, comments, thumbnails, and nothing
/// behind its end. The pixels stay as they are, byte by byte; so do the profile of colours and, of a JPEG, which side is up.
///
/// # Errors
/// `not-a-photo` if it is none of JPEG, PNG, WebP; `damaged-photo` if its parts can't be told apart; `photo-too-large`.
pub fn without_metadata(bytes: &[u8]) -> Result<Vec<u8>> {
    let outline = outline(bytes)?;
    match super::sniff(bytes) {
        Some(Media::Jpeg) => jpeg::without_metadata(bytes, facts::orientation(&outline)),
        Some(Media::Png) => png::without_metadata(bytes),
        _ => webp::without_metadata(bytes),
    }
}

fn outline(bytes: &[u8]) -> Result<Outline<'_>> {
    let outline = match super::sniff(bytes) {
        Some(Media::Jpeg) => jpeg::outline(bytes),
        Some(Media::Png) => png::outline(bytes),
        Some(Media::Webp) => webp::outline(bytes),
        _ => Err(Error::file("not-a-photo", "Dosya JPEG, PNG ya da WebP değil.", "The file is none of JPEG, PNG, WebP.")),
    }?;
    if outline.width == 0 || outline.height == 0 {
        return Err(damaged());
    }
    if u64::from(outline.width) * u64::from(outline.height) > MAX_PIXELS {
        return Err(Error::file(
            "photo-too-large",
            format!("Fotoğraf çok büyük: en fazla {} megapiksel olabilir.", MAX_PIXELS / 1_000_000),
            format!("The photo is too large: {} megapixels at most.", MAX_PIXELS / 1_000_000),
        ));
    }
    Ok(outline)
}

fn damaged() -> Error {
    Error::file("damaged-photo", "Fotoğraf dosyası bozuk ya da yarım.", "The file of the photo is damaged or cut off.")
}

fn be16(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?)))
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}
