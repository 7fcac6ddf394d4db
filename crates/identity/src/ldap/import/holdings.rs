//! Posts and who holds them, from the groups of the directory.

use super::{SOURCE, Table, Work, people::People, sentences};
use meydan_kernel::{
    Lang, Record, Result, Value,
    desk::Edit,
    post::{HOLDING, POST, UNIT},
};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Characters of a holding's basis.
const MAX_BASIS: usize = 200;

/// A post that groups stand for.
struct Wanted {
    post: Uuid,
    unit: Uuid,
    title: String,
    /// Who should hold it, with the group by which.
    members: HashMap<Uuid, String>,
    /// False if one of its groups is not there: who isn't in the others may be in that one.
    whole: bool,
}

impl Work<'_> {
    /// Opens and closes holdings, today.
    pub(super) async fn holdings(&mut self, people: &People) -> Result<()> {
        let table = self.table(HOLDING).await?;
        let wanted = self.wanted(people).await?;
        let closing = self.closing(&table, &wanted, people);
        let ours = table.records.iter().filter(|r| is_ours(&table, r) && is_open(&table, r, self)).count();
        self.guard(closing.len(), ours)?;
        let mut edits = Vec::new();
        for (record, edit) in closing {
            if self.checked(&edit, people, &table, &record).await? {
                self.report.closed += 1;
                edits.push(edit);
            }
        }
        self.apply(HOLDING, edits).await?;
        let mut edits = Vec::new();
        for post in &wanted {
            edits.extend(self.opening(&table, post, people).await?);
        }
        self.report.opened += edits.len();
        self.apply(HOLDING, edits).await
    }

    /// The posts of the settings with who should hold them; those that aren't there are made.
    async fn wanted(&mut self, people: &People) -> Result<Vec<Wanted>> {
        let (units, posts) = (self.table(UNIT).await?, self.table(POST).await?);
        let mut out: Vec<Wanted> = Vec::new();
        let mut made = Vec::new();
        for (mapped, members) in self.settings.posts.iter().zip(&self.snapshot.members) {
            let unit = units.records.iter().find(|r| units.text(r, "code") == Some(&mapped.unit)).map(|r| r.id);
            let Some(unit) = unit else {
                self.report.note(
                    &mapped.group,
                    format!("“{}” kodlu birim yok", mapped.unit),
                    format!("there is no unit “{}”", mapped.unit),
                );
                continue;
            };
            if members.is_none() {
                self.report.note(
                    &mapped.group,
                    "dizinde böyle bir grup yok; görevlendirmeleri değişmez",
                    "there is no such group in the directory; its holdings stay",
                );
            }
            let title = mapped.title.clone().or_else(|| self.role_title(&posts, &mapped.role)).unwrap_or(mapped.role.clone());
            let there = posts.records.iter().find(|r| {
                posts.text(r, "role") == Some(&mapped.role)
                    && r.value(&posts.register, "unit") == Some(&Value::Reference(unit))
                    && mapped.title.as_ref().is_none_or(|t| posts.text(r, "title") == Some(t))
                    && is_open(&posts, r, self)
            });
            let planned = out.iter().position(|w| w.unit == unit && w.title == title);
            let post = match (there, planned) {
                (Some(record), _) => record.id,
                (None, Some(i)) => out[i].post,
                (None, None) => {
                    let id = Uuid::now_v7();
                    let set = posts.set(vec![
                        ("title", Value::Text(title.clone())),
                        ("role", Value::Text(mapped.role.clone())),
                        ("unit", Value::Reference(unit)),
                        ("seats", Value::Int(mapped.seats)),
                        ("origin", Value::Text(SOURCE.to_owned())),
                    ]);
                    made.push(Edit::Insert { id: Some(id), set, geometry: None });
                    self.report.posts += 1;
                    self.report.tell(&title, format!("yeni görev ({})", mapped.unit), format!("new post ({})", mapped.unit));
                    id
                }
            };
            let ids = members.iter().flatten().filter_map(|id| people.ids.get(id)).map(|id| (*id, mapped.group.clone()));
            match out.iter_mut().find(|w| w.post == post) {
                Some(same) => {
                    same.members.extend(ids);
                    same.whole &= members.is_some();
                }
                None => out.push(Wanted { post, unit, title, members: ids.collect(), whole: members.is_some() }),
            }
        }
        self.apply(POST, made).await?;
        Ok(out)
    }

    fn role_title(&self, posts: &Table, role: &str) -> Option<String> {
        let catalogue = self.desk.catalogue();
        let field = posts.register.field("role")?;
        let meydan_kernel::FieldKind::Code { list } = &field.kind else { return None };
        catalogue.code_lists.get(list)?.get(role).map(|code| code.title.tr.clone())
    }

    /// Holdings that came from the directory and that it no longer has. What a person recorded by hand stays.
    fn closing(&self, table: &Table, wanted: &[Wanted], people: &People) -> Vec<(Record, Edit)> {
        let today = self.principal.today();
        let mut out = Vec::new();
        for record in table.records.iter().filter(|r| is_ours(table, r) && is_open(table, r, self)) {
            let (Some(person), Some(post)) = (reference(table, record, "person"), reference(table, record, "post")) else {
                continue;
            };
            let dropped = wanted.iter().any(|w| w.post == post && w.whole && !w.members.contains_key(&person));
            let ends_today = record.value(&table.register, "valid_until") == Some(&Value::Date(today));
            if (dropped || people.gone.contains(&person)) && !ends_today {
                let set = table.set(vec![("valid_until", Value::Date(today))]);
                let edit = Edit::Update { id: record.id, expected: Some(record.version), set, geometry: None };
                out.push((record.clone(), edit));
            }
        }
        out
    }

    /// True if the edit may be; what may not (the last administrator's end) is noted.
    async fn checked(&mut self, edit: &Edit, people: &People, table: &Table, record: &Record) -> Result<bool> {
        let person = reference(table, record, "person");
        let name = person.and_then(|p| people.names.get(&p).cloned()).unwrap_or_else(|| record.id.to_string());
        if let Some(error) = self.fault(HOLDING, edit).await? {
            self.report.note(&name, sentences(&error, Lang::Tr), sentences(&error, Lang::En));
            return Ok(false);
        }
        self.report.tell(&name, "görevlendirme bugün biter", "holding ends today");
        Ok(true)
    }

    /// Holdings that the directory has and that aren't there.
    async fn opening(&mut self, table: &Table, wanted: &Wanted, people: &People) -> Result<Vec<Edit>> {
        let today = self.principal.today();
        let mut held: HashSet<Uuid> = HashSet::new();
        let mut again: HashMap<Uuid, &Record> = HashMap::new();
        for record in &table.records {
            if reference(table, record, "post") == Some(wanted.post)
                && is_open(table, record, self)
                && let Some(person) = reference(table, record, "person")
            {
                // Closed by an import earlier today: it goes on.
                if is_ours(table, record) && record.value(&table.register, "valid_until") == Some(&Value::Date(today)) {
                    again.insert(person, record);
                } else {
                    held.insert(person);
                }
            }
        }
        let mut members: Vec<(&Uuid, &String)> =
            wanted.members.iter().filter(|(id, _)| people.active.contains(*id) && !held.contains(*id)).collect();
        members.sort_unstable();
        let mut edits = Vec::new();
        for (person, group) in members {
            let name = people.names.get(person).cloned().unwrap_or_default();
            let edit = match again.get(person) {
                Some(record) => Edit::Update {
                    id: record.id,
                    expected: Some(record.version),
                    set: table.set(vec![("valid_until", Value::Null)]),
                    geometry: None,
                },
                None => Edit::Insert {
                    id: None,
                    set: table.set(vec![
                        ("person", Value::Reference(*person)),
                        ("post", Value::Reference(wanted.post)),
                        ("unit", Value::Reference(wanted.unit)),
                        ("valid_from", Value::Date(today)),
                        ("basis", Value::Text(group.chars().take(MAX_BASIS).collect())),
                        ("origin", Value::Text(SOURCE.to_owned())),
                    ]),
                    geometry: None,
                },
            };
            // In a mere look who is new isn't there yet, and can't be judged.
            let fault = if self.options.dry_run { None } else { self.fault(HOLDING, &edit).await? };
            if let Some(error) = fault {
                self.report.note(&name, sentences(&error, Lang::Tr), sentences(&error, Lang::En));
                continue;
            }
            self.report.tell(
                &name,
                format!("görev bugün başlar: {}", wanted.title),
                format!("holds from today: {}", wanted.title),
            );
            edits.push(edit);
        }
        Ok(edits)
    }
}

fn reference(table: &Table, record: &Record, field: &str) -> Option<Uuid> {
    match record.value(&table.register, field)? {
        Value::Reference(id) => Some(*id),
        _ => None,
    }
}

/// True if the record came from the directory.
fn is_ours(table: &Table, record: &Record) -> bool {
    table.text(record, "origin") == Some(SOURCE)
}

/// True if the record's time isn't over today.
fn is_open(table: &Table, record: &Record, work: &Work<'_>) -> bool {
    match record.value(&table.register, "valid_until") {
        Some(Value::Date(until)) => *until >= work.principal.today(),
        _ => true,
    }
}
