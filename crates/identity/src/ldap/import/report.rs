//! What an import did, or would do.

use meydan_kernel::Bilingual;
use serde::Serialize;

/// Limit: lines and notes kept for showing; all are counted.
const MAX_SHOWN: usize = 1_000;

/// What an import did; with `dry_run` what it would do.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Imported {
    /// True if nothing was changed because only a look was asked for.
    pub dry_run: bool,
    /// Entries read.
    pub read: usize,
    /// New persons.
    pub inserted: usize,
    /// Persons whose fields changed.
    pub updated: usize,
    /// Persons known before by their login name, now known by their identity in the directory. Counted in `updated` too.
    pub linked: usize,
    /// Persons disabled: disabled in the directory, or gone from it.
    pub disabled: usize,
    /// Persons enabled again.
    pub enabled: usize,
    /// Persons who stay as they are.
    pub unchanged: usize,
    /// Persons who could not be taken; see the notes.
    pub rejected: usize,
    /// Posts made for groups that had none.
    pub posts: usize,
    /// Holdings opened today.
    pub opened: usize,
    /// Holdings closed today.
    pub closed: usize,
    /// Change by change, the first thousand.
    pub changes: Vec<Line>,
    /// What somebody should look at, the first thousand.
    pub notes: Vec<Line>,
}

/// One line of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Whom or what it is about, as people read it.
    pub subject: String,
    /// What happens, or what is wrong.
    pub text: Bilingual,
}

impl Imported {
    /// True if nothing changes.
    pub fn is_nothing(&self) -> bool {
        self.inserted + self.updated + self.disabled + self.enabled + self.posts + self.opened + self.closed == 0
    }

    pub(super) fn tell(&mut self, subject: &str, tr: impl Into<String>, en: impl Into<String>) {
        if self.changes.len() < MAX_SHOWN {
            self.changes.push(Line { subject: subject.to_owned(), text: Bilingual::new(tr, en) });
        }
    }

    pub(super) fn note(&mut self, subject: &str, tr: impl Into<String>, en: impl Into<String>) {
        if self.notes.len() < MAX_SHOWN {
            self.notes.push(Line { subject: subject.to_owned(), text: Bilingual::new(tr, en) });
        }
    }

    /// The counts in few words, for the journal of security.
    pub(super) fn counts(&self) -> String {
        format!(
            "read {}, inserted {}, updated {}, disabled {}, enabled {}, rejected {}, opened {}, closed {}",
            self.read, self.inserted, self.updated, self.disabled, self.enabled, self.rejected, self.opened, self.closed
        )
    }
}
