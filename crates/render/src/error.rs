//! What can't be drawn.

/// Why no picture comes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// A layer of the style says what is not understood.
    #[error("layer “{layer}”: {what}")]
    Style {
        /// Id of the layer.
        layer: String,
        /// What is wrong, in English; a style is written by the house.
        what: String,
    },
    /// A picture without pixels, or wider or higher than [`crate::MAX_SIDE`].
    #[error("a picture is between 1 and {limit} pixels wide and high")]
    Size {
        /// The greatest side in pixels.
        limit: u32,
    },
    /// The typeface's file is not TrueType.
    #[error("the typeface can't be read: {0}")]
    Typeface(String),
    /// The bytes are no vector tile (Mapbox Vector Tile 2.1).
    #[error("the vector tile can't be read: {0}")]
    Tile(&'static str),
    /// The picture's file can't be written.
    #[error("the picture can't be written: {0}")]
    Encode(String),
}
