//! What must not be in an answer, wherever it might hide.

use crate::{
    callers::Caller,
    grants::Definitions,
    truth::{Record, Truth},
};
use std::collections::BTreeSet;

/// Texts that no answer to a caller may hold: values of personal fields, and login names, of records that are not theirs to see whole.
/// A value that they may see somewhere else (an own number) is no secret.
pub fn secrets(definitions: &Definitions, truth: &Truth, caller: &Caller) -> BTreeSet<String> {
    let (mut hidden, mut open) = (BTreeSet::new(), BTreeSet::new());
    for (name, register) in &definitions.registers {
        for record in &truth.records[name] {
            let shown = ["read", "history"].map(|action| definitions.shown(truth, caller, name, action, record));
            let shown: Vec<&str> = shown.into_iter().flatten().flatten().collect();
            let sealed = register.personal.iter().chain(register.fields.iter().filter(|f| *f == "login"));
            for field in sealed {
                let Some(value) = telling(record, field) else { continue };
                if !shown.contains(&field.as_str()) {
                    hidden.insert(value);
                }
            }
            open.extend(shown.iter().filter_map(|field| telling(record, field)));
        }
    }
    // A login name is the beginning of an office address that staff may see.
    hidden.retain(|secret| !open.iter().any(|seen: &String| seen.contains(secret.as_str())));
    hidden
}

/// A value that says by itself whose it is: long enough not to be met by chance.
fn telling(record: &Record, field: &str) -> Option<String> {
    let value = record.values.get(field)?.as_str()?;
    (value.chars().count() >= 9).then(|| value.to_owned())
}
