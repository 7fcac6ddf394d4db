//! Letters as outlines.

use crate::RenderError;
use tiny_skia::PathBuilder;

/// A TrueType face.
pub struct Typeface {
    face: ttf_parser::Face<'static>,
    em: f32,
}

static SANS: &[u8] = include_bytes!("../fonts/LiberationSans-Regular.ttf");

impl Typeface {
    /// Liberation Sans, which comes with the crate: Latin with all of Turkish, Greek, Cyrillic.
    ///
    /// # Errors
    /// [`RenderError::Typeface`]; the file is in the program, so never.
    pub fn sans() -> Result<Self, RenderError> {
        Self::parse(SANS)
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`RenderError::Typeface`].
    pub fn parse(bytes: &'static [u8]) -> Result<Self, RenderError> {
        let face = ttf_parser::Face::parse(bytes, 0).map_err(|e| RenderError::Typeface(e.to_string()))?;
        let em = f32::from(face.units_per_em()).max(1.0);
        Ok(Self { face, em })
    }

    /// Width of a text in ems.
    pub(crate) fn width(&self, text: &str, spacing: f32) -> f32 {
        text.chars().map(|c| self.advance(c) + spacing).sum()
    }

    /// Width of a letter in ems.
    pub(crate) fn advance(&self, letter: char) -> f32 {
        let glyph = self.face.glyph_index(letter).unwrap_or_default();
        f32::from(self.face.glyph_hor_advance(glyph).unwrap_or(0)) / self.em
    }

    /// Adds a letter's outline: an em of `size` pixels, its origin at `at`, turned by (cosine, sine).
    pub(crate) fn outline(&self, letter: char, at: (f32, f32), size: f32, turn: (f32, f32), path: &mut PathBuilder) {
        if let Some(glyph) = self.face.glyph_index(letter) {
            let mut pen = Outline { path, at, scale: size / self.em, turn };
            self.face.outline_glyph(glyph, &mut pen);
        }
    }
}

struct Outline<'a> {
    path: &'a mut PathBuilder,
    at: (f32, f32),
    scale: f32,
    turn: (f32, f32),
}

impl Outline<'_> {
    /// Typefaces count upwards, pictures downwards.
    fn place(&self, x: f32, y: f32) -> (f32, f32) {
        let (x, y) = (x * self.scale, -y * self.scale);
        let (cos, sin) = self.turn;
        (self.at.0 + x * cos - y * sin, self.at.1 + x * sin + y * cos)
    }
}

impl ttf_parser::OutlineBuilder for Outline<'_> {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.place(x, y);
        self.path.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.place(x, y);
        self.path.line_to(x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let ((x1, y1), (x, y)) = (self.place(x1, y1), self.place(x, y));
        self.path.quad_to(x1, y1, x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let ((x1, y1), (x2, y2), (x, y)) = (self.place(x1, y1), self.place(x2, y2), self.place(x, y));
        self.path.cubic_to(x1, y1, x2, y2, x, y);
    }

    fn close(&mut self) {
        self.path.close();
    }
}
