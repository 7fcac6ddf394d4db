//! `meydan log`: look at the log's seal, verify everything, take proofs and the whole tree away.

mod export;
mod head;
mod proof;
mod verify;

use crate::context::Context;
use meydan_kernel::{Error, Kind, log::note::Verifier};
use std::{path::Path, process::ExitCode};

/// The log of all changes (defter): verify it, prove from it, take it away.
///
/// Every change is an entry; about once a second the entries are sealed into a tree that is signed with the key in `seal.key`. Give
/// an auditor the verifier key (`meydan log head`) on a way of its own: with it they check everything else without trusting you.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Walk through all entries, seals and record versions and name the first broken thing; exit code 1 if there is one.
    Verify(verify::Args),
    /// Show how far the log reaches and is sealed, and the verifier key.
    Head(KeyArgs),
    /// Write the proof that an entry is in the sealed log (C2SP tlog-proof), or that an old size is the beginning of the sealed log.
    Proof(proof::Args),
    /// Write the sealed log into a folder as static files (C2SP tlog-tiles) with its time stamps, for an auditor.
    Export(export::Args),
}

/// Which key the seals must be signed with.
#[derive(clap::Args)]
struct KeyArgs {
    /// Verifier key (`name+hash+key`) or a file that holds it; the city's own key file if left out.
    #[arg(long, value_name = "KEY|FILE")]
    key: Option<String>,
}

/// Runs it.
pub async fn run(context: &Context, args: Args) -> anyhow::Result<ExitCode> {
    match args.command {
        Command::Verify(args) => verify::run(context, args).await,
        Command::Head(args) => head::run(context, args).await,
        Command::Proof(args) => proof::run(context, args).await,
        Command::Export(args) => export::run(context, args).await,
    }
}

impl KeyArgs {
    /// The verifier key; `None` if none is named and the city has no key file yet.
    fn verifier(&self, context: &Context) -> anyhow::Result<Option<Verifier>> {
        let Some(named) = &self.key else {
            return Ok(meydan_store::seal::key::load(&context.config.seal_key_path())?.map(|key| key.verifier()));
        };
        if let Ok(verifier) = Verifier::parse(named) {
            return Ok(Some(verifier));
        }
        let read = std::fs::read_to_string(Path::new(named));
        let text = read.map_err(|e| {
            let (tr, en) =
                ("ne bir doğrulama anahtarı ne de okunabilen bir dosya", "neither a verifier key nor a readable file");
            Error::invalid("verifier-key", format!("{named}: {tr}"), format!("{named}: {en}")).cause(e)
        })?;
        match Verifier::parse(&text) {
            Ok(verifier) => Ok(Some(verifier)),
            Err(e) => {
                let (tr, en) = ("dosyada doğrulama anahtarı yok", "the file holds no verifier key");
                Err(Error::invalid("verifier-key", format!("{named}: {tr}"), format!("{named}: {en}")).cause(e).into())
            }
        }
    }
}

/// Nothing can be proven before the first seal.
fn not_sealed() -> Error {
    Error::new(Kind::NotFound, "not-sealed", "Defter henüz mühürlenmedi.", "The log is not sealed yet.")
        .hint("Mühürleyen sunucudur: meydan serve", "The server seals: meydan serve")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
