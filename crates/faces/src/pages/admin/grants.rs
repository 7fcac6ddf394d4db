//! `/grants`: every grant of the definitions in plain words.

use super::{
    super::page::{Page, Room, Visit, private},
    Rights, logged_in,
    sentence::{self, Sentence},
};
use crate::Problem;
use askama::Template;
use axum::response::Response;
use meydan_kernel::{
    Catalogue,
    catalogue::{Grant, Party},
};

/// Limit: grants of a page.
const PAGE: usize = 100;

#[derive(Template)]
#[template(path = "admin/grants.html")]
struct GrantsPage {
    page: Page,
    tab: &'static str,
    rights: Rights,
    groups: Vec<Group>,
    registers: Vec<(String, String, bool)>,
    roles: Vec<(String, String, bool)>,
    separations: Vec<(String, String)>,
    count: String,
    next: Option<String>,
    previous: Option<String>,
}

struct Group {
    register: String,
    title: String,
    grants: Vec<Sentence>,
}

/// `GET /grants`; `register` and `role` narrow the list.
///
/// # Errors
/// `login-required`.
pub async fn list(visit: Visit) -> Result<Response, Problem> {
    logged_in(&visit)?;
    let catalogue = visit.app.desk.catalogue();
    let (register, role) = (visit.query.get("register"), visit.query.get("role"));
    let asked = |g: &&std::sync::Arc<Grant>| {
        register.is_none_or(|name| g.register == name || (name != "*" && g.register == "*"))
            && role.is_none_or(|role| g.to.iter().any(|party| word(party) == role))
    };
    let mut grants: Vec<_> = catalogue.grants.iter().filter(asked).collect();
    grants.sort_by(|a, b| (&a.register, &a.name).cmp(&(&b.register, &b.name)));
    let number: usize = visit.query.get("page").and_then(|p| p.parse().ok()).unwrap_or(0).min(grants.len() / PAGE);
    let link = |number: usize| {
        format!("/grants{}", visit.query.without(&["page", "lang", "theme"]).with("page", &number.to_string()).query())
    };
    let mut groups: Vec<Group> = Vec::new();
    for grant in grants.iter().skip(number * PAGE).take(PAGE) {
        let definition = catalogue.registers.get(&grant.register);
        if groups.last().is_none_or(|g| g.register != grant.register) {
            let title = match definition {
                Some(register) => visit.say(&register.title).to_owned(),
                None => visit.t.all_registers().to_owned(),
            };
            groups.push(Group { register: grant.register.clone(), title, grants: Vec::new() });
        }
        if let Some(group) = groups.last_mut() {
            group.grants.push(sentence::of(&visit, &catalogue, grant, definition.map(|r| &**r)));
        }
    }
    let template = GrantsPage {
        page: visit.page(Room::Administration, visit.t.grants_title()),
        tab: "grants",
        rights: visit.rights,
        groups,
        registers: registers(&visit, &catalogue, register),
        roles: roles(&visit, &catalogue, role),
        separations: catalogue
            .separations
            .iter()
            .map(|s| {
                let roles: Vec<String> = s.roles.iter().map(|r| sentence::role_name(&visit, &catalogue, r)).collect();
                (roles.join(" ≠ "), visit.say(&s.message).to_owned())
            })
            .collect(),
        count: visit.t.grants_count(super::super::texts::count(grants.len())),
        previous: number.checked_sub(1).map(link),
        next: ((number + 1) * PAGE < grants.len()).then(|| link(number + 1)),
    };
    Ok(private(visit.show(&template)?))
}

/// A party's word in the address.
fn word(party: &Party) -> &str {
    match party {
        Party::Everyone => "everyone",
        Party::Person => "person",
        Party::Staff => "any_staff",
        Party::Bearer => "bearer",
        Party::Role(role) => role,
    }
}

fn registers(visit: &Visit, catalogue: &Catalogue, chosen: Option<&str>) -> Vec<(String, String, bool)> {
    let all = std::iter::once(("*".to_owned(), visit.t.all_registers().to_owned()));
    let named = catalogue.registers.values().map(|r| (r.name.clone(), visit.say(&r.title).to_owned()));
    all.chain(named).map(|(name, title)| (name.clone(), title, chosen == Some(name.as_str()))).collect()
}

fn roles(visit: &Visit, catalogue: &Catalogue, chosen: Option<&str>) -> Vec<(String, String, bool)> {
    let mut parties: Vec<&Party> = Vec::new();
    for party in catalogue.grants.iter().flat_map(|g| &g.to) {
        if !parties.contains(&party) {
            parties.push(party);
        }
    }
    let name = |party: &&Party| {
        let word = word(party);
        (word.to_owned(), sentence::party_name(visit, catalogue, party), chosen == Some(word))
    };
    let mut out: Vec<_> = parties.iter().map(name).collect();
    out.sort_by(|a, b| a.1.cmp(&b.1));
    out
}
