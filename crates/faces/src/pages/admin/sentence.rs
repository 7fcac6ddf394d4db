//! A grant in plain words: who may do what with which records, and under which conditions.

use super::super::page::Visit;
use meydan_kernel::{
    Catalogue, Register,
    catalogue::{Action, Grant, Party, Scope},
};

/// A grant as people read it.
pub struct Sentence {
    /// Name of the grant in the definition files.
    pub name: String,
    /// To whom.
    pub who: String,
    /// The whole sentence, after to whom.
    pub what: String,
    /// What it asks for, one by one.
    pub terms: Vec<String>,
    /// The condition as it is written in the definition.
    pub condition: Option<String>,
}

/// The grant in words, for one register.
pub fn of(visit: &Visit, catalogue: &Catalogue, grant: &Grant, register: Option<&Register>) -> Sentence {
    let t = visit.t;
    let title = register.map(|r| visit.say(&r.title));
    let verbs: Vec<&str> = grant.actions.iter().map(|a| verb(visit, *a)).collect();
    let verbs = listed(&verbs, t.word_and());
    let what = match (grant.register.as_str(), title) {
        ("*", _) => t.grant_everywhere(verbs.as_str()),
        (_, Some(title)) => t.grant_in_register_title_verbs(title, verbs.as_str()),
        (name, None) => t.grant_in_register_title_verbs(name, verbs.as_str()),
    };
    Sentence {
        name: grant.name.clone(),
        who: who(visit, catalogue, grant),
        what,
        terms: terms(visit, grant, register),
        condition: grant.condition.clone(),
    }
}

/// To whom a grant is given.
pub fn who(visit: &Visit, catalogue: &Catalogue, grant: &Grant) -> String {
    let names: Vec<String> = grant.to.iter().map(|party| party_name(visit, catalogue, party)).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    listed(&names, visit.t.word_or())
}

/// A party as people call it.
pub fn party_name(visit: &Visit, catalogue: &Catalogue, party: &Party) -> String {
    match party {
        Party::Everyone => visit.t.party_everyone().to_owned(),
        Party::Person => visit.t.party_person().to_owned(),
        Party::Staff => visit.t.party_staff().to_owned(),
        Party::Bearer => visit.t.party_bearer().to_owned(),
        Party::Role(role) => role_name(visit, catalogue, role),
    }
}

/// A role's title.
pub fn role_name(visit: &Visit, catalogue: &Catalogue, role: &str) -> String {
    let title = catalogue.code_lists.get("role").and_then(|list| list.get(role)).map(|code| visit.say(&code.title));
    title.unwrap_or(role).to_owned()
}

fn verb(visit: &Visit, action: Action) -> &'static str {
    let t = visit.t;
    match action {
        Action::Read => t.may_read(),
        Action::History => t.may_history(),
        Action::Export => t.may_export(),
        Action::Insert => t.may_insert(),
        Action::Update => t.may_update(),
        Action::Delete => t.may_delete(),
        Action::Unmask => t.may_unmask(),
        Action::Erase => t.may_erase(),
        Action::Manage => t.may_manage(),
        Action::Audit => t.may_audit(),
    }
}

fn terms(visit: &Visit, grant: &Grant, register: Option<&Register>) -> Vec<String> {
    let t = visit.t;
    let mut terms = Vec::new();
    let mut add = |text: &str| terms.push(text.to_owned());
    if !grant.of_units.is_empty() {
        add(&t.term_units(grant.of_units.join(", ")));
    }
    match grant.scope {
        Scope::Any => {}
        Scope::Own => add(t.term_scope_own()),
        Scope::Below => add(t.term_scope_below()),
    }
    if grant.area {
        add(t.term_area());
    }
    if let Some(condition) = &grant.condition {
        add(&t.term_condition(condition_in_words(visit, condition, register)));
    }
    if let Some(text) = fields(visit, grant, register) {
        add(&text);
    }
    if grant.reason {
        add(t.term_reason());
    }
    if grant.step_up {
        add(t.term_step_up());
    }
    if !grant.by_proxy {
        add(t.term_in_person());
    }
    terms
}

fn fields(visit: &Visit, grant: &Grant, register: Option<&Register>) -> Option<String> {
    let t = visit.t;
    let shows = grant.actions.iter().any(|a| a.shows());
    match &grant.fields {
        Some(names) if names.iter().any(|n| n == "*") => Some(t.term_all_fields().to_owned()),
        Some(names) => {
            let title = |name: &String| {
                register.and_then(|r| r.field(name)).map_or_else(|| name.clone(), |f| visit.say(&f.title).to_owned())
            };
            Some(t.term_fields(names.iter().map(title).collect::<Vec<_>>().join(", ")))
        }
        None if shows && register.is_none_or(|r| r.fields.iter().any(|f| f.personal)) => Some(t.term_impersonal().to_owned()),
        None => None,
    }
}

/// The condition with field titles and words instead of names and functions.
fn condition_in_words(visit: &Visit, condition: &str, register: Option<&Register>) -> String {
    let t = visit.t;
    let mut out = String::new();
    let mut word = String::new();
    let mut quoted = false;
    let flush = |word: &mut String, out: &mut String| {
        let plain = word.trim_end_matches("()");
        let known = match plain.to_ascii_lowercase().as_str() {
            "and" => Some(t.word_and().to_owned()),
            "or" => Some(t.word_or().to_owned()),
            "not" => Some(t.word_not().to_owned()),
            "current_person" => Some(t.word_current_person().to_owned()),
            "current_post" => Some(t.word_current_post().to_owned()),
            "current_unit" => Some(t.word_current_unit().to_owned()),
            "current_date" => Some(t.word_current_date().to_owned()),
            "id" => Some(t.word_this_record().to_owned()),
            _ => register.and_then(|r| r.field(plain)).map(|f| format!("“{}”", visit.say(&f.title))),
        };
        out.push_str(known.as_deref().unwrap_or(word));
        word.clear();
    };
    for letter in condition.chars() {
        if letter == '\'' {
            flush(&mut word, &mut out);
            quoted = !quoted;
            out.push(letter);
        } else if quoted {
            out.push(letter);
        } else if letter.is_alphanumeric() || letter == '_' || (matches!(letter, '(' | ')') && word.starts_with("current_")) {
            word.push(letter);
        } else {
            flush(&mut word, &mut out);
            out.push(letter);
        }
    }
    flush(&mut word, &mut out);
    out
}

/// `a, b and c`.
pub fn listed(words: &[&str], last: &str) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., end] => format!("{} {last} {end}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn words_are_put_in_a_row() {
        assert_eq!(super::listed(&[], "and"), "");
        assert_eq!(super::listed(&["a"], "and"), "a");
        assert_eq!(super::listed(&["a", "b", "c"], "ve"), "a, b ve c");
    }
}
