//! Reading grants and separations: `[[grant]]` and `[[separation]]`, in a register's file or in one of their own.

use super::reader::Reader;
use crate::catalogue::{Action, Grant, Party, Scope, Separation};
use std::sync::Arc;

/// Keys of `[[grant]]`.
const GRANT: &[&str] = &[
    "name",
    "register",
    "to",
    "actions",
    "of_units",
    "scope",
    "area",
    "where",
    "fields",
    "reason",
    "step_up",
    "by_proxy",
    "with_whole",
];
/// Keys of `[[transition]]`: those of a grant that it may have, and its own.
pub(super) const TRANSITION: [&str; 17] = [
    "name", "title", "from", "to", "by", "of_units", "scope", "area", "where", "reason", "step_up", "by_proxy", "needs",
    "fields", "sets", "effects", "extends",
];
/// Keys of `[[separation]]`.
const SEPARATION: &[&str] = &["name", "roles", "message"];
/// The words for `scope`.
const SCOPES: &[(&str, Scope)] = &[("any", Scope::Any), ("own", Scope::Own), ("below", Scope::Below)];

/// Reads the grants of a file; `register` is the one that the file defines, if it does.
pub(super) fn grants(file: &Reader<'_>, register: Option<&str>) -> Vec<Arc<Grant>> {
    let subject = |name: &str| format!("grant {name}");
    file.tables("grant", "name", subject, GRANT).iter().map(|g| Arc::new(grant(g, register))).collect()
}

fn grant(g: &Reader<'_>, register: Option<&str>) -> Grant {
    let to = g.texts("to").iter().map(|word| party(word)).collect::<Vec<_>>();
    let actions = g.texts("actions");
    let known: Vec<Action> = actions.iter().filter_map(|word| action(g, word)).collect();
    if to.is_empty() {
        g.fault("to", "“to” eksik: yetki kime verilir?", "“to” is missing: to whom is it granted?");
    }
    if actions.is_empty() {
        g.fault("actions", "“actions” eksik: ne yapılabilir?", "“actions” is missing: what may be done?");
    }
    let own = register.filter(|_| !g.has("register"));
    let (step_up, step_up_of) = step_up(g, &to);
    Grant {
        name: g.need_text("name"),
        register: own.map_or_else(|| g.need_text("register"), str::to_owned),
        to,
        actions: known,
        of_units: g.texts("of_units"),
        scope: g.word("scope", SCOPES).unwrap_or_default(),
        area: g.flag("area"),
        condition: g.text("where"),
        fields: g.has("fields").then(|| g.texts("fields")),
        reason: g.flag("reason"),
        step_up,
        step_up_of,
        by_proxy: !g.has("by_proxy") || g.flag("by_proxy"),
        with_whole: g.flag("with_whole"),
    }
}

/// The grant that a transition is: an update, of the fields that it may set.
pub(super) fn of_transition(t: &Reader<'_>, register: &str, name: &str, fields: Vec<String>) -> Grant {
    let to = t.texts("by").iter().map(|word| party(word)).collect::<Vec<_>>();
    let (step_up, step_up_of) = step_up(t, &to);
    Grant {
        name: format!("{register}.{name}"),
        register: register.to_owned(),
        to,
        actions: vec![Action::Update],
        of_units: t.texts("of_units"),
        scope: t.word("scope", SCOPES).unwrap_or_default(),
        area: t.flag("area"),
        condition: t.text("where"),
        fields: Some(fields),
        reason: t.flag("reason"),
        step_up,
        step_up_of,
        by_proxy: !t.has("by_proxy") || t.flag("by_proxy"),
        with_whole: false,
    }
}

/// Whether a grant asks for a step-up, and of whom: `true`, or a list of those of its parties that must prove themselves.
fn step_up(g: &Reader<'_>, to: &[Party]) -> (bool, Vec<Party>) {
    if !g.is_list("step_up") {
        return (g.flag("step_up"), Vec::new());
    }
    let of: Vec<Party> = g.texts("step_up").iter().map(|word| party(word)).collect();
    if of.is_empty() || of.iter().any(|party| !to.contains(party)) {
        g.fault(
            "step_up",
            "“step_up” true, false ya da yetkinin verildiklerinden bir liste olmalı",
            "“step_up” must be true, false or a list of some of those to whom it is granted",
        );
    }
    (true, of)
}

fn party(word: &str) -> Party {
    match word {
        "everyone" => Party::Everyone,
        "person" => Party::Person,
        "staff" => Party::Staff,
        "bearer" => Party::Bearer,
        role => Party::Role(role.to_owned()),
    }
}

fn action(g: &Reader<'_>, word: &str) -> Option<Action> {
    let found = Action::from_word(word);
    if found.is_none() {
        let (tr, en) = super::suggest::phrase(word, Action::ALL.iter().map(|a| a.word()));
        g.fault("actions", format!("“{word}” diye bir işlem yok{tr}"), format!("there is no action “{word}”{en}"));
    }
    found
}

/// Reads the separations of a file.
pub(super) fn separations(file: &Reader<'_>) -> Vec<Separation> {
    file.tables("separation", "name", |name| format!("separation {name}"), SEPARATION)
        .iter()
        .map(|s| {
            let roles = s.texts("roles");
            if roles.len() < 2 {
                s.fault("roles", "en az iki rol gerekir", "two roles at least are needed");
            }
            Separation { name: s.need_text("name"), roles, message: s.need_bilingual("message") }
        })
        .collect()
}
