//! Setting a letter in the order of the by-law's articles 10 to 19.

use crate::compose::{Composer, LINE, MARGIN, SIZE};
use crate::error::PaperError;
use crate::face::Weight;
use crate::flow::{Item, Place};
use crate::letter::{Distribution, Letter};
use crate::lines::Line;
use crate::sheet::Align;
use crate::tree::Role;

/// A letter as PDF.
///
/// # Errors
/// No subject, too long a foot or address, more than [`crate::MAX_PAGES`] pages; see [`PaperError`].
pub fn letter(letter: &Letter) -> Result<Vec<u8>, PaperError> {
    let mut composer = Composer::new(letter.language, false)?;
    composer.centred(&letter.institution, Role::Heading);
    composer.flow.gap(2.0 * LINE);
    let label = label_place(&composer);
    head(&mut composer, letter, label);
    if !letter.addressee.is_empty() {
        composer.flow.gap(2.0 * LINE);
        composer.centred(&letter.addressee, Role::Paragraph);
    }
    composer.flow.gap(2.0 * LINE);
    if !letter.references.is_empty() {
        references(&mut composer, &letter.references, label);
        composer.flow.gap(LINE);
    }
    composer.paragraphs(&letter.body);
    composer.running(&letter.closing);
    if let Some(signatory) = &letter.signatory {
        composer.signature(signatory);
    }
    enclosures(&mut composer, &letter.enclosures);
    distribution(&mut composer, &letter.distribution);
    composer.finish(&letter.subject, &letter.footer, letter.draft)
}

/// The column of `Sayı`, `Konu`, `İlgi`.
fn label_place(composer: &Composer) -> Place {
    let words = composer.language.words();
    let face = composer.faces.of(Weight::Regular);
    let widest =
        [words.number, words.subject, words.reference].map(|word| face.width(word, SIZE)).into_iter().fold(0.0, f32::max);
    Place { width: widest + 1.0, ..composer.place(Weight::Regular, SIZE, Align::Left) }
}

/// Number and date in one line, the subject below; it stays left of the middle (articles 11 to 13).
fn head(composer: &mut Composer, letter: &Letter, label: Place) {
    let words = composer.language.words();
    let date = letter.language.date(letter.date);
    let date_width = composer.faces.of(Weight::Regular).width(&date, SIZE);
    let x = label.x + label.width + 12.0;
    let value = Place { x, width: MARGIN + composer.width() - date_width - 20.0 - x, ..label };
    let element = composer.element(Role::Paragraph);
    let first = composer.flow.items.len();
    composer.labelled_in(label, value, words.number, &letter.number, element);
    let element = composer.element(Role::Paragraph);
    let right = composer.place(Weight::Regular, SIZE, Align::Right);
    let line = Line { text: date, width: date_width, last: true };
    if let Some(item) = composer.flow.items.get_mut(first) {
        item.pieces.push(right.piece(&line, 0.0, Some(element)));
    }
    if !letter.subject.trim().is_empty() {
        let value = Place { width: composer.page.0 / 2.0 - 16.0 - x, ..value };
        let element = composer.element(Role::Paragraph);
        composer.labelled_in(label, value, words.subject, &letter.subject, element);
    }
}

/// Earlier papers, counted by letters when there are several (article 15).
fn references(composer: &mut Composer, references: &[String], label: Place) {
    let words = composer.language.words();
    let x = label.x + label.width + 12.0;
    let value = Place { x, width: MARGIN + composer.width() - x, ..label };
    if let [only] = references {
        let element = composer.element(Role::Paragraph);
        composer.labelled_in(label, value, words.reference, only, element);
        return;
    }
    let letters: Vec<String> = (0..references.len()).map(|index| composer.language.letter(index)).collect();
    let face = composer.faces.of(Weight::Regular);
    let mark_width = letters.iter().map(|letter| face.width(letter, SIZE)).fold(0.0, f32::max) + 4.0;
    let mark = Place { width: mark_width, ..value };
    let text = Place { x: x + mark_width, width: value.width - mark_width, ..value };
    for (index, (letter, reference)) in letters.iter().zip(references).enumerate() {
        let element = composer.element(Role::Paragraph);
        let mut items = text.items(&composer.faces, reference, Some(element));
        if items.is_empty() {
            items.push(Item { height: LINE, ..Item::default() });
        }
        if let Some(first) = items.first_mut() {
            let line = Line { text: format!("{letter} "), width: 0.0, last: true };
            first.pieces.insert(0, mark.piece(&line, 0.0, Some(element)));
            if index == 0 {
                let colon = Place { x: x - 8.0, width: 8.0, ..label };
                let line = |text: &str| Line { text: text.to_owned(), width: 0.0, last: true };
                first.pieces.insert(0, colon.piece(&line(": "), 0.0, Some(element)));
                first.pieces.insert(0, label.piece(&line(words.reference), 0.0, Some(element)));
            }
        }
        composer.flow.items.extend(items);
    }
}

/// One enclosure beside the word, several counted below it (article 18).
fn enclosures(composer: &mut Composer, enclosures: &[String]) {
    if enclosures.is_empty() {
        return;
    }
    let word = composer.language.words().enclosure;
    composer.flow.gap(2.0 * LINE);
    let place = composer.place(Weight::Regular, SIZE, Align::Left);
    if let [only] = enclosures {
        composer.text(place, &format!("{word} {only}"), Role::Paragraph);
        return;
    }
    composer.text(place, word, Role::Paragraph);
    composer.flow.keep_last();
    for (number, enclosure) in (1..).zip(enclosures) {
        composer.text(place, &format!("{number}- {enclosure}"), Role::Paragraph);
    }
}

/// Who acts on the left, who is to know on the right; one list when there is only one kind (article 19).
fn distribution(composer: &mut Composer, distribution: &Distribution) {
    let (action, information) = (&distribution.action, &distribution.information);
    if action.is_empty() && information.is_empty() {
        return;
    }
    let words = composer.language.words();
    composer.flow.gap(if composer.flow.items.is_empty() { 0.0 } else { LINE });
    let place = composer.place(Weight::Regular, SIZE, Align::Left);
    composer.text(place, words.distribution, Role::Paragraph);
    composer.flow.keep_last();
    if information.is_empty() {
        for entry in action {
            composer.text(place, entry, Role::Paragraph);
        }
        return;
    }
    let half = composer.width() / 2.0 - 10.0;
    let left = Place { width: half, ..place };
    let right = Place { x: place.x + half + 20.0, width: half, ..place };
    let columns = [(left, words.action, action), (right, words.information, information)];
    let [mut first, second] = columns.map(|(place, title, entries)| {
        let mut items = Vec::new();
        if !entries.is_empty() {
            for text in std::iter::once(title).chain(entries.iter().map(String::as_str)) {
                let element = composer.element(Role::Paragraph);
                items.extend(place.items(&composer.faces, text, Some(element)));
            }
        }
        items
    });
    first.resize_with(first.len().max(second.len()), || Item { height: LINE, ..Item::default() });
    for (item, other) in first.iter_mut().zip(second) {
        item.pieces.extend(other.pieces);
    }
    if let Some(item) = first.first_mut() {
        item.keep = true;
    }
    composer.flow.items.extend(first);
}
