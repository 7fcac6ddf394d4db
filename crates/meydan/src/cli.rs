//! The command line: what can be asked, and its parsing in the person's language.

use crate::{command, help, misuse};
use clap::{ArgMatches, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum};
use meydan_kernel::Lang;
use std::{path::PathBuf, process::ExitCode};

/// Meydan: the city's registers, map and log in one program.
///
/// Start with `meydan demo` (makes a sample city) and `meydan serve` (shows it in the browser). Every command takes
/// `--store` and `--config`; `--json` prints for programs.
#[derive(Parser)]
#[command(name = "meydan", version, arg_required_else_help = true, propagate_version = true)]
pub struct Cli {
    /// Configuration file; if left out the meydan.toml beside the file that --store names; without it the one here, else beside the
    /// store.
    #[arg(long, global = true, env = "MEYDAN_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where the data is: path of a GeoPackage file, or a postgres:// URL. Overrides the configuration.
    #[arg(long, global = true, env = "MEYDAN_STORE", value_name = "PLACE", hide_env_values = true)]
    pub store: Option<String>,
    /// Print JSON for programs; errors are JSON too.
    #[arg(long, global = true)]
    pub json: bool,
    /// Language of messages.
    #[arg(long, global = true, env = "MEYDAN_LANG", default_value = "tr")]
    lang: CliLang,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Clone, Copy, ValueEnum)]
enum CliLang {
    Tr,
    En,
}

/// What can be asked. The texts of the commands are those of their arguments.
#[derive(Subcommand)]
pub enum Command {
    Serve(command::serve::Args),
    Demo(command::demo::Args),
    Import(Box<command::import::Args>),
    Export(command::export::Args),
    Catalog(command::catalog::Args),
    Cases(command::cases::Args),
    Log(command::log::Args),
    People(command::people::Args),
    Token(command::token::Args),
    Retention(command::retention::Args),
    Privacy(command::privacy::Args),
    Backup(command::backup::Args),
    Restore(command::restore::Args),
    Reindex(command::reindex::Args),
    Doctor(command::doctor::Args),
    Completion(command::completion::Args),
}

impl Cli {
    /// Language of messages.
    pub fn lang(&self) -> Lang {
        match self.lang {
            CliLang::Tr => Lang::Tr,
            CliLang::En => Lang::En,
        }
    }

    /// Parses the process's own words; prints help, or what is wrong with them, and gives the exit code then.
    ///
    /// # Errors
    /// The exit code of help (0) or of a command written wrongly.
    pub fn read() -> Result<Self, ExitCode> {
        let words = std::env::args_os().map(|w| w.to_string_lossy().into_owned()).collect();
        let words = help::help_as_switch(words);
        let lang = help::language(&words, std::env::var("MEYDAN_LANG").ok().as_deref());
        let mut tree = help::in_language(Self::command(), lang);
        tree.try_get_matches_from_mut(&words)
            .and_then(|matches: ArgMatches| Self::from_arg_matches(&matches))
            .map_err(|error| misuse::tell(&error, lang, words.iter().any(|w| w == "--json")))
    }
}
