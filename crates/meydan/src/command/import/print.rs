//! What a person reads of an import.

use meydan_kernel::{
    Lang,
    exchange::{From, Guess, Phase, Report},
};
use std::path::Path;

/// Faults and notes shown; the report as JSON holds more, the file of rows put aside all.
const SHOWN: usize = 20;

fn say(lang: Lang, tr: &'static str, en: &'static str) -> &'static str {
    match lang {
        Lang::Tr => tr,
        Lang::En => en,
    }
}

/// The name of a phase.
pub fn phase(phase: Phase, lang: Lang) -> &'static str {
    match phase {
        Phase::Check => say(lang, "Denetleniyor", "Checking"),
        Phase::Apply => say(lang, "Yazılıyor", "Writing"),
        Phase::Delete => say(lang, "Siliniyor", "Deleting"),
    }
}

/// The mapping, before anything happens.
pub fn mapping(report: &Report, lang: Lang) {
    println!("{} → {}", report.source, report.register);
    for field in &report.mapping {
        let from = match &field.from {
            From::Column { column } => column.clone(),
            From::Constant { text } => format!("“{text}”"),
            From::Lookup { column, by } => format!("{column} → {by}"),
        };
        let why = match field.why {
            Guess::Given => say(lang, "belirtildi", "given"),
            Guess::Name => say(lang, "adı aynı", "same name"),
            Guess::Meaning => say(lang, "anlamı aynı", "same meaning"),
            Guess::Likely => say(lang, "tahmin", "guess"),
        };
        println!("  {:<20} {:<24} ← {from}  ({why})", field.field, field.title.get(lang));
    }
    if !report.unused_columns.is_empty() {
        println!("  {}: {}", say(lang, "kullanılmayan sütunlar", "unused columns"), report.unused_columns.join(", "));
    }
    if !report.crs.is_empty() {
        println!("  {}: {}", say(lang, "koordinat sistemi", "CRS"), report.crs);
    }
    let key = if report.key.is_empty() { say(lang, "yok", "none").to_owned() } else { report.key.join(", ") };
    println!("  {}: {key}", say(lang, "anahtar", "key"));
}

/// The numbers.
pub fn counts(report: &Report, lang: Lang) {
    let line = |tr, en, n: u64| {
        if n > 0 {
            println!("  {:<28} {n:>9}", say(lang, tr, en));
        }
    };
    line("okunan satır", "rows read", report.rows);
    line("yeni kayıt", "new records", report.inserted);
    line("değişen kayıt", "changed records", report.updated);
    line("aynı kalan kayıt", "unchanged records", report.unchanged);
    line("dosyada olmayan kayıt", "records not in the file", report.missing);
    line("silinen kayıt", "records ended", report.deleted);
    line("geometrisi onarılan satır", "rows with repaired geometry", report.repaired);
    line("geometrisi düzenlenen satır", "rows with tidied geometry", report.tidied);
    line("ayrılan hatalı satır", "bad rows put aside", report.rejected);
    line("yinelenen anahtar", "of these, duplicate keys", report.duplicates);
}

/// The whole report.
pub fn report(report: &Report, lang: Lang, aside: Option<&Path>) {
    for fault in report.faults.iter().take(SHOWN) {
        let place = fault.field.as_deref().map(|f| format!(" {f}:")).unwrap_or_default();
        let value = fault.value.as_deref().map(|v| format!(" “{v}”")).unwrap_or_default();
        println!("{} {}:{place}{value} {}", say(lang, "satır", "row"), fault.row, fault.message.get(lang));
    }
    let more = report.faults.len().saturating_sub(SHOWN);
    if more > 0 {
        println!("… {} {more}", say(lang, "ve başka hatalar:", "and more faults:"));
    }
    for note in report.repairs.iter().take(SHOWN) {
        println!(
            "{} {} {}: {}",
            say(lang, "satır", "row"),
            note.row,
            say(lang, "onarıldı", "repaired"),
            note.message.get(lang)
        );
    }
    counts(report, lang);
    if let Some(path) = aside {
        println!(
            "{} {}",
            say(lang, "Hatalı satırlar nedenleriyle burada:", "The bad rows with their reasons are in"),
            path.display()
        );
    }
    let seconds = report.check_seconds + report.apply_seconds;
    let speed = report.rows_per_second();
    match (report.applied, report.dry_run) {
        (true, _) => println!(
            "{} {} {}, {seconds:.1} s, {speed:.0} {}",
            say(lang, "Tamam.", "Done."),
            report.changesets,
            say(lang, "değişiklik paketi", "changesets"),
            say(lang, "satır/s", "rows/s"),
        ),
        (false, true) => {
            println!("{} {seconds:.1} s", say(lang, "Deneme: hiçbir şey değiştirilmedi.", "Dry run: nothing was changed."))
        }
        (false, false) => println!(
            "{}",
            say(
                lang,
                "Hiçbir şey değiştirilmedi. Hatasız satırları almak için --skip-errors ekleyin.",
                "Nothing was changed. Add --skip-errors to take the good rows."
            )
        ),
    }
}
