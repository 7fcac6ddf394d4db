//! One entry of the log, and the seal over all entries up to a size.

use crate::Act;
use jiff::Timestamp;
use uuid::Uuid;

/// What happened to the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verb {
    /// Version 1.
    Insert = 1,
    /// A later version.
    Update = 2,
    /// The end.
    Delete = 3,
    /// A later version, and values of the earlier ones destroyed: these can't be held against their digests any more.
    Erase = 4,
}

impl Verb {
    /// The word in the entry's text.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Insert => "insert",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Erase => "erase",
        }
    }

    /// From the stored number.
    pub const fn from_number(n: i64) -> Option<Self> {
        match n {
            1 => Some(Self::Insert),
            2 => Some(Self::Update),
            3 => Some(Self::Delete),
            4 => Some(Self::Erase),
            _ => None,
        }
    }
}

/// One entry: one version of one record.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Place in the log, from 0: the leaf index of the tree.
    pub position: i64,
    /// The changeset.
    pub changeset: Uuid,
    /// Who, in which post, for whom, why, through which face.
    pub act: Act,
    /// When; whole microseconds.
    pub recorded_at: Timestamp,
    /// Register (its name when the entry was written).
    pub register: String,
    /// Record.
    pub id: Uuid,
    /// The record's small integer.
    pub fid: i64,
    /// The version that this entry made.
    pub version: i64,
    /// What happened.
    pub verb: Verb,
    /// SHA-256 over salt and the canonical content of the new version (of the last content, for a deletion).
    pub digest: [u8; 32],
    /// 16 random bytes, kept beside the entry and not in it: destroyed with the values when retention ends.
    pub salt: Option<[u8; 16]>,
}

impl Entry {
    /// The bytes that the leaf hash is over: RFC 8785 JSON. The salt is not in it; the digest is.
    pub fn leaf_bytes(&self) -> Vec<u8> {
        let mut json = serde_json::json!({
            "at": self.recorded_at.to_string(),
            "changeset": self.changeset.to_string(),
            "digest": hex(&self.digest),
            "fid": self.fid,
            "id": self.id.to_string(),
            "person": self.act.person,
            "post": self.act.post,
            "register": self.register,
            "source": self.act.source,
            "verb": self.verb.word(),
            "version": self.version,
        });
        if let Some(other) = &self.act.on_behalf_of {
            json["on_behalf_of"] = other.as_str().into();
        }
        if let Some(reason) = &self.act.reason {
            json["reason"] = reason.as_str().into();
        }
        super::to_jcs(&json)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// A seal: a signed statement that the first `size` entries hash to `root`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    /// How many entries it covers.
    pub size: i64,
    /// Root hash of the tree (RFC 6962).
    pub root: [u8; 32],
    /// The signed checkpoint (C2SP tlog-checkpoint, signed-note), as text.
    pub checkpoint: String,
    /// When it was signed.
    pub sealed_at: Timestamp,
    /// RFC 3161 response (DER), if an authority has stamped it.
    pub time_stamp: Option<Vec<u8>>,
}

/// Name of a hash tile (C2SP tlog-tiles): `level` counts tiles upwards, `index` along; always the widest written so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TileId {
    /// Level of tiles, 0 holds leaf hashes.
    pub level: u8,
    /// Index in the level.
    pub index: i64,
}
