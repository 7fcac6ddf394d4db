//! What a photo tells of itself (Exif 2.32). The camera's word: neither place nor time is proven by it.

use super::{Outline, outline};
use crate::Result;
use exif::{Exif, In, Rational, Reader, Tag, Value};
use jiff::{civil, tz::Offset};

/// What is known.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// Pixels from left to right, as the photo is to be shown.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
    /// Where it was taken: longitude, latitude in degrees, WGS 84.
    pub position: Option<(f64, f64)>,
    /// When it was taken.
    pub taken_at: Option<Taken>,
}

/// A camera's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// As its clock showed it.
    pub local: civil::DateTime,
    /// How far that is from UTC; older cameras don't tell.
    pub offset: Option<Offset>,
}

/// What a photo tells; damaged EXIF tells nothing, or what can be read of it.
///
/// # Errors
/// `not-a-photo`, `damaged-photo`, `photo-too-large`.
pub fn facts(bytes: &[u8]) -> Result<Facts> {
    let outline = outline(bytes)?;
    let exif = read(&outline);
    let lies = exif.as_ref().map_or(1, orientation_of) >= 5;
    let (width, height) = if lies { (outline.height, outline.width) } else { (outline.width, outline.height) };
    let position = exif.as_ref().and_then(position);
    Ok(Facts { width, height, position, taken_at: exif.as_ref().and_then(taken_at) })
}

/// Which side is up: 1 to 8, 1 if it isn't told (Exif 2.32 §4.6.4).
pub(super) fn orientation(outline: &Outline) -> u8 {
    read(outline).as_ref().map_or(1, orientation_of)
}

fn read(outline: &Outline) -> Option<Exif> {
    let mut reader = Reader::new();
    reader.continue_on_error(true);
    reader.read_raw(outline.exif?.to_vec()).or_else(|e| e.distill_partial_result(|_| ())).ok()
}

fn orientation_of(exif: &Exif) -> u8 {
    let value = exif.get_field(Tag::Orientation, In::PRIMARY).and_then(|f| f.value.get_uint(0));
    value.filter(|v| (1..=8).contains(v)).and_then(|v| u8::try_from(v).ok()).unwrap_or(1)
}

fn position(exif: &Exif) -> Option<(f64, f64)> {
    // `V`: the receiver itself says that it knew nothing.
    if ascii(exif, Tag::GPSStatus).is_some_and(|s| s == "V") {
        return None;
    }
    let longitude = degrees(exif, Tag::GPSLongitude, Tag::GPSLongitudeRef, ["E", "W"], 180.0)?;
    let latitude = degrees(exif, Tag::GPSLatitude, Tag::GPSLatitudeRef, ["N", "S"], 90.0)?;
    // Where phones are that don't know where they are.
    (longitude != 0.0 || latitude != 0.0).then_some((longitude, latitude))
}

fn degrees(exif: &Exif, tag: Tag, side: Tag, sides: [&str; 2], most: f64) -> Option<f64> {
    let Value::Rational(parts) = &exif.get_field(tag, In::PRIMARY)?.value else { return None };
    let part = |at: usize| parts.get(at).and_then(number);
    let (degrees, minutes, seconds) = (part(0)?, part(1).unwrap_or(0.0), part(2).unwrap_or(0.0));
    let sum = degrees + minutes / 60.0 + seconds / 3600.0;
    let sign = match ascii(exif, side)?.as_str() {
        s if s == sides[0] => 1.0,
        s if s == sides[1] => -1.0,
        _ => return None,
    };
    (sum <= most && minutes < 60.0 && seconds < 60.0).then_some(sign * sum)
}

fn number(value: &Rational) -> Option<f64> {
    (value.denom != 0).then(|| value.to_f64())
}

fn taken_at(exif: &Exif) -> Option<Taken> {
    let of = |time: Tag, offset: Tag| {
        let local = camera_time(&ascii(exif, time)?)?;
        Some(Taken { local, offset: ascii(exif, offset).and_then(|o| camera_offset(&o)) })
    };
    of(Tag::DateTimeOriginal, Tag::OffsetTimeOriginal).or_else(|| of(Tag::DateTimeDigitized, Tag::OffsetTimeDigitized))
}

/// `2026:11:24 10:00:00`
fn camera_time(text: &str) -> Option<civil::DateTime> {
    let (date, time) = text.split_once(' ')?;
    format!("{}T{}", date.replace(':', "-"), time.trim()).parse().ok()
}

/// `+03:00`
fn camera_offset(text: &str) -> Option<Offset> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let (hours, minutes) = rest.split_once(':')?;
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    let plain = (0..=14).contains(&hours) && (0..60).contains(&minutes);
    plain.then(|| Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()).flatten()
}

fn ascii(exif: &Exif, tag: Tag) -> Option<String> {
    let Value::Ascii(texts) = &exif.get_field(tag, In::PRIMARY)?.value else { return None };
    Some(String::from_utf8_lossy(texts.first()?).trim_matches(['\0', ' ']).to_owned())
}
