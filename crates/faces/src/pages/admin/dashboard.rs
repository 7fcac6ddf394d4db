//! `/admin`: what needs attention, as far as who asks may see it. Each number leads to its list.

use super::{
    super::{
        format,
        page::{Page, Room, Visit, private},
        params::Params,
    },
    Rights, administers,
    chart::Chart,
    proxies::how_many,
};
use crate::Problem;
use askama::Template;
use axum::response::Response;
use jiff::{SignedDuration, ToSpan};
use meydan_kernel::{
    Query, Register,
    catalogue::{Action, Party},
    cql2,
    post::{PROXY, SECURITY_EVENT},
};
use std::{collections::BTreeSet, sync::Arc};
use uuid::Uuid;

/// Days ahead in which an end is near.
const SOON_DAYS: i64 = 7;
/// Days back in which a change of the definitions is told.
const CHANGED_DAYS: i64 = 30;
/// Limit: persons in powerful roles whose logins are looked at.
const MAX_POWERFUL: usize = 500;

#[derive(Template)]
#[template(path = "admin/dashboard.html")]
struct DashboardPage {
    page: Page,
    tab: &'static str,
    rights: Rights,
    groups: Vec<Group>,
    quiet: bool,
}

struct Group {
    title: &'static str,
    items: Vec<Item>,
}

/// One thing to look at.
struct Item {
    number: String,
    title: &'static str,
    href: String,
    /// Nothing to do.
    fine: bool,
}

/// `GET /admin`.
///
/// # Errors
/// `login-required`, `not-allowed`; those of the store.
pub async fn show(visit: Visit) -> Result<Response, Problem> {
    let rights = administers(&visit)?;
    let (organisation, logins, data) =
        futures::try_join!(organisation(&visit, rights), logins(&visit, rights), data(&visit, rights))?;
    let t = visit.t;
    let groups = [(t.dashboard_organisation(), organisation), (t.dashboard_logins(), logins), (t.dashboard_data(), data)];
    let groups: Vec<Group> =
        groups.into_iter().filter(|(_, i)| !i.is_empty()).map(|(title, items)| Group { title, items }).collect();
    let template = DashboardPage {
        page: visit.page(Room::Administration, t.dashboard_title()),
        tab: "dashboard",
        rights,
        quiet: groups.iter().flat_map(|g| &g.items).all(|i| i.fine),
        groups,
    };
    Ok(private(visit.show(&template)?))
}

fn item(visit: &Visit, number: u64, title: &'static str, href: String) -> Item {
    let text = format::integer(visit.lang, i64::try_from(number).unwrap_or(i64::MAX));
    Item { number: text, title, href, fine: number == 0 }
}

async fn organisation(visit: &Visit, rights: Rights) -> Result<Vec<Item>, Problem> {
    let t = visit.t;
    let mut items = Vec::new();
    let register = visit.app.desk.register(PROXY)?;
    if (rights.proxies || rights.oversees()) && visit.may(&register, Action::Read) {
        let waiting = how_many(visit, &register, "waiting").await?;
        items.push(item(visit, waiting, t.todo_proxies_waiting(), "/people/proxies?state=waiting".to_owned()));
        let today = visit.caller.principal.today();
        let soon = today.saturating_add(SOON_DAYS.days());
        let ending = format!(
            "status = 'approved' AND valid_from <= DATE('{today}') AND valid_until BETWEEN DATE('{today}') AND DATE('{soon}')"
        );
        let ending = counted(visit, &register, &ending).await?;
        items.push(item(visit, ending, t.todo_proxies_ending(), "/people/proxies?state=running".to_owned()));
    }
    let chart = Chart::on(visit, visit.caller.principal.today()).await?;
    let (_, _, vacant) = chart.numbers();
    items.push(item(visit, vacant as u64, t.todo_vacant(), "/organisation?show=vacant".to_owned()));
    Ok(items)
}

async fn logins(visit: &Visit, rights: Rights) -> Result<Vec<Item>, Problem> {
    let t = visit.t;
    let mut items = Vec::new();
    if rights.manages {
        let weak = weakly_protected(visit).await?.len() as u64;
        items.push(item(visit, weak, t.todo_weak(), "/people?show=weak".to_owned()));
        let ending = tokens_ending(visit).await?.len() as u64;
        items.push(item(visit, ending, t.todo_tokens(), "/people?show=tokens".to_owned()));
    }
    if rights.events {
        let register = visit.app.desk.register(SECURITY_EVENT)?;
        let now = visit.caller.principal.now;
        let since = |days: i64| now - SignedDuration::from_hours(24 * days);
        for (kind, days, title) in [
            ("login_failed", 1, t.todo_failed()),
            ("locked", 1, t.todo_locked()),
            ("refused", 1, t.todo_refused()),
            ("key_theft_suspected", CHANGED_DAYS, t.todo_theft()),
            ("definitions_changed", CHANGED_DAYS, t.todo_definitions()),
        ] {
            let filter = format!("kind = '{kind}' AND recorded_at >= TIMESTAMP('{}')", since(days));
            let number = counted(visit, &register, &filter).await?;
            let from = meydan_kernel::post::day(since(days)).to_string();
            let query = Params::default().with("tab", "events").with("kind", kind).with("from", &from);
            items.push(item(visit, number, title, format!("/access-log{}", query.query())));
        }
    }
    Ok(items)
}

async fn data(visit: &Visit, rights: Rights) -> Result<Vec<Item>, Problem> {
    let t = visit.t;
    let mut items = Vec::new();
    if !rights.oversees() {
        return Ok(items);
    }
    let catalogue = visit.app.desk.catalogue();
    let today = visit.caller.principal.today();
    let (mut due, mut href) = (0, "/standard".to_owned());
    for register in catalogue.registers.values() {
        let Some((years, after)) = register.retention.as_ref().and_then(|r| r.years.zip(r.after.as_deref())) else { continue };
        let day = today.saturating_sub(i64::from(years).years());
        let filter = format!("\"{after}\" <= DATE('{day}')");
        let number = counted(visit, register, &filter).await?;
        if number > 0 || due == 0 {
            href = format!("/registers/{}?max.{after}={day}", register.name);
        }
        due += number;
    }
    items.push(item(visit, due, t.todo_retention(), href));
    let principal = visit.principal();
    let seal = visit.app.desk.sealed_log(&principal).last_seal().await?;
    let size = seal.as_ref().map_or(0, |s| s.size);
    let open = u64::try_from(visit.app.desk.head() - size).unwrap_or(0);
    items.push(item(visit, open, t.todo_unsealed(), "/log".to_owned()));
    if let Some(seal) = seal {
        let unstamped = u64::from(seal.time_stamp.is_none());
        items.push(item(visit, unstamped, t.todo_unstamped(), "/log".to_owned()));
    }
    Ok(items)
}

/// How many records of a register who asks may see that fit; none if they may not ask.
async fn counted(visit: &Visit, register: &Arc<Register>, filter: &str) -> Result<u64, Problem> {
    let filter = Some(cql2::parse(register, filter)?);
    match visit.app.desk.count(&visit.principal(), &Query { filter, ..Query::all(Arc::clone(register)) }).await {
        Err(error) if error.is_refusal() => Ok(0),
        number => Ok(number?),
    }
}

/// Roles with powers over other people's data or over everything: who has one should log in with more than a password.
fn powerful_roles(visit: &Visit) -> BTreeSet<String> {
    let strong = [Action::Unmask, Action::Erase, Action::Manage, Action::Audit];
    let catalogue = visit.app.desk.catalogue();
    let grants = catalogue.grants.iter().filter(|g| {
        g.step_up || g.actions.iter().any(|a| strong.contains(a)) || (g.register == "*" && g.actions.iter().any(|a| a.writes()))
    });
    let roles = grants.flat_map(|g| &g.to).filter_map(|party| match party {
        Party::Role(role) => Some(role.clone()),
        _ => None,
    });
    roles.collect()
}

/// Who acts in a powerful role today, can log in, and has neither an authenticator app nor a passkey.
///
/// # Errors
/// Those of the store.
pub async fn weakly_protected(visit: &Visit) -> Result<Vec<Uuid>, Problem> {
    let roles = powerful_roles(visit);
    let (directory, today) = (&visit.caller.directory, visit.caller.principal.today());
    let acts = |person: &Uuid| directory.standings(*person, today).iter().any(|s| roles.contains(&s.role));
    let able = directory.persons().filter(|p| p.active && p.login.is_some()).map(|p| p.id);
    let mut weak = Vec::new();
    for person in able.filter(acts).take(MAX_POWERFUL) {
        let app = visit.app.identity.second_factor_of(person).await?.totp_since;
        if app.is_none() && visit.app.identity.passkeys_of(person).await?.is_empty() {
            weak.push(person);
        }
    }
    Ok(weak)
}

/// The owner of each token that ends within [`SOON_DAYS`].
///
/// # Errors
/// Those of the store.
pub async fn tokens_ending(visit: &Visit) -> Result<Vec<Uuid>, Problem> {
    let end = visit.caller.principal.now + SignedDuration::from_hours(24 * SOON_DAYS);
    let tokens = visit.app.identity.all_tokens().await?;
    Ok(tokens.iter().filter(|t| t.expires_at <= end).map(|t| t.person).collect())
}
