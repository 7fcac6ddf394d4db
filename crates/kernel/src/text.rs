//! Text by Turkish rules.

/// Folds for comparison and search without regard to case: `İ`→`i`, `I`→`ı`, else lower case; strips U+0307 that a wrong
/// lower-casing leaves behind. (Rust's `"İ".to_lowercase()` is `i` + U+0307, `"I".to_lowercase()` is `i`: both wrong here.)
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            'İ' => out.push('i'),
            'I' => out.push('ı'),
            '\u{307}' => {}
            c => out.extend(c.to_lowercase()),
        }
    }
    out
}

/// Without accents (CQL2's ACCENTI): letters are decomposed (NFD) and their marks U+0300 to U+036F left out; `ı`, which Unicode
/// does not take apart, becomes `i`, as people type it without a Turkish keyboard.
pub fn without_accents(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization as _;
    text.nfd().filter(|c| !('\u{300}'..='\u{36f}').contains(c)).map(|c| if c == 'ı' { 'i' } else { c }).collect()
}

/// Upper case by Turkish rules: `i`→`İ`, `ı`→`I`.
pub fn upper(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            'i' => out.push('İ'),
            'ı' => out.push('I'),
            c => out.extend(c.to_uppercase()),
        }
    }
    out
}

/// Folds for search: as [`fold`], then Turkish letters to their plain ones, so that `istanbul`, `ISTANBUL` and `İstanbul`
/// meet (people type without a Turkish keyboard).
pub fn search_fold(text: &str) -> String {
    fold(text)
        .chars()
        .map(|c| match c {
            'ı' => 'i',
            'ş' => 's',
            'ğ' => 'g',
            'ç' => 'c',
            'ö' => 'o',
            'ü' => 'u',
            'â' => 'a',
            'î' => 'i',
            'û' => 'u',
            c => c,
        })
        .collect()
}
