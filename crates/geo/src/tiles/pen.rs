//! Geometry commands of MVT 2.1 (4.3).

use super::{ring::Pt, varint};

const MOVE_TO: u64 = 1;
const LINE_TO: u64 = 2;
const CLOSE_PATH: u64 = 7;

/// Writes the commands of one feature's geometry.
#[derive(Debug, Default)]
pub(crate) struct Pen {
    pub(crate) commands: Vec<u8>,
    cursor: Pt,
}

impl Pen {
    /// Puts the cursor back for another geometry, whose commands follow those before.
    pub(crate) fn start(&mut self) {
        self.cursor = (0, 0);
    }

    fn command(&mut self, command: u64, count: usize) {
        varint::put(&mut self.commands, command | (count as u64) << 3);
    }

    #[inline]
    fn go(&mut self, to: Pt) {
        varint::put_signed(&mut self.commands, to.0 - self.cursor.0);
        varint::put_signed(&mut self.commands, to.1 - self.cursor.1);
        self.cursor = to;
    }

    /// All points of a feature.
    pub(crate) fn points(&mut self, points: &[Pt]) {
        if points.is_empty() {
            return;
        }
        self.command(MOVE_TO, points.len());
        points.iter().for_each(|p| self.go(*p));
    }

    /// One line of at least two positions, none twice in a row.
    pub(crate) fn line(&mut self, line: &[Pt]) {
        let Some((first, rest)) = line.split_first() else { return };
        self.command(MOVE_TO, 1);
        self.go(*first);
        self.command(LINE_TO, rest.len());
        rest.iter().for_each(|p| self.go(*p));
    }

    /// One ring of at least three positions, the first not repeated; `backwards` turns its direction.
    pub(crate) fn ring(&mut self, ring: &[Pt], backwards: bool) {
        let Some((first, rest)) = ring.split_first() else { return };
        self.command(MOVE_TO, 1);
        self.go(*first);
        self.command(LINE_TO, rest.len());
        if backwards {
            rest.iter().rev().for_each(|p| self.go(*p));
        } else {
            rest.iter().for_each(|p| self.go(*p));
        }
        self.command(CLOSE_PATH, 1);
    }
}
