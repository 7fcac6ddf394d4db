//! Backup with a manifest, and restore proven equal by digest.

use crate::private_file;
use futures::StreamExt as _;
use meydan_kernel::{Error, Query, Result, Store, log::canonical_record};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::{
    collections::BTreeMap,
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
};

/// Limit: entries of the log in memory at once.
const LOG_BATCH: usize = 10_000;
/// Limit: secrets forgotten at once.
const MANY: usize = 256;

/// What a store holds, in a form that two stores can be compared by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    /// Entries of the log.
    pub entries: i64,
    /// SHA-256 over all leaf bytes of the log, each preceded by its length.
    pub log: String,
    /// Per register: number of current records and SHA-256 over their canonical contents in fid order.
    pub registers: BTreeMap<String, (u64, String)>,
    /// Per register: number of superseded versions and SHA-256 over their canonical contents in fid, version order.
    pub history: BTreeMap<String, (u64, String)>,
    /// Number of blobs and SHA-256 over the SHA-256 of each one's bytes, in the order of the digests that they are kept under; empty
    /// if there are none.
    #[serde(default)]
    pub blobs: (u64, String),
}

/// What stands beside a backup file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Kind of store: `sqlite` or `postgres`.
    pub store: String,
    /// When the backup was made.
    pub created_at: jiff::Timestamp,
    /// SHA-256 of the backup file.
    pub file_sha256: String,
    /// What it holds; computed from the copy, not from the original, so that it proves the copy. Left out where the copy can't
    /// be opened without restoring it (PostgreSQL).
    pub contents: Option<Contents>,
    /// Where the contents are left out: how many entries the log had before the copy was begun, and SHA-256 over them as in
    /// [`Contents::log`]. The restored log must begin with them, and every version must be what its entry says.
    #[serde(default)]
    pub log: Option<(i64, String)>,
}

/// Path of the manifest of a backup file.
pub fn manifest_path(backup: &Path) -> PathBuf {
    let mut name = backup.as_os_str().to_owned();
    name.push(".manifest.json");
    PathBuf::from(name)
}

/// Walks everything once and says what the store holds.
///
/// # Errors
/// Those of the store.
pub async fn contents(store: &dyn Store) -> Result<Contents> {
    let catalogue = store.catalogue().await?.unwrap_or_default();
    let (entries, log) = log_digest(store, i64::MAX).await?;
    let blobs = blobs_digest(store).await?;
    let mut out = Contents { entries, log, registers: BTreeMap::new(), history: BTreeMap::new(), blobs };
    for (name, register) in &catalogue.registers {
        let current = store.scan(Query::all(Arc::clone(register)));
        out.registers.insert(name.clone(), summarise(register, current).await?);
        let history = store.scan_history(Arc::clone(register));
        out.history.insert(name.clone(), summarise(register, history).await?);
    }
    Ok(out)
}

/// How many entries there are before a position, and SHA-256 over their leaf bytes, each preceded by its length.
async fn log_digest(store: &dyn Store, before: i64) -> Result<(i64, String)> {
    let (mut entries, mut hash) = (0, Sha256::new());
    while entries < before {
        let limit = usize::try_from(before - entries).map_or(LOG_BATCH, |left| left.min(LOG_BATCH));
        let batch = store.entries(entries, limit).await?;
        if batch.is_empty() {
            break;
        }
        for entry in &batch {
            let leaf = entry.leaf_bytes();
            hash.update((leaf.len() as u64).to_le_bytes());
            hash.update(leaf);
        }
        entries += batch.len() as i64;
    }
    Ok((entries, hex(&hash.finalize())))
}

/// How many blobs there are, and SHA-256 over what their bytes hash to.
async fn blobs_digest(store: &dyn Store) -> Result<(u64, String)> {
    let (mut count, mut hash) = (0, Sha256::new());
    for (digest, _) in store.blobs().await? {
        if let Some(bytes) = store.blob(digest).await? {
            hash.update(Sha256::digest(&bytes));
            count += 1;
        }
    }
    Ok((count, if count == 0 { String::new() } else { hex(&hash.finalize()) }))
}

async fn summarise(
    register: &meydan_kernel::Register,
    mut batches: futures::stream::BoxStream<'static, Result<Vec<meydan_kernel::Record>>>,
) -> Result<(u64, String)> {
    let (mut count, mut hash) = (0, Sha256::new());
    while let Some(batch) = batches.next().await {
        for record in batch? {
            let bytes = canonical_record(register, &record);
            hash.update((bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
            count += 1;
        }
    }
    Ok((count, hex(&hash.finalize())))
}

/// Writes a backup and its manifest. The copy is opened and read whole where that can be done beside the running store.
///
/// # Errors
/// The file exists already (`backup-exists`); it can't be written; those of the store.
pub async fn backup(store: &dyn Store, to: &Path) -> Result<Manifest> {
    if to.exists() {
        return Err(Error::new(
            meydan_kernel::Kind::Conflict,
            "backup-exists",
            format!("{} zaten var; üzerine yazılmadı.", to.display()),
            format!("{} exists already; it was not overwritten.", to.display()),
        ));
    }
    // A copy that can't be opened here is proven after it was restored: see `Manifest::log`.
    let log = if store.name() == "sqlite" { None } else { Some(log_digest(store, store.head()).await?) };
    store.backup(to).await?;
    let contents = if store.name() == "sqlite" {
        let copy = crate::open(&to.display().to_string()).await?;
        Some(contents(&*copy).await?)
    } else {
        None
    };
    let manifest = Manifest {
        store: store.name().to_owned(),
        created_at: jiff::Timestamp::now(),
        file_sha256: file_sha256(to)?,
        contents,
        log,
    };
    let json = serde_json::to_vec_pretty(&manifest).map_err(Error::internal)?;
    write_durably(&manifest_path(to), &json).map_err(Error::unavailable)?;
    Ok(manifest)
}

/// Makes a store at `location` from a backup and proves that it holds what the manifest says. Secrets of the kinds in `forget`
/// are not brought back: what was revoked after the backup was made must not live again.
///
/// # Errors
/// `backup-damaged` if the file is not what the manifest says; `store-exists` if there is something at the location;
/// `restore-differs` if the restored store holds something else.
pub async fn restore(from: &Path, location: &str, forget: &[&str]) -> Result<Contents> {
    let manifest: Manifest = std::fs::read(manifest_path(from))
        .map_err(Error::unavailable)
        .and_then(|bytes| serde_json::from_slice(&bytes).map_err(Error::internal))?;
    if file_sha256(from)? != manifest.file_sha256 {
        return Err(Error::invalid(
            "backup-damaged",
            "Yedek dosyası, bildirimindeki özetle uyuşmuyor.",
            "The backup file does not match the digest in its manifest.",
        ));
    }
    if manifest.store == "postgres" {
        restore_postgres(from, location).await?;
    } else {
        restore_file(from, Path::new(location))?;
    }
    let store = crate::open(location).await?;
    for kind in forget {
        forget_all(&*store, kind).await?;
    }
    if let Some(log) = &manifest.log
        && (log_digest(&*store, log.0).await? != *log || !is_proven(&*store).await?)
    {
        return Err(differs());
    }
    let restored = contents(&*store).await?;
    match manifest.contents {
        Some(expected) if expected != restored => Err(differs()),
        _ => Ok(restored),
    }
}

/// Forgets all secrets of a kind.
async fn forget_all(store: &dyn Store, kind: &str) -> Result<()> {
    let secrets = store.secrets(kind, None).await?;
    // Many at once: the embedded store puts all who wait on disk together.
    let mut forgotten = futures::stream::iter(&secrets).map(|s| store.forget_secret(kind, &s.key)).buffer_unordered(MANY);
    while let Some(done) = forgotten.next().await {
        done?;
    }
    Ok(())
}

/// True if every version is what its entry in the log says. Who signed the seals is not asked: the key may be elsewhere.
async fn is_proven(store: &dyn Store) -> Result<bool> {
    let report = crate::seal::verify(store, None, &mut |_| {}).await?;
    Ok(report.broken.keys().all(|kind| *kind == crate::seal::FindingKind::SealSignature))
}

fn differs() -> Error {
    Error::invalid(
        "restore-differs",
        "Geri yüklenen veri, yedeğin bildirdiğinden farklı.",
        "The restored data differs from what the backup says it holds.",
    )
}

fn store_exists(location: &str) -> Error {
    Error::new(
        meydan_kernel::Kind::Conflict,
        "store-exists",
        format!("{location} konumunda zaten veri var; üzerine yazılmadı."),
        format!("There is data at {location} already; it was not overwritten."),
    )
}

fn restore_file(from: &Path, to: &Path) -> Result<()> {
    let beside = |ending: &str| {
        let mut name = to.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    };
    // SQLite would play what an older file left behind into the restored one.
    for left in [to.to_owned(), beside("-wal"), beside("-journal")] {
        if left.exists() {
            return Err(store_exists(&left.display().to_string()));
        }
    }
    if let Some(folder) = to.parent() {
        private_file::make_folder(folder).map_err(Error::unavailable)?;
    }
    // Half a copy must never stand under the store's name.
    let aside = beside(".restoring");
    let copied = copy_privately(from, &aside).and_then(|()| std::fs::rename(&aside, to)).and_then(|()| sync_folder_of(to));
    copied.map_err(|e| {
        let _ = std::fs::remove_file(&aside);
        Error::unavailable(e)
    })
}

/// Copies a file's bytes, not its permissions; what an earlier try left behind goes.
fn copy_privately(from: &Path, to: &Path) -> std::io::Result<()> {
    if to.exists() {
        std::fs::remove_file(to)?;
    }
    let mut copy = private_file::make(to)?;
    std::io::copy(&mut std::fs::File::open(from)?, &mut copy)?;
    copy.sync_all()
}

fn write_durably(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    // The manifest of a backup that is gone says nothing of this one.
    if path.exists() {
        std::fs::remove_file(path)?;
    }
    let mut file = private_file::make(path)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    sync_folder_of(path)
}

/// Makes a new file's name durable.
fn sync_folder_of(path: &Path) -> std::io::Result<()> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::File::open(folder)?.sync_all()
}

async fn restore_postgres(from: &Path, location: &str) -> Result<()> {
    match crate::postgres::restore(location, from).await? {
        None => Ok(()),
        Some(complaint) if complaint.contains("already exists") => Err(store_exists("PostgreSQL")),
        Some(complaint) => Err(Error::unavailable(complaint)),
    }
}

fn file_sha256(path: &Path) -> Result<String> {
    let mut file = std::fs::File::open(path).map_err(Error::unavailable)?;
    let (mut hash, mut buffer) = (Sha256::new(), vec![0; 1 << 20]);
    loop {
        match file.read(&mut buffer).map_err(Error::unavailable)? {
            0 => return Ok(hex(&hash.finalize())),
            n => hash.update(&buffer[..n]),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
