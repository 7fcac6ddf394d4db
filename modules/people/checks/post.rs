//! Posts: what they are doesn't change under who holds them.

use super::{
    ADMINISTRATOR, GUARDED_ROLES,
    calendar::{Period, most_at_once},
    draft::{Draft, acts_as, fault, is_operator},
};
use meydan_kernel::{
    desk::{Check, Checked},
    error::FieldError,
    post::{Directory, Holding},
};
use uuid::Uuid;

/// The check `post`.
pub(super) struct PostCheck;

impl Check for PostCheck {
    fn check(&self, change: &Checked<'_>) -> Vec<FieldError> {
        let directory = change.directory;
        let Some(post) = Draft::after(change) else {
            let held = change.before.is_some_and(|r| !holdings(directory, r.id).is_empty());
            let sentence =
                || fault("title", "görev üstlenilmiş; silinmez, kapatılır", "the post was held; it isn't deleted but ended");
            return held.then(sentence).into_iter().collect();
        };
        let mut faults: Vec<FieldError> = guarded(change, post).into_iter().collect();
        faults.extend(placed(directory, post));
        let held = holdings(directory, post.id());
        if let Some(before) = Draft::before(change).filter(|_| !held.is_empty()) {
            for field in ["unit", "role"].into_iter().filter(|field| !post.keeps(before, field)) {
                faults.push(fault(
                    field,
                    "görev üstlenilmiş; bu değişmez. Görevi kapatıp yenisini açın",
                    "the post was held; this doesn't change. End the post and make a new one",
                ));
            }
        }
        faults.extend(fits(post, &held));
        faults
    }
}

/// Who gives the roles that could give themselves all others.
fn guarded(change: &Checked<'_>, post: Draft<'_>) -> Option<FieldError> {
    let before = Draft::before(change);
    let roles = [post.text("role"), before.and_then(|b| b.text("role"))];
    let changes = before.is_none_or(|b| ["role", "unit", "seats", "valid_until"].iter().any(|f| !post.keeps(b, f)));
    let guarded = roles.into_iter().flatten().any(|role| GUARDED_ROLES.contains(&role));
    let may = is_operator(change.principal) || acts_as(change.principal, ADMINISTRATOR);
    (guarded && changes && !may)
        .then(|| fault("role", "bu rolü yalnızca sistem yöneticisi verir", "only the administrator gives this role"))
}

/// The unit and the post above.
fn placed(directory: &Directory, post: Draft<'_>) -> Vec<FieldError> {
    let mut faults = Vec::new();
    let unit = post.reference("unit").and_then(|id| directory.unit(id));
    if unit.is_some_and(|u| Period::new(None, u.until).last() < post.period().last()) {
        faults.push(fault("valid_until", "birim daha önce kapanıyor", "the unit ends earlier"));
    }
    if let Some(superior) = post.reference("reports_to") {
        let mut line = vec![superior];
        while let Some(next) =
            line.last().and_then(|id| directory.post(*id)).and_then(|p| p.reports_to).filter(|id| !line.contains(id))
        {
            line.push(next);
        }
        if line.contains(&post.id()) {
            faults.push(fault(
                "reports_to",
                "görev kendi altındaki bir göreve bağlanamaz",
                "a post can't report to one that is below it",
            ));
        }
    }
    faults
}

/// Seats and last day must fit who holds it.
fn fits(post: Draft<'_>, held: &[&Holding]) -> Vec<FieldError> {
    let mut faults = Vec::new();
    let days: Vec<Period> = held.iter().map(|h| Period::new(Some(h.from), h.until)).collect();
    let most = most_at_once(&days, Period::new(None, None));
    if post.number("seats").is_some_and(|seats| usize::try_from(seats).is_ok_and(|seats| seats < most)) {
        faults.push(fault("seats", format!("aynı gün {most} kişi bu görevde"), format!("{most} persons hold it on one day")));
    }
    if post.date("valid_until").is_some() && days.iter().any(|d| d.last() > post.period().last()) {
        faults.push(fault(
            "valid_until",
            "görevlendirmeler daha sonra bitiyor; önce onlar bitirilmeli",
            "holdings go on after that day; end them first",
        ));
    }
    if post.date("valid_from").is_some() && days.iter().any(|d| d.first() < post.period().first()) {
        faults.push(fault("valid_from", "daha erken başlayan görevlendirme var", "a holding begins earlier"));
    }
    faults
}

fn holdings(directory: &Directory, post: Uuid) -> Vec<&Holding> {
    directory.all_holdings().filter(|h| h.post == post).collect()
}
