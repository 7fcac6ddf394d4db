//! Persons: who is new, who changed, who is gone.

use super::{EXTERNAL_ID, Ids, SOURCE, Table, Work, sentences};
use crate::ldap::read::Entrant;
use meydan_kernel::{Lang, Record, Result, Value, desk::Edit, post::PERSON};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

const ACTIVE: &str = "active";
const DISABLED: &str = "disabled";
const LEFT: &str = "left";
/// Kinds of secrets by which a person logs in here without the directory.
const OWN_LOGINS: [&str; 2] = ["password", "passkey"];

/// What the holdings need to know of the persons.
pub(super) struct People {
    /// Ids of who is in the directory.
    pub ids: Ids,
    /// Who of them may log in.
    pub active: HashSet<Uuid>,
    /// Who is known to have been in it and is no longer.
    pub gone: HashSet<Uuid>,
    /// Names for the report.
    pub names: HashMap<Uuid, String>,
}

/// One person's change.
struct Draft {
    id: Uuid,
    name: String,
    before: Option<Record>,
    set: Vec<(usize, Value)>,
    linked: bool,
    status: Option<&'static str>,
}

/// The persons as they are, and who has which unique value.
struct Ours {
    table: Table,
    by_external: HashMap<String, Record>,
    by_login: HashMap<String, Record>,
    taken: HashMap<(usize, String), Uuid>,
}

impl Ours {
    fn of(table: Table) -> Result<Self> {
        table.index(EXTERNAL_ID)?;
        let (mut by_external, mut by_login, mut taken) = (HashMap::new(), HashMap::new(), HashMap::new());
        for record in &table.records {
            if let Some(id) = table.text(record, EXTERNAL_ID) {
                by_external.insert(id.to_owned(), record.clone());
            } else if let Some(login) = table.text(record, "login") {
                by_login.insert(lowered(login), record.clone());
            }
            for (i, field) in table.register.fields.iter().enumerate().filter(|(_, f)| f.unique) {
                if let Some(Value::Text(text)) = record.values.get(i) {
                    let text = if field.name == "login" { lowered(text) } else { text.clone() };
                    taken.insert((i, text), record.id);
                }
            }
        }
        Ok(Self { table, by_external, by_login, taken })
    }

    fn name(&self, record: &Record) -> String {
        let part = |field: &str| self.table.text(record, field).unwrap_or_default();
        format!("{} {} ({})", part("first_name"), part("last_name"), part("login"))
    }

    fn status<'r>(&self, record: &'r Record) -> &'r str {
        self.table.text(record, "status").unwrap_or_default()
    }
}

/// A login name as directories compare it, and as people type it: in small letters.
fn lowered(login: &str) -> String {
    login.trim().to_lowercase().replace('\u{307}', "")
}

impl Work<'_> {
    /// Brings the persons to what the directory says.
    pub(super) async fn people(&mut self) -> Result<People> {
        let mut ours = Ours::of(self.table(PERSON).await?)?;
        let gone = self.gone(&ours);
        let mut drafts = Vec::new();
        let mut ids = Ids::new();
        let ambiguous = self.ambiguous();
        for entrant in self.snapshot.people.values() {
            let login = entrant.login.as_deref().map(lowered);
            if login.as_ref().is_some_and(|l| ambiguous.contains(l)) {
                self.reject(
                    entrant,
                    "aynı kullanıcı adı dizinde birden çok kişide",
                    "several in the directory have this login name",
                );
                continue;
            }
            if let Some(draft) = self.draft(&mut ours, entrant, login, &gone).await? {
                ids.insert(entrant.id.clone(), draft.id);
                drafts.push(draft);
            }
        }
        let disabling = drafts.iter().filter(|d| d.before.is_some() && d.status == Some(DISABLED)).count();
        self.guard(gone.values().filter(|active| **active).count() + disabling, ours.by_external.len())?;
        let logins: HashSet<String> = self.snapshot.people.values().filter_map(|p| p.login.as_deref().map(lowered)).collect();
        self.disable_gone(&ours, &gone, &logins).await?;
        let mut people = People { ids, active: HashSet::new(), gone: gone.keys().copied().collect(), names: HashMap::new() };
        self.write(&ours, drafts, &mut people).await?;
        Ok(people)
    }

    /// Who was in the directory and is no longer; and whether they are active here.
    fn gone(&self, ours: &Ours) -> HashMap<Uuid, bool> {
        let gone = ours.by_external.iter().filter(|(id, _)| !self.snapshot.people.contains_key(*id));
        gone.map(|(_, record)| (record.id, ours.status(record) == ACTIVE)).collect()
    }

    /// Login names that several have.
    fn ambiguous(&self) -> HashSet<String> {
        let mut seen = HashSet::new();
        let logins = self.snapshot.people.values().filter_map(|p| p.login.as_deref().map(lowered));
        logins.filter(|login| !seen.insert(login.clone())).collect()
    }

    fn reject(&mut self, entrant: &Entrant, tr: &str, en: &str) {
        let name = entrant.login.clone().unwrap_or_else(|| entrant.id.clone());
        self.report.rejected += 1;
        self.report.note(&name, tr, en);
    }

    /// What changes for one entry; `None` if it can't be taken.
    async fn draft(
        &mut self,
        ours: &mut Ours,
        entrant: &Entrant,
        login: Option<String>,
        gone: &HashMap<Uuid, bool>,
    ) -> Result<Option<Draft>> {
        let known = ours.by_external.get(&entrant.id).cloned();
        let linked = known.is_none();
        let before = known.or_else(|| login.as_ref().and_then(|l| ours.by_login.get(l)).cloned());
        let id = before.as_ref().map_or_else(Uuid::now_v7, |r| r.id);
        let login_index = ours.table.index("login")?;
        if let Some(login) = &login
            && let Some(other) = ours.taken.get(&(login_index, login.clone()))
            && *other != id
            && !gone.contains_key(other)
        {
            self.reject(entrant, "kullanıcı adı burada başkasında", "another person here has the login name");
            return Ok(None);
        }
        let name = entrant.login.clone().unwrap_or_else(|| entrant.id.clone());
        let mut want = vec![
            (login_index, login.map_or(Value::Null, Value::Text)),
            (ours.table.index(EXTERNAL_ID)?, Value::Text(entrant.id.clone())),
        ];
        want.extend(self.fields(ours, entrant, id, &name));
        let status = self.status(ours, entrant, before.as_ref(), &name).await?;
        if let Some(status) = status {
            want.extend(ours.table.set(vec![("status", Value::Text(status.to_owned()))]));
        }
        match &before {
            Some(record) => want.retain(|(i, value)| record.values.get(*i) != Some(value)),
            None => {
                want.retain(|(_, value)| !value.is_null());
                want.extend(ours.table.set(vec![("origin", Value::Text(SOURCE.to_owned()))]));
            }
        }
        let linked = linked && before.is_some();
        if let Some(record) = before.as_ref().filter(|_| linked) {
            want.extend(self.origin_of_linked(ours, record, &name).await?);
        }
        Ok(Some(Draft { id, name, before, set: want, linked, status }))
    }

    /// Who was here already and is found by their login name logs in by the directory from now on; unless they have a login of
    /// their own here: nobody who can name an account in the directory becomes an administrator of this house by that.
    async fn origin_of_linked(&mut self, ours: &Ours, record: &Record, name: &str) -> Result<Vec<(usize, Value)>> {
        for kind in OWN_LOGINS {
            if !self.desk.store().secrets(kind, Some(record.id)).await?.is_empty() {
                self.report.note(
                    name,
                    "burada kendi parolası ya da geçiş anahtarı var; girişi dizine bağlanmadı",
                    "has a password or passkey here; the login was not handed to the directory",
                );
                return Ok(Vec::new());
            }
        }
        Ok(ours.table.set(vec![("origin", Value::Text(SOURCE.to_owned()))]))
    }

    /// The mapped fields as values; what can't be one is left out and noted.
    fn fields(&mut self, ours: &mut Ours, entrant: &Entrant, id: Uuid, name: &str) -> Vec<(usize, Value)> {
        let mut out = Vec::new();
        for (field, text) in &entrant.fields {
            let Some((i, def)) = ours.table.register.fields.iter().enumerate().find(|(_, f)| f.name == *field) else {
                self.report.note(field, "[ldap.fields]: böyle bir alan yok", "[ldap.fields]: there is no such field");
                continue;
            };
            let json = text.as_ref().map_or(serde_json::Value::Null, |t| t.as_str().into());
            let Some(value) = Value::from_json(&json, &def.kind) else {
                let (tr, en) =
                    (format!("{field}: değer okunamıyor, alınmadı"), format!("{field}: the value can't be read, left out"));
                self.report.note(name, tr, en);
                continue;
            };
            if value.is_null() && def.required {
                continue;
            }
            if let (true, Value::Text(text)) = (def.unique, &value) {
                let holder = *ours.taken.entry((i, text.clone())).or_insert(id);
                if holder != id {
                    let (tr, en) =
                        (format!("{field}: değer başkasında, alınmadı"), format!("{field}: another has the value, left out"));
                    self.report.note(name, tr, en);
                    continue;
                }
            }
            out.push((i, value));
        }
        out
    }

    /// The new status; `None` if it stays. Who was disabled or left by hand stays so.
    async fn status(
        &mut self,
        ours: &Ours,
        entrant: &Entrant,
        before: Option<&Record>,
        name: &str,
    ) -> Result<Option<&'static str>> {
        let Some(record) = before else { return Ok(Some(if entrant.disabled { DISABLED } else { ACTIVE })) };
        Ok(match (ours.status(record), entrant.disabled) {
            (ACTIVE, true) => Some(DISABLED),
            (DISABLED, false) if self.disabled_by_us(ours, record).await? => Some(ACTIVE),
            (DISABLED, false) => {
                self.report.note(
                    name,
                    "burada elle askıya alınmış, dizinde etkin; askıda kalır",
                    "disabled here by hand, enabled in the directory; stays disabled",
                );
                None
            }
            (LEFT, false) => {
                self.report.note(
                    name,
                    "burada ayrılmış, dizinde etkin; ayrılmış kalır",
                    "has left here, is enabled in the directory; stays so",
                );
                None
            }
            _ => None,
        })
    }

    /// True if an import disabled the person, and nobody since.
    async fn disabled_by_us(&self, ours: &Ours, record: &Record) -> Result<bool> {
        let mut by_us = false;
        let mut last = "";
        let versions = self.desk.store().history(&ours.table.register, record.id).await?;
        for version in &versions {
            let status = ours.status(&version.record);
            if status != last {
                by_us = version.act.source == SOURCE;
                last = status;
            }
        }
        Ok(by_us)
    }

    /// Disables who is gone. A login name that somebody else has now is taken from them: it is no longer theirs.
    async fn disable_gone(&mut self, ours: &Ours, gone: &HashMap<Uuid, bool>, logins: &HashSet<String>) -> Result<()> {
        let mut edits = Vec::new();
        for record in ours.table.records.iter().filter(|r| gone.contains_key(&r.id)) {
            let mut set = Vec::new();
            if gone.get(&record.id) == Some(&true) {
                set.push(("status", Value::Text(DISABLED.to_owned())));
            }
            if ours.table.text(record, "login").is_some_and(|l| logins.contains(&lowered(l))) {
                set.push(("login", Value::Null));
            }
            if set.is_empty() {
                continue;
            }
            let edit = Edit::Update { id: record.id, expected: Some(record.version), set: ours.table.set(set), geometry: None };
            let name = ours.name(record);
            if let Some(error) = self.fault(PERSON, &edit).await? {
                self.report.rejected += 1;
                self.report.note(&name, sentences(&error, Lang::Tr), sentences(&error, Lang::En));
                continue;
            }
            self.report.disabled += 1;
            self.report.tell(&name, "dizinde yok: askıya alınır", "gone from the directory: disabled");
            edits.push(edit);
        }
        self.apply(PERSON, edits).await
    }

    /// Checks each draft alone, so that one bad entry doesn't stop the others, and writes those that are right.
    async fn write(&mut self, ours: &Ours, drafts: Vec<Draft>, people: &mut People) -> Result<()> {
        let mut edits = Vec::new();
        for draft in drafts {
            people.names.insert(draft.id, draft.name.clone());
            let was_active = draft.before.as_ref().is_some_and(|r| ours.status(r) == ACTIVE);
            let is_new = draft.before.is_none();
            let Some(taken) = self.right(ours, &draft).await? else {
                // Who could not be taken as new is nobody; who was there stays.
                if is_new {
                    people.ids.retain(|_, id| *id != draft.id);
                } else if was_active {
                    people.active.insert(draft.id);
                }
                continue;
            };
            let status = if taken.is_some() { draft.status } else { None };
            if status.map_or(was_active, |s| s == ACTIVE) {
                people.active.insert(draft.id);
            }
            let Some(edit) = taken else {
                self.report.unchanged += 1;
                continue;
            };
            self.count(ours, &draft, &edit);
            edits.push(edit);
        }
        self.apply(PERSON, edits).await
    }

    fn count(&mut self, ours: &Ours, draft: &Draft, edit: &Edit) {
        let names: Vec<&str> = match edit {
            Edit::Update { set, .. } => {
                set.iter().filter_map(|(i, _)| ours.table.register.fields.get(*i)).map(|f| f.name.as_str()).collect()
            }
            _ => Vec::new(),
        };
        let fields = names.join(", ");
        if draft.before.is_none() {
            self.report.inserted += 1;
            self.report.tell(&draft.name, "yeni", "new");
            return;
        }
        self.report.linked += usize::from(draft.linked);
        match draft.status {
            Some(DISABLED) => {
                self.report.disabled += 1;
                self.report.tell(&draft.name, "askıya alınır", "disabled");
            }
            Some(_) => {
                self.report.enabled += 1;
                self.report.tell(&draft.name, "yeniden etkinleştirilir", "enabled again");
            }
            None => {}
        }
        if names.iter().any(|n| *n != "status") {
            self.report.updated += 1;
            self.report.tell(&draft.name, format!("değişir: {fields}"), format!("changes: {fields}"));
        }
    }

    /// The draft as an edit (`Some(None)` if nothing is left to change), without optional fields that are wrong; `None` if it can't
    /// be taken.
    async fn right(&mut self, ours: &Ours, draft: &Draft) -> Result<Option<Option<Edit>>> {
        let mut set = draft.set.clone();
        loop {
            if set.is_empty() {
                return Ok(Some(None));
            }
            let edit = match &draft.before {
                Some(record) => Edit::Update { id: draft.id, expected: Some(record.version), set: set.clone(), geometry: None },
                None => Edit::Insert { id: Some(draft.id), set: set.clone(), geometry: None },
            };
            let Some(error) = self.fault(PERSON, &edit).await? else { return Ok(Some(Some(edit))) };
            self.report.note(&draft.name, sentences(&error, Lang::Tr), sentences(&error, Lang::En));
            let kept = set.len();
            set.retain(|(i, _)| {
                let field = ours.table.register.fields.get(*i);
                let own = |name: &str| matches!(name, "status" | "login" | EXTERNAL_ID | "origin");
                !field.is_some_and(|f| !f.required && !own(&f.name) && error.fields().iter().any(|e| e.field == f.name))
            });
            if set.len() == kept {
                self.report.rejected += 1;
                return Ok(None);
            }
        }
    }
}
