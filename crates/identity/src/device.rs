//! Known devices: a long-lived cookie that a browser gets with a successful login. It lets nobody in; it only says that what
//! strangers do elsewhere is none of this browser's business (OWASP: slow down guessing with device cookies).

use crate::{Identity, bearer};
use jiff::{SignedDuration, Timestamp};
use meydan_kernel::{Error, Result, Secret};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Kind of the secret.
pub(crate) const KIND: &str = "device";
/// A device is known for this long after its last login.
pub const DEVICE_DAYS: i64 = 180;
/// Limit: devices known of one person; the oldest is forgotten.
const MAX_DEVICES: usize = 20;
/// Characters of a cookie that we made.
const COOKIE_CHARS: usize = 43;

#[derive(Serialize, Deserialize)]
struct Device {
    id: Uuid,
    agent: Option<String>,
}

/// One browser may be several persons' (a call centre's): its cookie is known for each of them apart.
fn key(cookie: &str, person: Uuid) -> String {
    bearer::hash(&format!("{cookie}/{person}"))
}

impl Identity {
    /// The device of a cookie, if it is known for the person.
    pub(crate) async fn known_device(&self, cookie: Option<&str>, person: Uuid) -> Result<Option<Uuid>> {
        let Some(cookie) = cookie.filter(|c| c.len() == COOKIE_CHARS) else { return Ok(None) };
        let secret = self.store().secret(KIND, &key(cookie, person)).await?;
        let secret = secret.filter(|s| !s.is_over(Timestamp::now()) && s.owner == Some(person));
        Ok(secret.and_then(|s| serde_json::from_str::<Device>(&s.content).ok()).map(|d| d.id))
    }

    /// Knows the browser from now on; the value of its cookie.
    pub(crate) async fn remember_device(&self, cookie: Option<&str>, person: Uuid, agent: Option<String>) -> Result<String> {
        let id = self.known_device(cookie, person).await?;
        let cookie = match cookie.filter(|c| c.len() == COOKIE_CHARS) {
            Some(cookie) => cookie.to_owned(),
            None => bearer::make()?,
        };
        if id.is_none() {
            let devices = self.store().secrets(KIND, Some(person)).await?;
            for old in devices.iter().take((devices.len() + 1).saturating_sub(MAX_DEVICES)) {
                self.store().forget_secret(KIND, &old.key).await?;
            }
        }
        let now = Timestamp::now();
        let device = Device { id: id.unwrap_or_else(Uuid::now_v7), agent };
        let secret = Secret {
            kind: KIND.to_owned(),
            key: key(&cookie, person),
            owner: Some(person),
            content: serde_json::to_string(&device).map_err(Error::internal)?,
            created_at: now,
            expires_at: Some(now + SignedDuration::from_hours(24 * DEVICE_DAYS)),
        };
        self.store().keep_secret(&secret).await?;
        Ok(cookie)
    }
}
