//! `meydan people explain`: why may, or may not, this person do this?

mod words;

use super::{
    super::token::{action, standing},
    House, person,
};
use crate::context::Context;
use anyhow::Result;
use meydan_kernel::{
    Act, Catalogue, Lang, Principal, Register,
    catalogue::Action,
    desk::no_such_record,
    permission::{Explanation, FieldSet, Met, Weighed},
    post::{Directory, StandingKey},
    query::Key,
};
use std::process::ExitCode;
use uuid::Uuid;

/// Explain why a person may, or may not, do something: each grant that speaks of it is weighed.
///
/// Shown are the answer, what it would take if it is no, and for each grant what it asks for, with whether that is met. The
/// person counts as not having proven lately who they are: what asks for that is never met here.
///
/// Exit codes: 0 they may, 1 they may not (or it could not be found out).
#[derive(clap::Args)]
pub struct Args {
    /// Login name.
    #[arg(long, value_name = "LOGIN")]
    login: String,
    /// Register.
    #[arg(long, value_name = "REGISTER")]
    register: String,
    /// Action: read, history, export, insert, update, delete, unmask, erase, manage, audit.
    #[arg(long, value_name = "ACTION", value_parser = action)]
    action: Action,
    /// Id (UUID) or number of a record. Without it what a grant asks of a record counts as met.
    #[arg(long, value_name = "ID|FID")]
    record: Option<String>,
    /// In which of the person's posts: its title or id, or `post/proxy` ids for one by proxy. Their first own one if left out.
    #[arg(long, value_name = "POST")]
    post: Option<String>,
    /// As if they gave this reason.
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// The answer in one word.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    Yes,
    /// With a reason, or by proving anew who they are.
    If,
    No,
}

/// What was asked and what came of it.
struct Case<'a> {
    catalogue: &'a Catalogue,
    register: &'a Register,
    action: Action,
    /// First those that hold, then those that are given to the person, then the nearest.
    grants: Vec<&'a Weighed>,
    explanation: &'a Explanation,
    lang: Lang,
}

/// Runs it: exit code 0 if they may, 1 if not.
///
/// # Errors
/// `no-such-login`, `no-such-register`, `no-such-post`, `no-such-record`, `no-longer-active`; those of the store.
pub(super) async fn run(context: &Context, args: Args) -> Result<ExitCode> {
    let house = House::new(context, context.existing_city().await?);
    let directory = house.directory().await?;
    let person = person(&directory, &args.login)?;
    let register = house.city.desk.register(&args.register)?;
    let key = args.record.as_deref().map(|text| key(&register, text.trim())).transpose()?;
    let wish = args.post.as_deref().map(|post| standing(&directory, person.id, post)).transpose()?;
    let act = Act { source: "command".to_owned(), ..Act::default() };
    let principal = directory.principal(person.id, wish.as_ref(), act, jiff::Timestamp::now())?.because(args.reason);
    let explanation = house.city.desk.explain(&principal, &register, args.action, key).await?;
    let catalogue = house.city.desk.catalogue();
    let mut grants: Vec<&Weighed> = explanation.weighed.iter().collect();
    grants.sort_by_key(|w| (!(w.given && w.holds()), !w.given, w.met.iter().filter(|(_, met)| !met).count()));
    let case = Case {
        catalogue: &catalogue,
        register: &register,
        action: args.action,
        grants,
        explanation: &explanation,
        lang: context.lang,
    };
    if context.json {
        println!("{}", case.json(&directory, &principal, args.record.as_deref()));
    } else {
        case.print(&directory, &principal);
    }
    Ok(if explanation.allowed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl Case<'_> {
    /// No grant can open it.
    fn closed(&self) -> bool {
        self.explanation.outside_limits || self.explanation.journal
    }

    /// The grant that lacks only what the person can do at once.
    fn nearly(&self) -> Option<&Weighed> {
        let doable = |w: &&&Weighed| w.given && w.met.iter().all(|(what, met)| *met || words::at_once(*what));
        self.grants.iter().find(doable).copied().filter(|_| !self.explanation.allowed && !self.closed())
    }

    fn answer(&self) -> Answer {
        match (self.explanation.allowed, self.nearly()) {
            (true, _) => Answer::Yes,
            (false, Some(_)) => Answer::If,
            (false, None) => Answer::No,
        }
    }

    /// The ways to it, each of which is enough.
    fn needed(&self) -> Vec<String> {
        if self.explanation.allowed || self.closed() {
            return Vec::new();
        }
        let nearly = self.nearly();
        let mut ways: Vec<String> = Vec::new();
        for weighed in self.grants.iter().copied().filter(|w| nearly.is_none_or(|n| std::ptr::eq(n, *w))) {
            let missing = weighed.met.iter().filter(|(_, met)| !met);
            let missing: Vec<String> = missing.map(|(what, _)| self.need(*what, weighed)).collect();
            let way = words::listed(&missing, words::and(self.lang));
            if !way.is_empty() && !ways.contains(&way) {
                ways.push(way);
            }
        }
        ways
    }

    fn need(&self, what: Met, weighed: &Weighed) -> String {
        let need = words::need(what, self.lang);
        if what == Met::Party { format!("{need} {}", self.whom(weighed)) } else { need.to_owned() }
    }

    fn whom(&self, weighed: &Weighed) -> String {
        let names: Vec<String> = weighed.grant.to.iter().map(|p| words::party(self.catalogue, p, self.lang)).collect();
        words::listed(&names, words::or(self.lang))
    }

    /// Titles of the fields that a grant gives, where it doesn't give all.
    fn fields(&self, weighed: &Weighed) -> Option<Vec<&str>> {
        let all = FieldSet::of_register(self.register);
        let tells = weighed.given && weighed.holds() && !weighed.fields.covers(all) && self.action != Action::Delete;
        let given = weighed.fields.common(all);
        tells.then(|| given.iter().filter_map(|i| self.register.fields.get(i)).map(|f| f.title.get(self.lang)).collect())
    }

    fn print(&self, directory: &Directory, principal: &Principal) {
        let lang = self.lang;
        let name = principal.person().map(|id| directory.name_of(&id.to_string())).unwrap_or_default();
        let post = post_name(directory, principal).map(|post| format!(" ({post})")).unwrap_or_default();
        println!("{name}{post} — {}: {}", self.register.title.get(lang), words::action(self.action, lang));
        println!("{}", words::sentence(self.answer(), lang));
        for note in words::notes(self.explanation) {
            println!("{}", note.get(lang));
        }
        let needed = self.needed();
        if !needed.is_empty() {
            println!("{}", words::NEEDED.get(lang));
            needed.iter().for_each(|way| println!("  - {way}"));
        }
        if !self.grants.is_empty() {
            println!("{}", words::WEIGHED.get(lang));
        }
        for weighed in &self.grants {
            println!("{} {}: {}", mark(weighed.given && weighed.holds()), weighed.grant.name, self.whom(weighed));
            for (what, met) in &weighed.met {
                println!("    {} {}", mark(*met), words::met(*what, lang));
            }
            if let Some(condition) = &weighed.grant.condition {
                println!("      {condition}");
            }
            if let Some(fields) = self.fields(weighed) {
                println!("    {} {}", words::FIELDS.get(lang), fields.join(", "));
            }
        }
    }

    fn json(&self, directory: &Directory, principal: &Principal, record: Option<&str>) -> serde_json::Value {
        let grants = self.grants.iter().map(|weighed| {
            let met = weighed.met.iter();
            let conditions: Vec<_> = met
                .map(|(what, met)| {
                    serde_json::json!({ "condition": words::code(*what), "met": met, "text": words::met(*what, self.lang) })
                })
                .collect();
            serde_json::json!({
                "grant": weighed.grant.name,
                "to": weighed.grant.to,
                "holds": weighed.given && weighed.holds(),
                "conditions": conditions,
                "record_condition": weighed.grant.condition,
                "fields": self.fields(weighed),
            })
        });
        serde_json::json!({
            "person": principal.person(),
            "name": principal.person().map(|id| directory.name_of(&id.to_string())),
            "post": post_name(directory, principal),
            "standing": principal.standing().map(|s| StandingKey::of(s).to_string()),
            "register": self.register.name,
            "action": self.action,
            "record": record,
            "allowed": self.explanation.allowed,
            "answer": match self.answer() { Answer::Yes => "yes", Answer::If => "if", Answer::No => "no" },
            "sentence": words::sentence(self.answer(), self.lang),
            "notes": words::notes(self.explanation).iter().map(|n| n.get(self.lang)).collect::<Vec<_>>(),
            "needed": self.needed(),
            "grants": grants.collect::<Vec<_>>(),
        })
    }
}

fn mark(holds: bool) -> &'static str {
    if holds { "✓" } else { "✗" }
}

fn post_name(directory: &Directory, principal: &Principal) -> Option<String> {
    let post = principal.standing().and_then(|s| directory.post(s.post));
    post.map(|p| directory.post_name(p))
}

fn key(register: &Register, text: &str) -> Result<Key> {
    if let Ok(id) = Uuid::parse_str(text) {
        return Ok(Key::Id(id));
    }
    Ok(Key::Fid(text.parse().map_err(|_| no_such_record(register, text))?))
}
