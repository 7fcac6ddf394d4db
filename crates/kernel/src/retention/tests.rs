use super::*;
use crate::{
    Act, Bilingual, Field, FieldKind,
    catalogue::{Mask, Metadata, Retention},
    permission::FieldSet,
};
use jiff::{Timestamp, civil::date, tz};
use proptest::prelude::*;

fn field(name: &str, kind: FieldKind, personal: bool) -> Field {
    Field {
        name: name.to_owned(),
        was: None,
        title: Bilingual::new(name, name),
        description: None,
        kind,
        required: false,
        unique: false,
        personal,
        mask: Mask::All,
        format: None,
        unit: None,
        min: None,
        max: None,
        max_length: None,
        default: None,
        indexed: false,
        tucbs: None,
        house: false,
    }
}

/// A register of applicants: name (personal), plot, day of the answer.
fn applicants(years: Option<u32>, after: bool, destroys: Destroys, journal: bool) -> Arc<Register> {
    let basis = Bilingual::new("yasa", "law");
    let after = after.then(|| "answered_on".to_owned());
    Arc::new(Register {
        name: "applicant".to_owned(),
        was: None,
        module: "own".to_owned(),
        title: Bilingual::new("Başvuran", "Applicant"),
        description: Bilingual::new("x", "x"),
        articles: Vec::new(),
        fields: vec![
            field("name", FieldKind::Text, true),
            field("plot", FieldKind::Text, false),
            field("answered_on", FieldKind::Date, false),
        ],
        geometry: None,
        key: Vec::new(),
        label: "name".to_owned(),
        constraints: Vec::new(),
        freshness: None,
        retention: Some(Retention { years, after, destroys, basis }),
        symbology: None,
        metadata: Metadata::default(),
        tucbs: None,
        unit: None,
        subject: None,
        processing: None,
        journal,
        checks: Vec::new(),
        indexes: Vec::new(),
        part: false,
        workflow: None,
    })
}

/// Noon in the city.
fn noon(on: Date) -> Timestamp {
    tz::offset(3).to_timestamp(on.at(12, 0, 0, 0)).unwrap()
}

fn version(n: i64, on: Date, name: Option<&str>, answered: Option<Date>, deleted: bool) -> Version {
    let values = vec![
        name.map_or(Value::Null, |n| Value::Text(n.to_owned())),
        Value::Text("103/7".to_owned()),
        answered.map_or(Value::Null, Value::Date),
    ];
    let record = Record {
        id: Uuid::from_u128(7),
        fid: 1,
        version: n,
        recorded_at: noon(on),
        values,
        geometry: None,
        hidden: FieldSet::EMPTY,
    };
    Version { record, deleted, position: n, changeset: Uuid::nil(), act: Act::default() }
}

fn due(rule: &Rule, versions: &[Version], today: Date) -> Option<Date> {
    let found = rule.due(versions, today).map(|d| d.kept_until);
    // The quick look never misses what is due.
    let records: Vec<Record> = versions.iter().map(|v| v.record.clone()).collect();
    let ended = versions.last().is_some_and(|v| v.deleted);
    let (current, past) = match records.split_last() {
        Some((last, past)) if !ended => (Some(last), past),
        _ => (None, &records[..]),
    };
    assert!(found.is_none() || rule.may_be_due(current, past, today), "{versions:?} on {today}");
    found
}

#[test]
fn a_year_ends_on_the_day_of_its_name() {
    let rule = Rule::of(&applicants(Some(10), true, Destroys::Personal, false)).unwrap();
    let life = [version(1, date(2016, 1, 4), Some("Ayşe"), Some(date(2016, 3, 1)), false)];
    assert_eq!(due(&rule, &life, date(2026, 3, 1)), None, "the last day belongs to the time of keeping");
    assert_eq!(due(&rule, &life, date(2026, 3, 2)), Some(date(2026, 3, 1)));
    // 29 February has no namesake in most years: the month's last day.
    let life = [version(1, date(2016, 1, 4), Some("Ayşe"), Some(date(2016, 2, 29)), false)];
    assert_eq!(due(&rule, &life, date(2026, 2, 28)), None);
    assert_eq!(due(&rule, &life, date(2026, 3, 1)), Some(date(2026, 2, 28)));
    assert_eq!(years_after(date(2016, 2, 29), 4), date(2020, 2, 29));
    assert_eq!(years_after(date(9999, 1, 1), 1), Date::MAX);
}

#[test]
fn the_day_is_the_citys() {
    let rule = Rule::of(&applicants(Some(1), false, Destroys::Record, true)).unwrap();
    let mut life = [version(1, date(2025, 1, 1), Some("x"), None, false)];
    // 22:30 in UTC is the next day in the city.
    life[0].record.recorded_at = "2024-12-31T22:30:00Z".parse().unwrap();
    assert_eq!(due(&rule, &life, date(2026, 1, 1)), None);
    assert_eq!(due(&rule, &life, date(2026, 1, 2)), Some(date(2026, 1, 1)));
    life[0].record.recorded_at = "2024-12-31T20:59:59Z".parse().unwrap();
    assert_eq!(due(&rule, &life, date(2026, 1, 1)), Some(date(2025, 12, 31)));
}

#[test]
fn what_is_kept_for_ever_or_holds_nothing_has_no_rule() {
    assert!(Rule::of(&applicants(None, true, Destroys::Record, false)).is_none());
    let mut plain = (*applicants(Some(1), true, Destroys::Personal, false)).clone();
    plain.fields[0].personal = false;
    assert!(Rule::of(&Arc::new(plain)).is_none());
}

#[test]
fn destructions_are_kept_three_years_whatever_the_definition_says() {
    let mut register = (*applicants(Some(0), false, Destroys::Record, true)).clone();
    assert_eq!(Rule::of(&Arc::new(register.clone())).unwrap().years(), 0);
    register.name = DESTRUCTION.to_owned();
    assert_eq!(Rule::of(&Arc::new(register)).unwrap().years(), 3);
}

#[test]
fn an_earlier_version_counts_and_what_is_gone_is_not_due_again() {
    let rule = Rule::of(&applicants(Some(1), true, Destroys::Personal, false)).unwrap();
    let answered = Some(date(2020, 5, 5));
    let kept = version(1, date(2020, 1, 1), Some("Ayşe"), None, false);
    let emptied = version(2, date(2020, 5, 5), None, answered, false);
    assert!(due(&rule, &[kept, emptied.clone()], date(2026, 1, 1)).is_some(), "the name is still in the first version");
    let gone = version(1, date(2020, 1, 1), None, None, false);
    assert_eq!(due(&rule, &[gone, emptied], date(2026, 1, 1)), None);
}

#[test]
fn without_a_day_the_years_count_from_the_end() {
    for after in [false, true] {
        let rule = Rule::of(&applicants(Some(2), after, Destroys::Personal, false)).unwrap();
        let first = version(1, date(2019, 1, 1), Some("Ayşe"), None, false);
        assert_eq!(due(&rule, std::slice::from_ref(&first), date(2050, 1, 1)), None, "it goes on");
        let ended = version(2, date(2020, 2, 29), Some("Ayşe"), None, true);
        // Something else of it was destroyed on request later: that is not its end.
        let later = version(3, date(2021, 6, 1), Some("Ayşe"), None, true);
        let life = [first, ended, later];
        assert_eq!(due(&rule, &life, date(2022, 2, 28)), None);
        assert_eq!(due(&rule, &life, date(2022, 3, 1)), Some(date(2022, 2, 28)));
    }
}

/// The last day of keeping, counted on the fingers.
fn model(since: Date, years: i16) -> Date {
    let year = since.year() + years;
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let day = if since.month() == 2 && since.day() == 29 && !leap { 28 } else { since.day() };
    date(year, since.month(), day)
}

fn a_day() -> impl Strategy<Value = Date> {
    // Leap days often.
    prop_oneof![
        3 => (1990i16..2060, 1i8..=12, 1i8..=28).prop_map(|(y, m, d)| date(y, m, d)),
        1 => (498i16..515).prop_map(|y| date(y * 4, 2, 29)),
        1 => (1990i16..2060).prop_map(|y| date(y, 2, 28)),
    ]
}

proptest! {
    #[test]
    fn exactly_what_is_over_is_due(
        years in 0u32..30,
        after in any::<bool>(),
        journal in any::<bool>(),
        record in any::<bool>(),
        begun in a_day(),
        answered in proptest::option::of(a_day()),
        ended in proptest::option::of(0i64..20_000),
        holds in any::<bool>(),
        around in -3i64..=3,
        far in a_day(),
        near in any::<bool>(),
    ) {
        let destroys = if record { Destroys::Record } else { Destroys::Personal };
        let rule = Rule::of(&applicants(Some(years), after, destroys, journal)).unwrap();
        let name = holds.then_some("Ayşe");
        let mut life = vec![version(1, begun, name, answered, false)];
        let end = ended.map(|days| begun.checked_add(Span::new().days(days)).unwrap());
        life.extend(end.map(|on| version(2, on, name, answered, true)));
        let since = match (after, answered, journal, end) {
            (true, Some(day), ..) => Some(day),
            (false, _, true, _) => Some(begun),
            (.., end) => end,
        };
        let last = since.map(|s| model(s, years as i16));
        let today = match last {
            Some(last) if near => last.checked_add(Span::new().days(around)).unwrap(),
            _ => far,
        };
        // With “record” the plot goes too, and that is always there.
        let wanted = last.filter(|last| today > *last && (holds || record));
        prop_assert_eq!(due(&rule, &life, today), wanted);
    }
}
