//! “Did you mean …?”: the nearest of the words that would have been right.

/// Limit: words longer than this are not compared (nobody mistypes them; the table would be large).
const MAX_WORD: usize = 64;

/// The nearest candidate, if it is near enough to be a slip of the hand (one edit in three letters).
pub(super) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let longest = (word.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= longest)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The suggestion as the end of a sentence, Turkish and English; empty if nothing is near.
pub(super) fn phrase<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> (String, String) {
    match nearest(word, candidates) {
        Some(near) => (format!("; “{near}” mi demek istediniz?"), format!("; did you mean “{near}”?")),
        None => (String::new(), String::new()),
    }
}

/// Edits between two words: insertion, deletion, substitution, swap of neighbours (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len() > MAX_WORD || b.len() > MAX_WORD {
        return usize::MAX;
    }
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let substituted = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = substituted.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before_last[j - 2] + 1);
            }
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_hand_is_understood_and_a_strange_word_is_not() {
        assert_eq!(nearest("requierd", ["unique", "required", "title"]), Some("required"));
        assert_eq!(nearest("tilte", ["title", "type"]), Some("title"));
        assert_eq!(nearest("colour", ["unique", "required", "title"]), None);
    }

    #[test]
    fn distances_are_those_of_the_textbook() {
        assert_eq!(distance("mahalle", "mahalle"), 0);
        assert_eq!(distance("mahale", "mahalle"), 1);
        assert_eq!(distance("ab", "ba"), 1);
        assert_eq!(distance("", "sokak"), 5);
    }
}
