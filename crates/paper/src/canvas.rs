//! Drawing items as the content of PDF pages, with the marks that tie them to the structure.

use crate::face::{Faces, Weight};
use crate::flow::{Ink, Piece, Placed};
use crate::qr::QUIET;
use crate::tree::{ElementId, Kid, Role, Tree};
use pdf_writer::types::{ArtifactSubtype, ArtifactType};
use pdf_writer::{Content, Name, Str};
use std::collections::BTreeMap;
use subsetter::GlyphRemapper;

/// How thin lines are, in points.
const HAIRLINE: f32 = 0.5;

/// Gray of the word across a draft.
const WATERMARK_GRAY: f32 = 0.88;

/// What a paper uses of one face.
#[derive(Default)]
pub(crate) struct Used {
    pub glyphs: GlyphRemapper,
    /// New glyph number → letter and old glyph number.
    pub letters: BTreeMap<u16, (char, u16)>,
}

impl Used {
    fn glyph(&mut self, letter: char, old: u16) -> u16 {
        let new = self.glyphs.remap(old);
        // A space that doesn't break shares its glyph with the common one: a reader gets the common one.
        let letter = if letter == '\u{a0}' { ' ' } else { letter };
        self.letters.entry(new).or_insert((letter, old));
        new
    }
}

/// A finished page.
pub(crate) struct Drawn {
    pub content: Vec<u8>,
    /// The element of each marked content, in order.
    pub marks: Vec<ElementId>,
}

/// Draws pages one after another.
pub(crate) struct Canvas<'a> {
    pub faces: &'a Faces,
    pub tree: &'a mut Tree,
    /// Width and height of a page in points.
    pub page: (f32, f32),
    pub regular: Used,
    pub bold: Used,
    pub pages: Vec<Drawn>,
}

/// What doesn't belong to the text of a page: its foot or the word across it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Footer,
    Watermark,
}

pub(crate) const fn font_name(weight: Weight) -> Name<'static> {
    match weight {
        Weight::Regular => Name(b"R"),
        Weight::Bold => Name(b"B"),
    }
}

impl Canvas<'_> {
    /// Draws a page: the word across it below everything, then its items.
    pub fn page(&mut self, items: &[Placed], watermark: Option<&str>) {
        let mut content = Content::new();
        content.set_line_width(HAIRLINE);
        let mut marks = Vec::new();
        if let Some(word) = watermark {
            self.watermark(&mut content, word);
        }
        for placed in items {
            for piece in &placed.item.pieces {
                self.piece(&mut content, &mut marks, placed.top, piece);
            }
        }
        self.pages.push(Drawn { content: content.finish().into_vec(), marks });
    }

    fn piece(&mut self, content: &mut Content, marks: &mut Vec<ElementId>, top: f32, piece: &Piece) {
        match piece.element {
            Some(element) => {
                let mark = i32::try_from(marks.len()).unwrap_or(i32::MAX);
                let role = self.tree.elements.get(element.0).map_or(Role::Paragraph, |element| element.role);
                content.begin_marked_content_with_properties(tag(role)).properties().identify(mark);
                marks.push(element);
                self.tree.kid(element, Kid::Marked { page: self.pages.len(), mark });
            }
            None => begin_artifact(content, Side::Footer),
        }
        let y = self.page.1 - top - piece.down;
        match &piece.ink {
            Ink::Text { text, weight, size, stretch } => {
                content.begin_text();
                content.set_font(font_name(*weight), *size);
                content.set_text_matrix([1.0, 0.0, 0.0, 1.0, piece.x, y]);
                self.show(content, text, *weight, *size, *stretch);
                content.end_text();
            }
            Ink::Fill { width, height, gray } => {
                content.set_fill_gray(*gray).rect(piece.x, y - height, *width, *height).fill_nonzero().set_fill_gray(0.0);
            }
            Ink::Frame { width, height } => {
                content.rect(piece.x, y - height, *width, *height).stroke();
            }
            Ink::Code { code, side } => {
                draw_code(content, code, piece.x, y, *side);
                if let Some(element) = piece.element.and_then(|id| self.tree.elements.get_mut(id.0)) {
                    element.place = Some([piece.x, y - side, piece.x + side, y]);
                }
            }
        }
        content.end_marked_content();
    }

    /// Shows a text from the current place; wider spaces as adjustments, since a font of two bytes has no word spacing.
    fn show(&mut self, content: &mut Content, text: &str, weight: Weight, size: f32, stretch: f32) {
        let face = self.faces.of(weight);
        let used = match weight {
            Weight::Regular => &mut self.regular,
            Weight::Bold => &mut self.bold,
        };
        let mut operation = content.show_positioned();
        let mut shown = operation.items();
        let mut bytes = Vec::with_capacity(text.len() * 2);
        for letter in text.chars() {
            bytes.extend(used.glyph(letter, face.glyph(letter)).to_be_bytes());
            if letter == ' ' && stretch > 0.0 {
                shown.show(Str(&bytes)).adjust(-stretch * 1000.0 / size);
                bytes.clear();
            }
        }
        if !bytes.is_empty() {
            shown.show(Str(&bytes));
        }
    }

    /// The word across the page, from the lower left to the upper right.
    fn watermark(&mut self, content: &mut Content, word: &str) {
        let (width, height) = self.page;
        let angle = (height / width).atan();
        let diagonal = width.hypot(height);
        let face = self.faces.of(Weight::Bold);
        let size = diagonal * 0.6 / face.width(word, 1.0);
        let (sine, cosine) = angle.sin_cos();
        let (half, lower) = (diagonal * 0.3, size * 0.33);
        let x = width / 2.0 - cosine * half + sine * lower;
        let y = height / 2.0 - sine * half - cosine * lower;
        begin_artifact(content, Side::Watermark);
        content.set_fill_gray(WATERMARK_GRAY);
        content.begin_text();
        content.set_font(font_name(Weight::Bold), size);
        content.set_text_matrix([cosine, sine, -sine, cosine, x, y]);
        self.show(content, word, Weight::Bold, size, 0.0);
        content.end_text();
        content.set_fill_gray(0.0);
        content.end_marked_content();
    }
}

fn begin_artifact(content: &mut Content, side: Side) {
    let mut mark = content.begin_marked_content_with_properties(Name(b"Artifact"));
    let mut artifact = mark.properties().artifact();
    artifact.kind(ArtifactType::Pagination);
    artifact.subtype(match side {
        Side::Footer => ArtifactSubtype::Footer,
        Side::Watermark => ArtifactSubtype::Watermark,
    });
}

/// The dark modules, each row's neighbours as one box so that no seams show.
fn draw_code(content: &mut Content, code: &qrcodegen::QrCode, x: f32, top: f32, side: f32) {
    #[expect(clippy::cast_precision_loss, reason = "a code has at most 177 modules")]
    let module = |count: i32| side * count as f32 / (code.size() + 2 * QUIET) as f32;
    for row in 0..code.size() {
        let mut column = 0;
        while column < code.size() {
            let begin = column;
            while column < code.size() && code.get_module(column, row) {
                column += 1;
            }
            if column > begin {
                content.rect(x + module(begin + QUIET), top - module(row + QUIET + 1), module(column - begin), module(1));
            }
            column += 1;
        }
    }
    content.fill_nonzero();
}

/// The name of an element's role.
pub(crate) const fn tag(role: Role) -> Name<'static> {
    Name(match role {
        Role::Document => b"Document",
        Role::Heading => b"H1",
        Role::Paragraph => b"P",
        Role::List => b"L",
        Role::ListItem => b"LI",
        Role::Label => b"Lbl",
        Role::ListBody => b"LBody",
        Role::Table => b"Table",
        Role::Row => b"TR",
        Role::HeaderCell => b"TH",
        Role::Cell => b"TD",
        Role::Figure => b"Figure",
    })
}
