//! CQL2: what a filter means, what it refuses, and that no text breaks the parser.

// A test that can't go on should stop where it stands, its helping functions too.
#![allow(clippy::unwrap_used)]

use meydan_kernel::{
    Bilingual, Field, FieldKind, Record, Register, Value,
    catalogue::{GeometryDef, Metadata},
    cql2::{holds, is_violated, like, parse},
};
use proptest::prelude::*;

fn field(name: &str, kind: FieldKind) -> Field {
    Field {
        name: name.to_owned(),
        was: None,
        title: Bilingual::new(name, name),
        description: None,
        kind,
        required: false,
        unique: false,
        personal: false,
        mask: Default::default(),
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

fn park() -> Register {
    Register {
        name: "park".to_owned(),
        was: None,
        module: "city".to_owned(),
        title: Bilingual::new("Park", "Park"),
        description: Bilingual::default(),
        articles: Vec::new(),
        fields: vec![
            field("name", FieldKind::Text),
            field("trees", FieldKind::Integer),
            field("area", FieldKind::Real),
            field("open", FieldKind::Boolean),
            field("opened", FieldKind::Date),
            field("seen", FieldKind::Timestamp),
            field("keeper", FieldKind::Reference { register: "person".to_owned() }),
        ],
        geometry: Some(GeometryDef { kind: meydan_geo::GeometryType::Point, required: false }),
        key: Vec::new(),
        label: "name".to_owned(),
        constraints: Vec::new(),
        freshness: None,
        retention: None,
        symbology: None,
        metadata: Metadata::default(),
        tucbs: None,
        unit: None,
        subject: None,
        processing: None,
        journal: false,
        checks: Vec::new(),
        part: false,
        workflow: None,
        indexes: Vec::new(),
    }
}

/// Irmak Parkı: 120 trees, area unknown, open, opened 19 May 2024, in the centre of Trabzon.
fn irmak() -> Record {
    Record {
        id: uuid::Uuid::from_u128(7),
        fid: 7,
        version: 1,
        recorded_at: "2026-01-01T00:00:00Z".parse().unwrap(),
        values: vec![
            Value::Text("IRMAK Parkı".to_owned()),
            Value::Int(120),
            Value::Null,
            Value::Bool(true),
            Value::Date("2024-05-19".parse().unwrap()),
            Value::Timestamp("2026-03-01T12:30:00Z".parse().unwrap()),
            Value::Reference(uuid::Uuid::from_u128(9)),
        ],
        geometry: meydan_geo::Wkb::point(39.72, 41.0),
        hidden: Default::default(),
    }
}

#[test]
fn filters_mean_what_the_standard_says() {
    let (register, record) = (park(), irmak());
    for (text, expected) in [
        ("trees = 120", true),
        ("trees <> 120", false),
        ("120 = trees", true),
        ("trees >= 120 AND trees < 121", true),
        ("trees BETWEEN 100 AND 120", true),
        ("trees NOT BETWEEN 100 AND 120", false),
        ("trees IN (1, 2, 120)", true),
        ("trees NOT IN (1, 2)", true),
        ("trees > 119.5", true),
        ("name LIKE 'IRMAK%'", true),
        ("name LIKE 'irmak%'", false),
        ("name ILIKE 'ırmak%'", true),
        ("name ILIKE 'irmak%'", false),
        ("CASEI(name) = CASEI('ırmak PARKI')", true),
        ("CASEI(name) LIKE CASEI('IRMAK%')", true),
        ("name NOT LIKE '%park'", true),
        ("name LIKE 'IRMAK_Park_'", true),
        ("area IS NULL", true),
        ("area IS NOT NULL", false),
        ("area > 3", false),
        ("NOT (area > 3)", false),
        ("area > 3 OR trees = 120", true),
        ("open", true),
        ("NOT open", false),
        ("open = TRUE AND NOT FALSE", true),
        ("opened = DATE('2024-05-19')", true),
        ("opened > '2024-05-18'", true),
        ("seen < TIMESTAMP('2026-03-01T12:30:01Z')", true),
        ("seen >= '2026-03-01T15:30:00+03:00'", true),
        ("\"name\" = 'IRMAK Parkı'", true),
        ("(trees = 1 OR trees = 120) AND (((open = true)))", true),
        ("fid = 7 AND id = '00000000-0000-0000-0000-000000000007'", true),
        ("keeper = '00000000-0000-0000-0000-000000000009'", true),
        ("geom IS NULL", false),
        ("S_INTERSECTS(geom, BBOX(39, 40, 40, 42))", true),
        ("S_INTERSECTS(geometry, POLYGON((0 0, 1 0, 1 1, 0 1, 0 0)))", false),
        ("S_INTERSECTS(geom, POINT(39.72 41.0))", true),
        ("S_INTERSECTS(geom, MULTIPOINT((1 2), (39.72 41.0)))", true),
        ("name = 'it''s' OR trees = 120", true),
    ] {
        let expr = parse(&register, text).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(holds(&expr, &record), expected, "{text}");
    }
}

#[test]
fn a_constraint_is_broken_only_where_it_is_false() {
    let (register, record) = (park(), irmak());
    assert!(!is_violated(&parse(&register, "area > 3").unwrap(), &record), "unknown is let through");
    assert!(is_violated(&parse(&register, "trees < 100").unwrap(), &record));
}

#[test]
fn what_is_wrong_is_refused_with_its_place() {
    let register = park();
    for (text, code) in [
        ("height > 3", "unknown-property"),
        ("trees = 'many'", "bad-filter"),
        ("trees =", "bad-filter"),
        ("trees = 1 trees = 2", "bad-filter"),
        ("name LIKE trees", "bad-filter"),
        ("trees LIKE '1%'", "bad-filter"),
        ("open = 3", "bad-filter"),
        ("name = 'open", "bad-filter"),
        ("opened = DATE('19.05.2024')", "bad-filter"),
        ("trees IN ()", "bad-filter"),
        ("drop(name)", "bad-filter"),
        ("S_INTERSECTS(name, POINT(1 2))", "bad-filter"),
        ("S_INTERSECTS(geom, POLYGON((0 0, 1e999 0)))", "bad-filter"),
        ("", "bad-filter"),
        ("trees = 1; DROP TABLE park", "bad-filter"),
    ] {
        let error = parse(&register, text).expect_err(text);
        assert_eq!(error.code(), code, "{text}: {error}");
        assert!(error.message(meydan_kernel::Lang::Tr) != error.message(meydan_kernel::Lang::En));
    }
    let deep = format!("{}open{}", "(".repeat(5000), ")".repeat(5000));
    assert_eq!(parse(&register, &deep).unwrap_err().code(), "bad-filter");
    let long = "x".repeat(70_000);
    assert_eq!(parse(&register, &long).unwrap_err().code(), "filter-too-long");
}

#[test]
fn like_is_the_standard_one() {
    assert!(like("a%b", "a\\%b") && !like("axb", "a\\%b"));
    assert!(like("", "%") && !like("", "_") && like("çay", "___"));
    // Would take exponential time with naive backtracking.
    assert!(!like(&"a".repeat(5000), &("%a".repeat(50) + "b")));
}

proptest! {
    #[test]
    fn no_text_breaks_the_parser(text in "\\PC{0,200}") {
        let register = park();
        if let Ok(expr) = parse(&register, &text) {
            holds(&expr, &irmak());
        }
    }

    #[test]
    fn no_plausible_text_breaks_the_parser(words in proptest::collection::vec(
        prop::sample::select(vec!["name", "trees", "(", ")", "AND", "OR", "NOT", "=", "<", ">=", "'x'", "12", "-3.5e2", "LIKE", "IN",
            "BETWEEN", ",", "IS", "NULL", "CASEI", "S_INTERSECTS", "geom", "POINT", "POLYGON", "TRUE", "DATE", "'2024-01-01'"]), 0..30)) {
        let register = park();
        if let Ok(expr) = parse(&register, &words.join(" ")) {
            holds(&expr, &irmak());
        }
    }

    #[test]
    fn like_agrees_with_a_plain_definition(text in "[ab%_]{0,8}", pattern in "[ab%_]{0,6}") {
        fn plain(t: &[char], p: &[char]) -> bool {
            match p.first() {
                None => t.is_empty(),
                Some('%') => (0..=t.len()).any(|i| plain(&t[i..], &p[1..])),
                Some('_') => !t.is_empty() && plain(&t[1..], &p[1..]),
                Some(c) => t.first() == Some(c) && plain(&t[1..], &p[1..]),
            }
        }
        let (t, p): (Vec<char>, Vec<char>) = (text.chars().collect(), pattern.chars().collect());
        prop_assert_eq!(like(&text, &pattern), plain(&t, &p));
    }
}
