//! Making the picture from the records.

use super::directory::{Directory, Holding, Person, Post, Proxy, UnitEntry};
use crate::{
    Lang, Record, Register, Value,
    catalogue::Action,
    permission::{Limits, Unit},
    text,
};
use jiff::civil::Date;
use std::{collections::HashMap, sync::Arc};
use uuid::Uuid;

/// Limit: how many units stand above each other; more is a ring, which ends here.
const MAX_DEPTH: usize = 64;

/// The records of one register.
#[derive(Debug, Clone)]
pub struct Rows {
    /// The register.
    pub register: Arc<Register>,
    /// All of its current records.
    pub records: Vec<Record>,
}

/// One record, read by the names of its fields.
struct Row<'a>(&'a Register, &'a Record);

impl Row<'_> {
    fn text(&self, field: &str) -> Option<String> {
        match self.1.value(self.0, field)? {
            Value::Text(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
            _ => None,
        }
    }

    fn date(&self, field: &str) -> Option<Date> {
        match self.1.value(self.0, field)? {
            Value::Date(date) => Some(*date),
            _ => None,
        }
    }

    fn reference(&self, field: &str) -> Option<Uuid> {
        match self.1.value(self.0, field)? {
            Value::Reference(id) => Some(*id),
            _ => None,
        }
    }

    fn count(&self, field: &str) -> Option<u32> {
        match self.1.value(self.0, field)? {
            Value::Int(number) => u32::try_from(*number).ok(),
            _ => None,
        }
    }

    /// Words of a text that lists them, split at commas, semicolons and spaces; none if it is empty.
    fn words(&self, field: &str) -> Option<Vec<String>> {
        let text = self.text(field)?;
        Some(
            text.split(|c: char| matches!(c, ',' | ';') || c.is_whitespace())
                .filter(|w| !w.is_empty())
                .map(str::to_owned)
                .collect(),
        )
    }
}

impl Directory {
    /// The picture that the records of [`super::REGISTERS`] make; rows of other registers are left out, and a record that lacks
    /// what makes it one too.
    pub fn from_rows(rows: &[Rows]) -> Self {
        let mut out = Self::default();
        for Rows { register, records } in rows {
            for row in records.iter().map(|r| Row(register, r)) {
                match register.name.as_str() {
                    super::UNIT => out.take_unit(&row),
                    super::POST => out.take_post(&row),
                    super::PERSON => out.take_person(&row),
                    super::HOLDING => out.take_holding(&row),
                    super::PROXY => out.take_proxy(&row),
                    _ => {}
                }
            }
        }
        out.holdings.values_mut().for_each(|list| list.sort_by_key(|h| (h.from, h.id)));
        out.proxies.values_mut().for_each(|list| list.sort_by_key(|p| (p.from, p.id)));
        out.lines = lines(&out.units);
        out
    }

    fn take_unit(&mut self, row: &Row<'_>) {
        let entry = UnitEntry {
            id: row.1.id,
            code: row.text("code").unwrap_or_default(),
            name: row.text("name").unwrap_or_default(),
            parent: row.reference("parent"),
            from: row.date("valid_from"),
            until: row.date("valid_until"),
            area: row.1.geometry.clone(),
        };
        self.units.insert(entry.id, entry);
    }

    fn take_post(&mut self, row: &Row<'_>) {
        let (Some(role), Some(unit)) = (row.text("role"), row.reference("unit")) else { return };
        let post = Post {
            id: row.1.id,
            title: row.text("title").unwrap_or_default(),
            role,
            unit,
            reports_to: row.reference("reports_to"),
            seats: row.count("seats").unwrap_or(1),
            from: row.date("valid_from"),
            until: row.date("valid_until"),
        };
        self.posts.insert(post.id, post);
    }

    fn take_person(&mut self, row: &Row<'_>) {
        let names = [row.text("first_name"), row.text("last_name")];
        let login = row.text("login").map(|login| text::fold(&login));
        let person = Person {
            id: row.1.id,
            name: names.into_iter().flatten().collect::<Vec<_>>().join(" "),
            login: login.clone(),
            email: row.text("email"),
            lang: if row.text("language").as_deref() == Some(Lang::En.tag()) { Lang::En } else { Lang::Tr },
            active: row.text("status").as_deref() == Some("active"),
        };
        // Two that only differ in case or in Turkish letters are one login, since keyboards differ too: the first keeps it, unless
        // they have left.
        if let Some(login) = login.map(|login| text::search_fold(&login)) {
            let holder = self.by_login.get(&login).and_then(|id| self.persons.get(id));
            if holder.is_none_or(|holder| !holder.active && person.active) {
                self.by_login.insert(login, person.id);
            }
        }
        self.persons.insert(person.id, person);
    }

    fn take_holding(&mut self, row: &Row<'_>) {
        let (Some(person), Some(post), Some(from)) = (row.reference("person"), row.reference("post"), row.date("valid_from"))
        else {
            return;
        };
        let holding = Holding { id: row.1.id, person, post, from, until: row.date("valid_until") };
        self.holdings.entry(person).or_default().push(holding);
    }

    fn take_proxy(&mut self, row: &Row<'_>) {
        let persons = (row.reference("delegator"), row.reference("delegate"));
        let days = (row.date("valid_from"), row.date("valid_until"));
        let ((Some(delegator), Some(delegate)), (Some(from), Some(until))) = (persons, days) else { return };
        let actions = row.words("actions").map(|words| words.iter().filter_map(|w| Action::from_word(w)).collect());
        let proxy = Proxy {
            id: row.1.id,
            delegator,
            delegate,
            post: row.reference("post"),
            powers: Limits { actions, registers: row.words("registers") },
            from,
            until,
            approved: row.text("status").as_deref() == Some("approved"),
        };
        self.proxies.entry(delegate).or_default().push(proxy);
    }
}

/// Units as grants see them: the codes above, the ids below.
fn lines(units: &HashMap<Uuid, UnitEntry>) -> HashMap<Uuid, Arc<Unit>> {
    let mut below: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    let mut codes: HashMap<Uuid, Vec<String>> = HashMap::new();
    for unit in units.values() {
        let mut above = Some(unit.id);
        let mut seen = Vec::new();
        while let Some(id) = above.filter(|id| !seen.contains(id) && seen.len() < MAX_DEPTH) {
            seen.push(id);
            let Some(entry) = units.get(&id) else { break };
            below.entry(id).or_default().push(unit.id);
            codes.entry(unit.id).or_default().push(entry.code.clone());
            above = entry.parent;
        }
    }
    units
        .values()
        .map(|unit| {
            let mut ids = below.remove(&unit.id).unwrap_or_default();
            ids.sort_unstable();
            let codes = codes.remove(&unit.id).unwrap_or_default();
            (unit.id, Arc::new(Unit { id: unit.id, codes, below: ids, area: unit.area.clone() }))
        })
        .collect()
}
