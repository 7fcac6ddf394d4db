//! One broken thing, in words.

use uuid::Uuid;

/// What sort of thing is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FindingKind {
    /// An entry is missing.
    EntryMissing,
    /// An entry can't be read.
    EntryUnreadable,
    /// An entry is not the one that was sealed.
    EntryChanged,
    /// A tile is missing, or its hashes don't follow from the tiles below.
    TileBroken,
    /// A seal's root is not the root of the entries it covers.
    SealRoot,
    /// A seal's checkpoint is not signed by the log's key, or says other numbers than the seal.
    SealSignature,
    /// A seal covers more entries than the log has.
    SealBeyond,
    /// A time stamp is not over its seal.
    TimeStamp,
    /// The content of a version is not what its entry recorded.
    VersionChanged,
    /// A version's salt is gone, and no later erasure of its record stands in the log.
    SaltMissing,
    /// A version has no entry.
    VersionWithoutEntry,
    /// An entry has no version.
    EntryWithoutVersion,
    /// A version stands as current, past or ended although the log says otherwise, or its end is not the next one's beginning.
    VersionMisplaced,
}

impl FindingKind {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::EntryMissing => "entry-missing",
            Self::EntryUnreadable => "entry-unreadable",
            Self::EntryChanged => "entry-changed",
            Self::TileBroken => "tile-broken",
            Self::SealRoot => "seal-root",
            Self::SealSignature => "seal-signature",
            Self::SealBeyond => "seal-beyond",
            Self::TimeStamp => "time-stamp",
            Self::VersionChanged => "version-changed",
            Self::SaltMissing => "salt-missing",
            Self::VersionWithoutEntry => "version-without-entry",
            Self::EntryWithoutVersion => "entry-without-version",
            Self::VersionMisplaced => "version-misplaced",
        }
    }

    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::EntryMissing => ("defter kaydı yok", "a log entry is missing"),
            Self::EntryUnreadable => ("defter kaydı okunamıyor", "a log entry can't be read"),
            Self::EntryChanged => ("defter kaydı, mühürlenmiş olandan farklı", "a log entry is not the one that was sealed"),
            Self::TileBroken => {
                ("karma ağacının bir parçası eksik ya da değişmiş", "a part of the hash tree is missing or changed")
            }
            Self::SealRoot => {
                ("mührün kökü, kapsadığı kayıtlarla tutmuyor", "a seal's root does not match the entries it covers")
            }
            Self::SealSignature => ("mührün imzası geçerli değil", "a seal's signature does not hold"),
            Self::SealBeyond => ("mühür, defterde olandan çok kaydı kapsıyor", "a seal covers more entries than the log has"),
            Self::TimeStamp => ("zaman damgası bu mühre ait değil", "a time stamp is not over its seal"),
            Self::VersionChanged => {
                ("kaydın içeriği, deftere yazılandan farklı", "a record's content is not what the log recorded")
            }
            Self::SaltMissing => (
                "kayıt sürümünün tuzu, defterde bir imha kaydı olmadan yok edilmiş; içeriği kanıtlanamıyor",
                "a record version's salt was destroyed without an erasure in the log; its content can't be proven",
            ),
            Self::VersionWithoutEntry => ("kayıt sürümünün defterde karşılığı yok", "a record version has no log entry"),
            Self::EntryWithoutVersion => {
                ("defter kaydının gösterdiği kayıt sürümü yok", "a log entry's record version is not there")
            }
            Self::VersionMisplaced => (
                "kayıt sürümü yerinde değil: güncel mi geçmiş mi olduğu ya da bitiş zamanı defterle tutmuyor",
                "a record version is out of its place: whether it is current, or when it ended, is not what the log says",
            ),
        }
    }
}

/// One broken thing and where it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// What sort.
    pub kind: FindingKind,
    /// Position in the log; for a seal, its size.
    pub position: Option<i64>,
    /// Register.
    pub register: Option<String>,
    /// Record.
    pub record: Option<Uuid>,
    /// The record's version.
    pub version: Option<i64>,
    /// What differs, technically.
    pub detail: String,
}

impl Finding {
    pub(super) fn at(kind: FindingKind, position: i64, detail: impl Into<String>) -> Self {
        Self { kind, position: Some(position), register: None, record: None, version: None, detail: detail.into() }
    }

    pub(super) fn of(mut self, register: &str, record: Uuid, version: i64) -> Self {
        (self.register, self.record, self.version) = (Some(register.to_owned()), Some(record), Some(version));
        self
    }

    /// Turkish sentence.
    pub fn tr(&self) -> String {
        self.sentence(self.kind.words().0, ["konum", "mühür", "kütük", "kayıt", "sürüm"])
    }

    /// English sentence.
    pub fn en(&self) -> String {
        self.sentence(self.kind.words().1, ["position", "seal", "register", "record", "version"])
    }

    fn sentence(&self, what: &str, [position, seal, register, record, version]: [&str; 5]) -> String {
        let is_seal = matches!(
            self.kind,
            FindingKind::SealRoot | FindingKind::SealSignature | FindingKind::SealBeyond | FindingKind::TimeStamp
        );
        let mut places = Vec::new();
        if let Some(n) = self.position {
            places.push(format!("{} {n}", if is_seal { seal } else { position }));
        }
        if let Some(name) = &self.register {
            places.push(format!("{register} {name}"));
        }
        if let Some(id) = self.record {
            places.push(format!("{record} {id}"));
        }
        if let Some(n) = self.version {
            places.push(format!("{version} {n}"));
        }
        let mut out = what.to_owned();
        if !places.is_empty() {
            out.push_str(&format!(" ({})", places.join(", ")));
        }
        if !self.detail.is_empty() {
            out.push_str(&format!(": {}", self.detail));
        }
        out
    }
}
