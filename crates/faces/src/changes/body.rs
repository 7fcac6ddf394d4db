//! The body of `POST /api/changes`, and how it becomes edits.

use crate::{Problem, problem};
use axum::{
    body::Body,
    http::{HeaderMap, StatusCode, header},
};
use bytes::Bytes;
use meydan_geo::{Wkb, geojson};
use meydan_kernel::{Desk, Error, Result, desk::Edit, desk::no_such_record};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value as Json};
use uuid::Uuid;

/// Limit: bytes of a body.
pub const MAX_BODY_BYTES: usize = 16 << 20;

/// What the body says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Changes {
    /// Why, in the person's words.
    #[serde(default)]
    pub reason: Option<String>,
    /// In the order of the log.
    pub changes: Vec<One>,
}

/// One record's change.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct One {
    /// Name of the register.
    pub register: String,
    #[serde(default)]
    op: Option<Op>,
    /// In the place of `op`: the transition that a case goes.
    #[serde(default)]
    proceed: Option<String>,
    /// What is set with it.
    #[serde(default)]
    set: Map<String, Json>,
    /// When it was done, if it is told later.
    #[serde(default)]
    at: Option<jiff::Timestamp>,
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    expected: Option<i64>,
    #[serde(default)]
    values: Map<String, Json>,
    /// Left out: as it is. `null`: none.
    #[serde(default, deserialize_with = "given")]
    geometry: Option<Json>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Op {
    Insert,
    Update,
    Delete,
}

/// A member that is there, be it `null`.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Json>, D::Error> {
    Json::deserialize(deserializer).map(Some)
}

/// Reads a JSON body.
///
/// # Errors
/// `wrong-media-type` (415), `body-too-large` (413), `bad-body`.
pub async fn bytes(headers: &HeaderMap, body: Body) -> Result<Bytes, Problem> {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        let error = Error::invalid(
            "wrong-media-type",
            "İçerik türü application/json olmalı.",
            "The content type must be application/json.",
        );
        return Err(Problem::with_status(error, StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }
    limited(headers, body).await
}

/// Reads a body of any type.
///
/// # Errors
/// `body-too-large` (413), `bad-body`.
pub(crate) async fn limited(headers: &HeaderMap, body: Body) -> Result<Bytes, Problem> {
    if headers
        .get(header::CONTENT_LENGTH)
        .and_then(|v| v.to_str().ok()?.parse().ok())
        .is_some_and(|n: usize| n > MAX_BODY_BYTES)
    {
        return Err(problem::body_too_large());
    }
    axum::body::to_bytes(body, MAX_BODY_BYTES).await.map_err(|error| {
        if std::error::Error::source(&error).is_some_and(|s| s.to_string().contains("length limit")) {
            problem::body_too_large()
        } else {
            Error::invalid("bad-body", "İstek gövdesi yarıda kesildi.", "The request's body broke off.").into()
        }
    })
}

/// Reads a JSON body as what it should be.
///
/// # Errors
/// As [`bytes`] and [`read_as`].
pub(crate) async fn read_body<T: serde::de::DeserializeOwned>(headers: &HeaderMap, body: Body) -> Result<T, Problem> {
    Ok(read_as(&bytes(headers, body).await?)?)
}

/// Reads what the body says.
///
/// # Errors
/// `bad-json`, naming line and column.
pub fn read(bytes: &[u8]) -> Result<Changes> {
    read_as(bytes)
}

/// Reads a body as what it should be.
///
/// # Errors
/// `bad-json`, naming line and column.
pub fn read_as<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    serde_json::from_slice(bytes).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        Error::invalid(
            "bad-json",
            format!("Gövde beklenen JSON değil (satır {line}, sütun {column})."),
            format!("The body is not the JSON expected (line {line}, column {column})."),
        )
        .field("", format!("JSON: {error}"), error.to_string())
    })
}

impl Changes {
    /// The edits for the desk, each with its register's name.
    ///
    /// # Errors
    /// `bad-change` and `invalid-record`, naming what is wrong in which change.
    pub fn edits(self, desk: &Desk) -> Result<Vec<(String, Edit)>> {
        if self.changes.is_empty() {
            return Err(Error::invalid("no-changes", "“changes” listesi boş.", "The list “changes” is empty.").field(
                "/changes",
                "en az bir değişiklik olmalı",
                "must have one change at least",
            ));
        }
        self.changes.into_iter().enumerate().map(|(index, one)| one.edit(desk, index)).collect()
    }
}

impl One {
    fn edit(self, desk: &Desk, index: usize) -> Result<(String, Edit)> {
        let register = desk.register(&self.register)?;
        let wrong = |member: &str, tr: &str, en: &str| {
            Error::invalid(
                "bad-change",
                format!("{}. değişiklik okunamadı.", index + 1),
                format!("Change number {} can't be read.", index + 1),
            )
            .field(format!("/changes/{index}/{member}"), tr, en)
        };
        let op = match (self.op, &self.proceed) {
            (Some(op), None) if self.set.is_empty() && self.at.is_none() => op,
            (None, Some(_)) if self.values.is_empty() && self.geometry.is_none() => Op::Update,
            (Some(_), None) => return Err(wrong("set", "yalnızca “proceed” ile verilir", "goes with “proceed” only")),
            (None, Some(_)) => return Err(wrong("values", "“proceed” ile “set” kullanılır", "with “proceed” it is “set”")),
            _ => return Err(wrong("op", "“op” ya da “proceed” gerekli", "“op” or “proceed” is needed")),
        };
        let id = match (&self.id, op) {
            (None, Op::Insert) => None,
            (None, _) => return Err(wrong("id", "kaydın kimliği gerekli", "the record's id is needed")),
            (Some(text), op) => match Uuid::try_parse(text) {
                Ok(id) => Some(id),
                Err(_) if op == Op::Insert => return Err(wrong("id", "UUID olmalı", "must be a UUID")),
                Err(_) => return Err(no_such_record(&register, text)),
            },
        };
        let geometry = match self.geometry {
            None => None,
            Some(Json::Null) => Some(None),
            Some(json) => Some(Some(read_geometry(&json, index)?)),
        };
        if let (Some(transition), Some(id)) = (self.proceed, id) {
            let set = desk.read_values(&register, &self.set)?;
            return Ok((self.register, Edit::Proceed { id, expected: self.expected, transition, set, at: self.at }));
        }
        let edit = match (op, id) {
            (Op::Insert, id) => {
                if self.expected.is_some() {
                    return Err(wrong("expected", "yeni kaydın sürümü olmaz", "a new record has no version"));
                }
                Edit::Insert { id, set: desk.read_values(&register, &self.values)?, geometry: geometry.flatten() }
            }
            (Op::Update, Some(id)) => {
                Edit::Update { id, expected: self.expected, set: desk.read_values(&register, &self.values)?, geometry }
            }
            (Op::Delete, Some(id)) => {
                if !self.values.is_empty() || geometry.is_some() {
                    return Err(wrong("values", "silmede değer verilmez", "a deletion takes no values"));
                }
                Edit::Delete { id, expected: self.expected }
            }
            (Op::Update | Op::Delete, None) => return Err(wrong("id", "kaydın kimliği gerekli", "the record's id is needed")),
        };
        Ok((self.register, edit))
    }
}

fn read_geometry(json: &Json, index: usize) -> Result<Wkb> {
    geojson::read(json).map_err(|error| {
        Error::invalid(
            "bad-geometry",
            format!("{}. değişikliğin geometrisi okunamadı.", index + 1),
            format!("The geometry of change number {} can't be read.", index + 1),
        )
        .field("geometry", error.tr(), error.en())
    })
}
