//! `meydan doctor`.

use crate::context::{Context, load_definitions};
use std::process::ExitCode;

/// Looks at the store, the definitions and the machine, and says what to do.
#[derive(clap::Args)]
pub struct Args {}

/// Runs it: exit code 1 if something is wrong.
pub async fn run(context: &Context, _args: Args) -> anyhow::Result<ExitCode> {
    let store = context.store().await?;
    let mut checks = store.checks().await?;
    checks.push(match load_definitions(&context.config.definitions_folder()) {
        Err(faults) => ("definitions".to_owned(), false, faults.first().map(|f| format!("{}:{}: {}", f.file, f.line, f.message.get(context.lang))).unwrap_or_default()),
        Ok(wanted) => {
            let applied = store.catalogue().await?.unwrap_or_default();
            let plan = meydan_kernel::catalogue::plan(&applied, &wanted, &[]);
            let detail = context.say("`meydan catalog plan` ile bakın", "see `meydan catalog plan`");
            let fine = plan.steps.is_empty() && plan.refused.is_empty();
            ("definitions".to_owned(), fine, if fine { format!("{}", wanted.registers.len()) } else { detail.to_owned() })
        }
    });
    let head = store.head();
    let sealed = store.last_seal().await?.map_or(0, |s| s.size);
    checks.push(("seal".to_owned(), true, format!("{sealed} / {head}")));
    let healthy = checks.iter().all(|(_, fine, _)| *fine);
    if context.json {
        let list: Vec<_> =
            checks.iter().map(|(name, fine, detail)| serde_json::json!({ "check": name, "fine": fine, "detail": detail })).collect();
        println!("{}", serde_json::json!({ "store": store.name(), "healthy": healthy, "checks": list }));
    } else {
        for (name, fine, detail) in &checks {
            println!("{} {name}: {detail}", if *fine { "✓" } else { "✗" });
        }
    }
    Ok(if healthy { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
