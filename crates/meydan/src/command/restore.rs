//! `meydan restore`.

use crate::context::Context;
use meydan_kernel::{Error, Kind, Lang};
use std::{path::PathBuf, process::ExitCode};

/// Make a new store from a backup at the place that `--store` names, and prove by digest that it holds the same.
#[derive(clap::Args)]
pub struct Args {
    /// The backup; its manifest lies beside it.
    from: PathBuf,
}

/// Runs it.
///
/// # Errors
/// `no-backup`; those of [`meydan_store::backup::restore`].
pub async fn run(context: &Context, args: Args) -> anyhow::Result<ExitCode> {
    for path in [args.from.clone(), meydan_store::backup::manifest_path(&args.from)] {
        if !path.is_file() {
            let place = path.display();
            return Err(Error::new(
                Kind::NotFound,
                "no-backup",
                format!("Böyle bir dosya yok: {place}"),
                format!("There is no such file: {place}"),
            )
            .hint(
                "Bir yedek iki dosyadır: kopya ve yanındaki .manifest.json. İkisi de gerekir.",
                "A backup is two files: the copy and the .manifest.json beside it. Both are needed.",
            )
            .into());
        }
    }
    let location = context.config.store_location();
    let contents = meydan_store::backup::restore(&args.from, &location, &meydan_identity::NOT_RESTORED).await?;
    let store = meydan_store::open(&location).await?;
    let tokens = meydan_identity::living_tokens(&*store).await?;
    if context.json {
        let mut told = serde_json::to_value(&contents)?;
        if let Some(object) = told.as_object_mut() {
            let advice = (tokens > 0).then(|| tokens_note(context.lang, tokens));
            object.insert("not_restored".to_owned(), serde_json::json!(meydan_identity::NOT_RESTORED));
            object.insert("tokens".to_owned(), serde_json::json!({ "living": tokens, "advice": advice }));
        }
        println!("{told}");
    } else {
        let records: u64 = contents.registers.values().map(|(n, _)| n).sum();
        println!(
            "{} {records} {}, {} {}.",
            context.say("Geri yüklendi ve özetlerle eşit bulundu:", "Restored and found equal by digest:"),
            context.say("kayıt", "records"),
            contents.entries,
            context.say("defter girdisi", "log entries")
        );
        println!(
            "{}",
            context.say(
                "Yedekteki oturumlar, yarım kalmış girişler ve kayıt bağlantıları geri getirilmedi; herkes yeniden oturum açar.",
                "Sessions, unfinished logins and enrolment links of the backup were not brought back; everybody logs in anew."
            )
        );
        if tokens > 0 {
            println!("{}", tokens_note(context.lang, tokens));
        }
        println!("{}", super::backup::key_note(context));
    }
    Ok(ExitCode::SUCCESS)
}

/// A token that was revoked, or a password that was changed, after the backup was made is as it was.
fn tokens_note(lang: Lang, tokens: usize) -> String {
    match lang {
        Lang::Tr => format!(
            "Yedekteki {tokens} erişim anahtarı yine geçerli, sonradan iptal edilmiş olanlar da; parolalar da yedekteki gibi. \
             Görmek ve iptal etmek için: meydan token list --login AD, meydan token revoke --login AD ANAHTAR"
        ),
        Lang::En => format!(
            "{tokens} tokens of the backup are good again, also those revoked since; passwords too are as they were. To see and \
             revoke them: meydan token list --login NAME, meydan token revoke --login NAME TOKEN"
        ),
    }
}
