//! The clocks of a case: each a deadline that runs, stands still, or is over. They are kept with the case, so that a case and its
//! clocks can't come apart.

use super::{Flow, instant, state_of};
use crate::{
    Error, Kind, Record, Register, Result, Value,
    calendar::{Calendar, Left, Term},
    catalogue::{Deadline, TermOf, workflow::field},
};
use jiff::{SignedDuration, Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

/// How long after its last instant a deadline counts as over.
const OVER: SignedDuration = SignedDuration::from_secs(1);

/// One clock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Clock {
    /// Name of the deadline.
    pub name: String,
    /// The event that it counts from.
    pub start: Timestamp,
    /// Its last instant; while it stands still, the one that it had.
    pub due: Timestamp,
    /// The term, if it is one that the calendar counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub term: Option<Term>,
    /// Since when it stands still, and what was left then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused: Option<Pause>,
    /// If it stood still: when it last went on, and for how long then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resumed: Option<(Timestamp, Term)>,
    /// It was lengthened.
    #[serde(default, skip_serializing_if = "is_false")]
    pub extended: bool,
    /// When it came to its end: by the deed that it waits for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Timestamp>,
    /// It ended because it no longer concerned the case.
    #[serde(default, skip_serializing_if = "is_false")]
    pub dropped: bool,
    /// It was told to be near.
    #[serde(default, skip_serializing_if = "is_false")]
    pub warned: bool,
    /// It was missed.
    #[serde(default, skip_serializing_if = "is_false")]
    pub missed: bool,
    /// How many steps up it went.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub escalated: usize,
}

/// A clock that stands still.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pause {
    /// Since when.
    pub since: Timestamp,
    /// What is left of the term.
    pub left: Left,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_false(b: &bool) -> bool {
    !*b
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_zero(n: &usize) -> bool {
    *n == 0
}

impl Clock {
    /// True while it has not ended.
    pub fn is_active(&self) -> bool {
        self.ended.is_none()
    }

    /// True while it runs.
    pub fn runs(&self) -> bool {
        self.is_active() && self.paused.is_none()
    }

    /// True if its deed came too late, or hasn't come and it is too late.
    pub fn is_late(&self, now: Timestamp) -> bool {
        match self.ended {
            Some(_) if self.dropped => self.missed,
            // What stood still when its case was over had time left.
            Some(ended) => self.missed || (self.paused.is_none() && ended > self.due),
            None => self.missed || (self.paused.is_none() && now > self.due),
        }
    }
}

/// What happens to a case because time goes by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happening {
    /// A deadline is near.
    Near(String),
    /// A deadline is over.
    Missed(String),
    /// It has been over for so long that the next one up is told: holders of this role.
    Escalated {
        /// The deadline.
        deadline: String,
        /// The role told.
        role: String,
    },
}

/// All clocks of a case, in the order in which they were started.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Clocks(pub Vec<Clock>);

impl Clocks {
    /// The clocks that a case has.
    pub fn of(register: &Register, case: &Record) -> Self {
        match case.value(register, field::CLOCKS) {
            Some(Value::Text(text)) => serde_json::from_str(text).unwrap_or_default(),
            _ => Self::default(),
        }
    }

    /// As the case keeps them.
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The active clock of a deadline.
    pub fn active(&self, name: &str) -> Option<&Clock> {
        self.0.iter().find(|c| c.name == name && c.is_active())
    }

    /// Brings the clocks to what the case is at an instant: starts, stops, pauses, resumes.
    ///
    /// # Errors
    /// Those of the calendar (an instant beyond what a calendar can hold).
    pub(crate) fn bring(
        &mut self,
        flow: &Flow,
        register: &Register,
        case: &Record,
        calendar: &Calendar,
        at: Timestamp,
    ) -> Result<()> {
        let state = state_of(register, case);
        for deadline in &flow.workflow.deadlines {
            let has = |states: &[String]| states.iter().any(|s| s == state);
            let concerns = flow.concerns(deadline, case);
            let active = self.0.iter().position(|c| c.name == deadline.name && c.is_active());
            let (runs, pauses) = (has(&deadline.runs_in), has(&deadline.pauses_in));
            let Some(clock) = active.and_then(|i| self.0.get_mut(i)) else {
                if runs && concerns {
                    self.start(deadline, register, case, calendar, at)?;
                }
                continue;
            };
            if !concerns {
                (clock.ended, clock.dropped) = (Some(at), true);
            } else if runs {
                clock.run(deadline, register, case, calendar, at)?;
            } else if pauses {
                clock.pause(calendar, at);
            } else {
                clock.ended = Some(at);
                // Told later, from a phone without reception: the house looked meanwhile, and yet it was in time.
                clock.missed &= at > clock.due;
            }
        }
        Ok(())
    }

    /// How many clocks were met in time.
    pub(crate) fn met(&self) -> usize {
        self.0.iter().filter(|c| !c.dropped && c.ended.is_some_and(|at| at <= c.due)).count()
    }

    fn start(
        &mut self,
        deadline: &Deadline,
        register: &Register,
        case: &Record,
        calendar: &Calendar,
        at: Timestamp,
    ) -> Result<()> {
        // A case that is opened anew is a new matter: its term counts from then.
        let again = self.0.iter().any(|c| c.name == deadline.name && !c.dropped);
        let received = instant(register, case, field::RECEIVED_AT).unwrap_or(at);
        let start = if again || Flow::counts_from_entry(deadline) { at } else { received };
        let Some((term, due)) = length(deadline, register, case, calendar, start)? else { return Ok(()) };
        self.0.push(Clock {
            name: deadline.name.clone(),
            start,
            due,
            term,
            paused: None,
            resumed: None,
            extended: false,
            ended: None,
            dropped: false,
            warned: false,
            missed: false,
            escalated: 0,
        });
        Ok(())
    }

    /// Lengthens a deadline once.
    ///
    /// # Errors
    /// `deadline-not-running`, `already-extended`, `deadline-passed`: lengthening is told before the term ends (4982, article 11).
    pub(crate) fn extend(&mut self, deadline: &Deadline, calendar: &Calendar, at: Timestamp) -> Result<()> {
        let clock = self.0.iter_mut().find(|c| c.name == deadline.name && c.is_active());
        let (Some(clock), Some(extended)) = (clock, deadline.extended) else {
            return Err(refused(
                "deadline-not-running",
                "Bu iş için işleyen böyle bir süre yok.",
                "No such deadline runs for this case.",
            ));
        };
        if clock.extended {
            return Err(refused("already-extended", "Süre bir kez uzatılabilir.", "A deadline can be extended once."));
        }
        if at > clock.due {
            return Err(refused(
                "deadline-passed",
                "Süre dolduktan sonra uzatılamaz; uzatma süre dolmadan bildirilir.",
                "A deadline can't be extended once it is over; the extension is told before.",
            ));
        }
        let longer = match (clock.resumed, clock.term.and_then(|t| more(t, extended))) {
            (Some(_), Some(rest)) => calendar.end(clock.due, rest)?,
            _ => calendar.end(clock.start, extended)?,
        };
        (clock.due, clock.term, clock.extended, clock.warned) = (longer.max(clock.due), Some(extended), true, false);
        Ok(())
    }

    /// What has happened up to an instant and was not told yet; marks it as told. The deadlines that are newly over are those
    /// whose `then` the house goes.
    pub(crate) fn happenings(&mut self, flow: &Flow, calendar: &Calendar, now: Timestamp) -> Vec<Happening> {
        let mut out = Vec::new();
        for clock in self.0.iter_mut().filter(|c| c.runs()) {
            let Some(deadline) = flow.workflow.deadline(&clock.name) else { continue };
            if !clock.missed && over(clock.due) <= now {
                clock.missed = true;
                out.push(Happening::Missed(clock.name.clone()));
            } else if !clock.warned && !clock.missed && near(deadline, clock, calendar).is_some_and(|at| at <= now) {
                clock.warned = true;
                out.push(Happening::Near(clock.name.clone()));
            }
            for step in deadline.escalations.iter().skip(clock.escalated) {
                if !clock.missed || calendar.end(clock.due, step.after).map_or(true, |at| over(at) > now) {
                    break;
                }
                clock.escalated += 1;
                out.push(Happening::Escalated { deadline: clock.name.clone(), role: step.role.clone() });
            }
        }
        out
    }

    /// When something happens next by itself.
    pub(crate) fn next(&self, flow: &Flow, calendar: &Calendar) -> Option<Timestamp> {
        let of = |clock: &Clock| {
            let deadline = flow.workflow.deadline(&clock.name)?;
            if clock.missed {
                let step = deadline.escalations.get(clock.escalated)?;
                return calendar.end(clock.due, step.after).ok().map(over);
            }
            let warn = near(deadline, clock, calendar).filter(|_| !clock.warned);
            Some(warn.map_or(over(clock.due), |w| w.min(over(clock.due))))
        };
        self.0.iter().filter(|c| c.runs()).filter_map(of).min()
    }

    /// The end of the nearest deadline that runs and that can make the case late.
    pub(crate) fn due(&self, flow: &Flow) -> Option<Timestamp> {
        self.loud(flow).filter(|c| c.runs()).map(|c| c.due).min()
    }

    /// True if one that counts was missed.
    pub(crate) fn late(&self, flow: &Flow, now: Timestamp) -> bool {
        self.loud(flow).any(|c| c.is_late(now))
    }

    fn loud<'a>(&'a self, flow: &'a Flow) -> impl Iterator<Item = &'a Clock> {
        self.0.iter().filter(|c| flow.workflow.deadline(&c.name).is_some_and(|d| !d.silent))
    }
}

impl Clock {
    /// Goes on, and follows what its length hangs on.
    fn run(
        &mut self,
        deadline: &Deadline,
        register: &Register,
        case: &Record,
        calendar: &Calendar,
        at: Timestamp,
    ) -> Result<()> {
        if let Some(pause) = self.paused.take() {
            self.resumed = Some((at, pause.left.rest.term()));
            self.due = calendar.resume(at, pause.left)?;
            self.warned = false;
            return Ok(());
        }
        if self.missed || self.extended || self.resumed.is_some() || matches!(deadline.term, TermOf::Fixed(_)) {
            return Ok(());
        }
        match length(deadline, register, case, calendar, self.start)? {
            Some((term, due)) if due != self.due => (self.term, self.due, self.warned) = (term, due, false),
            Some(_) => {}
            None => (self.ended, self.dropped) = (Some(at), true),
        }
        Ok(())
    }

    fn pause(&mut self, calendar: &Calendar, at: Timestamp) {
        if self.paused.is_none() && !self.missed {
            // What was left at the last pause counts from when it went on: else a term that had moved off a weekend would win it.
            let (from, term) = self.resumed.unwrap_or((self.start, self.term.unwrap_or(Term::Hours(0))));
            self.paused = Some(Pause { since: at, left: calendar.left(from, self.due, at, term) });
        }
    }
}

/// How long a deadline is for a case that starts it now; `None` if it has none (no service standard, no day given).
fn length(
    deadline: &Deadline,
    register: &Register,
    case: &Record,
    calendar: &Calendar,
    start: Timestamp,
) -> Result<Option<(Option<Term>, Timestamp)>> {
    Ok(match &deadline.term {
        TermOf::Fixed(term) => Some((Some(*term), calendar.end(start, *term)?)),
        TermOf::OfficeHoursIn(name) => match case.value(register, name) {
            Some(Value::Int(hours)) => {
                let term = Term::OfficeHours(u32::try_from(*hours).unwrap_or(0));
                Some((Some(term), calendar.end(start, term)?))
            }
            _ => None,
        },
        TermOf::At(name) => match case.value(register, name) {
            Some(Value::Timestamp(at)) => Some((None, *at)),
            Some(Value::Date(day)) => Some((None, end_of(*day))),
            _ => None,
        },
    })
}

/// The last second of a day in the city.
fn end_of(day: Date) -> Timestamp {
    crate::post::begins(day.tomorrow().unwrap_or(day)) - OVER
}

/// What is between a term and a longer one of the same unit.
fn more(term: Term, longer: Term) -> Option<Term> {
    match (term, longer) {
        (Term::CalendarDays(a), Term::CalendarDays(b)) => Some(Term::CalendarDays(b.saturating_sub(a))),
        (Term::WorkingDays(a), Term::WorkingDays(b)) => Some(Term::WorkingDays(b.saturating_sub(a))),
        (Term::OfficeHours(a), Term::OfficeHours(b)) => Some(Term::OfficeHours(b.saturating_sub(a))),
        (Term::Hours(a), Term::Hours(b)) => Some(Term::Hours(b.saturating_sub(a))),
        (Term::Months(a), Term::Months(b)) => Some(Term::Months(b.saturating_sub(a))),
        _ => None,
    }
}

/// From when a deadline is near.
fn near(deadline: &Deadline, clock: &Clock, calendar: &Calendar) -> Option<Timestamp> {
    deadline.warn.and_then(|before| calendar.before(clock.due, before).ok())
}

fn over(due: Timestamp) -> Timestamp {
    due.saturating_add(OVER).unwrap_or(Timestamp::MAX)
}

fn refused(code: &'static str, tr: &str, en: &str) -> Error {
    Error::new(Kind::Conflict, code, tr, en)
}
