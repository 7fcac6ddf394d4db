//! The whole directory as far as it concerns the house: its people, and who is in the groups that are posts.

use super::{
    active_directory,
    connect::Connection,
    error::unavailable,
    groups,
    name::canonical,
    session::{Entry, apart},
    settings::{Kind, Settings},
};
use jiff::Timestamp;
use meydan_kernel::Result;
use std::collections::{BTreeMap, HashMap, HashSet};

/// One person as the directory has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entrant {
    /// Identity that never changes.
    pub id: String,
    /// Login name.
    pub login: Option<String>,
    /// True if they may not log in.
    pub disabled: bool,
    /// Texts by the person's fields; none where the directory has nothing.
    pub fields: BTreeMap<String, Option<String>>,
}

/// The directory at one moment.
#[derive(Debug, Clone, Default)]
pub(super) struct Snapshot {
    /// Everybody, by identity.
    pub people: BTreeMap<String, Entrant>,
    /// Entries without an identity, by name: they can't be told from others later and are left out.
    pub nameless: Vec<String>,
    /// Per group of the settings who is in it, in whichever depth, by identity; `None` if there is no such group.
    pub members: Vec<Option<HashSet<String>>>,
}

/// Who is known under which name.
pub(super) struct Known {
    /// Identity by canonical name.
    pub by_name: HashMap<String, String>,
    /// Identity by login name as it is written.
    pub by_login: HashMap<String, String>,
}

/// Reads it all.
///
/// # Errors
/// `directory-unavailable`: it is read whole or not at all.
pub(super) async fn snapshot(settings: &Settings) -> Result<Snapshot> {
    let settings = settings.clone();
    apart(async move {
        let mut connection = Connection::open(&settings).await?;
        connection.bind_as_searcher(&settings).await?;
        read(&mut connection, &settings).await
    })
    .await
}

async fn read(connection: &mut Connection, settings: &Settings) -> Result<Snapshot> {
    let fields = settings.fields();
    let mut attributes: Vec<&str> = vec![settings.id_attribute(), settings.login_attribute()];
    attributes.extend(fields.values().map(String::as_str));
    attributes.extend(["displayName", "cn", "sn"]);
    if settings.kind == Kind::ActiveDirectory {
        attributes.extend(["accountExpires", "primaryGroupID"]);
    }
    attributes.sort_unstable();
    attributes.dedup();
    let disabled: HashSet<String> = match settings.disabled_filter() {
        "" => HashSet::new(),
        disabled => {
            let filter = format!("(&{}{disabled})", settings.person_filter());
            let found = connection.search(settings, &settings.base, &filter, &[settings.id_attribute()]).await?;
            found.iter().map(|e| canonical(&e.dn)).collect()
        }
    };
    let entries = connection.search(settings, &settings.base, settings.person_filter(), &attributes).await?;
    let mut snapshot = Snapshot::default();
    let mut known = Known { by_name: HashMap::new(), by_login: HashMap::new() };
    for entry in &entries {
        let name = canonical(&entry.dn);
        let Some(id) = identity(settings, entry) else {
            snapshot.nameless.push(entry.dn.clone());
            continue;
        };
        let login = entry.text(settings.login_attribute()).map(str::to_owned);
        if let Some(login) = &login {
            known.by_login.insert(login.clone(), id.clone());
        }
        let person = Entrant {
            disabled: disabled.contains(&name) || has_expired(settings, entry),
            login,
            fields: texts(&fields, entry),
            id: id.clone(),
        };
        known.by_name.insert(name, id.clone());
        if snapshot.people.insert(id.clone(), person).is_some() {
            return Err(unavailable(format!("two entries have the same {}: {id}", settings.id_attribute())));
        }
    }
    let mut reader = groups::Reader::new(connection, settings, &known);
    for post in &settings.posts {
        snapshot.members.push(reader.members(&post.group).await?);
    }
    Ok(snapshot)
}

/// An entry's identity.
pub(super) fn identity(settings: &Settings, entry: &Entry) -> Option<String> {
    let attribute = settings.id_attribute();
    let is_guid = attribute.eq_ignore_ascii_case("objectGUID");
    entry.bytes(attribute).first().and_then(|bytes| active_directory::identity(bytes, is_guid))
}

fn has_expired(settings: &Settings, entry: &Entry) -> bool {
    settings.kind == Kind::ActiveDirectory
        && entry.text("accountExpires").is_some_and(|at| active_directory::has_expired(at, Timestamp::now()))
}

/// The texts of a person's fields. Where the directory has no first or last name they come from the displayed one.
fn texts(fields: &BTreeMap<String, String>, entry: &Entry) -> BTreeMap<String, Option<String>> {
    let mut out: BTreeMap<String, Option<String>> =
        fields.iter().map(|(field, attribute)| (field.clone(), entry.text(attribute).map(str::to_owned))).collect();
    let shown = entry.text("displayName").or_else(|| entry.text("cn")).unwrap_or_default();
    let (first, last) = split_name(shown, entry.text("sn"));
    for (field, text) in [("first_name", first), ("last_name", last)] {
        if let Some(slot) = out.get_mut(field).filter(|slot| slot.is_none()) {
            *slot = text;
        }
    }
    out
}

/// A displayed name in two: the last name, if known, is its end; else it is the last word.
fn split_name(shown: &str, last: Option<&str>) -> (Option<String>, Option<String>) {
    let shown = shown.trim();
    let some = |text: &str| Some(text.trim().to_owned()).filter(|t| !t.is_empty());
    if let Some(first) = last.and_then(|last| shown.strip_suffix(last)) {
        return (some(first), last.and_then(some));
    }
    match shown.rsplit_once(' ') {
        Some((first, last)) => (some(first), some(last)),
        None => (None, some(shown)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_displayed_name_is_split() {
        let name = |first: &str, last: &str| (Some(first.to_owned()), Some(last.to_owned()));
        assert_eq!(split_name("Ayşe Nur Yılmaz", None), name("Ayşe Nur", "Yılmaz"));
        assert_eq!(split_name("Ayşe Yılmaz Öz", Some("Yılmaz Öz")), name("Ayşe", "Yılmaz Öz"));
        assert_eq!(split_name("Yazıcı", None), (None, Some("Yazıcı".to_owned())));
        assert_eq!(split_name(" ", None), (None, None));
    }
}
