//! Guessing slowed down so that nobody is locked out by somebody else.
//!
//! Failures are counted apart: a person's *known device* (one they logged in with before, see `device.rs`) has its own count,
//! so what strangers do elsewhere never holds it up. Strangers are slowed down per person and place (address, or network of an
//! IPv6 address), and all of them together have one budget per person, which bounds guessing from many places. An address has
//! only a high budget: a whole office may stand behind it. Logins that nobody has are counted like those that somebody has.
//!
//! Counts are kept in memory: guessers can't restart the server, and what they type must not fill the store.

use jiff::{SignedDuration, Timestamp};
use meydan_kernel::{Error, Kind};
use parking_lot::Mutex;
use std::{collections::HashMap, hash::Hash, net::IpAddr};
use uuid::Uuid;

/// Failures of one device or place that cost nothing: people mistype.
const FREE_FAILURES: u32 = 5;
/// The wait after the first failure that costs; each further one doubles it.
const FIRST_WAIT: SignedDuration = SignedDuration::from_secs(2);
/// The longest wait.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_mins(15);
/// Failures are forgotten after this long without another.
const FORGET: SignedDuration = SignedDuration::from_hours(24);
/// Failures of all strangers together on one person's password (NIST SP 800-63B-4 §3.2.2: at most 100)…
const PASSWORD_BUDGET: f64 = 100.0;
/// …of which one comes back after this long.
const PASSWORD_REFILL: SignedDuration = SignedDuration::from_mins(15);
/// The same for one-time codes, of which three in a million are right: fewer.
const CODE_BUDGET: f64 = 20.0;
/// One failed code of strangers comes back after this long.
const CODE_REFILL: SignedDuration = SignedDuration::from_hours(1);
/// Failures from one address, on whomever: an office of hundreds fits in.
const ADDRESS_BUDGET: f64 = 300.0;
/// One failure of an address comes back after this long.
const ADDRESS_REFILL: SignedDuration = SignedDuration::from_secs(2);
/// Limit: entries of each table. Beyond it the finer counts of newcomers are left out; a person's own budget holds always.
const MAX_ENTRIES: usize = 100_000;
/// Logins that nobody has share this many accounts, so that they take bounded room.
const NOBODIES: u16 = 4_096;

/// Whose credentials are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Account {
    /// A person's.
    Person(Uuid),
    /// Nobody's: a login that doesn't exist.
    Nobody(u16),
}

/// What is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum What {
    /// The password.
    Password,
    /// A one-time or recovery code.
    Code,
}

/// From where: an IPv4 address, the /64 of an IPv6 one (a home has one), or nobody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    V4([u8; 4]),
    V6([u8; 8]),
    Unknown,
}

/// One try.
#[derive(Debug, Clone)]
pub(crate) struct Try {
    /// Whose.
    pub account: Account,
    /// What.
    pub what: What,
    /// The known device, if it is one.
    pub device: Option<Uuid>,
    /// From where.
    pub place: Place,
}

impl Account {
    /// The account of a login that nobody has; the same for the same login, folded as the directory folds those that somebody
    /// has: else another spelling would be free again only where nobody is.
    pub(crate) fn of_nobody(login: &str, key: &std::hash::RandomState) -> Self {
        use std::hash::BuildHasher as _;
        let slot = key.hash_one(login) % u64::from(NOBODIES);
        Self::Nobody(u16::try_from(slot).unwrap_or(0))
    }
}

impl Place {
    /// Reads an address.
    pub(crate) fn of(address: Option<&str>) -> Self {
        let parsed: Option<IpAddr> = address.and_then(|a| a.trim().parse().ok());
        match parsed.map(|a| a.to_canonical()) {
            Some(IpAddr::V4(v4)) => Self::V4(v4.octets()),
            Some(IpAddr::V6(v6)) => {
                let [a, b, c, d, e, f, g, h, ..] = v6.octets();
                Self::V6([a, b, c, d, e, f, g, h])
            }
            None => Self::Unknown,
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Strikes {
    count: u32,
    last: Timestamp,
}

impl Strikes {
    fn none(now: Timestamp) -> Self {
        Self { count: 0, last: now }
    }

    fn is_forgotten(&self, now: Timestamp) -> bool {
        self.count == 0 || now.duration_since(self.last) >= FORGET
    }

    /// How long from now nothing more is taken.
    fn wait(&self, now: Timestamp) -> SignedDuration {
        if self.is_forgotten(now) || self.count < FREE_FAILURES {
            return SignedDuration::ZERO;
        }
        let doublings = (self.count - FREE_FAILURES).min(16);
        let wait = FIRST_WAIT.saturating_mul(1 << doublings).min(LONGEST_WAIT);
        (wait - now.duration_since(self.last)).max(SignedDuration::ZERO)
    }

    fn strike(&mut self, now: Timestamp) {
        let count = if self.is_forgotten(now) { 0 } else { self.count };
        *self = Self { count: count.saturating_add(1), last: now };
    }
}

#[derive(Debug, Clone, Copy)]
struct Budget {
    left: f64,
    at: Timestamp,
}

impl Budget {
    fn now(self, most: f64, refill: SignedDuration, now: Timestamp) -> Self {
        let passed = now.duration_since(self.at).max(SignedDuration::ZERO);
        Self { left: (self.left + passed.as_secs_f64() / refill.as_secs_f64()).min(most), at: now }
    }

    fn wait(self, refill: SignedDuration) -> SignedDuration {
        if self.left >= 1.0 { SignedDuration::ZERO } else { refill.mul_f64((1.0 - self.left).max(0.0)) }
    }
}

/// The counts.
#[derive(Default)]
pub(crate) struct Throttle(Mutex<Counts>);

#[derive(Default)]
struct Counts {
    devices: HashMap<(Account, What, Uuid), Strikes>,
    places: HashMap<(Account, What, Place), Strikes>,
    strangers: HashMap<(Account, What), Budget>,
    addresses: HashMap<Place, Budget>,
}

const fn budget_of(what: What) -> (f64, SignedDuration) {
    match what {
        What::Password => (PASSWORD_BUDGET, PASSWORD_REFILL),
        What::Code => (CODE_BUDGET, CODE_REFILL),
    }
}

impl Throttle {
    /// Lets a try through, counting it as a failure beforehand (so that many at once gain nothing); [`Self::succeeded`] takes
    /// that back. Else how long to wait; what is refused isn't counted.
    pub(crate) fn admit(&self, a_try: &Try, now: Timestamp) -> Result<(), SignedDuration> {
        let mut counts = self.0.lock();
        let wait = match a_try.device {
            Some(device) => counts.admit_known(a_try, device, now),
            None => counts.admit_stranger(a_try, now),
        };
        if wait > SignedDuration::ZERO { Err(wait) } else { Ok(()) }
    }

    /// The try was right after all.
    pub(crate) fn succeeded(&self, a_try: &Try) {
        let mut counts = self.0.lock();
        if let Some(device) = a_try.device {
            counts.devices.remove(&(a_try.account, a_try.what, device));
            return;
        }
        counts.places.remove(&(a_try.account, a_try.what, a_try.place));
        counts.give_back(a_try);
    }

    /// The try came to nothing (too busy, no directory): it is no failure.
    pub(crate) fn not_tried(&self, a_try: &Try) {
        let mut counts = self.0.lock();
        let strikes = match a_try.device {
            Some(device) => counts.devices.get_mut(&(a_try.account, a_try.what, device)),
            None => counts.places.get_mut(&(a_try.account, a_try.what, a_try.place)),
        };
        if let Some(strikes) = strikes {
            strikes.count = strikes.count.saturating_sub(1);
        }
        if a_try.device.is_none() {
            counts.give_back(a_try);
        }
    }

    /// Forgets what no longer counts.
    pub(crate) fn forget(&self, now: Timestamp) {
        self.0.lock().forget(now);
    }
}

impl Counts {
    fn admit_known(&mut self, a_try: &Try, device: Uuid, now: Timestamp) -> SignedDuration {
        let strikes = self.devices.entry((a_try.account, a_try.what, device)).or_insert_with(|| Strikes::none(now));
        let wait = strikes.wait(now);
        if wait == SignedDuration::ZERO {
            strikes.strike(now);
        }
        wait
    }

    fn admit_stranger(&mut self, a_try: &Try, now: Timestamp) -> SignedDuration {
        if self.places.len().max(self.addresses.len()) >= MAX_ENTRIES {
            self.forget(now);
        }
        let full = (self.places.len() >= MAX_ENTRIES, self.addresses.len() >= MAX_ENTRIES);
        let (place, account) = ((a_try.account, a_try.what, a_try.place), (a_try.account, a_try.what));
        let (most, refill) = budget_of(a_try.what);
        let strikes = self.places.get(&place).copied().unwrap_or(Strikes::none(now));
        let budget = self.strangers.get(&account).map_or(Budget { left: most, at: now }, |b| b.now(most, refill, now));
        let address = Budget { left: ADDRESS_BUDGET, at: now };
        let address = self.addresses.get(&a_try.place).map_or(address, |b| b.now(ADDRESS_BUDGET, ADDRESS_REFILL, now));
        let wait = strikes.wait(now).max(budget.wait(refill)).max(address.wait(ADDRESS_REFILL));
        if wait > SignedDuration::ZERO {
            return wait;
        }
        self.strangers.insert(account, Budget { left: budget.left - 1.0, at: now });
        if !full.0 || self.places.contains_key(&place) {
            self.places.entry(place).or_insert(strikes).strike(now);
        }
        if !full.1 || self.addresses.contains_key(&a_try.place) {
            self.addresses.insert(a_try.place, Budget { left: address.left - 1.0, at: now });
        }
        SignedDuration::ZERO
    }

    fn give_back(&mut self, a_try: &Try) {
        if let Some(budget) = self.strangers.get_mut(&(a_try.account, a_try.what)) {
            budget.left = (budget.left + 1.0).min(budget_of(a_try.what).0);
        }
        if let Some(budget) = self.addresses.get_mut(&a_try.place) {
            budget.left = (budget.left + 1.0).min(ADDRESS_BUDGET);
        }
    }

    fn forget(&mut self, now: Timestamp) {
        fn drop_old<K: Eq + Hash>(table: &mut HashMap<K, Strikes>, now: Timestamp) {
            table.retain(|_, strikes| !strikes.is_forgotten(now));
        }
        drop_old(&mut self.devices, now);
        drop_old(&mut self.places, now);
        self.strangers.retain(|(_, what), budget| {
            let (most, refill) = budget_of(*what);
            budget.now(most, refill, now).left < most
        });
        self.addresses.retain(|_, budget| budget.now(ADDRESS_BUDGET, ADDRESS_REFILL, now).left < ADDRESS_BUDGET);
    }
}

/// Name of the field in which [`too_many_tries`] says the seconds to wait.
const WAIT_FIELD: &str = "wait_s";

/// Too many failures: wait.
pub(crate) fn too_many_tries(wait: SignedDuration) -> Error {
    let seconds = wait_seconds(wait);
    Error::new(
        Kind::TooMany,
        "too-many-tries",
        format!("Çok fazla başarısız deneme yapıldı; {} bekleyin.", told_tr(seconds)),
        format!("Too many failed tries; wait {}.", told_en(seconds)),
    )
    .field(WAIT_FIELD, seconds.to_string(), seconds.to_string())
    .hint(
        "Daha önce oturum açtığınız bir cihazdan ya da geçiş anahtarınızla hemen girebilirsiniz.",
        "From a device that you have logged in with before, or with your passkey, you can get in at once.",
    )
}

/// The seconds that an error `too-many-tries` says to wait (for `Retry-After`).
pub fn seconds_to_wait(error: &Error) -> Option<u64> {
    let field = error.fields().iter().find(|f| f.field == WAIT_FIELD)?;
    field.message.en.parse().ok()
}

fn wait_seconds(wait: SignedDuration) -> u64 {
    u64::try_from(wait.as_millis()).unwrap_or(0).div_ceil(1_000).max(1)
}

fn told_tr(seconds: u64) -> String {
    if seconds < 120 { format!("{seconds} saniye") } else { format!("{} dakika", seconds.div_ceil(60)) }
}

fn told_en(seconds: u64) -> String {
    match seconds {
        1 => "1 second".to_owned(),
        2..120 => format!("{seconds} seconds"),
        _ => format!("{} minutes", seconds.div_ceil(60)),
    }
}

#[cfg(test)]
#[path = "throttle/tests.rs"]
mod tests;
