//! Argon2id on the blocking pool, only so many at once: each hash takes 19 MiB and tens of milliseconds of a core.

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use meydan_kernel::{Error, Kind, Result};
use std::sync::{Arc, OnceLock};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Cost of a hash: memory in KiB (OWASP Password Storage Cheat Sheet, Argon2id, first choice).
const MEMORY_KIB: u32 = 19_456;
/// Cost of a hash: passes over the memory.
const PASSES: u32 = 2;
/// Cost of a hash: lanes.
const LANES: u32 = 1;
/// Bytes of salt (RFC 9106 §3.1).
const SALT_BYTES: usize = 16;
/// Limit: hashes of strangers that may wait for a core; who comes beyond is told to try again.
const MAX_WAITING_STRANGERS: usize = 64;
/// Limit: hashes from known devices that may wait for a core: a whole building in the morning.
const MAX_WAITING_KNOWN: usize = 1_024;

/// Who waits in which queue: strangers in their hundreds must not hold up those who are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Queue {
    /// From a device that the person has logged in with before.
    Known,
    /// From anywhere else.
    Strangers,
}

/// What became of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// The password is right.
    pub right: bool,
    /// It is right, and its hash was made at another cost than today's.
    pub stale: bool,
}

/// The one place where passwords are hashed.
pub(crate) struct Hasher {
    known: Line,
    strangers: Line,
}

struct Line {
    waiting: Arc<Semaphore>,
    running: Arc<Semaphore>,
}

impl Line {
    fn new(waiting: usize) -> Self {
        // Limit: hashes at once per queue, one per core.
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self { waiting: Arc::new(Semaphore::new(waiting + cores)), running: Arc::new(Semaphore::new(cores)) }
    }

    async fn turn(&self) -> Result<[OwnedSemaphorePermit; 2]> {
        let place = Arc::clone(&self.waiting).try_acquire_owned().map_err(|_| too_busy())?;
        let turn = Arc::clone(&self.running).acquire_owned().await.map_err(Error::internal)?;
        Ok([place, turn])
    }
}

impl Default for Hasher {
    fn default() -> Self {
        Self { known: Line::new(MAX_WAITING_KNOWN), strangers: Line::new(MAX_WAITING_STRANGERS) }
    }
}

impl Hasher {
    /// The PHC string of a password.
    ///
    /// # Errors
    /// `too-busy`; the operating system gives no random bytes.
    pub(crate) async fn hash(&self, password: &str, queue: Queue) -> Result<String> {
        let password = password.to_owned();
        self.run(queue, move || make(&password)).await?
    }

    /// Whether a password is the one of a PHC string; without one it takes as long and is never right.
    ///
    /// # Errors
    /// `too-busy`.
    pub(crate) async fn check(&self, password: &str, phc: Option<String>, queue: Queue) -> Result<Verdict> {
        let password = password.to_owned();
        self.run(queue, move || match phc {
            Some(phc) => Ok(verify(&password, &phc)),
            None => {
                let _ = verify(&password, nobodys()?);
                Ok(Verdict { right: false, stale: false })
            }
        })
        .await?
    }

    async fn run<T: Send + 'static>(&self, queue: Queue, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let line = match queue {
            Queue::Known => &self.known,
            Queue::Strangers => &self.strangers,
        };
        let turn = line.turn().await?;
        // The turn goes with the work: who hangs up meanwhile doesn't make room for more than the cores can do.
        let work = move || {
            let out = work();
            drop(turn);
            out
        };
        tokio::task::spawn_blocking(work).await.map_err(Error::internal)
    }
}

fn argon2() -> Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(Error::internal)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn make(password: &str) -> Result<String> {
    let mut salt = [0; SALT_BYTES];
    getrandom::fill(&mut salt).map_err(Error::internal)?;
    let hash: PasswordHash = argon2()?.hash_password_with_salt(password.as_bytes(), &salt).map_err(Error::internal)?;
    Ok(hash.to_string())
}

fn verify(password: &str, phc: &str) -> Verdict {
    let right = Argon2::default().verify_password(password.as_bytes(), phc).is_ok();
    Verdict { right, stale: right && !is_of_today(phc) }
}

/// True if a PHC string was made at today's cost.
fn is_of_today(phc: &str) -> bool {
    phc.starts_with(&format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}$"))
}

/// The hash that is checked for logins that nobody has: made once, of random bytes.
fn nobodys() -> Result<&'static str> {
    static NOBODYS: OnceLock<String> = OnceLock::new();
    if let Some(phc) = NOBODYS.get() {
        return Ok(phc);
    }
    let phc = make(&crate::bearer::make()?)?;
    Ok(NOBODYS.get_or_init(|| phc))
}

fn too_busy() -> Error {
    Error::new(
        Kind::Unavailable,
        "too-busy",
        "Şu anda çok fazla oturum açma isteği var.",
        "Too many people are logging in at the moment.",
    )
    .hint("Birkaç saniye sonra yeniden deneyin.", "Try again in a few seconds.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_known_again_and_only_it() {
        let hasher = Hasher::default();
        let phc = hasher.hash("uzun sokak lambası", Queue::Known).await.unwrap();
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
        assert_ne!(phc, hasher.hash("uzun sokak lambası", Queue::Known).await.unwrap(), "salted");
        let check =
            async |password: &str, phc: Option<&String>| hasher.check(password, phc.cloned(), Queue::Strangers).await.unwrap();
        assert_eq!(check("uzun sokak lambası", Some(&phc)).await, Verdict { right: true, stale: false });
        assert!(!check("uzun sokak lambasi", Some(&phc)).await.right);
        assert!(!check("", Some(&phc)).await.right);
        assert!(!check("uzun sokak lambası", None).await.right);
        assert!(!check("x", Some(&"not a hash".to_owned())).await.right);
    }

    #[test]
    fn a_hash_of_another_cost_is_right_and_stale() {
        let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(64, 1, 1, None).unwrap());
        let phc = weak.hash_password_with_salt(b"kaldirim", b"0123456789abcdef").unwrap().to_string();
        assert_eq!(verify("kaldirim", &phc), Verdict { right: true, stale: true });
        assert_eq!(verify("baska", &phc), Verdict { right: false, stale: false });
    }

    #[tokio::test]
    async fn strangers_beyond_the_limit_are_turned_away_and_the_known_are_not() {
        let hasher = Hasher::default();
        let mut places = Vec::new();
        while let Ok(place) = Arc::clone(&hasher.strangers.waiting).try_acquire_owned() {
            places.push(place);
        }
        assert_eq!(hasher.check("x", None, Queue::Strangers).await.unwrap_err().code(), "too-busy");
        assert!(!hasher.check("x", None, Queue::Known).await.unwrap().right);
    }
}
