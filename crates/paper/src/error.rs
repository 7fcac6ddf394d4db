//! What can keep a paper from being made.

/// The limit that was passed or the part that can't be set; every text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PaperError {
    /// More pages than [`crate::MAX_PAGES`].
    #[error("The paper would have more than {limit} pages.")]
    TooManyPages {
        /// The greatest number of pages.
        limit: usize,
    },
    /// The texts at the foot of the page would take more than a third of it.
    #[error("The texts at the foot of the page are too long.")]
    FooterTooTall,
    /// The frame with the receipt's number would take more than a third of the page.
    #[error("The texts beside the receipt's number are too long.")]
    TicketTooTall,
    /// The address to verify the paper is too long for a QR code that can be read from paper.
    #[error("The verification address is longer than {limit} bytes.")]
    AddressTooLong {
        /// The greatest length in bytes.
        limit: usize,
    },
    /// A table has no columns or more than [`crate::MAX_COLUMNS`].
    #[error("A table needs between 1 and {limit} columns.")]
    Columns {
        /// The greatest number of columns.
        limit: usize,
    },
    /// A row of a table has another number of cells than the table has columns.
    #[error("Row {row} of the table has {cells} cells instead of {columns}.")]
    Cells {
        /// Which row, from 1.
        row: usize,
        /// How many cells it has.
        cells: usize,
        /// How many the table has.
        columns: usize,
    },
    /// The paper has no title or subject; every reader of PDF for the blind needs one.
    #[error("The paper has no title.")]
    NoTitle,
    /// The embedded font can't be read: the program is damaged.
    #[error("The program's font can't be read: {0}")]
    Font(String),
}

impl PaperError {
    /// A stable name for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooManyPages { .. } => "paper_too_many_pages",
            Self::FooterTooTall => "paper_footer_too_tall",
            Self::TicketTooTall => "paper_ticket_too_tall",
            Self::AddressTooLong { .. } => "paper_address_too_long",
            Self::Columns { .. } => "paper_columns",
            Self::Cells { .. } => "paper_cells",
            Self::NoTitle => "paper_no_title",
            Self::Font(_) => "paper_font",
        }
    }

    /// The sentence in Turkish; `Display` is the English one.
    #[must_use]
    pub fn turkish(&self) -> String {
        match self {
            Self::TooManyPages { limit } => format!("Belge {limit} sayfadan uzun olamaz."),
            Self::FooterTooTall => "Sayfa altındaki bilgiler çok uzun.".to_owned(),
            Self::TicketTooTall => "Belge numarasının yanındaki bilgiler çok uzun.".to_owned(),
            Self::AddressTooLong { limit } => format!("Doğrulama adresi {limit} bayttan uzun olamaz."),
            Self::Columns { limit } => format!("Bir çizelgede 1 ile {limit} arasında sütun bulunmalıdır."),
            Self::Cells { row, cells, columns } => {
                format!("Çizelgenin {row}. satırında {columns} yerine {cells} hücre var.")
            }
            Self::NoTitle => "Belgenin başlığı veya konusu yok.".to_owned(),
            Self::Font(why) => format!("Programın yazı tipi okunamıyor: {why}"),
        }
    }
}
