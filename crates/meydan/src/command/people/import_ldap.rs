//! `meydan people import-ldap`.

use crate::context::Context;
use anyhow::Result;
use meydan_identity::ldap::{self, Imported, Line, Options};
use meydan_kernel::{Error, Kind, Lang};
use std::process::ExitCode;

/// Exit code when somebody could not be taken.
const SOME_REJECTED: u8 = 2;
/// Lines shown to a person; `--json` gives more.
const LINES_SHOWN: usize = 40;

/// Bring people and posts from the directory (LDAP, Active Directory) of the section [ldap] of the configuration.
///
/// People are known by an identity that never changes (objectGUID, entryUUID): who is new is added, who changed is changed, who is
/// disabled or gone is disabled here and never deleted. Groups, also groups within groups, become holdings of posts, opened and
/// closed today. What was done by hand here stays. The same directory again changes nothing.
///
/// Exit codes: 0 done, 1 the directory or the configuration is wrong, 2 done, but somebody could not be taken.
#[derive(clap::Args)]
pub struct Args {
    /// Only look: show what would change.
    #[arg(long)]
    dry_run: bool,
    /// Disable and end even more than 20 %.
    #[arg(long)]
    force: bool,
    /// Why, for the log.
    #[arg(long)]
    reason: Option<String>,
}

/// Runs it.
///
/// # Errors
/// `no-directory` without a section `[ldap]`; those of the directory, the desk and the store.
pub async fn run(context: &Context, args: Args) -> Result<ExitCode> {
    let settings = context.config.directory()?.ok_or_else(no_directory)?;
    let city = context.existing_city().await?;
    let principal = context.operator("directory").because(args.reason);
    let options = Options { dry_run: args.dry_run, force: args.force };
    let report = ldap::import(&city.desk, &principal, &settings, options).await?;
    if context.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        print(&report, context.lang);
    }
    Ok(if report.rejected > 0 { ExitCode::from(SOME_REJECTED) } else { ExitCode::SUCCESS })
}

fn print(report: &Imported, lang: Lang) {
    let turkish = lang == Lang::Tr;
    let say = |tr: &'static str, en: &'static str| if turkish { tr } else { en };
    lines(say("Değişiklikler:", "Changes:"), &report.changes, lang);
    lines(say("Bakılması gerekenler:", "To look at:"), &report.notes, lang);
    for (tr, en, count) in [
        ("dizinde okunan", "read in the directory", report.read),
        ("yeni kişi", "new persons", report.inserted),
        ("değişen kişi", "changed persons", report.updated),
        ("  adıyla bağlanan", "  linked by login name", report.linked),
        ("askıya alınan", "disabled", report.disabled),
        ("yeniden etkinleşen", "enabled again", report.enabled),
        ("aynı kalan", "unchanged", report.unchanged),
        ("alınamayan", "not taken", report.rejected),
        ("yeni görev", "new posts", report.posts),
        ("başlayan görevlendirme", "holdings opened", report.opened),
        ("biten görevlendirme", "holdings closed", report.closed),
    ] {
        println!("{:<26}{count:>8}", say(tr, en));
    }
    if report.dry_run {
        println!("{}", say("Yalnızca bakıldı; hiçbir şey değişmedi.", "Only a look; nothing was changed."));
    }
}

fn lines(title: &str, lines: &[Line], lang: Lang) {
    if lines.is_empty() {
        return;
    }
    println!("{title}");
    for line in lines.iter().take(LINES_SHOWN) {
        println!("  {}: {}", line.subject, line.text.get(lang));
    }
    if lines.len() > LINES_SHOWN {
        println!("  … {}", lines.len() - LINES_SHOWN);
    }
}

fn no_directory() -> Error {
    Error::new(Kind::NotFound, "no-directory", "Yapılandırmada kurum dizini yok.", "The configuration has no directory.")
        .hint("meydan.toml dosyasına [ldap] bölümünü ekleyin.", "Add the section [ldap] to meydan.toml.")
}
