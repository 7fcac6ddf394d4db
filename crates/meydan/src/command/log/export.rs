//! `meydan log export`: the sealed log as static files that any C2SP tlog-tiles client reads, with the time stamps beside.

use super::{KeyArgs, not_sealed};
use crate::context::Context;
use anyhow::{Context as _, bail};
use meydan_kernel::{
    Store,
    log::{
        Seal, TileId,
        note::text_of,
        tree::{MAX_LEVEL, TILE_WIDTH, TilePath},
    },
};
use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

/// Limit: seals in memory at once.
const SEALS: usize = 256;

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    key: KeyArgs,
    /// Folder to write into; made if missing. A folder of an earlier export is brought up to date: full tiles never change.
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
}

pub(super) async fn run(context: &Context, args: Args) -> anyhow::Result<ExitCode> {
    let store = context.store().await?;
    let seal = store.last_seal().await?.ok_or_else(not_sealed)?;
    let files = tiles(&*store, &args.out, &seal).await? + stamps(&*store, &args.out).await?;
    if let Some(verifier) = args.key.verifier(context)? {
        write(&args.out.join("key"), format!("{verifier}\n").as_bytes())?;
    }
    // Last: whoever reads a checkpoint finds all its tiles.
    write(&args.out.join("checkpoint"), seal.checkpoint.as_bytes())?;
    if context.json {
        println!("{}", serde_json::json!({ "folder": args.out.display().to_string(), "size": seal.size, "files": files }));
    } else {
        println!("{}: {} ({})", context.say("Mühürlü defter yazıldı", "Sealed log written"), args.out.display(), seal.size);
    }
    Ok(ExitCode::SUCCESS)
}

async fn tiles(store: &dyn Store, folder: &Path, seal: &Seal) -> anyhow::Result<u64> {
    let mut written = 0;
    let mut width = seal.size.unsigned_abs();
    for level in 0..=MAX_LEVEL {
        for index in 0..width.div_ceil(TILE_WIDTH) {
            let used = (width - index * TILE_WIDTH).min(TILE_WIDTH) as usize;
            let path = TilePath { level: Some(level), index, width: used };
            let place = folder.join("tile").join(path.to_string());
            if used == TILE_WIDTH as usize && place.exists() {
                continue;
            }
            let id = TileId { level, index: i64::try_from(index)? };
            let bytes = store.tile(id).await?.with_context(|| format!("tile {path} is missing: see `meydan log verify`"))?;
            write(&place, bytes.get(..used * 32).with_context(|| format!("tile {path} is too narrow"))?)?;
            written += 1;
            if level == 0 {
                let path = TilePath { level: None, ..path };
                write(&folder.join("tile").join(path.to_string()), &bundle(store, index, used).await?)?;
                written += 1;
            }
        }
        width /= TILE_WIDTH;
    }
    Ok(written)
}

async fn bundle(store: &dyn Store, index: u64, width: usize) -> anyhow::Result<Vec<u8>> {
    let entries = store.entries(i64::try_from(index * TILE_WIDTH)?, width).await?;
    if entries.len() != width {
        bail!("entries are missing after {}: see `meydan log verify`", index * TILE_WIDTH);
    }
    let mut out = Vec::new();
    for entry in entries {
        let bytes = entry.leaf_bytes();
        out.extend_from_slice(&u16::try_from(bytes.len())?.to_be_bytes());
        out.extend_from_slice(&bytes);
    }
    Ok(out)
}

/// Time stamps as `stamps/SIZE.tsr`, with the text that each is over as `stamps/SIZE.txt`: `openssl ts -verify -data SIZE.txt -in SIZE.tsr
/// -CAfile …`.
async fn stamps(store: &dyn Store, folder: &Path) -> anyhow::Result<u64> {
    let (mut written, mut after) = (0, 0);
    loop {
        let seals = store.seals(after, SEALS).await?;
        let Some(last) = seals.last() else { return Ok(written) };
        after = last.size;
        for seal in seals {
            let Some(response) = &seal.time_stamp else { continue };
            let place = folder.join("stamps");
            write(&place.join(format!("{}.tsr", seal.size)), response)?;
            write(&place.join(format!("{}.txt", seal.size)), text_of(&seal.checkpoint)?.as_bytes())?;
            written += 2;
        }
    }
}

fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    fs::write(path, bytes).with_context(|| path.display().to_string())
}
