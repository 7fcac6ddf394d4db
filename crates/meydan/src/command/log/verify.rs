//! `meydan log verify`.

use super::KeyArgs;
use crate::context::Context;
use indicatif::{ProgressBar, ProgressStyle};
use meydan_kernel::Lang;
use meydan_store::seal::{Finding, Phase, Progress, Report, verify};
use std::{io::IsTerminal as _, process::ExitCode};

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    key: KeyArgs,
}

pub(super) async fn run(context: &Context, args: Args) -> anyhow::Result<ExitCode> {
    let store = context.store().await?;
    let verifier = args.key.verifier(context)?;
    let bar = bar(context);
    let report = verify(&*store, verifier.as_ref(), &mut |progress| show(context, &bar, progress)).await?;
    bar.finish_and_clear();
    if context.json {
        println!("{}", json(context, &report));
    } else {
        print(context, &report);
    }
    Ok(if report.is_fine() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn bar(context: &Context) -> ProgressBar {
    if context.json || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{msg} {bar:40} {human_pos}/{human_len}");
    ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn show(context: &Context, bar: &ProgressBar, progress: Progress) {
    bar.set_length(progress.total);
    bar.set_position(progress.done);
    bar.set_message(
        match progress.phase {
            Phase::Log => context.say("defter", "log"),
            Phase::Versions => context.say("kayıt sürümleri", "record versions"),
        }
        .to_owned(),
    );
}

fn sentence(context: &Context, finding: &Finding) -> String {
    match context.lang {
        Lang::Tr => finding.tr(),
        Lang::En => finding.en(),
    }
}

fn print(context: &Context, report: &Report) {
    let rows = [
        (context.say("Okunan defter kaydı", "Log entries read"), report.entries),
        (context.say("Denetlenen mühür", "Seals checked"), report.seals),
        (context.say("Zaman damgalı mühür", "Seals with a time stamp"), report.time_stamps),
        (context.say("Denetlenen kayıt sürümü", "Record versions checked"), report.versions),
        (context.say("Henüz mühürlenmemiş defter kaydı", "Log entries not sealed yet"), report.unsealed),
        (context.say("Saklama süresi dolup silinmiş", "Erased at the end of retention"), report.erased),
        (context.say("Tanımı kaldırılmış", "Definition dropped since"), report.dropped),
    ];
    for (name, count) in rows {
        println!("{name}: {count}");
    }
    let Some(first) = report.findings.first() else {
        println!(
            "✓ {}",
            context.say(
                "Her şey yerli yerinde: defter, mühürler ve bütün kayıtlar birbirini tutuyor.",
                "All is well: log, seals and all records agree."
            )
        );
        return;
    };
    println!("✗ {}: {}", context.say("İlk bozukluk", "First broken thing"), sentence(context, first));
    for finding in report.findings.iter().skip(1) {
        println!("  {}", sentence(context, finding));
    }
    let total = report.broken_total();
    println!("{}: {total}", context.say("Toplam bozukluk", "Broken things in all"));
}

fn json(context: &Context, report: &Report) -> serde_json::Value {
    let findings: Vec<_> = report
        .findings
        .iter()
        .map(|f| {
            serde_json::json!({
                "kind": f.kind.code(),
                "message": sentence(context, f),
                "position": f.position,
                "register": f.register,
                "record": f.record.map(|id| id.to_string()),
                "version": f.version,
                "detail": f.detail,
            })
        })
        .collect();
    let broken: serde_json::Map<_, _> = report.broken.iter().map(|(kind, n)| (kind.code().to_owned(), (*n).into())).collect();
    serde_json::json!({
        "fine": report.is_fine(),
        "entries": report.entries,
        "unsealed": report.unsealed,
        "seals": report.seals,
        "time_stamps": report.time_stamps,
        "versions": report.versions,
        "erased": report.erased,
        "dropped": report.dropped,
        "first": findings.first(),
        "findings": findings,
        "broken": broken,
        "broken_total": report.broken_total(),
    })
}
