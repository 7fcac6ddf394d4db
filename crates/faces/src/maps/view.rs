//! What is looked at: a box of a coordinate system and the pixels that show it.

use meydan_geo::{Bbox, Crs};
use meydan_kernel::{Error, Result};

/// Limit: pixels of a side.
pub const MAX_SIDE: u32 = 4096;
/// Limit: pixels of a picture.
pub const MAX_PIXELS: u64 = 16_000_000;

/// Metres of the world's width in EPSG:3857.
const WORLD_M: f64 = 40_075_016.685_578_49;
/// Pixels of the world's width at zoom 0, as MapLibre counts.
const WORLD_PIXELS: f64 = 512.0;
/// Places looked at along each side, to find what a view of another projection shows.
const STEPS: u32 = 8;

/// A view.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// The coordinate system.
    pub crs: Crs,
    /// The box in it: x to the east, y to the north, whatever order the system's definition has.
    pub bbox: Bbox,
    /// Pixels to the right.
    pub width: u32,
    /// Pixels downwards.
    pub height: u32,
}

impl View {
    /// Checks a view.
    ///
    /// # Errors
    /// `bad-view`, naming what is wrong.
    pub fn checked(crs: Crs, bbox: Bbox, width: u32, height: u32) -> Result<Self> {
        let fits = |n: u32| (1..=MAX_SIDE).contains(&n);
        if !fits(width) || !fits(height) || u64::from(width) * u64::from(height) > MAX_PIXELS {
            return Err(Error::invalid(
                "bad-view",
                format!(
                    "Bir harita 1 ile {MAX_SIDE} piksel arasında genişlikte ve yükseklikte, en çok {MAX_PIXELS} piksel olabilir."
                ),
                format!("A map is between 1 and {MAX_SIDE} pixels wide and high, and has {MAX_PIXELS} pixels at most."),
            ));
        }
        let numbers = [bbox.min_x, bbox.min_y, bbox.max_x, bbox.max_y];
        let view = Self { crs, bbox, width, height };
        let has_place = numbers.iter().all(|n| n.is_finite()) && bbox.min_x < bbox.max_x && bbox.min_y < bbox.max_y;
        if !has_place || view.world().is_none() {
            return Err(Error::invalid(
                "bad-view",
                "Kutunun köşeleri bu koordinat sisteminde bir yer göstermiyor.",
                "The corners of the box show no place in this coordinate system.",
            ));
        }
        Ok(view)
    }

    /// True if tiles are rectangles in it.
    pub fn is_mercator(&self) -> bool {
        self.crs.code() == Some(3857)
    }

    /// The pixel of a place of the world (0 … 1 from west to east and from north to south, as tiles count).
    pub fn pixel(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        let (east, north) = if self.is_mercator() {
            ((x - 0.5) * WORLD_M, (0.5 - y) * WORLD_M)
        } else {
            let (lon, lat) = place(x, y);
            self.crs.forward(lon, lat)?
        };
        let (w, h) = (self.bbox.max_x - self.bbox.min_x, self.bbox.max_y - self.bbox.min_y);
        let px = (east - self.bbox.min_x) / w * f64::from(self.width);
        let py = (self.bbox.max_y - north) / h * f64::from(self.height);
        (px.is_finite() && py.is_finite()).then_some((px, py))
    }

    /// Longitude and latitude of a pixel.
    pub fn position(&self, px: f64, py: f64) -> Option<(f64, f64)> {
        let (w, h) = (self.bbox.max_x - self.bbox.min_x, self.bbox.max_y - self.bbox.min_y);
        let east = self.bbox.min_x + px / f64::from(self.width) * w;
        let north = self.bbox.max_y - py / f64::from(self.height) * h;
        self.crs.inverse(east, north)
    }

    /// The zoom at the middle, as MapLibre counts.
    pub fn zoom(&self) -> f64 {
        let (x, y) = (f64::from(self.width) / 2.0, f64::from(self.height) / 2.0);
        let at = |px, py| self.position(px, py).map(|(lon, lat)| world(lon, lat));
        // Along a diagonal: a view's pixels need not be square.
        let step = at(x - 0.5, y - 0.5).zip(at(x + 0.5, y + 0.5));
        let step = step.map_or(f64::NAN, |(a, b)| (b.0 - a.0).hypot(b.1 - a.1) / std::f64::consts::SQRT_2);
        let zoom = (1.0 / (step * WORLD_PIXELS)).log2();
        if zoom.is_finite() { zoom.clamp(0.0, 24.0) } else { 0.0 }
    }

    /// The part of the world that shows (west, north, east, south in world places); `None` if none does.
    pub fn world(&self) -> Option<(f64, f64, f64, f64)> {
        let mut out = (f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY);
        for i in 0..=STEPS {
            for j in 0..=STEPS {
                let t = |n: u32, side: u32| f64::from(n) / f64::from(STEPS) * f64::from(side);
                let Some((lon, lat)) = self.position(t(i, self.width), t(j, self.height)) else { continue };
                let (x, y) = world(lon, lat);
                out = (out.0.min(x), out.1.min(y), out.2.max(x), out.3.max(y));
            }
        }
        let cut = |n: f64| n.clamp(0.0, 1.0);
        let out = (cut(out.0), cut(out.1), cut(out.2), cut(out.3));
        (out.0 < out.2 && out.1 < out.3).then_some(out)
    }
}

/// Place of the world of a longitude and latitude.
fn world(lon: f64, lat: f64) -> (f64, f64) {
    let lat = lat.clamp(-89.9, 89.9).to_radians();
    (lon / 360.0 + 0.5, 0.5 - lat.tan().asinh() / std::f64::consts::TAU)
}

/// Longitude and latitude of a place of the world.
fn place(x: f64, y: f64) -> (f64, f64) {
    ((x - 0.5) * 360.0, ((0.5 - y) * std::f64::consts::TAU).sinh().atan().to_degrees())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(code: u32, bbox: (f64, f64, f64, f64), width: u32, height: u32) -> Result<View> {
        let bbox = Bbox { min_x: bbox.0, min_y: bbox.1, max_x: bbox.2, max_y: bbox.3 };
        View::checked(Crs::from_epsg(code).expect("a system"), bbox, width, height)
    }

    #[test]
    fn a_tile_of_zoom_14_is_seen_at_zoom_14_in_every_system() {
        // Tile 14/10000/6140 near Trabzon: its corners by the formula of the tile grid.
        let side = WORLD_M / f64::from(1 << 14);
        let (west, north) = ((10_000.0 - 8192.0) * side, (8192.0 - 6140.0) * side);
        let v = view(3857, (west, north - side, west + side, north), 512, 512).expect("a view");
        assert!((v.zoom() - 14.0).abs() < 1e-9, "{}", v.zoom());
        let (x, y) = v.pixel(10_000.5 / 16384.0, 6140.25 / 16384.0).expect("a pixel");
        assert!((x - 256.0).abs() < 1e-6 && (y - 128.0).abs() < 1e-6, "{x} {y}");
        for code in [4326, 5257] {
            let crs = Crs::from_epsg(code).expect("a system");
            let (a, b) = (place(10_000.0 / 16384.0, 6141.0 / 16384.0), place(10_001.0 / 16384.0, 6140.0 / 16384.0));
            let ((w, s), (e, n)) = (crs.forward(a.0, a.1).expect("there"), crs.forward(b.0, b.1).expect("there"));
            let v = view(code, (w, s, e, n), 512, 512).expect("a view");
            assert!((v.zoom() - 14.0).abs() < 0.05, "{code}: {}", v.zoom());
            let (x, y) = v.pixel(10_000.5 / 16384.0, 6140.5 / 16384.0).expect("a pixel");
            assert!((x - 256.0).abs() < 8.0 && (y - 256.0).abs() < 8.0, "{code}: {x} {y}");
        }
    }

    #[test]
    fn what_shows_no_place_is_refused() {
        for (bbox, width) in [
            ((0.0, 0.0, 0.0, 1.0), 10),
            ((1.0, 0.0, 0.0, 1.0), 10),
            ((f64::NAN, 0.0, 1.0, 1.0), 10),
            ((0.0, 0.0, 1.0, 1.0), 0),
            ((0.0, 0.0, 1.0, 1.0), 5000),
            ((400.0, 100.0, 500.0, 110.0), 10),
        ] {
            assert!(view(4326, bbox, width, 10).is_err(), "{bbox:?} {width}");
        }
    }
}
