//! `meydan cases fire`.

use crate::{context::Context, machine::timers::ROUND};
use jiff::Timestamp;
use meydan_kernel::desk::{HeldBack, Unfired};
use std::{collections::BTreeMap, process::ExitCode};

/// When it is.
#[derive(clap::Args)]
pub(super) struct Args {
    /// As if it were this instant (`2026-11-24T09:00:00Z`); now if left out.
    #[arg(long, value_name = "INSTANT")]
    now: Option<Timestamp>,
}

/// Fires until nothing is due any more: exit code 1 if a case could not be looked at.
pub(super) async fn run(context: &Context, args: Args) -> anyhow::Result<ExitCode> {
    let city = context.existing_city().await?;
    let now = args.now.unwrap_or_else(Timestamp::now);
    let (mut cases, mut overtaken) = (0, 0);
    let mut failed = BTreeMap::new();
    let mut held = HeldBack::new();
    loop {
        let fired = city.desk.fire_but(now, ROUND, &held).await?;
        cases += fired.cases;
        overtaken += fired.overtaken;
        let none = fired.cases == 0 && fired.failed.is_empty();
        for Unfired { register, id, version, error } in fired.failed {
            held.insert((register.clone(), id), version);
            failed.insert((register, id), error);
        }
        // A case may be due again at once; one that failed isn't tried twice.
        if none {
            break;
        }
    }
    if context.json {
        let list: Vec<_> = failed
            .iter()
            .map(|((register, id), e)| {
                serde_json::json!({ "register": register, "id": id, "code": e.code(), "message": e.message(context.lang) })
            })
            .collect();
        println!("{}", serde_json::json!({ "now": now, "cases": cases, "overtaken": overtaken, "failed": list }));
    } else {
        println!("{}: {cases}", context.say("Bakılan iş", "Cases looked at"));
        for ((register, id), error) in &failed {
            println!("✗ {register} {id}: {}", error.message(context.lang));
        }
    }
    Ok(if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
