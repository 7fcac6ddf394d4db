//! What a definition file says of the calendar. Part of the catalogue, serialised with it.

use crate::Bilingual;
use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

/// Minutes of a day.
pub(super) const DAY_MINUTES: u16 = 24 * 60;

/// When the holiday begins on an eve, in minutes since midnight: 13:00 (law 2429 arts. 1, 2).
pub const EVE_FROM: u16 = 13 * 60;

/// The calendar as defined.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarDef {
    /// Holidays, in the order written.
    #[serde(default)]
    pub holidays: Vec<Holiday>,
    /// When the office is at work.
    #[serde(default)]
    pub office_hours: OfficeHours,
    /// True (the default): an eve, whose morning is worked, is a working day for terms.
    #[serde(default = "yes")]
    pub eve_counts: bool,
    /// True: a day of administrative leave is a working day for terms, since law 2429 doesn't know it as a holiday. The office
    /// is closed on it nevertheless. Default false.
    #[serde(default)]
    pub leave_counts: bool,
    /// Register of the days of administrative leave, with the fields `date`, `half` and `name`.
    #[serde(default)]
    pub closures: Option<String>,
}

fn yes() -> bool {
    true
}

impl Default for CalendarDef {
    fn default() -> Self {
        Self {
            holidays: Vec::new(),
            office_hours: OfficeHours::default(),
            eve_counts: true,
            leave_counts: false,
            closures: None,
        }
    }
}

/// A holiday of one or more days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holiday {
    /// When it begins.
    #[serde(flatten)]
    pub on: On,
    /// Whole days it lasts (3 for the feast of Ramadan, 4 for that of Sacrifice).
    #[serde(default = "one")]
    pub days: u8,
    /// Its name.
    pub name: Bilingual,
    /// Its eve's name, if the day before is holiday from 13:00.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eve: Option<Bilingual>,
    /// National or religious.
    pub kind: HolidayKind,
    /// True if it is holiday from 13:00 only.
    #[serde(default, skip_serializing_if = "is_no")]
    pub half: bool,
    /// True if the dates are computed and not yet announced (Presidency of Religious Affairs).
    #[serde(default, skip_serializing_if = "is_no")]
    pub estimated: bool,
    /// The law, e.g. `2429 md. 2/B`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

fn one() -> u8 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_no(flag: &bool) -> bool {
    !*flag
}

/// When a holiday begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum On {
    /// On these dates (moving feasts).
    Dates {
        /// First whole days.
        date: Vec<Date>,
    },
    /// On the same day every year.
    Yearly {
        /// The day.
        every: Annual,
        /// First year in which it was holiday.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from_year: Option<i16>,
        /// Last year in which it was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until_year: Option<i16>,
    },
}

/// Sort of a holiday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HolidayKind {
    /// The national day, official and general holidays (law 2429 arts. 1, 2/A, 2/C).
    National,
    /// Religious feasts (art. 2/B): they move; the years that have any are the years that the calendar knows.
    Religious,
}

/// A day of the year, written `10-29`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Annual {
    month: i8,
    day: i8,
}

impl Annual {
    /// Month, from 1.
    pub const fn month(self) -> i8 {
        self.month
    }

    /// Day of the month, from 1.
    pub const fn day(self) -> i8 {
        self.day
    }
}

impl std::str::FromStr for Annual {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const EXPECTED: &str = "a day of the year is written MM-DD";
        // A leap year, so that 29 February is a day.
        let date: Date = format!("2000-{text}").parse().map_err(|_| EXPECTED)?;
        let annual = Self { month: date.month(), day: date.day() };
        if annual.to_string() == text { Ok(annual) } else { Err(EXPECTED) }
    }
}

impl std::fmt::Display for Annual {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}-{:02}", self.month, self.day)
    }
}

impl TryFrom<String> for Annual {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Annual> for String {
    fn from(annual: Annual) -> Self {
        annual.to_string()
    }
}

/// When the office is at work, on days that are no holidays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfficeHours {
    /// Days of the week; a call centre may also work on Saturdays, which makes these no working days of the law.
    pub days: Vec<OfficeDay>,
    /// Hours of such a day.
    pub hours: Vec<Span>,
}

impl Default for OfficeHours {
    /// Monday to Friday, 08:00–12:00 and 13:00–17:00.
    fn default() -> Self {
        use OfficeDay::{Friday, Monday, Thursday, Tuesday, Wednesday};
        Self {
            days: vec![Monday, Tuesday, Wednesday, Thursday, Friday],
            hours: vec![Span { from: 8 * 60, until: 12 * 60 }, Span { from: 13 * 60, until: 17 * 60 }],
        }
    }
}

/// Day of the week, written `monday`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the days of the week")]
pub enum OfficeDay {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl OfficeDay {
    /// The days with the words that definitions write.
    pub const WORDS: [(&'static str, Self); 7] = [
        ("monday", Self::Monday),
        ("tuesday", Self::Tuesday),
        ("wednesday", Self::Wednesday),
        ("thursday", Self::Thursday),
        ("friday", Self::Friday),
        ("saturday", Self::Saturday),
        ("sunday", Self::Sunday),
    ];

    /// As the date library's day.
    pub const fn weekday(self) -> Weekday {
        match self {
            Self::Monday => Weekday::Monday,
            Self::Tuesday => Weekday::Tuesday,
            Self::Wednesday => Weekday::Wednesday,
            Self::Thursday => Weekday::Thursday,
            Self::Friday => Weekday::Friday,
            Self::Saturday => Weekday::Saturday,
            Self::Sunday => Weekday::Sunday,
        }
    }
}

/// A span of a day in the city's time, written `08:00-12:00`; `24:00` is the day's end. Never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Span {
    from: u16,
    until: u16,
}

impl Span {
    /// A span from a minute of the day until before another.
    ///
    /// # Errors
    /// If it is empty, reversed or beyond the day.
    pub const fn new(from: u16, until: u16) -> Result<Self, &'static str> {
        if from < until && until <= DAY_MINUTES {
            Ok(Self { from, until })
        } else {
            Err("a span of hours is written HH:MM-HH:MM and ends after it begins")
        }
    }

    /// Where it begins, in minutes since midnight.
    pub const fn from(self) -> u16 {
        self.from
    }

    /// Where it ends, in minutes since midnight, up to 1,440; not part of it.
    pub const fn until(self) -> u16 {
        self.until
    }
}

impl std::str::FromStr for Span {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let minute = |side: &str| {
            let (hour, minute) = side.split_once(':')?;
            let number = |text: &str, most: u16| {
                let digits = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
                text.parse::<u16>().ok().filter(|n| digits && *n <= most)
            };
            Some(number(hour, 24)? * 60 + number(minute, 59)?)
        };
        let sides = text.split_once('-').and_then(|(from, until)| Some((minute(from)?, minute(until)?)));
        // A text that is no span is an empty one to `new`.
        let (from, until) = sides.unwrap_or((0, 0));
        Self::new(from, until)
    }
}

impl std::fmt::Display for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { from, until } = self;
        write!(f, "{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, until / 60, until % 60)
    }
}

impl TryFrom<String> for Span {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Span> for String {
    fn from(span: Span) -> Self {
        span.to_string()
    }
}

/// A day of administrative leave (*idari izin*), announced year by year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closure {
    /// The day.
    pub date: Date,
    /// True if only the afternoon, from 13:00.
    pub half: bool,
}
