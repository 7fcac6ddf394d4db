//! Which passwords are refused (ASVS 5.0 §6.2): short ones, common ones, ones made of what everybody knows of the person. No
//! rules of composition, no forced change: they make passwords worse.

use super::well_known::COMMON;
use meydan_kernel::{Error, Result, text::search_fold};

/// Fewest characters of a password. ASVS asks for 8 and recommends 15; a phrase of three words has 12.
pub const MIN_CHARS: usize = 12;
/// Most characters of a password (ASVS 6.2.9: at least 64).
pub const MAX_CHARS: usize = 256;
/// Most bytes of a password.
pub(crate) const MAX_BYTES: usize = 4 * MAX_CHARS;
/// Fewest different characters.
const MIN_DIFFERENT: usize = 5;
/// Words of the person or the house shorter than this are only refused if there is nothing else: `ece` is in `pencere`.
const MIN_WORD: usize = 4;
/// Characters that must be left when common words, runs and repetitions are taken away.
const MIN_LEFT: usize = 4;

/// Checks a password (in NFC) against the policy; `own` are login, names, e-mail, city and the like.
///
/// # Errors
/// `weak-password` naming the reason.
pub(super) fn check<'a>(password: &str, own: impl Iterator<Item = &'a str>) -> Result<()> {
    let chars = password.chars().count();
    if chars < MIN_CHARS {
        return Err(weak(
            format!("en az {MIN_CHARS} karakter olmalı"),
            format!("it must have at least {MIN_CHARS} characters"),
        ));
    }
    if chars > MAX_CHARS {
        return Err(weak(
            format!("en çok {MAX_CHARS} karakter olabilir"),
            format!("it can have {MAX_CHARS} characters at most"),
        ));
    }
    let folded = search_fold(password);
    let plain = unleet(&folded);
    let words: Vec<String> = own.flat_map(parts).collect();
    let told = words.iter().filter(|w| w.chars().count() >= MIN_WORD);
    if let Some(word) = told.clone().find(|w| folded.contains(w.as_str()) || plain.contains(w.as_str())) {
        return Err(weak(
            format!("herkesin bildiği bir sözcük içeriyor: {word}"),
            format!("it contains a word that everybody knows of you or the house: {word}"),
        ));
    }
    let mut different: Vec<char> = folded.chars().collect();
    different.sort_unstable();
    different.dedup();
    if different.len() < MIN_DIFFERENT {
        return Err(weak("birkaç karakterin yinelenmesinden oluşuyor", "it is a repetition of a few characters"));
    }
    let is_made_of = |text: &str| left_over(text, &words).chars().count() < MIN_LEFT;
    // `p4r0l@123456`: the run goes before its digits are taken for letters.
    if is_made_of(&folded) || is_made_of(&plain) || is_made_of(&unleet(&without_runs(&folded))) {
        return Err(weak("çok kullanılan parolalardan oluşuyor", "it is made of common passwords"));
    }
    Ok(())
}

/// What is left of a password without common words, the person's own, runs (`12345`, `abcde`, `qwerty`) and years.
fn left_over(text: &str, own: &[String]) -> String {
    let mut left: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
    let own = own.iter().map(String::as_str).filter(|w| w.chars().count() >= 3);
    let mut words: Vec<&str> = COMMON.iter().copied().chain(own).collect();
    // Long ones first: what is left of `sifrematik` without `sifre` would be a word that nobody chose.
    words.sort_by_key(|w| std::cmp::Reverse(w.len()));
    for word in words {
        if left.contains(word) {
            left = left.replace(word, " ");
        }
    }
    without_runs(&left)
}

/// Without runs of at least three that go up, down or stay (`123`, `cba`, `111`), blanks and lone digits at words' ends.
fn without_runs(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let step = |at: usize| match (chars.get(at), chars.get(at + 1)) {
        (Some(a), Some(b)) => Some(i64::from(u32::from(*b)) - i64::from(u32::from(*a))),
        _ => None,
    };
    let (mut out, mut at) = (String::new(), 0);
    while let Some(c) = chars.get(at) {
        let first = step(at).filter(|s| (-1..=1).contains(s));
        let mut end = at + 1;
        while first.is_some() && step(end - 1) == first {
            end += 1;
        }
        if end - at >= 3 {
            at = end;
            continue;
        }
        if !c.is_whitespace() {
            out.push(*c);
        }
        at += 1;
    }
    out
}

/// Letters for the digits and signs that stand for them: `p4r0l@` is `parola`.
fn unleet(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '0' => 'o',
            '1' | '!' => 'i',
            '3' => 'e',
            '4' | '@' => 'a',
            '5' | '$' => 's',
            '7' => 't',
            c => c,
        })
        .collect()
}

/// A login, name or e-mail in its parts, folded.
fn parts(text: &str) -> Vec<String> {
    let folded = search_fold(text);
    folded.split(|c: char| !c.is_alphanumeric()).filter(|p| !p.is_empty()).map(str::to_owned).collect()
}

fn weak(tr: impl Into<String>, en: impl Into<String>) -> Error {
    Error::invalid("weak-password", "Bu parola kolay tahmin edilir.", "This password is easy to guess.")
        .field("password", tr, en)
        .hint(
            "Aklınızda kalacak, birbiriyle ilgisiz üç dört sözcük iyi bir paroladır.",
            "Three or four unrelated words that you remember make a good password.",
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn refused(password: &str) -> bool {
        check(password, ["ayse.yilmaz", "Ayşe Yılmaz", "ayse.yilmaz@trabzon.bel.tr", "Trabzon Büyükşehir", "Ece"].into_iter())
            .is_err()
    }

    #[test]
    fn what_is_easy_to_guess_is_refused() {
        for password in [
            "kisa",
            "on bir harf",
            "123456789012",
            "aaaaaaaaaaaaaaaa",
            "abababababab",
            "abcdefghijklmnop",
            "qwertyuiop12",
            "qwerty123456",
            "Şifre12345678",
            "P4r0l@123456",
            "parolaparola1",
            "galatasaray1905",
            "fenerbahce1907",
            "Istanbul34istanbul",
            "benim TRABZON şehrim",
            "güzel ayşe hanım 42",
            "yılmazlar sülalesi",
            "eceece123456",
            "sifresifre2024",
            "iloveyou12345",
            "besiktas besiktas",
        ] {
            assert!(refused(password), "{password}");
        }
    }

    #[test]
    fn what_is_not_is_taken_whatever_its_letters() {
        for password in [
            "pencere kaldırım lodos",
            "mavi tren gece kar",
            "correct horse battery",
            "Ğüşıöç-çınaraltı",
            "密码很长而且随机生成的吗",
            "9f27c1ab44e0d3",
            "🚲🌊🏔️🐟 hamsi tavada",
            "uzunsokakta yağmur vardı",
        ] {
            assert!(!refused(password), "{password}");
        }
        assert!(!refused(&"uzun bir cümle, ".repeat(16)[..].chars().take(256).collect::<String>()));
        assert!(refused(&"uzun bir cümle, ".repeat(17)));
    }

    proptest! {
        #[test]
        fn any_text_is_judged(password in "\\PC{0,300}") {
            let _ = refused(&password);
        }

        #[test]
        fn random_ones_are_taken(password in "[a-z0-9]{20,40}") {
            prop_assume!(password.chars().collect::<std::collections::HashSet<_>>().len() >= 10);
            prop_assert!(!refused(&password));
        }
    }
}
