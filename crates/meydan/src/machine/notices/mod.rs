//! The sender of notices. Each is claimed before it is sent, by an update that names the version seen: of several processes one
//! sends it, and one that dies between claim and answer makes it be sent at most once more, under the same id.

mod code;
mod digest;
mod notice;
mod send;
mod staff;

pub(crate) use send::{Push, bare, notice_of};

use super::{house, lease::Lease};
use crate::{
    config::StaffMail,
    context::{City, Context},
};
use code::Filled;
use futures::StreamExt as _;
use jiff::{SignedDuration, Timestamp};
use meydan_kernel::{Desk, Principal, Query, Register, Result, Value, cql2, desk::Edit, query::Sort};
use meydan_messages::Failure;
use notice::Notice;
use send::Ways;
use std::{sync::Arc, time::Duration};

/// Register of messages to somebody.
pub(crate) const NOTICE: &str = "notice";
/// Notices taken in hand at once.
const BATCH: usize = 100;
/// Notices on their way at the same time.
const AT_ONCE: usize = 4;
/// Rounds follow each other no faster.
const PAUSE: Duration = Duration::from_secs(1);
/// While another process sends, it is looked so often whether it still does.
const OTHERS: Duration = Duration::from_secs(5);
/// It is looked at least so often.
const LONGEST: Duration = Duration::from_secs(30);
/// Minutes from one try to the next; the last one holds for all that come.
const AGAIN_MINUTES: [i64; 8] = [1, 2, 5, 15, 30, 60, 180, 360];
/// Tries, then it is failed.
pub(crate) const MAX_TRIES: i64 = 12;
/// Limit: letters of why a notice failed (as the register has it).
const MAX_FAILURE: usize = 500;
/// What waited for so long is of no use any more.
const TOO_OLD: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What sends notices.
pub(crate) struct Outbox {
    desk: Arc<Desk>,
    house: Principal,
    ways: Ways,
    staff: StaffMail,
    /// Address of the pages, for links.
    base_url: Option<String>,
}

impl Outbox {
    /// With what the configuration says.
    ///
    /// # Errors
    /// `message-settings` says what is wrong with it.
    pub(crate) fn open(context: &Context, city: &City, push: Option<Push>) -> anyhow::Result<Self> {
        Ok(Self {
            desk: Arc::clone(&city.desk),
            house: house("meydan", "notices"),
            ways: Ways::open(&context.config, Arc::clone(&city.store), push)?,
            staff: context.config.notices.email_staff,
            base_url: context.config.base_url.clone(),
        })
    }

    /// Sends what waits, for ever. A failure is the operator's to know and never stops the server.
    pub(crate) async fn run(self) {
        let mut lease = Lease::new(Arc::clone(self.desk.store()), "notices");
        let mut follower = staff::Follower::default();
        let watch = self.desk.store().watch();
        loop {
            let seen = self.desk.head();
            let begun = tokio::time::Instant::now();
            let pause = match self.round(&mut lease, &mut follower).await {
                Ok(pause) => pause,
                Err(error) => {
                    tracing::warn!("notices can't be sent: {error}; tried again");
                    LONGEST
                }
            };
            tokio::select! {
                _ = watch.beyond(seen) => tokio::time::sleep_until(begun + PAUSE).await,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// One round; how long until the next if nothing happens meanwhile.
    async fn round(&self, lease: &mut Lease, follower: &mut staff::Follower) -> Result<Duration> {
        if !lease.hold(Timestamp::now()).await? {
            return Ok(OTHERS);
        }
        let register = self.desk.register(NOTICE)?;
        self.close_over(&register).await?;
        self.copies(&register, follower).await?;
        if self.staff == StaffMail::Digest {
            self.digest(&register, Timestamp::now()).await?;
        }
        loop {
            let waiting = self.waiting(&register, Timestamp::now()).await?;
            let more = waiting.len() == BATCH;
            let all = futures::stream::iter(waiting).map(|notice| self.deliver(&register, notice));
            let mut done = all.buffer_unordered(AT_ONCE);
            while let Some(sent) = done.next().await {
                sent?;
            }
            if !more {
                return Ok(LONGEST);
            }
            lease.hold(Timestamp::now()).await?;
        }
    }

    /// The notices whose time has come, for ways that there are.
    async fn waiting(&self, register: &Arc<Register>, now: Timestamp) -> Result<Vec<Notice>> {
        let ways = self.ways.channels();
        let Some(next) = register.field_index("next_at").filter(|_| !ways.is_empty()) else { return Ok(Vec::new()) };
        let ways = ways.iter().map(|way| format!("'{way}'")).collect::<Vec<_>>().join(", ");
        let text = format!("status = 'waiting' AND next_at <= TIMESTAMP('{now}') AND channel IN ({ways})");
        let query = Query {
            filter: Some(cql2::parse(register, &text)?),
            sort: Some(Sort { field: next, descending: false }),
            limit: Some(BATCH),
            ..Query::all(Arc::clone(register))
        };
        let found = self.desk.store().query(&query).await?;
        Ok(found.iter().map(|record| Notice::read(register, record)).collect())
    }

    /// Claims one, sends it, writes down what came of it.
    async fn deliver(&self, register: &Arc<Register>, notice: Notice) -> Result<()> {
        let now = Timestamp::now();
        let store = &**self.desk.store();
        let Some(filled) = Filled::of(store, notice.clone(), now).await? else {
            return self.failed(register, &notice, notice.version, code::OVER).await;
        };
        let notice = &notice;
        let attempts = notice.attempts + 1;
        if notice.created_at.is_some_and(|at| now.duration_since(at) > TOO_OLD) {
            return self.failed(register, notice, notice.version, "çok uzun bekledi / it waited for too long").await;
        }
        let minutes = usize::try_from(notice.attempts).ok().and_then(|n| AGAIN_MINUTES.get(n)).or(AGAIN_MINUTES.last());
        let again = now + SignedDuration::from_mins(minutes.copied().unwrap_or(1));
        let claim = [("attempts", Value::Int(attempts)), ("next_at", instant(again))];
        let Some(version) = self.update(register, notice, notice.version, &claim).await? else { return Ok(()) };
        match self.ways.send(self, filled.notice()).await {
            Ok(()) => {
                let sent = [
                    ("status", text("sent")),
                    ("sent_at", instant(Timestamp::now())),
                    ("next_at", Value::Null),
                    ("failure", Value::Null),
                ];
                // After it is written down: if that is cut off, it is sent once more, whole.
                self.update(register, notice, version, &sent).await?;
                filled.forget(store).await
            }
            Err(failure) => {
                // Who refuses a message may repeat what it says.
                let why = filled.hide(&format!("{}: {}", failure.code(), failure.sentences().join(" / ")));
                tracing::warn!("notice {} (try {attempts}): {why}", notice.id);
                if failure.is_final() || attempts >= MAX_TRIES {
                    self.failed(register, notice, version, &why).await?;
                    return filled.forget(store).await;
                }
                let mut set = vec![("failure", text(short(&why)))];
                if let Failure::Later { after: Some(after), .. } = failure
                    && let Ok(asked) = SignedDuration::try_from(after)
                    && now + asked > again
                {
                    set.push(("next_at", instant(now + asked)));
                }
                self.update(register, notice, version, &set).await.map(|_| ())
            }
        }
    }

    async fn failed(&self, register: &Arc<Register>, notice: &Notice, version: i64, why: &str) -> Result<()> {
        let set = [("status", text("failed")), ("next_at", Value::Null), ("failure", text(short(why)))];
        self.update(register, notice, version, &set).await.map(|_| ())
    }

    /// Changes a notice of this version; its next version, or none if somebody else changed it first.
    async fn update(
        &self,
        register: &Arc<Register>,
        notice: &Notice,
        version: i64,
        set: &[(&str, Value)],
    ) -> Result<Option<i64>> {
        let set = set.iter().filter_map(|(name, value)| Some((register.field_index(name)?, value.clone()))).collect();
        let edit = Edit::Update { id: notice.id, expected: Some(version), set, geometry: None };
        let house = Principal { now: Timestamp::now(), ..self.house.clone() };
        match self.desk.change(&house, vec![(NOTICE.to_owned(), edit)]).await {
            Ok(done) => Ok(done.records.first().map(|(_, _, version)| *version)),
            Err(e) if matches!(e.code(), "version-conflict" | "no-such-record") => Ok(None),
            Err(e) => Err(e),
        }
    }

    /// Makes a notice, if it isn't there already.
    async fn make(&self, register: &Arc<Register>, id: uuid::Uuid, values: &[(&str, Value)]) -> Result<()> {
        let set = values.iter().filter_map(|(name, value)| Some((register.field_index(name)?, value.clone()))).collect();
        let house = Principal { now: Timestamp::now(), ..self.house.clone() };
        let edit = Edit::Insert { id: Some(id), set, geometry: None };
        match self.desk.change(&house, vec![(NOTICE.to_owned(), edit)]).await {
            Err(e) if e.code() != "key-taken" => Err(e),
            _ => Ok(()),
        }
    }

    /// The page of a case.
    fn link(&self, notice: &Notice) -> Option<String> {
        let base = self.base_url.as_deref()?.trim_end_matches('/');
        let (register, id) = notice.case.as_ref()?;
        Some(format!("{base}/registers/{register}/{id}"))
    }
}

fn short(why: &str) -> String {
    why.chars().take(MAX_FAILURE).collect()
}

fn text(text: impl Into<String>) -> Value {
    Value::Text(text.into())
}

fn instant(at: Timestamp) -> Value {
    Value::instant(at).unwrap_or(Value::Null)
}
