//! The mapping file: which elements go into which register, and what fills its fields. A person edits it (docs/formats.md).

use super::expression::Expression;
use crate::{Error, Result};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Limit: targets of one mapping.
const MAX_TARGETS: usize = 100;
/// Limit: metres within which names are looked for.
const MAX_METRES: f64 = 50_000.0;

/// A whole mapping.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// In the order in which they are loaded: a reference names a target before its own.
    #[serde(rename = "target")]
    pub targets: Vec<Target>,
}

/// What elements are taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Element {
    /// A node.
    Node,
    /// A way, open or closed.
    Line,
    /// A closed way, or a relation that is a multipolygon or boundary.
    Area,
}

/// What becomes of an element's geometry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Geometry {
    /// The node, or a position on the line or inside of the area.
    Point,
    /// The way.
    Line,
    /// The area.
    Area,
}

/// One register and what comes into it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// Name of the register.
    pub register: String,
    /// Which elements.
    pub of: Vec<Element>,
    /// The records' geometry.
    pub geometry: Geometry,
    /// Conditions: one of these tables must hold, each of whose tags must have the value, one of the values, `*` any or `!` none.
    #[serde(rename = "where")]
    pub conditions: Vec<BTreeMap<String, OneOrMany>>,
    /// Lines of one value that lie near each other become one record.
    pub group: Option<Group>,
    /// The field by which other targets name its records.
    #[serde(default = "official_id")]
    pub key: String,
    /// What fills each field.
    pub fields: BTreeMap<String, Expression>,
}

fn official_id() -> String {
    "official_id".to_owned()
}

/// How lines become one record.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// The field whose value they share.
    pub by: String,
    /// Metres between the nearest two positions of neighbours.
    pub within_m: f64,
}

/// One text or several.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum OneOrMany {
    /// One.
    One(String),
    /// Several, the first has precedence.
    Many(Vec<String>),
}

impl OneOrMany {
    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many.as_slice(),
        }
        .iter()
        .map(String::as_str)
    }
}

impl Mapping {
    /// Reads a mapping file.
    ///
    /// # Errors
    /// `bad-mapping` with the line, or the target and the field.
    pub fn read(text: &str) -> Result<Self> {
        let mapping: Self = toml::from_str(text).map_err(|e| {
            let line = e.span().map_or(1, |span| text.get(..span.start).map_or(1, |head| head.matches('\n').count() + 1));
            let message = e.message();
            bad(format!("{line}. satır: {message}"), format!("line {line}: {message}"))
        })?;
        if mapping.targets.len() > MAX_TARGETS {
            return Err(bad(format!("{MAX_TARGETS} hedeften çok"), format!("more than {MAX_TARGETS} targets")));
        }
        for (at, target) in mapping.targets.iter().enumerate() {
            target.check(mapping.targets.get(..at).unwrap_or_default())?;
        }
        Ok(mapping)
    }
}

impl Target {
    /// True if an element of these tags is wanted.
    pub(super) fn wants(&self, tags: &[(&str, &str)]) -> bool {
        self.conditions.iter().any(|all| {
            all.iter().all(|(key, wanted)| {
                let value = tags.iter().find(|(k, _)| k == key).map(|(_, v)| *v);
                match value {
                    Some(value) => allows(wanted, value),
                    None => wanted.iter().any(|w| w == "!"),
                }
            })
        })
    }

    fn check(&self, before: &[Self]) -> Result<()> {
        let wrong = |field: &str, tr: &str, en: &str| {
            let at = if field.is_empty() { self.register.clone() } else { format!("{}.{field}", self.register) };
            Err(bad(format!("{at}: {tr}"), format!("{at}: {en}")))
        };
        let (lines, areas) = (self.geometry == Geometry::Line, self.geometry == Geometry::Area);
        let fits = self.of.iter().all(|of| match of {
            Element::Node => !lines && !areas,
            Element::Line => !areas,
            Element::Area => !lines,
        });
        if self.of.is_empty() || !fits {
            return wrong("", "“of” bu geometriye uymuyor", "“of” does not fit the geometry");
        }
        if let Some(group) = &self.group
            && (!lines || !self.fields.contains_key(&group.by) || !(0.0..=MAX_METRES).contains(&group.within_m))
        {
            return wrong("group", "çizgiler bir alanın değerine göre birleşir", "lines are grouped by the value of a field");
        }
        for (name, expression) in &self.fields {
            let Some(of) = expression.refers_to() else { continue };
            let Some(target) = before.iter().find(|t| t.register == of) else {
                return wrong(name, "anılan hedef bundan önce yazılmalı", "the target it names must stand before this one");
            };
            if !target.fields.contains_key(&target.key) || !expression.fits(target, self) {
                return wrong(name, "anılan hedefe böyle başvurulamaz", "the target can't be referred to like this");
            }
        }
        Ok(())
    }
}

fn allows(wanted: &OneOrMany, value: &str) -> bool {
    let (mut positive, mut any) = (false, false);
    for word in wanted.iter() {
        match word.strip_prefix('!') {
            Some("") => positive = true,
            Some(not) if not == value => return false,
            Some(_) => {}
            None => {
                positive = true;
                any |= word == "*" || word == value;
            }
        }
    }
    any || !positive
}

fn bad(tr: String, en: String) -> Error {
    Error::file("bad-mapping", format!("Eşleme dosyası yanlış: {tr}."), format!("The mapping file is wrong: {en}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions() {
        let one = |text: &str| OneOrMany::One(text.to_owned());
        assert!(
            allows(&one("*"), "yes") && allows(&one("yes"), "yes") && !allows(&one("yes"), "no") && !allows(&one("!"), "no")
        );
        assert!(allows(&one("!no"), "yes") && !allows(&one("!no"), "no"));
        let mixed = OneOrMany::Many(vec!["*".into(), "!proposed".into()]);
        assert!(allows(&mixed, "road") && !allows(&mixed, "proposed"));
    }

    #[test]
    fn what_is_wrong_is_said() {
        let head = "[[target]]\nregister = \"door\"\nof = [\"node\"]\ngeometry = \"point\"\nwhere = [{ a = \"*\" }]\n";
        let read = |rest: &str| Mapping::read(&format!("{head}{rest}"));
        assert!(read("[target.fields]\nnumber = { tag = \"addr:housenumber\" }").is_ok());
        for (rest, said) in [
            ("[target.fields]\nnumber = { tags = \"x\" }", "line 7"),
            ("[target.fields]\nstreet = { near = \"street\", by = \"name\", tag = \"addr:street\" }", "door.street"),
            ("group = { by = \"x\", within_m = 5 }\n[target.fields]", "door.group"),
            ("wert = 1\n[target.fields]", "line 6"),
        ] {
            let error = read(rest).unwrap_err();
            assert!(error.code() == "bad-mapping" && error.en().contains(said), "{rest}: {error}");
        }
    }
}
