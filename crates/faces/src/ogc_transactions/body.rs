//! The body of a transaction (OGC 26-018, clause 8), and how its actions become edits.

use crate::{
    App,
    ogc_features::{
        FILTER_LANGUAGES,
        edit::content::{Feature, Manner},
        item_key,
    },
};
use meydan_kernel::{
    Error, Principal, Query, Record, Register, Result, cql2,
    desk::{Edit, MAX_CHANGES},
};
use serde::Deserialize;
use serde_json::{Map, Value as Json};
use std::sync::Arc;

/// What the body says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transaction {
    /// Why; it is what the log keeps.
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default, rename = "title")]
    _title: Option<String>,
    /// Together or each by itself.
    #[serde(default)]
    pub semantic: Semantic,
    /// In the order of the log.
    pub transaction: Vec<Action>,
}

/// Together or each by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Semantic {
    /// Whole or not at all.
    #[default]
    Atomic,
    /// Each action by itself.
    Batch,
}

/// What an action does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// New features.
    Insert,
    /// Some fields of features.
    Update,
    /// Whole features.
    Replace,
    /// Their end.
    Delete,
}

/// One action.
#[derive(Debug, Deserialize)]
#[serde(tag = "action", rename_all = "lowercase", deny_unknown_fields)]
pub enum Action {
    /// New features of a collection.
    Insert {
        /// Name of the register.
        collection: String,
        /// The features.
        items: Vec<Json>,
        /// Said for people.
        #[serde(default, rename = "description")]
        _description: Option<String>,
    },
    /// Some fields of the features that a filter finds.
    Update {
        /// Name of the register.
        collection: String,
        /// Which fields, and what they become.
        properties: Modification,
        /// Which features, in which language.
        #[serde(default)]
        filter: Option<Json>,
        #[serde(default, rename = "filter-lang")]
        filter_lang: Option<String>,
        /// Said for people.
        #[serde(default, rename = "description")]
        _description: Option<String>,
    },
    /// The feature that a filter finds becomes another.
    Replace {
        /// Name of the register.
        collection: String,
        /// What it becomes.
        properties: Whole,
        /// Which features, in which language.
        #[serde(default)]
        filter: Option<Json>,
        #[serde(default, rename = "filter-lang")]
        filter_lang: Option<String>,
        /// Said for people.
        #[serde(default, rename = "description")]
        _description: Option<String>,
    },
    /// The end of the features that a filter finds.
    Delete {
        /// Name of the register.
        collection: String,
        /// Which features, in which language.
        #[serde(default)]
        filter: Option<Json>,
        #[serde(default, rename = "filter-lang")]
        filter_lang: Option<String>,
        /// Said for people.
        #[serde(default, rename = "description")]
        _description: Option<String>,
    },
}

/// What an update does to fields. In a register of fixed fields to add a value and to change one are the same.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Modification {
    #[serde(default)]
    add: Vec<Pair>,
    #[serde(default)]
    modify: Vec<Pair>,
    #[serde(default)]
    delete: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pair {
    name: String,
    value: Json,
}

/// What a replacement sets in the place of a feature.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Whole {
    feature: Json,
}

impl Action {
    /// What it does.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Insert { .. } => Kind::Insert,
            Self::Update { .. } => Kind::Update,
            Self::Replace { .. } => Kind::Replace,
            Self::Delete { .. } => Kind::Delete,
        }
    }

    /// To which collection.
    pub fn collection(&self) -> &str {
        match self {
            Self::Insert { collection, .. }
            | Self::Update { collection, .. }
            | Self::Replace { collection, .. }
            | Self::Delete { collection, .. } => collection,
        }
    }

    /// The edits for the desk, each with its register's name.
    ///
    /// # Errors
    /// `no-such-register`, `no-such-record`, `bad-filter`, `filter-needed`, `too-many-changes`, `not-a-feature`,
    /// `invalid-record`, `bad-geometry`; refusals of the desk.
    pub async fn edits(&self, app: &App, principal: &Principal, manner: Manner) -> Result<Vec<(String, Edit)>> {
        let register = app.desk.register(self.collection())?;
        let named = |edit| (register.name.clone(), edit);
        let right = match self.kind() {
            Kind::Insert if register.part => None,
            Kind::Insert => Some(meydan_kernel::catalogue::Action::Insert),
            Kind::Update | Kind::Replace => Some(meydan_kernel::catalogue::Action::Update),
            Kind::Delete => Some(meydan_kernel::catalogue::Action::Delete),
        };
        if let Some(right) = right {
            app.desk.admit(principal, &register, right).await?;
        }
        let desk = &app.desk;
        let edits: Result<Vec<Edit>> = match self {
            Self::Insert { items, .. } => {
                let one = |json: &Json| Feature::read(json.clone()).and_then(|f| f.insertion(desk, &register, manner));
                items.iter().map(one).collect()
            }
            Self::Update { properties, filter, filter_lang, .. } => {
                let found = found(app, principal, &register, filter.as_ref(), filter_lang.as_deref()).await?;
                found.iter().map(|(now, expected)| properties.patch().patch(desk, &register, now, *expected, manner)).collect()
            }
            Self::Replace { properties, filter, filter_lang, .. } => {
                let found = found(app, principal, &register, filter.as_ref(), filter_lang.as_deref()).await?;
                let one = |(now, expected): &(Record, Option<i64>)| {
                    Feature::read(properties.feature.clone())?.replacement(desk, &register, now, *expected, manner)
                };
                found.iter().map(one).collect()
            }
            Self::Delete { filter, filter_lang, .. } => {
                let found = found(app, principal, &register, filter.as_ref(), filter_lang.as_deref()).await?;
                Ok(found.into_iter().map(|(now, expected)| Edit::Delete { id: now.id, expected }).collect())
            }
        };
        Ok(edits?.into_iter().map(named).collect())
    }
}

impl Modification {
    fn patch(&self) -> Feature {
        let mut feature = Feature::default();
        let mut properties = Map::new();
        for Pair { name, value } in self.add.iter().chain(&self.modify) {
            match name.as_str() {
                "geometry" => feature.geometry = Some(value.clone()),
                _ => drop(properties.insert(name.clone(), value.clone())),
            }
        }
        for name in &self.delete {
            match name.as_str() {
                "geometry" => feature.geometry = Some(Json::Null),
                _ => drop(properties.insert(name.clone(), Json::Null)),
            }
        }
        feature.properties = properties;
        feature
    }
}

/// The records that a filter finds, and which version of each it was: those named by id are taken as they are when the change is
/// made; those found by what they hold must still be what they were.
async fn found(
    app: &App,
    principal: &Principal,
    register: &Arc<Register>,
    filter: Option<&Json>,
    language: Option<&str>,
) -> Result<Vec<(Record, Option<i64>)>> {
    match filter {
        Some(Json::Object(members)) if members.len() == 1 && members.contains_key("ids") => {
            let ids = members.get("ids").and_then(Json::as_array).ok_or_else(|| bad_filter("ids"))?;
            if ids.len() > MAX_CHANGES {
                return Err(too_many());
            }
            let mut out = Vec::with_capacity(ids.len());
            for id in ids {
                let text = match id {
                    Json::String(text) => text.clone(),
                    Json::Number(number) => number.to_string(),
                    _ => return Err(bad_filter("ids")),
                };
                let key = item_key(register, &text)?;
                out.push((app.desk.get(principal, register, key, None).await?, None));
            }
            Ok(out)
        }
        Some(Json::String(text)) if language.is_some_and(|l| FILTER_LANGUAGES.contains(&l)) => {
            let filter = Some(cql2::parse(register, text)?);
            let query = Query { filter, limit: Some(MAX_CHANGES), ..Query::all(Arc::clone(register)) };
            let records = app.desk.query(principal, &query).await?;
            if records.len() >= MAX_CHANGES {
                return Err(too_many());
            }
            Ok(records.into_iter().map(|r| (r.clone(), Some(r.version))).collect())
        }
        // Never all features of a collection, only because something was left out.
        None => Err(Error::invalid(
            "filter-needed",
            "Hangi kayıtların değişeceği “filter” ile belirtilmeli.",
            "It must be said by “filter” which features are meant.",
        )
        .field("filter", "gerekli", "is needed")),
        Some(_) => Err(bad_filter("filter")),
    }
}

fn bad_filter(member: &str) -> Error {
    Error::invalid("bad-filter", "Süzgeç okunamadı.", "The filter can't be read.").field(
        member,
        "{\"ids\": […]} ya da “filter-lang”: “cql2-text” ile bir koşul olmalı",
        "must be {\"ids\": […]}, or a condition with “filter-lang”: “cql2-text”",
    )
}

fn too_many() -> Error {
    Error::new(
        meydan_kernel::Kind::TooLarge,
        "too-many-changes",
        format!("Bir seferde en çok {MAX_CHANGES} değişiklik yapılabilir."),
        format!("At most {MAX_CHANGES} changes can be made at once."),
    )
}
