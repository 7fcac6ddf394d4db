//! Finds the delimiter: the one that cuts the first rows into the same number of pieces, the more the better.

/// The delimiters tried, the likelier first (a tie goes to the earlier).
const CANDIDATES: [u8; 4] = [b';', b',', b'\t', b'|'];
/// Rows looked at.
const ROWS: usize = 50;

/// The delimiter of a text's beginning (`whole` if it is the whole text); comma if nothing tells.
pub(super) fn delimiter(text: &str, whole: bool) -> u8 {
    let score = |delimiter: u8| {
        let mut reader =
            csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(text.as_bytes());
        let mut widths: Vec<usize> = reader.records().take(ROWS).map_while(|r| r.ok().map(|r| r.len())).collect();
        // The last row of a cut text is cut itself.
        if !whole && widths.len() > 1 && widths.len() < ROWS {
            widths.pop();
        }
        let first = widths.first().copied().unwrap_or(0);
        if first < 2 {
            return 0.0;
        }
        let same = widths.iter().filter(|w| **w == first).count();
        let share = same as f64 / widths.len() as f64;
        share * share * (1.0 + (first as f64).ln())
    };
    let mut best = (b',', 0.0);
    for candidate in CANDIDATES {
        let s = score(candidate);
        if s > best.1 + 1e-9 {
            best = (candidate, s);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::delimiter;

    #[test]
    fn finds() {
        assert_eq!(delimiter("a;b;c\n1,5;2,5;3\n4,25;5;6\n", true), b';');
        assert_eq!(delimiter("a,b,c\n\"x;y\",2,3\n", true), b',');
        assert_eq!(delimiter("a\tb\n1\t2\n", true), b'\t');
        assert_eq!(delimiter("a|b|c\n1|2|3\n", true), b'|');
        assert_eq!(delimiter("ad\nAli\n", true), b',');
    }
}
