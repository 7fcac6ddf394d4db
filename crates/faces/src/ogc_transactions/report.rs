//! What is said after a transaction (OGC 26-018, /req/json/response).

use super::body::Kind;
use crate::{Problem, ogc_common::ROOT};
use meydan_kernel::{Committed, Lang};
use serde_json::{Value as Json, json};
use uuid::Uuid;

/// What became of the actions.
#[derive(Default)]
pub struct Report {
    semantic: &'static str,
    inserted: Vec<String>,
    updated: Vec<String>,
    replaced: Vec<String>,
    deleted: Vec<String>,
    exceptions: Vec<Json>,
    changeset: Option<(Uuid, i64, String)>,
}

impl Report {
    /// Of a transaction of this semantic.
    pub fn new(semantic: &'static str) -> Self {
        Self { semantic, ..Self::default() }
    }

    /// Notes what an action did.
    pub fn done(&mut self, kind: Kind, base: &str, collection: &str, records: &[(Uuid, i64, i64)]) {
        let list = match kind {
            Kind::Insert => &mut self.inserted,
            Kind::Update => &mut self.updated,
            Kind::Replace => &mut self.replaced,
            Kind::Delete => &mut self.deleted,
        };
        list.extend(records.iter().map(|(_, fid, _)| format!("{base}{ROOT}/collections/{collection}/items/{fid}")));
    }

    /// Notes new features.
    pub fn inserted(&mut self, base: &str, collection: &str, records: &[(Uuid, i64, i64)]) {
        self.done(Kind::Insert, base, collection, records);
    }

    /// Notes where it stands in the log.
    pub fn committed(&mut self, committed: &Committed) {
        self.changeset = Some((committed.changeset, committed.first_position, committed.recorded_at.to_string()));
    }

    /// Notes an action that failed.
    pub fn failed(&mut self, index: usize, problem: Problem) {
        self.exceptions.push(problem.to_json(Lang::En, &format!("/transaction/{index}")));
    }

    /// As JSON; only the numbers if the client prefers little.
    pub fn to_json(&self, is_minimal: bool) -> Json {
        let mut json = json!({
            "semantic": self.semantic,
            "summary": {
                "totalInserted": self.inserted.len(),
                "totalUpdated": self.updated.len(),
                "totalReplaced": self.replaced.len(),
                "totalDeleted": self.deleted.len(),
            },
        });
        let lists = [
            ("insertResults", &self.inserted),
            ("updateResults", &self.updated),
            ("replaceResults", &self.replaced),
            ("deleteResults", &self.deleted),
        ];
        for (name, list) in lists.into_iter().filter(|(_, list)| !is_minimal && !list.is_empty()) {
            json[name] = list.as_slice().into();
        }
        if !self.exceptions.is_empty() {
            json["exceptions"] = self.exceptions.as_slice().into();
        }
        if let Some((changeset, position, recorded_at)) = &self.changeset {
            json["changeset"] = changeset.to_string().into();
            json["first_position"] = (*position).into();
            json["recorded_at"] = recorded_at.as_str().into();
        }
        json
    }
}
