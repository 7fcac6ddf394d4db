//! `join`: a request about what another is about already goes on with that one.

use super::tell::{applicant, joined_to, words};
use crate::{citizen::place, work::notice};
use jiff::{SignedDuration, Timestamp};
use meydan_kernel::{
    Error, Kind, Record, Result, Value,
    case::{instant, state_of},
    catalogue::workflow::field,
    desk::{Deed, Edit, Effect},
};
use uuid::Uuid;

/// What was closed longer ago is another matter.
const MAX_CLOSED: SignedDuration = SignedDuration::from_hours(90 * 24);
/// Limit: steps from duplicate to duplicate.
const MAX_STEPS: usize = 32;

/// Finds the request that both belong to, counts who supports it, tells both sides.
pub(super) struct Join;

#[async_trait::async_trait]
impl Effect for Join {
    async fn run(&self, deed: &mut Deed<'_>) -> Result<()> {
        let root = root(deed).await?;
        deed.set("duplicate_of", Value::Reference(root.id));
        let count = supporters(deed, &root) + supporters(deed, &deed.after);
        raise(deed, root.id, count);
        // Those joined to this one go with it: all of them point to where the work is done.
        for joined in joined_to(deed, deed.after.id).await? {
            if let Some(index) = deed.register.field_index("duplicate_of") {
                let set = vec![(index, Value::Reference(root.id))];
                let edit = Edit::Update { id: joined.id, expected: None, set, geometry: None };
                deed.more.push((deed.register.name.clone(), edit));
            }
        }
        if let Some(contact) = applicant(deed, &root) {
            let told = words(deed, &root, |about| about.supported(count));
            notice::to_contact(deed, contact, root.id, &told);
        }
        Ok(())
    }
}

/// The request at the end of the chain. They name one that they may read; where it was joined to, the house knows, but who isn't of
/// the house must be able to read that too.
async fn root(deed: &Deed<'_>) -> Result<Record> {
    let mut wanted = deed.reference("duplicate_of");
    let outside = deed.principal.standing().is_none();
    for step in 0..MAX_STEPS {
        if wanted == Some(deed.after.id) {
            return Err(refused("duplicate-of-itself", "Başvuru kendisine katılamaz.", "A request can't be joined to itself."));
        }
        let found = place::referred(deed, &deed.register.name, wanted).await?.ok_or_else(missing)?;
        if (step == 0 || outside) && !place::is_seen(deed, &found) {
            return Err(missing());
        }
        let next = match found.value(deed.register, "duplicate_of") {
            Some(Value::Reference(next)) if state_of(deed.register, &found) == "duplicate" => *next,
            _ => return check(deed, found),
        };
        wanted = Some(next);
    }
    Err(missing())
}

fn check(deed: &Deed<'_>, root: Record) -> Result<Record> {
    if state_of(deed.register, &root) == "withdrawn" {
        return Err(refused(
            "withdrawn",
            "Geri çekilmiş başvuruya katılamaz.",
            "It can't be joined to a request that was withdrawn.",
        ));
    }
    let closed: Option<Timestamp> = instant(deed.register, &root, field::CLOSED_AT);
    if closed.is_some_and(|at| deed.at.duration_since(at) > MAX_CLOSED) {
        return Err(refused(
            "closed-long-ago",
            "Bu başvuru çoktan kapandı; sorun sürüyorsa yeni başvurudur.",
            "This request was closed long ago; if the matter goes on it is a new one.",
        ));
    }
    Ok(root)
}

pub(super) fn supporters(deed: &Deed<'_>, request: &Record) -> i64 {
    match request.value(deed.register, "supporters") {
        Some(Value::Int(count)) => *count,
        _ => 1,
    }
}

/// Writes how many support another request.
pub(super) fn raise(deed: &mut Deed<'_>, request: Uuid, count: i64) {
    if let Some(index) = deed.register.field_index("supporters") {
        let set = vec![(index, Value::Int(count.max(1)))];
        let edit = Edit::Update { id: request, expected: None, set, geometry: None };
        deed.more.push((deed.register.name.clone(), edit));
    }
}

fn refused(code: &'static str, tr: &str, en: &str) -> Error {
    Error::new(Kind::Conflict, code, tr, en).field("duplicate_of", tr, en)
}

fn missing() -> Error {
    Error::invalid("no-such-duplicate", "Katılacağı başvuru bulunamadı.", "The request to join it to can't be found.").field(
        "duplicate_of",
        "böyle bir başvuru yok",
        "there is no such request",
    )
}
