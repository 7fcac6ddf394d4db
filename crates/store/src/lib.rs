//! The two stores behind the Store trait (SQLite/GeoPackage and PostgreSQL/PostGIS), and the sealing of the log.
//!
//! What this crate may never know: a face, a register by name, a permission.

pub mod backup;
mod blob;
pub mod content;
pub mod postgres;
mod private_file;
mod recent;
pub mod seal;
pub mod sql;
pub mod sqlite;

use meydan_kernel::{Result, Store};
use std::sync::Arc;

/// Opens the store at a location: a `postgres://` URL, or the path of a GeoPackage file (made if missing).
///
/// # Errors
/// `store-unavailable`, or what the store says about a file that is not its own.
pub async fn open(location: &str) -> Result<Arc<dyn Store>> {
    if location.starts_with("postgres://") || location.starts_with("postgresql://") {
        return Ok(Arc::new(postgres::PostgresStore::connect(location).await?));
    }
    Ok(Arc::new(sqlite::SqliteStore::open(std::path::Path::new(location)).await?))
}

/// Takes the last bytes of what was erased out of the store's files: writes what an erasure touched anew. For the maintenance at
/// night, after records were destroyed: nobody can write meanwhile.
///
/// # Errors
/// As [`open`]; `store-unavailable` if it can't be done now.
pub async fn scrub(location: &str) -> Result<()> {
    if location.starts_with("postgres://") || location.starts_with("postgresql://") {
        return postgres::PostgresStore::connect(location).await?.scrub().await;
    }
    sqlite::SqliteStore::open(std::path::Path::new(location)).await?.scrub().await
}
