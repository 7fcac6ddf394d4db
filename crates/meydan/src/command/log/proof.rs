//! `meydan log proof`.

use super::{hex, not_sealed};
use crate::context::Context;
use anyhow::Context as _;
use meydan_kernel::{
    Error, Store,
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
    let seal = store.last_seal().await?.ok_or_else(not_sealed)?;
    let text = match (args.what.consistency, args.what.position, args.what.record) {
        (Some(first), ..) => consistency(&*store, &seal, first).await?,
        (_, Some(position), _) => inclusion(context, &*store, &seal, position).await?,
        (_, _, Some(record)) => {
            let query = LogQuery { record: Some(record), limit: 1, ..LogQuery::default() };
            let entry = store.find_entries(&query).await?.into_iter().next();
            let entry = entry
                .ok_or_else(|| Error::not_found("no-such-record", "Defterde bu kayıt yok.", "The log knows no such record."))?;
            inclusion(context, &*store, &seal, entry.position).await?
        }
        // The arguments' group asks for one of the three.
        _ => return Err(Error::internal("nothing was asked for").into()),
    };
    match args.out {
        Some(path) => {
            std::fs::write(&path, text).with_context(|| path.display().to_string())?;
            if context.json {
                println!("{}", serde_json::json!({ "file": path }));
            } else {
                println!("{}: {}", context.say("Kanıt yazıldı", "Proof written"), path.display());
            }
        }
        None => print!("{text}"),
    }
    Ok(ExitCode::SUCCESS)
}

async fn inclusion(context: &Context, store: &dyn Store, seal: &Seal, position: i64) -> anyhow::Result<String> {
    let unsealed = || {
        Error::not_found("not-sealed", "Bu kayıt henüz mühürlenmedi ya da yok.", "This entry is not sealed yet, or not there.")
    };
    let at = u64::try_from(position).ok().filter(|_| position < seal.size).ok_or_else(unsealed)?;
    let proof = Wanted::inclusion(at, seal.size.unsigned_abs()).ok_or_else(unsealed)?.fetch(store).await?;
    if !context.json {
        return Ok(to_text(at, &proof, &seal.checkpoint));
    }
    let entry = store.entries(position, 1).await?.into_iter().find(|e| e.position == position).ok_or_else(unsealed)?;
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

async fn consistency(store: &dyn Store, seal: &Seal, first: u64) -> anyhow::Result<String> {
    let size = seal.size.unsigned_abs();
    let wrong = || {
        Error::invalid(
            "size",
            format!("Boyut 1 ile {size} (mühürlenen kayıt sayısı) arasında olmalı."),
            format!("The size must be between 1 and {size} (the sealed size)."),
        )
    };
    let proof = Wanted::consistency(first, size).ok_or_else(wrong)?.fetch(store).await?;
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
