//! Who is in a group, also by a group in it, in whichever depth. Groups may hold each other in a ring.

use super::{
    connect::Connection,
    error::unavailable,
    name::canonical,
    read::{Known, identity},
    settings::{Kind, Settings},
};
use meydan_kernel::Result;
use std::collections::{HashMap, HashSet, VecDeque};

/// Limit: groups read in one import.
const MAX_GROUPS: usize = 5_000;
/// Limit: groups named in one filter.
const GROUPS_OF_A_FILTER: usize = 50;
/// `LDAP_MATCHING_RULE_IN_CHAIN`: membership in whichever depth, found by the server itself.
const IN_CHAIN: &str = "1.2.840.113556.1.4.1941";

/// One group as it is recorded.
#[derive(Clone, Default)]
struct Group {
    /// Canonical names with the names as written.
    members: Vec<(String, String)>,
    /// Identities of members that are named by their login (`memberUid`).
    people: Vec<String>,
}

/// Reads groups; each only once.
pub(super) struct Reader<'a> {
    connection: &'a mut Connection,
    settings: &'a Settings,
    known: &'a Known,
    read: HashMap<String, Option<Group>>,
}

impl<'a> Reader<'a> {
    /// Over a connection.
    pub(super) fn new(connection: &'a mut Connection, settings: &'a Settings, known: &'a Known) -> Self {
        Self { connection, settings, known, read: HashMap::new() }
    }

    /// Identities of the people in a group; `None` if there is no such group.
    ///
    /// # Errors
    /// `directory-unavailable`.
    pub(super) async fn members(&mut self, group: &str) -> Result<Option<HashSet<String>>> {
        match self.settings.kind {
            Kind::ActiveDirectory => self.by_the_server(group).await,
            Kind::Standard => self.by_walking(group).await,
        }
    }

    /// Active Directory walks itself; but the primary group (usually “Domain Users”) is in no list of members.
    async fn by_the_server(&mut self, group: &str) -> Result<Option<HashSet<String>>> {
        const TOKEN: &str = "primaryGroupToken";
        let settings = self.settings;
        let Some(top) = self.connection.entry(settings, group, "(objectClass=group)", &[TOKEN]).await? else {
            return Ok(None);
        };
        let inside = format!("(memberOf:{IN_CHAIN}:={})", ldap3::ldap_escape(top.dn.as_str()));
        let filter = format!("(&(objectClass=group){inside})");
        let within = self.connection.search(settings, &settings.base, &filter, &[TOKEN]).await?;
        let tokens: Vec<String> = within
            .iter()
            .chain([&top])
            .filter_map(|g| g.text(TOKEN))
            .filter_map(|t| t.parse::<u32>().ok())
            .map(|token| format!("(primaryGroupID={token})"))
            .collect();
        let mut filters = vec![inside];
        filters.extend(tokens.chunks(GROUPS_OF_A_FILTER).map(|some| format!("(|{})", some.concat())));
        let mut members = HashSet::new();
        for filter in filters {
            let filter = format!("(&{}{filter})", settings.person_filter());
            let found = self.connection.search(settings, &settings.base, &filter, &[settings.id_attribute()]).await?;
            members.extend(found.iter().filter_map(|e| identity(settings, e)));
        }
        Ok(Some(members))
    }

    /// Others are walked through: members that are nobody we know may be groups.
    async fn by_walking(&mut self, group: &str) -> Result<Option<HashSet<String>>> {
        let top = canonical(group);
        if self.group(&top, group).await?.is_none() {
            return Ok(None);
        }
        let mut members = HashSet::new();
        let mut seen = HashSet::from([top.clone()]);
        let mut ahead = VecDeque::from([(top, group.to_owned())]);
        while let Some((name, dn)) = ahead.pop_front() {
            let Some(group) = self.group(&name, &dn).await? else { continue };
            members.extend(group.people);
            for (name, dn) in group.members {
                match self.known.by_name.get(&name) {
                    Some(person) => drop(members.insert(person.clone())),
                    // Seen before: two ways to it, or a ring.
                    None if seen.insert(name.clone()) => ahead.push_back((name, dn)),
                    None => {}
                }
            }
        }
        Ok(Some(members))
    }

    async fn group(&mut self, name: &str, dn: &str) -> Result<Option<Group>> {
        if let Some(group) = self.read.get(name) {
            return Ok(group.clone());
        }
        if self.read.len() >= MAX_GROUPS {
            return Err(unavailable(format!("more than {MAX_GROUPS} groups within each other")));
        }
        let filter =
            "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=groupOfMembers)(objectClass=posixGroup))";
        let asked = self.connection.entry(self.settings, dn, filter, &["member", "uniqueMember", "memberUid"]).await?;
        let group = asked.map(|entry| {
            let names = entry.texts("member").chain(entry.texts("uniqueMember"));
            Group {
                members: names.map(|dn| (canonical(dn), dn.to_owned())).collect(),
                people: entry.texts("memberUid").filter_map(|login| self.known.by_login.get(login).cloned()).collect(),
            }
        });
        self.read.insert(name.to_owned(), group.clone());
        Ok(group)
    }
}
