//! Checks of `[[index]]`: fields that are indexed together.

use super::{faults::Faults, suggest};
use crate::{Catalogue, Register};

/// Limit: fields of one index. A single field says `indexed = true`.
const FIELDS: std::ops::RangeInclusive<usize> = 2..=5;

/// Notes what is wrong with the indexes of all registers.
pub(super) fn check(catalogue: &Catalogue, faults: &Faults) {
    for register in catalogue.registers.values() {
        for (place, fields) in register.indexes.iter().enumerate() {
            index(register, fields, register.indexes[..place].contains(fields), faults);
        }
    }
}

fn index(register: &Register, fields: &[String], is_second: bool, faults: &Faults) {
    let fault = |tr: String, en: String| faults.at(&format!("{}/index", register.name), "fields", tr, en);
    let all = fields.join(", ");
    for field in fields.iter().filter(|f| register.field(f).is_none()) {
        let (tr, en) = suggest::phrase(field, register.fields.iter().map(|f| f.name.as_str()));
        fault(format!("“{field}” diye bir alan yok{tr}"), format!("there is no field “{field}”{en}"));
    }
    if !FIELDS.contains(&fields.len()) {
        let (least, most) = (FIELDS.start(), FIELDS.end());
        fault(
            format!("birlikte dizinlenen alanlar {least} ile {most} arasında olmalı (tek alan için indexed = true yazılır)"),
            format!("{least} to {most} fields are indexed together (for a single one write indexed = true)"),
        );
    }
    if let Some(field) = fields.iter().enumerate().find_map(|(place, f)| fields[..place].contains(f).then_some(f)) {
        fault(
            format!("“{field}” alanı aynı dizinde iki kez var ({all})"),
            format!("the field “{field}” is twice in one index ({all})"),
        );
    }
    if is_second {
        fault(format!("bu dizin iki kez var ({all})"), format!("this index is there twice ({all})"));
    }
}

#[cfg(test)]
mod tests {
    use crate::catalogue::{Source, load};

    fn faults(indexes: &str) -> Vec<String> {
        let field =
            |name: &str| format!("[[field]]\nname = \"{name}\"\ntitle = {{ tr = \"A\", en = \"A\" }}\ntype = \"text\"\n");
        let text = format!(
            "[register]\nname = \"lamp\"\ntitle = {{ tr = \"A\", en = \"A\" }}\ndescription = {{ tr = \"A\", en = \"A\" }}\n{}{}{indexes}",
            field("kind"),
            field("place")
        );
        let source = Source { module: "test".to_owned(), file: "lamp.toml".to_owned(), text };
        load(&[source]).err().unwrap_or_default().into_iter().map(|fault| fault.message.en).collect()
    }

    #[test]
    fn what_is_wrong_in_an_index_is_told() {
        assert_eq!(faults("[[index]]\nfields = [\"place\", \"kind\"]\n[[index]]\nfields = [\"kind\", \"place\"]"), [""; 0]);
        assert_eq!(faults("[[index]]\nfields = [\"kind\", \"plcae\"]").len(), 1, "there is no such field");
        assert!(faults("[[index]]\nfields = [\"kind\"]")[0].starts_with("2 to 5 fields"));
        assert!(faults("[[index]]\nfields = [\"kind\", \"place\", \"kind\"]")[0].contains("“kind” is twice"));
        let twice = "[[index]]\nfields = [\"kind\", \"place\"]\n".repeat(2);
        assert!(faults(&twice)[0].contains("this index is there twice"));
    }
}
