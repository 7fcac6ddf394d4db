//! Backup with a manifest, and restore proven equal by digest.

use futures::StreamExt as _;
use meydan_kernel::{Error, Query, Result, Store, log::canonical_record};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::{
    collections::BTreeMap,
    io::Read as _,
    path::{Path, PathBuf},
    sync::Arc,
};

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
    let mut out = Contents { entries: 0, log: String::new(), registers: BTreeMap::new(), history: BTreeMap::new() };
    let mut hash = Sha256::new();
    loop {
        let batch = store.entries(out.entries, 10_000).await?;
        if batch.is_empty() {
            break;
        }
        for entry in &batch {
            let leaf = entry.leaf_bytes();
            hash.update((leaf.len() as u64).to_le_bytes());
            hash.update(leaf);
        }
        out.entries += batch.len() as i64;
    }
    out.log = hex(&hash.finalize());
    for (name, register) in &catalogue.registers {
        let current = store.scan(Query::all(Arc::clone(register)));
        out.registers.insert(name.clone(), summarise(register, current).await?);
        let history = store.scan_history(Arc::clone(register));
        out.history.insert(name.clone(), summarise(register, history).await?);
    }
    Ok(out)
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
    };
    let json = serde_json::to_vec_pretty(&manifest).map_err(Error::internal)?;
    std::fs::write(manifest_path(to), json).map_err(Error::unavailable)?;
    Ok(manifest)
}

/// Makes a store at `location` from a backup and proves that it holds what the manifest says.
///
/// # Errors
/// `backup-damaged` if the file is not what the manifest says; `store-exists` if there is something at the location;
/// `restore-differs` if the restored store holds something else.
pub async fn restore(from: &Path, location: &str) -> Result<Contents> {
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
    let restored = contents(&*crate::open(location).await?).await?;
    match manifest.contents {
        Some(expected) if expected != restored => Err(Error::invalid(
            "restore-differs",
            "Geri yüklenen veri, yedeğin bildirdiğinden farklı.",
            "The restored data differs from what the backup says it holds.",
        )),
        _ => Ok(restored),
    }
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
    if to.exists() {
        return Err(store_exists(&to.display().to_string()));
    }
    if let Some(folder) = to.parent() {
        std::fs::create_dir_all(folder).map_err(Error::unavailable)?;
    }
    std::fs::copy(from, to).map_err(Error::unavailable)?;
    std::fs::File::open(to).and_then(|f| f.sync_all()).map_err(Error::unavailable)
}

async fn restore_postgres(from: &Path, location: &str) -> Result<()> {
    let output = tokio::process::Command::new("pg_restore")
        .args(["--no-owner", "--exit-on-error", "--single-transaction", "--dbname", location])
        .arg(from)
        .output()
        .await
        .map_err(|e| Error::unavailable(format!("pg_restore: {e}")))?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stderr);
    if text.contains("already exists") {
        return Err(store_exists("PostgreSQL"));
    }
    Err(Error::unavailable(text.trim()))
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
