//! Setting a sheet: heading, title, ticket, text, table.

use crate::compose::{Composer, LINE, MARGIN, SIZE};
use crate::error::PaperError;
use crate::face::Weight;
use crate::flow::{Ink, Item, MAX_PAGES, Piece, Place};
use crate::qr;
use crate::sheet::{Align, Column, Sheet, Table, Ticket};
use crate::tree::{ElementId, Role, Tree};

/// The greatest number of columns of a table.
pub const MAX_COLUMNS: usize = 16;

/// No column is narrower: every letter fits.
const MIN_COLUMN: f32 = 26.0;

/// Letters in a table, and the room around them.
const CELL_SIZE: f32 = 10.0;
const CELL_PADDING: f32 = 4.0;

/// Rows of which even one line each wouldn't fit on the pages.
const MAX_ROWS: usize = MAX_PAGES * 70;

/// The ticket's number, at most and at least this large.
const NUMBER_SIZE: f32 = 34.0;
const NUMBER_LEAST: f32 = 14.0;

/// Side of the ticket's QR code: three centimetres.
const CODE_SIDE: f32 = 88.0;

/// A sheet as PDF.
///
/// # Errors
/// No title, a table whose rows don't fit its columns, too long a foot, ticket or address, more than
/// [`crate::MAX_PAGES`] pages; see [`PaperError`].
pub fn sheet(sheet: &Sheet) -> Result<Vec<u8>, PaperError> {
    let mut composer = Composer::new(sheet.language, sheet.landscape)?;
    composer.centred(&sheet.institution, Role::Paragraph);
    composer.flow.gap(1.5 * LINE);
    composer.text(composer.place(Weight::Bold, 14.0, Align::Centre), &sheet.title, Role::Heading);
    composer.flow.keep_last();
    composer.flow.gap(LINE);
    if let Some(date) = sheet.date {
        let text = format!("{} {}", sheet.language.words().date, sheet.language.date(date));
        composer.text(composer.place(Weight::Regular, SIZE, Align::Right), &text, Role::Paragraph);
        composer.flow.gap(0.5 * LINE);
    }
    if let Some(ticket) = &sheet.ticket {
        self::ticket(&mut composer, ticket)?;
        composer.flow.gap(LINE);
    }
    composer.paragraphs(&sheet.intro);
    if let Some(table) = &sheet.table {
        composer.flow.gap(0.5 * LINE);
        self::table(&mut composer, table)?;
        composer.flow.gap(0.5 * LINE);
    }
    composer.paragraphs(&sheet.closing);
    if let Some(signatory) = &sheet.signatory {
        composer.signature(signatory);
    }
    composer.finish(&sheet.title, &sheet.footer, sheet.draft)
}

/// A frame with the number in large digits and its code.
fn ticket(composer: &mut Composer, ticket: &Ticket) -> Result<(), PaperError> {
    const PADDING: f32 = 10.0;
    let mut item = Item { height: PADDING, ..Item::default() };
    let mut place = composer.place(Weight::Regular, 11.0, Align::Centre);
    place.x += PADDING;
    place.width -= 2.0 * PADDING;
    let mut code = None;
    if let Some(url) = ticket.url.as_ref().filter(|url| !url.trim().is_empty()) {
        code = Some((qr::code(url)?, url.clone()));
        place.width -= CODE_SIDE + PADDING;
    }
    let natural = composer.faces.of(Weight::Bold).width(&composer.faces.printable(&ticket.number), 1.0);
    let size = (place.width / natural.max(0.01) * 0.98).clamp(NUMBER_LEAST, NUMBER_SIZE);
    let number = Place { weight: Weight::Bold, size, ..place };
    for (place, text) in [(place, &ticket.label), (number, &ticket.number), (place, &ticket.note)] {
        if text.trim().is_empty() {
            continue;
        }
        let element = composer.element(Role::Paragraph);
        for line in place.lines(&composer.faces, text) {
            item.pieces.push(place.piece(&line, item.height, Some(element)));
            item.height += place.line_height();
        }
        item.height += 4.0;
    }
    if let Some((code, url)) = code {
        let element = composer.tree.figure(Tree::ROOT, url);
        let x = MARGIN + composer.width() - PADDING / 2.0 - CODE_SIDE;
        let height = item.height.max(CODE_SIDE + PADDING / 2.0);
        let lower = (height - item.height) / 2.0;
        for piece in &mut item.pieces {
            piece.down += lower;
        }
        item.height = height;
        let down = (item.height + PADDING / 2.0 - CODE_SIDE) / 2.0;
        item.pieces.push(Piece { x, down, ink: Ink::Code { code, side: CODE_SIDE }, element: Some(element) });
    }
    item.height += PADDING / 2.0;
    if item.height > composer.page.1 / 3.0 {
        return Err(PaperError::TicketTooTall);
    }
    let frame = Ink::Frame { width: composer.width(), height: item.height };
    item.pieces.push(Piece { x: MARGIN, down: 0.0, ink: frame, element: None });
    composer.flow.items.push(item);
    Ok(())
}

fn table(composer: &mut Composer, table: &Table) -> Result<(), PaperError> {
    if table.columns.is_empty() || table.columns.len() > MAX_COLUMNS {
        return Err(PaperError::Columns { limit: MAX_COLUMNS });
    }
    if table.rows.len() > MAX_ROWS {
        return Err(PaperError::TooManyPages { limit: MAX_PAGES });
    }
    let columns = table.columns.len();
    if let Some((index, row)) = table.rows.iter().enumerate().find(|(_, row)| row.len() != columns) {
        return Err(PaperError::Cells { row: index + 1, cells: row.len(), columns });
    }
    let places = column_places(composer, &table.columns);
    let root = composer.element(Role::Table);
    let titles: Vec<&str> = table.columns.iter().map(|column| column.title.as_str()).collect();
    let mut header = row(composer, root, &places, &titles, true);
    for item in &mut header {
        item.keep = true;
    }
    let height: f32 = header.iter().map(|item| item.height).sum();
    let index = composer.flow.headers.len();
    if height < composer.page.1 / 4.0 {
        composer.flow.headers.push(header.iter().map(unread).collect());
    } else {
        composer.flow.headers.push(Vec::new());
        for item in &mut header {
            item.keep = false;
        }
    }
    composer.flow.items.extend(header);
    for cells in &table.rows {
        let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        let mut items = row(composer, root, &places, &cells, false);
        for item in &mut items {
            item.header = Some(index);
        }
        composer.flow.items.extend(items);
    }
    if let Some(last) = composer.flow.items.last_mut() {
        last.keep = false;
    }
    Ok(())
}

/// The same for the eye only: titles on later pages aren't read aloud again.
fn unread(item: &Item) -> Item {
    let pieces = item.pieces.iter().map(|piece| Piece { element: None, ..piece.clone() }).collect();
    Item { pieces, ..item.clone() }
}

/// Where each column's cells are set: the least width for all, the rest by shares.
fn column_places(composer: &Composer, columns: &[Column]) -> Vec<Place> {
    let sum: f32 = columns.iter().map(|column| f32::from(column.share.max(1))).sum();
    #[expect(clippy::cast_precision_loss, reason = "at most MAX_COLUMNS")]
    let free = composer.width() - MIN_COLUMN * columns.len() as f32;
    let mut x = MARGIN;
    let place = |column: &Column| {
        let width = MIN_COLUMN + free * f32::from(column.share.max(1)) / sum;
        let place = Place {
            x: x + CELL_PADDING,
            width: width - 2.0 * CELL_PADDING,
            weight: Weight::Regular,
            size: CELL_SIZE,
            align: column.align,
        };
        x += width;
        place
    };
    columns.iter().map(place).collect()
}

/// A row as items, one for each line of its longest cell, with the lines around it.
fn row(composer: &mut Composer, table: ElementId, places: &[Place], cells: &[&str], header: bool) -> Vec<Item> {
    let element = composer.tree.add(table, Role::Row);
    let (role, weight) = if header { (Role::HeaderCell, Weight::Bold) } else { (Role::Cell, Weight::Regular) };
    let mut set = Vec::with_capacity(cells.len());
    for (place, text) in places.iter().zip(cells) {
        let place = Place { weight, ..*place };
        let cell = composer.tree.add(element, role);
        set.push((place, place.lines(&composer.faces, text), cell));
    }
    let count = set.iter().map(|(_, lines, _)| lines.len()).max().unwrap_or(0).max(1);
    let width = composer.width();
    let mut items = Vec::with_capacity(count);
    for index in 0..count {
        let above = if index == 0 { CELL_PADDING * 0.75 } else { 0.0 };
        let below = if index + 1 == count { CELL_PADDING * 0.9 } else { 0.0 };
        let height = CELL_SIZE * crate::flow::LEADING + above + below;
        let mut pieces = Vec::new();
        let mut fill = |x: f32, down: f32, width: f32, height: f32, gray: f32| {
            pieces.push(Piece { x, down, ink: Ink::Fill { width, height, gray }, element: None });
        };
        if header {
            fill(MARGIN, 0.0, width, height, 0.92);
        }
        if header && index == 0 {
            fill(MARGIN, 0.0, width, 0.5, 0.0);
        }
        if index + 1 == count {
            fill(MARGIN, height - 0.25, width, 0.5, 0.0);
        }
        for (place, _, _) in &set {
            fill(place.x - CELL_PADDING, 0.0, 0.5, height, 0.0);
        }
        fill(MARGIN + width - 0.5, 0.0, 0.5, height, 0.0);
        for (place, lines, cell) in &set {
            if let Some(line) = lines.get(index) {
                pieces.push(place.piece(line, above, Some(*cell)));
            }
        }
        items.push(Item { height, pieces, keep: index + 1 < count, ..Item::default() });
    }
    items
}
