//! What the faces make of the catalogue once, and keep until it changes.

use crate::ogc_tiles::shows_whole_tiles;
use arc_swap::ArcSwapOption;
use meydan_kernel::{Catalogue, Desk, Error, Principal, Register, Result, catalogue::Action};
use sha2::{Digest, Sha256};
use std::{
    collections::{HashMap, HashSet},
    fmt::Write as _,
    sync::{Arc, OnceLock},
};

/// The catalogue in force with what follows from it.
pub struct Definitions {
    /// The catalogue.
    pub catalogue: Arc<Catalogue>,
    /// Short hash over all definitions, in hex: part of every validator.
    pub hash: String,
    shapes: HashMap<String, Arc<Shape>>,
    public: OnceLock<HashSet<String>>,
}

/// How records of a register are written: its names as JSON, made once.
pub struct Shape {
    /// The register.
    pub register: Arc<Register>,
    /// Per field: `,"name":`, ready to be copied.
    pub keys: Vec<Box<[u8]>>,
}

impl Definitions {
    fn of(catalogue: Arc<Catalogue>) -> Self {
        let text = serde_json::to_vec(&*catalogue).unwrap_or_default();
        let mut hash = String::with_capacity(16);
        for byte in &Sha256::digest(&text)[..8] {
            let _ = write!(hash, "{byte:02x}");
        }
        let shapes = catalogue.registers.iter().map(|(name, register)| (name.clone(), Arc::new(Shape::of(register)))).collect();
        Self { catalogue, hash, shapes, public: OnceLock::new() }
    }

    /// True if everybody may see the register's tiles as they are; asked for every tile, so it is found out once.
    pub fn is_public(&self, desk: &Desk, everyone: &Principal, register: &Register) -> bool {
        let public = self.public.get_or_init(|| {
            let open = |r: &&Arc<Register>| shows_whole_tiles(&desk.access(everyone, r, Action::Read), r);
            self.catalogue.registers.values().filter(open).map(|r| r.name.clone()).collect()
        });
        public.contains(&register.name)
    }

    /// The shape of a register by name.
    ///
    /// # Errors
    /// `no-such-register`.
    pub fn shape(&self, name: &str) -> Result<&Arc<Shape>> {
        match self.shapes.get(name) {
            Some(shape) => Ok(shape),
            None => Err(self.catalogue.register(name).err().unwrap_or_else(|| Error::internal("a register without a shape"))),
        }
    }
}

impl Shape {
    fn of(register: &Arc<Register>) -> Self {
        let key = |name: &str| format!(",{}:", serde_json::Value::from(name)).into_bytes().into_boxed_slice();
        Self { register: Arc::clone(register), keys: register.fields.iter().map(|f| key(&f.name)).collect() }
    }
}

/// The definitions of the last catalogue seen.
#[derive(Default)]
pub struct Kept(ArcSwapOption<Definitions>);

impl Kept {
    /// The definitions of this catalogue; made anew if it is another than last time.
    pub fn of(&self, catalogue: Arc<Catalogue>) -> Arc<Definitions> {
        if let Some(kept) = self.0.load_full().filter(|d| Arc::ptr_eq(&d.catalogue, &catalogue)) {
            return kept;
        }
        let made = Arc::new(Definitions::of(catalogue));
        self.0.store(Some(Arc::clone(&made)));
        made
    }
}
