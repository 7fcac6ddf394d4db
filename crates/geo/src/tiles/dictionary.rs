//! Texts that return (a street's name at every door) are kept once; texts that don't (a building's own name) stay with
//! their feature, where they cost no table.

use std::collections::HashMap;

/// Limit: texts of one layer's dictionary. Texts beyond stay with their features; a tile is the same either way.
pub(crate) const MAX_TEXTS: usize = 65_536;
/// A field may enter so many texts before it has shown that they return.
const ADVANCE: u64 = 256;

/// What one field has shown so far.
#[derive(Debug, Default, Clone, Copy)]
struct Habit {
    entered: u64,
    met_again: u64,
}

/// The dictionary of one layer. Entries are never taken out (the limit bounds what that can cost); a rebuilt index has a new one.
#[derive(Debug)]
pub(crate) struct Dictionary {
    ids: HashMap<Box<str>, u32>,
    /// Per id the tile's `values` entry as it is written: tag, lengths, text.
    messages: Vec<Box<[u8]>>,
    habits: Vec<Habit>,
}

impl Dictionary {
    pub(crate) fn new(fields: usize) -> Self {
        Self { ids: HashMap::new(), messages: Vec::new(), habits: vec![Habit::default(); fields] }
    }

    /// The id of a field's text, entering it if the field's texts are such that return.
    pub(crate) fn id(&mut self, field: usize, text: &str) -> Option<u32> {
        let habit = self.habits.get_mut(field)?;
        if let Some(id) = self.ids.get(text) {
            habit.met_again += 1;
            return Some(*id);
        }
        if self.messages.len() >= MAX_TEXTS || habit.entered >= ADVANCE + habit.met_again / 4 {
            return None;
        }
        habit.entered += 1;
        let id = self.messages.len() as u32;
        let mut message = Vec::with_capacity(text.len() + 6);
        super::values::put_text(&mut message, text.as_bytes());
        self.messages.push(message.into());
        self.ids.insert(text.into(), id);
        Some(id)
    }

    /// The entry of a tile's `values` for an id.
    pub(crate) fn message(&self, id: u32) -> &[u8] {
        self.messages.get(id as usize).map_or(&[], |m| m)
    }

    pub(crate) fn len(&self) -> usize {
        self.messages.len()
    }

    pub(crate) fn heap_size(&self) -> usize {
        let texts: usize = self.messages.iter().map(|m| 2 * m.len() + 16).sum();
        texts + self.messages.capacity() * 16 + self.ids.capacity() * 25
    }

    pub(crate) fn shrink(&mut self) {
        self.messages.shrink_to_fit();
        self.ids.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_never_return_are_soon_left_out() {
        let mut d = Dictionary::new(2);
        for n in 0..10_000 {
            d.id(0, &format!("Bina {n}"));
            assert!(d.id(1, ["konut", "ticari", "cami"][n % 3]).is_some());
        }
        assert!(d.len() < 300, "{}", d.len());
        assert_eq!(d.id(1, "konut"), d.id(1, "konut"));
        assert_ne!(d.id(1, "konut"), d.id(1, "cami"));
    }
}
