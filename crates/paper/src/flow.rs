//! What is to be printed, from top to bottom, and its distribution over pages.

use crate::error::PaperError;
use crate::face::{Faces, Weight};
use crate::lines::{Line, Setting, break_text};
use crate::sheet::Align;
use crate::tree::ElementId;
use std::rc::Rc;

/// The greatest number of pages of one paper.
pub const MAX_PAGES: usize = 500;

/// Line height as a multiple of the size: single spacing of Times New Roman.
pub(crate) const LEADING: f32 = 1.15;

/// Where the base line lies in a line, as a part of the line's height.
pub(crate) const BASE: f32 = 0.78;

/// A thing on the page.
#[derive(Clone)]
pub(crate) enum Ink {
    /// Printable text; `stretch` points are added to each space.
    Text { text: String, weight: Weight, size: f32, stretch: f32 },
    /// A filled box; `gray` from 0 (black) to 1.
    Fill { width: f32, height: f32, gray: f32 },
    /// The outline of a box.
    Frame { width: f32, height: f32 },
    /// A QR code with this side.
    Code { code: Rc<qrcodegen::QrCode>, side: f32 },
}

/// A thing and its place: `x` from the page's left, `down` from the item's top to the top of a box or the base line of a text.
#[derive(Clone)]
pub(crate) struct Piece {
    pub x: f32,
    pub down: f32,
    pub ink: Ink,
    /// Its element; none for what says nothing to a reader.
    pub element: Option<ElementId>,
}

/// A line of the page: what is never divided.
#[derive(Clone, Default)]
pub(crate) struct Item {
    pub height: f32,
    pub pieces: Vec<Piece>,
    /// Stands on the same page as the next one, if a page can hold both.
    pub keep: bool,
    /// A distance, dropped at the top of a page.
    pub gap: bool,
    /// Which of the flow's repeated headers stands above it on a new page.
    pub header: Option<usize>,
}

/// Everything from top to bottom.
#[derive(Default)]
pub(crate) struct Flow {
    pub items: Vec<Item>,
    pub headers: Vec<Vec<Item>>,
}

/// An item with the distance of its top from the page's top.
pub(crate) struct Placed {
    pub top: f32,
    pub item: Item,
}

impl Flow {
    /// Leaves a distance; it goes to the same page as what follows.
    pub fn gap(&mut self, height: f32) {
        if height > 0.0 {
            self.items.push(Item { height, keep: true, gap: true, ..Item::default() });
        }
    }

    /// Keeps the last line together with what comes next.
    pub fn keep_last(&mut self) {
        if let Some(item) = self.items.iter_mut().rev().find(|item| !item.gap) {
            item.keep = true;
        }
    }

    /// Distributes the items over pages whose texts stand between `top` and `bottom`.
    pub fn paginate(self, top: f32, bottom: f32) -> Result<Vec<Vec<Placed>>, PaperError> {
        let mut pages = Pages { top, bottom, y: top, pages: vec![Vec::new()], headers: self.headers };
        let mut items = self.items.into_iter().peekable();
        while let Some(first) = items.next() {
            let mut group = vec![first];
            while group.last().is_some_and(|item| item.keep) && items.peek().is_some() {
                group.extend(items.next());
            }
            pages.place(group)?;
        }
        Ok(pages.pages)
    }
}

struct Pages {
    top: f32,
    bottom: f32,
    y: f32,
    pages: Vec<Vec<Placed>>,
    headers: Vec<Vec<Item>>,
}

impl Pages {
    fn fresh(&self) -> bool {
        self.y <= self.top
    }

    /// Puts what belongs together on one page when a page can hold it, else item by item.
    fn place(&mut self, group: Vec<Item>) -> Result<(), PaperError> {
        let height: f32 = group.iter().map(|item| item.height).sum();
        let above = group.first().map_or(0.0, |item| self.header_height(item));
        if self.y + height > self.bottom && height + above <= self.bottom - self.top && !self.fresh() {
            self.turn()?;
        }
        for item in group {
            if self.y + item.height > self.bottom && !self.fresh() {
                self.turn()?;
            }
            self.put(item);
        }
        Ok(())
    }

    fn put(&mut self, item: Item) {
        if self.fresh() && self.pages.len() > 1 {
            if item.gap {
                return;
            }
            if let Some(header) = item.header.and_then(|index| self.headers.get(index)).cloned() {
                for line in header {
                    self.push(line);
                }
            }
        }
        self.push(item);
    }

    fn push(&mut self, item: Item) {
        let top = self.y;
        self.y += item.height;
        if let Some(page) = self.pages.last_mut() {
            page.push(Placed { top, item });
        }
    }

    fn header_height(&self, item: &Item) -> f32 {
        item.header.and_then(|index| self.headers.get(index)).map_or(0.0, |items| items.iter().map(|item| item.height).sum())
    }

    fn turn(&mut self) -> Result<(), PaperError> {
        if self.pages.len() >= MAX_PAGES {
            return Err(PaperError::TooManyPages { limit: MAX_PAGES });
        }
        self.pages.push(Vec::new());
        self.y = self.top;
        Ok(())
    }
}

/// A box of the page in which texts are set.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub x: f32,
    pub width: f32,
    pub weight: Weight,
    pub size: f32,
    pub align: Align,
}

impl Place {
    pub fn line_height(self) -> f32 {
        self.size * LEADING
    }

    /// The lines of a text in this box.
    pub fn lines(self, faces: &Faces, text: &str) -> Vec<Line> {
        break_text(faces, text, Setting { weight: self.weight, size: self.size, first: self.width, rest: self.width })
    }

    /// One line in this box, `down` from the item's top to the line's top.
    pub fn piece(self, line: &Line, down: f32, element: Option<ElementId>) -> Piece {
        let free = self.width - line.width;
        let x = match self.align {
            Align::Left => self.x,
            Align::Centre => self.x + free / 2.0,
            Align::Right => self.x + free,
        };
        let ink = Ink::Text { text: line.text.clone(), weight: self.weight, size: self.size, stretch: 0.0 };
        Piece { x, down: down + self.line_height() * BASE, ink, element }
    }

    /// A text as items, one a line.
    pub fn items(self, faces: &Faces, text: &str, element: Option<ElementId>) -> Vec<Item> {
        let height = self.line_height();
        let lines = self.lines(faces, text);
        lines.iter().map(|line| Item { height, pieces: vec![self.piece(line, 0.0, element)], ..Item::default() }).collect()
    }
}
