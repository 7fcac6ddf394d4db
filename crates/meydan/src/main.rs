//! Meydan: the one program of a municipality's IT department. Command line, configuration, wiring.

mod cli;
mod command;
mod config;
mod context;
mod help;
mod machine;
mod misuse;

use cli::{Cli, Command};
use context::Context;
use meydan_kernel::Lang;
use std::process::ExitCode;

/// What a program ended by SIGPIPE returns to a shell.
const BROKEN_PIPE: i32 = 128 + 13;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    end_quietly_when_nobody_reads();
    let cli = match Cli::read() {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    let lang = cli.lang();
    start_journal();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(e) => {
            eprintln!("{e}");
            return ExitCode::FAILURE;
        }
    };
    let json = cli.json;
    match runtime.block_on(run(cli, lang)) {
        Ok(code) => code,
        Err(e) => {
            print_error(&e, lang, json);
            ExitCode::FAILURE
        }
    }
}

/// `meydan doctor | head`: the reader went away, which is no fault. Standard output panics then (Rust ignores SIGPIPE).
fn end_quietly_when_nobody_reads() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let said = panic.payload().downcast_ref::<String>().map_or("", String::as_str);
        if said.starts_with("failed printing to stdout") && said.contains("Broken pipe") {
            std::process::exit(BROKEN_PIPE);
        }
        usual(panic);
    }));
}

async fn run(cli: Cli, lang: Lang) -> anyhow::Result<ExitCode> {
    // The demo writes the file if there is none.
    let may_lack = matches!(cli.command, Command::Demo(_));
    let config = config::Config::read(cli.config.as_deref(), cli.store.as_deref(), may_lack)?;
    let context = Context { config, json: cli.json, lang };
    match cli.command {
        Command::Serve(args) => command::serve::run(&context, args).await,
        Command::Backup(args) => command::backup::run(&context, args).await,
        Command::Restore(args) => command::restore::run(&context, args).await,
        Command::Demo(args) => command::demo::run(&context, args).await,
        Command::Catalog(args) => command::catalog::run(&context, args).await,
        Command::Import(args) => command::import::run(&context, *args).await,
        Command::Export(args) => command::export::run(&context, args).await,
        Command::People(args) => command::people::run(&context, args).await,
        Command::Token(args) => command::token::run(&context, args).await,
        Command::Retention(args) => command::retention::run(&context, args).await,
        Command::Privacy(args) => command::privacy::run(&context, args).await,
        Command::Cases(args) => command::cases::run(&context, args).await,
        Command::Log(args) => command::log::run(&context, args).await,
        Command::Reindex(args) => command::reindex::run(&context, args).await,
        Command::Doctor(args) => command::doctor::run(&context, args).await,
        Command::Completion(args) => Ok(command::completion::run(&context, &args)),
    }
}

fn start_journal() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("MEYDAN_JOURNAL")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn,meydan=info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}

/// The error as a person can use it: sentence, fields, hint; causes below.
fn print_error(error: &anyhow::Error, lang: Lang, json: bool) {
    let Some(ours) = error.downcast_ref::<meydan_kernel::Error>() else {
        if json {
            println!(
                "{}",
                serde_json::json!({ "error": { "code": "failed", "message": format!("{error:#}"), "hint": null, "fields": [], "cause": null } })
            );
        } else {
            eprintln!("{error:#}");
        }
        return;
    };
    if json {
        let fields: Vec<_> =
            ours.fields().iter().map(|f| serde_json::json!({ "field": f.field, "message": f.message.get(lang) })).collect();
        println!(
            "{}",
            serde_json::json!({ "error": { "code": ours.code(), "message": ours.message(lang), "hint": ours.hint_text(lang), "fields": fields, "cause": ours.cause_text() } })
        );
        return;
    }
    eprintln!("{}", ours.message(lang));
    for field in ours.fields() {
        eprintln!("  {}: {}", field.field, field.message.get(lang));
    }
    if let Some(hint) = ours.hint_text(lang) {
        eprintln!("{hint}");
    }
    if let Some(cause) = ours.cause_text() {
        eprintln!("({cause})");
    }
}
