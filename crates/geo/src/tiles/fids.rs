//! Where each feature lies: a small integer (the cell's slot) per feature id, four bytes each where ids are dense.

use std::collections::BTreeMap;

const PAGE: i64 = 256;

/// From feature id to slot. Ids are given out one after the other by the store, so pages are full but for deletions.
#[derive(Debug, Default)]
pub(crate) struct FidMap {
    pages: BTreeMap<i64, Page>,
}

#[derive(Debug)]
struct Page {
    used: u16,
    /// Slot + 1; 0 is nothing.
    slots: Box<[u32; PAGE as usize]>,
}

impl FidMap {
    pub(crate) fn get(&self, fid: i64) -> Option<u32> {
        let page = self.pages.get(&fid.div_euclid(PAGE))?;
        page.slots.get(fid.rem_euclid(PAGE) as usize)?.checked_sub(1)
    }

    pub(crate) fn set(&mut self, fid: i64, slot: u32) {
        let page =
            self.pages.entry(fid.div_euclid(PAGE)).or_insert_with(|| Page { used: 0, slots: Box::new([0; PAGE as usize]) });
        if let Some(place) = page.slots.get_mut(fid.rem_euclid(PAGE) as usize) {
            page.used += u16::from(*place == 0);
            *place = slot + 1;
        }
    }

    pub(crate) fn remove(&mut self, fid: i64) {
        let number = fid.div_euclid(PAGE);
        let Some(page) = self.pages.get_mut(&number) else { return };
        if let Some(place) = page.slots.get_mut(fid.rem_euclid(PAGE) as usize)
            && *place != 0
        {
            *place = 0;
            page.used -= 1;
        }
        if page.used == 0 {
            self.pages.remove(&number);
        }
    }

    pub(crate) fn heap_size(&self) -> usize {
        self.pages.len() * (PAGE as usize * 4 + 40)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_any_sign_and_size_are_kept_and_forgotten() {
        let mut map = FidMap::default();
        for (slot, fid) in [i64::MIN, -257, -1, 0, 1, 255, 256, i64::MAX].into_iter().enumerate() {
            assert_eq!(map.get(fid), None);
            map.set(fid, slot as u32);
            assert_eq!(map.get(fid), Some(slot as u32));
        }
        map.set(1, 99);
        assert_eq!(map.get(1), Some(99));
        for fid in [i64::MIN, -257, -1, 0, 1, 255, 256, i64::MAX] {
            map.remove(fid);
            assert_eq!(map.get(fid), None);
        }
        assert_eq!(map.heap_size(), 0);
    }
}
