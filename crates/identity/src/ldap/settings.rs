//! The section `[ldap]` of the configuration.

use super::{error::wrong_settings, name};
use meydan_kernel::Result;
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Duration,
};

/// Limit: seconds that may be waited for a server.
const MAX_TIMEOUT_S: u64 = 60;
/// Limit: entries of one page.
const MAX_PAGE_SIZE: i32 = 5000;
/// Limit: bytes of the file that holds the password.
const MAX_PASSWORD_BYTES: u64 = 1024;

/// Whose directory it is: they name things differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Active Directory or Samba.
    ActiveDirectory,
    /// OpenLDAP, 389 Directory Server and others that follow RFC 4519 and `inetOrgPerson`.
    #[default]
    Standard,
}

/// How to reach and read the directory of the house.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Servers of one directory, tried in this order: `ldaps://dc1.bel.tr`, or `ldap://…`, which always goes on by StartTLS.
    pub urls: Vec<String>,
    /// Whose directory it is.
    #[serde(default)]
    pub kind: Kind,
    /// PEM file of the certificate authorities to trust; those of the system if left out.
    pub ca_file: Option<PathBuf>,
    /// Name of the account that searches; without one the search is anonymous.
    pub bind_dn: Option<String>,
    /// File of that account's password; readable by the server's user only.
    pub bind_password_file: Option<PathBuf>,
    /// Where people and groups are.
    pub base: String,
    /// Which entries are people.
    pub person_filter: Option<String>,
    /// Which of those are disabled.
    pub disabled_filter: Option<String>,
    /// Attribute of the login name.
    pub login_attribute: Option<String>,
    /// Attribute of the identity that never changes.
    pub id_attribute: Option<String>,
    /// Name to bind by without a search before, e.g. `{login}@bel.tr`; search, then bind, if left out.
    pub direct_bind: Option<String>,
    /// Seconds that a login may wait for the server.
    #[serde(default = "five")]
    pub timeout_s: u64,
    /// Entries asked for at once.
    #[serde(default = "five_hundred")]
    pub page_size: i32,
    /// Field of the person = attribute; beside or instead of the usual ones.
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
    /// Which groups are which posts.
    #[serde(default)]
    pub posts: Vec<GroupPost>,
}

/// A group whose members, also those of groups within it, hold a post.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupPost {
    /// The group's distinguished name.
    pub group: String,
    /// Code of the unit.
    pub unit: String,
    /// Role, a code.
    pub role: String,
    /// Title of the post; the role's if left out. It is made if there is none.
    pub title: Option<String>,
    /// Seats of a post that is made.
    #[serde(default = "many")]
    pub seats: i64,
}

fn five() -> u64 {
    5
}

fn five_hundred() -> i32 {
    500
}

fn many() -> i64 {
    1000
}

impl Settings {
    /// Checks what can be checked without a server; `folder` is where relative paths begin.
    ///
    /// # Errors
    /// `ldap-settings` naming the key.
    pub fn checked(mut self, folder: &Path) -> Result<Self> {
        if self.urls.is_empty() {
            return Err(wrong_settings("urls", "En az bir sunucu yazın.", "Name one server at least."));
        }
        for url in &self.urls {
            super::connect::Target::read(url)?;
        }
        if !(1..=MAX_TIMEOUT_S).contains(&self.timeout_s) {
            let (tr, en) = (format!("1–{MAX_TIMEOUT_S} saniye olabilir."), format!("1–{MAX_TIMEOUT_S} seconds."));
            return Err(wrong_settings("timeout_s", &tr, &en));
        }
        if !(1..=MAX_PAGE_SIZE).contains(&self.page_size) {
            let (tr, en) = (format!("1–{MAX_PAGE_SIZE} olabilir."), format!("1–{MAX_PAGE_SIZE}."));
            return Err(wrong_settings("page_size", &tr, &en));
        }
        if self.bind_dn.is_some() != self.bind_password_file.is_some() {
            let (tr, en) = ("bind_dn ile birlikte yazılmalı.", "It goes together with bind_dn.");
            return Err(wrong_settings("bind_password_file", tr, en));
        }
        let direct = self.direct_bind.as_deref();
        if direct.is_some_and(|template| template.matches(name::LOGIN).count() != 1) {
            return Err(wrong_settings("direct_bind", "Bir {login} içermeli.", "It needs one {login}."));
        }
        for (key, filter) in [("person_filter", self.person_filter()), ("disabled_filter", self.disabled_filter())] {
            if !filter.is_empty() && ldap3::parse_filter(filter).is_err() {
                return Err(wrong_settings(key, "RFC 4515'e göre bir süzgeç değil.", "It is no filter of RFC 4515."));
            }
        }
        for path in [&mut self.ca_file, &mut self.bind_password_file].into_iter().flatten() {
            *path = folder.join(&*path);
        }
        Ok(self)
    }

    /// How long a login may wait.
    pub(super) fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_s)
    }

    /// Which entries are people.
    pub(super) fn person_filter(&self) -> &str {
        let usual = match self.kind {
            // Computers are users too, in Active Directory.
            Kind::ActiveDirectory => "(&(objectClass=user)(!(objectClass=computer))(sAMAccountName=*))",
            Kind::Standard => "(&(objectClass=inetOrgPerson)(uid=*))",
        };
        self.person_filter.as_deref().unwrap_or(usual)
    }

    /// Which people are disabled; empty if the directory can't say.
    pub(super) fn disabled_filter(&self) -> &str {
        let usual = match self.kind {
            // userAccountControl has the bit ACCOUNTDISABLE.
            Kind::ActiveDirectory => "(userAccountControl:1.2.840.113556.1.4.803:=2)",
            Kind::Standard => "",
        };
        self.disabled_filter.as_deref().unwrap_or(usual)
    }

    /// Attribute of the login name.
    pub(super) fn login_attribute(&self) -> &str {
        let usual = if self.kind == Kind::ActiveDirectory { "sAMAccountName" } else { "uid" };
        self.login_attribute.as_deref().unwrap_or(usual)
    }

    /// Attribute of the identity that never changes.
    pub(super) fn id_attribute(&self) -> &str {
        let usual = if self.kind == Kind::ActiveDirectory { "objectGUID" } else { "entryUUID" };
        self.id_attribute.as_deref().unwrap_or(usual)
    }

    /// Field of the person and attribute.
    pub(super) fn fields(&self) -> BTreeMap<String, String> {
        let usual = [("first_name", "givenName"), ("last_name", "sn"), ("email", "mail")];
        let usual = usual.into_iter().map(|(field, attribute)| (field.to_owned(), attribute.to_owned()));
        let mut fields: BTreeMap<String, String> = usual.chain(self.fields.clone()).collect();
        fields.retain(|_, attribute| !attribute.is_empty());
        fields
    }

    /// Password of the account that searches; read anew each time, so that it can be changed under way.
    ///
    /// # Errors
    /// `directory-unavailable`: it can't be read, or others can.
    pub(super) fn bind_password(&self) -> Result<String> {
        let Some(path) = &self.bind_password_file else { return Ok(String::new()) };
        read_password(path).map_err(|e| super::error::unavailable(format!("{}: {e}", path.display())))
    }
}

fn read_password(path: &Path) -> std::io::Result<String> {
    let about = std::fs::metadata(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        if about.permissions().mode() & 0o007 != 0 {
            return Err(std::io::Error::other("everybody on this machine can read the password: chmod 600"));
        }
    }
    if about.len() > MAX_PASSWORD_BYTES {
        return Err(std::io::Error::other("too long for a password"));
    }
    let text = std::fs::read_to_string(path)?;
    let password = text.trim_end_matches(['\r', '\n']);
    // An empty one would make the bind anonymous, and succeed (RFC 4513 §5.1.2).
    if password.is_empty() {
        return Err(std::io::Error::other("the file of the password is empty"));
    }
    Ok(password.to_owned())
}
