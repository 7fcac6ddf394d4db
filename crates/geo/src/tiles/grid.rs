//! The grid WebMercatorQuad as integers.

use crate::Bbox;

/// Highest zoom with tiles: there a tile unit is a world unit.
pub const MAX_ZOOM: u8 = 20;
/// Tile units along one side of a tile (MVT `extent`).
pub const EXTENT: i32 = 4096;
/// How far geometry reaches beyond the tile's sides, in tile units, so that strokes and labels don't end at the seam.
pub const BUFFER: i32 = 64;
/// Northern and southern limit of the grid in degrees.
pub const MAX_LATITUDE: f64 = 85.051_128_779_806_59;

const WORLD: f64 = 4_294_967_296.0;

/// A tile of the grid: zoom, column from the west, row from the north.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TileId {
    z: u8,
    x: u32,
    y: u32,
}

impl TileId {
    /// A tile; `None` if the zoom is above [`MAX_ZOOM`] or the row or column is outside of the grid.
    pub fn new(z: u8, x: u32, y: u32) -> Option<Self> {
        (z <= MAX_ZOOM && x >> z == 0 && y >> z == 0).then_some(Self { z, x, y })
    }

    /// Zoom.
    pub fn z(self) -> u8 {
        self.z
    }

    /// Column, from the west.
    pub fn x(self) -> u32 {
        self.x
    }

    /// Row, from the north.
    pub fn y(self) -> u32 {
        self.y
    }

    /// The tile's box without its buffer, in degrees.
    pub fn bbox(self) -> Bbox {
        let side = 1u64 << (32 - self.z);
        let (x, y) = (u64::from(self.x) * side, u64::from(self.y) * side);
        Bbox::new(longitude(x as f64), latitude((y + side) as f64), longitude((x + side) as f64), latitude(y as f64))
    }

    /// World coordinates of the north-western corner.
    pub(crate) fn origin(self) -> (i64, i64) {
        let side = 32 - u32::from(self.z);
        (i64::from(self.x) << side, i64::from(self.y) << side)
    }

    /// The world units that can show in the tile or its buffer, rounding included.
    pub(crate) fn reach(self) -> (i64, i64, i64, i64) {
        let shift = shift(self.z);
        let (x, y) = self.origin();
        let out = (i64::from(BUFFER) << shift) + half(shift);
        let far = (i64::from(EXTENT + BUFFER) << shift) + half(shift);
        (x - out, y - out, x + far, y + far)
    }
}

/// How many bits a tile unit of this zoom is coarser than a world unit.
pub(crate) fn shift(z: u8) -> u32 {
    u32::from(MAX_ZOOM - z.min(MAX_ZOOM))
}

/// Half a tile unit in world units, for rounding.
pub(crate) fn half(shift: u32) -> i64 {
    if shift == 0 { 0 } else { 1 << (shift - 1) }
}

/// A box in world units; y grows to the south.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorldBox {
    /// West.
    pub min_x: u32,
    /// North.
    pub min_y: u32,
    /// East.
    pub max_x: u32,
    /// South.
    pub max_y: u32,
}

impl WorldBox {
    /// The box that holds nothing yet.
    pub const EMPTY: Self = Self { min_x: u32::MAX, min_y: u32::MAX, max_x: 0, max_y: 0 };

    /// True if no point was ever added.
    pub fn is_empty(&self) -> bool {
        self.min_x > self.max_x
    }

    /// Grows the box to hold the point.
    pub fn add(&mut self, (x, y): (u32, u32)) {
        self.min_x = self.min_x.min(x);
        self.min_y = self.min_y.min(y);
        self.max_x = self.max_x.max(x);
        self.max_y = self.max_y.max(y);
    }

    /// The smallest box that holds both.
    pub fn union(&self, other: &Self) -> Self {
        Self {
            min_x: self.min_x.min(other.min_x),
            min_y: self.min_y.min(other.min_y),
            max_x: self.max_x.max(other.max_x),
            max_y: self.max_y.max(other.max_y),
        }
    }

    /// The longer side.
    pub(crate) fn size(&self) -> u32 {
        (self.max_x - self.min_x).max(self.max_y - self.min_y)
    }

    /// True if a point of the box is within the limits (west, north, east, south), borders included.
    pub(crate) fn touches(&self, (x0, y0, x1, y1): (i64, i64, i64, i64)) -> bool {
        i64::from(self.min_x) <= x1 && x0 <= i64::from(self.max_x) && i64::from(self.min_y) <= y1 && y0 <= i64::from(self.max_y)
    }

    /// The box in degrees.
    pub fn to_bbox(&self) -> Bbox {
        Bbox::new(
            longitude(f64::from(self.min_x)),
            latitude(f64::from(self.max_y)),
            longitude(f64::from(self.max_x)),
            latitude(f64::from(self.min_y)),
        )
    }

    /// The tiles of a zoom in whose box or buffer something of this box can show: first and last column, first and last row.
    pub fn tiles(&self, z: u8) -> (u32, u32, u32, u32) {
        let (x0, x1) = tile_range(self.min_x, self.max_x, z);
        let (y0, y1) = tile_range(self.min_y, self.max_y, z);
        (x0, x1, y0, y1)
    }

    /// True if something of this box can show in the tile.
    pub fn shows_in(&self, tile: TileId) -> bool {
        self.touches(tile.reach())
    }
}

fn tile_range(min: u32, max: u32, z: u8) -> (u32, u32) {
    let shift = shift(z);
    let (extent, buffer) = (i64::from(EXTENT), i64::from(BUFFER));
    // One unit more on both sides than rounding asks for, so that this is never narrower than `TileId::reach`.
    let low = (i64::from(min) >> shift) - 1;
    let high = ((i64::from(max) + half(shift)) >> shift) + 1;
    let last = (1i64 << z) - 1;
    // The first tile whose far side with its buffer is not west of the box: (low - extent - buffer) / extent, rounded up.
    let first_tile = (low - buffer - 1).div_euclid(extent).max(0);
    let last_tile = ((high + buffer) / extent).min(last);
    // Both are within 0..=2^20 now.
    (first_tile.min(last) as u32, last_tile as u32)
}

/// World coordinates of a position in degrees; what lies beyond the grid is put on its edge.
pub fn to_world(longitude: f64, latitude: f64) -> (u32, u32) {
    let x = (longitude + 180.0) / 360.0 * WORLD;
    let sin = latitude.clamp(-MAX_LATITUDE, MAX_LATITUDE).to_radians().sin();
    let y = (0.5 - (sin.atanh()) / (2.0 * std::f64::consts::PI)) * WORLD;
    // `as` saturates: west of the grid is 0, east of it the last unit.
    ((x + 0.5) as u32, (y + 0.5) as u32)
}

fn longitude(x: f64) -> f64 {
    x / WORLD * 360.0 - 180.0
}

fn latitude(y: f64) -> f64 {
    (std::f64::consts::PI * (1.0 - 2.0 * y / WORLD)).sinh().atan().to_degrees()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn trabzon_square_is_in_the_tile_that_every_map_shows_it_in() {
        // Trabzon, Meydan Parkı; checked with the slippy map formula of the OpenStreetMap wiki.
        let (lon, lat) = (39.7272f64, 41.0053f64);
        let n = f64::from(1u32 << 16);
        let x = ((lon + 180.0) / 360.0 * n).floor() as u32;
        let y = ((1.0 - lat.to_radians().tan().asinh() / std::f64::consts::PI) / 2.0 * n).floor() as u32;
        let (wx, wy) = to_world(lon, lat);
        assert_eq!((wx >> 16, wy >> 16), (x, y));
        let bbox = TileId::new(16, x, y).expect("in the grid").bbox();
        assert!(bbox.min_x <= lon && lon <= bbox.max_x && bbox.min_y <= lat && lat <= bbox.max_y);
    }

    #[test]
    fn tiles_outside_of_the_grid_are_refused() {
        assert!(TileId::new(0, 0, 0).is_some());
        assert!(TileId::new(0, 1, 0).is_none());
        assert!(TileId::new(3, 7, 8).is_none());
        assert!(TileId::new(MAX_ZOOM + 1, 0, 0).is_none());
        assert!(TileId::new(MAX_ZOOM, u32::MAX, 0).is_none());
    }

    #[test]
    fn the_poles_and_the_date_line_stay_in_the_world() {
        assert_eq!(to_world(-180.0, 90.0), (0, 0));
        assert_eq!(to_world(180.0, -90.0), (u32::MAX, u32::MAX));
        assert_eq!(to_world(-500.0, 0.0).0, 0);
    }

    proptest! {
        #[test]
        fn degrees_come_back(lon in -180.0f64..180.0, lat in -85.0f64..85.0) {
            let (x, y) = to_world(lon, lat);
            let mut b = WorldBox::EMPTY;
            b.add((x, y));
            let back = b.to_bbox();
            prop_assert!((back.min_x - lon).abs() < 1e-7 && (back.min_y - lat).abs() < 1e-7);
        }

        /// The range of tiles that a change takes out of the cache holds every tile that could show the box.
        #[test]
        fn the_range_holds_every_tile_that_shows_the_box(
            x in any::<u32>(), y in any::<u32>(), w in 0u32..1 << 22, h in 0u32..1 << 22, z in 0u8..=MAX_ZOOM,
            dx in -3i64..=3, dy in -3i64..=3,
        ) {
            let b = WorldBox { min_x: x, min_y: y, max_x: x.saturating_add(w), max_y: y.saturating_add(h) };
            let (x0, x1, y0, y1) = b.tiles(z);
            for (cx, cy) in [(b.min_x, b.min_y), (b.max_x, b.max_y)] {
                let side = 32 - u32::from(z);
                let (tx, ty) = ((i64::from(cx) >> side) + dx, (i64::from(cy) >> side) + dy);
                let Some(tile) = u32::try_from(tx).ok().zip(u32::try_from(ty).ok()).and_then(|(tx, ty)| TileId::new(z, tx, ty))
                else { continue };
                if b.shows_in(tile) {
                    prop_assert!(x0 <= tile.x() && tile.x() <= x1 && y0 <= tile.y() && tile.y() <= y1);
                }
            }
        }
    }
}
