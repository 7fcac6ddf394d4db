//! One deed that a device tells of, and what becomes of it.

use super::{
    DEED, SOURCE, conflict, files,
    today::{self, Stop},
};
use crate::{
    App, Caller, Problem,
    cases::{ATTACHMENT, COMMENT, attach},
};
use jiff::Timestamp;
use meydan_geo::Wkb;
use meydan_kernel::{
    Error, Kind, Lang, Principal, Record, Register, Result, Value,
    catalogue::workflow::{field, part},
    desk::Edit,
    query::Key,
};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;
use uuid::Uuid;

/// Limit: deeds of one request.
pub const MAX_DEEDS: usize = 100;
/// Limit: how often a step is tried again that others were quicker than by a moment.
const MAX_LOOKS: usize = 8;
/// Limit: letters of a device's name.
const MAX_DEVICE: usize = 64;

/// What a device tells.
#[derive(Debug, Deserialize)]
pub struct Told {
    /// Made by the device; told again under it, it is the same deed.
    pub id: Uuid,
    /// The register of the case.
    pub register: String,
    /// The case; of a new one the device makes the id.
    pub record: Uuid,
    /// When it was done, by the device's clock.
    pub at: Timestamp,
    /// The version of the case that the person saw.
    #[serde(default)]
    expected: Option<i64>,
    /// The deed before it on the same case: the version it made is the one that the person saw.
    #[serde(default)]
    after: Option<Uuid>,
    /// Why, in the person's words.
    #[serde(default)]
    reason: Option<String>,
    #[serde(flatten)]
    what: What,
}

/// What was done.
#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum What {
    /// A step of the workflow.
    Transition {
        transition: String,
        #[serde(default)]
        set: Map<String, Json>,
    },
    /// Something written to the case.
    Comment {
        text: String,
        #[serde(default)]
        audience: Option<String>,
    },
    /// A file that was sent in pieces before.
    Attachment {
        sha256: String,
        #[serde(default)]
        name: Option<String>,
        #[serde(default)]
        audience: Option<String>,
        #[serde(default)]
        place: Option<[f64; 2]>,
    },
    /// The person took back what is not done yet: no copy of it that is still on its way does anything any more.
    Dropped,
    /// A case found on the spot.
    NewRequest {
        #[serde(default)]
        values: Map<String, Json>,
        #[serde(default)]
        place: Option<[f64; 2]>,
    },
}

impl What {
    const fn word(&self) -> &'static str {
        match self {
            Self::Transition { .. } => "transition",
            Self::Comment { .. } => "comment",
            Self::Attachment { .. } => "attachment",
            Self::Dropped => "dropped",
            Self::NewRequest { .. } => "new_request",
        }
    }
}

/// What became of a deed.
pub enum Outcome {
    /// It is on disk now.
    Done,
    /// It was on disk before: as this kind of deed.
    Already(String),
    /// Others changed the case first: a person must say what is to be done.
    Conflict(Json),
    /// The deed that it follows is not done.
    Waiting,
    /// The bytes that it names are not all here.
    FileMissing,
    /// It can't be done.
    Refused(Problem),
    /// Not now; the same again later.
    Later(Problem),
}

impl Outcome {
    fn of(error: Error) -> Self {
        match error.kind() {
            Kind::Unavailable | Kind::Internal | Kind::TooMany => Self::Later(error.into()),
            _ => Self::Refused(error.into()),
        }
    }

    /// As the answer tells it.
    pub fn to_json(&self, id: &Json, lang: Lang) -> Json {
        let told = |word: &str| json!({ "id": id, "outcome": word });
        let with = |word: &str, name: &str, what: &Json| json!({ "id": id, "outcome": word, name: what });
        match self {
            Self::Done => told("done"),
            Self::Already(kind) => with("already", "kind", &kind.as_str().into()),
            Self::Waiting => told("waiting"),
            Self::FileMissing => told("file_missing"),
            Self::Conflict(what) => with("conflict", "meanwhile", what),
            Self::Refused(problem) => with("refused", "problem", &problem.to_json(lang, "/api/field/sync")),
            Self::Later(problem) => with("later", "problem", &problem.to_json(lang, "/api/field/sync")),
        }
    }
}

/// Somebody who tells deeds from a device.
pub struct Teller<'a> {
    /// The app.
    pub app: &'a App,
    /// Who.
    pub caller: &'a Caller,
    /// The device's name.
    pub device: &'a str,
    /// Their language.
    pub lang: Lang,
}

impl Teller<'_> {
    /// Does a deed, if it is not done already.
    pub async fn tell(&self, told: Told) -> Outcome {
        let (id, principal) = (told.id, self.caller.through(SOURCE, told.reason.clone()));
        match self.done(&principal, id).await {
            Ok(Some(trace)) => return self.already(&trace),
            Ok(None) => {}
            Err(error) => return Outcome::of(error),
        }
        match self.act(&principal, told).await {
            Ok(outcome) => outcome,
            // Told twice at the same time: the other was first.
            Err(error) if error.code() == "key-taken" => match self.done(&principal, id).await {
                Ok(Some(trace)) => self.already(&trace),
                Ok(None) => Outcome::of(error),
                Err(error) => Outcome::of(error),
            },
            Err(error) => Outcome::of(error),
        }
    }

    fn already(&self, trace: &Record) -> Outcome {
        let kind = self.app.desk.register(DEED).ok().and_then(|traces| match trace.value(&traces, "kind") {
            Some(Value::Text(kind)) => Some(kind.clone()),
            _ => None,
        });
        Outcome::Already(kind.unwrap_or_default())
    }

    /// The trace of a deed of one's own.
    async fn done(&self, principal: &Principal, id: Uuid) -> Result<Option<Record>> {
        let traces = self.app.desk.register(DEED)?;
        match self.app.desk.get(principal, &traces, Key::Id(id), None).await {
            Ok(record) => Ok(Some(record)),
            Err(error) if error.code() == "no-such-record" => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn act(&self, principal: &Principal, mut told: Told) -> Result<Outcome> {
        let traces = self.app.desk.register(DEED)?;
        // The phone's clock may go ahead; what it tells of is not in the future.
        told.at = told.at.min(principal.now);
        if let Some(before) = told.after.filter(|_| !matches!(told.what, What::Dropped)) {
            let Some(trace) = self.done(principal, before).await? else { return Ok(Outcome::Waiting) };
            if let Some(Value::Int(version)) = trace.value(&traces, "case_version") {
                told.expected = Some(*version);
            }
        }
        let register = self.app.desk.register(&told.register)?;
        match &told.what {
            What::Dropped => {
                self.app.desk.change(principal, vec![self.trace(&traces, principal, &told, None)]).await?;
                Ok(Outcome::Done)
            }
            What::Transition { transition, set } => {
                let set = self.app.desk.read_values(&register, set)?;
                self.go(principal, &traces, &register, &told, transition, set).await
            }
            What::Comment { text, audience } => {
                let (parts, text) = (self.app.desk.register(COMMENT)?, Value::Text(text.clone()));
                let set = self.part(
                    &parts,
                    principal,
                    &told,
                    audience.as_deref(),
                    [("text", text), ("written_at", instant(told.at))],
                );
                let through = self.app.desk.with_whole(principal, &register, told.record).await?;
                let insert = Edit::Insert { id: Some(told.id), set, geometry: None };
                let trace = self.trace(&traces, principal, &told, None);
                self.app.desk.change(&through, vec![(parts.name.clone(), insert), trace]).await?;
                Ok(Outcome::Done)
            }
            What::Attachment { sha256, name, audience, place } => {
                let about = (sha256.as_str(), name.as_deref(), audience.as_deref(), *place);
                self.attach(principal, &traces, &register, &told, about).await
            }
            What::NewRequest { values, place } => {
                let mut set = self.app.desk.read_values(&register, values)?;
                set.extend(register.field_index(field::RECEIVED_AT).map(|i| (i, instant(told.at))));
                let geometry = place.and_then(|[lon, lat]| Wkb::point(lon, lat));
                let insert = Edit::Insert { id: Some(told.record), set, geometry };
                let trace = self.trace(&traces, principal, &told, Some(1));
                self.app.desk.change(principal, vec![(register.name.clone(), insert), trace]).await?;
                Ok(Outcome::Done)
            }
        }
    }

    /// A step of the case that the person saw; if it is another by now, they are told.
    async fn go(
        &self,
        principal: &Principal,
        traces: &Register,
        register: &Arc<Register>,
        told: &Told,
        transition: &str,
        set: Vec<(usize, Value)>,
    ) -> Result<Outcome> {
        let desk = &self.app.desk;
        let Some(seen) = told.expected else { return Err(unseen()) };
        for _ in 0..MAX_LOOKS {
            let Stop { case, .. } = today::find(desk, principal, register, told.record).await?;
            if case.version != seen {
                let about = (register, told.record);
                let meanwhile = conflict::since(desk, self.caller, principal, self.lang, about, seen).await?;
                if !meanwhile.only_time {
                    return Ok(Outcome::Conflict(meanwhile.steps));
                }
            }
            // The versions say what was first; the phone's clock may be slow.
            let entered = match case.value(register, field::ENTERED_AT) {
                Some(Value::Timestamp(at)) => *at,
                _ => told.at,
            };
            let go = Edit::Proceed {
                id: told.record,
                expected: Some(case.version),
                transition: transition.to_owned(),
                set: set.clone(),
                at: Some(told.at.max(entered)),
            };
            let trace = self.trace(traces, principal, told, Some(case.version + 1));
            let through = desk.with_whole(principal, register, told.record).await?;
            match desk.change(&through, vec![(register.name.clone(), go), trace]).await {
                Ok(_) => return Ok(Outcome::Done),
                // Others were quicker by a moment: look again at what they did.
                Err(error) if error.code() == "version-conflict" => {}
                Err(error) => return Err(error),
            }
        }
        Err(Error::unavailable("a case that others change all the time"))
    }

    async fn attach(
        &self,
        principal: &Principal,
        traces: &Register,
        register: &Arc<Register>,
        told: &Told,
        (sha256, name, audience, place): (&str, Option<&str>, Option<&str>, Option<[f64; 2]>),
    ) -> Result<Outcome> {
        let desk = &self.app.desk;
        let digest = files::sha256(sha256)?;
        let files = desk.register(ATTACHMENT)?;
        let through = desk.with_whole(principal, register, told.record).await?;
        let Some(bytes) = desk.uploaded(principal, digest).await? else { return Ok(Outcome::FileMissing) };
        let whole = [(part::WHOLE_REGISTER, register.name.as_str()), (part::WHOLE, &told.record.to_string())]
            .map(|(field, text)| (field, Value::Text(text.to_owned())));
        let audience = audience.unwrap_or("internal");
        let mut file = match attach::new_file(&files, &through, told.id, name, audience, whole, bytes) {
            Ok(file) => file,
            Err(problem) => return Ok(Outcome::Refused(problem)),
        };
        // Browsers take the place out of photos: then it is where the phone was.
        file.geometry = file.geometry.or_else(|| place.and_then(|[lon, lat]| Wkb::point(lon, lat)));
        if let Some(taken) = files.field_index("taken_at") {
            let known = file.set.iter().any(|(i, v)| *i == taken && !v.is_null());
            file.set.retain(|(i, v)| *i != taken || !v.is_null());
            file.set.extend((!known).then(|| (taken, instant(told.at))));
        }
        let trace = self.trace(traces, principal, told, None);
        desk.add_file_with(&through, &files, file, vec![trace]).await?;
        // It is the case's now; pieces that stay because this fails go by themselves.
        let _ = desk.forget_upload(principal, digest).await;
        Ok(Outcome::Done)
    }

    /// What a part of the case says of itself.
    fn part<const N: usize>(
        &self,
        parts: &Register,
        principal: &Principal,
        told: &Told,
        audience: Option<&str>,
        more: [(&str, Value); N],
    ) -> Vec<(usize, Value)> {
        let text = |text: &str| Value::Text(text.to_owned());
        let own = [
            (part::WHOLE_REGISTER, text(&told.register)),
            (part::WHOLE, Value::Text(told.record.to_string())),
            ("audience", text(audience.unwrap_or("internal"))),
            ("author", principal.person().map_or(Value::Null, Value::Reference)),
        ];
        own.into_iter().chain(more).filter_map(|(name, value)| Some((parts.field_index(name)?, value))).collect()
    }

    /// The trace of a deed: in the same changeset, so that there is never one without the other.
    fn trace(&self, traces: &Register, principal: &Principal, told: &Told, version: Option<i64>) -> (String, Edit) {
        let device: String = self.device.chars().filter(|c| !c.is_control()).take(MAX_DEVICE).collect();
        let values = [
            (part::WHOLE_REGISTER, Value::Text(told.register.clone())),
            (part::WHOLE, Value::Text(told.record.to_string())),
            ("kind", Value::Text(told.what.word().to_owned())),
            ("author", principal.person().map_or(Value::Null, Value::Reference)),
            ("done_at", instant(told.at)),
            ("told_at", instant(principal.now)),
            ("device", Value::Text(device)),
            ("case_version", version.map_or(Value::Null, Value::Int)),
        ];
        let set = values.into_iter().filter_map(|(name, value)| Some((traces.field_index(name)?, value))).collect();
        (DEED.to_owned(), Edit::Insert { id: Some(told.id), set, geometry: None })
    }
}

fn instant(at: Timestamp) -> Value {
    Value::instant(at).unwrap_or(Value::Null)
}

fn unseen() -> Error {
    Error::invalid(
        "version-required",
        "İşlemin hangi sürüm görülerek yapıldığı belirtilmeli.",
        "A step must name the version that the person saw.",
    )
    .field("expected", "gerekli", "needed")
}
