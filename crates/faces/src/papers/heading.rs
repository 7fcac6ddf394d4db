//! What stands above every paper (by-law on official correspondence, article 10): `T.C.`, the municipality, the unit.

use crate::App;
use meydan_kernel::{Bilingual, Lang, Record, Register, Value, post::Directory, text::fold};
use meydan_paper::Footer;

/// The heading's lines.
pub fn lines(app: &App, directory: &Directory, register: &Register, request: &Record, lang: Lang) -> Vec<String> {
    let mut lines = vec!["T.C.".to_owned(), institution(&app.settings.city_title, lang)];
    if let Some(Value::Reference(unit)) = request.value(register, "unit")
        && let Some(unit) = directory.unit(*unit)
    {
        lines.push(unit.name.clone());
    }
    lines
}

/// The municipality as it heads a letter. The house knows the name that the configuration gives it (`city.title`): of a city, or of the
/// municipality itself.
fn institution(title: &Bilingual, lang: Lang) -> String {
    let name = title.get(lang);
    let folded = fold(name);
    match lang {
        Lang::Tr if folded.contains("başkanlığı") => capitals(name),
        Lang::Tr if folded.contains("belediye") => capitals(&format!("{name} Başkanlığı")),
        Lang::Tr => capitals(&format!("{name} Belediye Başkanlığı")),
        Lang::En if folded.contains("municipality") => name.to_uppercase(),
        Lang::En => format!("MUNICIPALITY OF {}", name.to_uppercase()),
    }
}

/// Capital letters by Turkish rules.
pub fn capitals(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            'i' => out.push('İ'),
            'ı' => out.push('I'),
            c => out.extend(c.to_uppercase()),
        }
    }
    out
}

/// The foot of a paper: where it comes from.
pub fn footer(base: &str) -> Footer {
    let web = base.trim_start_matches("https://").trim_start_matches("http://");
    Footer { web: web.to_owned(), ..Footer::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_municipality_heads_its_letters_in_capitals() {
        let of = |tr: &str, en: &str| {
            let title = Bilingual::new(tr, en);
            [Lang::Tr, Lang::En].map(|lang| institution(&title, lang))
        };
        let city = ["ESKİŞEHİR BELEDİYE BAŞKANLIĞI", "MUNICIPALITY OF ESKİŞEHİR"];
        assert_eq!(of("Eskişehir", "Eskişehir").map(|t| t.replace("ESKIŞEHIR", "ESKİŞEHİR")), city);
        assert_eq!(
            of("Iğdır Büyükşehir Belediyesi", "Iğdır Metropolitan Municipality"),
            ["IĞDIR BÜYÜKŞEHİR BELEDİYESİ BAŞKANLIĞI", "IĞDIR METROPOLITAN MUNICIPALITY"]
        );
    }
}
