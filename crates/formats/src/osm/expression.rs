//! What fills a field: a tag or the first of several, a text round tags, a constant, the element's id, a part of a house number,
//! or the record of another target.

use super::{
    mapping::{OneOrMany, Target},
    number,
};
use serde::Deserialize;
use std::collections::BTreeMap;

/// What fills a field: one step, or several of which the first that gives a value wins.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Expression {
    /// One step.
    One(Box<Step>),
    /// Several.
    Many(Vec<Step>),
}

/// One step of an expression. Which of the members are set says what it does.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Step {
    /// The value of this tag, or of the first of these that the element has.
    pub tag: Option<OneOrMany>,
    /// A text with tags in braces: `{addr:street} {addr:housenumber}`; nothing if one of them is missing.
    pub text: Option<String>,
    /// The same for all.
    pub value: Option<String>,
    /// The kind's letter and the number of the element: `w123`.
    pub id: bool,
    /// What the tag's value becomes; a value that is not here gives nothing, or `otherwise`.
    pub values: BTreeMap<String, String>,
    /// What the value becomes by how it ends; the longest ending wins.
    pub endings: BTreeMap<String, String>,
    /// If there is a value but `values` and `endings` don't know it.
    pub otherwise: Option<String>,
    /// Only values of this form: `number`, `integer`, or a pattern with `#` for a digit.
    pub like: Option<String>,
    /// A part of a house number.
    pub part: Option<number::Part>,
    /// Characters at most; longer values are no values.
    pub max: Option<usize>,
    /// The nearest record of this target whose field `by` has the value.
    pub near: Option<String>,
    /// The field of that target; `name` if left out.
    pub by: Option<String>,
    /// How far at most, in metres; 1,000 if left out.
    pub within_m: Option<f64>,
    /// The record of this target whose area holds the element.
    pub inside: Option<String>,
    /// The record of this target that the element is part of.
    pub part_of: Option<String>,
    /// True: a name that is not found is no fault, and the field stays empty.
    pub optional: bool,
    /// The field of the referenced register (not of this mapping) that has the value.
    pub lookup: Option<String>,
}

/// What an expression is asked about.
pub(super) struct Asked<'a> {
    pub tags: &'a [(&'a str, &'a str)],
    /// `n`, `w` or `r`.
    pub letter: char,
    pub id: i64,
}

impl Expression {
    /// Its steps.
    pub fn steps(&self) -> &[Step] {
        match self {
            Self::One(step) => std::slice::from_ref(step),
            Self::Many(steps) => steps,
        }
    }

    /// The step that refers to another target, if it is such an expression (only the first step can be).
    pub(super) fn reference(&self) -> Option<&Step> {
        self.steps().first().filter(|s| s.near.is_some() || s.inside.is_some() || s.part_of.is_some())
    }

    /// The target that it refers to.
    pub(super) fn refers_to(&self) -> Option<&str> {
        let step = self.reference()?;
        step.near.as_deref().or(step.inside.as_deref()).or(step.part_of.as_deref())
    }

    /// True if the target that it refers to can be referred to like this.
    pub(super) fn fits(&self, target: &Target, own: &Target) -> bool {
        use super::mapping::Geometry;
        let Some(step) = self.reference() else { return true };
        let ways = [&step.near, &step.inside, &step.part_of].iter().filter(|w| w.is_some()).count();
        let near = step.near.is_none() || target.fields.contains_key(step.by.as_deref().unwrap_or("name"));
        let inside = step.inside.is_none() || target.geometry == Geometry::Area;
        ways == 1 && near && inside && own.group.is_none()
    }

    /// The value for an element; of a reference by name, the name.
    pub(super) fn value(&self, asked: &Asked<'_>) -> Option<String> {
        self.steps().iter().find_map(|step| step.value(asked))
    }
}

impl Step {
    fn value(&self, asked: &Asked<'_>) -> Option<String> {
        let tag = |key: &str| asked.tags.iter().find(|(k, _)| *k == key).map(|(_, v)| v.trim()).filter(|v| !v.is_empty());
        let raw = if let Some(keys) = &self.tag {
            keys.iter().find_map(tag)?.to_owned()
        } else if let Some(text) = &self.text {
            filled(text, tag)?
        } else if self.id {
            format!("{}{}", asked.letter, asked.id)
        } else {
            self.value.clone()?
        };
        let raw = match self.part {
            Some(part) => number::part(&raw, part)?,
            None => raw,
        };
        if self.like.as_deref().is_some_and(|form| !is_like(&raw, form)) {
            return None;
        }
        let value = self.translated(raw)?;
        (self.max.is_none_or(|max| value.chars().count() <= max)).then_some(value)
    }

    fn translated(&self, raw: String) -> Option<String> {
        if self.values.is_empty() && self.endings.is_empty() && self.otherwise.is_none() {
            return Some(raw);
        }
        let by_ending = || {
            let longest = self.endings.iter().filter(|(end, _)| raw.ends_with(end.as_str())).max_by_key(|(end, _)| end.len());
            longest.map(|(_, value)| value)
        };
        self.values.get(&raw).or_else(by_ending).or(self.otherwise.as_ref()).cloned()
    }
}

/// The text with its tags.
fn filled<'t>(text: &str, tag: impl Fn(&str) -> Option<&'t str>) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (key, after) = after.split_once('}')?;
        out.push_str(before);
        out.push_str(tag(key)?);
        rest = after;
    }
    out.push_str(rest);
    Some(out)
}

fn is_like(value: &str, form: &str) -> bool {
    match form {
        "number" => value.parse::<f64>().is_ok_and(f64::is_finite),
        "integer" => value.parse::<i64>().is_ok(),
        pattern => {
            value.chars().count() == pattern.chars().count()
                && value.chars().zip(pattern.chars()).all(|(v, p)| if p == '#' { v.is_ascii_digit() } else { v == p })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(toml: &str, tags: &[(&str, &str)]) -> Option<String> {
        #[derive(Deserialize)]
        struct File {
            f: Expression,
        }
        let file: File = toml::from_str(toml).unwrap();
        file.f.value(&Asked { tags, letter: 'w', id: 7 })
    }

    #[test]
    fn steps() {
        let tags = [("name", "Uzun Sokak"), ("name:tr", " "), ("highway", "residential"), ("lanes", "2")];
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(value("f = { tag = [\"name:tr\", \"name\"] }", &tags), some("Uzun Sokak"));
        assert_eq!(value("f = { id = true }", &tags), some("w7"));
        assert_eq!(value("f = { text = \"{name} ({lanes})\" }", &tags), some("Uzun Sokak (2)"));
        assert_eq!(value("f = { text = \"{ref}\" }", &tags), None);
        assert_eq!(value("f = [{ tag = \"ref\" }, { value = \"x\" }]", &tags), some("x"));
        assert_eq!(value("f = { tag = \"highway\", values = { residential = \"local\" } }", &tags), some("local"));
        assert_eq!(value("f = { tag = \"highway\", values = { a = \"b\" } }", &tags), None);
        assert_eq!(value("f = { tag = \"name\", endings = { Sokak = \"sokak\", k = \"?\" } }", &tags), some("sokak"));
        assert_eq!(value("f = { tag = \"name\", endings = { x = \"y\" }, otherwise = \"z\" }", &tags), some("z"));
        assert_eq!(value("f = { tag = \"lanes\", like = \"##\" }", &tags), None);
        assert_eq!(value("f = { tag = \"lanes\", like = \"integer\" }", &tags), some("2"));
        assert_eq!(value("f = { tag = \"name\", max = 5 }", &tags), None);
    }
}
