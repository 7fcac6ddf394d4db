//! `meydan demo`.

mod logins;
mod place;
mod settings;

use crate::context::{City, Context};
use meydan_kernel::{Error, Kind, Query, Store};
use meydan_modules::{
    citizen::demo::requests,
    city::demo::{DEFAULT_DOORS, DEFAULT_SEED, Demo},
    people::demo::organisation,
};
use std::{io::IsTerminal as _, path::PathBuf, process::ExitCode, sync::Arc, time::Instant};

/// The store remembers under this name how far the log reached when the sample city was finished.
const FINISHED: &str = "demo-finished";

/// Make a generated sample city in an empty store: the same for the same seed, of any size.
///
/// The city is invented from end to end, and each of its records says so. The store gets its name only when the city is whole. If
/// there is no configuration file beside it, one is written; the pages have their note “sample city” from there.
#[derive(clap::Args)]
pub struct Args {
    /// How many doors it has; 400000 is a city the size of Trabzon.
    #[arg(long, default_value_t = DEFAULT_DOORS)]
    doors: usize,
    /// Another seed makes another city.
    #[arg(long, default_value_t = DEFAULT_SEED)]
    seed: u64,
    /// Do nothing, and say so, if the store has a city already.
    #[arg(long)]
    if_empty: bool,
}

/// What was made.
struct Made {
    records: usize,
    changesets: usize,
    head: i64,
    settings: Option<PathBuf>,
    logins: Option<logins::Logins>,
}

/// Runs it.
///
/// # Errors
/// `store-not-empty`, `demo-unfinished`; those of the store and the disk.
pub async fn run(context: &Context, args: Args) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    let wanted = context.wanted()?;
    let made = match place::of(context)? {
        // Made aside: a city that was broken off never looks like one.
        Some(place) => {
            let store = meydan_store::open(&place.aside()).await?;
            let made = make(context, &context.city_in(Arc::clone(&store), wanted).await?, &args).await?;
            place.finish(&*store).await?;
            made
        }
        None => {
            let city = context.existing_city().await?;
            if has_city(&city, context).await? {
                return already_there(context, &args);
            }
            make(context, &city, &args).await?
        }
    };
    tell(context, &args, &made, started.elapsed().as_secs_f64());
    Ok(ExitCode::SUCCESS)
}

async fn make(context: &Context, city: &City, args: &Args) -> anyhow::Result<Made> {
    let operator = context.operator("demo");
    let mut demo = Demo::new(&city.desk.catalogue(), args.doors, args.seed)?;
    let today = meydan_kernel::post::day(jiff::Timestamp::now());
    let organisation = organisation(&city.desk.catalogue(), args.seed, today, &demo.districts())?;
    let visible = std::io::stderr().is_terminal() && !context.json;
    let bar = visible.then(|| indicatif::ProgressBar::new(demo.progress().1 as u64));
    let mut made = Made { records: 0, changesets: 0, head: 0, settings: None, logins: None };
    while let Some(batch) = demo.next() {
        made.records += batch.len();
        made.changesets += 1;
        city.desk.change(&operator, batch).await?;
        if let Some(bar) = &bar {
            bar.set_position(demo.progress().0 as u64);
        }
    }
    for batch in organisation {
        made.records += batch.len();
        made.changesets += 1;
        city.desk.change(&operator, batch).await?;
    }
    made.records += requests(&city.desk, args.seed, jiff::Timestamp::now()).await?;
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    made.logins = Some(logins::make(context, city).await?);
    made.head = city.desk.head();
    city.store.set_follower(FINISHED, made.head).await?;
    if !context.config.found {
        made.settings = Some(settings::write(context, city).await?);
    }
    Ok(made)
}

/// Whether the store holds a city; an error if it is half a sample city.
async fn has_city(city: &City, context: &Context) -> anyhow::Result<bool> {
    let held = city.desk.count(&context.operator("demo"), &Query::all(city.desk.register("province")?)).await?;
    if held == 0 {
        return Ok(false);
    }
    if begun_by_demo(&city.store).await? && city.store.follower(FINISHED).await? == 0 {
        let place = &context.config.store;
        return Err(Error::new(
            Kind::Conflict,
            "demo-unfinished",
            "Veri deposunda yarım kalmış bir örnek kent var.",
            "The store holds a sample city that was broken off.",
        )
        .hint(
            format!("Silin ve yeniden üretin ya da başka bir yer seçin (--store): {place}"),
            format!("Remove it and make it again, or choose another place (--store): {place}"),
        )
        .into());
    }
    Ok(true)
}

async fn begun_by_demo(store: &Arc<dyn Store>) -> anyhow::Result<bool> {
    // Before the city itself stands that its definitions came into force.
    Ok(store.entries(0, 2).await?.iter().any(|e| e.act.source == "demo"))
}

fn already_there(context: &Context, args: &Args) -> anyhow::Result<ExitCode> {
    if args.if_empty {
        if context.json {
            println!("{}", serde_json::json!({ "doors": null, "seed": null, "records": 0, "changesets": 0, "kept": true }));
        } else {
            println!(
                "{}",
                context.say(
                    "Veri deposunda zaten bir kent var; olduğu gibi bırakıldı.",
                    "The store has a city already; it was left as it is."
                )
            );
            let logins = logins::path(context);
            if logins.exists() {
                println!("{}: {}", context.say("Oturum açmak için", "To log in"), logins.display());
            }
        }
        return Ok(ExitCode::SUCCESS);
    }
    Err(Error::invalid(
        "store-not-empty",
        "Veri deposunda zaten kayıt var; örnek kent gerçek kayıtların arasına yazılmaz.",
        "The store has records already; a sample city is not written among real ones.",
    )
    .hint("Başka bir yer seçin: --store yeni.gpkg", "Choose another place: --store new.gpkg")
    .into())
}

fn tell(context: &Context, args: &Args, made: &Made, seconds: f64) {
    let Made { records, changesets, head, settings, logins } = made;
    if context.json {
        println!(
            "{}",
            serde_json::json!({ "doors": args.doors, "seed": args.seed, "records": records, "changesets": changesets, "log": head, "seconds": seconds, "kept": false, "settings": settings,
                "logins": logins.as_ref().map(|l| serde_json::json!({ "file": l.file, "administrator": l.administrator, "password": l.password })) })
        );
        return;
    }
    println!(
        "{}: {} {}, {records} {}, {seconds:.1} s",
        context.say("Örnek kent hazır", "The sample city is ready"),
        args.doors,
        context.say("kapı", "doors"),
        context.say("kayıt", "records")
    );
    if let Some(path) = settings {
        println!("{}: {}", context.say("Yapılandırma yazıldı", "Configuration written"), path.display());
    }
    if let Some(logins) = logins {
        println!(
            "{}: {} / {}  ({} {})",
            context.say("Oturum açmak için", "To log in"),
            logins.administrator,
            logins.password,
            context.say("başka görevlerdekiler:", "people in other posts:"),
            logins.file.display()
        );
        for line in &logins.more {
            println!("  {line}");
        }
    }
}
