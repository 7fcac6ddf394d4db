//! `meydan privacy scrub`.

use crate::context::Context;
use anyhow::Result;
use std::process::ExitCode;

pub(super) async fn run(context: &Context) -> Result<ExitCode> {
    // That it is there is asked first: nobody wants a new store by this.
    drop(context.store().await?);
    meydan_store::scrub(&context.config.store_location()).await?;
    if context.json {
        println!("{}", serde_json::json!({ "scrubbed": true }));
    } else {
        println!("{}", context.say("Dosyalar temizlendi.", "The files are clean."));
    }
    Ok(ExitCode::SUCCESS)
}
