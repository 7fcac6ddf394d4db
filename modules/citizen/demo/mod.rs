//! The sample of the citizens' requests: categories, rules, templates, services, and two months of requests in every state, made
//! through the desk by the sample organisation's people. No person, phone or address in it is real. The same seed makes the same
//! requests with the same ids and numbers; their instants count back from now.

mod categories;
mod filed;
mod fixed;
mod texts;
mod ways;

use crate::city::demo::random::Random;
use jiff::Timestamp;
use meydan_kernel::{Act, Desk, Error, Principal, Result, Value, desk::Edit, post::Directory};
use std::sync::Arc;
use uuid::Uuid;

/// Requests of the sample.
pub const REQUESTS: usize = 150;
/// The days that they are spread over.
const DAYS: i64 = 60;
/// What the ids tell as their instant, whatever the day: that of the sample city's.
const FIRST_INSTANT_MS: u64 = 1_767_225_600_000;
/// Limit: timers looked at when all is made.
const MAX_TIMERS: usize = 10_000;

/// Makes the sample through the desk, after the sample city and its organisation are there (the organisation is needed, the city is
/// not: without streets requests have addresses only). How many records were made by it, not counting what effects added.
///
/// # Errors
/// `demo-definitions` if the definitions or the organisation lack what it needs; those of the desk.
pub async fn requests(desk: &Desk, seed: u64, now: Timestamp) -> Result<usize> {
    let maker = Maker { desk, directory: desk.directory().await?, seed, now };
    desk.number_sample(Some(seed));
    let made = made(&maker).await;
    desk.number_sample(None);
    made
}

async fn made(maker: &Maker<'_>) -> Result<usize> {
    let (desk, now) = (maker.desk, maker.now);
    let fixed = fixed::write(maker).await?;
    let filed = filed::write(maker, &fixed).await?;
    let operator = maker.operator(now);
    let made = fixed.records + filed.len() + ways::go(maker, &filed).await? + fixed::tasks(maker, &operator).await?;
    desk.fire(now, MAX_TIMERS).await?;
    Ok(made)
}

/// What making the sample takes.
struct Maker<'a> {
    desk: &'a Desk,
    directory: Arc<Directory>,
    seed: u64,
    now: Timestamp,
}

/// Kinds of records, as identifiers tell them apart.
#[derive(Debug, Clone, Copy)]
enum Thing {
    Category = 1,
    Rule,
    Template,
    Service,
    Duty,
    Request,
    Task,
    Comment,
}

impl Maker<'_> {
    fn operator(&self, at: Timestamp) -> Principal {
        let act = Act { person: "demo".to_owned(), source: "demo".to_owned(), ..Act::default() };
        Principal { now: at, ..Principal::operator(act) }
    }

    /// A person of the sample in the first of their posts, at an instant.
    fn person(&self, person: Uuid, at: Timestamp) -> Result<Principal> {
        let act = Act { source: "demo".to_owned(), ..Act::default() };
        self.directory.principal(person, None, act, at)
    }

    fn login(&self, login: &str) -> Result<Uuid> {
        self.directory.by_login(login).map(|p| p.id).ok_or_else(|| lacking(login))
    }

    fn unit(&self, code: &str) -> Result<Uuid> {
        self.directory.units().find(|u| u.code == code).map(|u| u.id).ok_or_else(|| lacking(code))
    }

    /// The identifier of the `index`th record of a kind: the same for the same seed.
    fn id(&self, thing: Thing, index: usize) -> Uuid {
        let mut random = Random::of(self.seed, &[9, thing as i64, index as i64]);
        let mut tail = [0; 10];
        tail[..2].copy_from_slice(&(index as u16 & 0x0fff).to_be_bytes());
        tail[2..].copy_from_slice(&random.bits().to_be_bytes());
        uuid::Builder::from_unix_timestamp_millis(FIRST_INSTANT_MS + thing as u64, &tail).into_uuid()
    }

    /// Values by field name as the desk takes them.
    fn set(&self, register: &str, values: &[(&str, Value)]) -> Result<Vec<(usize, Value)>> {
        let definition = self.desk.register(register)?;
        let place = |(name, value): &(&str, Value)| {
            let index = definition.field_index(name).ok_or_else(|| lacking(&format!("{register}.{name}")))?;
            Ok((index, value.clone()))
        };
        values.iter().map(place).collect()
    }

    fn insert(&self, register: &str, id: Uuid, values: &[(&str, Value)]) -> Result<(String, Edit)> {
        Ok((register.to_owned(), Edit::Insert { id: Some(id), set: self.set(register, values)?, geometry: None }))
    }
}

fn text(text: impl Into<String>) -> Value {
    Value::Text(text.into())
}

fn lacking(what: &str) -> Error {
    Error::invalid(
        "demo-definitions",
        format!("Örnek başvurular “{what}” olmadan üretilemez; önce örnek teşkilat kurulmalı."),
        format!("The sample requests can't be made without “{what}”; the sample organisation comes first."),
    )
}
