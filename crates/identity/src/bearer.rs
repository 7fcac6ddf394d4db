//! Bearer secrets: random, shown once, kept only as a hash.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use meydan_kernel::{Error, Result};
use sha2::{Digest, Sha256};

/// Bytes of a bearer secret: 256 bits, beyond any guessing (ASVS 7.2.3 asks for 128).
const BYTES: usize = 32;

/// A new secret as text.
///
/// # Errors
/// The operating system gives no random bytes.
pub(crate) fn make() -> Result<String> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).map_err(Error::internal)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// What is kept of a secret: SHA-256, hex. The secret is random enough that a slow hash would add nothing; and since what is
/// compared is the hash, comparing tells nothing by its time.
pub(crate) fn hash(secret: &str) -> String {
    Sha256::digest(secret.as_bytes()).iter().map(|b| format!("{b:02x}")).collect()
}
