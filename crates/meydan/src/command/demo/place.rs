//! Where the sample city is made: a new embedded store is made under a name of its own and gets its real one when it is whole.

use crate::context::Context;
use meydan_kernel::{Error, Result, Store};
use std::path::{Path, PathBuf};

/// Endings of the store while it is made, and of its copy until it is named.
const UNFINISHED: &str = ".unfinished";
const WHOLE: &str = ".whole";

/// A store that is being made.
pub struct Place {
    aside: PathBuf,
    to: PathBuf,
}

/// The place of a new embedded store; `None` for a database or a store that is there.
///
/// # Errors
/// Those of the disk.
pub fn of(context: &Context) -> Result<Option<Place>> {
    let location = context.config.store_location();
    if location.contains("://") || Path::new(&location).exists() {
        return Ok(None);
    }
    let place = Place { aside: beside(Path::new(&location), UNFINISHED), to: PathBuf::from(&location) };
    if let Some(folder) = place.to.parent() {
        std::fs::create_dir_all(folder).map_err(Error::unavailable)?;
    }
    // What an earlier try left behind.
    remove(&place.aside)?;
    remove(&beside(&place.to, WHOLE))?;
    Ok(Some(place))
}

impl Place {
    /// Where it is made.
    pub fn aside(&self) -> String {
        self.aside.display().to_string()
    }

    /// Gives the store its name. It is copied whole into one file first: what it is made in has a write-ahead log beside it.
    ///
    /// # Errors
    /// Those of the store and the disk.
    pub async fn finish(self, store: &dyn Store) -> Result<()> {
        let copy = beside(&self.to, WHOLE);
        store.backup(&copy).await?;
        std::fs::rename(&copy, &self.to).map_err(Error::unavailable)?;
        remove(&self.aside)?;
        let folder = self.to.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        std::fs::File::open(folder).and_then(|f| f.sync_all()).map_err(Error::unavailable)
    }
}

/// Removes a store's files, if they are there.
fn remove(store: &Path) -> Result<()> {
    for ending in ["", "-wal", "-shm"] {
        match std::fs::remove_file(beside(store, ending)) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(Error::unavailable(e)),
            _ => {}
        }
    }
    Ok(())
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}
