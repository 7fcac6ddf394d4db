//! The further questions of a category (GeoReport: the attributes of a service), kept with it as a JSON list.

use super::document::Node;
use meydan_kernel::{Bilingual, Lang};
use serde::Deserialize;

/// A text, the same for all or in both languages.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Words {
    /// The same for all.
    Same(String),
    /// In both languages.
    Both(Bilingual),
}

impl Words {
    /// The text in one language.
    pub fn get(&self, lang: Lang) -> &str {
        match self {
            Self::Same(text) => text,
            Self::Both(both) => both.get(lang),
        }
    }
}

/// What an answer must be (GeoReport v2, GET Service Definition).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Datatype {
    /// One line.
    #[default]
    String,
    /// A number.
    Number,
    /// A W3C instant.
    Datetime,
    /// Several lines.
    Text,
    /// One of `values`.
    SingleValueList,
    /// Some of `values`.
    MultiValueList,
}

impl Datatype {
    /// As the standard writes it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Number => "number",
            Self::Datetime => "datetime",
            Self::Text => "text",
            Self::SingleValueList => "singlevaluelist",
            Self::MultiValueList => "multivaluelist",
        }
    }
}

/// One answer to choose.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Choice {
    /// What is sent.
    pub key: String,
    /// What is read.
    pub name: Words,
}

/// One question.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Question {
    /// Its code within the service.
    pub code: String,
    /// An answer is expected; else `description` is only to be shown.
    #[serde(default = "yes")]
    pub variable: bool,
    /// What an answer must be.
    #[serde(default)]
    pub datatype: Datatype,
    /// Without an answer nothing is filed.
    #[serde(default)]
    pub required: bool,
    /// How an answer is written.
    #[serde(default)]
    pub datatype_description: Option<Words>,
    /// Place among the questions.
    #[serde(default)]
    pub order: Option<i64>,
    /// The question.
    pub description: Words,
    /// Answers to choose from.
    #[serde(default)]
    pub values: Vec<Choice>,
}

const fn yes() -> bool {
    true
}

/// Reads the questions of a category, in their order; none from a text that holds none, of which the operator's journal is told.
pub fn read(text: &str) -> Vec<Question> {
    if text.trim().is_empty() {
        return Vec::new();
    }
    let mut questions: Vec<Question> = serde_json::from_str(text).unwrap_or_else(|error| {
        tracing::warn!(%error, "the questions of a category can't be read");
        Vec::new()
    });
    questions.sort_by_key(|q| q.order.unwrap_or(i64::MAX));
    questions
}

impl Question {
    /// As an attribute of the service's definition; `place` counts from 1.
    pub fn to_node(&self, lang: Lang, place: i64) -> Node {
        let value = |choice: &Choice| {
            let name = choice.name.get(lang).to_owned();
            Node::Object(vec![("key", Node::Text(choice.key.clone())), ("name", Node::Text(name))])
        };
        let mut members = vec![
            ("variable", Node::Flag(self.variable)),
            ("code", Node::Text(self.code.clone())),
            ("datatype", Node::Text(self.datatype.word().to_owned())),
            ("required", Node::Flag(self.required)),
            ("datatype_description", Node::text(self.datatype_description.as_ref().map(|w| w.get(lang)))),
            ("order", Node::Int(self.order.unwrap_or(place))),
            ("description", Node::Text(self.description.get(lang).to_owned())),
        ];
        if !self.values.is_empty() {
            members.push(("values", Node::List("value", self.values.iter().map(value).collect())));
        }
        Node::Object(members)
    }

    /// What the given answers are, in words; `Err` says in both languages what is wrong with them.
    ///
    /// # Errors
    /// A required answer that is missing, one that is not of the datatype, several where one is asked for.
    pub fn answer(&self, given: &[String], lang: Lang) -> Result<Option<String>, Bilingual> {
        let given: Vec<&str> = given.iter().map(|g| g.trim()).filter(|g| !g.is_empty()).collect();
        let Some(first) = given.first() else {
            let missing = self.required && self.variable;
            return if missing { Err(Bilingual::new("yanıtlanmalı", "must be answered")) } else { Ok(None) };
        };
        if given.len() > 1 && self.datatype != Datatype::MultiValueList {
            return Err(Bilingual::new("tek yanıt verilir", "takes one answer"));
        }
        let fits = match self.datatype {
            Datatype::Number => first.parse::<f64>().is_ok_and(f64::is_finite),
            Datatype::Datetime => super::when::instant(first, super::when::End::First).is_some(),
            _ => true,
        };
        if !fits {
            return Err(Bilingual::new(
                format!("“{}” türünde olmalı", self.datatype.word()),
                format!("must be of type “{}”", self.datatype.word()),
            ));
        }
        if !matches!(self.datatype, Datatype::SingleValueList | Datatype::MultiValueList) {
            return Ok(Some((*first).to_owned()));
        }
        let chosen = |key: &&str| self.values.iter().find(|v| v.key == **key).map(|v| v.name.get(lang));
        let names: Option<Vec<&str>> = given.iter().map(chosen).collect();
        let keys = || self.values.iter().map(|v| v.key.as_str()).collect::<Vec<_>>().join(", ");
        names
            .map(|names| Some(names.join(", ")))
            .ok_or_else(|| Bilingual::new(format!("şunlardan biri olmalı: {}", keys()), format!("must be one of: {}", keys())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_read_in_order_and_answers_are_held_to_them() {
        let read = read(
            r#"[{ "code": "NEREDE", "order": 2, "datatype": "singlevaluelist", "required": true,
                  "description": { "tr": "Nerede?", "en": "Where?" },
                  "values": [{ "key": "1", "name": { "tr": "Yolda", "en": "On the road" } }] },
                { "code": "KAC", "order": 1, "datatype": "number", "description": "Kaç" }]"#,
        );
        assert_eq!(read.iter().map(|q| q.code.as_str()).collect::<Vec<_>>(), ["KAC", "NEREDE"]);
        let given = |texts: &[&str]| texts.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>();
        assert_eq!(read[1].answer(&given(&["1"]), Lang::Tr), Ok(Some("Yolda".to_owned())));
        for wrong in [given(&[]), given(&[" "]), given(&["2"]), given(&["1", "1"])] {
            assert!(read[1].answer(&wrong, Lang::Tr).is_err(), "{wrong:?}");
        }
        assert_eq!(read[0].answer(&[], Lang::Tr), Ok(None));
        assert!(read[0].answer(&given(&["çok"]), Lang::Tr).is_err());
        assert!(super::read("no JSON").is_empty());
    }
}
