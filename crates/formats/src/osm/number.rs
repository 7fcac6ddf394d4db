//! House numbers taken apart: `12`, `12A`, `12/A`, `14/2`, `3-5`.

use serde::Deserialize;

/// Limit: letters behind a number.
const MAX_LETTERS: usize = 4;

/// A part of a house number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The number: 12.
    Number,
    /// The letters behind it: A.
    Letters,
    /// What stands before a second number: `slash` or `dash`.
    Separator,
    /// The second number.
    Second,
}

/// The part, if the text is a number of this form.
pub(super) fn part(text: &str, part: Part) -> Option<String> {
    let (number, rest) = digits(text.trim())?;
    let (separator, behind) = match rest.trim_start().split_at_checked(1) {
        Some(("/", behind)) => (Some("slash"), behind.trim_start()),
        Some(("-", behind)) => (Some("dash"), behind.trim_start()),
        _ => (None, rest.trim_start()),
    };
    let second = separator.and_then(|_| digits(behind)).filter(|(_, rest)| rest.is_empty()).map(|(n, _)| n);
    match part {
        Part::Number => Some(number.to_owned()),
        Part::Separator => second.and(separator).map(str::to_owned),
        Part::Second => second.map(str::to_owned),
        Part::Letters => {
            let letters =
                !behind.is_empty() && behind.chars().all(char::is_alphabetic) && behind.chars().count() <= MAX_LETTERS;
            (letters && separator != Some("dash")).then(|| behind.to_uppercase())
        }
    }
}

/// A number from 1 to 99999 at the front, and what follows.
fn digits(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    let number = number.trim_start_matches('0');
    (!number.is_empty() && number.len() <= 5).then_some((number, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts() {
        let all = |text: &str| {
            [Part::Number, Part::Letters, Part::Separator, Part::Second].map(|p| part(text, p).unwrap_or_default())
        };
        assert_eq!(all("12"), ["12", "", "", ""]);
        assert_eq!(all("12a"), ["12", "A", "", ""]);
        assert_eq!(all("12 A"), ["12", "A", "", ""]);
        assert_eq!(all("12/B"), ["12", "B", "", ""]);
        assert_eq!(all("14/2"), ["14", "", "slash", "2"]);
        assert_eq!(all("3 - 5"), ["3", "", "dash", "5"]);
        assert_eq!(all("3-5a"), ["3", "", "", ""]);
        assert_eq!(all("1;3"), ["1", "", "", ""]);
        assert_eq!(all("Haus"), ["", "", "", ""]);
        assert_eq!(all("123456"), ["", "", "", ""]);
    }
}
