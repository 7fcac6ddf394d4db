//! The foot of a page: how to verify the paper, how to reach the institution, which page it is.

use crate::compose::{Composer, MARGIN};
use crate::error::PaperError;
use crate::face::{Faces, Weight};
use crate::flow::{Ink, Item, Piece, Place, Placed};
use crate::parts::Footer;
use crate::qr;
use crate::sheet::Align;
use crate::tree::{Role, Tree};

/// Size of the letters: the smallest that article 7 allows for these lines.
const SIZE: f32 = 8.0;

/// Side of the QR code: two centimetres.
const CODE_SIDE: f32 = 58.0;

/// Room for the page number, and between the text and the foot.
const NUMBER_HEIGHT: f32 = 13.0;
const DISTANCE: f32 = 10.0;

/// Above and below the rule.
const RULE_DISTANCE: f32 = 3.0;

/// The foot once it is set.
pub(crate) struct Foot {
    /// With the page number and the distance to the text.
    pub height: f32,
    item: Item,
}

/// Sets the foot; its texts come last in the document's structure.
pub(crate) fn compose(composer: &mut Composer, footer: &Footer) -> Result<Foot, PaperError> {
    let words = composer.language.words();
    let mut item = Item::default();
    let wide = composer.place(Weight::Regular, SIZE, Align::Centre);
    let mut narrow = composer.place(Weight::Regular, SIZE, Align::Left);
    let mut code = None;
    if let Some(verification) = &footer.verification {
        add(composer, &mut item, wide, &verification.text);
        let parts = [(words.code, verification.code.as_deref().unwrap_or_default()), (words.verify, verification.url.as_str())];
        add(composer, &mut item, wide, &labelled(&parts));
        if !verification.url.trim().is_empty() {
            code = Some((qr::code(&verification.url)?, verification.url.clone()));
            narrow.width -= CODE_SIDE + 8.0;
        }
    }
    let lines = [
        footer.address.trim().to_owned(),
        labelled(&[(words.phone, &footer.phone), (words.email, &footer.email)]),
        labelled(&[(words.web, &footer.web)]),
        labelled(&[(words.contact, &footer.contact)]),
    ];
    if code.is_some() || lines.iter().any(|line| !line.is_empty()) {
        item.height += RULE_DISTANCE;
        let rule = Ink::Fill { width: composer.width(), height: 0.5, gray: 0.0 };
        item.pieces.push(Piece { x: MARGIN, down: item.height, ink: rule, element: None });
        item.height += RULE_DISTANCE;
    }
    let below_rule = item.height;
    for line in lines {
        add(composer, &mut item, narrow, &line);
    }
    if let Some((code, url)) = code {
        let element = composer.tree.figure(Tree::ROOT, url);
        let x = MARGIN + composer.width() - CODE_SIDE;
        item.pieces.push(Piece { x, down: below_rule, ink: Ink::Code { code, side: CODE_SIDE }, element: Some(element) });
        item.height = item.height.max(below_rule + CODE_SIDE);
    }
    if item.height > composer.page.1 / 3.0 {
        return Err(PaperError::FooterTooTall);
    }
    Ok(Foot { height: item.height + NUMBER_HEIGHT + DISTANCE, item })
}

fn add(composer: &mut Composer, item: &mut Item, place: Place, text: &str) {
    if text.trim().is_empty() {
        return;
    }
    let element = composer.element(Role::Paragraph);
    for line in place.lines(&composer.faces, text) {
        item.pieces.push(place.piece(&line, item.height, Some(element)));
        item.height += place.line_height();
    }
}

/// `Telefon: … e-Posta: …`, without what is empty.
fn labelled(parts: &[(&str, &str)]) -> String {
    let known = parts.iter().filter(|(_, value)| !value.trim().is_empty());
    known.map(|(label, value)| format!("{label} {}", value.trim())).collect::<Vec<_>>().join("\u{a0}\u{a0}\u{a0} ")
}

impl Foot {
    /// The foot and the number of a page. A reader hears the foot once, on the first page.
    pub fn on_page(&self, faces: &Faces, number: usize, count: usize, page: (f32, f32)) -> Vec<Placed> {
        let mut item = self.item.clone();
        if number > 1 {
            for piece in &mut item.pieces {
                piece.element = None;
            }
        }
        let foot = Placed { top: page.1 - MARGIN - NUMBER_HEIGHT - item.height, item };
        if count == 1 {
            return vec![foot];
        }
        // Article 27: in the middle, which page of how many.
        let place =
            Place { x: MARGIN, width: page.0 - 2.0 * MARGIN, weight: Weight::Regular, size: 10.0, align: Align::Centre };
        let mut items = place.items(faces, &format!("{number}/{count}"), None);
        let number = Placed { top: page.1 - MARGIN - NUMBER_HEIGHT + 1.0, item: items.pop().unwrap_or_default() };
        vec![foot, number]
    }
}
