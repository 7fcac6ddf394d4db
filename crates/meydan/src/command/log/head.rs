//! `meydan log head`.

use super::{KeyArgs, hex};
use crate::context::Context;
use std::process::ExitCode;

pub(super) async fn run(context: &Context, args: KeyArgs) -> anyhow::Result<ExitCode> {
    let store = context.store().await?;
    let verifier = args.verifier(context)?;
    let (head, seal) = (store.head(), store.last_seal().await?);
    let signed = match (&seal, &verifier) {
        (Some(seal), Some(verifier)) => Some(verifier.open(&seal.checkpoint).is_ok()),
        _ => None,
    };
    if context.json {
        let seal = seal.map(|s| {
            serde_json::json!({
                "size": s.size,
                "root": hex(&s.root),
                "sealed_at": s.sealed_at.to_string(),
                "checkpoint": s.checkpoint,
                "time_stamp": s.time_stamp.is_some(),
                "signed": signed,
            })
        });
        println!("{}", serde_json::json!({ "size": head, "seal": seal, "key": verifier.map(|v| v.to_string()) }));
        return Ok(ExitCode::SUCCESS);
    }
    println!("{}: {head}", context.say("Defterdeki kayıt", "Entries in the log"));
    match seal {
        None => println!("{}", context.say("Henüz mühürlenmedi.", "Not sealed yet.")),
        Some(seal) => {
            println!("{}: {}", context.say("Mühürlenen", "Sealed"), seal.size);
            println!("{}: {}", context.say("Mühür zamanı", "Sealed at"), seal.sealed_at);
            println!("{}: {}", context.say("Kök", "Root"), hex(&seal.root));
            let yes_no = |yes| if yes { context.say("var", "yes") } else { context.say("yok", "no") };
            println!("{}: {}", context.say("Zaman damgası", "Time stamp"), yes_no(seal.time_stamp.is_some()));
        }
    }
    if let Some(verifier) = verifier {
        println!("{}: {verifier}", context.say("Doğrulama anahtarı", "Verifier key"));
    }
    match signed {
        Some(false) => {
            println!(
                "{}",
                context.say("✗ Son mühür bu anahtarla imzalanmamış.", "✗ The last seal is not signed with this key.")
            );
            Ok(ExitCode::FAILURE)
        }
        _ => Ok(ExitCode::SUCCESS),
    }
}
