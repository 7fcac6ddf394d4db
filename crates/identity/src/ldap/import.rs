//! People and posts from the directory into the registers: a reconciliation, so that the same directory again changes nothing.

mod holdings;
mod people;
mod report;

pub use report::{Imported, Line};

use super::{
    read::{Snapshot, snapshot},
    settings::Settings,
};
use futures::TryStreamExt as _;
use meydan_kernel::{
    Desk, Error, Kind, Principal, Query, Record, Register, Result, Value,
    desk::{Edit, SecurityEvent},
};
use std::{collections::HashMap, sync::Arc};
use uuid::Uuid;

/// Source of the import's acts in the log, and code of what comes from it.
const SOURCE: &str = "directory";
/// The person's field of the identity in the directory.
const EXTERNAL_ID: &str = "external_id";
/// Limit: changes of one changeset.
const CHANGESET: usize = 2_000;
/// Limit without `force`: of a hundred persons or holdings so many may end at once.
const MAX_ENDED_PERCENT: usize = 20;
/// So few may always end.
const FEW: usize = 5;

/// How to import.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Only look.
    pub dry_run: bool,
    /// Disable and end even very many.
    pub force: bool,
}

/// Brings the registers of persons, posts and holdings to what the directory says.
///
/// People are known by an identity that never changes; who is gone is disabled and never deleted; what a person did by hand
/// (somebody disabled here, a holding not from the directory) stays. Not one changeset but several, each whole: if one fails, the
/// same import again goes on.
///
/// # Errors
/// `directory-unavailable`, `directory-empty`, `directory-would-end-many`; `no-external-id`; those of the desk.
pub async fn import(desk: &Desk, principal: &Principal, settings: &Settings, options: Options) -> Result<Imported> {
    reconcile(desk, principal, settings, &snapshot(settings).await?, options).await
}

async fn reconcile(
    desk: &Desk,
    principal: &Principal,
    settings: &Settings,
    snapshot: &Snapshot,
    options: Options,
) -> Result<Imported> {
    let mut work = Work {
        desk,
        principal: principal.clone().through(SOURCE),
        settings,
        snapshot,
        options,
        report: Imported { dry_run: options.dry_run, read: snapshot.people.len(), ..Imported::default() },
    };
    if snapshot.people.is_empty() {
        return Err(empty());
    }
    for dn in &snapshot.nameless {
        let attribute = settings.id_attribute();
        work.report.rejected += 1;
        work.report.note(
            dn,
            format!("{attribute} niteliği okunamıyor; atlandı"),
            format!("its {attribute} can't be read; left out"),
        );
    }
    let people = work.people().await?;
    work.holdings(&people).await?;
    if !options.dry_run && !work.report.is_nothing() {
        let event =
            SecurityEvent { kind: "directory_imported", detail: Some(work.report.counts()), ..SecurityEvent::default() };
        desk.note(&work.principal.act, event).await?;
    }
    Ok(work.report)
}

/// One import under way.
struct Work<'a> {
    desk: &'a Desk,
    principal: Principal,
    settings: &'a Settings,
    snapshot: &'a Snapshot,
    options: Options,
    report: Imported,
}

/// All current records of a register.
struct Table {
    register: Arc<Register>,
    records: Vec<Record>,
}

impl Table {
    fn text<'r>(&self, record: &'r Record, field: &str) -> Option<&'r str> {
        match record.value(&self.register, field)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    fn index(&self, field: &str) -> Result<usize> {
        self.register.field_index(field).ok_or_else(|| no_field(&self.register, field))
    }

    /// Values by field, of the fields that there are.
    fn set(&self, values: Vec<(&str, Value)>) -> Vec<(usize, Value)> {
        values.into_iter().filter_map(|(field, value)| Some((self.register.field_index(field)?, value))).collect()
    }
}

impl Work<'_> {
    /// Read at the operator's own door: nobody is shown what is read, so it is no look at personal data.
    async fn table(&self, name: &str) -> Result<Table> {
        let register = self.desk.register(name)?;
        let batches: Vec<Vec<Record>> = self.desk.store().scan(Query::all(Arc::clone(&register))).try_collect().await?;
        Ok(Table { register, records: batches.into_iter().flatten().collect() })
    }

    /// Carries edits out in changesets, unless only a look was asked for.
    async fn apply(&self, register: &str, edits: Vec<Edit>) -> Result<()> {
        if self.options.dry_run {
            return Ok(());
        }
        let mut edits = edits.into_iter().map(|edit| (register.to_owned(), edit)).peekable();
        while edits.peek().is_some() {
            self.desk.change(&self.principal, edits.by_ref().take(CHANGESET).collect()).await?;
        }
        Ok(())
    }

    /// What is wrong with one edit, alone.
    async fn fault(&self, register: &str, edit: &Edit) -> Result<Option<Error>> {
        match self.desk.check(&self.principal, vec![(register.to_owned(), edit.clone())]).await {
            Ok(()) => Ok(None),
            Err(error) if error.kind() == Kind::Invalid => Ok(Some(error)),
            Err(error) => Err(error),
        }
    }

    /// Refuses to end very many at once: more likely the directory was read by the wrong account than that all are gone.
    fn guard(&self, ended: usize, of: usize) -> Result<()> {
        if self.options.force || ended <= FEW || ended * 100 <= of * MAX_ENDED_PERCENT {
            return Ok(());
        }
        Err(Error::new(
            Kind::Conflict,
            "directory-would-end-many",
            format!("Dizine göre {of} kayıttan {ended} tanesi sona erecek; hiçbiri sona erdirilmedi."),
            format!("By the directory {ended} of {of} records would end; none was ended."),
        )
        .hint(
            "Dizin tam okunabiliyor mu bakın (--dry-run); doğruysa --force ile yineleyin.",
            "See whether the directory is read whole (--dry-run); if it is right, repeat with --force.",
        ))
    }
}

/// What is wrong, for a note.
fn sentences(error: &Error, lang: meydan_kernel::Lang) -> String {
    let fields: Vec<String> = error.fields().iter().map(|f| format!("{}: {}", f.field, f.message.get(lang))).collect();
    if fields.is_empty() { error.message(lang).to_owned() } else { fields.join("; ") }
}

/// Ids of persons by their identity in the directory.
type Ids = HashMap<String, Uuid>;

fn empty() -> Error {
    Error::new(
        Kind::Conflict,
        "directory-empty",
        "Dizinde hiç kişi bulunamadı; hiçbir şey değiştirilmedi.",
        "There is nobody in the directory; nothing was changed.",
    )
    .hint(
        "[ldap] bölümündeki base, person_filter ve bind_dn anahtarlarına bakın.",
        "See the keys base, person_filter and bind_dn of the section [ldap].",
    )
}

fn no_field(register: &Register, field: &str) -> Error {
    Error::new(
        Kind::Unsupported,
        "no-external-id",
        format!("“{}” kütüğünde “{field}” alanı yok.", register.title.tr),
        format!("The register “{}” has no field “{field}”.", register.title.en),
    )
}
