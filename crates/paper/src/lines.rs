//! Breaking a text into lines: at spaces, after hyphens and slashes, and inside of what is too long for any line.

use crate::face::{Face, Faces, Weight};

/// Gaps between words grow at most by this many times the size of the letters; a line that needs more stays ragged.
const MAX_STRETCH: f32 = 0.9;

/// How a text is set.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting {
    pub weight: Weight,
    /// Size of the letters in points.
    pub size: f32,
    /// Width of the first line and of the others in points.
    pub first: f32,
    pub rest: f32,
}

/// One line.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Line {
    /// With a space at its end where the line was broken at one, so that who copies the text gets it.
    pub text: String,
    /// Width in points without that space.
    pub width: f32,
    /// The last of its paragraph: not stretched.
    pub last: bool,
}

impl Line {
    /// How much wider each space must be to fill the width; 0 for what isn't stretched.
    pub fn stretch(&self, available: f32, size: f32) -> f32 {
        let spaces = self.text.trim_end().matches(' ').count();
        let missing = available - self.width;
        if self.last || spaces == 0 || missing <= 0.0 {
            return 0.0;
        }
        #[expect(clippy::cast_precision_loss, reason = "a line has fewer than a thousand spaces")]
        let each = missing / spaces as f32;
        if each > MAX_STRETCH * size { 0.0 } else { each }
    }
}

/// The lines of a text; a line break in it begins a new paragraph's line. No lines for an empty text.
pub(crate) fn break_text(faces: &Faces, text: &str, setting: Setting) -> Vec<Line> {
    let mut lines = Vec::new();
    for part in faces.printable(text).split('\n') {
        let setting = if lines.is_empty() { setting } else { Setting { first: setting.rest, ..setting } };
        break_printable(faces, part, setting, &mut lines);
    }
    lines
}

/// The same for one paragraph that is printable already.
pub(crate) fn break_printable(faces: &Faces, text: &str, setting: Setting, lines: &mut Vec<Line>) {
    let mut breaker = Breaker { face: faces.of(setting.weight), setting, lines, begun: 0, text: String::new(), width: 0.0 };
    breaker.begun = breaker.lines.len();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        breaker.word(word);
    }
    breaker.close(true);
}

struct Breaker<'a> {
    face: &'a Face,
    setting: Setting,
    lines: &'a mut Vec<Line>,
    /// Where the paragraph's lines begin.
    begun: usize,
    text: String,
    width: f32,
}

impl Breaker<'_> {
    fn available(&self) -> f32 {
        if self.lines.len() == self.begun { self.setting.first } else { self.setting.rest }
    }

    /// Ends the line; `last` when the paragraph ends too.
    fn close(&mut self, last: bool) {
        if self.text.trim_end().is_empty() {
            self.text.clear();
            self.width = 0.0;
            return;
        }
        let text = std::mem::take(&mut self.text);
        self.lines.push(Line { text, width: self.width, last });
        self.width = 0.0;
    }

    fn word(&mut self, word: &str) {
        let space = if self.text.is_empty() { 0.0 } else { self.face.letter_width(' ', self.setting.size) };
        let width = self.face.width(word, self.setting.size);
        if self.width + space + width <= self.available() {
            self.add_space(space);
            self.text.push_str(word);
            self.width += width;
            return;
        }
        let mut joined = false;
        for piece in pieces(word) {
            self.piece(piece, joined);
            joined = true;
        }
    }

    fn add_space(&mut self, width: f32) {
        if !self.text.is_empty() {
            self.text.push(' ');
            self.width += width;
        }
    }

    /// A part of a word; `joined` when no space stands before it.
    fn piece(&mut self, piece: &str, joined: bool) {
        let size = self.setting.size;
        let space = if joined || self.text.is_empty() { 0.0 } else { self.face.letter_width(' ', size) };
        let width = self.face.width(piece, size);
        if self.width + space + width > self.available() && !self.text.is_empty() {
            if !joined {
                self.text.push(' ');
            }
            self.close(false);
        } else if !joined {
            self.add_space(space);
        }
        if width <= self.available() - self.width {
            self.text.push_str(piece);
            self.width += width;
        } else {
            self.letters(piece);
        }
    }

    /// What is too long for a line is broken anywhere, but not before a mark that belongs to the letter before it.
    fn letters(&mut self, piece: &str) {
        for letter in piece.chars() {
            let width = self.face.letter_width(letter, self.setting.size);
            let mark = unicode_normalization::char::is_combining_mark(letter);
            if self.width + width > self.available() && !self.text.is_empty() && !mark {
                self.close(false);
            }
            self.text.push(letter);
            self.width += width;
        }
    }
}

/// The parts of a word between which a line may end: after a hyphen or dash between letters, and in addresses after a mark that a
/// letter follows. Numbers of papers (`E-48201937-622`, `48/3`) stay whole.
fn pieces(word: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut begin = 0;
    let mut before = None;
    let mut letters = word.char_indices().peekable();
    while let Some((_, letter)) = letters.next() {
        let next = letters.peek().copied();
        let letter_follows = next.is_some_and(|(_, next)| next.is_alphabetic());
        let may_end = match letter {
            '-' | '–' | '—' => letter_follows && before.is_some_and(char::is_alphabetic),
            '/' | '?' | '&' | '@' | '_' => letter_follows,
            _ => false,
        };
        if let Some((end, _)) = next.filter(|_| may_end) {
            parts.extend(word.get(begin..end));
            begin = end;
        }
        before = Some(letter);
    }
    parts.extend(word.get(begin..));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NARROW: Setting = Setting { weight: Weight::Regular, size: 12.0, first: 100.0, rest: 140.0 };

    fn lines(text: &str) -> Vec<Line> {
        break_text(&Faces::load().unwrap(), text, NARROW)
    }

    #[test]
    fn the_first_line_is_shorter_and_a_broken_line_keeps_its_space() {
        let lines = lines("Belediyemize yaptığınız başvuru ilgili birime iletilmiştir.");
        assert_eq!(lines[0].text, "Belediyemize ");
        assert!(lines[0].width <= 100.0);
        assert!(lines.iter().rev().skip(1).all(|line| line.text.ends_with(' ') && !line.last));
        assert!(lines.last().unwrap().last);
    }

    #[test]
    fn a_word_longer_than_the_line_is_broken() {
        let lines = lines(&"ş".repeat(200));
        assert!(lines.len() > 3);
        assert!(lines.iter().all(|line| line.width <= 140.0));
    }

    #[test]
    fn a_line_ends_after_a_hyphen_between_letters_but_never_inside_of_a_number() {
        assert_eq!(pieces("e-Devlet"), ["e-", "Devlet"]);
        assert_eq!(pieces("E-48201937-622.03"), ["E-48201937-622.03"]);
        assert_eq!(pieces("https://a.tr/basvuru/48/3"), ["https://", "a.tr/", "basvuru/48/3"]);
    }

    #[test]
    fn a_decomposed_letter_becomes_one_and_an_unknown_one_a_box() {
        let faces = Faces::load().unwrap();
        assert_eq!(faces.printable("s\u{327}ehir g\u{306}"), "şehir ğ");
        assert_eq!(faces.printable("çukur 🕳 \u{200d}漢"), "çukur □ □");
        assert_eq!(faces.printable("12 ₺\t.\u{7}"), "12 TL .□");
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_its_place_and_no_letter_is_lost(text in "\\PC{0,300}") {
            let faces = Faces::load().unwrap();
            let lines = break_text(&faces, &text, NARROW);
            for line in &lines {
                // A mark that adds no width of its own may follow.
                prop_assert!(line.width <= 140.1, "{} in {:?}", line.width, line.text);
            }
            let without_spaces = |text: &str| text.chars().filter(|letter| !letter.is_whitespace()).collect::<String>();
            let set: String = lines.iter().map(|line| line.text.as_str()).collect();
            prop_assert_eq!(without_spaces(&set), without_spaces(&faces.printable(&text)));
        }
    }
}
