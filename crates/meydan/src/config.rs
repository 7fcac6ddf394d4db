//! Configuration: one TOML file beside the data, few keys, each with a good default.

mod messages;

pub use messages::{Notices, Push, StaffMail};

use meydan_kernel::{Act, Bilingual, Error, Kind};
use serde::Deserialize;
use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
};

/// Name of the file where nobody named another.
const FILE_NAME: &str = "meydan.toml";

/// What the operator may set. Every key may be left out.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where the data is: the path of a GeoPackage file, or a `postgres://` URL.
    pub store: String,
    /// Address and port. Beyond loopback only with an https `base_url`.
    pub listen: String,
    /// The address that clients use, if a proxy stands before the server; else the request's own host.
    pub base_url: Option<String>,
    /// A proxy of ours stands before the server and says where clients come from (`X-Forwarded-For`).
    pub behind_proxy: bool,
    /// Where a weakness is reported (`security.txt`): an e-mail address, or a `https:`, `mailto:` or `tel:` URI.
    pub security_contact: Option<String>,
    /// Folder of the city's own definitions; `definitions` beside the configuration file if left out.
    pub definitions: Option<PathBuf>,
    /// File of the key that seals the log; made at first start, readable by its owner only.
    pub seal_key: Option<PathBuf>,
    /// Who acts at the command line, as the log names them.
    pub acting: Acting,
    /// The city.
    pub city: City,
    /// An RFC 3161 time-stamp authority.
    pub time_stamp: Option<TimeStamp>,
    /// Destruction of what is over its time.
    pub retention: Retention,
    /// The directory of the house (LDAP, Active Directory): passwords and people.
    pub ldap: Option<meydan_identity::ldap::Settings>,
    /// Providers of identity that speak OpenID Connect.
    pub oidc: Vec<meydan_identity::OidcConfig>,
    /// The e-Devlet gate.
    pub e_devlet: Option<meydan_identity::EDevletConfig>,
    /// The server that takes our e-mails.
    pub mail: Option<meydan_messages::mail::MailServer>,
    /// The gateway of short messages.
    pub sms: Option<meydan_messages::sms::Gateway>,
    /// Web push.
    pub push: Option<Push>,
    /// Mailboxes whose mails become requests.
    pub mailbox: Vec<meydan_messages::inbox::Mailbox>,
    /// What staff get beside what they read in the program.
    pub notices: Notices,
    /// Folder of the file itself: relative paths start here. Not a key.
    #[serde(skip)]
    pub folder: PathBuf,
    /// The file itself, or where it would be. Not a key.
    #[serde(skip)]
    pub file: PathBuf,
    /// Whether the file is there. Not a key.
    #[serde(skip)]
    pub found: bool,
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

/// Destruction of what is over its time of keeping.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Retention {
    /// `meydan serve` does it by itself once a day: the law wants it done without being asked (KVKK article 7).
    pub automatic: bool,
}

impl Default for Retention {
    fn default() -> Self {
        Self { automatic: true }
    }
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
            behind_proxy: false,
            security_contact: None,
            definitions: None,
            seal_key: None,
            acting: Acting { person: "Kurulum".to_owned(), post: "Sistem yöneticisi".to_owned() },
            city: City::default(),
            time_stamp: None,
            retention: Retention::default(),
            ldap: None,
            oidc: Vec::new(),
            e_devlet: None,
            mail: None,
            sms: None,
            push: None,
            mailbox: Vec::new(),
            notices: Notices::default(),
            folder: PathBuf::from("."),
            file: PathBuf::from(FILE_NAME),
            found: false,
        }
    }
}

impl Config {
    /// Reads the configuration: the named file; else, if the command line names a file as the store, the one beside that and no
    /// other (the one here may be another city's); else `meydan.toml` here, else the one beside the store's own place. If there
    /// is none the defaults hold, and what lies beside a configuration file lies beside the store.
    ///
    /// `store` is the one of the command line; it wins over the file's.
    ///
    /// # Errors
    /// `config-missing` if the named file is not there and `may_lack` is false; `config-wrong` says what is wrong in it and where.
    pub fn read(named: Option<&Path>, store: Option<&str>, may_lack: bool) -> meydan_kernel::Result<Self> {
        let own = Self::default().store;
        let path = match named {
            Some(path) => path.to_path_buf(),
            None => choose(store, &own, Path::new("")),
        };
        let mut config = match std::fs::read_to_string(&path) {
            Ok(text) => {
                let mut config = toml::from_str::<Self>(&text).map_err(|e| wrong(&path, &e))?;
                config.found = true;
                config
            }
            Err(e) if e.kind() == ErrorKind::NotFound && (named.is_none() || may_lack) => {
                // The default place is seen from where the person stands, not from the file that is not there.
                Self { store: absolute(&own)?, ..Self::default() }
            }
            Err(e) => return Err(missing(&path, &e)),
        };
        if let Some(store) = store {
            config.store = if store.contains("://") { store.to_owned() } else { absolute(store)? };
        }
        config.folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_path_buf();
        config.file = path;
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

    /// The file of the key that one-time codes' keys are encrypted with: beside the sealing key.
    pub fn secrets_key_path(&self) -> PathBuf {
        self.seal_key_path().with_file_name("secrets.key")
    }

    /// The directory of the house, checked, with paths resolved.
    ///
    /// # Errors
    /// `ldap-settings` naming the key that is wrong.
    pub fn directory(&self) -> meydan_kernel::Result<Option<meydan_identity::ldap::Settings>> {
        self.ldap.clone().map(|settings| settings.checked(&self.folder)).transpose()
    }

    /// The outside providers of identity, with their secrets read.
    ///
    /// # Errors
    /// `bad-provider` says what is wrong with one.
    pub fn providers(&self) -> meydan_kernel::Result<meydan_identity::Providers> {
        meydan_identity::Providers::open(self.oidc.clone(), self.e_devlet.clone(), self.base_url.as_deref(), &self.folder)
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

/// The configuration file of a command that stands in the folder `here` and names none: the one that is there, else where it
/// would be. `own` is the store's place where nobody named one.
fn choose(store: Option<&str>, own: &str, here: &Path) -> PathBuf {
    let standing = here.join(FILE_NAME);
    match (folder_of(store.unwrap_or(own)), store) {
        (None, _) => standing,
        // Who names a store means its city: the file here may be another's, with that one's keys.
        (Some(folder), Some(_)) => here.join(folder).join(FILE_NAME),
        (Some(_), None) if standing.exists() => standing,
        (Some(folder), None) => here.join(folder).join(FILE_NAME),
    }
}

/// The folder of an embedded store; none for a database.
fn folder_of(store: &str) -> Option<PathBuf> {
    let inside = |p: &Path| p.parent().map(Path::to_path_buf);
    if store.contains("://") { None } else { inside(Path::new(store)) }
}

/// A path as seen from where the person stands.
fn absolute(path: &str) -> meydan_kernel::Result<String> {
    std::path::absolute(path).map(|p| p.display().to_string()).map_err(Error::unavailable)
}

fn missing(path: &Path, cause: &std::io::Error) -> Error {
    Error::new(
        Kind::NotFound,
        "config-missing",
        format!("Yapılandırma dosyası okunamıyor: {}", path.display()),
        format!("The configuration file can't be read: {}", path.display()),
    )
    .cause(cause)
}

fn wrong(path: &Path, cause: &toml::de::Error) -> Error {
    Error::invalid(
        "config-wrong",
        format!("Yapılandırma dosyasında hata var: {}", path.display()),
        format!("There is a fault in the configuration file: {}", path.display()),
    )
    .cause(cause.to_string().trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_beside_the_store_is_found_and_the_command_line_wins() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("city.gpkg").display().to_string();
        let none = Config::read(None, Some(&store), false).unwrap();
        assert!(!none.found);
        assert_eq!((none.store_location(), none.seal_key_path()), (store.clone(), folder.path().join("seal.key")));
        let file = folder.path().join("meydan.toml");
        std::fs::write(&file, "store = \"other.gpkg\"\n[city]\ntitle = { tr = \"Kent\", en = \"City\" }\n").unwrap();
        let found = Config::read(None, Some(&store), false).unwrap();
        assert_eq!((found.city.title.tr.as_str(), found.store_location()), ("Kent", store));
        let named = Config::read(Some(&file), None, false).unwrap();
        assert_eq!(named.store_location(), folder.path().join("other.gpkg").display().to_string());
    }

    #[test]
    fn the_file_here_is_not_that_of_a_store_named_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        let (here, other) = (folder.path().join("here"), folder.path().join("other"));
        for place in [&here, &other] {
            std::fs::create_dir(place).unwrap();
        }
        let own = Config::default().store;
        let chosen = |store: Option<&str>| choose(store, &own, &here);
        let there = other.join("city.gpkg").display().to_string();
        let beside = other.join("meydan.toml");
        // Without a file anywhere: beside the store, or here for a database.
        assert_eq!(chosen(None), here.join("data/meydan.toml"));
        assert_eq!(chosen(Some("postgres://db/city")), here.join("meydan.toml"));
        // A file here counts where no other city is named, even if there is none beside the named store.
        std::fs::write(here.join("meydan.toml"), "listen = \"127.0.0.1:1\"\n").unwrap();
        assert_eq!(chosen(Some(&there)), beside);
        assert!(!Config::read(None, Some(&there), false).unwrap().found);
        std::fs::write(&beside, "listen = \"127.0.0.1:2\"\n").unwrap();
        assert_eq!(chosen(Some(&there)), beside);
        assert_eq!(Config::read(None, Some(&there), false).unwrap().listen, "127.0.0.1:2");
        assert_eq!(chosen(Some("city.gpkg")), here.join("meydan.toml"));
        assert_eq!(chosen(Some("../other/city.gpkg")), here.join("../other/meydan.toml"));
        for store in [None, Some("postgres://db/city")] {
            assert_eq!(chosen(store), here.join("meydan.toml"));
        }
        // The one that is named wins over all.
        let named = Config::read(Some(&here.join("meydan.toml")), Some(&there), false).unwrap();
        assert_eq!((named.listen.as_str(), named.store_location()), ("127.0.0.1:1", there));
    }

    #[test]
    fn a_named_file_must_be_there_and_right() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x.toml");
        assert_eq!(Config::read(Some(&file), None, false).unwrap_err().code(), "config-missing");
        assert!(!Config::read(Some(&file), None, true).unwrap().found);
        std::fs::write(&file, "stroe = 1\n").unwrap();
        let error = Config::read(Some(&file), None, true).unwrap_err();
        assert_eq!(error.code(), "config-wrong");
        assert!(error.cause_text().unwrap().contains("line 1"), "{error:?}");
    }

    #[test]
    fn the_example_of_the_documents_is_a_configuration() {
        let documents = include_str!("../../../docs/operation.md");
        let text = documents.split("```toml").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
        let config: Config = toml::from_str(text).unwrap();
        assert_eq!((config.acting.person.as_str(), config.time_stamp.unwrap().interval_s), ("Ayşe Yılmaz", 3600));
    }

    #[test]
    fn the_providers_of_the_documents_are_a_configuration() {
        use std::os::unix::fs::PermissionsExt;
        let documents = include_str!("../../../docs/operation.md");
        let blocks = documents.split("```toml").skip(1).filter_map(|rest| rest.split("```").next());
        let blocks: Vec<&str> = blocks.filter(|b| b.contains("[[oidc]]") || b.contains("[e_devlet]")).collect();
        assert_eq!(blocks.len(), 2);
        let folder = tempfile::tempdir().unwrap();
        for name in ["oidc.secret", "e-devlet.secret"] {
            let path = folder.path().join(name);
            std::fs::write(&path, "secret\n").unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        }
        let base = "base_url = \"https://kent.example\"\n".to_owned();
        // As written, and with every key that stands there as a comment (but for the file of authorities, which must be there).
        let all = blocks.join("\n").replace("\n# ca_file", "\n## ca_file").replace("\n# ", "\n");
        for text in [base.clone() + &blocks.join("\n"), base + &all] {
            let config: Config = toml::from_str(&text).unwrap_or_else(|e| panic!("{e} in {text}"));
            let config = Config { folder: folder.path().to_path_buf(), ..config };
            assert_eq!((config.oidc.len(), config.e_devlet.is_some()), (1, true));
            config.providers().unwrap();
        }
        assert!(Config::default().providers().is_ok(), "nobody needs a provider");
    }
}
