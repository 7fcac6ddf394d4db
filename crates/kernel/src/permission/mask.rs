//! What is shown of a personal value to who may not see it.

use crate::{Value, catalogue::Mask};

/// The sign that stands for a hidden character.
const DOT: char = '•';
/// Dots in place of a word whose length would tell something.
const DOTS: usize = 3;

/// The value as shown to who may not see it; only texts leave something.
pub fn mask(value: &Value, mask: Mask) -> Value {
    match (value, mask) {
        (Value::Text(_), Mask::All) => Value::Null,
        (Value::Text(text), Mask::LastTwo) => Value::Text(last(text, 2)),
        (Value::Text(text), Mask::LastFour) => Value::Text(last(text, 4)),
        (Value::Text(text), Mask::Initials) => Value::Text(initials(text)),
        (Value::Text(text), Mask::Email) => Value::Text(email(text)),
        _ => Value::Null,
    }
}

/// The last characters, if at least as many stay hidden.
fn last(text: &str, shown: usize) -> String {
    let letters: Vec<char> = text.chars().collect();
    let hidden = if letters.len() >= 2 * shown { letters.len() - shown } else { letters.len() };
    letters.iter().enumerate().map(|(i, c)| if i < hidden { DOT } else { *c }).collect()
}

fn initials(text: &str) -> String {
    let dots: String = std::iter::repeat_n(DOT, DOTS).collect();
    let words: Vec<String> =
        text.split_whitespace().filter_map(|word| word.chars().next()).map(|first| format!("{first}{dots}")).collect();
    words.join(" ")
}

fn email(text: &str) -> String {
    let dots: String = std::iter::repeat_n(DOT, DOTS).collect();
    match (text.chars().next(), text.rsplit_once('@')) {
        (Some(first), Some((_, domain))) => format!("{first}{dots}@{domain}"),
        _ => dots,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn little_is_left() {
        let cases = [
            ("10000000146", Mask::LastTwo, "•••••••••46"),
            ("+905321234567", Mask::LastFour, "•••••••••4567"),
            ("123", Mask::LastFour, "•••"),
            ("Ayşe İpek Yılmaz", Mask::Initials, "A••• İ••• Y•••"),
            ("ayse@trabzon.bel.tr", Mask::Email, "a•••@trabzon.bel.tr"),
            ("ayse", Mask::Email, "•••"),
        ];
        for (text, how, left) in cases {
            assert_eq!(mask(&Value::Text(text.into()), how), Value::Text(left.into()));
        }
        assert_eq!(mask(&Value::Text("x".into()), Mask::All), Value::Null);
        assert_eq!(mask(&Value::Int(7), Mask::LastFour), Value::Null);
    }
}
