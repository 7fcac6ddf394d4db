//! The machine: room on the disk, and the backup.

use super::{Check, Status};
use crate::context::Context;
use meydan_kernel::{Bilingual, Error};
use std::path::Path;

/// Less free room than this is a warning: 1 GiB.
const LITTLE: u64 = 1 << 30;
const MIB: u64 = 1 << 20;

const DISK: (&str, &str) = ("Diskte boş yer", "Free room on the disk");

/// Free room where the embedded store is; a database's disk can't be seen from here.
pub(super) fn free_space(context: &Context) -> Option<Check> {
    let location = context.config.store_location();
    if location.contains("://") {
        return None;
    }
    // The store may not be there yet: the nearest folder that is.
    let folder = Path::new(&location).ancestors().skip(1).find(|p| p.exists()).unwrap_or(Path::new("."));
    Some(match rustix::fs::statvfs(folder) {
        Ok(disk) => room(disk.f_bavail.saturating_mul(disk.f_frsize)),
        Err(error) => Check::failed("disk", DISK, &Error::unavailable(error)),
    })
}

fn room(free: u64) -> Check {
    let status = if free < LITTLE { Status::Warning } else { Status::Fine };
    let text = format!("{} MiB", free / MIB);
    Check::new("disk", DISK, status, Bilingual::new(text.clone(), text)).advise(
        "Yer açın: dolu diskte yazma durur (var olan kayıtlar zarar görmez).",
        "Make room: on a full disk writing stops (what is there is not harmed).",
    )
}

const FILES: (&str, &str) = ("Dosyaların izinleri", "Permissions of the files");

/// Whether others than its owner may open the embedded store: an older program, or somebody, made it so.
#[cfg(unix)]
pub(super) fn files(context: &Context) -> Option<Check> {
    let location = context.config.store_location();
    if location.contains("://") || !Path::new(&location).exists() {
        return None;
    }
    Some(permissions(&location))
}

#[cfg(not(unix))]
pub(super) fn files(_context: &Context) -> Option<Check> {
    None
}

#[cfg(unix)]
fn permissions(store: &str) -> Check {
    use std::os::unix::fs::PermissionsExt as _;
    let is_wide = |path: &String| std::fs::metadata(path).is_ok_and(|m| m.permissions().mode() & 0o077 != 0);
    let wide: Vec<String> = ["", "-wal", "-shm"].map(|end| format!("{store}{end}")).into_iter().filter(is_wide).collect();
    if wide.is_empty() {
        let fine = Bilingual::new("yalnız sahibi açabilir", "only their owner may open them");
        return Check::new("files", FILES, Status::Fine, fine);
    }
    let wide = wide.join(" ");
    let detail = Bilingual::new(format!("başkaları da açabilir: {wide}"), format!("others may open them too: {wide}"));
    Check::new("files", FILES, Status::Warning, detail).advise(
        format!("Parola özetleri ve kişisel veri içerirler: chmod 600 {wide}"),
        format!("They hold hashes of passwords and personal data: chmod 600 {wide}"),
    )
}

/// The store does not know where its backups went.
pub(super) fn last_backup() -> Check {
    let unknown = Bilingual::new("veri deposu bunu bilmez", "the store does not know");
    Check::new("backup", ("Son yedek", "Last backup"), Status::Warning, unknown).advise(
        "`meydan backup` komutunu her gün çalıştırın, arada bir `meydan restore` ile deneyin.",
        "Run `meydan backup` every day, and try it with `meydan restore` now and then.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn files_that_others_may_open_are_a_warning() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("city.gpkg");
        let wal = folder.path().join("city.gpkg-wal");
        for path in [&store, &wal] {
            std::fs::write(path, "").unwrap();
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
        }
        let look = || permissions(store.to_str().unwrap());
        assert!(look().status == Status::Fine);
        std::fs::set_permissions(&wal, std::fs::Permissions::from_mode(0o640)).unwrap();
        let check = look();
        assert!(check.status == Status::Warning);
        assert!(check.advice.is_some_and(|a| a.en.ends_with(&format!("chmod 600 {}", wal.display()))));
    }

    #[test]
    fn little_room_is_a_warning() {
        assert!(room(LITTLE - 1).status == Status::Warning);
        assert!(room(LITTLE).status == Status::Fine);
    }
}
