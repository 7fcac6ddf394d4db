//! The tiles under a view.

use super::{Map, View};
use crate::{
    App, Caller,
    definitions::Definitions,
    ogc_common::validator,
    ogc_tiles::{MAX_MAP_ZOOM, shows_whole_tiles},
    rates,
};
use meydan_followers::Tile;
use meydan_kernel::{Error, Register, Result};
use meydan_render::{Clip, PathBuilder, Piece, Region, Style, item};
use std::sync::Arc;

/// Limit: tiles of one register under a view.
const MAX_TILES: u32 = 144;
/// Places along each side of a tile whose sides bend.
const STEPS: u32 = 4;

/// One tile of all the registers.
pub(super) struct Sheet {
    z: u8,
    x: u32,
    y: u32,
    tiles: Vec<Arc<Tile>>,
}

/// What lies in a view.
pub(super) struct Asked {
    pub sheets: Vec<Sheet>,
    pub public: bool,
}

/// Gets the tiles under a map's view as the caller may see them. Those of registers that are not drawn at its zoom are not asked for.
pub(super) async fn asked(app: &App, caller: &Caller, definitions: &Definitions, map: &Map, style: &Style) -> Result<Asked> {
    let zoom = map.view.zoom();
    let drawn = style.source_layers(zoom);
    let mut public = true;
    let mut registers = Vec::new();
    for register in &map.registers {
        // Refused before it is looked at whether anything would be drawn.
        app.desk.readable(&caller.principal, register)?;
        public &= definitions.is_public(&app.desk, &app.everyone, register);
        if drawn.contains(&register.name.as_str()) {
            registers.push(register);
        }
    }
    let mut sheets = Vec::new();
    let Some((west, north, east, south)) = map.view.world() else { return Ok(Asked { sheets, public }) };
    // A coarser zoom if there would be too many.
    let mut z = (zoom.floor() as u8).min(MAX_MAP_ZOOM);
    let range = |z: u8, from: f64, to: f64| {
        let side = f64::from(1_u32 << z);
        ((from * side).floor().clamp(0.0, side - 1.0) as u32, ((to * side).ceil() - 1.0).clamp(0.0, side - 1.0) as u32)
    };
    let count = |z: u8| {
        let ((a, b), (c, d)) = (range(z, west, east), range(z, north, south));
        (b.saturating_sub(a) + 1).saturating_mul(d.saturating_sub(c) + 1)
    };
    while z > 0 && count(z) > MAX_TILES {
        z -= 1;
    }
    let (columns, rows) = (range(z, west, east), range(z, north, south));
    for y in rows.0..=rows.1 {
        for x in columns.0..=columns.1 {
            let mut tiles = Vec::with_capacity(registers.len());
            for register in &registers {
                let tile = tile(app, caller, definitions, register, (z, x, y)).await?;
                if !tile.body.is_empty() {
                    tiles.push(tile);
                }
            }
            sheets.push(Sheet { z, x, y, tiles });
        }
    }
    Ok(Asked { sheets, public })
}

async fn tile(
    app: &App,
    caller: &Caller,
    definitions: &Definitions,
    register: &Arc<Register>,
    (z, x, y): (u8, u32, u32),
) -> Result<Arc<Tile>> {
    if !definitions.is_public(&app.desk, &app.everyone, register) {
        let access = app.desk.readable(&caller.principal, register)?;
        if !shows_whole_tiles(&access, register) {
            rates::draw(app, caller)?;
            return app.tiles.narrowed(register, &access, z, x, y).await;
        }
    }
    match app.tiles.try_cached(register, z, x, y) {
        Some(tile) => Ok(tile),
        None => {
            rates::draw(app, caller)?;
            app.tiles.tile(register, z, x, y).await
        }
    }
}

/// Changes with what is to be seen.
pub(super) fn state(sheets: &[Sheet], map: &Map, definitions: &str) -> String {
    let View { bbox, width, height, crs } = &map.view;
    let numbers = [bbox.min_x, bbox.min_y, bbox.max_x, bbox.max_y];
    let c = map.background;
    let asked = format!("{definitions} {crs} {numbers:?} {width} {height} {:?} {} {} {} {}", map.theme, c.r, c.g, c.b, c.a);
    let names: Vec<&[u8]> = map.registers.iter().map(|r| r.name.as_bytes()).collect();
    let tags = sheets.iter().flat_map(|s| s.tiles.iter()).map(|t| t.etag.as_bytes());
    let parts: Vec<&[u8]> = std::iter::once(asked.as_bytes()).chain(names).chain(tags).collect();
    validator::state(&parts)
}

impl Sheet {
    /// The tile as a piece of the picture; `None` if no whole pixel is its own.
    pub(super) fn piece(&self, view: &View, properties: &[String]) -> Result<Option<Piece>> {
        let side = f64::from(1_u32 << self.z);
        let place = |u: f64, v: f64| {
            // Where a system has no answer the point is left far outside.
            let far = f64::from(u16::MAX) * 4.0;
            let (x, y) = view.pixel((f64::from(self.x) + u) / side, (f64::from(self.y) + v) / side).unwrap_or((-far, -far));
            (x.clamp(-far, far) as f32, y.clamp(-far, far) as f32)
        };
        let clip = if view.is_mercator() { rectangle(view, place) } else { outline(place) };
        if matches!(clip, Clip::Region(Region { width: 0, .. } | Region { height: 0, .. })) {
            return Ok(None);
        }
        let mut layers = Vec::new();
        for tile in &self.tiles {
            layers.extend(item::from_tile(&tile.body, place, properties).map_err(Error::internal)?);
        }
        Ok(Some(Piece { clip, layers }))
    }
}

/// The whole pixels of a tile: neighbours round the side they share alike.
fn rectangle(view: &View, place: impl Fn(f64, f64) -> (f32, f32)) -> Clip {
    let ((left, top), (right, bottom)) = (place(0.0, 0.0), place(1.0, 1.0));
    let whole = |n: f32, side: u32| n.round().clamp(0.0, side as f32) as i32;
    let (left, right) = (whole(left, view.width), whole(right, view.width));
    let (top, bottom) = (whole(top, view.height), whole(bottom, view.height));
    let side = |from: i32, to: i32| u32::try_from(to - from).unwrap_or(0);
    Clip::Region(Region { x: left, y: top, width: side(left, right), height: side(top, bottom) })
}

fn outline(place: impl Fn(f64, f64) -> (f32, f32)) -> Clip {
    let mut path = PathBuilder::new();
    let corners = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0)];
    for (at, pair) in corners.windows(2).enumerate() {
        let (from, to) = (pair[0], pair[1]);
        for step in 0..STEPS {
            let t = f64::from(step) / f64::from(STEPS);
            let (x, y) = place(from.0 + (to.0 - from.0) * t, from.1 + (to.1 - from.1) * t);
            if at == 0 && step == 0 { path.move_to(x, y) } else { path.line_to(x, y) }
        }
    }
    path.close();
    path.finish().map_or(Clip::Whole, Clip::Outline)
}
