//! Styles of the drawing, compiled once for each set of registers.

use meydan_kernel::{Catalogue, Error, Register, Result, catalogue::Theme};
use meydan_render::Style;
use parking_lot::Mutex;
use std::{collections::HashMap, sync::Arc};

/// Limit: compiled styles kept.
const MAX_KEPT: usize = 256;

type Key = (Vec<String>, Theme);

/// Compiled styles of the catalogue in force.
#[derive(Default)]
pub struct Styles(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    catalogue: Option<Arc<Catalogue>>,
    styles: HashMap<Key, Arc<Style>>,
}

impl Styles {
    /// The style of some registers.
    ///
    /// # Errors
    /// If a layer says what is not understood: the fault of a definition file.
    pub fn of(&self, catalogue: &Arc<Catalogue>, registers: &[Arc<Register>], theme: Theme) -> Result<Arc<Style>> {
        let mut names: Vec<String> = registers.iter().map(|r| r.name.clone()).collect();
        names.sort_unstable();
        let key = (names, theme);
        let mut kept = self.0.lock();
        if !kept.catalogue.as_ref().is_some_and(|c| Arc::ptr_eq(c, catalogue)) || kept.styles.len() >= MAX_KEPT {
            *kept = Kept { catalogue: Some(Arc::clone(catalogue)), styles: HashMap::new() };
        }
        if let Some(style) = kept.styles.get(&key) {
            return Ok(Arc::clone(style));
        }
        let drawn = catalogue.drawing(theme);
        let wanted = drawn.iter().filter(|d| key.0.contains(&d.register.name)).map(|d| &d.layer);
        let style = Arc::new(Style::parse(wanted).map_err(Error::internal)?);
        kept.styles.insert(key, Arc::clone(&style));
        Ok(style)
    }
}
