//! The contract of the Store trait, kept by the PostgreSQL store on a real server, and what only that store promises.

mod contract;
mod pg_cases;
mod pg_server;

use contract::House;
use meydan_kernel::Store;
use meydan_store::postgres::PostgresStore;
use std::sync::Arc;

struct Database(String);

#[async_trait::async_trait]
impl House for Database {
    async fn open(&self) -> Arc<dyn Store> {
        Arc::new(PostgresStore::connect(&self.0).await.expect("the store opens"))
    }
}

async fn house() -> Database {
    Database(pg_server::shared().database())
}

whole_contract!(house);
