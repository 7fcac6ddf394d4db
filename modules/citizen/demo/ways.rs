//! What became of the requests: each goes some of its way, by the people of the unit that has it.

use super::{
    Maker, Thing,
    filed::Filed,
    fixed::later,
    text,
    texts::{ANSWERS, NOTES},
};
use crate::{citizen::REQUEST, city::demo::random::Random, work::holders};
use jiff::Timestamp;
use meydan_kernel::{
    Principal, Record, Register, Result, Value, case::state_of, catalogue::workflow::field, desk::Edit, query::Key,
};
use std::sync::Arc;
use uuid::Uuid;

/// A step: after how many hours, who goes which transition with which fields, and why.
struct Step {
    hours: i64,
    by: By,
    transition: &'static str,
    set: Vec<(&'static str, Value)>,
    why: Option<&'static str>,
}

/// Who goes it.
#[derive(Clone, Copy)]
enum By {
    /// Somebody who does the unit's work.
    Worker,
    /// The unit's manager.
    Manager,
    /// The call centre.
    Agent,
    /// The information officer.
    Officer,
    /// The applicant.
    Applicant,
}

fn step(hours: i64, by: By, transition: &'static str) -> Step {
    Step { hours, by, transition, set: Vec::new(), why: None }
}

impl Step {
    fn with(mut self, field: &'static str, value: Value) -> Self {
        self.set.push((field, value));
        self
    }

    const fn because(mut self, why: &'static str) -> Self {
        self.why = Some(why);
        self
    }
}

/// Lets all of them go; how many comments were written beside.
pub(super) async fn go(maker: &Maker<'_>, filed: &[Filed]) -> Result<usize> {
    let mut comments = 0;
    for request in filed {
        let mut random = Random::of(maker.seed, &[11, request.index as i64]);
        let mut at = request.at;
        for step in way(request, &mut random) {
            at = later(at, step.hours);
            // What would lie in the future hasn't happened.
            if at >= maker.now || !one(maker, request.id, at, step).await? {
                break;
            }
        }
        if request.index % 6 == 2 {
            comments += usize::from(comment(maker, request, NOTES[random.below(NOTES.len())]).await?);
        }
    }
    Ok(comments)
}

fn way(request: &Filed, random: &mut Random) -> Vec<Step> {
    if let Some(first) = request.repeats {
        let join = step(2, By::Agent, "join").with("duplicate_of", Value::Reference(first));
        return vec![join];
    }
    match request.kind {
        "petition" => petition(request.index, random),
        "information_request" => information(request.index, random),
        _ => ordinary(request.index, random),
    }
}

fn answered(step: Step, random: &mut Random) -> Step {
    let (resolution, answer) = *random.pick(ANSWERS);
    step.with("resolution", text(resolution)).with("answer", text(answer))
}

fn ordinary(index: usize, random: &mut Random) -> Vec<Step> {
    let hours = 2 + random.below(30) as i64;
    let take = step(3, By::Worker, "take");
    let resolve = answered(step(hours, By::Worker, "resolve"), random);
    let rate = step(20, By::Applicant, "rate").with("rating", Value::Int(2 + random.below(4) as i64));
    match index % 15 {
        // Nobody has seen to it yet: it grows late.
        0 | 6 => Vec::new(),
        1 | 8 => vec![take],
        2 => vec![take, step(4, By::Worker, "ask").because("Binanın numarasını ve katını yazar mısınız?")],
        4 => vec![take, resolve, step(30, By::Applicant, "reopen").because("Onarılan yer bir hafta sonra yeniden bozuldu.")],
        5 => vec![step(5, By::Agent, "withdraw").because("Başvuran sorunun çözüldüğünü telefonla bildirdi.")],
        9 => {
            let forward = step(6, By::Agent, "forward").because("Konu elektrik dağıtım şirketinin görevinde.");
            vec![
                forward
                    .with("answer", text("Başvurunuz, konusu görevimizde olmadığından elektrik dağıtım şirketine gönderildi.")),
            ]
        }
        10 | 11 => vec![take, resolve, rate],
        _ => vec![take, resolve],
    }
}

fn petition(index: usize, random: &mut Random) -> Vec<Step> {
    let submit = answered(step(70, By::Worker, "submit_answer"), random);
    let start = step(10, By::Worker, "take");
    match index % 40 / 10 {
        0 => vec![start],
        1 => vec![start, submit],
        2 => vec![start, submit, step(20, By::Manager, "approve")],
        _ => Vec::new(),
    }
}

fn information(index: usize, random: &mut Random) -> Vec<Step> {
    let take = step(8, By::Officer, "take");
    let reason = text("İstenen bilgi iki ayrı daireden derlenecek.");
    match index % 50 / 10 {
        0 => vec![take, step(90, By::Officer, "extend").with("extension_reason", reason)],
        1 => vec![take, step(24, By::Officer, "ask_fee").with("fee", Value::Int(4_500))],
        2 => {
            let refused = step(100, By::Officer, "submit_answer")
                .with("resolution", text("refused"))
                .with("refusal_ground", text("4982_23"))
                .with("answer", text("İstenen sözleşmenin ekleri ticari sır niteliğinde olduğundan verilememektedir."));
            vec![take, refused, step(12, By::Officer, "approve")]
        }
        3 => vec![take, answered(step(60, By::Officer, "submit_answer"), random), step(6, By::Officer, "approve")],
        _ => vec![take],
    }
}

/// Goes one step; false if there is nobody to go it (a unit of another house).
async fn one(maker: &Maker<'_>, id: Uuid, at: Timestamp, step: Step) -> Result<bool> {
    let register = maker.desk.register(REQUEST)?;
    let Some(case) = maker.desk.store().get(&register, Key::Id(id), None).await? else { return Ok(false) };
    let Some(principal) = principal(maker, &register, &case, at, step.by).await? else { return Ok(false) };
    let principal = principal.because(step.why.map(str::to_owned));
    let set = maker.set(REQUEST, &step.set)?;
    let edit = Edit::Proceed { id, expected: None, transition: step.transition.to_owned(), set, at: None };
    match maker.desk.change(&principal, vec![(REQUEST.to_owned(), edit)]).await {
        Ok(_) => Ok(true),
        // What it repeats may have been closed or withdrawn meanwhile: it stays a request of its own.
        Err(e) if matches!(e.code(), "closed-long-ago" | "withdrawn" | "duplicate-of-itself") => Ok(false),
        Err(e) => Err(e),
    }
}

async fn principal(
    maker: &Maker<'_>,
    register: &Arc<Register>,
    case: &Record,
    at: Timestamp,
    by: By,
) -> Result<Option<Principal>> {
    let reference = |name: &str| match case.value(register, name) {
        Some(Value::Reference(id)) => Some(*id),
        _ => None,
    };
    let Some(unit) = reference(field::UNIT) else { return Ok(None) };
    let day = meydan_kernel::post::day(at);
    let person = match by {
        By::Agent => Some(maker.login("merve.tunc")?),
        By::Officer => Some(maker.login("nihal.ersoy")?),
        By::Worker => reference(field::ASSIGNEE).or_else(|| holders::workers(&maker.directory, unit, day).first().copied()),
        By::Manager => holders::with_role(&maker.directory, unit, "branch_manager", day).first().copied(),
        By::Applicant => {
            let Some(Value::Text(number)) = case.value(register, field::REFERENCE) else { return Ok(None) };
            return Ok(Some(Principal { now: at, verified_at: Some(at), ..maker.desk.bearer(number, "demo").await? }));
        }
    };
    person.map(|person| maker.person(person, at)).transpose()
}

/// Somebody of the unit writes a note on a request that is open; true if it was written.
async fn comment(maker: &Maker<'_>, request: &Filed, note: &str) -> Result<bool> {
    let register = maker.desk.register(REQUEST)?;
    let Some(case) = maker.desk.store().get(&register, Key::Id(request.id), None).await? else { return Ok(false) };
    let at = later(request.at, 6);
    if at >= maker.now || state_of(&register, &case) != "in_progress" {
        return Ok(false);
    }
    let Some(who) = principal(maker, &register, &case, at, By::Worker).await? else { return Ok(false) };
    let values = [
        ("text", text(note)),
        ("author", who.person().map_or(Value::Null, Value::Reference)),
        ("written_at", Value::instant(at).unwrap_or(Value::Null)),
        ("whole_register", text(REQUEST)),
        ("whole", text(request.id.to_string())),
    ];
    let who = maker.desk.with_whole(&who, &register, request.id).await?;
    let edit = maker.insert("comment", maker.id(Thing::Comment, request.index), &values)?;
    maker.desk.change(&who, vec![edit]).await?;
    Ok(true)
}
