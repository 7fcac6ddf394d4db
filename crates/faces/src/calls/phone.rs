//! Phone numbers as phone systems and people write them, brought to the one form in which they are kept (ITU-T E.164).

/// Country code of Türkiye.
const COUNTRY: &str = "90";
/// Digits of a Turkish number without the country code.
const NATIONAL: usize = 10;

/// `0532 123 45 67`, `5321234567`, `00905321234567`, `sip:+905321234567@santral` → `+905321234567`; `None` for what is no number
/// that could be called back (withheld, an extension).
pub fn e164(text: &str) -> Option<String> {
    let text = text.trim();
    let text = ["sip:", "tel:"].iter().find_map(|s| text.strip_prefix(s)).unwrap_or(text);
    let text = text.split(['@', ';']).next().unwrap_or_default();
    let international = text.trim_start().starts_with('+');
    if text.chars().any(|c| !(c.is_ascii_digit() || c.is_whitespace() || matches!(c, '+' | '-' | '(' | ')' | '.' | '/'))) {
        return None;
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let digits = match () {
        () if international => digits,
        () if digits.starts_with("00") => digits.get(2..)?.to_owned(),
        () if digits.len() == NATIONAL + 1 && digits.starts_with('0') => format!("{COUNTRY}{}", digits.get(1..)?),
        () if digits.len() == NATIONAL && !digits.starts_with('0') => format!("{COUNTRY}{digits}"),
        () if digits.len() == NATIONAL + 2 && digits.starts_with(COUNTRY) => digits,
        () => return None,
    };
    ((8..=15).contains(&digits.len()) && !digits.starts_with('0')).then(|| format!("+{digits}"))
}

/// As people read it: `0532 123 45 67`; a foreign one as it is.
pub fn readable(number: &str) -> String {
    match number.strip_prefix("+90").filter(|rest| rest.len() == NATIONAL && rest.is_ascii()) {
        Some(rest) => format!("0{} {} {} {}", &rest[..3], &rest[3..6], &rest[6..8], &rest[8..]),
        None => number.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_come_to_one_form() {
        for text in [
            "0532 123 45 67",
            "(532) 123-45-67",
            "00905321234567",
            "+90 532 123 45 67",
            "905321234567",
            "sip:+905321234567@pbx;tag=1",
        ] {
            assert_eq!(e164(text).as_deref(), Some("+905321234567"), "{text}");
        }
        assert_eq!(e164("+44 20 7946 0018").as_deref(), Some("+442079460018"));
        for text in ["", "anonymous", "204", "153", "0", "+0123456789", "unknown 5321234567"] {
            assert_eq!(e164(text), None, "{text}");
        }
        assert_eq!(readable("+905321234567"), "0532 123 45 67");
        assert_eq!(readable("+442079460018"), "+442079460018");
    }

    proptest! {
        #[test]
        fn any_text_is_read_and_what_comes_out_stays(text in "\\PC{0,40}") {
            if let Some(number) = e164(&text) {
                prop_assert_eq!(e164(&number), Some(number.clone()));
                let _ = readable(&number);
            }
        }
    }
}
