//! In which posts a person may act on a day.

use super::directory::{Directory, within};
use crate::permission::{Proxied, Standing};
use jiff::civil::Date;
use std::sync::Arc;
use uuid::Uuid;

/// Which standing a session or a token is bound to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct StandingKey {
    /// The post.
    pub post: Uuid,
    /// The proxy's record, if they stand in for somebody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proxy: Option<Uuid>,
}

impl StandingKey {
    /// The key of a standing.
    pub fn of(standing: &Standing) -> Self {
        Self { post: standing.post, proxy: standing.proxy.as_ref().map(|p| p.proxy) }
    }

    /// Reads `post` or `post/proxy`.
    pub fn parse(text: &str) -> Option<Self> {
        let (post, proxy) = match text.split_once('/') {
            Some((post, proxy)) => (post, Some(Uuid::parse_str(proxy).ok()?)),
            None => (text, None),
        };
        Some(Self { post: Uuid::parse_str(post).ok()?, proxy })
    }
}

impl std::fmt::Display for StandingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.proxy {
            Some(proxy) => write!(f, "{}/{proxy}", self.post),
            None => write!(f, "{}", self.post),
        }
    }
}

pub(super) fn standings(directory: &Directory, person: Uuid, day: Date) -> Vec<Standing> {
    let active = |id: Uuid| directory.person(id).is_some_and(|p| p.active);
    if !active(person) {
        return Vec::new();
    }
    let mut out: Vec<Standing> =
        own_posts(directory, person, day).filter_map(|post| standing(directory, person, post, day, None)).collect();
    for proxy in directory.proxies(person) {
        // The powers are the delegator's own: what they only hold by proxy themselves can't be passed on, and who has left the
        // house has none to lend.
        let runs = proxy.approved && within(day, Some(proxy.from), Some(proxy.until)) && active(proxy.delegator);
        if !runs {
            continue;
        }
        for post in own_posts(directory, proxy.delegator, day).filter(|post| proxy.post.is_none_or(|only| only == *post)) {
            let proxied = Proxied { proxy: proxy.id, delegator: proxy.delegator };
            out.extend(standing(directory, person, post, day, Some(proxied)));
        }
    }
    out
}

fn own_posts(directory: &Directory, person: Uuid, day: Date) -> impl Iterator<Item = Uuid> {
    let holdings = directory.holdings(person).iter();
    holdings.filter(move |h| within(day, Some(h.from), h.until)).map(|h| h.post)
}

fn standing(directory: &Directory, person: Uuid, post: Uuid, day: Date, proxy: Option<Proxied>) -> Option<Standing> {
    let post = directory.post(post).filter(|p| within(day, p.from, p.until))?;
    directory.unit(post.unit).filter(|u| within(day, u.from, u.until))?;
    let unit = Arc::clone(directory.line(post.unit)?);
    Some(Standing { person, post: post.id, role: post.role.clone(), unit, proxy })
}
