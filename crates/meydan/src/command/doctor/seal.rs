//! The key, how far the seal is behind the log, and the time stamps.

use super::{Check, Status};
use crate::context::Context;
use jiff::Timestamp;
use meydan_kernel::{Bilingual, Result, Store, log::Seal};

/// Entries may wait for their seal so long; the server seals about once a second.
const PATIENCE_S: i64 = 60;
/// A time stamp may be older than the configured interval by this factor: an authority is away now and then.
const LATE: u64 = 4;
/// Entries of the log in which the newest time stamp is looked for first; widened until it is found.
const WINDOW: i64 = 4_096;
/// Seals read at once.
const SEALS: usize = 1_000;

const KEY: (&str, &str) = ("Mühür anahtarı", "Sealing key");
const LAG: (&str, &str) = ("Mühür", "Seal");
const STAMPS: (&str, &str) = ("Zaman damgası", "Time stamp");

/// The key's file: there, readable by its owner only, and a key.
pub(super) fn key(context: &Context) -> Check {
    let path = context.config.seal_key_path();
    let place = path.display().to_string();
    match meydan_store::seal::key::load(&path) {
        Ok(Some(_)) => Check::new("seal-key", KEY, Status::Fine, Bilingual::new(place.clone(), place)),
        Ok(None) => Check::new(
            "seal-key",
            KEY,
            Status::Warning,
            Bilingual::new(format!("{place} yok"), format!("{place} is not there")),
        )
        .advise(
            "İlk `meydan serve` yenisini yapar. Defter daha önce mühürlendiyse asıl anahtarı yedeğinden geri koyun.",
            "The first `meydan serve` makes one. If the log was sealed before, put the old key back from its backup.",
        ),
        Err(error) => Check::failed("seal-key", KEY, &error),
    }
}

/// Whether entries wait for their seal for too long.
pub(super) async fn lag(store: &dyn Store) -> Check {
    let found = async { Ok((store.head(), store.last_seal().await?)) }.await;
    match found {
        Ok((head, seal)) => lag_of(head, seal.map(|s| (s.size, s.sealed_at)), Timestamp::now()),
        Err(error) => Check::failed("seal", LAG, &error),
    }
}

fn lag_of(head: i64, seal: Option<(i64, Timestamp)>, now: Timestamp) -> Check {
    let (size, at) = seal.map_or((0, None), |(size, at)| (size, Some(at)));
    let waiting = head - size;
    let counts =
        Bilingual::new(format!("{head} girdinin {size} tanesi mühürlü"), format!("{size} of {head} entries are sealed"));
    let late = at.is_none_or(|at| now.as_second() - at.as_second() > PATIENCE_S);
    let status = if waiting > 0 && late { Status::Warning } else { Status::Fine };
    Check::new("seal", LAG, status, counts).advise(
        "Girdiler mühür bekliyor; mühürleyen sunucudur: `meydan serve` çalışıyor mu, günlüğünde uyarı var mı?",
        "Entries wait for their seal; the server seals: does `meydan serve` run, does its journal warn?",
    )
}

/// Whether an authority is configured, and how old its last stamp is.
pub(super) async fn time_stamps(context: &Context, store: &dyn Store) -> Check {
    let Some(authority) = &context.config.time_stamp else {
        let none = Bilingual::new("kurum tanımlı değil", "no authority is configured");
        return Check::new("time-stamp", STAMPS, Status::Warning, none).advise(
            "Defterin zamanını dışarıdan kanıtlamak için yapılandırmaya [time_stamp] url yazın (RFC 3161).",
            "To prove the log's times to others, write [time_stamp] url into the configuration (RFC 3161).",
        );
    };
    match newest_stamp(store).await {
        Ok(stamped) => {
            let at = stamped.map(|s| s.sealed_at);
            let limit = i64::try_from(authority.interval_s.saturating_mul(LATE)).unwrap_or(i64::MAX);
            let late = at.is_none_or(|at| Timestamp::now().as_second() - at.as_second() > limit);
            let (tr, en) = match at {
                Some(at) => (format!("son damga: {at}, {}", authority.url), format!("last stamp: {at}, {}", authority.url)),
                None => (format!("henüz damga yok, {}", authority.url), format!("no stamp yet, {}", authority.url)),
            };
            let status = if late { Status::Warning } else { Status::Fine };
            Check::new("time-stamp", STAMPS, status, Bilingual::new(tr, en)).advise(
                "Kuruma bu makineden ulaşılabiliyor mu? Sunucunun günlüğüne bakın; damga alınamaması yazmayı durdurmaz.",
                "Can the authority be reached from this machine? See the server's journal; missing stamps never stop a write.",
            )
        }
        Err(error) => Check::failed("time-stamp", STAMPS, &error),
    }
}

async fn newest_stamp(store: &dyn Store) -> Result<Option<Seal>> {
    let Some(last) = store.last_seal().await? else { return Ok(None) };
    let (mut width, mut end) = (WINDOW, last.size);
    while end > 0 {
        let begin = (last.size - width).max(0);
        if let Some(found) = newest_between(store, begin, end).await? {
            return Ok(Some(found));
        }
        (end, width) = (begin, width.saturating_mul(8));
    }
    Ok(None)
}

async fn newest_between(store: &dyn Store, begin: i64, end: i64) -> Result<Option<Seal>> {
    let (mut after, mut found) = (begin, None);
    loop {
        let seals = store.seals(after, SEALS).await?;
        let Some(last) = seals.last().map(|s| s.size) else { return Ok(found) };
        found = seals.into_iter().rfind(|s| s.size <= end && s.time_stamp.is_some()).or(found);
        if last >= end {
            return Ok(found);
        }
        after = last;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_entries_are_a_warning_once_the_seal_is_old() {
        let at = |s| Timestamp::from_second(s).unwrap();
        let status = |head, seal| lag_of(head, seal, at(1_000)).status;
        assert!(status(0, None) == Status::Fine);
        assert!(status(5, None) == Status::Warning);
        assert!(status(5, Some((5, at(1)))) == Status::Fine);
        assert!(status(6, Some((5, at(999)))) == Status::Fine);
        assert!(status(6, Some((5, at(900)))) == Status::Warning);
    }
}
