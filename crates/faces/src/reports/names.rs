//! What groups are called.

use super::{REQUEST, dimension::Dimension};
use meydan_kernel::{Desk, FieldKind, Lang, Principal, Query, Result, Value, catalogue::Action, query::MAX_PAGE};
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};
use uuid::Uuid;

/// Names of groups, by dimension and key.
#[derive(Debug, Default)]
pub struct Names(HashMap<(&'static str, String), String>);

impl Names {
    /// The names of these groups, as far as who asks may read them.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn of<'a>(
        desk: &Desk,
        principal: &Principal,
        lang: Lang,
        groups: impl IntoIterator<Item = (Dimension, Vec<&'a str>)>,
    ) -> Result<Self> {
        let requests = desk.register(REQUEST)?;
        let catalogue = desk.catalogue();
        let mut names = Self::default();
        for (dimension, keys) in groups {
            match requests.field(dimension.field()).map(|f| &f.kind) {
                Some(FieldKind::Code { list }) => {
                    let codes = catalogue.code_lists.get(list);
                    for code in codes.iter().flat_map(|l| &l.codes) {
                        names.0.insert((dimension.field(), code.code.clone()), code.title.get(lang).to_owned());
                    }
                }
                Some(FieldKind::Reference { register }) => {
                    let ids: BTreeSet<Uuid> = keys.iter().filter_map(|k| k.parse().ok()).collect();
                    for (id, name) in records(desk, principal, lang, register, ids).await? {
                        names.0.insert((dimension.field(), id.to_string()), name);
                    }
                }
                _ => {}
            }
        }
        Ok(names)
    }

    /// The name of a group; its key, if it has none that may be read.
    pub fn get<'a>(&'a self, dimension: Dimension, key: &'a str) -> &'a str {
        self.0.get(&(dimension.field(), key.to_owned())).map_or(key, String::as_str)
    }
}

/// Names of records in a language.
///
/// # Errors
/// Those of the store.
pub async fn records(
    desk: &Desk,
    principal: &Principal,
    lang: Lang,
    register: &str,
    ids: BTreeSet<Uuid>,
) -> Result<Vec<(Uuid, String)>> {
    let register = desk.register(register)?;
    if ids.is_empty() || desk.access(principal, &register, Action::Read).is_none() {
        return Ok(Vec::new());
    }
    let limit = Some(ids.len().min(MAX_PAGE));
    let query = Query { ids: Some(ids.into_iter().collect()), limit, ..Query::all(Arc::clone(&register)) };
    let english = format!("{}_en", register.label);
    let found = desk.query(principal, &query).await?;
    let text = |record: &meydan_kernel::Record, field: &str| match record.value(&register, field) {
        Some(Value::Text(text)) if !text.is_empty() => Some(text.clone()),
        _ => None,
    };
    let name = |record: &meydan_kernel::Record| match lang {
        Lang::En => text(record, &english).or_else(|| text(record, &register.label)),
        Lang::Tr => text(record, &register.label),
    };
    Ok(found.iter().filter_map(|r| Some((r.id, name(r)?))).collect())
}
