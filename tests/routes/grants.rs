//! The grants as the definition files have them, and what they give to a caller: written once more, apart from the house's own table.

use crate::{
    callers::Caller,
    truth::{Record, Truth},
};
use std::{collections::BTreeMap, path::PathBuf};

/// One register as far as permissions go.
#[derive(Debug)]
pub struct Register {
    pub fields: Vec<String>,
    pub personal: Vec<String>,
    pub unit: Option<String>,
    pub journal: bool,
    /// Its records belong to another's: who comes through the whole may add them.
    pub part: bool,
}

/// One grant as it is written.
#[derive(Debug)]
pub struct Grant {
    register: String,
    to: Vec<String>,
    actions: Vec<String>,
    condition: Option<String>,
    scope: String,
    area: bool,
    of_units: Vec<String>,
    fields: Option<Vec<String>>,
    needs_more: bool,
}

/// All of them.
#[derive(Debug, Default)]
pub struct Definitions {
    pub registers: BTreeMap<String, Register>,
    grants: Vec<Grant>,
}

/// Fields that every case has.
const OF_CASES: [&str; 14] = [
    "reference",
    "state",
    "unit",
    "assignee",
    "received_at",
    "entered_at",
    "held_since",
    "due_at",
    "timer_at",
    "closed_at",
    "late",
    "step",
    "flow",
    "clocks",
];

fn texts(value: Option<&toml::Value>) -> Vec<String> {
    value.and_then(|v| v.as_array()).into_iter().flatten().filter_map(|v| v.as_str()).map(str::to_owned).collect()
}

impl Definitions {
    /// Reads `modules/*/{registers,grants}/*.toml`.
    pub fn read() -> Self {
        let mut all = Self::default();
        for module in std::fs::read_dir(modules()).expect("the modules").flatten() {
            for folder in ["registers", "grants"] {
                let Ok(files) = std::fs::read_dir(module.path().join(folder)) else { continue };
                for file in files.flatten() {
                    let text = std::fs::read_to_string(file.path()).expect("a file");
                    all.take(&text.parse().unwrap_or_else(|e| panic!("{}: {e}", file.path().display())));
                }
            }
        }
        assert!(all.registers.len() > 15 && all.grants.len() > 40, "too few definitions: {}", all.registers.len());
        all
    }

    fn take(&mut self, file: &toml::Table) {
        let mut own = None;
        if let Some(register) = file.get("register").and_then(|r| r.as_table()) {
            let text = |key: &str| register.get(key).and_then(|v| v.as_str()).map(str::to_owned);
            let fields: Vec<&toml::Value> = file.get("field").and_then(|f| f.as_array()).into_iter().flatten().collect();
            let name = |f: &&toml::Value| f["name"].as_str().expect("a name").to_owned();
            let is_personal = |f: &&&toml::Value| f.get("personal").and_then(|p| p.as_bool()) == Some(true);
            let read = Register {
                fields: fields.iter().map(name).collect(),
                personal: fields.iter().filter(is_personal).map(name).collect(),
                unit: text("unit"),
                journal: register.get("journal").and_then(|j| j.as_bool()) == Some(true),
                part: register.get("part").and_then(|p| p.as_bool()) == Some(true),
            };
            own = text("name");
            let mut read = read;
            if file.contains_key("workflow") {
                read.unit = Some("unit".to_owned());
                read.fields.extend(OF_CASES.map(str::to_owned));
            }
            if read.part {
                read.fields.extend(["whole", "whole_register"].map(str::to_owned));
            }
            self.registers.insert(own.clone().expect("a name"), read);
        }
        for grant in file.get("grant").and_then(|g| g.as_array()).into_iter().flatten() {
            let text = |key: &str| grant.get(key).and_then(|v| v.as_str()).map(str::to_owned);
            let is = |key: &str| grant.get(key).and_then(|v| v.as_bool()) == Some(true);
            // These hold for who comes through the whole only; that has tests of its own.
            if is("with_whole") {
                continue;
            }
            self.grants.push(Grant {
                register: text("register").or_else(|| own.clone()).expect("a register"),
                to: texts(grant.get("to")),
                actions: texts(grant.get("actions")),
                condition: text("where"),
                scope: text("scope").unwrap_or_else(|| "any".to_owned()),
                area: is("area"),
                of_units: texts(grant.get("of_units")),
                fields: grant.get("fields").map(|f| texts(Some(f))),
                needs_more: is("reason") || is("step_up"),
            });
        }
    }

    /// The grants that a caller has for this, whatever the record.
    fn given<'a>(&'a self, caller: &'a Caller, register: &'a str, action: &'a str) -> impl Iterator<Item = &'a Grant> {
        let within = caller.actions.is_none_or(|only| only.contains(&action));
        let writes = ["insert", "update", "delete"].contains(&action);
        let kept = writes && self.registers[register].journal;
        self.grants.iter().filter(move |g| {
            within
                && !kept
                && (g.register == register || g.register == "*")
                && g.actions.iter().any(|a| a == action)
                && g.to.iter().any(|party| caller.parties.contains(&party.as_str()))
                && (g.of_units.is_empty() || g.of_units.iter().any(|code| caller.units.contains(&code.as_str())))
        })
    }

    /// Whether the caller has any power to do this, perhaps with a reason or a proof of who they are.
    pub fn could(&self, caller: &Caller, register: &str, action: &str) -> bool {
        self.given(caller, register, action).any(|g| !(g.scope != "any" && self.registers[register].unit.is_none()))
    }

    /// Whether the caller has any power to do this to records, one of whose fields it shows.
    pub fn could_with(&self, caller: &Caller, register: &str, action: &str, field: &str) -> bool {
        let shows = |g: &Grant| g.fields.as_ref().is_none_or(|named| named.iter().any(|f| f == "*" || f == field));
        self.could(caller, register, action) && self.given(caller, register, action).any(shows)
    }

    /// Whether the caller may do this to all records as things are.
    pub fn whole(&self, caller: &Caller, register: &str, action: &str) -> bool {
        self.given(caller, register, action).any(|g| g.condition.is_none() && g.scope == "any" && !g.area && !g.needs_more)
    }

    /// The fields of a record that the caller may see by this action; `None` if the record is not theirs to see.
    pub fn shown<'a>(
        &'a self,
        truth: &Truth,
        caller: &'a Caller,
        register: &'a str,
        action: &'a str,
        record: &Record,
    ) -> Option<Vec<&'a str>> {
        let definition = &self.registers[register];
        let mut shown: Option<Vec<&str>> = None;
        for grant in self.given(caller, register, action) {
            if grant.needs_more || !grant.holds(truth, caller, definition, record) {
                continue;
            }
            let all = || definition.fields.iter().map(String::as_str);
            let fields: Vec<&str> = match &grant.fields {
                None => all().filter(|f| !definition.personal.iter().any(|p| p == f)).collect(),
                Some(named) if named.iter().any(|f| f == "*") => all().collect(),
                Some(named) => named.iter().map(String::as_str).collect(),
            };
            shown.get_or_insert_default().extend(fields);
        }
        shown
    }
}

impl Grant {
    /// True if the grant is about this record.
    fn holds(&self, truth: &Truth, caller: &Caller, register: &Register, record: &Record) -> bool {
        assert!(!self.area || self.actions.iter().all(|a| a != "read"), "areas of reading are not reckoned here");
        let theirs = register.unit.as_ref().and_then(|field| record.values.get(field)).and_then(|v| v.as_str());
        let in_scope = match self.scope.as_str() {
            "any" => true,
            "own" => theirs.is_some() && theirs == caller.unit.as_deref(),
            "below" => theirs.is_some_and(|unit| caller.unit.as_deref().is_some_and(|own| truth.is_below(unit, own))),
            other => panic!("an unknown scope: {other}"),
        };
        in_scope
            && self
                .condition
                .as_ref()
                .is_none_or(|c| c.split(" OR ").any(|any| any.split(" AND ").all(|one| term(one, caller, record))))
    }
}

/// The few forms that the definitions use: `field = current_person()`, `field = 'text'`, `= TRUE`, `IN ('a', 'b')`, `IS NULL`.
fn term(term: &str, caller: &Caller, record: &Record) -> bool {
    let text = |field: &str| {
        if field == "id" { Some(record.id.as_str()) } else { record.values.get(field).and_then(|v| v.as_str()) }
    };
    if let Some(field) = term.strip_suffix(" IS NULL") {
        return record.values.get(field).is_none_or(serde_json::Value::is_null);
    }
    if let Some((field, list)) = term.split_once(" IN ") {
        let wanted = list.trim_matches(['(', ')']).split(", ").map(|w| w.trim_matches('\''));
        return text(field).is_some_and(|value| wanted.into_iter().any(|w| w == value));
    }
    let (field, wanted) = term.split_once(" = ").unwrap_or_else(|| panic!("a condition not reckoned here: {term}"));
    match wanted {
        "TRUE" => record.values.get(field) == Some(&serde_json::Value::Bool(true)),
        "current_person()" => text(field).is_some() && text(field) == caller.person.as_deref(),
        wanted if wanted.starts_with('\'') => text(field) == Some(wanted.trim_matches('\'')),
        other => panic!("a condition not reckoned here: {other}"),
    }
}

fn modules() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../modules")
}
