//! Reading definition files (TOML), and style files (JSON) beside them, into a checked catalogue. All faults at once.
//!
//! A definition file may hold one register (`[register]`, `[[field]]`, `[geometry]`, `[[constraint]]`, `[[index]]`, `[symbology]`,
//! `[metadata]`, `[freshness]`, `[retention]`, `[processing]`, and for cases `[workflow]`, `[[state]]`, `[[transition]]`,
//! `[[deadline]]`), the calendar (`[calendar]`, `[[holiday]]`), any number of code lists (`[[code_list]]`), colours
//! (`[palette]`), grants (`[[grant]]`) and separations (`[[separation]]`).

mod calendar;
mod check;
mod check_grants;
mod check_indexes;
mod check_workflow;
mod faults;
mod grants;
mod lists;
mod reader;
mod register;
mod style;
mod suggest;
#[cfg(test)]
mod tests;
mod workflow;

use super::Catalogue;
use faults::Faults;
use reader::{Reader, Text};
use std::sync::Arc;
use toml::de::DeTable;

/// Tables that a definition file may hold.
const TABLES: &[&str] = &[
    "register",
    "field",
    "geometry",
    "constraint",
    "index",
    "symbology",
    "metadata",
    "freshness",
    "retention",
    "processing",
    "code_list",
    "palette",
    "grant",
    "separation",
    "workflow",
    "state",
    "transition",
    "deadline",
    "calendar",
    "holiday",
];
/// Tables that belong to a register.
const OF_REGISTER: &[&str] = &[
    "field",
    "geometry",
    "constraint",
    "index",
    "symbology",
    "metadata",
    "freshness",
    "retention",
    "processing",
    "workflow",
    "state",
    "transition",
    "deadline",
];

/// One definition file's text.
#[derive(Debug, Clone)]
pub struct Source {
    /// Name of the module.
    pub module: String,
    /// File name for messages, e.g. `modules/city/registers/building.toml`; one that ends in `.json` is a style file.
    pub file: String,
    /// Text.
    pub text: String,
}

/// What is wrong in a definition file.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct DefinitionError {
    /// File.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Field or register concerned.
    pub field: String,
    /// What is wrong.
    pub message: crate::Bilingual,
}

impl std::fmt::Display for DefinitionError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {}: {}", self.file, self.line, self.field, self.message.en)
    }
}

/// Reads and checks definitions; all errors at once.
///
/// Of two files that give the same colour, or a calendar, the later one wins, so that a city can have its own; registers and code
/// lists can be defined only once.
///
/// # Errors
/// Every fault found, with file, line and field, ordered by file and line.
pub fn load(sources: &[Source]) -> Result<Catalogue, Vec<DefinitionError>> {
    let faults = Faults::default();
    let mut catalogue = Catalogue::default();
    let styles: Vec<&Source> = sources.iter().filter(|s| s.file.ends_with(".json")).collect();
    for source in sources.iter().filter(|s| !s.file.ends_with(".json")) {
        read_file(source, &styles, &faults, &mut catalogue);
    }
    check::check(&catalogue, &faults);
    let faults = faults.into_list();
    if faults.is_empty() { Ok(catalogue) } else { Err(faults) }
}

fn read_file(source: &Source, styles: &[&Source], faults: &Faults, catalogue: &mut Catalogue) {
    let text = Text::new(source);
    let (root, errors) = DeTable::parse_recoverable(&source.text);
    for e in &errors {
        let line = e.span().map_or(1, |s| text.line(s.start));
        let message = e.message().replace('\n', ", ");
        faults.add(
            &source.file,
            line,
            "TOML",
            format!("TOML okunamıyor: {message}"),
            format!("can't be read as TOML: {message}"),
        );
    }
    if !errors.is_empty() {
        return;
    }
    let span = root.span();
    let root = root.get_ref();
    let file = Reader::new(&text, faults, source.file.clone(), (root, span), TABLES);
    for list in lists::code_lists(&file) {
        if catalogue.code_lists.contains_key(&list.name) {
            duplicate(&file, "code_list", &list.name, faults.place(&list.name));
        } else {
            catalogue.code_lists.insert(list.name.clone(), Arc::new(list));
        }
    }
    catalogue.palette.extend(lists::palette(&file, root));
    if let Some(calendar) = calendar::calendar(&file) {
        catalogue.calendar = calendar;
    }
    let register = if file.has("register") { register::read(&file, styles) } else { None };
    catalogue.grants.extend(grants::grants(&file, register.as_ref().map(|r| r.name.as_str())));
    catalogue.separations.extend(grants::separations(&file));
    if !file.has("register") {
        for key in OF_REGISTER.iter().filter(|key| file.has(key)) {
            file.fault(key, format!("“{key}” var ama [register] yok"), format!("there is “{key}” but no [register]"));
        }
        return;
    }
    let Some(mut register) = register else { return };
    if let Some(list) = workflow::complete(&mut register) {
        catalogue.code_lists.insert(list.name.clone(), Arc::new(list));
    }
    if catalogue.registers.contains_key(&register.name) {
        duplicate(&file, "register", &register.name, faults.place(&register.name));
    } else {
        catalogue.registers.insert(register.name.clone(), Arc::new(register));
    }
}

fn duplicate(file: &Reader<'_>, key: &str, name: &str, first: Option<String>) {
    let first = first.unwrap_or_default();
    file.fault(key, format!("“{name}” daha önce tanımlandı: {first}"), format!("“{name}” is already defined: {first}"));
}
