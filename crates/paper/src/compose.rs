//! Setting the parts that letters and sheets share: headings, paragraphs, signatures; and the finished file from them.

use crate::canvas::{Canvas, Used};
use crate::error::PaperError;
use crate::face::{Faces, Weight};
use crate::file;
use crate::flow::{Flow, Ink, Item, Piece, Place};
use crate::foot::{self, Foot};
use crate::language::Language;
use crate::lines::{Line, Setting, break_printable};
use crate::parts::{Authority, Footer, Paragraph, Signatory};
use crate::sheet::Align;
use crate::tree::{ElementId, Role, Tree};

/// A4, short and long side in points (article 6: 210 × 297 mm).
const A4: (f32, f32) = (595.276, 841.89);

/// 1.5 cm free on every side (article 8).
pub(crate) const MARGIN: f32 = 42.52;

/// 1.25 cm before the first word of a paragraph (article 16).
pub(crate) const INDENT: f32 = 35.43;

/// 12 points (article 7).
pub(crate) const SIZE: f32 = 12.0;

/// One line of the text.
pub(crate) const LINE: f32 = SIZE * crate::flow::LEADING;

/// The block in which the signature is centred.
const SIGNATURE_WIDTH: f32 = 215.0;

/// Distance between the mark of a list's point and its text.
const MARK_WIDTH: f32 = 20.0;

/// Above and below lists and rows.
const BLOCK_DISTANCE: f32 = 4.0;

/// The longest title in the file's metadata, in letters.
const MAX_TITLE_LETTERS: usize = 250;

/// A paper while it is set.
pub(crate) struct Composer {
    pub faces: Faces,
    pub tree: Tree,
    pub flow: Flow,
    pub language: Language,
    pub page: (f32, f32),
}

impl Composer {
    pub fn new(language: Language, landscape: bool) -> Result<Self, PaperError> {
        let page = if landscape { (A4.1, A4.0) } else { A4 };
        Ok(Self { faces: Faces::load()?, tree: Tree::new(), flow: Flow::default(), language, page })
    }

    /// Width of the text in points.
    pub fn width(&self) -> f32 {
        self.page.0 - 2.0 * MARGIN
    }

    pub fn element(&mut self, role: Role) -> ElementId {
        self.tree.add(Tree::ROOT, role)
    }

    /// The whole width.
    pub fn place(&self, weight: Weight, size: f32, align: Align) -> Place {
        Place { x: MARGIN, width: self.width(), weight, size, align }
    }

    /// A text in a place, kept together; nothing for an empty one.
    pub fn text(&mut self, place: Place, text: &str, role: Role) {
        if text.trim().is_empty() {
            return;
        }
        let element = self.element(role);
        let items = place.items(&self.faces, text, Some(element));
        self.flow.items.extend(items);
    }

    /// Centred lines, each a paragraph of its own; they stay together.
    pub fn centred(&mut self, texts: &[String], role: Role) {
        let place = self.place(Weight::Regular, SIZE, Align::Centre);
        for text in texts {
            self.text(place, text, role);
            self.flow.keep_last();
        }
    }

    pub fn paragraphs(&mut self, paragraphs: &[Paragraph]) {
        for paragraph in paragraphs {
            let distance = if matches!(paragraph, Paragraph::Text(_)) { 0.0 } else { BLOCK_DISTANCE };
            self.flow.gap(distance);
            match paragraph {
                Paragraph::List(points) => self.list(points),
                Paragraph::Rows(rows) => self.rows(rows),
                Paragraph::Text(text) => self.running(text),
            }
            self.flow.gap(distance);
        }
    }

    /// Justified paragraphs with an indent.
    pub fn running(&mut self, text: &str) {
        let setting = Setting { weight: Weight::Regular, size: SIZE, first: self.width() - INDENT, rest: self.width() };
        for part in self.faces.printable(text).split('\n') {
            let mut lines = Vec::new();
            break_printable(&self.faces, part, setting, &mut lines);
            if lines.is_empty() {
                continue;
            }
            let element = self.element(Role::Paragraph);
            let items = justified(&lines, MARGIN, INDENT, setting, element);
            self.flow.items.extend(items);
        }
    }

    fn list(&mut self, points: &[String]) {
        let list = self.element(Role::List);
        let x = MARGIN + INDENT + MARK_WIDTH;
        let width = self.width() - INDENT - MARK_WIDTH;
        let setting = Setting { weight: Weight::Regular, size: SIZE, first: width, rest: width };
        for (number, point) in (1..).zip(points) {
            let mut lines = Vec::new();
            for part in self.faces.printable(point).split('\n') {
                break_printable(&self.faces, part, setting, &mut lines);
            }
            let item = self.tree.add(list, Role::ListItem);
            let (label, body) = (self.tree.add(item, Role::Label), self.tree.add(item, Role::ListBody));
            let mut items = justified(&lines, x, 0.0, setting, body);
            if items.is_empty() {
                items.push(Item { height: LINE, ..Item::default() });
            }
            let mark = Line { text: format!("{number}. "), width: 0.0, last: true };
            let at = Place { x: MARGIN + INDENT, width: MARK_WIDTH, weight: Weight::Regular, size: SIZE, align: Align::Left };
            if let Some(first) = items.first_mut() {
                first.pieces.insert(0, at.piece(&mark, 0.0, Some(label)));
            }
            self.flow.items.extend(items);
        }
    }

    /// Labels in one column, values in another.
    fn rows(&mut self, rows: &[(String, String)]) {
        let width = |text: &str| self.faces.of(Weight::Bold).width(&self.faces.printable(text), SIZE);
        let widest = rows.iter().map(|(label, _)| width(label)).fold(0.0, f32::max);
        let label = widest.min(self.width() * 0.4) + 1.0;
        let left = Place { x: MARGIN + INDENT, width: label, weight: Weight::Bold, size: SIZE, align: Align::Left };
        for (name, value) in rows {
            let element = self.element(Role::Paragraph);
            self.labelled(left, name, value, element);
        }
    }

    /// A label, a colon and a value that goes on under its own beginning.
    pub fn labelled(&mut self, left: Place, label: &str, value: &str, element: ElementId) {
        let colon = left.x + left.width + 6.0;
        let x = colon + 8.0;
        let right = Place { x, width: MARGIN + self.width() - x, weight: Weight::Regular, ..left };
        self.labelled_in(left, right, label, value, element);
    }

    /// The same with a place for the value.
    pub fn labelled_in(&mut self, left: Place, right: Place, label: &str, value: &str, element: ElementId) {
        let colon = Place { x: right.x - 8.0, width: 8.0, weight: Weight::Regular, ..left };
        let labels = left.lines(&self.faces, label);
        let values = right.lines(&self.faces, value);
        let count = labels.len().max(values.len()).max(1);
        for index in 0..count {
            let mut pieces = Vec::new();
            if let Some(line) = labels.get(index) {
                pieces.push(left.piece(line, 0.0, Some(element)));
            }
            if index == 0 {
                let mark = Line { text: ": ".to_owned(), width: 0.0, last: true };
                pieces.push(colon.piece(&mark, 0.0, Some(element)));
            }
            if let Some(line) = values.get(index) {
                pieces.push(right.piece(line, 0.0, Some(element)));
            }
            self.flow.items.push(Item { height: left.line_height(), pieces, keep: index == 0 && count > 1, ..Item::default() });
        }
    }

    /// The signature on the right with room for a hand, on the same page as the end of the text (article 17).
    pub fn signature(&mut self, signatory: &Signatory) {
        self.flow.keep_last();
        self.flow.gap(3.0 * LINE);
        let x = MARGIN + self.width() - SIGNATURE_WIDTH;
        let place = Place { x, width: SIGNATURE_WIDTH, weight: Weight::Regular, size: SIZE, align: Align::Centre };
        let turkish = self.language == Language::Tr;
        let mut lines = vec![signatory.name.clone()];
        match &signatory.authority {
            Authority::Own => lines.push(signatory.title.clone()),
            Authority::OnBehalfOf(post) => {
                lines.push(if turkish { format!("{post} a.") } else { format!("for the {post}") });
                lines.push(signatory.title.clone());
            }
            Authority::Proxy if turkish => lines.push(format!("{} V.", without_possessive(&signatory.title))),
            Authority::Proxy => lines.push(format!("Acting {}", signatory.title)),
        }
        for line in lines {
            self.text(place, &line, Role::Paragraph);
            self.flow.keep_last();
        }
        if let Some(last) = self.flow.items.last_mut() {
            last.keep = false;
        }
    }

    /// Pages from what was set, with the foot on each, as a file.
    pub fn finish(mut self, title: &str, footer: &Footer, draft: bool) -> Result<Vec<u8>, PaperError> {
        let title: String = self.faces.printable(title).split_whitespace().collect::<Vec<_>>().join(" ");
        if title.is_empty() {
            return Err(PaperError::NoTitle);
        }
        let title: String = title.chars().take(MAX_TITLE_LETTERS).collect();
        let foot: Foot = foot::compose(&mut self, footer)?;
        let bottom = self.page.1 - MARGIN - foot.height;
        let mut pages = self.flow.paginate(MARGIN, bottom)?;
        let count = pages.len();
        for (number, page) in (1..).zip(pages.iter_mut()) {
            page.extend(foot.on_page(&self.faces, number, count, self.page));
        }
        let words = self.language.words();
        let (regular, bold) = (Used::default(), Used::default());
        let mut canvas = Canvas { faces: &self.faces, tree: &mut self.tree, page: self.page, regular, bold, pages: Vec::new() };
        for page in &pages {
            canvas.page(page, draft.then_some(words.draft));
        }
        file::write(canvas, &title, words.tag)
    }
}

/// Lines that fill the width, but for the last of each paragraph; no line of a paragraph is left alone on a page.
fn justified(lines: &[Line], x: f32, indent: f32, setting: Setting, element: ElementId) -> Vec<Item> {
    let count = lines.len();
    let height = setting.size * crate::flow::LEADING;
    let item = |(index, line): (usize, &Line)| {
        let (shift, width) = if index == 0 { (indent, setting.first) } else { (0.0, setting.rest) };
        let (weight, size) = (setting.weight, setting.size);
        let ink = Ink::Text { text: line.text.clone(), weight, size, stretch: line.stretch(width, size) };
        let piece = Piece { x: x + shift, down: height * crate::flow::BASE, ink, element: Some(element) };
        Item { height, pieces: vec![piece], keep: count > 1 && (index == 0 || index + 2 == count), ..Item::default() }
    };
    lines.iter().enumerate().map(item).collect()
}

/// `Belediye Başkanı` → `Belediye Başkan`: by custom a stand-in's title loses its ending before `V.`.
fn without_possessive(title: &str) -> &str {
    const ENDINGS: [&str; 6] = ["Başkanı", "Müdürü", "Sekreteri", "Amiri", "Şefi", "Yardımcısı"];
    let title = title.trim_end();
    match ENDINGS.iter().find(|ending| title.ends_with(*ending)) {
        Some(&"Yardımcısı") => title.strip_suffix("sı").unwrap_or(title),
        Some(_) => title.char_indices().next_back().and_then(|(last, _)| title.get(..last)).unwrap_or(title),
        None => title,
    }
}

#[cfg(test)]
mod tests {
    use super::without_possessive;

    #[test]
    fn a_stand_in_s_title_loses_its_ending() {
        assert_eq!(without_possessive("Belediye Başkanı"), "Belediye Başkan");
        assert_eq!(without_possessive("Fen İşleri Müdürü"), "Fen İşleri Müdür");
        assert_eq!(without_possessive("Genel Sekreter Yardımcısı"), "Genel Sekreter Yardımcı");
        assert_eq!(without_possessive("Zabıta Memuru"), "Zabıta Memuru");
    }
}
