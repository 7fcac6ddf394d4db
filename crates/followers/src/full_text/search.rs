//! Searching for somebody: the index is asked for words of those fields only that they may read, of those records only that
//! they may see; then the desk shows the records, and what it shows is held against the question once more.

use super::{
    FullText,
    layout::Indexed,
    question::Question,
    ranked::{Ask, Found, Ranked, is_exact, ranked},
    snippet::{Marked, answer},
    state::Seen,
};
use meydan_kernel::{
    Desk, Error, Principal, Query, Record, Register, Result,
    catalogue::Action,
    permission::{Access, FieldSet},
};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};
use uuid::Uuid;

/// Limit: records of one page.
pub const MAX_HITS: usize = 100;
/// Limit: how far one may page; who wants more asks more exactly.
pub const MAX_DEPTH: usize = 1_000;
/// Limit: records looked at for who may see some of a register by a condition that the index can't decide.
const MAX_LOOKED_AT: usize = 2_000;
/// Records of those asked of the store at once.
const CHUNK: usize = 200;

/// One record found.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// Its register.
    pub register: Arc<Register>,
    /// The record as the desk shows it, hidden values masked.
    pub record: Record,
    /// Its name (the register's label field) with the places that answer; `None` if it has none or it is hidden.
    pub label: Option<Marked>,
    /// The text that answers best, cut to what is round the first place; `None` if only the name answers.
    pub snippet: Option<Marked>,
}

/// How many records of a register answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// Name of the register.
    pub register: String,
    /// How many, as of the index; `None` where that can't be said without counting what may not be seen.
    pub records: Option<u64>,
}

/// What a search finds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Hits {
    /// Best first, of equal ones the newest.
    pub hits: Vec<Hit>,
    /// There are more.
    pub more: bool,
    /// Each register that was searched, by name.
    pub counts: Vec<Count>,
    /// Log entries that the index does not hold yet: what they changed is not found by its new words. 0 is the normal case.
    pub behind: i64,
}

/// One register as it is searched for somebody.
struct Asked<'a> {
    indexed: &'a Indexed,
    register: Arc<Register>,
    access: Access,
    /// The index decides everything as the desk does.
    exact: bool,
}

impl FullText {
    /// Records that answer all words of a text, for somebody: in `registers`, or in all that they may read. At most
    /// [`MAX_HITS`] from `offset` on, down to [`MAX_DEPTH`].
    ///
    /// What may not be seen finds nothing and counts nothing; a record that changed since is shown as it is now, and only if it
    /// still answers.
    ///
    /// # Errors
    /// `no-such-register`; those of the store and of the index.
    pub async fn search(
        &self,
        desk: &Desk,
        principal: &Principal,
        text: &str,
        registers: Option<&[String]>,
        limit: usize,
        offset: usize,
    ) -> Result<Hits> {
        for name in registers.unwrap_or_default() {
            desk.register(name)?;
        }
        let question = Arc::new(Question::new(text));
        let Some(seen) = self.state.seen() else { return Ok(Hits { behind: self.behind(), ..Hits::default() }) };
        let asked = asked(&seen, desk, principal, registers);
        let limit = limit.min(MAX_HITS).min(MAX_DEPTH.saturating_sub(offset));
        if question.wanted.is_empty() || asked.is_empty() || limit == 0 {
            return Ok(Hits { behind: self.behind(), ..Hits::default() });
        }
        let exact = asked.values().all(|a| a.exact);
        let wanted = if exact { offset + limit + 1 } else { MAX_LOOKED_AT };
        let mut ranked = self.rank(&seen, &asked, &question, wanted).await?;
        let accepted = self.accepted(&ranked.best, &asked, &question, offset + limit + 1).await?;
        let more = accepted.len() > offset + limit;
        let page: Vec<Found> = accepted.into_iter().skip(offset).take(limit).collect();
        let hits = shown(desk, principal, &asked, &question, &page).await?;
        let kept: HashSet<Uuid> = hits.iter().map(|h| h.record.id).collect();
        for gone in page.iter().filter(|found| !kept.contains(&found.id)) {
            if let Some(count) = usize::try_from(gone.register).ok().and_then(|r| ranked.counts.get_mut(r)) {
                *count = count.saturating_sub(1);
            }
        }
        Ok(Hits { hits, more, counts: counts(&asked, &ranked.counts), behind: (desk.head() - seen.next).max(0) })
    }

    async fn rank(
        &self,
        seen: &Seen,
        asked: &HashMap<u64, Asked<'_>>,
        question: &Arc<Question>,
        wanted: usize,
    ) -> Result<Ranked> {
        let asks: Vec<Ask> = asked.iter().map(|(number, a)| Ask { register: *number, access: a.access.clone() }).collect();
        let (searcher, layout, question) = (seen.searcher.clone(), Arc::clone(&seen.layout), Arc::clone(question));
        let fields = self.state.keeper.fields;
        let _permit = self.searches.acquire().await.map_err(Error::internal)?;
        let work = move || ranked(&searcher, fields, &layout, &asks, &question, wanted);
        tokio::task::spawn_blocking(work).await.map_err(Error::internal)?.map_err(super::keep::broken)
    }

    /// Those of the found that answer by what may be seen, the first `wanted`: where the index can't decide, the records are
    /// read and decided by the grants, as the desk does.
    async fn accepted(
        &self,
        found: &[Found],
        asked: &HashMap<u64, Asked<'_>>,
        question: &Question,
        wanted: usize,
    ) -> Result<Vec<Found>> {
        let mut out = Vec::with_capacity(wanted);
        for chunk in found.chunks(CHUNK) {
            if out.len() >= wanted {
                break;
            }
            let mut answering: HashSet<Uuid> = HashSet::new();
            for (number, one) in asked.iter().filter(|(_, a)| !a.exact) {
                let ids: Vec<Uuid> = chunk.iter().filter(|f| f.register == *number).map(|f| f.id).collect();
                if ids.is_empty() {
                    continue;
                }
                let records = self.state.store.query(&by_ids(&one.register, ids)).await?;
                let answers =
                    |r: &Record| one.access.of(r).is_some_and(|fields| answer(one.indexed, r, fields, question).is_some());
                answering.extend(records.iter().filter(|r| answers(r)).map(|r| r.id));
            }
            let good = |f: &&Found| asked.get(&f.register).is_some_and(|a| a.exact || answering.contains(&f.id));
            out.extend(chunk.iter().filter(good).copied());
        }
        out.truncate(wanted);
        Ok(out)
    }
}

/// What of which registers may be searched for somebody. A register that the desk knows otherwise than the index is left out
/// until the index is made anew: its fields would be taken for others.
fn asked<'a>(seen: &'a Seen, desk: &Desk, principal: &Principal, registers: Option<&[String]>) -> HashMap<u64, Asked<'a>> {
    let mut out = HashMap::new();
    for indexed in seen.layout.all() {
        let name = &indexed.register.name;
        if registers.is_some_and(|names| !names.contains(name)) {
            continue;
        }
        let Ok(register) = desk.register(name) else { continue };
        if !Arc::ptr_eq(&register, &indexed.register) && register.fields != indexed.register.fields {
            continue;
        }
        let access = desk.access(principal, &register, Action::Read);
        if access.is_none() {
            continue;
        }
        let exact = is_exact(&access, indexed);
        out.insert(indexed.number, Asked { indexed, register, access, exact });
    }
    out
}

fn by_ids(register: &Arc<Register>, ids: Vec<Uuid>) -> Query {
    Query { limit: Some(ids.len()), ids: Some(ids), ..Query::all(Arc::clone(register)) }
}

/// The page as the desk shows it, without those that no longer answer. Personal data is shown, and the look written down, only
/// where the record's name is personal or nothing else of it answers.
async fn shown(
    desk: &Desk,
    principal: &Principal,
    asked: &HashMap<u64, Asked<'_>>,
    question: &Question,
    page: &[Found],
) -> Result<Vec<Hit>> {
    let mut hits: HashMap<Uuid, Hit> = HashMap::new();
    for (number, one) in asked {
        let ids: Vec<Uuid> = page.iter().filter(|f| f.register == *number).map(|f| f.id).collect();
        if ids.is_empty() {
            continue;
        }
        let label = one.indexed.label.map(FieldSet::one).unwrap_or_default();
        let open = FieldSet::impersonal(&one.register).and(label);
        let mut left = ids;
        for shown in [open, open.and(one.indexed.worded)] {
            let found = match left.is_empty() {
                true => Vec::new(),
                false => desk.list(principal, &by_ids(&one.register, std::mem::take(&mut left)), shown).await?,
            };
            for record in found {
                let fields = FieldSet::ALL.without(record.hidden);
                let Some((label, snippet)) = answer(one.indexed, &record, fields, question) else {
                    left.push(record.id);
                    continue;
                };
                hits.insert(record.id, Hit { register: Arc::clone(&one.register), record, label, snippet });
            }
        }
    }
    Ok(page.iter().filter_map(|found| hits.remove(&found.id)).collect())
}

fn counts(asked: &HashMap<u64, Asked<'_>>, counts: &[u64]) -> Vec<Count> {
    let count = |number: &u64| usize::try_from(*number).ok().and_then(|n| counts.get(n)).copied();
    let one = |(number, a): (&u64, &Asked<'_>)| Count {
        register: a.register.name.clone(),
        records: count(number).filter(|_| a.exact),
    };
    let mut out: Vec<Count> = asked.iter().map(one).collect();
    out.sort_by(|a, b| a.register.cmp(&b.register));
    out
}
