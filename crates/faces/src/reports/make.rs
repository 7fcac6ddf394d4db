//! A report is one pass over the cases that somebody may read.

use super::{
    REQUEST,
    ask::Asked,
    dimension::{Dimension, Slice},
    places::{MAX_POINTS, Place, repeat_places},
    tally::{Case, FIELDS, Moments, Number, OfficeClock, PUBLIC_FIELDS, Tally, Times},
};
use crate::App;
use futures::StreamExt;
use jiff::Timestamp;
use meydan_kernel::{
    Principal, Query, Register, Result,
    calendar::Term,
    catalogue::Action,
    cql2,
    permission::{Access, FieldSet, not_allowed},
    post::{Directory, day},
};
use parking_lot::Mutex;
use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};
use uuid::Uuid;

/// Working days ahead in which a deadline is near.
const NEAR_DAYS: u32 = 3;
/// A report is kept for so long while nothing changes.
const KEPT_FOR: Duration = Duration::from_secs(60);
/// Limit: reports kept.
const MAX_KEPT: usize = 16;

/// A report.
pub struct Report {
    /// What was asked.
    pub asked: Asked,
    /// The condition of all its cases, as CQL2 text.
    pub filter: String,
    /// What "now" and "soon" were.
    pub at: Moments,
    /// All cases.
    pub all: Tally,
    /// By each dimension, most cases first.
    pub groups: Vec<(Dimension, Vec<(String, Tally)>)>,
    /// By week or month.
    pub trend: Vec<(Slice, Tally)>,
    /// Repeat places.
    pub places: Vec<Place>,
    /// There were more cases with a place than are looked at for repeat places.
    pub places_cut: bool,
}

impl Report {
    /// The condition behind a number of a group, as CQL2 text.
    pub fn condition(&self, group: Option<&str>, number: Number) -> String {
        let parts = [Some(self.filter.clone()), group.map(str::to_owned), number.condition(&self.at)];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" AND ")
    }
}

/// Reports made a moment ago: by who may read what, as of a position of the log.
#[derive(Default)]
pub struct Kept(Mutex<Vec<(Key, Instant, Arc<Report>)>>);

#[derive(PartialEq)]
struct Key {
    head: i64,
    access: Access,
    filter: String,
}

/// True if who asks may see reports: who may take cases away with all that numbers go by.
pub fn may_see(app: &App, principal: &Principal) -> bool {
    let Ok(register) = app.desk.register(REQUEST) else { return false };
    let wanted = fields(&register);
    let of = |action| app.desk.access(principal, &register, action);
    !of(Action::Read).is_none() && of(Action::Export).narrowing(&register, wanted).is_ok()
}

/// The fields that numbers go by.
fn fields(register: &Register) -> FieldSet {
    FieldSet::named(register, &FIELDS.map(str::to_owned))
}

/// A report for somebody.
///
/// # Errors
/// `login-required`, `not-allowed`; those of the store.
pub async fn report(app: &App, principal: &Principal, directory: &Directory, asked: Asked) -> Result<Arc<Report>> {
    let desk = &app.desk;
    let register = desk.register(REQUEST)?;
    if !may_see(app, principal) {
        return Err(not_allowed(principal, &register, Action::Export));
    }
    let filter = asked.filter(desk, directory).await?;
    kept(app, principal, &register, asked, filter, fields(&register)).await
}

/// A report of public requests, by what everybody sees of them: the same numbers for everybody.
///
/// # Errors
/// Those of the store.
pub async fn public(app: &App, asked: Asked) -> Result<Arc<Report>> {
    let register = app.desk.register(REQUEST)?;
    let filter = asked.public_filter(&app.desk).await?;
    let seen = FieldSet::named(&register, &PUBLIC_FIELDS.map(str::to_owned));
    kept(app, &Principal::everyone("report"), &register, asked, filter, seen).await
}

/// A report made a moment ago, or a new one.
async fn kept(
    app: &App,
    principal: &Principal,
    register: &Arc<Register>,
    asked: Asked,
    filter: String,
    fields: FieldSet,
) -> Result<Arc<Report>> {
    let desk = &app.desk;
    let access = desk.access(principal, register, Action::Read);
    let key = Key { head: desk.head(), access, filter: filter.clone() };
    {
        let mut kept = app.reports.0.lock();
        kept.retain(|(_, made, _)| made.elapsed() < KEPT_FOR);
        if let Some((_, _, report)) = kept.iter().find(|(k, _, _)| *k == key) {
            return Ok(Arc::clone(report));
        }
    }
    let report = Arc::new(make(app, principal, register, asked, filter, fields).await?);
    let mut kept = app.reports.0.lock();
    if kept.len() >= MAX_KEPT {
        kept.remove(0);
    }
    kept.push((key, Instant::now(), Arc::clone(&report)));
    Ok(report)
}

async fn make(
    app: &App,
    principal: &Principal,
    register: &Arc<Register>,
    asked: Asked,
    filter: String,
    fields: FieldSet,
) -> Result<Report> {
    let desk = &app.desk;
    let calendar = desk.calendar().await?;
    let now = principal.now;
    let at = Moments { now, soon: calendar.end(now, Term::WorkingDays(NEAR_DAYS)).unwrap_or(now) };
    let clock = OfficeClock::new(&calendar, asked.from, day(now).max(asked.until));
    let slices = Slice::of(asked.from, asked.until);
    let mut counting = Counting {
        all: Tally::default(),
        groups: Dimension::ALL.map(|d| (d, HashMap::new())),
        trend: vec![Tally::default(); slices.len()],
        points: Vec::new(),
        points_cut: false,
    };
    let query = Query { filter: Some(cql2::parse(register, &filter)?), ..Query::all(Arc::clone(register)) };
    let mut batches = desk.tally(principal, query, fields);
    while let Some(batch) = batches.next().await {
        for record in batch? {
            let case = Case::read(register, &record);
            counting.add(&case, &Times::of(&case, &clock), &at, &slices);
        }
        // Counting is work without a pause: others have their turn.
        tokio::task::yield_now().await;
    }
    let groups = counting.groups.into_iter().map(|(dimension, groups)| {
        let mut rows: Vec<(String, Tally)> = groups.into_iter().collect();
        rows.sort_by(|(a, x), (b, y)| y.get(Number::All).cmp(&x.get(Number::All)).then_with(|| a.cmp(b)));
        (dimension, rows)
    });
    let groups = groups.collect();
    let points = counting.points;
    let places = tokio::task::spawn_blocking(move || repeat_places(&points)).await;
    Ok(Report {
        asked,
        filter,
        at,
        all: counting.all,
        groups,
        trend: slices.into_iter().zip(counting.trend).collect(),
        places: places.map_err(meydan_kernel::Error::internal)?,
        places_cut: counting.points_cut,
    })
}

struct Counting {
    all: Tally,
    groups: [(Dimension, HashMap<String, Tally>); Dimension::ALL.len()],
    trend: Vec<Tally>,
    points: Vec<(Uuid, f64, f64)>,
    points_cut: bool,
}

impl Counting {
    fn add(&mut self, case: &Case, times: &Times, at: &Moments, slices: &[Slice]) {
        self.all.add(case, times, at);
        for (dimension, groups) in &mut self.groups {
            let key = dimension.key(case);
            match groups.get_mut(&key) {
                Some(tally) => tally.add(case, times, at),
                None => groups.entry(key).or_default().add(case, times, at),
            }
        }
        let index = case.received.and_then(|received: Timestamp| Slice::index(slices, received));
        if let Some(tally) = index.and_then(|i| self.trend.get_mut(i)) {
            tally.add(case, times, at);
        }
        match case.place {
            Some((lon, lat)) if self.points.len() < MAX_POINTS => self.points.push((case.id, lon, lat)),
            Some(_) => self.points_cut = true,
            None => {}
        }
    }
}
