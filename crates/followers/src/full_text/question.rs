//! What somebody looks for, and how well a text answers it.

use super::words::{Word, words};
use std::ops::Range;

/// Limit: bytes of what is looked for; the rest is not looked at.
pub const MAX_TEXT_BYTES: usize = 400;
/// Limit: words looked for; the rest is not looked at.
pub const MAX_WORDS: usize = 8;
/// Fewest letters of a word that is still being typed to find longer ones.
const LEAST_PREFIX: usize = 2;
/// Words that say nothing of a record, plain; looked for only if there are no others.
const EMPTY_WORDS: [&str; 12] = ["ve", "ile", "veya", "ya", "da", "de", "ki", "bir", "the", "of", "and", "in"];

/// How well a word answers: as it is, by its stem, as the beginning of a longer one; a little better in the record's name. The
/// index's ranks are the sums over the words.
pub(super) const EXACT: u8 = 30;
pub(super) const STEM: u8 = 20;
pub(super) const PREFIX: u8 = 10;
pub(super) const IN_LABEL: u8 = 8;

/// One word looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    /// Forms that are the word itself: as typed, and the number that it is a part of.
    pub(super) exact: Vec<String>,
    /// Its stems.
    pub(super) stems: Vec<String>,
    /// Beginnings of words, if it is still being typed.
    pub(super) prefixes: Vec<String>,
}

/// What is looked for: all of these words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Question {
    pub(super) wanted: Vec<Wanted>,
}

impl Question {
    /// From what somebody typed.
    pub(super) fn new(text: &str) -> Self {
        let end = (0..=text.len().min(MAX_TEXT_BYTES)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let text = text.get(..end).unwrap_or("");
        let found = words(text);
        let typing = found.last().is_some_and(|w| w.place.end == text.len());
        let mut all: Vec<Wanted> = found.iter().map(of_word).collect();
        for (at, word) in found.iter().enumerate() {
            let Some((number, count)) = &word.number else { continue };
            all.iter_mut().skip(at).take(*count).for_each(|w| w.exact.push(number.clone()));
        }
        if typing && let Some(last) = all.last_mut() {
            last.prefixes = last.exact.iter().filter(|w| w.len() >= LEAST_PREFIX).cloned().collect();
        }
        let count = all.len();
        let telling = |at: usize, w: &Wanted| {
            // The word being typed may become another one.
            (typing && at + 1 == count) || !w.exact.first().is_some_and(|word| EMPTY_WORDS.contains(&word.as_str()))
        };
        let told: Vec<Wanted> = all.iter().enumerate().filter(|(at, w)| telling(*at, w)).map(|(_, w)| w.clone()).collect();
        let mut wanted = if told.is_empty() { all } else { told };
        wanted.truncate(MAX_WORDS);
        Self { wanted }
    }

    /// How well each word is answered by a text (0: not), and where; none of them may be.
    pub(super) fn read(&self, text: &str) -> Reading {
        let found = words(text);
        let mut out = Reading { ranks: vec![0; self.wanted.len()], places: Vec::new() };
        for (at, word) in found.iter().enumerate() {
            for (wanted, rank) in self.wanted.iter().zip(&mut out.ranks) {
                let Some((fit, count)) = wanted.fit(word) else { continue };
                *rank = (*rank).max(fit);
                let end = found.get(at + count - 1).map_or(word.place.end, |last| last.place.end);
                out.places.push(word.place.start..end);
            }
        }
        out.places = merged(out.places);
        out
    }
}

/// What a text answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reading {
    /// Per word looked for.
    pub(super) ranks: Vec<u8>,
    /// The places that answer, in bytes, ascending, apart from each other.
    pub(super) places: Vec<Range<usize>>,
}

fn of_word(word: &Word) -> Wanted {
    Wanted { exact: vec![word.plain.clone()], stems: word.stems.clone(), prefixes: Vec::new() }
}

impl Wanted {
    /// How well a word of a text fits, and over how many words of it.
    fn fit(&self, word: &Word) -> Option<(u8, usize)> {
        let number = word.number.as_ref().map(|(n, count)| (n, *count));
        if self.exact.contains(&word.plain) {
            return Some((EXACT, 1));
        }
        if let Some((_, count)) = number.filter(|(n, _)| self.exact.contains(n)) {
            return Some((EXACT, count));
        }
        if self.stems.iter().any(|stem| word.stems.contains(stem)) {
            return Some((STEM, 1));
        }
        if self.prefixes.iter().any(|p| word.plain.starts_with(p)) {
            return Some((PREFIX, 1));
        }
        number.filter(|(n, _)| self.prefixes.iter().any(|p| n.starts_with(p))).map(|(_, count)| (PREFIX, count))
    }
}

fn merged(mut places: Vec<Range<usize>>) -> Vec<Range<usize>> {
    places.sort_by_key(|p| (p.start, p.end));
    let mut out: Vec<Range<usize>> = Vec::with_capacity(places.len());
    for place in places {
        match out.last_mut() {
            Some(last) if place.start < last.end => last.end = last.end.max(place.end),
            _ => out.push(place),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_answers_by_word_stem_and_beginning() {
        let ranks = |asked: &str, text: &str| Question::new(asked).read(text).ranks;
        assert_eq!(ranks("sokak ", "Bir SOKAK"), [EXACT]);
        assert_eq!(ranks("sokaklarımızdaki ", "çöp dolu sokak"), [STEM]);
        assert_eq!(ranks("sok", "Sokaklarda su"), [PREFIX]);
        assert_eq!(ranks("sok ", "Sokaklarda su"), [0]);
        assert_eq!(ranks("çöp ve su ", "cop"), [EXACT, 0]);
        assert_eq!(ranks("20260001234", "İş no: 2026-0001 234"), [EXACT]);
        assert_eq!(ranks("2026 0001 234", "20260001234"), [EXACT; 3]);
    }

    #[test]
    fn places_are_of_the_text_as_it_is_written() {
        let text = "İçeride 2026-0001 var, Çöpler çöp";
        let reading = Question::new("çöp 20260001").read(text);
        let shown: Vec<&str> = reading.places.iter().filter_map(|p| text.get(p.clone())).collect();
        assert_eq!(shown, ["2026-0001", "Çöpler", "çöp"]);
    }
}
