//! What a map is drawn on.

use crate::{Clip, Colour, RenderError};
use tiny_skia::Path;

/// How the ends of a line look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Cap {
    /// Cut where the line ends.
    #[default]
    Butt,
    /// A half circle.
    Round,
    /// Half a width further.
    Square,
}

/// How the corners of a line look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Join {
    /// Pointed.
    #[default]
    Miter,
    /// Round.
    Round,
    /// Cut off.
    Bevel,
}

/// A line's look.
#[derive(Debug, Clone, PartialEq)]
pub struct Pen {
    /// Colour.
    pub colour: Colour,
    /// Width in pixels.
    pub width: f32,
    /// Ends.
    pub cap: Cap,
    /// Corners.
    pub join: Join,
    /// Lengths of dashes and gaps in pixels; none for a line without gaps.
    pub dashes: Vec<f32>,
}

/// A text where it stands, for canvases that can keep it a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Words<'a> {
    /// The text of one line.
    pub text: &'a str,
    /// The start of its baseline.
    pub at: (f32, f32),
    /// Height of an em in pixels.
    pub size: f32,
}

/// Pixels or a page. Coordinates are pixels of the view.
pub trait Canvas {
    /// Until the next call only this is painted.
    ///
    /// # Errors
    /// If the canvas can't hold it.
    fn clip(&mut self, clip: &Clip) -> Result<(), RenderError>;

    /// Fills a path by the even-odd rule, which needs no winding of rings.
    fn fill(&mut self, path: &Path, colour: Colour);

    /// Draws along a path.
    fn stroke(&mut self, path: &Path, pen: &Pen);

    /// Letters as outlines, filled by the non-zero rule as typefaces want it, with a halo beneath if its width is more than 0.
    fn letters(&mut self, outlines: &Path, colour: Colour, halo: Colour, halo_width: f32);

    /// What the letters just drawn say, for canvases from which text can be copied.
    fn say(&mut self, _words: &Words<'_>) {}
}
