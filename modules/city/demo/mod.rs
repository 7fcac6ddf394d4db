//! The sample city: generated, the same for the same seed, of any size, at Trabzon's coordinates.
//!
//! It is invented from the shore up: no street, building or person in it is real, and each of its records says so
//! (`origin = generated`). It shows the map at its best, serves for practice, and is the city of the load tests.
//!
//! How it is made: a lattice of main streets, one neighbourhood to a mesh, bent by shore and hills ([`lattice`], [`terrain`]);
//! each mesh cut into blocks ([`streets`]), plots ([`plots`]) and buildings ([`buildings`]); doors numbered by the rule
//! ([`numbers`]). A first walk counts the doors on each side of the main streets, so that their numbers run on from mesh to mesh;
//! a second one makes each mesh again and writes it. Only one mesh is in memory at a time.

mod buildings;
mod cell;
mod city;
mod civic;
mod convex;
mod ground;
mod lattice;
mod names;
mod numbers;
mod places;
mod plots;
mod quarter;
pub(crate) mod random;
mod rows;
mod streets;
mod terrain;
#[cfg(test)]
mod tests;
mod words;
mod write;
mod write_cell;

pub use terrain::CENTRE;

use meydan_geo::Wkb;
use meydan_kernel::{Catalogue, Error, Kind, Result, desk::Edit};
use std::collections::VecDeque;

/// Doors of the city that `make run` shows: made in seconds.
pub const DEFAULT_DOORS: usize = 6_000;
/// The seed that nobody named.
pub const DEFAULT_SEED: u64 = 61;
/// Limit: doors of a sample city (three times Trabzon's).
pub const MAX_DOORS: usize = 1_000_000;
/// Edits that are handed over at once.
pub const BATCH: usize = 2_000;
/// One independent unit is written for so many doors; all would be several for each.
const DOORS_PER_UNIT: usize = 4;
/// Parts before the cells: administration, ground, main streets.
const FIRST_PARTS: usize = 3;

/// The sample city as batches of edits for [`meydan_kernel::Desk::change`], to be made in their order: what a record refers to
/// comes before it. Every batch is at most [`BATCH`] edits.
pub struct Demo {
    writer: write::Writer,
    part: usize,
    waiting: VecDeque<(String, Edit)>,
}

impl Demo {
    /// A city of exactly `doors` doors.
    ///
    /// # Errors
    /// `demo-size` if there would be none or more than [`MAX_DOORS`]; `demo-definitions` or `no-such-register` if the city's
    /// definitions lack what it fills.
    pub fn new(catalogue: &Catalogue, doors: usize, seed: u64) -> Result<Self> {
        if doors == 0 || doors > MAX_DOORS {
            return Err(Error::new(
                Kind::TooLarge,
                "demo-size",
                format!("Örnek kentin kapı sayısı 1 ile {MAX_DOORS} arasında olmalı."),
                format!("A sample city has from 1 to {MAX_DOORS} doors."),
            ));
        }
        let sheets = rows::Sheets::new(catalogue, seed)?;
        let writer = write::Writer { city: city::City::grow(seed, doors), sheets, units_left: doors / DOORS_PER_UNIT };
        Ok(Self { writer, part: 0, waiting: VecDeque::new() })
    }

    /// How many parts of the city were handed over, and how many there are: for a progress bar.
    pub fn progress(&self) -> (usize, usize) {
        (self.part, FIRST_PARTS + self.writer.city.neighbourhoods.len())
    }

    /// The districts: name and area. For what else belongs to a district, as its municipality.
    pub fn districts(&self) -> Vec<(String, Option<Wkb>)> {
        let city = &self.writer.city;
        let outline = |d: &city::District| rows::area(&ground::district(city, d.columns.clone()));
        city.districts.iter().map(|d| (d.name.clone(), outline(d))).collect()
    }

    fn next_part(&mut self) -> bool {
        let rows = match self.part {
            0 => self.writer.administration(),
            1 => self.writer.ground(),
            2 => self.writer.main_streets(),
            part if part - FIRST_PARTS < self.writer.city.neighbourhoods.len() => self.writer.cell(part - FIRST_PARTS),
            _ => return false,
        };
        self.part += 1;
        self.waiting.extend(rows);
        true
    }
}

impl Iterator for Demo {
    type Item = Vec<(String, Edit)>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.waiting.len() < BATCH && self.next_part() {}
        let batch: Vec<_> = self.waiting.drain(..self.waiting.len().min(BATCH)).collect();
        (!batch.is_empty()).then_some(batch)
    }
}
