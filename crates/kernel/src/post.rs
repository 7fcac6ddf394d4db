//! The noun *post* (*görev*): units, posts, persons, who holds which post from when to when, and who stands in for whom. They are
//! registers like any other, with these names and fields (`modules/people`); what is more is that the desk decides by them.

mod directory;
mod read;
mod standing;

pub use directory::{Directory, Holding, Person, Post, Proxy, UnitEntry};
pub use read::Rows;
pub use standing::StandingKey;

use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// Register of units (*birim*).
pub const UNIT: &str = "unit";
/// Register of posts (*görev*).
pub const POST: &str = "post";
/// Register of persons.
pub const PERSON: &str = "person";
/// Register of who holds which post (*görevlendirme*).
pub const HOLDING: &str = "holding";
/// Register of proxies (*vekâlet*).
pub const PROXY: &str = "proxy";
/// Register of looks at personal data (*erişim kaydı*).
pub const LOOK: &str = "look";
/// Register of what concerns security: logins, refusals, credentials.
pub const SECURITY_EVENT: &str = "security_event";
/// Register of destructions (*imha tutanağı*).
pub const DESTRUCTION: &str = "destruction";

/// The registers that the desk decides by.
pub const REGISTERS: [&str; 5] = [UNIT, POST, PERSON, HOLDING, PROXY];

/// Turkey keeps UTC+3 all year (Council of Ministers' decision 2016/9154): the house's days begin and end by it.
pub const OFFSET_HOURS: i8 = 3;

/// The day in the city at an instant.
pub fn day(at: Timestamp) -> Date {
    TimeZone::fixed(jiff::tz::offset(OFFSET_HOURS)).to_datetime(at).date()
}

/// The instant at which a day begins in the city.
pub fn begins(day: Date) -> Timestamp {
    TimeZone::fixed(jiff::tz::offset(OFFSET_HOURS)).to_timestamp(day.at(0, 0, 0, 0)).unwrap_or(Timestamp::MAX)
}
