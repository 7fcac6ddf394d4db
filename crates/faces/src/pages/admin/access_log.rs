//! `/access-log`: who looked at whose personal data and why, what concerns security, what was destroyed: the journals of the
//! house, the newest first.

use super::{
    super::{
        format, history,
        labels::Labels,
        page::{Page, Room, Visit, private},
        params::{Params, encode},
        shown::Shower,
    },
    Rights,
    asked::{PAGE, Paging},
    explain::find_person,
    logged_in,
    reading::Row,
};
use crate::{Problem, ogc_features::export_formats};
use askama::Template;
use axum::response::Response;
use jiff::civil::Date;
use meydan_kernel::{
    Query, Register, Value,
    catalogue::Action,
    cql2,
    permission::not_allowed,
    post::{DESTRUCTION, LOOK, SECURITY_EVENT},
};
use std::sync::Arc;
use uuid::Uuid;

/// Formats in which the journal is taken away.
const EXPORTS: [(&str, &str); 2] = [("csv", "CSV"), ("geojson", "GeoJSON")];

#[derive(Template)]
#[template(path = "admin/access_log.html")]
struct AccessLogPage {
    page: Page,
    tab: &'static str,
    rights: Rights,
    journal: &'static str,
    journals: Vec<(&'static str, &'static str, bool)>,
    rows: Vec<Line>,
    paging: Paging,
    fault: Option<String>,
    subject: String,
    subject_id: String,
    viewer: String,
    viewer_id: String,
    has_viewer: bool,
    registers: Vec<(String, String, bool)>,
    kinds: Vec<(String, String, bool)>,
    from: String,
    until: String,
    exports: Vec<(String, &'static str)>,
}

/// One record of a journal as people read it.
struct Line {
    at: String,
    sentence: String,
    /// More, small: post, for whom, through what.
    more: Vec<String>,
    reason: Option<String>,
    /// What was seen.
    href: Option<String>,
    href_title: String,
    journal: String,
}

/// A journal of the page: word in the address, register, field of the person concerned.
struct Journal {
    word: &'static str,
    register: &'static str,
    subject: &'static str,
}

const JOURNALS: [Journal; 3] = [
    Journal { word: "looks", register: LOOK, subject: "subject" },
    Journal { word: "events", register: SECURITY_EVENT, subject: "person" },
    Journal { word: "destructions", register: DESTRUCTION, subject: "requested_by" },
];

/// `GET /access-log`.
///
/// # Errors
/// `login-required`, `not-allowed`; those of the store.
pub async fn list(visit: Visit) -> Result<Response, Problem> {
    logged_in(&visit)?;
    let principal = visit.principal();
    let asked = visit.query.get("tab").unwrap_or_default();
    let journal = JOURNALS.iter().find(|j| j.word == asked).unwrap_or(&JOURNALS[0]);
    let register = visit.app.desk.register(journal.register)?;
    // One's own looks are on one's account; here are everybody's.
    let whole = |r: &Register| visit.app.desk.access(&principal, r, Action::Read).whole().is_some_and(|f| !f.is_empty());
    if !whole(&register) {
        return Err(not_allowed(&principal, &register, Action::Read).into());
    }
    let (conditions, fault) = conditions(&visit, &register, journal);
    let text = conditions.join(" AND ");
    let filter = if text.is_empty() { None } else { Some(cql2::parse(&register, &text)?) };
    let base = Query { filter, ..Query::all(Arc::clone(&register)) };
    let total = if fault.is_some() { 0 } else { visit.app.desk.count(&principal, &base).await? };
    let paging = Paging::of(&visit, total);
    // A journal's own order is the oldest first: pages are counted from its end.
    let end = total - paging.offset.min(total);
    let start = end.saturating_sub(PAGE as u64);
    let limit = usize::try_from(end - start).unwrap_or(0);
    let mut records = match limit {
        0 => Vec::new(),
        _ => visit.app.desk.query(&principal, &Query { offset: start, limit: Some(limit), ..base }).await?,
    };
    records.reverse();
    let name = |field: &str| -> (String, String) {
        let typed = visit.query.get(field).unwrap_or_default().trim().to_owned();
        match find_person(&visit, &typed, visit.query.get(&format!("{field}.id"))) {
            Some(id) => (visit.caller.name_of(&id.to_string()), id.to_string()),
            None => (typed, String::new()),
        }
    };
    let ((subject, subject_id), (viewer, viewer_id)) = (name("subject"), name("viewer"));
    let t = visit.t;
    let titles = [t.journal_looks(), t.journal_events(), t.journal_destructions()];
    let shown = JOURNALS.iter().zip(titles).filter(|(j, _)| visit.app.desk.register(j.register).is_ok_and(|r| whole(&r)));
    let text_of = |name: &str| visit.query.get(name).unwrap_or_default().trim().to_owned();
    let template = AccessLogPage {
        page: visit.page(Room::Administration, t.access_log_title()),
        tab: "access-log",
        rights: visit.rights,
        journal: journal.word,
        journals: shown.map(|(j, title)| (j.word, title, j.word == journal.word)).collect(),
        rows: records.iter().map(|record| line(&visit, journal, Row { register: &register, record })).collect(),
        paging,
        fault,
        subject,
        subject_id,
        viewer,
        viewer_id,
        has_viewer: register.field("viewer").is_some(),
        registers: registers(&visit),
        kinds: kinds(&visit, &register),
        from: text_of("from"),
        until: text_of("until"),
        exports: exports(&visit, &register, &text),
    };
    Ok(private(visit.show(&template)?))
}

/// What narrows the list, as CQL2; and what can't be read.
fn conditions(visit: &Visit, register: &Register, journal: &Journal) -> (Vec<String>, Option<String>) {
    let mut conditions = Vec::new();
    let mut fault = None;
    for (parameter, field) in [("subject", journal.subject), ("viewer", "viewer")] {
        let Some(typed) = visit.query.get(parameter).map(str::trim).filter(|_| register.field(field).is_some()) else {
            continue;
        };
        match find_person(visit, typed, visit.query.get(&format!("{parameter}.id"))) {
            Some(id) => conditions.push(format!("{field} = '{id}'")),
            None => fault = Some(visit.t.no_such_person(typed)),
        }
    }
    let catalogue = visit.app.desk.catalogue();
    if let Some(name) = visit.query.get("register").filter(|name| catalogue.registers.contains_key(*name)) {
        conditions.push(format!("\"register\" = '{name}'"));
    }
    let plain = |kind: &&str| kind.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if let Some(kind) = visit.query.get("kind").filter(plain).filter(|_| register.field("kind").is_some()) {
        conditions.push(format!("kind = '{kind}'"));
    }
    for (parameter, sign, time) in [("from", ">=", "T00:00:00"), ("until", "<=", "T23:59:59.999999")] {
        let Some(typed) = visit.query.get(parameter).map(str::trim) else { continue };
        let day: Option<Date> = typed.parse().ok();
        match day.and_then(|day| format::parse_instant(&format!("{day}{time}"))) {
            Some(at) => conditions.push(format!("recorded_at {sign} TIMESTAMP('{at}')")),
            None => fault = Some(visit.t.fault_date(typed)),
        }
    }
    (conditions, fault)
}

fn registers(visit: &Visit) -> Vec<(String, String, bool)> {
    let chosen = visit.query.get("register");
    let catalogue = visit.app.desk.catalogue();
    let row = |r: &Arc<Register>| (r.name.clone(), visit.say(&r.title).to_owned(), chosen == Some(r.name.as_str()));
    catalogue.registers.values().map(row).collect()
}

fn kinds(visit: &Visit, register: &Register) -> Vec<(String, String, bool)> {
    let chosen = visit.query.get("kind");
    let catalogue = visit.app.desk.catalogue();
    let list = register.field("kind").and_then(|f| match &f.kind {
        meydan_kernel::FieldKind::Code { list } => catalogue.code_lists.get(list),
        _ => None,
    });
    let codes = list.map_or(&[][..], |l| l.codes.as_slice());
    codes.iter().map(|c| (c.code.clone(), visit.say(&c.title).to_owned(), chosen == Some(c.code.as_str()))).collect()
}

fn exports(visit: &Visit, register: &Register, filter: &str) -> Vec<(String, &'static str)> {
    if !visit.may(register, Action::Export) {
        return Vec::new();
    }
    let query = match filter {
        "" => Params::default(),
        text => Params::default().with("filter-lang", "cql2-text").with("filter", text),
    };
    EXPORTS
        .iter()
        .filter(|(word, _)| export_formats(register).any(|f| f.name == *word))
        .map(|(word, name)| (format!("/ogc/collections/{}/export/{word}{}", register.name, query.query()), *name))
        .collect()
}

fn line(visit: &Visit, journal: &Journal, row: Row<'_>) -> Line {
    let t = visit.t;
    let name = |field: &str| row.reference(field).map(|id| visit.caller.name_of(&id.to_string()));
    let seen = row.text("register").map(|name| (name, visit.app.desk.register(name).ok()));
    let title =
        seen.as_ref().map(|(name, r)| r.as_ref().map_or_else(|| (*name).to_owned(), |r| visit.say(&r.title).to_owned()));
    let fields = row.text("fields").map(|names| field_titles(visit, seen.as_ref().and_then(|(_, r)| r.as_deref()), names));
    let record = row.text("record").filter(|id| Uuid::parse_str(id).is_ok());
    let href = seen.as_ref().zip(record).map(|((name, _), id)| format!("/registers/{name}/{}", encode(id)));
    let mut more = Vec::new();
    let sentence = match journal.word {
        "looks" => {
            let viewer = name("viewer").unwrap_or_else(|| t.look_by_house().to_owned());
            let fields = fields.unwrap_or_default();
            more.extend(name("post"));
            more.extend(name("on_behalf_of").map(|other| t.on_behalf_of(other)));
            more.extend(row.text("face").map(|face| history::source(visit, face)));
            match name("subject") {
                Some(subject) => t.look_sentence_fields_subject_viewer(fields, subject, viewer),
                None => t.look_sentence_nobody_fields_register_viewer(fields, title.clone().unwrap_or_default(), viewer),
            }
        }
        _ => {
            let kind = row.register.field("kind").zip(row.record.value(row.register, "kind"));
            let catalogue = visit.app.desk.catalogue();
            let labels = Labels::default();
            let shower = Shower { t, catalogue: &catalogue, labels: &labels };
            let kind = kind.map(|(field, value): (_, &Value)| shower.show(field, value).text).unwrap_or_default();
            more.extend(row.text("detail").map(|detail| detail_in_words(visit, detail)));
            more.extend(row.text("address").map(str::to_owned));
            more.extend(fields.map(|f| t.destroyed_fields(f)));
            more.extend(row.text("basis").map(str::to_owned));
            more.extend(name("decided_by").map(|p| t.decided_by(p)));
            match name(journal.subject) {
                Some(person) => format!("{kind}: {person}"),
                None => kind,
            }
        }
    };
    Line {
        at: format::instant(visit.lang, row.record.recorded_at),
        sentence,
        more,
        reason: row.text("reason").map(str::to_owned),
        href,
        href_title: title.unwrap_or_default(),
        journal: format!("/registers/{}/{}", row.register.name, row.record.id),
    }
}

fn field_titles(visit: &Visit, register: Option<&Register>, names: &str) -> String {
    let title = |name: &str| {
        let field = register.and_then(|r| r.field(name.trim()));
        field.map_or_else(|| name.trim().to_owned(), |f| visit.say(&f.title).to_owned())
    };
    names.split(',').map(title).collect::<Vec<_>>().join(", ")
}

/// `update: not-allowed` with the act's word as people call it.
fn detail_in_words(visit: &Visit, detail: &str) -> String {
    match detail.split_once(": ").and_then(|(word, code)| Some((Action::from_word(word)?, code))) {
        Some((action, code)) => format!("{} ({code})", super::super::account::tokens::action_name(visit, action)),
        None => detail.to_owned(),
    }
}
