//! Files of cases that no record names. The bytes of a file are on disk before its record is: one that is being added right now is no
//! fault. Since when a file is lost no store knows; so the doctor remembers when it saw it first.

use super::{Check, Status};
use futures::StreamExt as _;
use jiff::{SignedDuration, Timestamp};
use meydan_kernel::{
    Bilingual, Catalogue, Error, Query, Record, Result, Secret, Store, Value,
    desk::file::field::{DIGEST, RENDITION},
};
use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

pub(super) const FILES: (&str, &str) = ("Ek dosyaları", "Files of cases");
/// A file may be without a record for so long.
const PATIENCE: SignedDuration = SignedDuration::from_hours(24);
/// Kind and key of what was seen before: a thing of the house that is swapped as a whole.
const SEEN: (&str, &str) = ("house", "lost-files");
/// Limit: files of which it is remembered when they were seen first.
const MAX_SEEN: usize = 10_000;

/// Looks for files that no record names, in no version, for a day or longer.
pub(super) async fn look(store: &dyn Store, catalogue: &Catalogue, now: Timestamp) -> Result<Check> {
    let blobs = store.blobs().await?;
    let named = if blobs.is_empty() { HashSet::new() } else { named(store, catalogue).await? };
    let hex = |digest: &[u8; 32]| digest.iter().map(|b| format!("{b:02x}")).collect::<String>();
    let all = blobs.len();
    let lost: BTreeMap<String, u64> =
        blobs.iter().map(|(digest, size)| (hex(digest), *size)).filter(|(digest, _)| !named.contains(digest)).collect();
    let seen = remember(store, &lost, now).await?;
    let is_old = |digest: &String| seen.get(digest).is_some_and(|first| now.duration_since(*first) >= PATIENCE);
    let old: Vec<u64> = lost.iter().filter(|(digest, _)| is_old(digest)).map(|(_, size)| *size).collect();
    let (count, young, megabytes) = (old.len(), lost.len() - old.len(), old.iter().sum::<u64>() >> 20);
    let detail = Bilingual::new(
        format!(
            "{all} dosya; bir günden uzun süredir hiçbir kaydın göstermediği {count} ({megabytes} MB), daha yenisi {young}"
        ),
        format!("{all} files; {count} that no record has named for a day ({megabytes} MB), {young} more that are newer"),
    );
    let status = if old.is_empty() { Status::Fine } else { Status::Warning };
    Ok(Check::new("case-files", FILES, status, detail).advise(
        "Yarıda kalan eklemelerden kalmıştır; kimse göremez, yer kaplar. Sayı artıyorsa sunucunun günlüğüne bakın.",
        "They are left of uploads that broke off; nobody sees them, they take room. If they become more, look at the server's journal.",
    ))
}

/// The digests that records name.
async fn named(store: &dyn Store, catalogue: &Catalogue) -> Result<HashSet<String>> {
    let mut named = HashSet::new();
    for register in catalogue.registers.values() {
        let fields: Vec<usize> = [DIGEST, RENDITION].iter().filter_map(|name| register.field_index(name)).collect();
        if fields.len() < 2 {
            continue;
        }
        let mut take = |record: &Record| {
            named.extend(fields.iter().filter_map(|i| match record.values.get(*i) {
                Some(Value::Text(text)) => Some(text.clone()),
                _ => None,
            }));
        };
        let mut all = store.scan(Query::all(Arc::clone(register))).chain(store.scan_history(Arc::clone(register)));
        while let Some(batch) = all.next().await {
            batch?.iter().for_each(&mut take);
        }
    }
    Ok(named)
}

/// When each was seen first; those that are new are written down.
async fn remember(store: &dyn Store, lost: &BTreeMap<String, u64>, now: Timestamp) -> Result<BTreeMap<String, Timestamp>> {
    let kept = store.secret(SEEN.0, SEEN.1).await?;
    let before: BTreeMap<String, Timestamp> =
        kept.as_ref().and_then(|kept| serde_json::from_str(&kept.content).ok()).unwrap_or_default();
    let first = |digest: &String| (digest.clone(), before.get(digest).copied().unwrap_or(now));
    let seen: BTreeMap<String, Timestamp> = lost.keys().take(MAX_SEEN).map(first).collect();
    if seen != before {
        let next = Secret {
            kind: SEEN.0.to_owned(),
            key: SEEN.1.to_owned(),
            owner: None,
            content: serde_json::to_string(&seen).map_err(Error::internal)?,
            created_at: now,
            expires_at: None,
        };
        // If another doctor was faster, theirs counts.
        store.swap_secret(kept.as_ref(), &next).await?;
    }
    Ok(seen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_without_a_record_is_told_of_after_a_day_and_forgotten_when_it_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let store = meydan_store::open(&folder.path().join("city.gpkg").display().to_string()).await.unwrap();
        let catalogue = Catalogue::default();
        let now = Timestamp::now();
        let at = async |hours: i64| {
            let check = look(&*store, &catalogue, now + SignedDuration::from_hours(hours)).await.unwrap();
            (check.status == Status::Fine, check.detail.en)
        };
        assert!(at(0).await.0, "nothing at all");
        let digest = |bytes: &[u8]| <[u8; 32]>::from(<sha2::Sha256 as sha2::Digest>::digest(bytes));
        store.keep_blob(digest(b"first"), b"first".to_vec()).await.unwrap();
        assert_eq!(
            at(1).await,
            (true, "1 files; 0 that no record has named for a day (0 MB), 1 more that are newer".to_owned())
        );
        store.keep_blob(digest(b"second"), b"second".to_vec()).await.unwrap();
        assert!(at(24).await.0);
        assert_eq!(
            at(25).await,
            (false, "2 files; 1 that no record has named for a day (0 MB), 1 more that are newer".to_owned())
        );
        store.forget_blob(digest(b"first")).await.unwrap();
        assert!(at(26).await.0);
        store.keep_blob(digest(b"first"), b"first".to_vec()).await.unwrap();
        assert!(at(27).await.0, "it begins anew");
        assert!(!at(48).await.0, "the second");
    }
}
