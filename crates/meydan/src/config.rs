//! Configuration: one TOML file beside the data, few keys, each with a good default.

use anyhow::{Context as _, Result};
use meydan_kernel::{Act, Bilingual};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// What the operator may set. Every key may be left out.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where the data is: the path of a GeoPackage file, or a `postgres://` URL.
    pub store: String,
    /// Address and port. Until logins exist only loopback is taken.
    pub listen: String,
    /// The address that clients use, if a proxy stands before the server; else the request's own host.
    pub base_url: Option<String>,
    /// Folder of the city's own definitions; `definitions` beside the configuration file if left out.
    pub definitions: Option<PathBuf>,
    /// File of the key that seals the log; made at first start, readable by its owner only.
    pub seal_key: Option<PathBuf>,
    /// Who acts, until logins exist (step 2).
    pub acting: Acting,
    /// The city.
    pub city: City,
    /// An RFC 3161 time-stamp authority.
    pub time_stamp: Option<TimeStamp>,
    /// Folder of the file itself: relative paths start here. Not a key.
    #[serde(skip)]
    pub folder: PathBuf,
}

/// The acting person.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acting {
    /// Name.
    pub person: String,
    /// Post (*görev*).
    pub post: String,
}

/// What the pages say of the city.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct City {
    /// Name of the city in both languages.
    pub title: Bilingual,
    /// Longitude and latitude where the map opens.
    pub centre: [f64; 2],
    /// Zoom with which the map opens.
    pub zoom: f64,
    /// True if the data is generated (the demo city).
    pub generated: bool,
}

/// A time-stamp authority.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeStamp {
    /// Address, `http://…`.
    pub url: String,
    /// Seconds between two stamps.
    #[serde(default = "hour")]
    pub interval_s: u64,
}

fn hour() -> u64 {
    3600
}

impl Default for City {
    fn default() -> Self {
        Self { title: Bilingual::new("Meydan", "Meydan"), centre: [39.72, 41.0], zoom: 12.5, generated: false }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            store: "data/city.gpkg".to_owned(),
            listen: "127.0.0.1:8061".to_owned(),
            base_url: None,
            definitions: None,
            seal_key: None,
            acting: Acting { person: "Kurulum".to_owned(), post: "Sistem yöneticisi".to_owned() },
            city: City::default(),
            time_stamp: None,
            folder: PathBuf::from("."),
        }
    }
}

impl Config {
    /// Reads the file; a missing file is the default configuration unless it was named by hand.
    ///
    /// # Errors
    /// The file can't be read, or what is wrong in it with its line.
    pub fn read(path: &Path, named: bool) -> Result<Self> {
        let mut config = match std::fs::read_to_string(path) {
            Ok(text) => toml::from_str::<Self>(&text).with_context(|| format!("{} is not a configuration", path.display()))?,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound && !named => Self::default(),
            Err(e) => return Err(e).with_context(|| format!("{} can't be read", path.display())),
        };
        config.folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_path_buf();
        Ok(config)
    }

    /// A path of the configuration, relative to its file.
    pub fn path(&self, path: &Path) -> PathBuf {
        self.folder.join(path)
    }

    /// The store's location with a relative file path resolved.
    pub fn store_location(&self) -> String {
        if self.store.contains("://") { self.store.clone() } else { self.path(Path::new(&self.store)).display().to_string() }
    }

    /// The folder of the city's own definitions.
    pub fn definitions_folder(&self) -> PathBuf {
        self.path(self.definitions.as_deref().unwrap_or(Path::new("definitions")))
    }

    /// The file of the sealing key.
    pub fn seal_key_path(&self) -> PathBuf {
        self.path(self.seal_key.as_deref().unwrap_or(Path::new("seal.key")))
    }

    /// The acting person, through a face.
    pub fn act(&self, source: &str) -> Act {
        Act {
            person: self.acting.person.clone(),
            post: self.acting.post.clone(),
            on_behalf_of: None,
            reason: None,
            source: source.to_owned(),
        }
    }
}
