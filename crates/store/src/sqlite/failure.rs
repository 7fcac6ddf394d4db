//! SQLite's errors in the house's words.

use meydan_kernel::{Error, Kind};
use rusqlite::ErrorCode;

/// SQLite's error as ours: what may pass is `Unavailable`, the rest is our fault.
pub(super) fn failure(error: rusqlite::Error) -> Error {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Error::unavailable(error),
        Some(ErrorCode::DiskFull) => Error::new(
            Kind::Unavailable,
            "disk-full",
            "Diskte yer kalmadı; hiçbir şey değiştirilmedi.",
            "The disk is full; nothing was changed.",
        )
        .hint("Diskte yer açıp yeniden deneyin.", "Free some disk space and try again.")
        .cause(error),
        Some(
            ErrorCode::SystemIoFailure | ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::FileLockingProtocolFailed,
        ) => Error::unavailable(error),
        Some(ErrorCode::DatabaseCorrupt) => {
            Error::new(Kind::Unavailable, "store-damaged", "Veri deposu dosyası bozuk.", "The store's file is damaged.")
                .hint("Yedekten dönün: meydan restore.", "Go back to a backup: meydan restore.")
                .cause(error)
        }
        Some(ErrorCode::NotADatabase) => super::schema::not_ours().cause(error),
        _ if gone(&error) => catalogue_changed().cause(error),
        _ => Error::internal(error),
    }
}

/// A table or column that the caller's definition names is not there: the definition was changed meanwhile.
fn gone(error: &rusqlite::Error) -> bool {
    let text = match error {
        rusqlite::Error::SqlInputError { msg, .. } => msg.as_str(),
        rusqlite::Error::SqliteFailure(_, Some(msg)) => msg.as_str(),
        _ => return false,
    };
    text.starts_with("no such table") || text.starts_with("no such column")
}

/// The tables no longer fit the definition that a request came with.
pub(super) fn catalogue_changed() -> Error {
    Error::new(
        Kind::Unavailable,
        "catalogue-changed",
        "Tanımlar bu sırada değişti; hiçbir şey değiştirilmedi.",
        "The definitions changed meanwhile; nothing was changed.",
    )
    .hint("İsteği yeniden gönderin.", "Send the request again.")
}

/// What stands in the file can't be what this store wrote.
pub(super) fn damaged(what: &str) -> Error {
    Error::internal(format!("the store holds something that it can't have written: {what}"))
}
