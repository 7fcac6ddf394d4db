//! The file of the sealing key: beside the data, readable by its owner only. The store never holds the key.

use meydan_kernel::{Error, Kind, Result, log::note::SealKey};
use std::{
    fs::File,
    io::{ErrorKind, Write as _},
    path::Path,
};

/// Reads the key, or makes one if there is none. Several processes may do so at once: one key wins for all.
///
/// # Errors
/// `seal-key` (Invalid) if the file holds no key or others than its owner may read it; `store-unavailable` if it can't be read or
/// written.
pub fn load_or_make(path: &Path) -> Result<SealKey> {
    match load(path) {
        Ok(Some(key)) => Ok(key),
        Ok(None) => {
            make(path)?;
            load(path)?.ok_or_else(|| Error::unavailable(format!("{} went away while it was made", path.display())))
        }
        Err(error) => Err(error),
    }
}

/// Reads the key; `None` if there is no such file.
///
/// # Errors
/// As [`load_or_make`].
pub fn load(path: &Path) -> Result<Option<SealKey>> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(Error::unavailable(format!("{}: {e}", path.display()))),
    };
    guard(path)?;
    SealKey::parse(&text).map(Some).map_err(|e| {
        Error::new(
            Kind::Invalid,
            "seal-key",
            format!("{} dosyasında geçerli bir mühür anahtarı yok.", path.display()),
            format!("{} holds no sealing key.", path.display()),
        )
        .cause(e)
    })
}

/// Refuses a key that others may read.
#[cfg(unix)]
fn guard(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(path).map_err(Error::unavailable)?.permissions().mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(Error::new(
        Kind::Invalid,
        "seal-key",
        format!("Mühür anahtarını sahibinden başkaları da okuyabiliyor: {}", path.display()),
        format!("The sealing key can be read by others than its owner: {}", path.display()),
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
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(Error::unavailable)?;
    let text = format!("{}\n", SealKey::from_seed(seed).to_private_text());
    // Written aside and linked into place: whoever looks sees a whole key or none, and an existing one is never replaced.
    let aside = folder.join(format!(".seal-key-{}-{}", std::process::id(), uuid::Uuid::now_v7().simple()));
    let written = write_private(&aside, text.as_bytes()).and_then(|()| match std::fs::hard_link(&aside, path) {
        Err(e) if e.kind() == ErrorKind::AlreadyExists => Ok(()),
        other => other,
    });
    let _ = std::fs::remove_file(&aside);
    written.map_err(failed)?;
    File::open(folder).and_then(|f| f.sync_all()).map_err(failed)
}

fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = crate::private_file::make(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_key_is_made_and_kept() {
        let folder = tempfile::tempdir().expect("a directory");
        let path = folder.path().join("new/seal.key");
        assert!(load(&path).expect("readable").is_none());
        let keys: Vec<_> = std::thread::scope(|s| {
            let threads: Vec<_> = (0..8).map(|_| s.spawn(|| load_or_make(&path).expect("a key").verifier())).collect();
            threads.into_iter().map(|t| t.join().expect("no panic")).collect()
        });
        assert!(keys.iter().all(|k| *k == keys[0]));
        assert_eq!(std::fs::read_dir(folder.path().join("new")).expect("a folder").count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_key_that_others_may_read_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a directory");
        let path = folder.path().join("seal.key");
        load_or_make(&path).expect("a key");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("allowed");
        assert_eq!(load_or_make(&path).expect_err("refused").code(), "seal-key");
    }
}
