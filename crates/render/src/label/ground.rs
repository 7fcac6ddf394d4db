//! Which ground is taken.

use std::sync::Arc;

/// A rectangle in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Frame {
    pub left: f32,
    pub top: f32,
    pub right: f32,
    pub bottom: f32,
}

impl Frame {
    fn touches(&self, other: &Self) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }

    fn middle(&self) -> (f32, f32) {
        (f32::midpoint(self.left, self.right), f32::midpoint(self.top, self.bottom))
    }
}

/// What labels stand on.
pub(super) struct Ground {
    width: f32,
    height: f32,
    taken: Vec<Frame>,
    texts: Vec<(Arc<str>, (f32, f32))>,
}

impl Ground {
    pub const fn new(width: f32, height: f32) -> Self {
        Self { width, height, taken: Vec::new(), texts: Vec::new() }
    }

    /// Takes the ground of a label if all of it is free and no label of the same text stands near.
    pub fn take(&mut self, frames: &[Frame], text: &Arc<str>, apart: f32) -> bool {
        let Some(first) = frames.first() else { return false };
        let within = |f: &Frame| f.left >= 0.0 && f.top >= 0.0 && f.right <= self.width && f.bottom <= self.height;
        if !frames.iter().all(within) || frames.iter().any(|f| self.taken.iter().any(|t| t.touches(f))) {
            return false;
        }
        let (x, y) = first.middle();
        let near = |(a, b): (f32, f32)| (a - x).hypot(b - y) < apart;
        if self.texts.iter().any(|(other, at)| other == text && near(*at)) {
            return false;
        }
        self.taken.extend_from_slice(frames);
        self.texts.push((Arc::clone(text), (x, y)));
        true
    }
}
