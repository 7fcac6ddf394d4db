//! Files that hold hashes of passwords and personal data: nobody but their owner may open them, whatever the umask is.

use std::{
    fs::{DirBuilder, File, OpenOptions},
    io::{ErrorKind, Result},
    path::Path,
};

/// Makes a new, empty file that only its owner may read and write (0600).
///
/// # Errors
/// Those of the disk; `AlreadyExists` if there is anything of that name.
pub(crate) fn make(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// As [`make`], and true if it was made; what is there already stays as it is. What SQLite puts beside a file (`-wal`, `-shm`)
/// gets the file's own permissions.
///
/// # Errors
/// Those of the disk.
pub(crate) fn make_if_missing(path: &Path) -> Result<bool> {
    match make(path) {
        Ok(_) => Ok(true),
        Err(e) if e.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(e) => Err(e),
    }
}

/// Makes a folder and those above it, if they are missing: new ones are their owner's alone (0700).
///
/// # Errors
/// Those of the disk.
pub(crate) fn make_folder(path: &Path) -> Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}
