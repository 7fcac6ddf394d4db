//! `meydan log proof`.

use super::hex;
use crate::context::Context;
use anyhow::{Context as _, bail};
use meydan_kernel::{
    Store,
    log::{
        Seal,
        proof::{Wanted, to_text},
        tree::leaf_hash,
    },
    store::LogQuery,
};
use std::{path::PathBuf, process::ExitCode};
use uuid::Uuid;

#[derive(clap::Args)]
#[group(required = true, multiple = false)]
pub(super) struct What {
    /// Position of the entry.
    #[arg(long, value_name = "N")]
    position: Option<i64>,
    /// The newest entry of this record (UUID).
    #[arg(long, value_name = "ID")]
    record: Option<Uuid>,
    /// That the first N entries are the beginning of the sealed log.
    #[arg(long, value_name = "N")]
    consistency: Option<u64>,
}

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    what: What,
    /// File to write to; the terminal if left out.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) async fn run(context: &Context, args: Args) -> anyhow::Result<ExitCode> {
    let store = context.store().await?;
    let none = || context.say("Defter henüz mühürlenmedi.", "The log is not sealed yet.").to_owned();
    let seal = store.last_seal().await?.with_context(none)?;
    let text = match (args.what.consistency, args.what.position, args.what.record) {
        (Some(first), ..) => consistency(context, &*store, &seal, first).await?,
        (_, Some(position), _) => inclusion(context, &*store, &seal, position).await?,
        (_, _, Some(record)) => {
            let query = LogQuery { record: Some(record), limit: 1, ..LogQuery::default() };
            let entry = store.find_entries(&query).await?.into_iter().next();
            let entry =
                entry.with_context(|| context.say("defterde bu kayıt yok", "the log knows no such record").to_owned())?;
            inclusion(context, &*store, &seal, entry.position).await?
        }
        _ => bail!("nothing was asked for"),
    };
    match args.out {
        Some(path) => std::fs::write(&path, text).with_context(|| path.display().to_string())?,
        None => print!("{text}"),
    }
    Ok(ExitCode::SUCCESS)
}

async fn inclusion(context: &Context, store: &dyn Store, seal: &Seal, position: i64) -> anyhow::Result<String> {
    let unsealed =
        || context.say("bu kayıt henüz mühürlenmedi ya da yok", "this entry is not sealed yet, or not there").to_owned();
    let at = u64::try_from(position).ok().filter(|_| position < seal.size).with_context(unsealed)?;
    let proof = Wanted::inclusion(at, seal.size.unsigned_abs()).with_context(unsealed)?.fetch(store).await?;
    if !context.json {
        return Ok(to_text(at, &proof, &seal.checkpoint));
    }
    let entry = store.entries(position, 1).await?.into_iter().find(|e| e.position == position).with_context(unsealed)?;
    let leaf = entry.leaf_bytes();
    let json = serde_json::json!({
        "position": position,
        "size": seal.size,
        "leaf": String::from_utf8_lossy(&leaf),
        "leaf_hash": hex(&leaf_hash(&leaf)),
        "hashes": proof.iter().map(|h| hex(h)).collect::<Vec<_>>(),
        "root": hex(&seal.root),
        "checkpoint": seal.checkpoint,
    });
    Ok(format!("{json}\n"))
}

async fn consistency(context: &Context, store: &dyn Store, seal: &Seal, first: u64) -> anyhow::Result<String> {
    let size = seal.size.unsigned_abs();
    let wrong = || {
        context
            .say("boyut 1 ile mühürlenen kayıt sayısı arasında olmalı", "the size must be between 1 and the sealed size")
            .to_owned()
    };
    let proof = Wanted::consistency(first, size).with_context(wrong)?.fetch(store).await?;
    let old = Wanted::root(first).fetch(store).await?;
    let json = serde_json::json!({
        "first": first,
        "second": size,
        "hashes": proof.iter().map(|h| hex(h)).collect::<Vec<_>>(),
        "first_root": old.first().map(|h| hex(h)),
        "second_root": hex(&seal.root),
        "checkpoint": seal.checkpoint,
    });
    Ok(format!("{json:#}\n"))
}
