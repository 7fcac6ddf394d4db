//! Turkish alphabetical order: what lists for people are sorted by (`ç` after `c`, `ı` before `i`). SQLite's collation.

use std::cmp::Ordering;

/// The Turkish alphabet with q, w, x where dictionaries put them.
const ALPHABET: &str = "abcçdefgğhıijklmnoöpqrsştuüvwxyz";
/// Ranks of letters begin here: above punctuation and digits.
const LETTERS: u32 = 0x1000;
/// Ranks of everything else begin here.
const OTHERS: u32 = 0x2000;

/// Compares by letter without regard to case; then by bytes, so that only equal texts are equal.
pub(super) fn compare(a: &str, b: &str) -> Ordering {
    ranks(a).cmp(ranks(b)).then_with(|| a.cmp(b))
}

fn ranks(text: &str) -> impl Iterator<Item = u32> + '_ {
    text.chars().filter(|c| *c != '\u{307}').map(rank)
}

fn rank(c: char) -> u32 {
    let c = match c {
        'I' => 'ı',
        'İ' | 'î' | 'Î' => 'i',
        'â' | 'Â' => 'a',
        'û' | 'Û' => 'u',
        c => c.to_lowercase().next().unwrap_or(c),
    };
    match c {
        'a'..='b' => LETTERS + (c as u32 - 'a' as u32),
        c if (c as u32) < 'a' as u32 => c as u32,
        c => ALPHABET.chars().position(|l| l == c).map_or(OTHERS + c as u32, |at| LETTERS + at as u32),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn streets_stand_in_the_order_of_a_turkish_directory() {
        let mut streets = [
            "Zambak",
            "İnönü",
            "Ilıca",
            "Çınar",
            "Cumhuriyet",
            "çarşı",
            "Şehit",
            "Sahil",
            "1. Sokak",
            "Ğ",
            "Gül",
            "Ötüken",
            "Orhan",
            "Umut",
            "Ülkü",
        ];
        streets.sort_by(|a, b| compare(a, b));
        let wanted = [
            "1. Sokak",
            "Cumhuriyet",
            "çarşı",
            "Çınar",
            "Gül",
            "Ğ",
            "Ilıca",
            "İnönü",
            "Orhan",
            "Ötüken",
            "Sahil",
            "Şehit",
            "Umut",
            "Ülkü",
            "Zambak",
        ];
        assert_eq!(streets, wanted);
    }

    proptest! {
        #[test]
        fn the_order_is_total(a in "\\PC{0,6}", b in "\\PC{0,6}", c in "\\PC{0,6}") {
            prop_assert_eq!(compare(&a, &b), compare(&b, &a).reverse());
            prop_assert_eq!(compare(&a, &b) == Ordering::Equal, a == b);
            if compare(&a, &b) == Ordering::Less && compare(&b, &c) == Ordering::Less {
                prop_assert_eq!(compare(&a, &c), Ordering::Less);
            }
        }
    }
}
