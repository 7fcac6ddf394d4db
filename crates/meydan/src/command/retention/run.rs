//! `meydan retention run`.

use super::{plan, round, rules};
use crate::context::Context;
use anyhow::Result;
use meydan_kernel::desk::Destruction;
use std::process::ExitCode;

/// Destroy what is due, for ever.
///
/// Each destruction is written down in the register of destructions, in the same changeset. A record that is under a legal hold is
/// left and named.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Only this register.
    #[arg(long, value_name = "REGISTER")]
    register: Option<String>,
    /// Only look: show what would be destroyed.
    #[arg(long)]
    dry_run: bool,
    /// Why now; for the log. No names: it can't be destroyed.
    #[arg(long, value_name = "TEXT", required_unless_present = "dry_run")]
    reason: Option<String>,
}

pub(super) async fn run(context: &Context, args: Args) -> Result<ExitCode> {
    let city = context.existing_city().await?;
    if args.dry_run {
        return plan::show(context, &city, args.register.as_deref(), None).await;
    }
    let principal = context.operator("retention").because(args.reason);
    let mut told = Vec::new();
    let (mut records, mut left) = (0, 0);
    for (register, _) in rules(&city.desk, args.register.as_deref())? {
        let why = Destruction::retention(&register, false);
        let done = round::destroy(&city.desk, &principal, &register, &why, None).await?;
        (records, left) = (records + done.records, left + done.left.len());
        if !context.json && (done.records > 0 || !done.left.is_empty()) {
            let title = register.title.get(context.lang);
            println!("{title} ({}): {} {}", register.name, done.records, context.say("kayıt yok edildi", "records destroyed"));
            for (id, error) in &done.left {
                println!("  {id}: {}", error.message(context.lang));
            }
        }
        let named: Vec<_> = done.left.iter().map(|(id, error)| serde_json::json!({ "id": id, "code": error.code() })).collect();
        told.push(serde_json::json!({
            "register": register.name, "destroyed": done.records, "versions": done.versions, "left": named,
        }));
    }
    if context.json {
        println!("{}", serde_json::json!({ "destroyed": records, "left": left, "registers": told }));
    } else {
        println!("{}: {records}, {}: {left}", context.say("Yok edilen", "Destroyed"), context.say("bırakılan", "left"));
    }
    Ok(ExitCode::SUCCESS)
}
