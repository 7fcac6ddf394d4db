//! `/log`: the one list of all changes, newest first, and how far it is sealed.

use super::{
    admin::explain::find_person,
    format, history,
    page::{Page, Room, Visit},
    params::Params,
    shown::short,
};
use crate::Problem;
use askama::Template;
use axum::response::Response;
use meydan_kernel::{catalogue::Action, log::Entry, store::LogQuery};
use uuid::Uuid;

/// Entries of a page.
const PAGE: usize = 50;

#[derive(Template)]
#[template(path = "log.html")]
struct LogPage {
    page: Page,
    entries: Vec<Line>,
    registers: Vec<(String, String, bool)>,
    person: String,
    asked: Params,
    fault: Option<String>,
    filtered: bool,
    size: String,
    seal: Option<SealState>,
    older: Option<String>,
    newest: Option<String>,
}

struct Line {
    position: i64,
    at: String,
    verb: &'static str,
    verb_word: &'static str,
    register: String,
    title: String,
    id: Uuid,
    short_changeset: String,
    fid: i64,
    version: i64,
    person: String,
    /// As the log writes it.
    person_id: String,
    post: String,
    on_behalf_of: Option<String>,
    reason: Option<String>,
    source: String,
    changeset: Uuid,
    sealed: bool,
}

struct SealState {
    size: String,
    open: String,
    all: bool,
    at: String,
    root: String,
    stamped: bool,
    checkpoint: String,
}

/// `GET /log`.
///
/// # Errors
/// Those of the store.
pub async fn log(visit: Visit) -> Result<Response, Problem> {
    let catalogue = visit.app.desk.catalogue();
    let (query, fault) = asked(&visit);
    let entries = match fault {
        Some(_) => Vec::new(),
        None => visit.app.desk.log(&visit.principal(), &query).await?,
    };
    let head = visit.app.desk.head();
    let seal = visit.app.desk.sealed_log(&visit.principal()).last_seal().await?;
    let size = seal.as_ref().map_or(0, |s| s.size);
    let narrow = visit.query.without(&["before", "lang", "theme"]);
    let link = |params: &Params| format!("/log{}", params.query());
    let older = (entries.len() == query.limit).then(|| entries.last()).flatten().filter(|e| e.position > 0);
    let template = LogPage {
        page: visit.page(Room::Log, visit.t.log_title()),
        registers: catalogue
            .registers
            .values()
            .filter(|r| visit.may(r, Action::History))
            .map(|r| (r.name.clone(), visit.say(&r.title).to_owned(), query.register.as_deref() == Some(&r.name)))
            .collect(),
        older: older.map(|e| link(&narrow.with("before", &e.position.to_string()))),
        newest: query.before.map(|_| link(&narrow)),
        entries: entries.iter().map(|e| line(&visit, e, size)).collect(),
        person: query.person.as_ref().map(|p| visit.caller.name_of(p)).unwrap_or_default(),
        filtered: !narrow.pairs().is_empty(),
        asked: visit.query.clone(),
        fault,
        size: format::integer(visit.lang, head),
        seal: seal.map(|s| SealState {
            size: format::integer(visit.lang, s.size),
            open: format::integer(visit.lang, head - s.size),
            all: head <= s.size,
            at: format::instant(visit.lang, s.sealed_at),
            root: s.root.iter().map(|b| format!("{b:02x}")).collect(),
            stamped: s.time_stamp.is_some(),
            checkpoint: s.checkpoint,
        }),
    };
    visit.show(&template)
}

fn asked(visit: &Visit) -> (LogQuery, Option<String>) {
    let mut fault = None;
    let mut id = |name: &str| {
        let text = visit.query.get(name)?;
        let id = Uuid::parse_str(text.trim()).ok();
        if id.is_none() {
            fault = Some(visit.t.fault_id(text));
        }
        id
    };
    let query = LogQuery {
        record: id("record"),
        changeset: id("changeset"),
        register: visit.query.get("register").map(str::to_owned),
        // The log holds ids: a name is looked up.
        person: visit.query.get("person").map(|p| {
            let known = find_person(visit, p.trim(), None);
            known.map_or_else(|| p.trim().to_owned(), |id| id.to_string())
        }),
        before: visit.query.get("before").and_then(|b| b.parse().ok()),
        limit: PAGE,
        ..LogQuery::default()
    };
    (query, fault)
}

fn line(visit: &Visit, entry: &Entry, sealed: i64) -> Line {
    let title = visit.app.desk.register(&entry.register).map(|r| visit.say(&r.title).to_owned());
    Line {
        position: entry.position,
        at: format::instant(visit.lang, entry.recorded_at),
        verb: history::verb(visit, entry.verb),
        verb_word: entry.verb.word(),
        title: title.unwrap_or_else(|_| entry.register.clone()),
        register: entry.register.clone(),
        id: entry.id,
        short_changeset: short(&entry.changeset.to_string()),
        fid: entry.fid,
        version: entry.version,
        person: visit.caller.name_of(&entry.act.person),
        person_id: entry.act.person.clone(),
        on_behalf_of: entry.act.on_behalf_of.as_ref().map(|other| visit.caller.name_of(other)),
        post: visit.caller.name_of(&entry.act.post),
        reason: entry.act.reason.clone(),
        source: history::source(visit, &entry.act.source),
        changeset: entry.changeset,
        sealed: entry.position < sealed,
    }
}
