//! A letter, as the by-law on official correspondence orders its parts.

use crate::language::Language;
use crate::parts::{Footer, Paragraph, Signatory};
use jiff::civil::Date;

/// Who gets the letter besides the addressee (article 19).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Distribution {
    /// Who has to act (`Gereği:`).
    pub action: Vec<String>,
    /// Who is to know (`Bilgi:`).
    pub information: Vec<String>,
}

/// An official letter. Lists may be empty; what is empty isn't printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Language of the fixed words.
    pub language: Language,
    /// The heading's lines (article 10): `T.C.`, the authority in capitals, the unit.
    pub institution: Vec<String>,
    /// File number (article 11, `Sayı`).
    pub number: String,
    /// Day of signing (article 12).
    pub date: Date,
    /// What it is about (article 13, `Konu`); also the document's title, so it can't be empty.
    pub subject: String,
    /// Addressee's lines, centred (article 14).
    pub addressee: Vec<String>,
    /// Earlier papers (article 15, `İlgi`); counted by letters when there are several.
    pub references: Vec<String>,
    /// The text (article 16).
    pub body: Vec<Paragraph>,
    /// The last sentence: `Bilgilerinizi rica ederim.`
    pub closing: String,
    /// Who signs (article 17); none on what nobody has signed yet.
    pub signatory: Option<Signatory>,
    /// Enclosures (article 18, `Ek`).
    pub enclosures: Vec<String>,
    /// Copies (article 19, `Dağıtım`).
    pub distribution: Distribution,
    /// The foot of the page.
    pub footer: Footer,
    /// Not signed yet: `TASLAK` / `DRAFT` stands across every page.
    pub draft: bool,
}
