//! Measures password logins: whole ones, through throttle, Argon2id, event log and session, on the embedded store.
//! `cargo run --release -p meydan-identity --example logins [seconds]`

use meydan_identity::{Identity, Login, Visit};
use meydan_kernel::{
    Act, Catalogue, Desk, Error, Principal, Result, Store, Value,
    catalogue::{load, plan},
    desk::Edit,
};
use meydan_store::sqlite::SqliteStore;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use uuid::Uuid;

const PASSWORD: &str = "pencere kaldırım lodos";
/// Persons who log in.
const PERSONS: usize = 50;

#[tokio::main]
async fn main() -> Result<()> {
    let seconds = std::env::args().nth(1).and_then(|s| s.parse().ok()).unwrap_or(10);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let folder = tempfile::tempdir().map_err(Error::internal)?;
    let (identity, devices) = house(folder.path()).await?;
    let (done, until) = (Arc::new(AtomicU64::new(0)), Instant::now() + Duration::from_secs(seconds));
    let began = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for worker in 0..cores * 2 {
        let (identity, done, devices) = (Arc::clone(&identity), Arc::clone(&done), devices.clone());
        tasks.spawn(async move {
            for n in (worker..).step_by(cores * 2).take_while(|_| Instant::now() < until) {
                let visit = Visit { device: devices.get(n % PERSONS).cloned(), ..Visit::default() };
                identity.login(&format!("kisi{}", n % PERSONS), PASSWORD, &visit).await?;
                done.fetch_add(1, Ordering::Relaxed);
            }
            Ok::<(), Error>(())
        });
    }
    for end in tasks.join_all().await {
        end?;
    }
    let rate = done.load(Ordering::Relaxed) as f64 / began.elapsed().as_secs_f64();
    println!("{rate:.1} logins/s on {cores} cores, {:.1} logins/s/core", rate / cores as f64);
    Ok(())
}

async fn house(folder: &std::path::Path) -> Result<(Arc<Identity>, Vec<String>)> {
    let catalogue = load(&meydan_modules::sources()).map_err(|faults| Error::internal(format!("{faults:?}")))?;
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&folder.join("city.gpkg")).await?);
    store.apply(&plan(&Catalogue::default(), &catalogue, &[]), &catalogue).await?;
    let desk = Arc::new(Desk::new(store, Arc::new(catalogue))?.with_checks(meydan_modules::checks()));
    let identity = Identity::new(Arc::clone(&desk));
    let operator = Principal::operator(Act { person: "measure".to_owned(), ..Act::default() });
    let register = desk.register("person")?;
    let mut devices = Vec::new();
    for n in 0..PERSONS {
        let id = Uuid::now_v7();
        let values = [("first_name", "Deneme".to_owned()), ("last_name", "Kişi".to_owned()), ("login", format!("kisi{n}"))];
        let set = values.into_iter().filter_map(|(f, v)| Some((register.field_index(f)?, Value::Text(v)))).collect();
        desk.change(&operator, vec![("person".to_owned(), Edit::Insert { id: Some(id), set, geometry: None })]).await?;
        identity.set_password_by(&operator, id, PASSWORD).await?;
        if let Login::Done { device, .. } = identity.login(&format!("kisi{n}"), PASSWORD, &Visit::default()).await? {
            devices.push(device);
        }
    }
    Ok((Arc::new(identity), devices))
}
