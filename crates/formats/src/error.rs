//! What goes wrong when a file is read or written, in both languages.

/// A fault of a file or of one row in it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file as a whole can't be used (further); the stream ends here.
    #[error("{en} [{code}]")]
    File {
        /// Stable code, kebab-case.
        code: &'static str,
        /// Turkish sentence.
        tr: String,
        /// English sentence.
        en: String,
    },
    /// One row is bad; the stream goes on after it.
    #[error("row {row}: {en} [{code}]")]
    Row {
        /// Where it stands in the source, counted from 1.
        row: u64,
        /// Stable code, kebab-case.
        code: &'static str,
        /// Turkish sentence.
        tr: String,
        /// English sentence.
        en: String,
    },
    /// The disk or the pipe failed.
    #[error("the file can't be read or written: {0}")]
    Io(#[from] std::io::Error),
}

/// The crate's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// A fault of the whole file.
    pub fn file(code: &'static str, tr: impl Into<String>, en: impl Into<String>) -> Self {
        Self::File { code, tr: tr.into(), en: en.into() }
    }

    /// A fault of one row.
    pub fn row(row: u64, code: &'static str, tr: impl Into<String>, en: impl Into<String>) -> Self {
        Self::Row { row, code, tr: tr.into(), en: en.into() }
    }

    /// A geometry that can't be read, in one row.
    pub fn geometry(row: u64, cause: impl std::fmt::Display) -> Self {
        Self::row(row, "bad-geometry", format!("geometri okunamadı: {cause}"), format!("the geometry can't be read: {cause}"))
    }

    /// A file that ends too early, after `row` whole rows.
    pub fn truncated(row: u64) -> Self {
        Self::file(
            "truncated",
            format!("Dosya yarıda kesilmiş: {row}. satırdan sonra bitiyor."),
            format!("The file is cut off: it ends after row {row}."),
        )
    }

    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::File { code, .. } | Self::Row { code, .. } => code,
            Self::Io(_) => "io",
        }
    }

    /// The Turkish sentence.
    pub fn tr(&self) -> String {
        match self {
            Self::File { tr, .. } | Self::Row { tr, .. } => tr.clone(),
            Self::Io(e) => format!("Dosya okunamadı ya da yazılamadı: {e}"),
        }
    }

    /// The English sentence.
    pub fn en(&self) -> String {
        match self {
            Self::File { en, .. } | Self::Row { en, .. } => en.clone(),
            Self::Io(e) => format!("The file can't be read or written: {e}"),
        }
    }

    /// The row, if only one row is bad.
    pub fn row_number(&self) -> Option<u64> {
        match self {
            Self::Row { row, .. } => Some(*row),
            _ => None,
        }
    }
}
