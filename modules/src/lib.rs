//! The systems of the regulation: definitions, texts, styles and behaviour, one folder each.
