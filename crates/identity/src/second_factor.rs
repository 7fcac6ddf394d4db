//! A person's second factor: an authenticator app, and recovery codes for the day the phone is lost.

use crate::{Identity, Session, Vault, Visit, bearer, login::Method, totp};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use meydan_kernel::{
    Error, Kind, Principal, Result, Secret, Store,
    permission::{STEP_UP_MINUTES, step_up_required},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Kind of the secret of an authenticator app; its key is the person.
pub(crate) const TOTP: &str = "totp";
/// Kind of the secret of a recovery code.
pub(crate) const RECOVERY: &str = "recovery_code";
/// Recovery codes that a person gets.
const RECOVERY_CODES: usize = 10;
/// Bytes of a recovery code: 120 bits, so that a plain hash is enough (ASVS 6.5.2 asks for 112).
const RECOVERY_BYTES: usize = 15;
/// Letters of a recovery code in one group.
const GROUP: usize = 6;
/// How long a key that was offered may wait to be confirmed.
const OFFER_LIFE: SignedDuration = SignedDuration::from_mins(15);
/// Who an authenticator app says the account is at, if nobody named the city.
const ISSUER: &str = "Meydan";

#[derive(Serialize, Deserialize)]
struct Kept {
    /// The key, encrypted by the vault.
    sealed: String,
    /// Step of the last code that was taken; none of it or before is taken again.
    last: u64,
    /// False until the person has shown that their app makes the codes.
    confirmed: bool,
}

/// What a person's app needs: shown once, before it is confirmed.
pub struct TotpOffer {
    /// The key in base32, to be typed.
    pub key: String,
    /// The address `otpauth://…`.
    pub uri: String,
    /// The address as a QR code: an inline SVG.
    pub svg: String,
}

/// What second factor a person has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecondFactor {
    /// Since when they have an authenticator app.
    pub totp_since: Option<Timestamp>,
    /// Recovery codes that are left.
    pub recovery_codes: usize,
}

/// How the keys of the authenticator apps that people have stand with a vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeptApps {
    /// Apps in use, and offers that may still be confirmed.
    pub all: usize,
    /// Those of them whose key the vault doesn't open: all, if there is no vault.
    pub unreadable: usize,
}

/// Tries the vault on every app's key that a store keeps: for who looks after the machine, without a desk and without a login.
///
/// # Errors
/// Those of the store.
pub async fn examine_apps(store: &dyn Store, vault: Option<&Vault>) -> Result<KeptApps> {
    let now = Timestamp::now();
    let mut found = KeptApps { all: 0, unreadable: 0 };
    for secret in store.secrets(TOTP, None).await?.iter().filter(|s| !s.is_over(now)) {
        let opens = || {
            let kept: Kept = serde_json::from_str(&secret.content).ok()?;
            vault?.open(&kept.sealed, &context(secret.owner?)).ok()
        };
        found.all += 1;
        found.unreadable += usize::from(opens().is_none());
    }
    Ok(found)
}

fn context(person: Uuid) -> String {
    format!("{TOTP}/{person}")
}

impl Identity {
    /// What second factor a person has.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn second_factor_of(&self, person: Uuid) -> Result<SecondFactor> {
        let totp_since = self.totp(person).await?.filter(|(_, kept)| kept.confirmed).map(|(secret, _)| secret.created_at);
        Ok(SecondFactor { totp_since, recovery_codes: self.store().secrets(RECOVERY, Some(person)).await?.len() })
    }

    /// What a login of the person asks for beside the password.
    pub(crate) async fn second_factors(&self, person: Uuid) -> Result<Vec<Method>> {
        let has = self.second_factor_of(person).await?;
        Ok(match (has.totp_since, has.recovery_codes) {
            (None, _) => Vec::new(),
            (Some(_), 0) => vec![Method::Code],
            (Some(_), _) => vec![Method::Code, Method::RecoveryCode],
        })
    }

    async fn totp(&self, person: Uuid) -> Result<Option<(Secret, Kept)>> {
        let secret = self.store().secret(TOTP, &person.to_string()).await?.filter(|s| !s.is_over(Timestamp::now()));
        // One that can't be read is not "none": nobody gets in with the password alone because of it.
        secret.map(|s| serde_json::from_str(&s.content).map(|kept| (s, kept)).map_err(Error::internal)).transpose()
    }

    /// Offers a new authenticator app's key to the person of a session who has just proven who they are.
    ///
    /// # Errors
    /// `step-up-required`, `totp-there`, `no-secrets-key`; those of the store.
    pub async fn offer_totp(&self, session: &Session) -> Result<TotpOffer> {
        fresh(session)?;
        let vault = self.vault.as_ref().ok_or_else(no_vault)?;
        let former = self.totp(session.person).await?;
        if former.as_ref().is_some_and(|(_, kept)| kept.confirmed) {
            return Err(totp_there());
        }
        let directory = self.desk.directory().await?;
        let person = directory.person(session.person);
        let account = person.and_then(|p| p.login.clone()).unwrap_or_else(|| session.person.to_string());
        let mut key = [0; totp::KEY_BYTES];
        getrandom::fill(&mut key).map_err(Error::internal)?;
        let kept = Kept { sealed: vault.seal(&key, &context(session.person))?, last: 0, confirmed: false };
        let now = Timestamp::now();
        let secret = Secret {
            kind: TOTP.to_owned(),
            key: session.person.to_string(),
            owner: Some(session.person),
            content: serde_json::to_string(&kept).map_err(Error::internal)?,
            created_at: now,
            expires_at: Some(now + OFFER_LIFE),
        };
        // Not over one that another window has confirmed meanwhile.
        let stands = self.store().secret(TOTP, &session.person.to_string()).await?;
        let same = stands.as_ref().is_none_or(|s| s.is_over(now) || former.as_ref().is_some_and(|(f, _)| f == s));
        if !same || !self.store().swap_secret(stands.as_ref(), &secret).await? {
            return Err(totp_there());
        }
        let key = totp::base32(&key);
        let uri = totp::uri(self.words.first().map_or(ISSUER, String::as_str), &account, &key);
        let svg = totp::qr_svg(&uri).unwrap_or_default();
        Ok(TotpOffer { key, uri, svg })
    }

    /// Takes the offered app into use: its first code shows that it works. The recovery codes, for the only time.
    ///
    /// # Errors
    /// `step-up-required`, `no-offer`, `wrong-code`; those of the store.
    pub async fn confirm_totp(&self, session: &Session, code: &str, visit: &Visit) -> Result<Vec<String>> {
        fresh(session)?;
        let Some((secret, kept)) = self.totp(session.person).await?.filter(|(_, kept)| !kept.confirmed) else {
            return Err(no_offer());
        };
        let key = self.vault.as_ref().ok_or_else(no_vault)?.open(&kept.sealed, &context(session.person))?;
        let now = Timestamp::now();
        let last = totp::counter_of(&key, &plain(code), now, kept.last).ok_or_else(crate::login::wrong_code)?;
        let kept = Kept { last, confirmed: true, ..kept };
        let content = serde_json::to_string(&kept).map_err(Error::internal)?;
        let confirmed = Secret { content, created_at: now, expires_at: None, ..secret.clone() };
        // Recovery codes first: nobody must need one that isn't there.
        let codes = self.make_recovery_codes(session.person).await?;
        if !self.store().swap_secret(Some(&secret), &confirmed).await? {
            return Err(no_offer());
        }
        self.note_own("totp_added", session.person, visit.address.as_deref(), None).await?;
        Ok(codes)
    }

    /// New recovery codes in the place of the old ones, for the only time.
    ///
    /// # Errors
    /// `step-up-required`, `no-totp`; those of the store.
    pub async fn renew_recovery_codes(&self, session: &Session, visit: &Visit) -> Result<Vec<String>> {
        fresh(session)?;
        if self.second_factor_of(session.person).await?.totp_since.is_none() {
            return Err(no_totp());
        }
        let codes = self.make_recovery_codes(session.person).await?;
        self.note_own("recovery_codes_made", session.person, visit.address.as_deref(), None).await?;
        Ok(codes)
    }

    /// The person of a session gives their authenticator app up.
    ///
    /// # Errors
    /// `step-up-required`, `no-totp`; those of the store.
    pub async fn remove_totp(&self, session: &Session, visit: &Visit) -> Result<()> {
        fresh(session)?;
        if !self.forget_totp(session.person).await? {
            return Err(no_totp());
        }
        self.note_own("totp_removed", session.person, visit.address.as_deref(), None).await
    }

    /// Somebody who may manage logins takes the second factor away from a person who lost it.
    ///
    /// # Errors
    /// `not-allowed`, `step-up-required`, `no-totp`; those of the store.
    pub async fn remove_totp_of(&self, by: &Principal, person: Uuid) -> Result<()> {
        self.may_manage(by, person).await?;
        if !self.forget_totp(person).await? {
            return Err(no_totp());
        }
        self.note_by(by, "totp_removed", person, None).await
    }

    async fn forget_totp(&self, person: Uuid) -> Result<bool> {
        let was = self.store().forget_secret(TOTP, &person.to_string()).await?;
        self.store().forget_secrets_of(RECOVERY, person).await?;
        Ok(was)
    }

    async fn make_recovery_codes(&self, person: Uuid) -> Result<Vec<String>> {
        self.store().forget_secrets_of(RECOVERY, person).await?;
        let mut codes = Vec::with_capacity(RECOVERY_CODES);
        for _ in 0..RECOVERY_CODES {
            let mut bytes = [0; RECOVERY_BYTES];
            getrandom::fill(&mut bytes).map_err(Error::internal)?;
            let code = totp::base32(&bytes);
            let secret = Secret {
                kind: RECOVERY.to_owned(),
                key: recovery_key(person, &code),
                owner: Some(person),
                content: "{}".to_owned(),
                created_at: Timestamp::now(),
                expires_at: None,
            };
            self.store().keep_secret(&secret).await?;
            codes.push(grouped(&code));
        }
        Ok(codes)
    }

    /// True if a one-time or recovery code is the person's; it is used up by this.
    pub(crate) async fn use_code(&self, person: Uuid, typed: &str, visit: &Visit) -> Result<bool> {
        let typed = plain(typed);
        if typed.len() == totp::DIGITS {
            return self.use_totp(person, &typed).await;
        }
        if typed.len() != RECOVERY_BYTES * 8 / 5 || self.totp(person).await?.is_none_or(|(_, kept)| !kept.confirmed) {
            return Ok(false);
        }
        let used = self.store().forget_secret(RECOVERY, &recovery_key(person, &typed)).await?;
        if used {
            self.note_own("recovery_code_used", person, visit.address.as_deref(), None).await?;
        }
        Ok(used)
    }

    async fn use_totp(&self, person: Uuid, typed: &str) -> Result<bool> {
        loop {
            let Some((secret, kept)) = self.totp(person).await?.filter(|(_, kept)| kept.confirmed) else { return Ok(false) };
            let key = self.vault.as_ref().ok_or_else(no_vault)?.open(&kept.sealed, &context(person))?;
            let Some(last) = totp::counter_of(&key, typed, Timestamp::now(), kept.last) else { return Ok(false) };
            let content = serde_json::to_string(&Kept { last, ..kept }).map_err(Error::internal)?;
            if self.store().swap_secret(Some(&secret), &Secret { content, ..secret.clone() }).await? {
                return Ok(true);
            }
        }
    }
}

/// What is kept of a recovery code. Bound to its person, so that one can't be another's.
fn recovery_key(person: Uuid, code: &str) -> String {
    bearer::hash(&format!("{}/{}", URL_SAFE_NO_PAD.encode(person.as_bytes()), code))
}

/// A code without what people put between its parts.
fn plain(typed: &str) -> String {
    typed.chars().filter(|c| !c.is_whitespace() && *c != '-').map(|c| c.to_ascii_uppercase()).collect()
}

fn grouped(code: &str) -> String {
    let letters: Vec<char> = code.chars().collect();
    letters.chunks(GROUP).map(|g| g.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// Refuses a session whose person hasn't proven lately who they are.
///
/// # Errors
/// `step-up-required`.
pub(crate) fn fresh(session: &Session) -> Result<()> {
    let age = Timestamp::now().duration_since(session.verified_at);
    if age <= SignedDuration::from_mins(STEP_UP_MINUTES) { Ok(()) } else { Err(step_up_required()) }
}

fn no_vault() -> Error {
    Error::new(
        Kind::Unavailable,
        "no-secrets-key",
        "Doğrulama kodları bu sunucuda kullanılamıyor.",
        "One-time codes can't be used on this server.",
    )
    .hint("Sunucunun secrets.key dosyasına bakılmalı.", "Have the server's file secrets.key looked at.")
}

fn totp_there() -> Error {
    Error::new(
        Kind::Conflict,
        "totp-there",
        "Hesabınızda zaten bir doğrulama uygulaması var.",
        "Your account has an authenticator app already.",
    )
    .hint("Önce onu kaldırın.", "Remove it first.")
}

fn no_totp() -> Error {
    Error::not_found("no-totp", "Bu hesapta doğrulama uygulaması yok.", "This account has no authenticator app.")
}

fn no_offer() -> Error {
    Error::new(
        Kind::Conflict,
        "no-offer",
        "Onaylanacak bir doğrulama uygulaması yok; süresi dolmuş olabilir.",
        "There is no authenticator app to confirm; it may have taken too long.",
    )
    .hint("QR kodunu yeniden alın.", "Ask for the QR code again.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_recovery_code_is_known_however_it_is_typed(bytes in proptest::array::uniform15(any::<u8>()), person in any::<u128>()) {
            let person = Uuid::from_u128(person);
            let code = totp::base32(&bytes);
            let shown = grouped(&code);
            prop_assert_eq!(shown.len(), 27);
            for typed in [shown.clone(), shown.to_lowercase(), format!(" {} ", shown.replace('-', " "))] {
                prop_assert_eq!(recovery_key(person, &plain(&typed)), recovery_key(person, &code));
            }
            prop_assert_ne!(recovery_key(Uuid::nil(), &code), recovery_key(Uuid::max(), &code));
        }
    }
}
