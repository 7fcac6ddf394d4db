//! The inbox (*masam*) of who asks: which cases, by conditions that an index answers, and in the order of their deadlines.

use super::{NOTICE, clocks::NEAR_DAYS};
use jiff::Timestamp;
use meydan_kernel::{
    Desk, FieldKind, Principal, Query, Record, Register, Result, Sort, Value,
    calendar::{Calendar, Term},
    case::spoken,
    catalogue::workflow::field,
    cql2,
    permission::FieldSet,
    query::Cursor,
};
use serde::{Deserialize, Serialize};
use std::{cmp::Ordering, fmt::Write as _, sync::Arc};
use uuid::Uuid;

/// Limit: units that are asked one by one, each in the order of its index; beyond, all in one question.
const MAX_UNITS: usize = 48;
/// Limit: cases watched.
const MAX_WATCHED: usize = 500;
/// Register of who watches what.
const WATCH: &str = "watch";

/// Which cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// Mine.
    Mine,
    /// My unit's, and those of the units below.
    Unit,
    /// Nobody's yet.
    Unassigned,
    /// Over their time.
    Overdue,
    /// Over within three working days.
    DueSoon,
    /// Those that I watch.
    Watched,
    /// Given by me to others.
    Given,
    /// Closed ones of my unit, the last first.
    Closed,
}

impl View {
    /// In the order of the page.
    pub const ALL: [Self; 8] =
        [Self::Mine, Self::Unit, Self::Unassigned, Self::Overdue, Self::DueSoon, Self::Watched, Self::Given, Self::Closed];

    /// Its word in addresses.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Mine => "mine",
            Self::Unit => "unit",
            Self::Unassigned => "unassigned",
            Self::Overdue => "overdue",
            Self::DueSoon => "due_soon",
            Self::Watched => "watched",
            Self::Given => "given",
            Self::Closed => "closed",
        }
    }

    /// By its word.
    pub fn by_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|v| v.word() == word)
    }
}

/// What narrows a view further.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Narrow {
    /// Only cases of this register.
    pub register: Option<String>,
    /// Only of this unit.
    pub unit: Option<Uuid>,
    /// Only in this state.
    pub state: Option<String>,
    /// A number, or a word of the subject.
    pub text: Option<String>,
    /// The furthest deadline first.
    pub backwards: bool,
}

/// What of a view is in one register.
pub struct Share {
    /// The register.
    pub register: Arc<Register>,
    /// Conditions, as CQL2; no case fulfils two of them. Each has the order in an index.
    terms: Vec<String>,
    /// All of them in one.
    pub whole: String,
    sort: Sort,
}

/// Where a page ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    /// The last case's value of the field that orders the view.
    at: serde_json::Value,
    /// Its register.
    register: String,
    /// Its small integer.
    fid: i64,
}

impl Mark {
    /// As it stands in an address.
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// From an address.
    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

/// One case of a page.
pub struct Item {
    /// Its register.
    pub register: Arc<Register>,
    /// The case; of personal data it shows nothing.
    pub case: Record,
}

/// Who asks, and when.
pub struct Asking<'a> {
    /// The desk.
    pub desk: &'a Desk,
    /// Who.
    pub principal: &'a Principal,
    /// The working calendar.
    pub calendar: &'a Calendar,
}

impl Asking<'_> {
    /// The registers and conditions of a view; none if it can hold nothing for who asks.
    ///
    /// # Errors
    /// Those of the store (what is watched).
    pub async fn shares(&self, view: View, narrow: &Narrow) -> Result<Vec<Share>> {
        let catalogue = self.desk.catalogue();
        let mut shares = Vec::new();
        for register in catalogue.registers.values().filter(|r| r.workflow.is_some()) {
            if narrow.register.as_ref().is_some_and(|name| *name != register.name) {
                continue;
            }
            let (terms, whole) = self.conditions(view, register, narrow).await?;
            let by = if view == View::Closed { field::CLOSED_AT } else { field::DUE_AT };
            let Some(index) = register.field_index(by).filter(|_| !terms.is_empty()) else { continue };
            let Some(also) = also(register, narrow) else { continue };
            let sort = Sort { field: index, descending: (view == View::Closed) != narrow.backwards };
            let with = |term: String| format!("{term}{also}");
            let terms = terms.into_iter().map(with).collect();
            shares.push(Share { register: Arc::clone(register), terms, whole: with(whole), sort });
        }
        Ok(shares)
    }

    /// The conditions one by one, and all in one.
    async fn conditions(&self, view: View, register: &Register, narrow: &Narrow) -> Result<(Vec<String>, String)> {
        let open = format!("{} IS NULL", field::CLOSED_AT);
        let me = self.principal.person().map(|p| p.to_string()).unwrap_or_default();
        let now = self.principal.now;
        let one = |term: String| (vec![term.clone()], term);
        Ok(match view {
            View::Mine => one(format!("{} = '{me}' AND {open}", field::ASSIGNEE)),
            View::Given if register.field("given_by").is_some() => one(format!("given_by = '{me}' AND {open}")),
            View::Given => (Vec::new(), String::new()),
            View::Watched => match self.watched(register).await? {
                ids if ids.is_empty() => (Vec::new(), String::new()),
                ids => one(format!("id IN ({})", ids.join(", "))),
            },
            View::Unit => self.of_units(narrow, &open),
            View::Unassigned => self.of_units(narrow, &format!("{open} AND {} IS NULL", field::ASSIGNEE)),
            View::Overdue => self.of_units(narrow, &format!("{open} AND {} < {}", field::DUE_AT, instant(now))),
            View::DueSoon => {
                let near = u32::try_from(NEAR_DAYS).unwrap_or(1);
                let end = self.calendar.end(now, Term::WorkingDays(near)).unwrap_or(now);
                let due = field::DUE_AT;
                self.of_units(narrow, &format!("{open} AND {due} >= {} AND {due} <= {}", instant(now), instant(end)))
            }
            View::Closed => self.of_units(narrow, &format!("{} IS NOT NULL", field::CLOSED_AT)),
        })
    }

    /// For each unit of who asks; for who has no unit, their own cases.
    fn of_units(&self, narrow: &Narrow, rest: &str) -> (Vec<String>, String) {
        let units: Vec<Uuid> = match (narrow.unit, self.principal.standing()) {
            (Some(unit), _) => vec![unit],
            (None, Some(standing)) => standing.unit.below.clone(),
            (None, None) => {
                let Some(me) = self.principal.person() else { return (Vec::new(), String::new()) };
                let term = format!("{} = '{me}' AND {rest}", field::ASSIGNEE);
                return (vec![term.clone()], term);
            }
        };
        let list: Vec<String> = units.iter().map(|u| format!("'{u}'")).collect();
        let whole = match &list[..] {
            [one] => format!("{} = {one} AND {rest}", field::UNIT),
            many => format!("{} IN ({}) AND {rest}", field::UNIT, many.join(", ")),
        };
        if units.is_empty() {
            return (Vec::new(), String::new());
        }
        let terms = match list.len() {
            n if n > MAX_UNITS => vec![whole.clone()],
            _ => list.iter().map(|unit| format!("{} = {unit} AND {rest}", field::UNIT)).collect(),
        };
        (terms, whole)
    }

    /// Ids of the cases of a register that who asks watches, as CQL2 texts.
    async fn watched(&self, register: &Register) -> Result<Vec<String>> {
        let (Ok(watch), Some(me)) = (self.desk.register(WATCH), self.principal.person()) else { return Ok(Vec::new()) };
        if watch.field("case_id").is_none() || watch.field("case_register").is_none() || watch.field("person").is_none() {
            return Ok(Vec::new());
        }
        let filter = cql2::parse(&watch, &format!("person = '{me}' AND case_register = '{}'", register.name))?;
        let query = Query { filter: Some(filter), limit: Some(MAX_WATCHED), ..Query::all(Arc::clone(&watch)) };
        let found = match self.desk.query(self.principal, &query).await {
            Err(error) if error.is_refusal() => return Ok(Vec::new()),
            found => found?,
        };
        let id = |r: &Record| match r.value(&watch, "case_id") {
            Some(Value::Text(id)) => Uuid::try_parse(id).ok().map(|id| format!("'{id}'")),
            _ => None,
        };
        Ok(found.iter().filter_map(id).collect())
    }

    /// One page of a view; and where the next one begins, if there is more.
    ///
    /// # Errors
    /// `bad-filter`; those of the store. What who asks may not read holds nothing.
    pub async fn page(&self, shares: &[Share], after: Option<&Mark>, limit: usize) -> Result<(Vec<Item>, Option<Mark>)> {
        let mut asked = Vec::new();
        for share in shares {
            for term in &share.terms {
                asked.push(self.one(share, term, after, limit + 1));
            }
        }
        let found = futures::future::try_join_all(asked).await?;
        let mut items: Vec<(Value, Item)> = found.into_iter().flatten().collect();
        let descending = shares.first().is_some_and(|s| s.sort.descending);
        items.sort_by(|(a, x), (b, y)| {
            let fids = if descending { y.case.fid.cmp(&x.case.fid) } else { x.case.fid.cmp(&y.case.fid) };
            order(a, b, descending).then_with(|| x.register.name.cmp(&y.register.name)).then(fids)
        });
        let more = items.len() > limit;
        items.truncate(limit);
        let mark = items.last().filter(|_| more).map(|(at, item)| Mark {
            at: at.to_json(),
            register: item.register.name.clone(),
            fid: item.case.fid,
        });
        Ok((items.into_iter().map(|(_, item)| item).collect(), mark))
    }

    async fn one(&self, share: &Share, term: &str, after: Option<&Mark>, limit: usize) -> Result<Vec<(Value, Item)>> {
        let register = &share.register;
        let after = after.map(|mark| {
            let value = Value::from_json(&mark.at, &FieldKind::Timestamp).unwrap_or(Value::Null);
            // Registers stand in the order of their names where the deadlines are the same.
            let fid = match (register.name.as_str().cmp(mark.register.as_str()), share.sort.descending) {
                (Ordering::Equal, _) => mark.fid,
                (Ordering::Greater, false) | (Ordering::Less, true) => i64::MIN,
                (Ordering::Less, false) | (Ordering::Greater, true) => i64::MAX,
            };
            Cursor { value: Some(value), fid }
        });
        let query = Query {
            filter: Some(cql2::parse(register, term)?),
            sort: Some(share.sort.clone()),
            after,
            limit: Some(limit),
            ..Query::all(Arc::clone(register))
        };
        match self.desk.list(self.principal, &query, FieldSet::impersonal(register)).await {
            Err(error) if error.is_refusal() => Ok(Vec::new()),
            found => Ok(found?
                .into_iter()
                .map(|case| {
                    let at = case.values.get(share.sort.field).cloned().unwrap_or(Value::Null);
                    (at, Item { register: Arc::clone(register), case })
                })
                .collect()),
        }
    }

    /// How many cases a view holds.
    ///
    /// # Errors
    /// As [`Asking::page`].
    pub async fn count(&self, view: View, narrow: &Narrow) -> Result<u64> {
        let mut sum = 0;
        for share in self.shares(view, narrow).await? {
            let filter = cql2::parse(&share.register, &share.whole)?;
            let query = Query { filter: Some(filter), ..Query::all(Arc::clone(&share.register)) };
            sum += match self.desk.count(self.principal, &query).await {
                Err(error) if error.is_refusal() => 0,
                number => number?,
            };
        }
        Ok(sum)
    }

    /// How many cases each view holds.
    ///
    /// # Errors
    /// As [`Asking::page`].
    pub async fn counts(&self, narrow: &Narrow) -> Result<Vec<(View, u64)>> {
        let open = View::ALL.into_iter().filter(|v| *v != View::Closed);
        futures::future::try_join_all(open.map(|view| async move { Ok((view, self.count(view, narrow).await?)) })).await
    }
}

/// Notices that somebody has not read: the condition.
pub fn unread(person: Uuid) -> String {
    format!("person = '{person}' AND channel = 'in_app' AND read_at IS NULL")
}

/// How many notices somebody has not read.
///
/// # Errors
/// Those of the store.
pub async fn unread_count(desk: &Desk, principal: &Principal) -> Result<u64> {
    let (Ok(register), Some(person)) = (desk.register(NOTICE), principal.person()) else { return Ok(0) };
    let query = Query { filter: Some(cql2::parse(&register, &unread(person))?), ..Query::all(register) };
    match desk.count(principal, &query).await {
        Err(error) if error.is_refusal() => Ok(0),
        number => number,
    }
}

/// What waits for somebody: their open cases, and their unread notices.
///
/// # Errors
/// Those of the store.
pub async fn waiting(desk: &Desk, principal: &Principal) -> Result<(u64, u64)> {
    let calendar = desk.calendar().await?;
    let asking = Asking { desk, principal, calendar: &calendar };
    let narrow = Narrow::default();
    futures::try_join!(asking.count(View::Mine, &narrow), unread_count(desk, principal))
}

/// An instant in CQL2.
fn instant(at: Timestamp) -> String {
    format!("TIMESTAMP('{}')", Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at))
}

/// A text in CQL2.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// The conditions of what narrows, each with AND before it; `None` if nothing of the register can be meant.
fn also(register: &Register, narrow: &Narrow) -> Option<String> {
    let mut out = String::new();
    if let Some(state) = &narrow.state {
        register.workflow.as_ref()?.state(state)?;
        let _ = write!(out, " AND {} = {}", field::STATE, quoted(state));
    }
    if let Some(text) = narrow.text.as_deref().map(str::trim).filter(|t| !t.is_empty()) {
        let _ = match spoken(text) {
            Some(digits) => write!(out, " AND {} = {}", field::REFERENCE, quoted(&digits)),
            None => {
                let pattern = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
                let label = register.field(&register.label)?;
                write!(out, " AND CASEI(\"{}\") LIKE CASEI({})", label.name, quoted(&format!("%{pattern}%")))
            }
        };
    }
    Some(out)
}

/// By the value that orders; none is last either way, as the stores have it.
fn order(a: &Value, b: &Value, descending: bool) -> Ordering {
    match (a, b) {
        (Value::Timestamp(a), Value::Timestamp(b)) if descending => b.cmp(a),
        (Value::Timestamp(a), Value::Timestamp(b)) => a.cmp(b),
        (Value::Timestamp(_), _) => Ordering::Less,
        (_, Value::Timestamp(_)) => Ordering::Greater,
        _ => Ordering::Equal,
    }
}
