//! `meydan cases list`.

use crate::context::Context;
use jiff::Timestamp;
use meydan_kernel::{Query, Record, Register, Value, case::readable, catalogue::workflow::field, cql2, post::day, query::Sort};
use std::{process::ExitCode, sync::Arc};

/// Cases shown if nobody says how many.
const USUAL: usize = 50;

/// Which cases.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Only those whose deadline is over.
    #[arg(long)]
    late: bool,
    /// At most so many of each register.
    #[arg(long, default_value_t = USUAL)]
    limit: usize,
}

pub(super) async fn run(context: &Context, args: Args) -> anyhow::Result<ExitCode> {
    let city = context.existing_city().await?;
    let now = Timestamp::now();
    let until = if args.late { format!(" AND due_at < TIMESTAMP('{now}')") } else { String::new() };
    let mut listed = Vec::new();
    let mut sum = 0;
    for register in city.desk.catalogue().registers.values().filter(|r| r.workflow.is_some()) {
        let filter = cql2::parse(register, &format!("closed_at IS NULL AND due_at IS NOT NULL{until}"))?;
        let sort = register.field_index(field::DUE_AT).map(|field| Sort { field, descending: false });
        let query = Query { filter: Some(filter), sort, limit: Some(args.limit), ..Query::all(Arc::clone(register)) };
        sum += city.store.count(&query).await?;
        // The operator sees the numbers of cases, not what is in them.
        listed.extend(city.store.query(&query).await?.iter().map(|case| line(register, case)));
    }
    if context.json {
        println!("{}", serde_json::json!({ "count": sum, "cases": listed }));
        return Ok(ExitCode::SUCCESS);
    }
    for case in &listed {
        let text = |name: &str| case[name].as_str().unwrap_or("—").to_owned();
        println!("{}  {:<14}  {:<18} {}", text("due_day"), text("number"), text("state"), text("register"));
    }
    println!("{}: {sum}", context.say("İş", "Cases"));
    Ok(ExitCode::SUCCESS)
}

fn line(register: &Register, case: &Record) -> serde_json::Value {
    let text = |name: &str| match case.value(register, name) {
        Some(Value::Text(text)) => text.clone(),
        _ => String::new(),
    };
    let due = match case.value(register, field::DUE_AT) {
        Some(Value::Timestamp(at)) => Some(*at),
        _ => None,
    };
    serde_json::json!({
        "register": register.name, "id": case.id, "number": readable(&text(field::REFERENCE)), "state": text(field::STATE),
        "due_at": due, "due_day": due.map(|at| day(at).to_string()),
    })
}
