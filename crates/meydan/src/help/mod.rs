//! The command line's own words in the person's language: help texts, headings, examples. English comes from the doc comments.

mod examples;
#[cfg(test)]
mod tests;
mod tr;

use clap::{Arg, ArgAction, Command, builder::Resettable};
use examples::{EXAMPLES, EXIT_CODES};
use meydan_kernel::Lang;

/// Headings of the Turkish help; clap knows only the English ones.
const TEMPLATE_TR: &str = "{before-help}{about-with-newline}\nKullanım: {usage}\n\n{all-args}{after-help}";
const COMMANDS_TR: &str = "Komutlar";
const VALUES_TR: &str = "Değerler";
const OPTIONS_TR: &str = "Seçenekler";
/// Heading of the options that every command has.
const GENERAL: (&str, &str) = ("Genel seçenekler", "General options");

/// The command tree with all texts in one language.
pub fn in_language(command: Command, lang: Lang) -> Command {
    let command = own_switches(command.disable_help_subcommand(true), lang);
    match lang {
        Lang::En => command,
        Lang::Tr => translate_usage(command),
    }
}

/// The language that the words of a command line ask for, before it is parsed: help and errors are in it too.
pub fn language(words: &[String], from_environment: Option<&str>) -> Lang {
    let mut named = None;
    for (at, word) in words.iter().enumerate() {
        match word.strip_prefix("--lang") {
            Some("") => named = words.get(at + 1).map(String::as_str),
            Some(rest) => named = rest.strip_prefix('='),
            None => {}
        }
    }
    match named.or(from_environment) {
        Some("en") => Lang::En,
        _ => Lang::Tr,
    }
}

/// `meydan help import` means `meydan import --help`.
pub fn help_as_switch(mut words: Vec<String>) -> Vec<String> {
    if words.get(1).is_some_and(|w| w == "help") {
        words.remove(1);
        words.push("--help".to_owned());
    }
    words
}

fn own_switches(command: Command, lang: Lang) -> Command {
    let [help, version] = match lang {
        Lang::Tr => [text_of("", "help"), text_of("", "version")],
        Lang::En => ["Print help (shorter with -h).", "Print the version."],
    };
    let command = command
        .disable_help_flag(true)
        .disable_version_flag(true)
        .arg(Arg::new("help").long("help").short('h').action(ArgAction::Help).global(true).help(help))
        .arg(Arg::new("version").long("version").short('V').action(ArgAction::Version).global(true).help(version));
    let general = if lang == Lang::Tr { GENERAL.0 } else { GENERAL.1 };
    let command = command.mut_args(|a| if a.is_global_set() { a.help_heading(general) } else { a });
    texts(command, "", lang)
}

/// Texts of a command and of those under it.
fn texts(mut command: Command, path: &str, lang: Lang) -> Command {
    let (heading, codes) = match lang {
        Lang::Tr => ("Örnekler", EXIT_CODES.0),
        Lang::En => ("Examples", EXIT_CODES.1),
    };
    if let Some((_, tr, en)) = EXAMPLES.iter().find(|(p, ..)| *p == path) {
        let lines = if lang == Lang::Tr { tr } else { en };
        let end = if path.is_empty() { format!("\n\n{codes}") } else { String::new() };
        command = command.after_help(format!("{heading}:\n{lines}{end}"));
    }
    // What a variable holds now is not part of the help.
    command = command.mut_args(|a| a.hide_env_values(true));
    if lang == Lang::Tr {
        command = turkish(command, path);
    }
    let names: Vec<String> = command.get_subcommands().map(|c| c.get_name().to_owned()).collect();
    for name in names {
        let under = if path.is_empty() { name.clone() } else { format!("{path} {name}") };
        command = command.mut_subcommand(name, |c| texts(c, &under, lang));
    }
    command
}

fn turkish(command: Command, path: &str) -> Command {
    let whole = tr::COMMANDS.iter().find(|(p, _)| *p == path).map_or("", |(_, text)| text);
    let command = command
        .about(whole.split("\n\n").next().unwrap_or_default())
        .long_about(whole)
        .help_template(TEMPLATE_TR)
        .subcommand_help_heading(COMMANDS_TR)
        .subcommand_value_name("KOMUT");
    command.mut_args(|arg| {
        let heading = if arg.is_positional() { VALUES_TR } else { OPTIONS_TR };
        let arg = if arg.is_global_set() { arg } else { arg.help_heading(heading) };
        turkish_arg(arg, path)
    })
}

fn turkish_arg(arg: Arg, path: &str) -> Arg {
    let id = arg.get_id().to_string();
    let Some((_, _, value, text)) = tr::ARGS.iter().find(|(p, a, ..)| *p == path && *a == id) else { return arg };
    let values: Vec<String> = arg.get_possible_values().iter().map(|v| v.get_name().to_owned()).collect();
    let defaults: Vec<String> = arg.get_default_values().iter().map(|v| v.to_string_lossy().into_owned()).collect();
    let takes_value = arg.get_action().takes_values();
    let mut help = (*text).to_owned();
    // What clap would add in English.
    if let Some(variable) = arg.get_env() {
        help += &format!(" [ortam: {}]", variable.to_string_lossy());
    }
    if takes_value && !defaults.is_empty() {
        help += &format!(" [varsayılan: {}]", defaults.join(", "));
    }
    if takes_value && !values.is_empty() {
        help += &format!(" [olabilecekler: {}]", values.join(", "));
    }
    let arg = arg.help(help).long_help(Resettable::Reset).hide_env(true);
    if !takes_value {
        return arg;
    }
    let arg = arg.hide_default_value(true).hide_possible_values(true);
    if value.is_empty() { arg } else { arg.value_name(*value) }
}

fn text_of(path: &str, id: &str) -> &'static str {
    tr::ARGS.iter().find(|(p, a, ..)| *p == path && *a == id).map_or("", |(.., text)| text)
}

/// The usage lines as clap makes them, with its two English words replaced.
fn translate_usage(command: Command) -> Command {
    let mut built = command.clone();
    built.build();
    with_usage_of(command, &mut built)
}

fn with_usage_of(mut command: Command, built: &mut Command) -> Command {
    let usage = usage_tr(&built.render_usage().to_string());
    command = command.override_usage(usage);
    for below in built.get_subcommands_mut() {
        let name = below.get_name().to_owned();
        if command.find_subcommand(&name).is_some() {
            command = command.mut_subcommand(name, |c| with_usage_of(c, below));
        }
    }
    command
}

fn usage_tr(english: &str) -> String {
    english.trim_start_matches("Usage:").trim().replace("[OPTIONS]", "[SEÇENEKLER]").replace("[COMMAND]", "[KOMUT]")
}
