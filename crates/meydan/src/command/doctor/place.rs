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

    #[test]
    fn little_room_is_a_warning() {
        assert!(room(LITTLE - 1).status == Status::Warning);
        assert!(room(LITTLE).status == Status::Fine);
    }
}
