//! `meydan retention plan`.

use super::rules;
use crate::context::{City, Context};
use anyhow::Result;
use jiff::{Timestamp, civil::Date};
use meydan_kernel::{
    Error, Principal,
    catalogue::Destroys,
    post::{OFFSET_HOURS, day},
};
use std::process::ExitCode;

/// Limit: records named of each register; all are counted.
const MAX_NAMED: usize = 1_000;

/// Show which records are due to be destroyed; changes nothing.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Only this register.
    #[arg(long, value_name = "REGISTER")]
    pub(super) register: Option<String>,
    /// What will be due on this day (2030-01-31) instead of today.
    #[arg(long, value_name = "DAY")]
    pub(super) on: Option<Date>,
}

pub(super) async fn run(context: &Context, args: Args) -> Result<ExitCode> {
    let city = context.existing_city().await?;
    show(context, &city, args.register.as_deref(), args.on).await
}

/// Prints the plan of a day.
pub(super) async fn show(context: &Context, city: &City, only: Option<&str>, on: Option<Date>) -> Result<ExitCode> {
    let principal = on_day(context.operator("retention"), on)?;
    let mut told = Vec::new();
    let mut total = 0;
    for (register, rule) in rules(&city.desk, only)? {
        let Some(mut walk) = city.desk.due(&principal, &register)? else { continue };
        let (mut count, mut named, mut oldest) = (0u64, Vec::new(), None::<Date>);
        while let Some(due) = walk.next().await? {
            count += 1;
            oldest = Some(oldest.map_or(due.kept_until, |o| o.min(due.kept_until)));
            if named.len() < MAX_NAMED {
                named.push(serde_json::json!({
                    "id": due.id, "since": due.since, "kept_until": due.kept_until, "versions": due.versions,
                }));
            }
        }
        total += count;
        let Some(retention) = &register.retention else { continue };
        let destroys = if retention.destroys == Destroys::Record { "record" } else { "personal" };
        if !context.json {
            let what = match retention.destroys {
                Destroys::Record => context.say("kaydın tamamı", "the whole record"),
                Destroys::Personal => context.say("kişisel alanları", "its personal fields"),
            };
            let title = register.title.get(context.lang);
            println!("{title} ({}): {} {}, {what}: {count}", register.name, rule.years(), context.say("yıl", "years"));
        }
        told.push(serde_json::json!({
            "register": register.name,
            "years": rule.years(),
            "after": retention.after,
            "destroys": destroys,
            "basis": retention.basis.get(context.lang),
            "due": count,
            "oldest_kept_until": oldest,
            "records": named,
        }));
    }
    if context.json {
        println!("{}", serde_json::json!({ "day": principal.today(), "due": total, "registers": told }));
    } else {
        println!("{} {}: {total}", principal.today(), context.say("günü yok edilecek kayıt", "records due to be destroyed"));
    }
    Ok(ExitCode::SUCCESS)
}

/// The principal as they would come on another day, at its noon in the city.
fn on_day(principal: Principal, on: Option<Date>) -> Result<Principal> {
    let Some(on) = on.filter(|on| *on != day(Timestamp::now())) else { return Ok(principal) };
    let now = jiff::tz::offset(OFFSET_HOURS)
        .to_timestamp(on.at(12, 0, 0, 0))
        .map_err(|e| Error::invalid("day", "Gün hesaplanamıyor.", "The day can't be reckoned with.").cause(e))?;
    Ok(Principal { now, ..principal })
}
