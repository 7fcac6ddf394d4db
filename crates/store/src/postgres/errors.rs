//! PostgreSQL's errors as the house's.

use meydan_kernel::{Error, Kind};
use tokio_postgres::error::SqlState;

/// The error of a statement. Lost connections, a server that stops or starts, and exhausted resources can be tried again.
pub fn from_pg(error: tokio_postgres::Error) -> Error {
    let Some(db) = error.as_db_error() else {
        // Not an answer of the server: the connection is gone, or a value could not be encoded.
        return match error.is_closed() || is_io(&error) {
            true => Error::unavailable(describe(&error)),
            false => Error::internal(describe(&error)),
        };
    };
    let code = db.code();
    match code.code().get(..2) {
        Some("08" | "53" | "57") => Error::unavailable(describe(&error)),
        Some("22") => Error::invalid(
            "invalid-record",
            "Bir değer veri deposunun saklayabileceği sınırların dışında; hiçbir şey değiştirilmedi.",
            "A value is outside of what the store can keep; nothing was changed.",
        )
        .cause(describe(&error)),
        _ if *code == SqlState::LOCK_NOT_AVAILABLE || *code == SqlState::T_R_DEADLOCK_DETECTED => {
            Error::unavailable(describe(&error))
        }
        // A table or column that the caller's definition names is not there, or has another type.
        _ if [SqlState::UNDEFINED_TABLE, SqlState::UNDEFINED_COLUMN, SqlState::FEATURE_NOT_SUPPORTED].contains(code) => {
            catalogue_changed().cause(describe(&error))
        }
        _ if *code == SqlState::UNIQUE_VIOLATION => key_taken([db.constraint().unwrap_or("?")]),
        _ => Error::internal(describe(&error)),
    }
}

/// The error of the pool.
pub fn from_pool(error: deadpool_postgres::PoolError) -> Error {
    match error {
        deadpool_postgres::PoolError::Backend(e) => match from_pg(e) {
            e if e.kind() == Kind::Unavailable => e,
            // Whatever keeps us from a session (a password, a database that is not there) is for the operator to mend.
            e => Error::unavailable(e),
        },
        other => Error::unavailable(other),
    }
}

/// True if the connection itself failed, so that another one may do.
pub fn is_connection_lost(error: &tokio_postgres::Error) -> bool {
    error.is_closed()
        || is_io(error)
        || error.code().is_some_and(|c| {
            c.code().starts_with("08")
                || [SqlState::ADMIN_SHUTDOWN, SqlState::CRASH_SHUTDOWN, SqlState::CANNOT_CONNECT_NOW].contains(c)
        })
}

fn is_io(error: &tokio_postgres::Error) -> bool {
    std::error::Error::source(error).is_some_and(|s| s.is::<std::io::Error>())
}

/// The error with its causes and the server's detail, for the journal.
pub fn describe(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(db) => {
            let detail = db.detail().map(|d| format!(": {d}")).unwrap_or_default();
            format!("PostgreSQL {}: {}{detail}", db.code().code(), db.message())
        }
        None => match std::error::Error::source(error) {
            Some(source) => format!("{error}: {source}"),
            None => error.to_string(),
        },
    }
}

/// A unique key that another record has; names its fields.
pub fn key_taken<'a>(fields: impl IntoIterator<Item = &'a str>) -> Error {
    let fields: Vec<&str> = fields.into_iter().collect();
    let names = fields.join(", ");
    let error = Error::new(
        Kind::Conflict,
        "key-taken",
        format!("“{names}” değeri başka bir kayıtta var; hiçbir şey değiştirilmedi."),
        format!("Another record has this value of “{names}”; nothing was changed."),
    );
    fields.into_iter().fold(error, |e, f| e.field(f, "bu değer başka bir kayıtta var", "another record has this value"))
}

/// The caller's definitions are not those in force.
pub fn catalogue_changed() -> Error {
    Error::new(
        Kind::Unavailable,
        "catalogue-changed",
        "Tanımlar bu sırada değişti; hiçbir şey değiştirilmedi.",
        "The definitions changed meanwhile; nothing was changed.",
    )
    .hint("İsteği yeniden gönderin.", "Send the request again.")
}

/// Something in the database that Meydan can't have written.
pub fn damaged(what: impl std::fmt::Display) -> Error {
    Error::new(
        Kind::Internal,
        "store-damaged",
        "Veri deposunda Meydan'ın yazmış olamayacağı bir şey var.",
        "The data store holds something that Meydan can't have written.",
    )
    .hint("“meydan doctor” ve “meydan log verify” komutlarını çalıştırın.", "Run `meydan doctor` and `meydan log verify`.")
    .cause(what)
}
