//! Boxes round all geometries of a register, as the tile index knows them.

use meydan_followers::Tiles;
use meydan_geo::Bbox;
use meydan_kernel::Register;
use parking_lot::RwLock;
use std::{collections::HashSet, sync::Arc};

/// Names of registers whose index is in memory: their boxes cost nothing.
#[derive(Default)]
pub struct Extents(RwLock<HashSet<String>>);

impl Extents {
    /// The index of this register is in memory from now on.
    pub fn note(&self, name: &str) {
        if !self.0.read().contains(name) {
            self.0.write().insert(name.to_owned());
        }
    }

    /// The box, if the index is in memory; lists of all registers ask so, lest they read in every register.
    pub async fn known(&self, tiles: &Tiles, register: &Arc<Register>) -> Option<Bbox> {
        if register.geometry.is_none() || !self.0.read().contains(&register.name) {
            return None;
        }
        self.of(tiles, register).await
    }

    /// The box; reads the register in if need be. `None` without features, and if the store fails: a description is still worth
    /// giving then.
    pub async fn of(&self, tiles: &Tiles, register: &Arc<Register>) -> Option<Bbox> {
        register.geometry.as_ref()?;
        match tiles.info(register).await {
            Ok(info) => {
                self.note(&register.name);
                info.bounds
            }
            Err(error) => {
                tracing::warn!(%error, register = register.name, "the extent of a register is not known");
                None
            }
        }
    }
}
