//! The contract of the Store trait, kept by the embedded store.

mod contract;

use contract::House;
use meydan_kernel::Store;
use meydan_store::sqlite::SqliteStore;
use std::sync::Arc;

struct File(tempfile::TempDir);

#[async_trait::async_trait]
impl House for File {
    async fn open(&self) -> Arc<dyn Store> {
        Arc::new(SqliteStore::open(&self.0.path().join("city.gpkg")).await.expect("the store opens"))
    }
}

async fn house() -> File {
    File(tempfile::tempdir().expect("a directory"))
}

whole_contract!(house);
