//! The pages' texts in both languages. The functions are generated from `i18n/*.ftl` by `build.rs`.

use super::format;
use meydan_kernel::Lang;

/// The texts of one language: one function per message.
#[derive(Debug, Clone, Copy)]
pub struct Texts(pub Lang);

/// What is put into a text.
pub enum Arg {
    /// A word, as it is.
    Text(String),
    /// A whole number, written in the language's way.
    Number(i64),
}

impl Arg {
    fn write(&self, lang: Lang, out: &mut String) {
        match self {
            Self::Text(text) => out.push_str(text),
            Self::Number(number) => out.push_str(&format::integer(lang, *number)),
        }
    }

    /// The variant of a choice: CLDR's plural category of both languages for a number (`one` for 1, else `other`), or the word.
    fn choice(&self) -> &str {
        match self {
            Self::Number(1) => "one",
            Self::Number(_) => "other",
            Self::Text(text) => text,
        }
    }
}

impl<T: AsRef<str>> From<T> for Arg {
    fn from(text: T) -> Self {
        Self::Text(text.as_ref().to_owned())
    }
}

/// A number as it stands in a text.
pub struct Count(pub i64);

impl From<Count> for Arg {
    fn from(count: Count) -> Self {
        Self::Number(count.0)
    }
}

/// A count for a text; larger than any register is capped.
pub fn count(number: impl TryInto<i64>) -> Count {
    Count(number.try_into().unwrap_or(i64::MAX))
}

include!(concat!(env!("OUT_DIR"), "/texts.rs"));
