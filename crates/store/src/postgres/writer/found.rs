//! What the database says about everything a batch touches, read under the head's lock: nobody else can change it meanwhile.

use super::{
    super::{
        errors::from_pg,
        rows,
        table::{self, unique_keys},
        types::{In, Instant, Out},
    },
    job::{Batch, Deed, Item, token},
    pipeline::{Session, Step, Trouble},
};
use crate::sql::names::quoted;
use jiff::Timestamp;
use meydan_kernel::{Catalogue, Error, FieldKind, Record, Register, Result, Value};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};
use tokio_postgres::Row;
use uuid::Uuid;

/// Index of a register in the batch's list, with a record's id.
pub type Place = (usize, Uuid);

/// What is there.
#[derive(Default)]
pub struct Found {
    /// Position of the next entry.
    pub next: i64,
    /// Time of the last changeset.
    pub last: Timestamp,
    /// The server's clock.
    pub now: Timestamp,
    /// Number of the catalogue in force.
    pub epoch: i64,
    /// Next fid per register.
    pub fids: HashMap<usize, i64>,
    /// Fid and version of the current records touched.
    pub current: HashMap<Place, (i64, i64)>,
    /// Ids that were used by records that are gone.
    pub past: HashSet<Place>,
    /// Fid and newest version of records to be erased that have ended (and of some that have not).
    pub ended: HashMap<Place, (i64, i64)>,
    /// Content of the records to be deleted.
    pub content: HashMap<Place, Record>,
    /// Records referred to that are there.
    pub alive: HashSet<Place>,
    /// Who holds a unique value: register, index of the unique key, value.
    pub holders: HashMap<(usize, usize, String), Uuid>,
    /// Per job: records that it deletes and that a record which it doesn't touch still refers to: register and field that refer.
    pub referred: HashMap<usize, Vec<(Place, String, String)>>,
}

/// The value of a unique key as a map's key; `None` if a part is empty (then it collides with nothing).
pub fn key_token(key: &[usize], values: &[Value]) -> Option<String> {
    let parts: Option<Vec<&Value>> = key.iter().map(|i| values.get(*i).filter(|v| !v.is_null())).collect();
    Some(parts?.into_iter().map(token).collect::<Vec<_>>().join("\u{0}"))
}

/// What an answer is about.
enum About {
    Head,
    Fids,
    Current(usize),
    Past(usize),
    Ended(usize),
    Content(usize),
    Alive(usize),
    Holders(usize, usize),
    Referred { job: usize, target: usize, register: String, field: String },
}

/// Begins the transaction, takes the head's lock and asks everything, in one flight.
pub async fn look(session: &mut Session, batch: &Batch, catalogue: &Catalogue) -> Result<Found, Trouble> {
    let (abouts, steps) = questions(batch, catalogue);
    session.prepare(&steps).await.map_err(Trouble::before_commit)?;
    let begin = format!("BEGIN ISOLATION LEVEL READ COMMITTED; {}", super::super::schema::MARK);
    let answers = session.flight(Some(&begin), &steps, None).await.map_err(Trouble::before_commit)?;
    let mut found = Found::default();
    for (about, rows) in abouts.iter().zip(&answers) {
        found.take(about, rows, batch).map_err(Trouble::Refused)?;
    }
    Ok(found)
}

fn questions<'a>(batch: &'a Batch, catalogue: &Catalogue) -> (Vec<About>, Vec<Step<'a>>) {
    let mut asked = vec![(
        About::Head,
        Step::new("SELECT next, recorded_at, clock_timestamp(), epoch FROM meydan.head FOR UPDATE", Vec::new()),
    )];
    let names: Vec<String> = batch.tables.iter().map(|t| t.name.clone()).collect();
    asked.push((
        About::Fids,
        Step::new("SELECT name, next_fid FROM meydan.register WHERE name = ANY($1)", vec![Box::new(names)]),
    ));
    for (index, register) in batch.tables.iter().enumerate() {
        asked.extend(about_register(batch, index, register));
    }
    for (job, work) in batch.jobs.iter().enumerate() {
        asked.extend(about_deletions(batch, catalogue, job, &work.items));
    }
    asked.into_iter().unzip()
}

fn about_register<'a>(batch: &'a Batch, index: usize, register: &Arc<Register>) -> Vec<(About, Step<'a>)> {
    let items = || batch.jobs.iter().flat_map(|j| &j.items).filter(move |i| i.table == index);
    let ids = |wanted: fn(&Item) -> bool| -> Vec<Uuid> { items().filter(|i| wanted(i)).map(|i| i.record.id).collect() };
    let now = table::current(&register.name);
    let mut out = Vec::new();
    let mut ask = |about, sql: String, ids: Vec<Uuid>| {
        if !ids.is_empty() {
            out.push((about, Step::new(sql, vec![Box::new(ids)])));
        }
    };
    ask(About::Current(index), format!("SELECT id, fid, version FROM meydan.{now} WHERE id = ANY($1)"), ids(|_| true));
    let past = format!("SELECT DISTINCT id FROM meydan.{} WHERE id = ANY($1)", table::history(&register.name));
    ask(About::Past(index), past, ids(|i| i.deed == Deed::Insert));
    // A deletion is told from the row that it ended.
    let ended = format!(
        "SELECT id, fid, max(version + (deleted AND recorded_to >= recorded_at)::int) FROM meydan.{} WHERE id = ANY($1) GROUP BY id, fid",
        table::history(&register.name)
    );
    ask(About::Ended(index), ended, ids(|i| matches!(i.deed, Deed::Erase(_))));
    let content = format!("SELECT {} FROM meydan.{now} WHERE id = ANY($1)", table::columns(register).join(", "));
    ask(About::Content(index), content, ids(|i| matches!(i.deed, Deed::Delete(_))));
    let alive = format!("SELECT id FROM meydan.{now} WHERE id = ANY($1)");
    ask(About::Alive(index), alive, batch.references_to(index));
    for (number, key) in unique_keys(register).iter().enumerate() {
        out.extend(about_key(batch, index, register, key).map(|step| (About::Holders(index, number), step)));
    }
    out
}

/// Who holds the values of one unique key.
fn about_key<'a>(batch: &'a Batch, index: usize, register: &Register, key: &[usize]) -> Option<Step<'a>> {
    let items = batch.jobs.iter().flat_map(|j| &j.items).filter(|i| i.table == index && !matches!(i.deed, Deed::Delete(_)));
    let rows: Vec<&Item> = items.filter(|i| key_token(key, &i.record.values).is_some()).collect();
    if rows.is_empty() {
        return None;
    }
    let fields: Vec<_> = key.iter().filter_map(|i| register.fields.get(*i)).collect();
    let columns: Vec<String> = fields.iter().map(|f| format!("t.{}", quoted(&f.name))).collect();
    let arrays: Vec<String> =
        fields.iter().enumerate().map(|(n, f)| format!("${}::{}[]", n + 1, array_type(&f.kind))).collect();
    let names: Vec<String> = (1..=fields.len()).map(|n| format!("c{n}")).collect();
    let joined: Vec<String> = columns.iter().zip(&names).map(|(c, n)| format!("{c} = k.{n}")).collect();
    let sql = format!(
        "SELECT t.id, {} FROM unnest({}) AS k({}) JOIN meydan.{} AS t ON {}",
        columns.join(", "),
        arrays.join(", "),
        names.join(", "),
        table::current(&register.name),
        joined.join(" AND ")
    );
    let arguments = key.iter().map(|i| {
        let column: Vec<In<'a>> = rows.iter().filter_map(|r| r.record.values.get(*i).map(In)).collect();
        Box::new(column) as super::pipeline::Argument<'a>
    });
    Some(Step::new(sql, arguments.collect()))
}

/// The bare SQL type of a field, for arrays.
pub fn array_type(kind: &FieldKind) -> &'static str {
    match super::super::types::column_type(kind) {
        tokio_postgres::types::Type::INT8 => "bigint",
        tokio_postgres::types::Type::FLOAT8 => "double precision",
        tokio_postgres::types::Type::BOOL => "boolean",
        tokio_postgres::types::Type::DATE => "date",
        tokio_postgres::types::Type::TIMESTAMPTZ => "timestamptz",
        tokio_postgres::types::Type::UUID => "uuid",
        _ => "text",
    }
}

/// For each register and field that refers to what a job deletes: is there a record, not touched by the job, that does?
fn about_deletions<'a>(batch: &'a Batch, catalogue: &Catalogue, job: usize, items: &'a [Item]) -> Vec<(About, Step<'a>)> {
    let mut deleted: HashMap<usize, Vec<Uuid>> = HashMap::new();
    for item in items.iter().filter(|i| matches!(i.deed, Deed::Delete(_))) {
        deleted.entry(item.table).or_default().push(item.record.id);
    }
    let mut out = Vec::new();
    for (target, ids) in deleted {
        let Some(name) = batch.tables.get(target).map(|t| &t.name) else { continue };
        for (register, field) in referrers(catalogue, name) {
            let touched: Vec<Uuid> = items.iter().filter(|i| i.register == register.name).map(|i| i.record.id).collect();
            let column = quoted(field);
            let sql = format!(
                "SELECT {column} FROM meydan.{} WHERE {column} = ANY($1) AND id <> ALL($2) LIMIT 1",
                table::current(&register.name)
            );
            let about = About::Referred { job, target, register: register.name.clone(), field: field.to_owned() };
            out.push((about, Step::new(sql, vec![Box::new(ids.clone()), Box::new(touched)])));
        }
    }
    out
}

/// Registers and their fields that refer to the register named.
fn referrers<'c>(catalogue: &'c Catalogue, target: &'c str) -> impl Iterator<Item = (&'c Arc<Register>, &'c str)> {
    catalogue.registers.values().flat_map(move |register| {
        let fields =
            register.fields.iter().filter(move |f| matches!(&f.kind, FieldKind::Reference { register } if register == target));
        fields.map(move |f| (register, f.name.as_str()))
    })
}

impl Found {
    fn take(&mut self, about: &About, rows: &[Row], batch: &Batch) -> Result<()> {
        for row in rows {
            match about {
                About::Head => {
                    self.next = rows::column(row, 0)?;
                    self.last = rows::column::<Instant>(row, 1)?.0;
                    self.now = rows::column::<Instant>(row, 2)?.0;
                    self.epoch = rows::column(row, 3)?;
                }
                About::Fids => {
                    let name: String = rows::column(row, 0)?;
                    if let Some(index) = batch.tables.iter().position(|t| t.name == name) {
                        self.fids.insert(index, rows::column(row, 1)?);
                    }
                }
                About::Current(index) => {
                    self.current.insert((*index, rows::column(row, 0)?), (rows::column(row, 1)?, rows::column(row, 2)?));
                }
                About::Past(index) => {
                    self.past.insert((*index, rows::column(row, 0)?));
                }
                About::Ended(index) => {
                    self.ended.insert((*index, rows::column(row, 0)?), (rows::column(row, 1)?, rows::column(row, 2)?));
                }
                About::Content(index) => {
                    let register = batch.tables.get(*index).ok_or_else(|| Error::internal("a register out of the batch"))?;
                    let record = rows::record(register, row)?;
                    self.content.insert((*index, record.id), record);
                }
                About::Alive(index) => {
                    self.alive.insert((*index, rows::column(row, 0)?));
                }
                About::Holders(index, number) => {
                    let parts: Result<Vec<String>> =
                        (1..row.len()).map(|c| row.try_get::<_, Out>(c).map(|v| token(&v.0)).map_err(from_pg)).collect();
                    self.holders.insert((*index, *number, parts?.join("\u{0}")), rows::column(row, 0)?);
                }
                About::Referred { job, target, register, field } => {
                    let place = (*target, rows::column(row, 0)?);
                    self.referred.entry(*job).or_default().push((place, register.clone(), field.clone()));
                }
            }
        }
        Ok(())
    }
}
