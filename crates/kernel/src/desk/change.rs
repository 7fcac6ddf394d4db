//! Changing through the desk: may they, is it valid, one changeset.

use super::{
    Checked, Desk, Destruction, Edit, Prepared, act,
    case::{At, no_such_transition},
    destroy, no_such_record,
};
use crate::{
    Change, Changeset, Committed, Error, FieldKind, Kind, Operation, Principal, Record, Register, Result, Value,
    case::Flow,
    catalogue::{
        Action,
        workflow::{field, part},
    },
    error::FieldError,
    permission::{Capacity, FieldSet, Whole, forbidden_field, not_allowed},
    query::Key,
};
use jiff::Timestamp;
use std::{collections::VecDeque, sync::Arc};
use uuid::Uuid;

/// Limit: changes of one changeset.
pub const MAX_CHANGES: usize = 10_000;
/// Limit: how often a change without an expected version is tried again when others change the same record.
const MAX_TRIES: usize = 8;
/// What stands in a required text field whose value was destroyed.
const ERASED: &str = "—";

impl Desk {
    /// Carries out edits whole or not at all; they are on disk when this returns.
    ///
    /// # Errors
    /// `login-required`, `not-allowed`, `forbidden-field`, `reason-required`, `step-up-required`, `separation-of-duties`;
    /// `invalid-record` naming each wrong field; `too-many-changes`, `act-too-long`; those of [`crate::Store::commit`].
    pub async fn change(&self, principal: &Principal, edits: Vec<(String, Edit)>) -> Result<Committed> {
        self.refuse_bytes_by_hand(principal, &edits)?;
        self.carry_out(principal, edits).await
    }

    /// As [`Desk::change`], also for the records of files, whose bytes the desk has seen.
    pub(super) async fn carry_out(&self, principal: &Principal, edits: Vec<(String, Edit)>) -> Result<Committed> {
        if edits.len() > MAX_CHANGES {
            return Err(Error::new(
                Kind::TooLarge,
                "too-many-changes",
                format!("Bir seferde en çok {MAX_CHANGES} değişiklik yapılabilir."),
                format!("At most {MAX_CHANGES} changes can be made at once."),
            ));
        }
        let _careful = if self.needs_care(&edits) { Some(self.careful.lock().await) } else { None };
        for _ in 1..MAX_TRIES {
            let (changeset, pinned) = self.prepare(principal, edits.clone()).await?;
            match self.store.commit(changeset).await {
                Err(e) if e.code() == "version-conflict" && !pinned => continue,
                // Of the random reference numbers of cases one was taken: the next try draws another.
                Err(e) if e.code() == "key-taken" && self.opens_a_case(&edits) => continue,
                other => return other,
            }
        }
        let (changeset, _) = self.prepare(principal, edits).await?;
        self.store.commit(changeset).await
    }

    /// Checks edits as [`Desk::change`] would, and changes nothing.
    ///
    /// # Errors
    /// As [`Desk::change`], without those of the commit.
    pub async fn check(&self, principal: &Principal, edits: Vec<(String, Edit)>) -> Result<()> {
        self.refuse_bytes_by_hand(principal, &edits)?;
        self.prepare(principal, edits).await.map(|_| ())
    }

    /// True if checks in code must see the changes one after the other.
    fn needs_care(&self, edits: &[(String, Edit)]) -> bool {
        let prepared = self.prepared.load();
        let checked = |name: &str| prepared.catalogue.registers.get(name).is_some_and(|r| !r.checks.is_empty());
        edits.iter().any(|(name, _)| checked(name))
    }

    /// The edits as permitted and validated changes; and whether each named its version.
    pub(super) async fn prepare(&self, principal: &Principal, edits: Vec<(String, Edit)>) -> Result<(Changeset, bool)> {
        let why = Destruction::requested(principal.act.reason.clone(), None);
        self.prepare_with(principal, edits, &why).await
    }

    /// As [`Desk::prepare`]; `why` is what the records of destruction say, if something is to be destroyed.
    pub(super) async fn prepare_with(
        &self,
        principal: &Principal,
        edits: Vec<(String, Edit)>,
        why: &Destruction,
    ) -> Result<(Changeset, bool)> {
        act::check(&principal.act)?;
        let prepared = self.prepared.load_full();
        one_checked_at_a_time(&prepared, principal, &edits)?;
        // What effects add is the house's own doing: valid like all else, asked of no grant.
        let house = Principal { capacity: Capacity::Operator, limits: Vec::new(), ..principal.clone() };
        let mut pinned = true;
        let mut told = Vec::new();
        let mut opened = Vec::new();
        let mut changes = Vec::with_capacity(edits.len());
        let mut queue: VecDeque<(bool, String, Edit)> = edits.into_iter().map(|(name, edit)| (false, name, edit)).collect();
        while let Some((by_house, name, edit)) = queue.pop_front() {
            if changes.len() >= MAX_CHANGES {
                return Err(Error::internal("effects that add without end"));
            }
            let principal = if by_house { &house } else { principal };
            let register = prepared.catalogue.register(&name)?;
            let mut intent = self.intent(&prepared, principal, register, edit, &mut pinned).await?;
            if !by_house {
                let through = through_opened(principal, register, &intent, &opened);
                self.permit(&prepared, through.as_ref().unwrap_or(principal), register, &intent).await?;
                opened.extend((intent.action == Action::Insert).then(|| (name.clone(), intent.id)));
            }
            intent.refuse_unseen_version(register)?;
            let more = self.keep_case(&prepared, principal, register, &mut intent).await?;
            let operation = prepared.validate(register, intent.id, intent.operation.clone())?;
            self.run_checks(&prepared, principal, register, &intent, &operation).await?;
            if let (Operation::Erase { fields, geometries, .. }, Some(newest)) = (&operation, &intent.before) {
                told.push(self.refuse_kept(&prepared, principal, register, newest, fields, *geometries).await?);
            }
            changes.push(Change { register: name, id: intent.id, operation });
            queue.extend(more.into_iter().map(|(name, edit)| (true, name, edit)));
        }
        changes.extend(destroy::journal(&prepared.catalogue, principal, &told, why));
        Ok((Changeset { id: Uuid::now_v7(), act: principal.act.clone(), changes }, pinned))
    }

    /// True if an edit opens a case, whose number is drawn anew at each try.
    fn opens_a_case(&self, edits: &[(String, Edit)]) -> bool {
        let prepared = self.prepared.load();
        edits.iter().any(|(name, edit)| matches!(edit, Edit::Insert { id: None, .. }) && prepared.flows.contains_key(name))
    }

    /// What a deed makes of a case; and what the house changes with it.
    async fn keep_case(
        &self,
        prepared: &Prepared,
        principal: &Principal,
        register: &Arc<Register>,
        intent: &mut Intent,
    ) -> Result<Vec<(String, Edit)>> {
        let Some(current) = prepared.flows.get(&register.name) else { return Ok(Vec::new()) };
        let Some(case) = draft(intent.id, &intent.operation) else { return Ok(Vec::new()) };
        let flow = match (&intent.deed, &intent.before) {
            (Some((_, flow)), _) => Arc::clone(flow),
            (None, Some(before)) => self.flow(prepared, register, before).await?,
            (None, None) => Arc::clone(current),
        };
        let told_at = match &intent.deed {
            Some((Deed::Go { at, .. }, _)) => at.unwrap_or(principal.now),
            _ => principal.now,
        };
        let at = At { prepared, principal, register, flow: &flow, at: told_at };
        let made = match (&intent.deed, &intent.before, intent.action) {
            (Some((Deed::Go { transition, .. }, _)), Some(before), _) => {
                let transition =
                    flow.workflow.transition(transition).ok_or_else(|| no_such_transition(register, transition))?;
                self.gone(&at, transition, before, case).await?
            }
            (Some((Deed::Look, _)), Some(before), _) => self.looked_at(&at, before).await?,
            (None, _, Action::Insert) => self.opened(&at, case).await?,
            (None, Some(_), Action::Update) => self.corrected(&at, case).await?,
            _ => return Ok(Vec::new()),
        };
        if let Operation::Insert { values, geometry } | Operation::Update { values, geometry, .. } = &mut intent.operation {
            (*values, *geometry) = (made.case.values, made.case.geometry);
        }
        Ok(made.more)
    }

    /// What an edit means for the record as it is now.
    async fn intent(
        &self,
        prepared: &Prepared,
        principal: &Principal,
        register: &Arc<Register>,
        edit: Edit,
        pinned: &mut bool,
    ) -> Result<Intent> {
        let seen =
            |current: &Record| prepared.rules.access(principal, register, Action::Read).of(current).unwrap_or(FieldSet::EMPTY);
        Ok(match edit {
            Edit::Insert { id, set, geometry } => {
                let mut values: Vec<Value> = register.fields.iter().map(crate::Field::default_value).collect();
                let touched = set.iter().fold(FieldSet::EMPTY, |all, (i, _)| all.with(*i));
                place(&mut values, set);
                let id = id.unwrap_or_else(Uuid::now_v7);
                let operation = Operation::Insert { values, geometry };
                Intent { id, action: Action::Insert, touched, before: None, operation, deed: None }
            }
            Edit::Update { id, expected, set, geometry } => {
                *pinned &= expected.is_some();
                let current = self.current(register, id).await?;
                let mut values = current.values.clone();
                let given = set.iter().fold(FieldSet::EMPTY, |all, (i, _)| all.with(*i));
                place(&mut values, set);
                let unseen = given.without(seen(&current));
                let unseen = keep_masked(register, &current, unseen, &mut values, Blank::IsWritten);
                let geometry = geometry.unwrap_or_else(|| current.geometry.clone());
                let expected = expected.unwrap_or(current.version);
                Intent::update(id, current, unseen, Operation::Update { expected, values, geometry })
            }
            Edit::Replace { id, expected, values, geometry } if matches!(principal.capacity, Capacity::Operator) => {
                let operation = Operation::Update { expected, values, geometry };
                Intent { id, action: Action::Update, touched: FieldSet::ALL, before: None, operation, deed: None }
            }
            Edit::Proceed { id, expected, transition, set, at } => {
                *pinned &= expected.is_some();
                let current = self.current(register, id).await?;
                let flow = self.flow(prepared, register, &current).await?;
                let mut values = current.values.clone();
                let given = set.iter().fold(FieldSet::EMPTY, |all, (i, _)| all.with(*i));
                place(&mut values, set);
                let unseen = given.without(seen(&current));
                keep_masked(register, &current, unseen, &mut values, Blank::IsWritten);
                let operation = Operation::Update {
                    expected: expected.unwrap_or(current.version),
                    values,
                    geometry: current.geometry.clone(),
                };
                let deed = Some((Deed::Go { transition, at }, flow));
                Intent { id, action: Action::Update, touched: given, before: Some(current), operation, deed }
            }
            Edit::Look { case } => {
                let (id, expected, current) = (case.id, case.version, *case);
                let flow = self.flow(prepared, register, &current).await?;
                let (values, geometry) = (current.values.clone(), current.geometry.clone());
                let operation = Operation::Update { expected, values, geometry };
                let deed = Some((Deed::Look, flow));
                Intent { id, action: Action::Update, touched: FieldSet::EMPTY, before: Some(current), operation, deed }
            }
            Edit::Replace { id, expected, mut values, geometry } => {
                let current = self.current(register, id).await?;
                let unseen = FieldSet::of_register(register).without(seen(&current));
                let unseen = keep_masked(register, &current, unseen, &mut values, Blank::IsKept);
                Intent::update(id, current, unseen, Operation::Update { expected, values, geometry })
            }
            Edit::Delete { id, expected } => {
                *pinned &= expected.is_some();
                let current = self.current(register, id).await?;
                let operation = Operation::Delete { expected: expected.unwrap_or(current.version) };
                Intent { id, action: Action::Delete, touched: FieldSet::EMPTY, before: Some(current), operation, deed: None }
            }
            Edit::Erase { id, fields } => {
                *pinned = false;
                self.erasure(register, id, fields).await?
            }
        })
    }

    async fn erasure(&self, register: &Arc<Register>, id: Uuid, fields: Option<Vec<usize>>) -> Result<Intent> {
        let newest = match self.store.get(register, Key::Id(id), None).await? {
            Some(record) => Some(record),
            None => self.store.history(register, id).await?.pop().map(|v| v.record),
        };
        let newest = newest.ok_or_else(|| no_such_record(register, &id.to_string()))?;
        if fields.iter().flatten().any(|i| *i >= register.fields.len()) {
            return Err(Error::internal("a field to destroy that the register doesn't have"));
        }
        let whole = fields.is_none();
        let fields = fields.unwrap_or_else(|| (0..register.fields.len()).collect());
        let mut values = newest.values.clone();
        place(&mut values, fields.iter().map(|i| (*i, erased(register, *i))).collect());
        let geometry = newest.geometry.clone().filter(|_| !whole);
        let touched = fields.iter().fold(FieldSet::EMPTY, |all, i| all.with(*i));
        let operation = Operation::Erase { expected: newest.version, values, geometry, fields, geometries: whole };
        Ok(Intent { id, action: Action::Erase, touched, before: Some(newest), operation, deed: None })
    }

    async fn current(&self, register: &Arc<Register>, id: Uuid) -> Result<Record> {
        self.store.get(register, Key::Id(id), None).await?.ok_or_else(|| no_such_record(register, &id.to_string()))
    }

    /// Refuses what no grant allows.
    async fn permit(
        &self,
        prepared: &Prepared,
        principal: &Principal,
        register: &Arc<Register>,
        intent: &Intent,
    ) -> Result<()> {
        if register.journal && intent.action.writes() {
            return Err(not_allowed(principal, register, intent.action));
        }
        if matches!(principal.capacity, Capacity::Operator) {
            return Ok(());
        }
        let before = &intent.before;
        if let (Some((deed, flow)), Some(case)) = (&intent.deed, before) {
            return self.permit_deed(prepared, principal, register, case, (deed, flow), intent.touched).await;
        }
        if let Some(kept) = kept_by_house(register, intent) {
            return Err(forbidden_field(register, kept));
        }
        let after = intent.after();
        let records: Vec<&Record> = before.iter().chain(after.iter()).collect();
        let may = prepared.rules.may(principal, register, intent.action, &records, intent.touched);
        if let Err(error) = may {
            self.note_refusal(principal, register, intent.action, &error).await;
            // Of what may not be seen nobody learns by trying to change it that it is there.
            let access = prepared.rules.access(principal, register, Action::Read);
            let unseen = !access.is_none() && before.as_ref().is_some_and(|r| access.of(r).is_none());
            return Err(if unseen { no_such_record(register, &intent.id.to_string()) } else { error });
        }
        if before.is_some() && !prepared.catalogue.separations.is_empty() {
            let kept = self.keep_separate(principal, &*self.directory().await?, intent.id).await;
            if let Err(error) = &kept {
                self.note_refusal(principal, register, intent.action, error).await;
            }
            kept?;
        }
        Ok(())
    }

    /// Refuses a transition that somebody may not go from where the case is.
    async fn permit_deed(
        &self,
        prepared: &Prepared,
        principal: &Principal,
        register: &Arc<Register>,
        case: &Record,
        (deed, flow): (&Deed, &Flow),
        touched: FieldSet,
    ) -> Result<()> {
        let access = prepared.rules.access(principal, register, Action::Read);
        if access.of(case).is_none() {
            return Err(no_such_record(register, &case.id.to_string()));
        }
        let Deed::Go { transition, .. } = deed else { return Err(not_allowed(principal, register, Action::Update)) };
        if flow.workflow.transition(transition).is_none() {
            return Err(no_such_transition(register, transition));
        }
        let guard = flow.guard(transition).ok_or_else(|| not_allowed(principal, register, Action::Update));
        let concerned = prepared.rules.concerns(principal, register, case);
        let guard = guard.and_then(|g| if concerned { Ok(g) } else { Err(not_allowed(principal, register, Action::Update)) });
        let may = guard.and_then(|g| g.may(principal, register, case, touched));
        if let Err(error) = &may {
            self.note_refusal(principal, register, Action::Update, error).await;
        }
        may?;
        if !prepared.catalogue.separations.is_empty() {
            self.keep_separate(principal, &*self.directory().await?, case.id).await?;
        }
        Ok(())
    }

    /// Runs the checks in code that the register names.
    async fn run_checks(
        &self,
        prepared: &Prepared,
        principal: &Principal,
        register: &Arc<Register>,
        intent: &Intent,
        operation: &Operation,
    ) -> Result<()> {
        if register.checks.is_empty() {
            return Ok(());
        }
        let directory = self.directory().await?;
        let before = match (&intent.before, intent.action) {
            (None, Action::Update) => Some(self.current(register, intent.id).await?),
            (before, _) => before.clone(),
        };
        let after = draft(intent.id, operation);
        let checked = Checked {
            catalogue: &prepared.catalogue,
            directory: &directory,
            principal,
            register,
            before: before.as_ref(),
            after: after.as_ref(),
        };
        let mut faults: Vec<FieldError> = Vec::new();
        for name in &register.checks {
            let check = self.checks.get(name.as_str()).ok_or_else(|| no_such_check(name))?;
            faults.extend(check.check(&checked));
        }
        if faults.is_empty() { Ok(()) } else { Err(super::validate::invalid(register, faults)) }
    }
}

/// Checks in code see the records as they were before the changeset: two changes that are right alone could be wrong together.
/// The operator of the machine loads whole organisations and answers for them.
fn one_checked_at_a_time(prepared: &Prepared, principal: &Principal, edits: &[(String, Edit)]) -> Result<()> {
    let checked = |name: &str| prepared.catalogue.registers.get(name).is_some_and(|r| !r.checks.is_empty());
    let number = edits.iter().filter(|(name, _)| checked(name)).count();
    if number < 2 || matches!(principal.capacity, Capacity::Operator) {
        return Ok(());
    }
    Err(Error::invalid(
        "one-at-a-time",
        "Kurum yapısının kayıtları bir seferde birer birer değiştirilir.",
        "Records of the organisation are changed one at a time.",
    )
    .hint("Değişiklikleri ayrı ayrı gönderin.", "Send the changes one after the other."))
}

/// Who opens a record may add its parts with it: they come to them through it, though it is not there yet.
fn through_opened(principal: &Principal, register: &Register, intent: &Intent, opened: &[(String, Uuid)]) -> Option<Principal> {
    if !register.part || intent.action != Action::Insert || opened.is_empty() {
        return None;
    }
    let made = draft(intent.id, &intent.operation)?;
    let text = |name: &str| match made.value(register, name) {
        Some(Value::Text(text)) => Some(text.as_str()),
        _ => None,
    };
    let (of, whole) = (text(part::WHOLE_REGISTER)?, Uuid::parse_str(text(part::WHOLE)?).ok()?);
    let (name, id) = opened.iter().find(|(name, id)| name == of && *id == whole)?;
    let whole = Whole { register: name.clone(), id: *id, as_everybody: false };
    Some(Principal { whole: Some(whole), ..principal.clone() })
}

/// A field that the house keeps and the edit would write; who opens a case may say some of them.
fn kept_by_house<'a>(register: &'a Register, intent: &Intent) -> Option<&'a str> {
    let open = |name: &str| intent.action == Action::Insert && field::AT_OPENING.contains(&name);
    let fields = register.fields.iter().enumerate().filter(|(i, f)| f.house && intent.touched.has(*i));
    fields.map(|(_, f)| f.name.as_str()).find(|name| !open(name))
}

/// An edit made ready for the questions: may they, is it valid.
struct Intent {
    id: Uuid,
    action: Action,
    /// Fields that it writes.
    touched: FieldSet,
    /// The record before, if it was read.
    before: Option<Record>,
    operation: Operation,
    /// If a case goes on: how, and by which workflow.
    deed: Option<(Deed, Arc<Flow>)>,
}

/// How a case goes on.
enum Deed {
    /// By a transition, done at this time if it is told later.
    Go { transition: String, at: Option<Timestamp> },
    /// By time.
    Look,
}

impl Intent {
    /// An update writes what differs. What somebody doesn't see counts as written whether it differs or not: else a guess that
    /// is let through would be a guess confirmed.
    fn update(id: Uuid, before: Record, unseen: FieldSet, operation: Operation) -> Self {
        let mut touched = FieldSet::EMPTY;
        if let Operation::Update { values, .. } = &operation {
            let writes = |i: usize, new: &Value, old: &Value| new != old || unseen.has(i);
            let pairs = values.iter().zip(&before.values).enumerate();
            touched = pairs.filter(|(i, (new, old))| writes(*i, new, old)).fold(touched, |all, (i, _)| all.with(i));
        }
        Self { id, action: Action::Update, touched, before: Some(before), operation, deed: None }
    }

    /// Refuses a version that is not yet: the permission was asked for the one that is.
    fn refuse_unseen_version(&self, register: &Register) -> Result<()> {
        let (Operation::Update { expected, .. } | Operation::Delete { expected }) = &self.operation else { return Ok(()) };
        match &self.before {
            Some(before) if *expected > before.version => Err(version_conflict(register, *expected, before.version)),
            _ => Ok(()),
        }
    }

    fn after(&self) -> Option<Record> {
        match self.action {
            // Destroying values is not moving the record elsewhere: the record before decides.
            Action::Erase => None,
            _ => draft(self.id, &self.operation),
        }
    }
}

fn draft(id: Uuid, operation: &Operation) -> Option<Record> {
    match operation {
        Operation::Insert { values, geometry }
        | Operation::Update { values, geometry, .. }
        | Operation::Erase { values, geometry, .. } => Some(Record::draft(id, values.clone(), geometry.clone())),
        Operation::Delete { .. } => None,
    }
}

/// What an empty value that comes back from somebody who doesn't see the field means.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Blank {
    /// They want it empty.
    IsWritten,
    /// They were shown nothing and give it back so.
    IsKept,
}

/// Puts the record's own value in the place of each mask that comes back as it was shown; what is left of the unseen fields.
fn keep_masked(register: &Register, current: &Record, unseen: FieldSet, values: &mut [Value], blank: Blank) -> FieldSet {
    let shown = super::see::masked(register, current.clone(), FieldSet::ALL.without(unseen));
    unseen.iter().fold(unseen, |left, i| match (values.get_mut(i), shown.values.get(i), current.values.get(i)) {
        (Some(value), Some(mask), Some(own)) if *value == *mask && (blank == Blank::IsKept || !mask.is_null()) => {
            value.clone_from(own);
            left.without(FieldSet::one(i))
        }
        _ => left,
    })
}

fn place(values: &mut [Value], set: Vec<(usize, Value)>) {
    for (index, value) in set {
        if let Some(slot) = values.get_mut(index) {
            *slot = value;
        }
    }
}

/// What stands in a field whose value was destroyed: nothing, or what says so where a value must stand. Nothing in a key too: two
/// destroyed values are not the same.
pub(crate) fn erased(register: &Register, index: usize) -> Value {
    match register.fields.get(index) {
        Some(field) if field.required && !field.unique && field.format.is_none() && !register.key.contains(&field.name) => {
            match (&field.kind, field.default_value()) {
                (FieldKind::Text, Value::Null) => Value::Text(ERASED.to_owned()),
                (_, default) => default,
            }
        }
        _ => Value::Null,
    }
}

fn version_conflict(register: &Register, expected: i64, current: i64) -> Error {
    Error::new(
        Kind::Precondition,
        "version-conflict",
        format!("Kaydın {expected}. sürümü yok (“{}”: geçerli sürüm {current}).", register.title.tr),
        format!("The record has no version {expected} (“{}”: {current} is current).", register.title.en),
    )
    .hint(
        "Kaydın son hâline bakıp değişikliğinizi yeniden yapın.",
        "Look at the record as it is now and make your change again.",
    )
}

fn no_such_check(name: &str) -> Error {
    Error::new(
        Kind::Unsupported,
        "no-such-check",
        format!("Tanımın istediği “{name}” denetimi bu programda yok; değişiklik reddedildi."),
        format!("The definition asks for the check “{name}”, which this program doesn't have; the change was refused."),
    )
}
