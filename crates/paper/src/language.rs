//! The fixed words of a paper in its two languages, and how each writes a date.

use jiff::civil::Date;

/// The language of a paper: its fixed words, and what a screen reader is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Turkish
    Tr,
    /// English
    En,
}

/// The words that a paper brings itself.
pub(crate) struct Words {
    /// BCP 47
    pub tag: &'static str,
    pub number: &'static str,
    pub subject: &'static str,
    pub reference: &'static str,
    pub enclosure: &'static str,
    pub distribution: &'static str,
    pub action: &'static str,
    pub information: &'static str,
    pub phone: &'static str,
    pub email: &'static str,
    pub web: &'static str,
    pub contact: &'static str,
    pub code: &'static str,
    pub verify: &'static str,
    pub draft: &'static str,
    pub date: &'static str,
    /// The letters that count references
    pub letters: &'static [&'static str],
}

const TURKISH: Words = Words {
    tag: "tr-TR",
    number: "Sayı",
    subject: "Konu",
    reference: "İlgi",
    enclosure: "Ek:",
    distribution: "Dağıtım:",
    action: "Gereği:",
    information: "Bilgi:",
    phone: "Telefon:",
    email: "e-Posta:",
    web: "İnternet adresi:",
    contact: "Bilgi için:",
    code: "Doğrulama kodu:",
    verify: "Doğrulama adresi:",
    draft: "TASLAK",
    date: "Tarih:",
    letters: &[
        "a", "b", "c", "ç", "d", "e", "f", "g", "ğ", "h", "ı", "i", "j", "k", "l", "m", "n", "o", "ö", "p", "r", "s", "ş", "t",
        "u", "ü", "v", "y", "z",
    ],
};

const ENGLISH: Words = Words {
    tag: "en-GB",
    number: "Number",
    subject: "Subject",
    reference: "Reference",
    enclosure: "Enclosure:",
    distribution: "Distribution:",
    action: "For action:",
    information: "For information:",
    phone: "Phone:",
    email: "E-mail:",
    web: "Web:",
    contact: "Contact:",
    code: "Verification code:",
    verify: "Verify at:",
    draft: "DRAFT",
    date: "Date:",
    letters: &[
        "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r", "s", "t", "u", "v", "w", "x",
        "y", "z",
    ],
};

const ENGLISH_MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

impl Language {
    pub(crate) const fn words(self) -> &'static Words {
        match self {
            Self::Tr => &TURKISH,
            Self::En => &ENGLISH,
        }
    }

    /// A date as official letters write it: `24.11.2026` in Turkish (article 12), `24 November 2026` in English.
    #[must_use]
    pub fn date(self, date: Date) -> String {
        match self {
            Self::Tr => format!("{:02}.{:02}.{:04}", date.day(), date.month(), date.year()),
            Self::En => {
                let month = usize::from(date.month().unsigned_abs()).saturating_sub(1);
                format!("{} {} {}", date.day(), ENGLISH_MONTHS.get(month).unwrap_or(&""), date.year())
            }
        }
    }

    /// The mark before the `index`th of several references: `a)`, and numbers when the alphabet is used up.
    pub(crate) fn letter(self, index: usize) -> String {
        self.words().letters.get(index).map_or_else(|| format!("{})", index + 1), |letter| format!("{letter})"))
    }
}
