//! `meydan demo`.

use crate::context::Context;
use meydan_kernel::{Error, Query};
use meydan_modules::city::demo::{DEFAULT_DOORS, DEFAULT_SEED, Demo};
use std::{io::IsTerminal as _, process::ExitCode, time::Instant};

/// Makes a generated sample city in an empty store: the same for the same seed, of any size.
#[derive(clap::Args)]
pub struct Args {
    /// How many doors it has; 400000 is a city the size of Trabzon.
    #[arg(long, default_value_t = DEFAULT_DOORS)]
    doors: usize,
    /// Another seed makes another city.
    #[arg(long, default_value_t = DEFAULT_SEED)]
    seed: u64,
    /// Do nothing, and say so, if the store has a city already (for `make run`).
    #[arg(long)]
    if_empty: bool,
}

/// Runs it.
pub async fn run(context: &Context, args: Args) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    let city = context.city().await?;
    let act = context.act("demo");
    let catalogue = city.desk.catalogue();
    let held = city.desk.count(&act, &Query::all(city.desk.register("neighbourhood")?)).await?;
    if held > 0 {
        if args.if_empty {
            if !context.json {
                println!("{}", context.say("Veri deposunda zaten bir kent var.", "The store has a city already."));
            }
            return Ok(ExitCode::SUCCESS);
        }
        return Err(Error::invalid(
            "store-not-empty",
            "Veri deposunda zaten kayıt var; örnek kent gerçek kayıtların arasına yazılmaz.",
            "The store has records already; a sample city is not written among real ones.",
        )
        .hint("Başka bir yer seçin: --store yeni.gpkg", "Choose another place: --store new.gpkg")
        .into());
    }
    let mut demo = Demo::new(&catalogue, args.doors, args.seed)?;
    let bar = std::io::stderr().is_terminal().then(|| indicatif::ProgressBar::new(demo.progress().1 as u64));
    let (mut records, mut changesets) = (0, 0);
    while let Some(batch) = demo.next() {
        records += batch.len();
        changesets += 1;
        city.desk.change(&act, batch).await?;
        if let Some(bar) = &bar {
            bar.set_position(demo.progress().0 as u64);
        }
    }
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    let seconds = started.elapsed().as_secs_f64();
    if context.json {
        let head = city.desk.head();
        println!(
            "{}",
            serde_json::json!({ "doors": args.doors, "seed": args.seed, "records": records, "changesets": changesets, "log": head, "seconds": seconds })
        );
    } else {
        println!(
            "{}: {} {}, {records} {}, {seconds:.1} s",
            context.say("Örnek kent hazır", "The sample city is ready"),
            args.doors,
            context.say("kapı", "doors"),
            context.say("kayıt", "records")
        );
    }
    Ok(ExitCode::SUCCESS)
}
