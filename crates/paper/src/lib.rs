//! Official papers as PDF: letters by the by-law on official correspondence, receipts, reports. Data in, bytes out.
//!
//! The by-law is *Resmî Yazışmalarda Uygulanacak Usul ve Esaslar Hakkında Yönetmelik* (Official Gazette 31151, 10 June 2020);
//! the articles named in this crate are its own. Papers are tagged and written to PDF/A-2a and PDF/UA-1, the typeface is embedded
//! (Liberation Serif, as wide as Times New Roman), text can be searched and copied. The same data gives the same bytes.
//!
//! The crate knows no kernel, store or face. Texts are set from left to right in the Latin, Greek and Cyrillic alphabets; what the
//! typeface doesn't have is printed as a box. No text runs out of its place: long words are broken, long texts go on over pages,
//! and what can't be set at all is a [`PaperError`].

mod canvas;
mod compose;
mod error;
mod face;
mod file;
mod flow;
mod foot;
mod language;
mod letter;
mod lines;
mod metadata;
mod parts;
mod qr;
mod set_letter;
mod set_sheet;
mod sheet;
mod tree;

pub use error::PaperError;
pub use flow::MAX_PAGES;
pub use language::Language;
pub use letter::{Distribution, Letter};
pub use parts::{Authority, Footer, Paragraph, Signatory, Verification};
pub use qr::MAX_ADDRESS_BYTES;
pub use set_letter::letter;
pub use set_sheet::{MAX_COLUMNS, sheet};
pub use sheet::{Align, Column, Sheet, Table, Ticket};
