//! `/standard`: the published data standard (articles 9/g, 9/n), made from the definitions that run, so it is never out of date.

use super::{
    admin::sentence::{self, Sentence},
    diagram::{self, Diagram},
    format,
    legend::{self, Row},
    page::{Page, Room, Visit},
    registers::{geometry, module_title},
    shown::unit_sign,
};
use crate::Problem;
use askama::Template;
use axum::{extract::Path, response::Response};
use meydan_kernel::{
    Catalogue, Field, FieldKind, Register,
    catalogue::{Action, CodeList, Destroys, Grant, Mask},
};
use std::{collections::BTreeMap, sync::Arc};

#[derive(Template)]
#[template(path = "standard.html")]
struct StandardPage {
    page: Page,
    modules: Vec<(String, Vec<Summary>)>,
    lists: Vec<(String, String, usize)>,
    diagram: Option<Diagram>,
    numbers: (usize, usize, usize),
}

struct Summary {
    name: String,
    title: String,
    description: String,
    fields: usize,
    geometry: (&'static str, &'static str),
    articles: Vec<String>,
}

#[derive(Template)]
#[template(path = "standard_register.html")]
struct RegisterPage {
    page: Page,
    name: String,
    title: String,
    titles: (String, String),
    description: String,
    geometry: Option<(&'static str, &'static str, String, bool)>,
    fields: Vec<FieldRow>,
    lists: Vec<List>,
    constraints: Vec<(String, String, String)>,
    articles: Vec<String>,
    key: Vec<String>,
    label: String,
    facts: Vec<(&'static str, String)>,
    /// Purpose, legal basis and end of the personal data.
    processing: Vec<(&'static str, String)>,
    /// Who may do what, for who is logged in.
    grants: Vec<Sentence>,
    journal: bool,
    may_read: bool,
    legend: Vec<Row>,
    zoom: Option<u8>,
    diagram: Option<Diagram>,
}

struct FieldRow {
    name: String,
    title: String,
    description: Option<String>,
    kind: &'static str,
    target: Option<(String, String)>,
    required: bool,
    unique: bool,
    personal: bool,
    /// What of it shows while it is hidden.
    mask: &'static str,
    indexed: bool,
    bounds: String,
    tucbs: Option<String>,
}

struct List {
    name: String,
    title: String,
    source: Option<String>,
    codes: Vec<(String, String, bool)>,
}

#[derive(Template)]
#[template(path = "standard_list.html")]
struct ListPage {
    page: Page,
    list: List,
    used: Vec<(String, String, String)>,
}

/// `GET /standard`.
///
/// # Errors
/// None of its own.
pub async fn standard(visit: Visit) -> Result<Response, Problem> {
    let catalogue = visit.app.desk.catalogue();
    let mut modules: BTreeMap<String, Vec<Summary>> = BTreeMap::new();
    for register in catalogue.registers.values() {
        modules.entry(module_title(&visit, &register.module)).or_default().push(Summary {
            name: register.name.clone(),
            title: visit.say(&register.title).to_owned(),
            description: visit.say(&register.description).to_owned(),
            fields: register.fields.len(),
            geometry: geometry(&visit, register),
            articles: register.articles.clone(),
        });
    }
    let fields = catalogue.registers.values().map(|r| r.fields.len()).sum();
    let template = StandardPage {
        page: visit.page(Room::Standard, visit.t.standard_title()),
        modules: modules.into_iter().collect(),
        lists: catalogue.code_lists.values().map(|l| (l.name.clone(), visit.say(&l.title).to_owned(), l.codes.len())).collect(),
        diagram: diagram::of(&visit, &catalogue, None),
        numbers: (catalogue.registers.len(), fields, catalogue.code_lists.len()),
    };
    visit.show(&template)
}

/// `GET /standard/{register}`.
///
/// # Errors
/// `no-such-register`.
pub async fn register(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    let catalogue = visit.app.desk.catalogue();
    let register = visit.app.desk.register(&name)?;
    let title = visit.say(&register.title).to_owned();
    let mut lists: Vec<&str> = register
        .fields
        .iter()
        .filter_map(|f| if let FieldKind::Code { list } = &f.kind { Some(list.as_str()) } else { None })
        .collect();
    lists.sort_unstable();
    lists.dedup();
    let field_title = |name: &String| register.field(name).map_or_else(|| name.clone(), |f| visit.say(&f.title).to_owned());
    let template = RegisterPage {
        page: visit.page(Room::Standard, visit.t.standard_of(title.as_str())),
        name: register.name.clone(),
        titles: (register.title.tr.clone(), register.title.en.clone()),
        description: visit.say(&register.description).to_owned(),
        geometry: register.geometry.as_ref().map(|g| {
            let (icon, word) = geometry(&visit, &register);
            (icon, word, format!("{:?}", g.kind), g.required)
        }),
        fields: register.fields.iter().map(|f| field_row(&visit, &catalogue, f)).collect(),
        lists: lists.into_iter().filter_map(|l| catalogue.code_lists.get(l)).map(|l| list_of(&visit, l)).collect(),
        constraints: register
            .constraints
            .iter()
            .map(|c| (c.name.clone(), c.check.clone(), visit.say(&c.message).to_owned()))
            .collect(),
        articles: register.articles.clone(),
        key: register.key.iter().map(field_title).collect(),
        label: field_title(&register.label),
        facts: facts(&visit, &register),
        processing: processing(&visit, &register),
        grants: grants(&visit, &catalogue, &register),
        journal: register.journal,
        may_read: visit.may(&register, Action::Read),
        legend: legend::of(&catalogue, &register, visit.lang),
        zoom: register.symbology.as_ref().map(|s| s.min_zoom),
        diagram: diagram::of(&visit, &catalogue, Some(&register.name)),
        title,
    };
    visit.show(&template)
}

/// `GET /standard/lists/{list}`.
///
/// # Errors
/// `no-such-list`.
pub async fn code_list(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    let catalogue = visit.app.desk.catalogue();
    let list = catalogue.code_lists.get(&name).ok_or_else(|| {
        meydan_kernel::Error::not_found(
            "no-such-list",
            format!("“{name}” adında bir kod listesi yok."),
            format!("There is no code list named “{name}”."),
        )
    })?;
    let mut used = Vec::new();
    for register in catalogue.registers.values() {
        for field in register.fields.iter().filter(|f| matches!(&f.kind, FieldKind::Code { list } if *list == name)) {
            used.push((register.name.clone(), visit.say(&register.title).to_owned(), visit.say(&field.title).to_owned()));
        }
    }
    let list = list_of(&visit, list);
    let page = visit.page(Room::Standard, list.title.as_str());
    visit.show(&ListPage { page, list, used })
}

fn list_of(visit: &Visit, list: &Arc<CodeList>) -> List {
    List {
        name: list.name.clone(),
        title: visit.say(&list.title).to_owned(),
        source: list.source.clone(),
        codes: list.codes.iter().map(|c| (c.code.clone(), visit.say(&c.title).to_owned(), c.retired)).collect(),
    }
}

fn field_row(visit: &Visit, catalogue: &Catalogue, field: &Field) -> FieldRow {
    let target = match &field.kind {
        FieldKind::Code { list } => {
            let title = catalogue.code_lists.get(list).map_or_else(|| list.clone(), |l| visit.say(&l.title).to_owned());
            Some((format!("/standard/lists/{list}"), title))
        }
        FieldKind::Reference { register } => {
            let title = catalogue.registers.get(register).map_or_else(|| register.clone(), |r| visit.say(&r.title).to_owned());
            Some((format!("/standard/{register}"), title))
        }
        _ => None,
    };
    FieldRow {
        name: field.name.clone(),
        title: visit.say(&field.title).to_owned(),
        description: field.description.as_ref().map(|d| visit.say(d).to_owned()),
        kind: kind(visit, &field.kind),
        target,
        required: field.required,
        unique: field.unique,
        personal: field.personal,
        mask: match field.mask {
            Mask::All => visit.t.mask_all(),
            Mask::LastTwo => visit.t.mask_last_two(),
            Mask::LastFour => visit.t.mask_last_four(),
            Mask::Initials => visit.t.mask_initials(),
            Mask::Email => visit.t.mask_email(),
        },
        indexed: field.indexed,
        bounds: bounds(visit, field),
        tucbs: field.tucbs.clone(),
    }
}

/// The type of a field in the visitor's language.
fn kind(visit: &Visit, kind: &FieldKind) -> &'static str {
    let t = visit.t;
    match kind {
        FieldKind::Text => t.kind_text(),
        FieldKind::Integer => t.kind_integer(),
        FieldKind::Real => t.kind_real(),
        FieldKind::Boolean => t.kind_boolean(),
        FieldKind::Date => t.kind_date(),
        FieldKind::Timestamp => t.kind_timestamp(),
        FieldKind::Money => t.kind_money(),
        FieldKind::Code { .. } => t.kind_code(),
        FieldKind::Reference { .. } => t.kind_reference(),
    }
}

fn bounds(visit: &Visit, field: &Field) -> String {
    let number = |n: f64| format::real(visit.lang, n, 6);
    let mut parts = Vec::new();
    match (field.min, field.max) {
        (Some(min), Some(max)) => parts.push(format!("{} – {}", number(min), number(max))),
        (Some(min), None) => parts.push(format!("≥ {}", number(min))),
        (None, Some(max)) => parts.push(format!("≤ {}", number(max))),
        (None, None) => {}
    }
    if let Some(unit) = &field.unit {
        parts.push(unit_sign(unit).to_owned());
    }
    if let Some(longest) = field.max_length {
        parts.push(visit.t.max_letters(longest.to_string()));
    }
    parts.join(" ")
}

fn facts(visit: &Visit, register: &Register) -> Vec<(&'static str, String)> {
    let (t, metadata) = (visit.t, &register.metadata);
    let mut facts = Vec::new();
    let mut add = |name, value: Option<String>| facts.extend(value.map(|v| (name, v)));
    add(t.owner(), metadata.owner.as_ref().map(|o| visit.say(o).to_owned()));
    add(
        t.contact(),
        metadata.contact.as_ref().map(|c| c.email.as_ref().map_or_else(|| c.name.clone(), |e| format!("{} · {e}", c.name))),
    );
    add(t.freshness(), register.freshness.as_ref().map(|f| t.freshness_days(f.max_age_days.to_string())));
    add(
        t.retention(),
        register.retention.as_ref().map(|r| {
            let years = r.years.map_or_else(|| t.retention_forever().to_owned(), |y| t.retention_years(y.to_string()));
            format!("{years} · {}", visit.say(&r.basis))
        }),
    );
    add(t.tucbs(), register.tucbs.clone());
    add(t.licence(), metadata.licence.clone());
    add(t.lineage(), metadata.lineage.as_ref().map(|l| visit.say(l).to_owned()));
    add(t.scale(), metadata.scale.map(|s| format!("1:{}", format::integer(visit.lang, i64::from(s)))));
    let keywords: Vec<&str> = metadata.keywords.iter().map(|k| visit.say(k)).collect();
    add(t.keywords(), (!keywords.is_empty()).then(|| keywords.join(", ")));
    facts
}

/// Why personal data is kept, on what grounds, whose it is, and what happens at the end (KVKK article 10).
fn processing(visit: &Visit, register: &Register) -> Vec<(&'static str, String)> {
    let t = visit.t;
    let mut rows = Vec::new();
    if let Some(processing) = &register.processing {
        rows.push((t.processing_purpose(), visit.say(&processing.purpose).to_owned()));
        rows.push((t.processing_basis(), visit.say(&processing.basis).to_owned()));
        let special = if processing.special { format!(" · {}", t.processing_special()) } else { String::new() };
        rows.push((t.processing_subjects(), format!("{}{special}", visit.say(&processing.subjects))));
    }
    let field = |name: &str| register.field(name).map_or_else(|| name.to_owned(), |f| visit.say(&f.title).to_owned());
    if let Some(subject) = register.subject.as_deref() {
        let whose = if subject == "id" { t.word_this_record().to_owned() } else { field(subject) };
        rows.push((t.subject_of_register(), whose));
    }
    if let Some(unit) = register.unit.as_deref() {
        rows.push((t.unit_of_register(), field(unit)));
    }
    if let Some(retention) = register.retention.as_ref().filter(|r| r.years.is_some()) {
        let end = match retention.destroys {
            Destroys::Personal => t.destroys_personal(),
            Destroys::Record => t.destroys_record(),
        };
        rows.push((t.processing_retention(), end.to_owned()));
    }
    rows
}

/// The grants on a register in words; which roles there are is not told to strangers.
fn grants(visit: &Visit, catalogue: &Catalogue, register: &Register) -> Vec<Sentence> {
    if visit.caller.principal.is_everyone() {
        return Vec::new();
    }
    let concerns = |g: &&Arc<Grant>| g.register == register.name || g.register == "*";
    catalogue.grants.iter().filter(concerns).map(|g| sentence::of(visit, catalogue, g, Some(register))).collect()
}
