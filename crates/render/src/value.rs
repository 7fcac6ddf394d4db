//! What a feature says of itself, and what an expression comes to.

use crate::Colour;
use std::sync::Arc;

/// A value. Texts are shared, since a tile says each only once.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A text.
    Text(Arc<str>),
    /// A colour.
    Colour(Colour),
    /// Several values.
    List(Arc<[Self]>),
}

impl Value {
    /// As a number, if it is one.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Number(n) => Some(*n),
            _ => None,
        }
    }

    /// As a colour, if it is one or the text of one.
    pub fn colour(&self) -> Option<Colour> {
        match self {
            Self::Colour(c) => Some(*c),
            Self::Text(text) => Colour::parse(text),
            _ => None,
        }
    }

    /// As a text: what `to-string` of the style specification makes of it.
    pub fn text(&self) -> Arc<str> {
        match self {
            Self::Text(text) => Arc::clone(text),
            Self::Bool(b) => b.to_string().into(),
            Self::Number(n) => n.to_string().into(),
            Self::Null | Self::Colour(_) | Self::List(_) => "".into(),
        }
    }

    /// As a condition: only `true` is.
    pub fn holds(&self) -> bool {
        matches!(self, Self::Bool(true))
    }
}
