//! The embedded typeface: Liberation Serif, which has the widths of Times New Roman (article 7).

use crate::error::PaperError;
use unicode_normalization::UnicodeNormalization as _;

/// What stands for a letter that the typeface doesn't have.
const UNKNOWN: char = '□';

/// Regular or bold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    Regular,
    Bold,
}

/// One file of the typeface.
pub(crate) struct Face {
    pub data: &'static [u8],
    pub parsed: ttf_parser::Face<'static>,
    /// Units of one em.
    pub em: f32,
}

/// Both weights.
pub(crate) struct Faces {
    regular: Face,
    bold: Face,
}

static REGULAR: &[u8] = include_bytes!("../fonts/LiberationSerif-Regular.ttf");
static BOLD: &[u8] = include_bytes!("../fonts/LiberationSerif-Bold.ttf");

impl Faces {
    pub fn load() -> Result<Self, PaperError> {
        Ok(Self { regular: Face::parse(REGULAR)?, bold: Face::parse(BOLD)? })
    }

    pub const fn of(&self, weight: Weight) -> &Face {
        match weight {
            Weight::Regular => &self.regular,
            Weight::Bold => &self.bold,
        }
    }

    /// The text with letters composed (ş is one), one kind of space, no invisible marks, and a box for what can't be printed.
    /// Line breaks stay.
    pub fn printable(&self, text: &str) -> String {
        let mut clean = String::with_capacity(text.len());
        for letter in text.replace("\r\n", "\n").nfc() {
            match letter {
                '\n' | '\r' | '\u{2028}' | '\u{2029}' | '\u{b}' | '\u{c}' | '\u{85}' => clean.push('\n'),
                // The lira sign is younger than the typeface.
                '₺' => clean.push_str("TL"),
                '\u{2010}' | '\u{2011}' => clean.push('-'),
                '\u{2212}' => clean.push('–'),
                letter if invisible(letter) => {}
                letter if letter.is_whitespace() && letter != '\u{a0}' => clean.push(' '),
                letter if letter.is_control() || private(letter) || !self.regular.has(letter) => clean.push(UNKNOWN),
                letter => clean.push(letter),
            }
        }
        clean
    }
}

/// Soft hyphens, joiners, marks of direction and variation: they print nothing.
const fn invisible(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}

/// Private letters mean nothing outside of one typeface; PDF/A forbids them in the text behind the glyphs.
const fn private(letter: char) -> bool {
    matches!(letter, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}')
}

impl Face {
    fn parse(data: &'static [u8]) -> Result<Self, PaperError> {
        let parsed = ttf_parser::Face::parse(data, 0).map_err(|error| PaperError::Font(error.to_string()))?;
        let em = f32::from(parsed.units_per_em());
        Ok(Self { data, parsed, em })
    }

    fn has(&self, letter: char) -> bool {
        self.parsed.glyph_index(letter).is_some_and(|glyph| glyph.0 != 0)
    }

    /// The glyph of a letter of a printable text; a space otherwise.
    pub fn glyph(&self, letter: char) -> u16 {
        self.parsed.glyph_index(letter).or_else(|| self.parsed.glyph_index(' ')).map_or(0, |glyph| glyph.0)
    }

    /// Width of a glyph in font units.
    pub fn advance(&self, glyph: u16) -> u16 {
        self.parsed.glyph_hor_advance(ttf_parser::GlyphId(glyph)).unwrap_or(0)
    }

    /// Width of a letter in points.
    pub fn letter_width(&self, letter: char, size: f32) -> f32 {
        f32::from(self.advance(self.glyph(letter))) * size / self.em
    }

    /// Width of a printable text in points.
    pub fn width(&self, text: &str, size: f32) -> f32 {
        text.chars().map(|letter| self.letter_width(letter, size)).sum()
    }

    /// A value of the font in thousandths of an em, as PDF counts.
    pub fn thousandths(&self, units: f32) -> f32 {
        units * 1000.0 / self.em
    }
}
