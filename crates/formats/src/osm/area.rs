//! The area that is loaded: a box, or the areas of a file.

use crate::{Error, Result};
use meydan_geo::{Bbox, Wkb, relate};

/// Longitude and latitude of what is wanted. An element is taken whole if one of its positions lies in it.
#[derive(Debug, Clone)]
pub struct Area {
    bbox: Bbox,
    polygons: Vec<(Bbox, Wkb)>,
}

impl Area {
    /// A box: west, south, east, north in degrees.
    ///
    /// # Errors
    /// `bad-area` if it is none.
    pub fn of_box(text: &str) -> Result<Self> {
        let numbers: Vec<f64> = text.split(',').map_while(|n| n.trim().parse().ok()).collect();
        match numbers.as_slice() {
            [w, s, e, n] if w < e && s < n && *w >= -180.0 && *e <= 180.0 && *s >= -90.0 && *n <= 90.0 => {
                Ok(Self { bbox: Bbox::new(*w, *s, *e, *n), polygons: Vec::new() })
            }
            _ => Err(Error::file(
                "bad-area",
                format!("Alan anlaşılmadı: “{text}”. Şöyle yazın: batı,güney,doğu,kuzey (derece)."),
                format!("The area is not understood: “{text}”. Write west,south,east,north in degrees."),
            )),
        }
    }

    /// Polygons in longitude, latitude.
    ///
    /// # Errors
    /// `bad-area` if there is none.
    pub fn of_polygons(polygons: Vec<Wkb>) -> Result<Self> {
        let mut bbox = Bbox::EMPTY;
        let polygons: Vec<(Bbox, Wkb)> = polygons.into_iter().filter_map(|p| Some((p.bbox()?, p))).collect();
        for (b, _) in &polygons {
            bbox.add(b.min_x, b.min_y);
            bbox.add(b.max_x, b.max_y);
        }
        if polygons.is_empty() {
            return Err(Error::file("bad-area", "Alan dosyasında alan yok.", "The file of the area holds no area."));
        }
        Ok(Self { bbox, polygons })
    }

    /// True if a position lies in it.
    pub(super) fn holds(&self, (x, y): (f64, f64)) -> bool {
        let within = |b: &Bbox| x >= b.min_x && x <= b.max_x && y >= b.min_y && y <= b.max_y;
        within(&self.bbox)
            && (self.polygons.is_empty()
                || self
                    .polygons
                    .iter()
                    .any(|(b, p)| within(b) && Wkb::point(x, y).is_some_and(|at| relate::intersects(p, &at))))
    }
}
