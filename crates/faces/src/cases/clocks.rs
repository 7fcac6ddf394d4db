//! How long something still has, in words and as what the law makes of it.

use crate::pages::{
    format,
    texts::{Count, Texts},
};
use jiff::Timestamp;
use meydan_kernel::{
    Lang, Record, Register,
    calendar::Calendar,
    case::{Clock, Clocks},
    catalogue::Workflow,
    post::day,
};
use serde_json::{Value as Json, json};

/// From how many working days on a deadline is near.
pub const NEAR_DAYS: i64 = 3;

/// What a deadline is to who looks at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// It is over.
    Over,
    /// Within one working day.
    Day,
    /// Within three working days.
    Near,
    /// Later.
    Later,
}

impl Urgency {
    /// Of a deadline that runs.
    pub fn of(calendar: &Calendar, now: Timestamp, due: Timestamp) -> Self {
        let left = calendar.working_days_between(day(now), day(due));
        match () {
            () if due < now => Self::Over,
            () if left <= 1 => Self::Day,
            () if left <= NEAR_DAYS => Self::Near,
            () => Self::Later,
        }
    }

    /// The word of the API and of the style sheet.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Over => "over",
            Self::Day => "day",
            Self::Near => "near",
            Self::Later => "later",
        }
    }

    /// The icon that says the same without colour.
    pub const fn icon(self) -> &'static str {
        match self {
            Self::Over => "circle-alert",
            Self::Day => "triangle-alert",
            Self::Near => "hourglass",
            Self::Later => "clock",
        }
    }
}

/// How long is left, or how long it is over: “2 iş günü kaldı”.
pub fn words(lang: Lang, calendar: &Calendar, now: Timestamp, due: Timestamp) -> String {
    let t = Texts(lang);
    let days = calendar.working_days_between(day(now), day(due));
    match (due < now, days.abs()) {
        (true, 0) if day(due) == day(now) => t.due_over_today(format::hour(due)),
        (true, 0) => t.due_over().to_owned(),
        (true, n) => t.due_over_days(Count(n)),
        (false, 0) if day(due) == day(now) => t.due_today(format::hour(due)),
        (false, 0) => t.due_on(format::day(lang, due)),
        (false, n) => t.due_in_days(Count(n)),
    }
}

/// One clock of a case, ready to be shown.
pub struct Shown {
    /// The clock.
    pub clock: Clock,
    /// Title of its deadline.
    pub title: String,
    /// Who says so.
    pub source: String,
    /// In words.
    pub words: String,
    /// What it is to who looks.
    pub urgency: Urgency,
    /// Working days left; negative if it is over. None if it doesn't run.
    pub working_days: Option<i64>,
    /// It was missed, or is over.
    pub late: bool,
}

/// The clocks of a case.
pub fn of(
    lang: Lang,
    calendar: &Calendar,
    now: Timestamp,
    workflow: &Workflow,
    register: &Register,
    case: &Record,
) -> Vec<Shown> {
    let t = Texts(lang);
    let show = |clock: Clock| {
        let deadline = workflow.deadline(&clock.name);
        let title = deadline.map_or_else(|| clock.name.clone(), |d| d.title.get(lang).to_owned());
        let source = deadline.map_or_else(String::new, |d| d.source.get(lang).to_owned());
        let (words, urgency, days) = match (&clock.paused, clock.ended) {
            (_, Some(at)) if clock.is_late(now) => (t.clock_ended_late(format::day(lang, at)), Urgency::Over, None),
            (_, Some(at)) => (t.clock_ended(format::day(lang, at)), Urgency::Later, None),
            (Some(pause), None) => {
                let rest = pause.left.rest.term().text();
                (t.clock_paused_left_since(rest.get(lang), format::day(lang, pause.since)), Urgency::Later, None)
            }
            (None, None) => {
                let days = calendar.working_days_between(day(now), day(clock.due));
                (words(lang, calendar, now, clock.due), Urgency::of(calendar, now, clock.due), Some(days))
            }
        };
        Shown { late: clock.is_late(now), clock, title, source, words, urgency, working_days: days }
    };
    Clocks::of(register, case).0.into_iter().filter(|c| !c.dropped).map(show).collect()
}

impl Shown {
    /// For the API.
    pub fn to_json(&self) -> Json {
        let clock = &self.clock;
        json!({
            "name": clock.name, "title": self.title, "source": self.source,
            "start": clock.start.to_string(), "due": clock.due.to_string(),
            "paused": clock.paused.as_ref().map(|p| p.since.to_string()), "extended": clock.extended,
            "ended": clock.ended.map(|at| at.to_string()), "late": self.late,
            "remaining": self.words, "working_days": self.working_days, "urgency": self.urgency.word(),
        })
    }
}
