//! Cases at the desk: opened, moved on, looked at. Who may is asked in `change`; here is what becomes of the case.

use super::{Deed, Desk, Edit, Event, Prepared, no_such_record};
use crate::{
    Bilingual, Error, Kind, Principal, Record, Register, Result, Value,
    case::{Clocks, Flow, Happening, instant, reference, sample_reference, spoken, state_of},
    catalogue::{Setting, StateKind, Transition, Workflow, workflow::field},
    error::FieldError,
    permission::{Capacity, Whole},
    query::Key,
};
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use uuid::Uuid;

/// Name of the step that opens a case.
const OPEN: &str = "open";
/// Clocks of two machines may differ by so much: a deed may be so far ahead of ours.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(5);

/// A transition that somebody may go from where a case is.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    /// The transition.
    pub transition: Transition,
    /// A reason must be given.
    pub reason: bool,
    /// They must prove anew who they are.
    pub step_up: bool,
}

/// What a deed makes of a case: its next values, and what changes with it.
pub(super) struct Made {
    pub(super) case: Record,
    pub(super) more: Vec<(String, Edit)>,
}

/// What the engine works with for one deed.
pub(super) struct At<'a> {
    pub(super) prepared: &'a Prepared,
    pub(super) principal: &'a Principal,
    pub(super) register: &'a Arc<Register>,
    pub(super) flow: &'a Flow,
    /// When the deed was done.
    pub(super) at: Timestamp,
}

impl Desk {
    /// The transitions that somebody may go from where a case is now, in the order of the definition.
    ///
    /// # Errors
    /// `no-such-record`, also for one that may not be seen; `not-a-case`; those of the store.
    pub async fn offers(&self, principal: &Principal, register: &Arc<Register>, id: Uuid) -> Result<Vec<Offer>> {
        self.get(principal, register, Key::Id(id), None).await?;
        let case = self.store.get(register, Key::Id(id), None).await?;
        let case = case.ok_or_else(|| no_such_record(register, &id.to_string()))?;
        let flow = self.flow(&self.prepared.load_full(), register, &case).await?;
        if !self.prepared.load().rules.concerns(principal, register, &case) {
            return Ok(Vec::new());
        }
        let state = state_of(register, &case);
        let from_here = flow.workflow.transitions.iter().filter(|t| t.from.iter().any(|f| f == state));
        Ok(from_here
            .filter_map(|t| {
                let guard = flow.guard(&t.name).filter(|g| g.could(principal, register, &case))?;
                let (reason, step_up) = (guard.grant().reason, guard.lacks_step_up(principal));
                Some(Offer { transition: t.clone(), reason, step_up })
            })
            .collect())
    }

    /// The workflow that a case keeps: the one it began with.
    ///
    /// # Errors
    /// `not-a-case`, `workflow-gone`; those of the store.
    pub async fn workflow(&self, register: &Arc<Register>, case: &Record) -> Result<Arc<Workflow>> {
        Ok(Arc::clone(&self.flow(&self.prepared.load_full(), register, case).await?.workflow))
    }

    /// Who shows a reference number comes for that case, and for nothing else. Numbers can't be guessed, and the face must limit
    /// how often somebody tries.
    ///
    /// # Errors
    /// `no-such-case`, also for what is no number at all; those of the store.
    pub async fn bearer(&self, number: &str, source: &str) -> Result<Principal> {
        let digits = spoken(number).ok_or_else(no_such_case)?;
        let catalogue = self.catalogue();
        for register in catalogue.registers.values().filter(|r| r.workflow.is_some()) {
            let filter = crate::cql2::equals(register, register.field_index(field::REFERENCE).unwrap_or(0), &digits)?;
            let query = crate::Query { filter: Some(filter), limit: Some(1), ..crate::Query::all(Arc::clone(register)) };
            if let Some(case) = self.store.query(&query).await?.pop() {
                let case = Whole { register: register.name.clone(), id: case.id, as_everybody: false };
                return Ok(Principal { capacity: Capacity::Bearer(case), ..Principal::everyone(source) });
            }
        }
        Err(no_such_case())
    }

    /// Opens a case for somebody who will follow it by its number: who opened it bears it, and has proven so a moment ago.
    ///
    /// # Errors
    /// As [`Desk::change`].
    pub async fn open_case(
        &self,
        principal: &Principal,
        register: &Arc<Register>,
        set: Vec<(usize, Value)>,
        geometry: Option<meydan_geo::Wkb>,
    ) -> Result<Principal> {
        let committed = self.change(principal, vec![(register.name.clone(), Edit::Insert { id: None, set, geometry })]).await?;
        let (id, ..) = committed.records.first().ok_or_else(|| Error::internal("a case was opened that is none"))?;
        let case = Whole { register: register.name.clone(), id: *id, as_everybody: false };
        Ok(Principal {
            capacity: Capacity::Bearer(case),
            verified_at: Some(principal.now),
            ..Principal::everyone(&principal.act.source)
        })
    }

    /// The same person, coming to a record's parts through the record: grants `with_whole` hold for them then; of those, if they
    /// see the record only as everybody does, the ones to everybody.
    ///
    /// # Errors
    /// As [`Desk::get`]: only who may read the whole.
    pub async fn with_whole(&self, principal: &Principal, register: &Arc<Register>, id: Uuid) -> Result<Principal> {
        self.get(principal, register, Key::Id(id), None).await?;
        let whole =
            self.store.get(register, Key::Id(id), None).await?.ok_or_else(|| no_such_record(register, &id.to_string()))?;
        let as_everybody = !self.prepared.load().rules.concerns(principal, register, &whole);
        Ok(Principal { whole: Some(Whole { register: register.name.clone(), id, as_everybody }), ..principal.clone() })
    }

    /// The workflow of a case made ready: the current one, or an earlier one that the case keeps.
    pub(super) async fn flow(&self, prepared: &Prepared, register: &Arc<Register>, case: &Record) -> Result<Arc<Flow>> {
        let current = prepared.flows.get(&register.name).ok_or_else(|| not_a_case(register))?;
        let digest = match case.value(register, field::FLOW) {
            Some(Value::Text(digest)) if *digest != current.digest => digest.clone(),
            _ => return Ok(Arc::clone(current)),
        };
        let key = (register.name.clone(), digest);
        if let Some(kept) = self.kept_flows.lock().get(&key) {
            return Ok(Arc::clone(kept));
        }
        let definitions = self.store.definitions(&register.name).await?;
        let earlier = definitions.iter().filter_map(|(_, r)| r.workflow.as_ref()).find(|w| w.digest() == key.1);
        let earlier = earlier.ok_or_else(|| workflow_gone(register))?;
        let flow = Arc::new(Flow::new(register, Arc::new(earlier.clone()))?);
        self.kept_flows.lock().insert(key, Arc::clone(&flow));
        Ok(flow)
    }

    /// A new case: its number, its first state, its clocks, and what opening it does.
    pub(super) async fn opened(&self, at: &At<'_>, mut case: Record) -> Result<Made> {
        let (register, flow) = (at.register, at.flow);
        let first = flow.workflow.first().map(|s| s.name.clone()).unwrap_or_default();
        let unset = |case: &Record, name: &str| case.value(register, name).is_none_or(Value::is_null);
        // A case that is told later was in its first state, and with its unit, from when it came.
        let received = instant(register, &case, field::RECEIVED_AT).unwrap_or(at.at);
        told_in_time(at, received, None)?;
        let number = (*self.sample.lock()).map_or_else(reference, |seed| sample_reference(seed, case.id));
        let defaults = [
            (field::REFERENCE, Value::Text(number)),
            (field::STATE, Value::Text(first)),
            (field::RECEIVED_AT, Value::Timestamp(received)),
            (field::ENTERED_AT, Value::Timestamp(received)),
            (field::HELD_SINCE, Value::Timestamp(received)),
            (field::STEP, Value::Text(OPEN.to_owned())),
            (field::FLOW, Value::Text(flow.digest.clone())),
            (field::LATE, Value::Bool(false)),
        ];
        for (name, value) in defaults {
            if unset(&case, name) {
                put(register, &mut case, name, value);
            }
        }
        let effects = flow.workflow.opens.clone();
        let made = self.run_effects(at, &effects, Event::Opened, None, case).await?;
        self.settled(at, received, made).await
    }

    /// A case after a transition.
    pub(super) async fn gone(&self, at: &At<'_>, transition: &Transition, before: &Record, mut case: Record) -> Result<Made> {
        let (register, flow) = (at.register, at.flow);
        let state = state_of(register, before);
        if !transition.from.iter().any(|f| f == state) {
            return Err(wrong_state(flow, state, transition));
        }
        told_in_time(at, at.at, instant(register, before, field::ENTERED_AT))?;
        for (name, setting) in &transition.sets {
            let value = self.setting(at, register, name, setting);
            put(register, &mut case, name, value);
        }
        put(register, &mut case, field::STEP, Value::Text(transition.name.clone()));
        if let Some(to) = transition.to.as_ref().filter(|to| *to != state) {
            put(register, &mut case, field::STATE, Value::Text(to.clone()));
            put(register, &mut case, field::ENTERED_AT, Value::Timestamp(at.at));
            let closes = flow.workflow.state(to).is_some_and(|s| s.kind == StateKind::Closed);
            let closed = if closes { Value::Timestamp(at.at) } else { Value::Null };
            put(register, &mut case, field::CLOSED_AT, closed);
        }
        if let Some(deadline) = transition.extends.as_ref().and_then(|name| flow.workflow.deadline(name)) {
            let calendar = self.calendar().await?;
            let mut clocks = Clocks::of(register, &case);
            clocks.extend(deadline, &calendar, at.at)?;
            put(register, &mut case, field::CLOCKS, Value::Text(clocks.to_text()));
        }
        let event = Event::Went(transition.name.clone());
        let made = self.run_effects(at, &transition.effects, event, Some(before), case).await?;
        lacks(register, &made.case, &transition.needs)?;
        self.settled(at, at.at, handed_over(register, before, made, at.at)).await
    }

    /// A case whose fields somebody changed: its clocks follow.
    pub(super) async fn corrected(&self, at: &At<'_>, case: Record) -> Result<Made> {
        self.settled(at, at.at, Made { case, more: Vec::new() }).await
    }

    /// A case that the house looked at: what time brought is told, once, and a deadline's own transition is gone.
    pub(super) async fn looked_at(&self, at: &At<'_>, before: &Record) -> Result<Made> {
        let (register, flow) = (at.register, at.flow);
        let calendar = self.calendar().await?;
        let mut case = before.clone();
        let mut clocks = Clocks::of(register, &case);
        let happenings = clocks.happenings(flow, &calendar, at.at);
        put(register, &mut case, field::CLOCKS, Value::Text(clocks.to_text()));
        put(register, &mut case, field::STEP, Value::Text("look".to_owned()));
        let mut made = Made { case, more: Vec::new() };
        let mut goes = None;
        for happening in happenings {
            let (name, event) = told(happening);
            let Some(deadline) = flow.workflow.deadline(&name) else { continue };
            if matches!(event, Event::Missed(_)) {
                goes = goes.or_else(|| deadline.then.as_ref().and_then(|t| flow.workflow.transition(t)));
            }
            let next = self.run_effects(at, &deadline.effects, event, Some(before), made.case).await?;
            made.case = next.case;
            made.more.extend(next.more);
        }
        let made = match goes {
            Some(transition) => {
                let case = made.case.clone();
                let mut next = self.gone(at, transition, &made.case, case).await?;
                next.more.splice(0..0, made.more);
                next
            }
            None => handed_over(register, before, made, at.at),
        };
        self.settled(at, at.at, made).await
    }

    /// The case with its clocks as its state wants them.
    async fn settled(&self, at: &At<'_>, since: Timestamp, mut made: Made) -> Result<Made> {
        let (register, flow) = (at.register, at.flow);
        let calendar = self.calendar().await?;
        let mut clocks = Clocks::of(register, &made.case);
        let met = clocks.met();
        clocks.bring(flow, register, &made.case, &calendar, since)?;
        let instant = |at: Option<Timestamp>| at.and_then(Value::instant).unwrap_or(Value::Null);
        // What was late stays so, unless the deed that is told now was done in time.
        let in_time = clocks.met() > met;
        let was_late = !in_time && made.case.value(register, field::LATE) == Some(&Value::Bool(true));
        put(register, &mut made.case, field::DUE_AT, instant(clocks.due(flow)));
        put(register, &mut made.case, field::TIMER_AT, instant(clocks.next(flow, &calendar)));
        put(register, &mut made.case, field::LATE, Value::Bool(was_late || clocks.late(flow, at.at)));
        put(register, &mut made.case, field::CLOCKS, Value::Text(clocks.to_text()));
        Ok(made)
    }

    pub(super) async fn run_effects(
        &self,
        at: &At<'_>,
        names: &[String],
        event: Event,
        before: Option<&Record>,
        case: Record,
    ) -> Result<Made> {
        if names.is_empty() {
            return Ok(Made { case, more: Vec::new() });
        }
        let directory = self.directory().await?;
        let calendar = self.calendar().await?;
        let mut deed = Deed {
            desk: self,
            catalogue: &at.prepared.catalogue,
            directory: &directory,
            calendar: &calendar,
            principal: at.principal,
            register: at.register,
            workflow: &at.flow.workflow,
            event,
            at: at.at,
            before,
            after: case,
            more: Vec::new(),
        };
        for name in names {
            let effect = self.effects.get(name.as_str()).ok_or_else(|| no_such_effect(name))?;
            effect.run(&mut deed).await?;
        }
        Ok(Made { case: deed.after, more: deed.more })
    }

    fn setting(&self, at: &At<'_>, register: &Register, name: &str, setting: &Setting) -> Value {
        let kind = register.field(name).map(|f| &f.kind);
        match setting {
            Setting::Now if kind == Some(&crate::FieldKind::Date) => Value::Date(crate::post::day(at.at)),
            Setting::Now => Value::instant(at.at).unwrap_or(Value::Null),
            Setting::Person => at.principal.person().map_or(Value::Null, Value::Reference),
            Setting::Unit => at.principal.standing().map_or(Value::Null, |s| Value::Reference(s.unit.id)),
            Setting::Nothing => Value::Null,
            Setting::Value(json) => kind.and_then(|k| Value::from_json(json, k)).unwrap_or(Value::Null),
        }
    }
}

fn told(happening: Happening) -> (String, Event) {
    match happening {
        Happening::Near(name) => (name.clone(), Event::Near(name)),
        Happening::Missed(name) => (name.clone(), Event::Missed(name)),
        Happening::Escalated { deadline, role } => (deadline.clone(), Event::Escalated { deadline, role }),
    }
}

/// A case that another unit has now begins its time there.
fn handed_over(register: &Register, before: &Record, mut made: Made, at: Timestamp) -> Made {
    if made.case.value(register, field::UNIT) != before.value(register, field::UNIT) {
        put(register, &mut made.case, field::HELD_SINCE, Value::Timestamp(at));
    }
    made
}

fn put(register: &Register, case: &mut Record, name: &str, value: Value) {
    let value = match value {
        Value::Timestamp(at) => Value::instant(at).unwrap_or(Value::Null),
        other => other,
    };
    if let Some(slot) = register.field_index(name).and_then(|i| case.values.get_mut(i)) {
        *slot = value;
    }
}

/// Refuses a deed told from the future, from before the case came into its state, or later than the workflow lets tell.
fn told_in_time(at: &At<'_>, done: Timestamp, not_before: Option<Timestamp>) -> Result<()> {
    let now = at.principal.now;
    let fault = |tr: String, en: String| {
        let message = Bilingual::new(tr, en);
        let field = FieldError { field: field::RECEIVED_AT.to_owned(), message: message.clone() };
        Error::invalid("bad-time", message.tr, message.en).with_fields(vec![field])
    };
    if done.duration_since(now) > CLOCK_SKEW {
        return Err(fault("İşlem zamanı gelecekte olamaz.".to_owned(), "A deed can't be in the future.".to_owned()));
    }
    if not_before.is_some_and(|entered| done < entered) {
        return Err(fault(
            "İşlem zamanı, işin bu duruma geldiği andan önce olamaz.".to_owned(),
            "A deed can't be before the case came into its state.".to_owned(),
        ));
    }
    let unlimited = match &at.principal.capacity {
        Capacity::Operator => true,
        Capacity::Post(standing) => at.flow.workflow.past.contains(&standing.role),
        _ => false,
    };
    let hours = at.flow.workflow.backdate_hours;
    if !unlimited && now.duration_since(done) > SignedDuration::from_hours(i64::from(hours)) + CLOCK_SKEW {
        return Err(fault(
            format!("İşlem en çok {hours} saat sonra bildirilebilir."),
            format!("A deed can be told {hours} hours later at most."),
        ));
    }
    Ok(())
}

/// Refuses a transition whose fields are not filled.
fn lacks(register: &Register, case: &Record, needs: &[String]) -> Result<()> {
    let empty = |name: &&String| match case.value(register, name) {
        Some(Value::Text(text)) => text.trim().is_empty(),
        value => value.is_none_or(Value::is_null),
    };
    let faults: Vec<FieldError> = needs
        .iter()
        .filter(empty)
        .map(|name| FieldError {
            field: name.clone(),
            message: Bilingual::new("bu işlem için doldurulmalı", "must be filled for this step"),
        })
        .collect();
    if faults.is_empty() { Ok(()) } else { Err(super::validate::invalid(register, faults)) }
}

/// The error for a number that no case has.
fn no_such_case() -> Error {
    Error::not_found("no-such-case", "Bu numarayla bir başvuru bulunamadı.", "There is no case with this number.")
        .hint("On iki haneyi denetleyip yeniden yazın.", "Check the twelve digits and type them again.")
}

fn not_a_case(register: &Register) -> Error {
    Error::invalid(
        "not-a-case",
        format!("“{}” kütüğünün kayıtları iş değil.", register.title.tr),
        format!("The records of the register “{}” are no cases.", register.title.en),
    )
}

fn workflow_gone(register: &Register) -> Error {
    Error::new(
        Kind::Unsupported,
        "workflow-gone",
        format!("İşin başladığı akış bulunamadı (“{}”).", register.title.tr),
        format!("The workflow that the case began with can't be found (“{}”).", register.title.en),
    )
}

fn wrong_state(flow: &Flow, state: &str, transition: &Transition) -> Error {
    let title = flow.workflow.state(state).map_or_else(|| Bilingual::new(state, state), |s| s.title.clone());
    Error::new(
        Kind::Conflict,
        "wrong-state",
        format!("İş “{}” durumunda; “{}” bu durumda yapılamaz.", title.tr, transition.title.tr),
        format!("The case is in the state “{}”; “{}” can't be done there.", title.en, transition.title.en),
    )
    .hint("Sayfayı yenileyin: iş bu arada ilerlemiş olabilir.", "Load the page again: the case may have moved on meanwhile.")
}

fn no_such_effect(name: &str) -> Error {
    Error::new(
        Kind::Unsupported,
        "no-such-effect",
        format!("Akışın istediği “{name}” etkisi bu programda yok; işlem reddedildi."),
        format!("The workflow asks for the effect “{name}”, which this program doesn't have; the deed was refused."),
    )
}

/// The error for a transition that the workflow doesn't have.
pub(super) fn no_such_transition(register: &Register, name: &str) -> Error {
    Error::not_found(
        "no-such-transition",
        format!("“{}” akışında “{name}” diye bir geçiş yok.", register.title.tr),
        format!("The workflow of “{}” has no transition “{name}”.", register.title.en),
    )
}
