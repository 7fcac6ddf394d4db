//! The number told to an applicant: twelve digits, said on the phone in three groups; random, so that nobody guesses their way
//! into another's case, and with a check digit, so that a slip of the tongue is no other case.

use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Digits of a reference number, the check digit included.
const DIGITS: usize = 12;
/// All numbers of eleven digits.
const ELEVEN_DIGITS: u64 = 100_000_000_000;

/// A new reference number. Two version 7 UUIDs hold 64 fresh random bits at least (RFC 9562 section 6.9); a number has 36.
pub fn reference() -> String {
    drawn(&[Uuid::now_v7().into_bytes(), Uuid::now_v7().into_bytes()].concat())
}

/// The number of a sample's case: the same for the same seed and case.
pub fn sample_reference(seed: u64, case: Uuid) -> String {
    drawn(&[&seed.to_be_bytes()[..], case.as_bytes()].concat())
}

fn drawn(from: &[u8]) -> String {
    let mut hash = Sha256::new();
    hash.update(from);
    let bytes: [u8; 32] = hash.finalize().into();
    let number = bytes.iter().take(8).fold(0_u64, |n, b| n << 8 | u64::from(*b)) % ELEVEN_DIGITS;
    let digits = format!("{number:011}");
    let check = check_digit(&digits);
    format!("{digits}{check}")
}

/// The digits of what somebody typed or said; `None` if it is no reference number.
pub fn spoken(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '.' | '/')).collect();
    let right = digits.len() == DIGITS && digits.bytes().all(|b| b.is_ascii_digit());
    let (body, check) = digits.split_at_checked(DIGITS - 1)?;
    (right && check.parse() == Ok(check_digit(body))).then_some(digits)
}

/// As it is written and said: `4821 7736 9105`.
pub fn readable(reference: &str) -> String {
    let digits: Vec<char> = reference.chars().collect();
    digits.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// Luhn's check digit (ISO/IEC 7812-1 annex B): finds every single wrong digit and almost every swap of neighbours.
fn check_digit(digits: &str) -> u32 {
    let sum: u32 = digits
        .chars()
        .rev()
        .filter_map(|c| c.to_digit(10))
        .enumerate()
        .map(|(i, d)| if i % 2 == 0 { d * 2 / 10 + d * 2 % 10 } else { d })
        .sum();
    (10 - sum % 10) % 10
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    #[test]
    fn numbers_are_told_apart_and_read_back() {
        let numbers: HashSet<String> = (0..2_000).map(|_| reference()).collect();
        assert_eq!(numbers.len(), 2_000);
        for number in numbers {
            assert_eq!(spoken(&readable(&number)), Some(number));
        }
        assert_eq!(check_digit("7992739871"), 3);
    }

    proptest! {
        #[test]
        fn one_wrong_digit_is_noticed(at in 0..12_usize, by in 1..10_u8) {
            let number = reference();
            let mut bytes = number.into_bytes();
            bytes[at] = b'0' + (bytes[at] - b'0' + by) % 10;
            prop_assert_eq!(spoken(std::str::from_utf8(&bytes).expect("digits")), None);
        }

        #[test]
        fn any_text_is_read(text in "\\PC{0,40}") {
            if let Some(digits) = spoken(&text) {
                prop_assert_eq!(digits.len(), 12);
            }
        }
    }
}
