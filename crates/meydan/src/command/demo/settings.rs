//! The configuration file of a sample city: its name, where its map opens, and that it is generated.

use crate::context::{City, Context};
use futures::StreamExt as _;
use meydan_geo::Bbox;
use meydan_kernel::{Error, Query};
use meydan_modules::city::demo::CENTRE;
use std::{
    io::Write as _,
    path::{Path, PathBuf},
};

/// Width of the map for which the first zoom is chosen, in pixels of a window of usual size.
const MAP_PIXELS: f64 = 900.0;
/// Width of the whole world at zoom 0 in MapLibre's pixels.
const WORLD_PIXELS: f64 = 512.0;
/// The map never opens nearer or farther than this.
const ZOOMS: (f64, f64) = (9.0, 15.0);

/// Writes it where the configuration is looked for; an existing file is never touched. Its path.
///
/// # Errors
/// Those of the disk and the store.
pub async fn write(context: &Context, city: &City) -> anyhow::Result<PathBuf> {
    let path = context.config.file.clone();
    let (centre, zoom) = view(city, context).await?;
    let text = text(context, centre, zoom);
    if let Some(folder) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    let mut file = std::fs::File::create_new(&path).map_err(|e| Error::unavailable(format!("{}: {e}", path.display())))?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    Ok(path)
}

/// Centre and zoom that show all neighbourhoods.
async fn view(city: &City, context: &Context) -> anyhow::Result<([f64; 2], f64)> {
    let mut all: Option<Bbox> = None;
    let mut batches = city.desk.scan(&context.operator("demo"), Query::all(city.desk.register("neighbourhood")?));
    while let Some(batch) = batches.next().await {
        for bbox in batch?.iter().filter_map(|r| r.geometry.as_ref().and_then(|g| g.bbox())) {
            all = Some(all.map_or(bbox, |a| a.union(&bbox)));
        }
    }
    let Some(bbox) = all else { return Ok((CENTRE, ZOOMS.1)) };
    let (width, height) = (bbox.max_x - bbox.min_x, bbox.max_y - bbox.min_y);
    let centre = [(bbox.min_x + bbox.max_x) / 2.0, (bbox.min_y + bbox.max_y) / 2.0];
    // A degree of latitude is wider on the map than one of longitude, and windows are wider than high.
    let degrees = width.max(height / centre[1].to_radians().cos() * 1.6).max(1e-6);
    let zoom = (MAP_PIXELS / WORLD_PIXELS * 360.0 / degrees).log2().clamp(ZOOMS.0, ZOOMS.1);
    Ok((centre, zoom))
}

fn text(context: &Context, centre: [f64; 2], zoom: f64) -> String {
    let config = &context.config;
    let store = if config.store.contains("://") {
        // An address may hold a password: it stays where it was given.
        "# store: MEYDAN_STORE / --store".to_owned()
    } else {
        format!("store = {}", toml::Value::String(seen_from(&config.folder, &config.store_location())))
    };
    let word = |text: &str| toml::Value::String(text.to_owned());
    format!(
        "# Örnek kentin yapılandırması; `meydan demo` yazdı.\n# Configuration of the sample city; written by `meydan demo`.\n\n{store}\n\n\
        # Komut satırında işlemi yapan, defterde böyle yazılır. / Who acts at the command line, as the log names them.\n[acting]\nperson = {}\npost = {}\n\n\
        [city]\ntitle = {{ tr = \"Örnek Kent\", en = \"Sample City\" }}\n\
        # Sayfalar bu verinin uydurma olduğunu söyler. / The pages say that this data is generated.\ngenerated = true\n\
        centre = [{:.5}, {:.5}]\nzoom = {zoom:.1}\n",
        word(&config.acting.person),
        word(&config.acting.post),
        centre[0],
        centre[1],
    )
}

/// A path relative to the folder of the file where it lies in it, so that the folder can be moved.
fn seen_from(folder: &Path, place: &str) -> String {
    let whole = std::path::absolute(folder).unwrap_or_else(|_| folder.to_path_buf());
    Path::new(place).strip_prefix(&whole).map_or_else(|_| place.to_owned(), |p| p.display().to_string())
}
