//! A sheet: receipts, reports and lists with the institution's heading.

use crate::language::Language;
use crate::parts::{Footer, Paragraph, Signatory};
use jiff::civil::Date;

/// How the cells of a column stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Text.
    Left,
    /// Short marks.
    Centre,
    /// Numbers.
    Right,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// What stands above it on every page.
    pub title: String,
    /// Its share of the page's width beside the other columns' shares; 0 counts as 1.
    pub share: u16,
    /// How its cells stand.
    pub align: Align,
}

/// A table; goes on over pages, its titles are repeated.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// Between 1 and [`crate::MAX_COLUMNS`].
    pub columns: Vec<Column>,
    /// Each with as many cells as there are columns.
    pub rows: Vec<Vec<String>>,
}

/// A number in large digits in a frame, with its QR code: what the citizen keeps of a receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// What the number is: `Başvuru numaranız`.
    pub label: String,
    /// The number as it is said on the telephone.
    pub number: String,
    /// The address behind the QR code, at most [`crate::MAX_ADDRESS_BYTES`].
    pub url: Option<String>,
    /// A line below: how to follow the request.
    pub note: String,
}

/// A receipt, report or list. What is empty isn't printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// Language of the fixed words.
    pub language: Language,
    /// The heading's lines.
    pub institution: Vec<String>,
    /// The sheet's title, also the document's; can't be empty.
    pub title: String,
    /// The day it tells of.
    pub date: Option<Date>,
    /// The large number of a receipt.
    pub ticket: Option<Ticket>,
    /// What stands before the table.
    pub intro: Vec<Paragraph>,
    /// The table.
    pub table: Option<Table>,
    /// What stands after the table.
    pub closing: Vec<Paragraph>,
    /// Who signs, if anybody.
    pub signatory: Option<Signatory>,
    /// The foot of the page.
    pub footer: Footer,
    /// The long side across: for tables with many columns.
    pub landscape: bool,
    /// `TASLAK` / `DRAFT` across every page.
    pub draft: bool,
}
