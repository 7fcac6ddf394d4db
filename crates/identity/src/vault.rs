//! Encryption of what must be kept readable: keys of one-time codes. The vault's own key is a file beside the data, never in
//! the store: who steals a backup can't read them.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chacha20poly1305::{
    Key, KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};
use meydan_kernel::{Error, Kind, Result};
use sha2::{Digest as _, Sha256};
use std::{
    fs::{File, OpenOptions},
    io::{ErrorKind, Write as _},
    path::Path,
};

/// Bytes of the key.
const KEY_BYTES: usize = 32;
/// Bytes of a nonce: random ones never meet (XChaCha20).
const NONCE_BYTES: usize = 24;
/// Bytes that tell which key something was encrypted with.
const NAME_BYTES: usize = 4;
/// How the key file begins.
const FILE_PREFIX: &str = "MEYDAN-SECRETS-KEY-1+";

/// The key, at hand.
#[derive(Clone)]
pub struct Vault {
    cipher: XChaCha20Poly1305,
    name: [u8; NAME_BYTES],
}

impl Vault {
    /// Reads the key file, or makes one if there is none. Several processes may do so at once: one key wins for all.
    ///
    /// # Errors
    /// `secrets-key` (Invalid) if the file holds no key or others than its owner may read it; `store-unavailable` if it can't be
    /// read or written.
    pub fn load_or_make(path: &Path) -> Result<Self> {
        if let Some(vault) = Self::load(path)? {
            return Ok(vault);
        }
        make(path)?;
        Self::load(path)?.ok_or_else(|| Error::unavailable(format!("{} went away while it was made", path.display())))
    }

    /// Reads the key file; `None` if there is none.
    ///
    /// # Errors
    /// As [`Self::load_or_make`].
    pub fn load(path: &Path) -> Result<Option<Self>> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(Error::unavailable(format!("{}: {e}", path.display()))),
        };
        guard(path)?;
        let key = text.trim().strip_prefix(FILE_PREFIX).and_then(|k| URL_SAFE_NO_PAD.decode(k).ok());
        let key: Option<[u8; KEY_BYTES]> = key.and_then(|k| k.try_into().ok());
        key.map(|k| Some(Self::from_key(k))).ok_or_else(|| {
            Error::invalid(
                "secrets-key",
                format!("{} dosyasında geçerli bir anahtar yok.", path.display()),
                format!("{} holds no key.", path.display()),
            )
        })
    }

    fn from_key(key: [u8; KEY_BYTES]) -> Self {
        let [a, b, c, d, ..] = <[u8; 32]>::from(Sha256::digest(key));
        Self { cipher: XChaCha20Poly1305::new(&Key::from(key)), name: [a, b, c, d] }
    }

    /// Encrypts; what is read later must be asked for in the same context (whose it is, what it is).
    ///
    /// # Errors
    /// The operating system gives no random bytes.
    pub(crate) fn seal(&self, plain: &[u8], context: &str) -> Result<String> {
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce).map_err(Error::internal)?;
        let payload = Payload { msg: plain, aad: context.as_bytes() };
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), payload).map_err(Error::internal)?;
        let whole: Vec<u8> = self.name.into_iter().chain(nonce).chain(sealed).collect();
        Ok(URL_SAFE_NO_PAD.encode(whole))
    }

    /// Decrypts.
    ///
    /// # Errors
    /// `other-secrets-key` if it was encrypted with another key; `internal` if it was changed, or belongs to another context.
    pub(crate) fn open(&self, sealed: &str, context: &str) -> Result<Vec<u8>> {
        let whole = URL_SAFE_NO_PAD.decode(sealed).map_err(Error::internal)?;
        let broken = || Error::internal("a sealed secret is too short");
        let (name, rest) = whole.split_first_chunk::<NAME_BYTES>().ok_or_else(broken)?;
        if *name != self.name {
            return Err(other_key());
        }
        let (nonce, sealed) = rest.split_first_chunk::<NONCE_BYTES>().ok_or_else(broken)?;
        let payload = Payload { msg: sealed, aad: context.as_bytes() };
        self.cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_| Error::internal("a sealed secret was changed"))
    }
}

fn other_key() -> Error {
    Error::new(
        Kind::Unavailable,
        "other-secrets-key",
        "Doğrulama kodları şu anda denetlenemiyor: anahtar dosyası değişmiş.",
        "One-time codes can't be checked at the moment: the key file is another one.",
    )
    .hint("Sunucunun secrets.key dosyasını geri koyun.", "Put the server's file secrets.key back.")
}

/// Refuses a key that others may read.
#[cfg(unix)]
fn guard(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(path).map_err(Error::unavailable)?.permissions().mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(Error::invalid(
        "secrets-key",
        format!("Anahtar dosyasını sahibinden başkaları da okuyabiliyor: {}", path.display()),
        format!("The key file can be read by others than its owner: {}", path.display()),
    )
    .hint(format!("chmod 600 {}", path.display()), format!("chmod 600 {}", path.display())))
}

#[cfg(not(unix))]
fn guard(_path: &Path) -> Result<()> {
    Ok(())
}

fn make(path: &Path) -> Result<()> {
    let failed = |e: std::io::Error| Error::unavailable(format!("{}: {e}", path.display()));
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(failed)?;
    let mut key = [0; KEY_BYTES];
    getrandom::fill(&mut key).map_err(Error::unavailable)?;
    let text = format!("{FILE_PREFIX}{}\n", URL_SAFE_NO_PAD.encode(key));
    // Written aside and linked into place: whoever looks sees a whole key or none, and an existing one is never replaced.
    let aside = folder.join(format!(".secrets-key-{}-{}", std::process::id(), uuid::Uuid::now_v7().simple()));
    let written = write_private(&aside, text.as_bytes()).and_then(|()| match std::fs::hard_link(&aside, path) {
        Err(e) if e.kind() == ErrorKind::AlreadyExists => Ok(()),
        other => other,
    });
    let _ = std::fs::remove_file(&aside);
    written.map_err(failed)?;
    File::open(folder).and_then(|f| f.sync_all()).map_err(failed)
}

fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_is_read_with_the_same_key_for_the_same_purpose_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/secrets.key");
        let vault = Vault::load_or_make(&path).unwrap();
        let sealed = vault.seal(b"key", "totp/a").unwrap();
        assert_ne!(sealed, vault.seal(b"key", "totp/a").unwrap());
        assert!(!sealed.contains("key"));
        let again = Vault::load_or_make(&path).unwrap();
        assert_eq!(again.open(&sealed, "totp/a").unwrap(), b"key");
        assert_eq!(again.open(&sealed, "totp/b").unwrap_err().code(), "internal");
        let mut changed = URL_SAFE_NO_PAD.decode(&sealed).unwrap();
        *changed.last_mut().unwrap() ^= 1;
        assert_eq!(again.open(&URL_SAFE_NO_PAD.encode(changed), "totp/a").unwrap_err().code(), "internal");
        let other = Vault::load_or_make(&folder.path().join("other.key")).unwrap();
        assert_eq!(other.open(&sealed, "totp/a").unwrap_err().code(), "other-secrets-key");
        for broken in ["", "AAAA", "!!!", &"A".repeat(36)] {
            assert!(vault.open(broken, "totp/a").is_err(), "{broken}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn the_key_file_is_its_owners_only() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secrets.key");
        Vault::load_or_make(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert_eq!(Vault::load_or_make(&path).err().unwrap().code(), "secrets-key");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        std::fs::write(&path, "nothing").unwrap();
        assert_eq!(Vault::load(&path).err().unwrap().code(), "secrets-key");
    }
}
