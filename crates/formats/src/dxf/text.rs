//! Texts of drawings without what says how they look.

/// A plain text: `%%d` and its kin, `\U+0130`.
pub(super) fn plain(text: &str) -> String {
    let text = text.replace("%%d", "°").replace("%%D", "°").replace("%%p", "±").replace("%%P", "±");
    let text = text.replace("%%c", "Ø").replace("%%C", "Ø").replace("%%u", "").replace("%%U", "");
    unicode(&text.replace("%%o", "").replace("%%O", ""))
}

fn unicode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("\\U+") {
        out.push_str(&rest[..at]);
        let found = rest.get(at + 3..at + 7).and_then(|h| u32::from_str_radix(h, 16).ok()).and_then(char::from_u32);
        match found {
            Some(c) => {
                out.push(c);
                rest = &rest[at + 7..];
            }
            None => {
                out.push_str("\\U+");
                rest = &rest[at + 3..];
            }
        }
    }
    out.push_str(rest);
    out
}

/// A text of several lines: `\P` is a new line, `\f…;` and its kin, braces and `\~` are taken out.
pub(super) fn formatted(text: &str) -> String {
    let text = plain(text);
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '{' | '}' => {}
            '\\' => match chars.next() {
                Some('P' | 'N' | 'X') => out.push('\n'),
                Some('~') => out.push(' '),
                Some(c @ ('\\' | '{' | '}')) => out.push(c),
                // Font, colour, height, width, slant, alignment, tracking, paragraph: up to the semicolon.
                Some('f' | 'F' | 'C' | 'c' | 'H' | 'W' | 'Q' | 'A' | 'T' | 'p') => {
                    chars.by_ref().take_while(|c| *c != ';').for_each(drop);
                }
                // A fraction: `\S1/2;`.
                Some('S') => {
                    out.extend(chars.by_ref().take_while(|c| *c != ';').map(|c| if matches!(c, '^' | '#') { '/' } else { c }))
                }
                Some('L' | 'l' | 'O' | 'o' | 'K' | 'k') | None => {}
                Some(other) => out.push(other),
            },
            c => out.push(c),
        }
    }
    out.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts() {
        assert_eq!(plain("\\U+0130stanbul 90%%d"), "İstanbul 90°");
        assert_eq!(plain("\\U+zz"), "\\U+zz");
        assert_eq!(formatted("{\\fArial|b0|i0;ADA \\C1;101}\\PPARSEL 5"), "ADA 101\nPARSEL 5");
        assert_eq!(formatted("a\\S1^2;b\\\\"), "a1/2b\\");
        assert_eq!(formatted("\\"), "");
    }
}
