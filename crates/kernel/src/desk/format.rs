//! What texts of a format must look like.

use crate::{Bilingual, catalogue::Format};

/// Limit: characters of an e-mail address (RFC 5321, 4.5.3.1.3).
const MAX_EMAIL: usize = 254;
/// Digits of a phone number (ITU-T E.164): with country code at least and at most.
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 8..=15;

/// What is wrong with a text of the format, if anything is.
pub(super) fn fault(format: Format, text: &str) -> Option<Bilingual> {
    let (fits, tr, en) = match format {
        Format::NationalId => {
            (is_national_id(text), "geçerli bir T.C. kimlik numarası değil", "not a valid Turkish identity number")
        }
        Format::Email => (is_email(text), "geçerli bir e-posta adresi değil", "not a valid e-mail address"),
        Format::Phone => {
            (is_phone(text), "telefon +905321234567 biçiminde yazılır", "a phone number is written like +905321234567")
        }
    };
    (!fits).then(|| Bilingual::new(tr, en))
}

/// A Turkish identity number (T.C. kimlik no): eleven digits, the first not 0; the tenth is (7 · sum of the 1st, 3rd … 9th −
/// sum of the 2nd, 4th … 8th) mod 10, the eleventh the sum of the first ten mod 10.
fn is_national_id(text: &str) -> bool {
    let digits: Option<Vec<i32>> = text.chars().map(|c| c.to_digit(10).and_then(|d| i32::try_from(d).ok())).collect();
    let Some(digits) = digits.filter(|d| d.len() == 11 && d[0] != 0) else { return false };
    let odd: i32 = digits[..9].iter().step_by(2).sum();
    let even: i32 = digits[1..8].iter().step_by(2).sum();
    let sum: i32 = digits[..10].iter().sum();
    (7 * odd - even).rem_euclid(10) == digits[9] && sum % 10 == digits[10]
}

fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let clean = |part: &str| !part.is_empty() && !part.chars().any(|c| c.is_whitespace() || c.is_control() || c == '@');
    text.len() <= MAX_EMAIL && clean(local) && clean(domain) && domain.split('.').all(|label| !label.is_empty())
}

fn is_phone(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        PHONE_DIGITS.contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0')
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn check_digits_of_identity_numbers() {
        for good in ["10000000146", "11111111110", "12345678950"] {
            assert!(is_national_id(good), "{good}");
        }
        for bad in ["", "10000000147", "00000000000", "1000000014", "100000001460", "1000000014a", "१००००००००१४६"]
        {
            assert!(!is_national_id(bad), "{bad}");
        }
    }

    #[test]
    fn addresses_and_phones() {
        assert!(is_email("ayse@trabzon.bel.tr") && !is_email("ayse@") && !is_email("a b@c.tr") && !is_email("a@b..tr"));
        assert!(is_phone("+905321234567") && !is_phone("05321234567") && !is_phone("+90532abc") && !is_phone("+0123456789"));
    }

    proptest! {
        #[test]
        fn one_wrong_digit_is_found(nine in 100_000_000u64..=999_999_999, at in 0usize..11, by in 1u32..10) {
            let digits: Vec<i32> = nine.to_string().chars().map(|c| c.to_digit(10).unwrap() as i32).collect();
            let odd: i32 = digits.iter().step_by(2).sum();
            let even: i32 = digits[1..].iter().step_by(2).sum();
            let tenth = (7 * odd - even).rem_euclid(10);
            let eleventh = (digits.iter().sum::<i32>() + tenth) % 10;
            let good = format!("{nine}{tenth}{eleventh}");
            prop_assert!(is_national_id(&good));
            let bad: String = good.chars().enumerate()
                .map(|(i, c)| if i == at { char::from_digit((c.to_digit(10).unwrap() + by) % 10, 10).unwrap() } else { c }).collect();
            prop_assert!(!is_national_id(&bad));
        }

        #[test]
        fn any_text_is_judged(text in "\\PC{0,40}") {
            for format in [Format::NationalId, Format::Email, Format::Phone] {
                let _ = fault(format, &text);
            }
        }
    }
}
