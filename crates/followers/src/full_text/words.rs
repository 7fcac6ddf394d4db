//! Words by Turkish rules: how a text becomes what the index holds, and how what somebody typed becomes what is looked for.

use frostem::{Algorithm, Stemmer};
use meydan_kernel::text::{fold, search_fold};
use std::ops::Range;

/// Limit: bytes of one word; the rest of a longer one is not looked at.
const MAX_WORD_BYTES: usize = 60;
/// Limit: words that are read together as one number.
const MAX_NUMBER_WORDS: usize = 8;
/// Fewest letters before an apostrophe for the rest to be taken as a suffix (*Trabzon'un*; not *D'Artagnan*).
const LEAST_LETTERS_OF_A_NAME: usize = 2;
/// Longest suffix after an apostrophe in letters (*-lerimizden*).
const MAX_SUFFIX_LETTERS: usize = 9;
/// Fewest letters of a stem.
const LEAST_STEM: usize = 3;
/// Longest word without a digit that may be part of a number (*12 A*, *TR 2026-41*).
const MAX_LETTERS_IN_NUMBER: usize = 3;

/// One word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// Its bytes in the text, without a suffix after an apostrophe.
    pub(super) place: Range<usize>,
    /// Folded, with Turkish letters made plain.
    pub(super) plain: String,
    /// Its stems, plain; two where it is written without Turkish letters and may mean either.
    pub(super) stems: Vec<String>,
    /// The number that it is the beginning of, if several words together are one: without what stands between them.
    pub(super) number: Option<(String, usize)>,
}

/// The words of a text, in order.
pub(super) fn words(text: &str) -> Vec<Word> {
    let places = places(text);
    let mut out: Vec<Word> = places.iter().filter_map(|place| word(text, place.clone())).collect();
    join_numbers(text, &mut out);
    out
}

fn word(text: &str, place: Range<usize>) -> Option<Word> {
    let written = shortened(text.get(place.clone())?);
    // A letter may stand as base and accent (NFD): without its accent it is the plain one.
    let folded: String = fold(written).chars().filter(|c| !is_accent(*c)).collect();
    let plain = search_fold(&folded);
    if plain.is_empty() {
        return None;
    }
    let stems = stems(&folded, &plain);
    Some(Word { place, plain, stems, number: None })
}

fn shortened(word: &str) -> &str {
    let end = (0..=word.len().min(MAX_WORD_BYTES)).rev().find(|at| word.is_char_boundary(*at)).unwrap_or(0);
    word.get(..end).unwrap_or(word)
}

/// The stems of a word, plain. The stemmer goes by vowel harmony, so it needs the word with its Turkish letters: a word without
/// any is tried both as it is and as harmony would have it.
fn stems(folded: &str, plain: &str) -> Vec<String> {
    if folded.chars().any(|c| c.is_ascii_digit()) {
        return vec![plain.to_owned()];
    }
    let mut out = Vec::new();
    stem(folded, &mut out);
    if folded.is_ascii() {
        stem(&harmonised(folded), &mut out);
    }
    out
}

/// Adds the stems of one spelling. Snowball's stemmer leaves some suffixes on that cities' words have all the time: a possessive
/// after a vowel (*caddesi*), a case on a short word (*çöpü*); and it may find one more suffix in what it left (*kaldırımlar*).
/// Each of these is one more stem, so that all forms of a word share one; words meet if they share any.
fn stem(word: &str, out: &mut Vec<String>) {
    let stemmer = Stemmer::new(Algorithm::Turkish);
    let mut add = |stem: &str| {
        let plain = search_fold(stem);
        if plain.len() >= LEAST_STEM.min(word.len()) && !out.contains(&plain) {
            out.push(plain);
        }
    };
    let first = stemmer.stem(word);
    add(&first);
    add(&stemmer.stem(&first));
    for form in [word, &first] {
        if let Some(bare) = without_possessive(form) {
            add(&stemmer.stem(bare));
        }
    }
    if first == word
        && let Some(bare) = without_case(word)
    {
        add(&hardened(bare));
    }
}

/// *caddesi*, *lambası* without the possessive; also what the stemmer leaves of them, *caddes*.
fn without_possessive(word: &str) -> Option<&str> {
    let rest = word.strip_suffix(['ı', 'i', 'u', 'ü']).unwrap_or(word).strip_suffix('s')?;
    (rest.chars().count() >= LEAST_STEM && rest.ends_with(is_vowel)).then_some(rest)
}

/// *parkı*, *parka* without the case; not *parke*, which is another word: a suffix goes by the vowel before it.
fn without_case(word: &str) -> Option<&str> {
    let rest = word.strip_suffix(['ı', 'i', 'u', 'ü', 'a', 'e'])?;
    let is_back = |c: char| matches!(c, 'a' | 'ı' | 'o' | 'u');
    let agrees = rest.chars().rfind(|c| is_vowel(*c)).is_some_and(|before| word.ends_with(is_back) == is_back(before));
    (agrees && rest.chars().count() >= LEAST_STEM && !rest.ends_with(is_vowel)).then_some(rest)
}

/// *sokağ* is *sokak*.
fn hardened(stem: &str) -> String {
    stem.strip_suffix('ğ').map_or_else(|| stem.to_owned(), |rest| format!("{rest}k"))
}

const fn is_vowel(c: char) -> bool {
    matches!(c, 'a' | 'e' | 'ı' | 'i' | 'o' | 'ö' | 'u' | 'ü')
}

/// A word typed without a Turkish keyboard as vowel harmony would have it: `sokaklarimizda` is `sokaklarımızda`, `copler` is
/// `cöpler`. What `a` and `e` say is sure; `i`, `o`, `u` follow the vowel before them, in the first syllable the one after.
fn harmonised(word: &str) -> String {
    let letters: Vec<char> = word.chars().collect();
    let sure = |c: char| match c {
        'a' => Some(true),
        'e' => Some(false),
        _ => None,
    };
    let mut back: Option<bool> = None;
    let mut out = String::with_capacity(word.len());
    for (at, c) in letters.iter().enumerate() {
        if !matches!(c, 'a' | 'e' | 'i' | 'o' | 'u') {
            out.push(*c);
            continue;
        }
        let after = || letters.iter().skip(at + 1).find_map(|c| sure(*c));
        let is_back = sure(*c).or(back).or_else(after).unwrap_or(*c != 'i');
        out.push(match (c, is_back) {
            ('i', true) => 'ı',
            ('o', false) => 'ö',
            ('u', false) => 'ü',
            (c, _) => *c,
        });
        back = Some(is_back);
    }
    out
}

const fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

const fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | 'ʼ' | '´' | '`')
}

/// Where words are: runs of letters and digits; of a name with a suffix after an apostrophe only the name.
fn places(text: &str) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices() {
        match (c.is_alphanumeric() || is_accent(c), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                runs.push(from..at);
                start = None;
            }
            _ => {}
        }
    }
    if let Some(from) = start {
        runs.push(from..text.len());
    }
    let mut out: Vec<Range<usize>> = Vec::with_capacity(runs.len());
    for run in runs {
        let is_suffix = out.last().is_some_and(|name| is_suffix(text, name, &run));
        if !is_suffix {
            out.push(run);
        }
    }
    out
}

fn is_suffix(text: &str, name: &Range<usize>, run: &Range<usize>) -> bool {
    let between = text.get(name.end..run.start).unwrap_or("");
    let letters = |r: &Range<usize>| text.get(r.clone()).unwrap_or("").chars().count();
    let mut chars = between.chars();
    chars.next().is_some_and(is_apostrophe)
        && chars.next().is_none()
        && letters(name) >= LEAST_LETTERS_OF_A_NAME
        && letters(run) <= MAX_SUFFIX_LETTERS
        && text.get(run.clone()).is_some_and(|s| s.chars().all(char::is_alphabetic))
}

/// Reads neighbouring words of digits and few letters as one number too: `2026-0001 234` is also `20260001234`.
fn join_numbers(text: &str, words: &mut [Word]) {
    let mut at = 0;
    while at < words.len() {
        let count = number_words(text, words.get(at..).unwrap_or_default());
        if count < 2 {
            at += 1;
            continue;
        }
        let joined: String = words.iter().skip(at).take(count).map(|w| w.plain.as_str()).collect();
        if let Some(first) = words.get_mut(at) {
            first.number = Some((joined, count));
        }
        at += count;
    }
}

/// How many of the words, from the first on, are one number: each of digits or few letters, one sign between, a digit in two.
fn number_words(text: &str, words: &[Word]) -> usize {
    let has_digit = |w: &Word| w.plain.bytes().any(|b| b.is_ascii_digit());
    let fits = |w: &Word| has_digit(w) || w.plain.len() <= MAX_LETTERS_IN_NUMBER;
    let near = |a: &Word, b: &Word| text.get(a.place.end..b.place.start).is_some_and(|s| s.chars().count() == 1);
    let Some(first) = words.first().filter(|w| fits(w)) else { return 0 };
    let mut count = 1;
    let mut last = first;
    for next in words.iter().take(MAX_NUMBER_WORDS).skip(1) {
        if !fits(next) || !near(last, next) || !(has_digit(last) || has_digit(next)) {
            break;
        }
        count += 1;
        last = next;
    }
    // Words at the end that only stand beside the number are not part of it, but for one sign as in `12/A`.
    while count > 1 && words.get(count - 1).is_some_and(|w| !has_digit(w) && w.plain.len() > 1) {
        count -= 1;
    }
    if words.iter().take(count).any(has_digit) { count } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Vec<String> {
        words(text).into_iter().map(|w| w.plain).collect()
    }

    #[test]
    fn letters_meet_by_turkish_rules() {
        for written in ["İSTANBUL", "istanbul", "ıstanbul", "Istanbul", "i\u{307}stanbul", "İstanbul'da", "İSTANBUL’DAN"]
        {
            assert_eq!(plain(written), ["istanbul"], "{written}");
        }
        assert_eq!(plain("ÇÖP, şoför; c\u{327}o\u{308}p"), ["cop", "sofor", "cop"]);
        assert_eq!(plain("D'Artagnan"), ["d", "artagnan"]);
    }

    #[test]
    fn suffixes_fall_with_and_without_turkish_letters() {
        let stems = |text: &str| words(text).into_iter().flat_map(|w| w.stems).collect::<Vec<_>>();
        for forms in [
            "sokak sokaklarımızdaki SOKAKLARIMIZDA sokaklarimizda sokağı sokağın sokağa sokakta",
            "çöp çöpler copler çöplerin çöpü çöpe",
            "yol yollarda yolu yolun yola yollarimizin",
            "ağaç ağaçlar ağacı agaclari ağaçların",
            "cadde caddesi caddesinde caddeler caddesi'nde",
            "mahalle mahallesi mahallesinde mahalleler",
            "lamba lambası lambalar lambasının lambaları",
            "kaldırım kaldırımı kaldırımlar kaldırımdaki kaldirimlar",
            "park parkı parka parklar parkında parkındaki",
            "belediye belediyesi belediyenin",
            "köpek köpekler köpeği kopekler",
            "gürültü gürültüsü gürültüden gurultu",
            "müdürlük müdürlüğü müdürlükler",
        ] {
            let mut forms = forms.split(' ');
            let root = stems(forms.next().expect("the word itself"));
            for form in forms {
                assert!(stems(form).iter().any(|stem| root.contains(stem)), "{form}: {:?}, not {root:?}", stems(form));
            }
        }
        for (one, other) in [("sokak", "sofra"), ("yol", "yolcu"), ("kapı", "kapak"), ("su", "sus"), ("park", "parke")] {
            assert!(!stems(one).iter().any(|stem| stems(other).contains(stem)), "{one} is not {other}");
        }
    }

    #[test]
    fn numbers_are_read_as_one_too() {
        let number = |text: &str| words(text).into_iter().find_map(|w| w.number).map(|(n, _)| n);
        assert_eq!(number("2026-0001 234").as_deref(), Some("20260001234"));
        assert_eq!(number("TR-2026 48").as_deref(), Some("tr202648"));
        assert_eq!(number("12/A").as_deref(), Some("12a"));
        assert_eq!(number("üç büyük ev"), None);
    }

    #[test]
    fn places_are_where_the_words_stand() {
        let text = "Çöp İstanbul'un 12/A";
        let seen: Vec<&str> = words(text).iter().filter_map(|w| text.get(w.place.clone())).collect();
        assert_eq!(seen, ["Çöp", "İstanbul", "12", "A"]);
    }
}
