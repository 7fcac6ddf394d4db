//! How much one client may ask for: token buckets, in memory.
//!
//! A person has one bucket for their browsers and one for their programs; who isn't logged in shares that of their address, which
//! is large, for a whole office may stand behind it. Beginnings of logins, each of which the store must remember for some minutes,
//! have a bucket per address of their own, and so have reference numbers tried, confirmation codes and citizens' requests. Web
//! files and finished tiles cost nothing and are not counted.
//!
//! Own code rather than `governor`: this is all that is needed of it, and a place is an address or the /64 of an IPv6 one.

use crate::{App, Caller};
use axum::{
    extract::{Request, State},
    http::Method,
    middleware::Next,
    response::{IntoResponse, Response},
};
use meydan_kernel::{Error, Kind, permission::Capacity};
use parking_lot::Mutex;
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::Arc,
    time::{Duration, Instant},
};
use uuid::Uuid;

/// A size of bucket: how much at once, and how much comes back per second.
#[derive(Debug, Clone, Copy)]
struct Budget {
    most: f64,
    per_second: f64,
}

/// Requests of one person, by browser or by programs.
const PERSON: Budget = Budget { most: 3_000.0, per_second: 100.0 };
/// Requests of all who come from one address without saying who they are.
const ADDRESS: Budget = Budget { most: 6_000.0, per_second: 200.0 };
/// Logins begun from one address: 120 a minute.
const BEGINNING: Budget = Budget { most: 240.0, per_second: 2.0 };
/// Reference numbers tried from one address that are no case's; one comes back a minute.
const NUMBERS: Budget = Budget { most: 10.0, per_second: 1.0 / 60.0 };
/// The same of all addresses together: of a million cases a searcher with any number of addresses finds one in half a year.
const ALL_NUMBERS: Budget = Budget { most: 500.0, per_second: 0.2 };
/// Confirmation codes asked for from one address; behind that of a phone company stand thousands.
const CODES: Budget = Budget { most: 60.0, per_second: 0.1 };
/// Requests of citizens filed from one address.
const FILINGS: Budget = Budget { most: 120.0, per_second: 0.2 };
/// What an export costs: it reads a whole register.
const EXPORT_COST: f64 = 100.0;
/// Pixels of a picture that cost as much as a tile.
const PIXELS_OF_A_TILE: f64 = 256.0 * 256.0;
/// What a token costs that is not known.
const BAD_TOKEN_COST: f64 = 20.0;
/// Limit: buckets that are remembered. Beyond it newcomers of a kind share one.
const MAX_BUCKETS: usize = 100_000;
/// The journal is told of the same client once in this time.
const TOLD_AGAIN: Duration = Duration::from_secs(60);
/// Name of the field in which an error says the seconds to wait, as [`meydan_identity::seconds_to_wait`] reads it.
const WAIT_FIELD: &str = "wait_s";

/// Whose bucket it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    /// A person in their browsers.
    Browsers(Uuid),
    /// A person's programs.
    Programs(Uuid),
    /// Nobody in particular, from a place.
    From(Place),
    /// Who begins to log in, from a place.
    Beginning(Place),
    /// Who tries reference numbers, from a place.
    Numbers(Place),
    /// All who try reference numbers.
    AllNumbers,
    /// Who asks for confirmation codes, from a place.
    Codes(Place),
    /// Who files requests, from a place.
    Filings(Place),
}

impl Key {
    const fn budget(self) -> Budget {
        match self {
            Self::Browsers(_) | Self::Programs(_) => PERSON,
            Self::From(_) => ADDRESS,
            Self::Beginning(_) => BEGINNING,
            Self::Numbers(_) => NUMBERS,
            Self::AllNumbers => ALL_NUMBERS,
            Self::Codes(_) => CODES,
            Self::Filings(_) => FILINGS,
        }
    }

    /// The one that newcomers share when too many are remembered.
    const fn shared(self) -> Self {
        match self {
            Self::Browsers(_) => Self::Browsers(Uuid::nil()),
            Self::Programs(_) => Self::Programs(Uuid::nil()),
            Self::From(_) => Self::From(Place::Unknown),
            Self::Beginning(_) => Self::Beginning(Place::Unknown),
            Self::Numbers(_) => Self::Numbers(Place::Unknown),
            Self::AllNumbers => Self::AllNumbers,
            Self::Codes(_) => Self::Codes(Place::Unknown),
            Self::Filings(_) => Self::Filings(Place::Unknown),
        }
    }
}

/// An IPv4 address, the /64 of an IPv6 one (a home has one), or nobody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Place {
    V4([u8; 4]),
    V6([u16; 4]),
    Unknown,
}

impl Place {
    fn of(address: Option<&str>) -> Self {
        match address.and_then(|a| a.parse::<IpAddr>().ok()).map(|ip| ip.to_canonical()) {
            Some(IpAddr::V4(ip)) => Self::V4(ip.octets()),
            Some(IpAddr::V6(ip)) => {
                let [a, b, c, d, ..] = ip.segments();
                Self::V6([a, b, c, d])
            }
            None => Self::Unknown,
        }
    }
}

struct Bucket {
    left: f64,
    at: Instant,
    told: Option<Instant>,
}

/// All buckets of the server.
#[derive(Default)]
pub struct Rates(Mutex<HashMap<Key, Bucket>>);

impl Rates {
    /// Takes from a bucket, or says how long to wait.
    fn take(&self, key: Key, cost: f64, now: Instant) -> Result<(), Duration> {
        let mut buckets = self.0.lock();
        let mut key = key;
        if !buckets.contains_key(&key) && buckets.len() >= MAX_BUCKETS {
            buckets.retain(|key, bucket| bucket.after(key.budget(), now) < key.budget().most);
            if buckets.len() >= MAX_BUCKETS {
                key = key.shared();
            }
        }
        let budget = key.budget();
        let bucket = buckets.entry(key).or_insert(Bucket { left: budget.most, at: now, told: None });
        bucket.left = bucket.after(budget, now);
        bucket.at = now;
        if bucket.left >= cost {
            bucket.left -= cost;
            return Ok(());
        }
        let wait = Duration::from_secs_f64((cost - bucket.left) / budget.per_second);
        if bucket.told.is_none_or(|at| now.duration_since(at) >= TOLD_AGAIN) {
            bucket.told = Some(now);
            tracing::warn!(client = ?key, "too many requests");
        }
        Err(wait)
    }
}

impl Rates {
    /// Gives back what was taken for something that turned out well.
    fn give_back(&self, key: Key) {
        if let Some(bucket) = self.0.lock().get_mut(&key) {
            bucket.left = (bucket.left + 1.0).min(key.budget().most);
        }
    }
}

impl Bucket {
    fn after(&self, budget: Budget, now: Instant) -> f64 {
        let back = now.duration_since(self.at).as_secs_f64() * budget.per_second;
        (self.left + back).min(budget.most)
    }
}

/// Takes what a request costs from who asks.
///
/// # Errors
/// `too-many-requests`, with the seconds to wait.
pub fn admit(app: &App, caller: &Caller, method: &Method, path: &str) -> Result<(), Error> {
    if begins_login(method, path) {
        charge(app, Key::Beginning(Place::of(caller.address.as_deref())), 1.0)?;
    }
    let cost = if path.contains("/export/") { EXPORT_COST } else { 1.0 };
    charge_caller(app, caller, cost)
}

/// Takes what a tile costs that has to be drawn.
///
/// # Errors
/// `too-many-requests`.
pub fn draw(app: &App, caller: &Caller) -> Result<(), Error> {
    charge_caller(app, caller, 1.0)
}

/// Takes what a picture of so many pixels costs.
///
/// # Errors
/// `too-many-requests`.
pub fn picture(app: &App, caller: &Caller, width: u32, height: u32) -> Result<(), Error> {
    charge_caller(app, caller, (f64::from(width) * f64::from(height) / PIXELS_OF_A_TILE).max(1.0))
}

/// Takes what a token costs that is not known.
///
/// # Errors
/// `too-many-requests`.
pub fn bad_token(app: &App, address: Option<&str>) -> Result<(), Error> {
    if is_this_machine(app, address) {
        return Ok(());
    }
    charge(app, Key::From(Place::of(address)), BAD_TOKEN_COST)
}

/// Lets somebody try a reference number, counted as a failure beforehand (so that many at once gain nothing), from this machine
/// too; [`number_was_right`] takes that back.
///
/// # Errors
/// `too-many-requests`.
pub fn try_number(app: &App, address: Option<&str>) -> Result<(), Error> {
    charge(app, Key::Numbers(Place::of(address)), 1.0)?;
    charge(app, Key::AllNumbers, 1.0)
}

/// The number tried was a case's.
pub fn number_was_right(app: &App, address: Option<&str>) {
    app.rates.give_back(Key::Numbers(Place::of(address)));
    app.rates.give_back(Key::AllNumbers);
}

/// Takes what a confirmation code costs.
///
/// # Errors
/// `too-many-requests`.
pub fn ask_code(app: &App, address: Option<&str>) -> Result<(), Error> {
    charge(app, Key::Codes(Place::of(address)), 1.0)
}

/// Takes what a citizen's request costs.
///
/// # Errors
/// `too-many-requests`.
pub fn file(app: &App, address: Option<&str>) -> Result<(), Error> {
    charge(app, Key::Filings(Place::of(address)), 1.0)
}

fn charge_caller(app: &App, caller: &Caller, cost: f64) -> Result<(), Error> {
    // The machine's own operator can read the files anyway, and whoever is on this machine could ask them directly.
    if matches!(caller.principal.capacity, Capacity::Operator) || is_this_machine(app, caller.address.as_deref()) {
        return Ok(());
    }
    let key = match caller.principal.person() {
        Some(person) if caller.session.is_some() => Key::Browsers(person),
        Some(person) => Key::Programs(person),
        None => Key::From(Place::of(caller.address.as_deref())),
    };
    charge(app, key, cost)
}

fn charge(app: &App, key: Key, cost: f64) -> Result<(), Error> {
    app.rates.take(key, cost, Instant::now()).map_err(too_many_requests)
}

/// True if a client is on this machine, and no proxy of ours that would say where clients come from stands between.
fn is_this_machine(app: &App, address: Option<&str>) -> bool {
    !app.settings.behind_proxy
        && address.and_then(|a| a.parse::<IpAddr>().ok()).is_some_and(|ip| ip.to_canonical().is_loopback())
}

/// What makes the store remember something for somebody who isn't known yet.
fn begins_login(method: &Method, path: &str) -> bool {
    (method == Method::POST && matches!(path, "/login/passkey/options" | "/enrol/passkey/options"))
        || path.starts_with("/login/with/")
}

fn too_many_requests(wait: Duration) -> Error {
    let seconds = (wait.as_secs_f64().ceil() as u64).max(1).to_string();
    Error::new(
        Kind::TooMany,
        "too-many-requests",
        "Kısa sürede çok fazla istek gönderildi.",
        "Too many requests were sent in a short time.",
    )
    .field(WAIT_FIELD, seconds.clone(), seconds.clone())
    .hint(format!("{seconds} saniye sonra yeniden deneyin."), format!("Try again in {seconds} s."))
}

/// The middleware: stands where a problem is still written out in the person's language.
pub async fn limited(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    // Web files are asked for by nobody in particular.
    if let Some(caller) = request.extensions().get::<Caller>()
        && let Err(error) = admit(&app, caller, request.method(), request.uri().path())
    {
        return crate::Problem::from(error).into_response();
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_empties_and_fills_again() {
        let rates = Rates::default();
        let (key, start) = (Key::Beginning(Place::of(Some("10.1.2.3"))), Instant::now());
        for _ in 0..240 {
            assert!(rates.take(key, 1.0, start).is_ok());
        }
        let wait = rates.take(key, 1.0, start).expect_err("empty");
        assert_eq!(wait, Duration::from_millis(500));
        assert!(rates.take(Key::Beginning(Place::of(Some("10.1.2.4"))), 1.0, start).is_ok(), "another's is full");
        assert!(rates.take(key, 1.0, start + Duration::from_millis(501)).is_ok());
        assert!(rates.take(key, 1.0, start + Duration::from_millis(502)).is_err());
    }

    #[test]
    fn a_home_is_one_place_and_so_is_a_mapped_address() {
        assert_eq!(Place::of(Some("2a00:1450:1:2::1")), Place::of(Some("2a00:1450:1:2:ffff::9")));
        assert_ne!(Place::of(Some("2a00:1450:1:2::1")), Place::of(Some("2a00:1450:1:3::1")));
        assert_eq!(Place::of(Some("::ffff:10.1.2.3")), Place::of(Some("10.1.2.3")));
        assert_eq!(Place::of(Some("'; DROP TABLE")), Place::Unknown);
        assert_eq!(Place::of(None), Place::Unknown);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let rates = Rates::default();
        let start = Instant::now();
        for n in 0..u32::try_from(MAX_BUCKETS).expect("small") + 10 {
            assert!(rates.take(Key::From(Place::V4(n.to_be_bytes())), 1.0, start).is_ok());
        }
        assert!(rates.0.lock().len() <= MAX_BUCKETS + 1);
        // Once they have filled again they are forgotten.
        assert!(rates.take(Key::From(Place::V4([255; 4])), 1.0, start + Duration::from_secs(1)).is_ok());
        assert_eq!(rates.0.lock().len(), 1);
    }

    #[test]
    fn the_wait_is_one_that_the_faces_read() {
        let error = too_many_requests(Duration::from_millis(1_200));
        assert_eq!(meydan_identity::seconds_to_wait(&error), Some(2));
    }
}
