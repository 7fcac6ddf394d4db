//! Checks of grants that need the whole catalogue: registers, fields, unit scopes, conditions.

use super::{faults::Faults, suggest};
use crate::{
    Catalogue, Lang, Register,
    catalogue::{Grant, Party, Scope},
    cql2,
};
use std::collections::HashSet;

/// Notes all that is wrong with the grants.
pub(super) fn check(catalogue: &Catalogue, faults: &Faults) {
    let mut seen = HashSet::new();
    for grant in &catalogue.grants {
        let at = |key: &str, tr: String, en: String| faults.at(&format!("grant {}", grant.name), key, tr, en);
        if !seen.insert(&grant.name) {
            at("name", "bu adda iki yetki var".to_owned(), "two grants have this name".to_owned());
        }
        if grant.register == "*" {
            everywhere(grant, at);
            continue;
        }
        match catalogue.registers.get(&grant.register) {
            Some(register) => one(grant, register, at),
            None => {
                let (tr, en) = suggest::phrase(&grant.register, catalogue.registers.keys().map(String::as_str));
                let name = &grant.register;
                at("register", format!("“{name}” diye bir kütük yok{tr}"), format!("there is no register “{name}”{en}"));
            }
        }
    }
}

/// A grant on all registers can't speak of what only some have.
fn everywhere(grant: &Grant, at: impl Fn(&str, String, String)) {
    let wrong = [
        ("where", grant.condition.is_some()),
        ("fields", grant.fields.is_some()),
        ("scope", grant.scope != Scope::Any),
        ("area", grant.area),
        ("with_whole", grant.with_whole),
        ("to", grant.to.contains(&Party::Bearer)),
    ];
    for (key, _) in wrong.into_iter().filter(|(_, there)| *there) {
        at(
            key,
            format!("“{key}” her kütük için (register = \"*\") yazılamaz"),
            format!("“{key}” can't stand in a grant on all registers (register = \"*\")"),
        );
    }
}

pub(super) fn one(grant: &Grant, register: &Register, at: impl Fn(&str, String, String)) {
    if grant.scope != Scope::Any && register.unit.is_none() {
        at(
            "scope",
            "kütüğün “unit” alanı yok; birim kapsamı yazılamaz".to_owned(),
            "the register names no “unit” field; there can be no unit scope".to_owned(),
        );
    }
    if grant.area && register.geometry.is_none() {
        at("area", "kütükte geometri yok".to_owned(), "the register has no geometry".to_owned());
    }
    for name in grant.fields.iter().flatten().filter(|name| *name != "*" && register.field(name).is_none()) {
        let (tr, en) = suggest::phrase(name, register.fields.iter().map(|f| f.name.as_str()));
        at("fields", format!("“{name}” diye bir alan yok{tr}"), format!("there is no field “{name}”{en}"));
    }
    if let Some(condition) = &grant.condition
        && let Err(e) = cql2::parse_for_principal(register, condition)
    {
        let hint = |lang| e.hint_text(lang).map(|h| format!(" {h}")).unwrap_or_default();
        at(
            "where",
            format!("koşul okunamıyor: {}{}", e.message(Lang::Tr), hint(Lang::Tr)),
            format!("the condition can't be read: {}{}", e.message(Lang::En), hint(Lang::En)),
        );
    }
    if grant.with_whole && !register.part {
        at("with_whole", "kütük başka kayıtların parçası değil".to_owned(), "the register's records are no parts".to_owned());
    }
    if grant.to.contains(&Party::Bearer) && !grant.with_whole && register.workflow.is_none() {
        at("to", "“bearer” yalnızca bir işin taşıyıcısıdır".to_owned(), "“bearer” bears a case only".to_owned());
    }
    let anonymous = grant.to.contains(&Party::Everyone);
    if anonymous && (grant.scope != Scope::Any || grant.area || !grant.of_units.is_empty()) {
        at(
            "to",
            "“everyone” bir birimde değildir; birim ya da alan kapsamı yazılamaz".to_owned(),
            "“everyone” is in no unit; there can be no scope by unit or area".to_owned(),
        );
    }
}
