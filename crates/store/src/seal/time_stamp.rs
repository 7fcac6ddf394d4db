//! RFC 3161 time stamps: an authority outside of the house says when a seal existed.
//!
//! A stamp on the newest seal covers every older one, for each tree is the beginning of the next. So an authority that was away
//! is caught up with by one stamp, and nothing else ever waits for it.

mod client;
mod der;

pub use client::Authority;
pub use der::{ReadError, Stamp, read_response};

use jiff::Timestamp;
use meydan_kernel::{Bilingual, Error, Result, Store, log::note};
use parking_lot::Mutex;
use sha2::{Digest, Sha256};
use std::{sync::Arc, time::Duration};

/// Wait after a failure before the authority is asked again.
const RETRY: Duration = Duration::from_secs(60);

/// What is stamped: SHA-256 of the checkpoint's text (its signed part).
pub fn imprint(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

/// How it stands with the authority.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Status {
    /// Size of the last seal that was stamped since the start.
    pub stamped: Option<i64>,
    /// When that was.
    pub stamped_at: Option<Timestamp>,
    /// Since when the authority gives no stamp.
    pub failing_since: Option<Timestamp>,
    /// Why, technically.
    pub failure: Option<String>,
}

impl Status {
    /// What the operator should know, if anything.
    pub fn warning(&self) -> Option<Bilingual> {
        let since = self.failing_since?.strftime("%Y-%m-%d %H:%M UTC");
        Some(Bilingual::new(
            format!("Zaman damgası {since} anından beri alınamıyor; kayıtlar etkilenmez, ulaşılınca en yeni mühür damgalanır."),
            format!(
                "No time stamp could be had since {since}; changes are not affected, the newest seal is stamped once it can be."
            ),
        ))
    }
}

/// Has the newest seal stamped once per interval.
pub struct TimeStamper {
    store: Arc<dyn Store>,
    authority: Authority,
    interval: Duration,
    status: Arc<Mutex<Status>>,
}

impl TimeStamper {
    /// A time stamper.
    pub fn new(store: Arc<dyn Store>, authority: Authority, interval: Duration) -> Self {
        Self { store, authority, interval, status: Arc::default() }
    }

    /// How it stands; the same for all clones, for the operator's page and `meydan doctor`.
    pub fn status(&self) -> Arc<Mutex<Status>> {
        Arc::clone(&self.status)
    }

    /// Stamps the newest seal, if there is one that is not stamped yet; its size.
    ///
    /// # Errors
    /// `time-stamp` (Unavailable) if the authority can't be reached or gives no stamp; those of the store.
    pub async fn stamp_now(&self) -> Result<Option<i64>> {
        let Some(seal) = self.store.last_seal().await? else { return Ok(None) };
        if seal.time_stamp.is_some() {
            return Ok(None);
        }
        let text = note::text_of(&seal.checkpoint).map_err(Error::internal)?;
        let response = self.authority.stamp(&imprint(text)).await?;
        self.store.put_time_stamp(seal.size, &response).await?;
        Ok(Some(seal.size))
    }

    /// Stamps for ever; drop the future to stop. `report` is told once when an outage begins and once when it ends (`None`).
    pub async fn run(self, report: impl Fn(Option<&Error>) + Send) {
        loop {
            let wait = match self.stamp_now().await {
                Ok(stamped) => {
                    let mut status = self.status.lock();
                    if status.failing_since.is_some() {
                        report(None);
                    }
                    (status.failing_since, status.failure) = (None, None);
                    if stamped.is_some() {
                        (status.stamped, status.stamped_at) = (stamped, Some(Timestamp::now()));
                    }
                    self.interval
                }
                Err(error) => {
                    let mut status = self.status.lock();
                    if status.failing_since.is_none() {
                        report(Some(&error));
                    }
                    status.failing_since.get_or_insert_with(Timestamp::now);
                    status.failure = Some(error.cause_text().unwrap_or(error.code()).to_owned());
                    RETRY.min(self.interval)
                }
            };
            tokio::time::sleep(wait).await;
        }
    }
}
