//! `/search`: one box for people, units, services, cases, records: by words, grouped by register; a reference number opens its case.

use super::{
    page::{Page, Room, Visit, see_other},
    params::encode,
    search,
    texts::count,
};
use crate::{
    Problem,
    find::{MAX_LETTERS, by_number},
};
use askama::Template;
use axum::response::Response;
use meydan_followers::{
    FullText,
    full_text::{Hit, Hits, MAX_DEPTH, Marked},
};
use meydan_kernel::{FieldKind, Register, Value};
use std::fmt::Write as _;

/// Hits of each register on the page of all.
const FEW: usize = 5;
/// Hits of a page of one register.
const MANY: usize = 30;
/// Limit: registers shown.
const MAX_GROUPS: usize = 12;

#[derive(Template)]
#[template(path = "find/find.html")]
struct FindPage {
    page: Page,
    asked: String,
    /// Only this register: its name and title.
    only: Option<(String, String)>,
    groups: Vec<Group>,
    behind: Option<String>,
    slow: Vec<String>,
    previous: Option<String>,
    next: Option<String>,
    /// What was typed is a number of twelve digits that is no case of theirs.
    number: bool,
}

struct Group {
    title: String,
    number: String,
    all: Option<String>,
    hits: Vec<Shown>,
}

struct Shown {
    href: String,
    /// HTML: our own marks round escaped text.
    label: String,
    note: String,
    snippet: Option<(String, String)>,
}

/// `GET /search?q=&register=&offset=`.
///
/// # Errors
/// `no-such-register`; those of the store and of the index.
pub async fn page(visit: Visit) -> Result<Response, Problem> {
    let asked: String = visit.query.get("q").unwrap_or_default().trim().chars().take(MAX_LETTERS).collect();
    let only = visit.query.get("register").map(str::to_owned);
    if let Some((register, record)) = by_number(&visit.app, &visit.principal(), &asked).await? {
        return Ok(see_other(&format!("/registers/{}/{}", register.name, record.id)));
    }
    let offset: usize = visit.query.get("offset").and_then(|o| o.parse().ok()).unwrap_or(0).min(MAX_DEPTH);
    let mut template = FindPage {
        page: visit.page(Room::None, visit.t.search_title()),
        number: meydan_kernel::case::spoken(&asked).is_some(),
        only: None,
        groups: Vec::new(),
        behind: None,
        slow: Vec::new(),
        previous: None,
        next: None,
        asked,
    };
    if let (Some(index), false) = (&visit.app.full_text, template.asked.is_empty()) {
        // Before the search: the looks at personal data that it writes down are nothing to be found.
        let behind = index.behind();
        template.behind = (behind > 0).then(|| visit.t.find_behind(count(behind)));
        match only {
            Some(name) => one_register(&visit, index, name, offset, &mut template).await?,
            None => all_registers(&visit, index, &mut template).await?,
        }
    }
    // What stands in the middle of a word (`ata` in `Beşata`) only names can be looked through for.
    if template.groups.is_empty() && template.only.is_none() && !template.asked.is_empty() {
        let (groups, slow) = search::everywhere(&visit, &search::asked(&visit)).await?;
        template.slow = slow;
        template.groups = groups.into_iter().map(|g| by_name(&visit, g)).collect();
    }
    visit.show(&template)
}

async fn one_register(
    visit: &Visit,
    index: &FullText,
    name: String,
    offset: usize,
    page: &mut FindPage,
) -> Result<(), Problem> {
    let register = visit.app.desk.register(&name)?;
    let found = ask(visit, index, &page.asked, Some(std::slice::from_ref(&name)), MANY, offset).await?;
    let to = |offset: usize| format!("/search?q={}&register={name}&offset={offset}", encode(&page.asked));
    page.previous = (offset > 0).then(|| to(offset.saturating_sub(MANY)));
    page.next = found.more.then(|| to(offset + MANY));
    let title = visit.say(&register.title).to_owned();
    if !found.hits.is_empty() {
        let number = number(visit, &found, &name);
        page.groups = vec![Group { title: title.clone(), number, all: None, hits: shown(visit, &found.hits) }];
    }
    page.only = Some((name, title));
    Ok(())
}

async fn all_registers(visit: &Visit, index: &FullText, page: &mut FindPage) -> Result<(), Problem> {
    let found = ask(visit, index, &page.asked, None, MANY, 0).await?;
    // The registers of the best hits first; then those with others.
    let mut names: Vec<String> = Vec::new();
    let best = found.hits.iter().map(|h| &h.register.name);
    let others = found.counts.iter().filter(|c| c.records.is_none_or(|n| n > 0)).map(|c| &c.register);
    for name in best.chain(others) {
        if !names.contains(name) && names.len() < MAX_GROUPS {
            names.push(name.clone());
        }
    }
    let asked = page.asked.clone();
    let each = names.iter().map(|name| {
        let asked = &asked;
        async move { Ok::<_, Problem>((name, ask(visit, index, asked, Some(std::slice::from_ref(name)), FEW, 0).await?)) }
    });
    for (name, found) in futures::future::try_join_all(each).await? {
        if found.hits.is_empty() {
            continue;
        }
        let register = visit.app.desk.register(name)?;
        let all = found.more.then(|| format!("/search?q={}&register={name}", encode(&asked)));
        let (title, number) = (visit.say(&register.title).to_owned(), number(visit, &found, name));
        page.groups.push(Group { title, number, all, hits: shown(visit, &found.hits) });
    }
    Ok(())
}

async fn ask(
    visit: &Visit,
    index: &FullText,
    text: &str,
    registers: Option<&[String]>,
    limit: usize,
    offset: usize,
) -> Result<Hits, Problem> {
    Ok(index.search(&visit.app.desk, &visit.principal(), text, registers, limit, offset).await?)
}

fn number(visit: &Visit, found: &Hits, name: &str) -> String {
    let known = found.counts.iter().find(|c| c.register == name).and_then(|c| c.records);
    known.map_or_else(String::new, |n| visit.t.count_records(count(n)))
}

fn shown(visit: &Visit, hits: &[Hit]) -> Vec<Shown> {
    let one = |hit: &Hit| {
        let register = &hit.register;
        let field = |name: &str| register.field(name).map(|f| visit.say(&f.title).to_owned()).unwrap_or_default();
        Shown {
            href: format!("/registers/{}/{}", register.name, hit.record.id),
            label: hit.label.as_ref().map_or_else(|| format!("#{}", hit.record.fid), marked),
            note: note(visit, register, hit),
            snippet: hit.snippet.as_ref().map(|s| (field(&s.field), marked(s))),
        }
    };
    hits.iter().map(one).collect()
}

/// The state of a case, the kind of another record.
fn note(visit: &Visit, register: &Register, hit: &Hit) -> String {
    let text = |name: &str| match hit.record.value(register, name) {
        Some(Value::Text(text)) => Some(text.as_str()),
        _ => None,
    };
    let state = text("state").and_then(|state| Some(visit.say(&register.workflow.as_ref()?.state(state)?.title).to_owned()));
    let kind = || match (&register.field("kind")?.kind, text("kind")?) {
        (FieldKind::Code { list }, code) => {
            Some(visit.say(&visit.app.desk.catalogue().code_lists.get(list)?.get(code)?.title).to_owned())
        }
        _ => None,
    };
    state.or_else(kind).unwrap_or_else(|| format!("#{}", hit.record.fid))
}

fn by_name(visit: &Visit, group: search::Group) -> Group {
    let shown = |hit: &search::Hit| Shown {
        href: format!("/registers/{}/{}", group.name, hit.id),
        label: escaped(&hit.label),
        note: format!("#{}", hit.fid),
        snippet: None,
    };
    let all = (group.hits.len() >= search::MAX_HITS).then(|| group.all.clone());
    let hits: Vec<Shown> = group.hits.iter().map(shown).collect();
    let _ = visit;
    Group { title: group.title, number: String::new(), all, hits }
}

/// The text as HTML, its places marked.
fn marked(marked: &Marked) -> String {
    let mut out = String::with_capacity(marked.text.len() + 32);
    let mut at = 0;
    for place in &marked.places {
        out.push_str(&escaped(marked.text.get(at..place.start).unwrap_or_default()));
        let _ = write!(out, "<mark>{}</mark>", escaped(marked.text.get(place.clone()).unwrap_or_default()));
        at = place.end;
    }
    out.push_str(&escaped(marked.text.get(at..).unwrap_or_default()));
    out
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn marks_stand_round_what_answers() {
        let text = Marked { field: "subject".into(), text: "<b>Çukur</b> & yol".into(), places: vec![3..9, 16..19] };
        assert_eq!(
            marked(&text),
            "&lt;b&gt;<mark>Çukur</mark>&lt;/b&gt; &amp; yol".replace("&amp; yol", "&amp; <mark>yol</mark>")
        );
    }

    proptest! {
        #[test]
        fn no_text_becomes_markup(text in "\\PC{0,40}", from in 0..40_usize, length in 0..10_usize) {
            let html = marked(&Marked { field: String::new(), text, places: std::iter::once(from..from + length).collect() });
            let bare = html.replace("<mark>", "").replace("</mark>", "");
            prop_assert!(!bare.contains(['<', '>', '"', '\'']));
        }
    }
}
