//! Reading code lists and the palette.

use super::reader::Reader;
use crate::catalogue::{Code, CodeList, Colour};
use toml::de::DeTable;

/// Keys of `[[code_list]]`.
const CODE_LIST: &[&str] = &["name", "title", "source", "codes"];
/// Keys of one code.
const CODE: &[&str] = &["code", "tr", "en", "national", "retired"];

/// Reads the code lists of a file.
pub(super) fn code_lists(file: &Reader<'_>) -> Vec<CodeList> {
    file.tables("code_list", "name", str::to_owned, CODE_LIST)
        .iter()
        .map(|list| {
            let name = list.need_text("name");
            let codes = list.tables("codes", "code", |code| format!("{name}.{code}"), CODE);
            if codes.is_empty() {
                list.fault("codes", "listede hiç kod yok", "the list has no codes");
            }
            CodeList {
                title: list.need_bilingual("title"),
                source: list.text("source"),
                codes: codes.iter().map(code).collect(),
                name,
            }
        })
        .collect()
}

fn code(c: &Reader<'_>) -> Code {
    Code {
        code: c.need_text("code"),
        title: crate::Bilingual { tr: c.need_text("tr"), en: c.need_text("en") },
        retired: c.flag("retired"),
        national: c.text("national"),
    }
}

/// Reads `[palette]`: `water = { light = "#bcd7e6", dark = "#12222d" }`.
pub(super) fn palette<'a>(file: &Reader<'a>, root: &'a DeTable<'a>) -> Vec<(String, Colour)> {
    let Some(table) = root.get("palette").and_then(|p| p.get_ref().as_table()) else { return Vec::new() };
    let mut colours = Vec::new();
    for (name, line, value, span) in Reader::entries(file.text, table) {
        let subject = format!("palette.{name}");
        let Some(value) = value else {
            file.faults.add(
                &file.text.source.file,
                line,
                &subject,
                "renk { light = …, dark = … } biçiminde olmalı",
                "a colour must be { light = …, dark = … }",
            );
            continue;
        };
        let colour = Reader::new(file.text, file.faults, subject, (value, span), &["light", "dark"]);
        colours.push((name, Colour { light: colour.need_text("light"), dark: colour.need_text("dark") }));
    }
    colours
}
