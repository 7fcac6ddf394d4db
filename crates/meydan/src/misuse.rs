//! A command that was written wrongly: said in the person's language, as JSON where that was asked for.

use clap::error::{ContextKind, ContextValue, Error, ErrorKind};
use meydan_kernel::Lang;
use std::process::ExitCode;

/// Exit code of a command that was written wrongly (`EX_USAGE` of sysexits.h); 2 would be an import's bad rows.
pub const EXIT_CODE: u8 = 64;

/// Prints help on standard output, or what is wrong on standard error (JSON: standard output); the exit code.
pub fn tell(error: &Error, lang: Lang, json: bool) -> ExitCode {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        return match error.print() {
            Ok(()) => ExitCode::SUCCESS,
            // The reader went away: nobody is there to be told.
            Err(_) => ExitCode::FAILURE,
        };
    }
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand && !json {
        let _ = error.print();
        return ExitCode::from(EXIT_CODE);
    }
    let sentence = sentence(error, lang);
    let (see, usage) = match lang {
        Lang::Tr => ("Bakınız: --help", "Kullanım"),
        Lang::En => ("See --help", "Usage"),
    };
    if json {
        println!(
            "{}",
            serde_json::json!({ "error": { "code": "usage", "message": sentence, "hint": see, "fields": [], "cause": null } })
        );
        return ExitCode::from(EXIT_CODE);
    }
    eprintln!("{sentence}");
    if let Some(ContextValue::StyledStr(line)) = error.get(ContextKind::Usage) {
        let line = line.to_string();
        eprintln!("{usage}: {}", line.trim_start_matches("Usage:").trim());
    }
    eprintln!("{see}");
    ExitCode::from(EXIT_CODE)
}

fn sentence(error: &Error, lang: Lang) -> String {
    if lang == Lang::En {
        let text = error.to_string();
        return text
            .lines()
            .take_while(|l| !l.starts_with("Usage:") && !l.starts_with("For more"))
            .collect::<Vec<_>>()
            .join("\n")
            .trim_start_matches("error: ")
            .trim()
            .to_owned();
    }
    let arg = named(error, ContextKind::InvalidArg);
    let value = named(error, ContextKind::InvalidValue);
    let wrong = match error.kind() {
        ErrorKind::UnknownArgument => format!("Böyle bir seçenek yok: {arg}"),
        ErrorKind::InvalidSubcommand => format!("Böyle bir komut yok: {}", named(error, ContextKind::InvalidSubcommand)),
        ErrorKind::MissingRequiredArgument => format!("Eksik: {arg}"),
        ErrorKind::InvalidValue if value.is_empty() => format!("{arg} bir değer ister"),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => format!("“{value}”, {arg} için geçerli bir değer değil"),
        ErrorKind::ArgumentConflict => format!("{arg} şununla birlikte verilemez: {}", named(error, ContextKind::PriorArg)),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => "Komut eksik".to_owned(),
        ErrorKind::TooManyValues | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            format!("{arg} için verilen değerlerin sayısı yanlış")
        }
        ErrorKind::NoEquals => format!("{arg} ile değeri arasında = olmalı"),
        ErrorKind::InvalidUtf8 => "Komutta UTF-8 olmayan karakter var".to_owned(),
        _ => "Komut anlaşılmadı".to_owned(),
    };
    let mut more = Vec::new();
    for (kind, word) in [
        (ContextKind::ValidValue, "olabilecekler"),
        (ContextKind::ValidSubcommand, "komutlar"),
        (ContextKind::SuggestedArg, "bunu mu demek istediniz"),
        (ContextKind::SuggestedSubcommand, "bunu mu demek istediniz"),
        (ContextKind::SuggestedValue, "bunu mu demek istediniz"),
    ] {
        let text = named(error, kind);
        if !text.is_empty() {
            more.push(format!("{word}: {text}"));
        }
    }
    if more.is_empty() { format!("{wrong}.") } else { format!("{wrong} ({}).", more.join("; ")) }
}

fn named(error: &Error, kind: ContextKind) -> String {
    match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(", "),
        _ => String::new(),
    }
}
