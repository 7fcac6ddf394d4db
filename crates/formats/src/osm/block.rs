//! Nodes, ways and relations of one block of data (fileformat `PrimitiveBlock`).

use super::protobuf::{Broken, Deltas, Field, Message, Packed};

/// Which kinds are wanted, or are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Kinds {
    pub nodes: bool,
    pub ways: bool,
    pub relations: bool,
}

impl Kinds {
    pub(super) const NODES: Self = Self { nodes: true, ways: false, relations: false };
    pub(super) const WAYS: Self = Self { nodes: false, ways: true, relations: false };
    pub(super) const RELATIONS: Self = Self { nodes: false, ways: false, relations: true };

    /// True if the two share a kind.
    pub(super) fn meet(self, other: Self) -> bool {
        self.nodes && other.nodes || self.ways && other.ways || self.relations && other.relations
    }
}

/// A position in 1e-7 degrees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spot {
    pub lon: i32,
    pub lat: i32,
}

impl Spot {
    /// Longitude and latitude in degrees.
    pub(super) fn degrees(self) -> (f64, f64) {
        (f64::from(self.lon) / 1e7, f64::from(self.lat) / 1e7)
    }
}

/// A member of a relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Member {
    pub id: i64,
    /// True for a way.
    pub way: bool,
}

/// What an element is made of, beside its id and tags.
pub(super) enum Body<'b> {
    Node(Spot),
    Way(Deltas<'b>),
    Relation(Vec<Member>),
}

/// The tags of an element.
pub(super) type Tags<'b> = [(&'b str, &'b str)];

/// A decoded block's head: its strings and how its coordinates are to be read.
pub(super) struct Block<'b> {
    groups: Vec<&'b [u8]>,
    strings: Vec<&'b str>,
    granularity: i64,
    lat_offset: i64,
    lon_offset: i64,
}

impl<'b> Block<'b> {
    pub(super) fn read(bytes: &'b [u8]) -> Result<Self, Broken> {
        let mut block = Self { groups: Vec::new(), strings: Vec::new(), granularity: 100, lat_offset: 0, lon_offset: 0 };
        let mut message = Message(bytes);
        while let Some(field) = message.next()? {
            match field {
                (1, Field::Bytes(table)) => {
                    let mut table = Message(table);
                    while let Some(string) = table.next()? {
                        if let (1, Field::Bytes(text)) = string {
                            // Text that is not UTF-8 is no tag that a mapping could name.
                            block.strings.push(std::str::from_utf8(text).unwrap_or_default());
                        }
                    }
                }
                (2, Field::Bytes(group)) => block.groups.push(group),
                (17, Field::Number(n)) => block.granularity = n as i64,
                (19, Field::Number(n)) => block.lat_offset = n as i64,
                (20, Field::Number(n)) => block.lon_offset = n as i64,
                _ => {}
            }
        }
        Ok(block)
    }

    /// Which kinds are in the block.
    pub(super) fn kinds(&self) -> Result<Kinds, Broken> {
        let mut kinds = Kinds::default();
        for group in &self.groups {
            // A group holds one kind only: its first field tells.
            match Message(group).next()? {
                Some((1 | 2, _)) => kinds.nodes = true,
                Some((3, _)) => kinds.ways = true,
                Some((4, _)) => kinds.relations = true,
                _ => {}
            }
        }
        Ok(kinds)
    }

    /// Calls `visit` with every element of the wanted kinds: id, tags, body.
    pub(super) fn each(&self, wanted: Kinds, visit: &mut dyn FnMut(i64, &Tags<'b>, Body<'b>)) -> Result<(), Broken> {
        let mut scratch = Scratch::default();
        for group in &self.groups {
            let mut message = Message(group);
            while let Some(field) = message.next()? {
                match field {
                    (1, Field::Bytes(node)) if wanted.nodes => self.node(node, &mut scratch, visit)?,
                    (2, Field::Bytes(dense)) if wanted.nodes => self.dense(dense, &mut scratch, visit),
                    (3, Field::Bytes(way)) if wanted.ways => self.way(way, &mut scratch, visit)?,
                    (4, Field::Bytes(relation)) if wanted.relations => self.relation(relation, visit)?,
                    _ => {}
                }
            }
        }
        Ok(())
    }

    fn spot(&self, lat: i64, lon: i64) -> Spot {
        let place = |n: i64, offset: i64| {
            let nano = n.wrapping_mul(self.granularity).wrapping_add(offset);
            // Rounded to the 1e-7 degrees that OSM itself keeps; out of range is no place and is clamped.
            let rounded = nano.saturating_add(50 * nano.signum()) / 100;
            rounded.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32
        };
        Spot { lon: place(lon, self.lon_offset), lat: place(lat, self.lat_offset) }
    }

    fn string(&self, at: u64) -> &'b str {
        usize::try_from(at).ok().and_then(|at| self.strings.get(at)).copied().unwrap_or_default()
    }

    fn tags(&self, keys: Packed<'b>, values: Packed<'b>, tags: &mut Vec<(&'b str, &'b str)>) {
        tags.clear();
        tags.extend(keys.zip(values).map(|(k, v)| (self.string(k), self.string(v))));
    }

    fn node(
        &self,
        bytes: &'b [u8],
        scratch: &mut Scratch<'b>,
        visit: &mut dyn FnMut(i64, &Tags<'b>, Body<'b>),
    ) -> Result<(), Broken> {
        let (mut id, mut lat, mut lon) = (0, 0, 0);
        let (mut keys, mut values) = (Packed::default(), Packed::default());
        let mut message = Message(bytes);
        while let Some(field) = message.next()? {
            match field {
                (1, Field::Number(n)) => id = super::protobuf::signed(n),
                (2, Field::Bytes(list)) => keys = Packed(list),
                (3, Field::Bytes(list)) => values = Packed(list),
                (8, Field::Number(n)) => lat = super::protobuf::signed(n),
                (9, Field::Number(n)) => lon = super::protobuf::signed(n),
                _ => {}
            }
        }
        self.tags(keys, values, &mut scratch.tags);
        visit(id, &scratch.tags, Body::Node(self.spot(lat, lon)));
        Ok(())
    }

    fn dense(&self, bytes: &'b [u8], scratch: &mut Scratch<'b>, visit: &mut dyn FnMut(i64, &Tags<'b>, Body<'b>)) {
        let (mut ids, mut lats, mut lons, mut tags) =
            (Deltas::default(), Deltas::default(), Deltas::default(), Packed::default());
        let mut message = Message(bytes);
        while let Ok(Some(field)) = message.next() {
            match field {
                (1, Field::Bytes(list)) => ids = Deltas::new(list),
                (8, Field::Bytes(list)) => lats = Deltas::new(list),
                (9, Field::Bytes(list)) => lons = Deltas::new(list),
                (10, Field::Bytes(list)) => tags = Packed(list),
                _ => {}
            }
        }
        for ((id, lat), lon) in ids.zip(lats).zip(lons) {
            scratch.tags.clear();
            // Keys and values by turns, a 0 after each node's last.
            while let Some(key) = tags.next().filter(|k| *k != 0) {
                let Some(value) = tags.next() else { break };
                scratch.tags.push((self.string(key), self.string(value)));
            }
            visit(id, &scratch.tags, Body::Node(self.spot(lat, lon)));
        }
    }

    fn way(
        &self,
        bytes: &'b [u8],
        scratch: &mut Scratch<'b>,
        visit: &mut dyn FnMut(i64, &Tags<'b>, Body<'b>),
    ) -> Result<(), Broken> {
        let (mut id, mut refs) = (0, Deltas::default());
        let (mut keys, mut values) = (Packed::default(), Packed::default());
        let mut message = Message(bytes);
        while let Some(field) = message.next()? {
            match field {
                (1, Field::Number(n)) => id = n as i64,
                (2, Field::Bytes(list)) => keys = Packed(list),
                (3, Field::Bytes(list)) => values = Packed(list),
                (8, Field::Bytes(list)) => refs = Deltas::new(list),
                _ => {}
            }
        }
        self.tags(keys, values, &mut scratch.tags);
        visit(id, &scratch.tags, Body::Way(refs));
        Ok(())
    }

    fn relation(&self, bytes: &'b [u8], visit: &mut dyn FnMut(i64, &Tags<'b>, Body<'b>)) -> Result<(), Broken> {
        let mut id = 0;
        let (mut keys, mut values, mut kinds) = (Packed::default(), Packed::default(), Packed::default());
        let mut ids = Deltas::default();
        let mut message = Message(bytes);
        while let Some(field) = message.next()? {
            match field {
                (1, Field::Number(n)) => id = n as i64,
                (2, Field::Bytes(list)) => keys = Packed(list),
                (3, Field::Bytes(list)) => values = Packed(list),
                (9, Field::Bytes(list)) => ids = Deltas::new(list),
                (10, Field::Bytes(list)) => kinds = Packed(list),
                _ => {}
            }
        }
        let mut tags = Vec::new();
        self.tags(keys, values, &mut tags);
        // Roles are not read: which ring is a hole is told by where it lies.
        let members = ids.zip(kinds).map(|(id, kind)| Member { id, way: kind == 1 }).collect();
        visit(id, &tags, Body::Relation(members));
        Ok(())
    }
}

/// What is used again for each element.
#[derive(Default)]
struct Scratch<'b> {
    tags: Vec<(&'b str, &'b str)>,
}
