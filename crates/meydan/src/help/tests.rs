use super::*;
use crate::cli::Cli;
use clap::CommandFactory as _;

fn walk(command: &Command, path: &str, see: &mut dyn FnMut(&Command, &str)) {
    see(command, path);
    for below in command.get_subcommands() {
        let under = if path.is_empty() { below.get_name().to_owned() } else { format!("{path} {}", below.get_name()) };
        walk(below, &under, see);
    }
}

#[test]
fn every_command_and_argument_has_its_turkish_text_and_none_is_left_over() {
    let (mut commands, mut args) = (Vec::new(), Vec::new());
    walk(&own_switches(Cli::command(), Lang::En), "", &mut |command, path| {
        commands.push(path.to_owned());
        assert!(command.get_about().is_some_and(|a| !a.to_string().is_empty()), "“{path}” has no English text");
        assert!(EXAMPLES.iter().any(|(p, ..)| *p == path), "“{path}” has no examples");
        for arg in command.get_arguments() {
            let id = arg.get_id().to_string();
            assert!(arg.get_help().is_some_and(|h| !h.to_string().is_empty()), "“{path}” {id} has no English text");
            let found = tr::ARGS.iter().find(|(p, a, ..)| *p == path && *a == id);
            let Some((_, _, value, text)) = found else { panic!("“{path}” {id} has no Turkish text") };
            assert!(!text.is_empty(), "“{path}” {id}");
            assert_eq!(value.is_empty(), !arg.get_action().takes_values(), "“{path}” {id}: the value's name");
            args.push((path.to_owned(), id));
        }
    });
    for (path, text) in tr::COMMANDS {
        assert!(commands.iter().any(|c| c == path) && !text.is_empty(), "a text for “{path}”, which is not there");
    }
    assert_eq!(commands.len(), tr::COMMANDS.len());
    for (path, id, ..) in tr::ARGS {
        assert!(args.iter().any(|(p, a)| p == path && a == id), "a text for “{path}” {id}, which is not there");
    }
    assert_eq!(args.len(), tr::ARGS.len());
}

#[test]
fn no_english_word_is_left_in_the_turkish_help() {
    let mut tree = in_language(Cli::command(), Lang::Tr);
    tree.build();
    let mut pages = 0;
    walk(&tree.clone(), "", &mut |command, path| {
        let page = command.clone().render_long_help().to_string();
        for word in [
            "Usage",
            "Options",
            "OPTIONS",
            "Arguments",
            "Commands",
            "COMMAND",
            "default:",
            "possible values",
            "env:",
            "Print",
            "Examples",
        ] {
            assert!(!page.contains(word), "“{path}” says {word}:\n{page}");
        }
        assert!(
            page.contains("Kullanım: meydan") && page.contains("Örnekler:") && page.contains("Genel seçenekler:"),
            "{page}"
        );
        pages += 1;
    });
    assert_eq!(pages, tr::COMMANDS.len());
}

#[test]
fn the_tree_is_sound_in_both_languages() {
    for lang in [Lang::Tr, Lang::En] {
        in_language(Cli::command(), lang).debug_assert();
    }
}

#[test]
fn the_language_is_known_before_parsing() {
    let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(language(&words("meydan --lang en serve"), None), Lang::En);
    assert_eq!(language(&words("meydan serve --lang=en"), Some("tr")), Lang::En);
    assert_eq!(language(&words("meydan serve"), Some("en")), Lang::En);
    assert_eq!(language(&words("meydan --lang tr serve"), Some("en")), Lang::Tr);
    assert_eq!(language(&words("meydan serve"), None), Lang::Tr);
    assert_eq!(help_as_switch(words("meydan help log verify")), words("meydan log verify --help"));
}

/// Words of an example as a shell would cut them.
fn words_of(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
    for c in line.chars().chain([' ']) {
        match c {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.extend((!word.is_empty()).then(|| std::mem::take(&mut word))),
            c => word.push(c),
        }
    }
    let end = words.iter().position(|w| w == "#" || w == ">").unwrap_or(words.len());
    words.truncate(end);
    words
}

#[test]
fn every_example_is_a_command_that_is_understood() {
    let mut tried = 0;
    for (path, tr, en) in EXAMPLES {
        for line in tr.lines().chain(en.lines()) {
            let words = words_of(line);
            let found = in_language(Cli::command(), Lang::Tr).try_get_matches_from(&words);
            let fine = found.as_ref().err().is_none_or(|e| e.kind() == clap::error::ErrorKind::DisplayHelp);
            assert!(fine, "“{path}”: {line}: {found:?}");
            tried += 1;
        }
    }
    assert!(tried > 2 * EXAMPLES.len());
}
