//! The organisation as edits.

use super::{
    DISTRICTS,
    persons::{LEFT, MOVED, PERSONS, PROXIES, PersonRow},
    posts::{POSTS, PostRow},
    units::{CLOSED, MORE_DISTRICTS, UNITS},
};
use crate::city::demo::random::Random;
use jiff::{ToSpan, civil::Date};
use meydan_geo::Wkb;
use meydan_kernel::{Catalogue, Error, Register, Result, Value, desk::Edit, post};
use std::sync::Arc;
use uuid::Uuid;

/// Milliseconds of the first identifier: 2026-01-01T00:00:00Z.
const FIRST_INSTANT_MS: u64 = 1_767_225_600_000;
/// The day on which the organisation began (the council's decision of the regulation's article 5).
const FOUNDED: Date = jiff::civil::date(2014, 4, 14);
/// The day from which most of the persons hold their posts.
const ASSIGNED: Date = jiff::civil::date(2022, 1, 3);
/// The first nine digits of the first identity number.
const FIRST_IDENTITY: u32 = 999_000_001;

/// One edit with its register.
type Row = (String, Edit);

/// Kinds of records, as identifiers tell them apart.
#[derive(Debug, Clone, Copy)]
enum Thing {
    Unit = 1,
    Post,
    Person,
    Holding,
    Proxy,
}

/// A holding to be written.
struct Held {
    login: &'static str,
    post: &'static PostRow,
    from: Date,
    until: Option<Date>,
    kind: &'static str,
    basis: String,
}

/// Writes the organisation.
pub(super) struct Writer {
    registers: [Arc<Register>; 5],
    seed: u64,
    today: Date,
}

impl Writer {
    pub(super) fn new(catalogue: &Catalogue, seed: u64, today: Date) -> Result<Self> {
        let [unit, post, person, holding, proxy] = post::REGISTERS.map(|name| catalogue.register(name).cloned());
        let registers = [unit?, post?, person?, holding?, proxy?];
        Ok(Self { registers, seed, today })
    }

    /// The identifier of the `index`th record of a kind: the same for the same seed.
    fn id(&self, thing: Thing, index: usize) -> Uuid {
        let count = (thing as u64) << 12 | index as u64;
        let mut tail = [0; 10];
        let mut random = Random::of(self.seed, &[7, count as i64]);
        tail[2..].copy_from_slice(&random.bits().to_be_bytes());
        tail[..2].copy_from_slice(&(index as u16 & 0x0fff).to_be_bytes());
        uuid::Builder::from_unix_timestamp_millis(FIRST_INSTANT_MS + thing as u64, &tail).into_uuid()
    }

    fn unit(&self, code: &str) -> Value {
        let own = UNITS.iter().position(|u| u.code == code);
        let district = || code.strip_prefix("ILCE-").and_then(|n| n.parse::<usize>().ok()).map(|n| UNITS.len() + n - 1);
        own.or_else(district).map_or(Value::Null, |index| Value::Reference(self.id(Thing::Unit, index)))
    }

    fn post(&self, key: &str) -> Value {
        let index = POSTS.iter().position(|p| p.key == key);
        index.map_or(Value::Null, |index| Value::Reference(self.id(Thing::Post, index)))
    }

    fn person(&self, login: &str) -> Value {
        let index = PERSONS.iter().position(|p| p.login == login);
        index.map_or(Value::Null, |index| Value::Reference(self.id(Thing::Person, index)))
    }

    /// A new record that says it is generated.
    fn row(&self, name: &str, id: Uuid, geometry: Option<Wkb>, set: &[(&str, Value)]) -> Result<Row> {
        let register = self.registers.iter().find(|r| r.name == name).ok_or_else(|| lacking(name, ""))?;
        let origin = ("origin", text("generated"));
        let set: Result<Vec<(usize, Value)>> = set
            .iter()
            .chain([&origin])
            .map(|(field, value)| Ok((register.field_index(field).ok_or_else(|| lacking(name, field))?, value.clone())))
            .collect();
        Ok((name.to_owned(), Edit::Insert { id: Some(id), set: set?, geometry }))
    }

    /// Units, level by level.
    pub(super) fn units(&self, districts: &[(String, Option<Wkb>)]) -> Result<Vec<Vec<Row>>> {
        let mut levels: Vec<Vec<Row>> = Vec::new();
        for (index, unit) in UNITS.iter().enumerate() {
            let closed = unit.code == CLOSED;
            let row = self.row(
                post::UNIT,
                self.id(Thing::Unit, index),
                None,
                &[
                    ("code", text(unit.code)),
                    ("detsis_code", text(format!("{}", 99_000_001 + index))),
                    ("name", text(unit.name)),
                    ("name_en", text(unit.name_en)),
                    ("kind", text(unit.kind)),
                    ("parent", unit.parent.map_or(Value::Null, |code| self.unit(code))),
                    ("valid_from", Value::Date(FOUNDED)),
                    ("valid_until", if closed { Value::Date(self.closing()) } else { Value::Null }),
                    ("phone", text(format!("+90462000{:04}", index))),
                ],
            )?;
            let level = level(unit.parent);
            levels.resize_with(levels.len().max(level + 1), Vec::new);
            levels[level].push(row);
        }
        levels.push(self.districts(districts)?);
        Ok(levels)
    }

    fn districts(&self, districts: &[(String, Option<Wkb>)]) -> Result<Vec<Row>> {
        let more = MORE_DISTRICTS.iter().filter(|name| districts.iter().all(|(there, _)| there != *name));
        let all = districts.iter().cloned().chain(more.map(|name| ((*name).to_owned(), None)));
        let rows = all.take(DISTRICTS.max(districts.len())).enumerate();
        rows.map(|(index, (name, area))| {
            self.row(
                post::UNIT,
                self.id(Thing::Unit, UNITS.len() + index),
                area,
                &[
                    ("code", text(format!("ILCE-{:02}", index + 1))),
                    ("name", text(format!("{name} Belediyesi"))),
                    ("name_en", text(format!("Municipality of {name}"))),
                    ("kind", text("district_municipality")),
                    ("valid_from", Value::Date(FOUNDED)),
                ],
            )
        })
        .collect()
    }

    /// Posts, level by level.
    pub(super) fn posts(&self) -> Result<Vec<Vec<Row>>> {
        let mut levels: Vec<Vec<Row>> = Vec::new();
        for (index, post) in POSTS.iter().enumerate() {
            let row = self.row(
                post::POST,
                self.id(Thing::Post, index),
                None,
                &[
                    ("title", text(post.title)),
                    ("title_en", text(post.title_en)),
                    ("role", text(post.role)),
                    ("unit", self.unit(post.unit)),
                    ("reports_to", post.under.map_or(Value::Null, |key| self.post(key))),
                    ("seats", Value::Int(post.seats)),
                    ("valid_from", Value::Date(FOUNDED)),
                    ("valid_until", if post.unit == CLOSED { Value::Date(self.closing()) } else { Value::Null }),
                ],
            )?;
            let level = std::iter::successors(post.under, |key| find_post(key).and_then(|p| p.under)).count();
            levels.resize_with(levels.len().max(level + 1), Vec::new);
            levels[level].push(row);
        }
        Ok(levels)
    }

    pub(super) fn persons(&self) -> Result<Vec<Row>> {
        PERSONS.iter().enumerate().map(|(index, person)| self.one_person(index, person)).collect()
    }

    fn one_person(&self, index: usize, person: &PersonRow) -> Result<Row> {
        let mut random = Random::of(self.seed, &[8, index as i64]);
        let born = jiff::civil::date(1966 + (random.bits() % 34) as i16, 1, 1);
        let born = born.checked_add(((random.bits() % 365) as i64).days()).unwrap_or(born);
        self.row(
            post::PERSON,
            self.id(Thing::Person, index),
            None,
            &[
                ("first_name", text(person.first)),
                ("last_name", text(person.last)),
                ("registration_no", text(format!("ÖRNEK-{:04}", index + 1))),
                ("national_id", text(identity_number(index))),
                ("birth_date", Value::Date(born)),
                ("email", text(format!("{}@ornekkent.example", person.login))),
                ("phone", text(format!("+90500000{:04}", index + 1))),
                ("login", text(person.login)),
                ("status", text(person.status)),
                ("left_on", if person.status == "left" { Value::Date(self.closing()) } else { Value::Null }),
            ],
        )
    }

    /// The last day of June last year.
    fn closing(&self) -> Date {
        jiff::civil::date(self.today.year() - 1, 6, 30)
    }

    fn held(&self) -> Vec<Held> {
        let after = self.closing().tomorrow().unwrap_or(self.today);
        let mut all = Vec::new();
        for (number, person) in PERSONS.iter().enumerate() {
            for (key, kind) in person.posts {
                let Some(post) = find_post(key) else { continue };
                let from = if person.login == MOVED { after } else { ASSIGNED };
                all.push(Held { login: person.login, post, from, until: None, kind, basis: basis(from, number) });
            }
        }
        let old = find_post("old-gis");
        all.extend([MOVED, LEFT].into_iter().zip([700, 701]).filter_map(|(login, number)| {
            Some(Held {
                login,
                post: old?,
                from: ASSIGNED,
                until: Some(self.closing()),
                kind: "permanent",
                basis: basis(ASSIGNED, number),
            })
        }));
        all
    }

    pub(super) fn holdings(&self) -> Result<Vec<Row>> {
        let rows = self.held().into_iter().enumerate();
        rows.map(|(index, held)| {
            self.row(
                post::HOLDING,
                self.id(Thing::Holding, index),
                None,
                &[
                    ("person", self.person(held.login)),
                    ("post", self.post(held.post.key)),
                    ("unit", self.unit(held.post.unit)),
                    ("valid_from", Value::Date(held.from)),
                    ("valid_until", held.until.map_or(Value::Null, Value::Date)),
                    ("kind", text(held.kind)),
                    ("basis", text(held.basis)),
                ],
            )
        })
        .collect()
    }

    pub(super) fn proxies(&self) -> Result<Vec<Row>> {
        let day = |days: i64| self.today.checked_add(days.days()).unwrap_or(self.today);
        let rows = PROXIES.iter().enumerate();
        rows.map(|(index, lent)| {
            let (from, until) = lent.days;
            let approved = lent.approver.is_some();
            self.row(
                post::PROXY,
                self.id(Thing::Proxy, index),
                None,
                &[
                    ("delegator", self.person(lent.delegator)),
                    ("delegate", self.person(lent.delegate)),
                    ("post", self.post(lent.post)),
                    ("unit", find_post(lent.post).map_or(Value::Null, |p| self.unit(p.unit))),
                    ("valid_from", Value::Date(day(from))),
                    ("valid_until", Value::Date(day(until))),
                    ("reason", text(lent.reason)),
                    ("status", text(if approved { "approved" } else { "requested" })),
                    ("approved_by", lent.approver.map_or(Value::Null, |login| self.person(login))),
                    ("approved_on", if approved { Value::Date(day(from.min(1) - 1)) } else { Value::Null }),
                ],
            )
        })
        .collect()
    }
}

fn find_post(key: &str) -> Option<&'static PostRow> {
    POSTS.iter().find(|p| p.key == key)
}

/// How many units stand above one whose parent this is.
fn level(parent: Option<&'static str>) -> usize {
    std::iter::successors(parent, |code| UNITS.iter().find(|u| u.code == *code).and_then(|u| u.parent)).count()
}

fn basis(from: Date, number: usize) -> String {
    format!("{} tarihli ve ÖRNEK-{} sayılı onay", from.strftime("%d.%m.%Y"), number + 100)
}

fn text(text: impl Into<String>) -> Value {
    Value::Text(text.into())
}

fn lacking(register: &str, field: &str) -> Error {
    Error::invalid(
        "demo-definitions",
        format!("Örnek teşkilat “{register}” kütüğünde “{field}” alanını bekliyor."),
        format!("The sample organisation expects the field “{field}” in the register “{register}”."),
    )
}

/// The `index`th identity number: its check digits are right, and its beginning tells that it is an example.
fn identity_number(index: usize) -> String {
    with_check_digits(FIRST_IDENTITY.saturating_add(u32::try_from(index).unwrap_or_default()))
}

/// Nine digits with their two check digits.
fn with_check_digits(nine: u32) -> String {
    let digits: Vec<u32> = nine.to_string().bytes().map(|b| u32::from(b - b'0')).collect();
    let odd: u32 = digits.iter().step_by(2).sum();
    let even: u32 = digits.iter().skip(1).step_by(2).sum();
    // Sixty is a multiple of ten above every sum of four digits.
    let tenth = (7 * odd + 60 - even) % 10;
    let eleventh = (odd + even + tenth) % 10;
    format!("{nine}{tenth}{eleventh}")
}
