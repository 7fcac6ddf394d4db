//! Maps as pictures, for the services that give them (WMS, WMTS) and for paper: what somebody may see of some registers in a view.
//!
//! A picture is drawn from the vector tiles that the house keeps exact from the log, with the same symbology as the map in the browser;
//! so an edit is on the next picture as it is on the next tile, and what a grant hides is hidden here.

mod sheets;
mod style;
mod view;

pub use style::Styles;
pub use view::{MAX_PIXELS, MAX_SIDE, View};

use crate::{App, Caller, rates};
use meydan_kernel::{Error, Register, Result, catalogue::Theme};
use meydan_render::{Colour, Drawing, Pixels, Typeface};
use std::sync::{Arc, LazyLock};
use tokio::sync::Semaphore;

/// The letters of all labels. The file is in the program.
static TYPEFACE: LazyLock<Typeface> = LazyLock::new(|| Typeface::sans().expect("the typeface that comes with the program"));

/// Pictures drawn at once, one a core: each may take 64 MB, and more at a time would end no sooner.
static EASELS: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new(std::thread::available_parallelism().map_or(1, std::num::NonZero::get)));

/// The letters that maps and their legends are written with.
pub fn letters() -> &'static Typeface {
    &TYPEFACE
}

/// What is to be drawn.
pub struct Map {
    /// The registers, in any order: the symbology says which lies above which.
    pub registers: Vec<Arc<Register>>,
    /// Light or dark.
    pub theme: Theme,
    /// What shows where nothing lies.
    pub background: Colour,
    /// Where, and how large.
    pub view: View,
}

/// A map that is ready to be drawn: what lies in it was asked for already.
pub struct Prepared {
    map: Map,
    sheets: Vec<sheets::Sheet>,
    style: Arc<meydan_render::Style>,
    /// Changes with what is to be seen: for an entity tag.
    pub state: String,
    /// True if everybody sees it so.
    pub public: bool,
}

/// Asks for what lies in a map, as somebody may see it.
///
/// # Errors
/// The desk's refusals; `bad-view` for a view that shows no place of the earth.
pub async fn prepare(app: &App, caller: &Caller, map: Map) -> Result<Prepared> {
    let definitions = app.definitions();
    let style = app.map_styles.of(&definitions.catalogue, &map.registers, map.theme)?;
    let asked = sheets::asked(app, caller, &definitions, &map, &style).await?;
    let state = sheets::state(&asked.sheets, &map, &definitions.hash);
    Ok(Prepared { map, sheets: asked.sheets, style, state, public: asked.public })
}

/// Draws it: a PNG. It takes a thread of its own meanwhile.
///
/// # Errors
/// `too-many-requests` if who asks drew too much; faults of the drawing.
pub async fn draw(app: &App, caller: &Caller, prepared: Prepared) -> Result<Vec<u8>> {
    rates::picture(app, caller, prepared.map.view.width, prepared.map.view.height)?;
    let _easel = EASELS.acquire().await.map_err(Error::internal)?;
    tokio::task::spawn_blocking(move || paint(&prepared)).await.map_err(Error::internal)?
}

fn paint(prepared: &Prepared) -> Result<Vec<u8>> {
    let Prepared { map, sheets, style, .. } = prepared;
    let view = &map.view;
    let pieces = sheets.iter().filter_map(|s| s.piece(view, style.properties()).transpose()).collect::<Result<Vec<_>>>()?;
    let mut canvas = Pixels::new(view.width, view.height, 1.0, map.background).map_err(Error::internal)?;
    let seen = meydan_render::View { width: view.width, height: view.height, zoom: view.zoom() };
    let drawing = Drawing { style, pieces: &pieces, typeface: &TYPEFACE, view: seen };
    meydan_render::draw(&drawing, &mut canvas).map_err(Error::internal)?;
    canvas.png().map_err(Error::internal)
}
