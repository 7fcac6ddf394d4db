//! CQL2: what a filter means, what it refuses, and that no text breaks the parser.

// A test that can't go on should stop where it stands, its helping functions too.
#![allow(clippy::unwrap_used)]

use meydan_kernel::{
    Bilingual, Field, FieldKind, Record, Register, Value,
    catalogue::{GeometryDef, Metadata},
    cql2::{holds, is_violated, like, parse, parse_json, parse_json_text, to_json, to_text},
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

/// Filters of all that the standard knows, with what Irmak Parkı says to them.
const WHOLE: [(&str, bool); 44] = [
    ("trees - 20 = 100", true),
    ("trees-20 = 100", true),
    ("2 + 3 * 4 ^ 2 = 50", true),
    ("(2 + 3) * 4 = 20", true),
    ("trees % 7 = 1 AND trees div 7 = 17", true),
    ("-trees < 0 AND - 1 * trees = -120", true),
    ("trees / 0 > 1", false),
    ("NOT (trees / 0 > 1)", false),
    ("trees / 0 IS NULL", true),
    ("trees > area", false),
    ("trees = trees", true),
    ("5 BETWEEN 1 AND trees", true),
    ("120 IN (1, trees)", true),
    ("NAME = 'IRMAK Parkı'", true),
    ("ACCENTI(name) = ACCENTI('IRMAK Parkı')", true),
    ("ACCENTI(name) = 'IRMAK Parki'", true),
    ("CASEI(ACCENTI(name)) = CASEI(ACCENTI('ırmak parkı'))", true),
    ("ACCENTI(CASEI(name)) LIKE ACCENTI(CASEI('IRM%K_PARKI'))", true),
    ("ACCENTI('äÄéÉ') = ACCENTI('aAeE')", true),
    ("CASEI('İI') = CASEI('iı')", true),
    ("CASEI('I') = CASEI('i')", false),
    ("lower(name) = 'ırmak parkı' AND upper(name) = 'IRMAK PARKI'", true),
    ("char_length(name) = 11", true),
    ("floor(trees / 7) = 17 AND ceil(trees / 7) = 18 AND abs(0 - trees) = 120", true),
    ("area_m2(geom) = 0 AND length_m(geom) = 0", true),
    ("area_m2(BBOX(0, 0, 1, 1)) > 12000000000", true),
    ("S_DISJOINT(geom, BBOX(39, 40, 40, 42))", false),
    ("S_WITHIN(geom, BBOX(39, 40, 40, 42))", true),
    ("S_CONTAINS(POLYGON((39 40, 40 40, 40 42, 39 42, 39 40)), geom)", true),
    ("S_EQUALS(geom, POINT(39.72 41.0))", true),
    ("S_EQUALS(geom, geom) AND NOT S_TOUCHES(geom, geom)", true),
    ("S_TOUCHES(geom, LINESTRING(39.72 41.0, 40 42))", true),
    ("S_CROSSES(LINESTRING(0 0, 2 2), LINESTRING(0 2, 2 0))", true),
    ("S_OVERLAPS(BBOX(0, 0, 2, 2), BBOX(1, 1, 3, 3))", true),
    ("S_INTERSECTS(geom, BBOX(170, 0, 40, 42))", true),
    ("S_INTERSECTS(geom, GEOMETRYCOLLECTION(POINT(1 1), LINESTRING(39 41, 40 41)))", true),
    ("T_AFTER(opened, DATE('2024-05-18'))", true),
    ("T_DURING(seen, INTERVAL('2026-03-01', '2026-03-01'))", true),
    ("T_INTERSECTS(INTERVAL(opened, '..'), INTERVAL('2025-01-01', '2025-12-31'))", true),
    ("T_EQUALS(INTERVAL('..', '..'), INTERVAL('..', '..'))", true),
    ("A_CONTAINS(('a', name, 3), ('IRMAK Parkı', 3))", true),
    ("A_EQUALS((trees, 1), (1, 120)) AND A_OVERLAPS((1, 2), (2, 3))", true),
    ("A_CONTAINEDBY((), (trees)) AND NOT A_OVERLAPS((), (trees))", true),
    ("name ILIKE '%PARKI' AND seen < '2026-03-02'", true),
];

#[test]
fn both_encodings_say_the_same() {
    let (register, record) = (park(), irmak());
    for (text, expected) in WHOLE {
        let expr = parse(&register, text).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(holds(&expr, &record), expected, "{text}");
        let again = to_text(&register, &expr);
        assert_eq!(parse(&register, &again).unwrap_or_else(|e| panic!("{again}: {e}")), expr, "{text} as {again}");
        let json = to_json(&register, &expr);
        let back = parse_json(&register, &json, meydan_geo::Crs::crs84()).unwrap_or_else(|e| panic!("{json}: {e}"));
        assert_eq!(back, expr, "{text} as {json}");
    }
    let json = r#"{"op": "and", "args": [
        {"op": "isNull", "args": [{"property": "area"}]},
        {"op": "in", "args": [{"property": "trees"}, [1, 120]]},
        {"op": "like", "args": [{"op": "casei", "args": [{"property": "name"}]}, {"op": "casei", "args": ["irmak%"]}]},
        {"op": "t_intersects", "args": [{"property": "seen"}, {"interval": ["2026-03-01T00:00:00Z", ".."]}]},
        {"op": "s_intersects", "args": [{"property": "geom"}, {"bbox": [39, 40, 40, 42]}]},
        {"op": "s_within", "args": [{"property": "geom"},
            {"type": "Polygon", "coordinates": [[[39, 40], [40, 40], [40, 42], [39, 42], [39, 40]]]}]},
        {"op": ">", "args": [{"property": "opened"}, {"date": "2024-05-18"}]}]}"#;
    let expr = parse_json_text(&register, json, meydan_geo::Crs::crs84()).unwrap();
    assert!(!holds(&expr, &record), "“irmak” is not “ırmak”");
    let expr = parse_json_text(&register, &json.replace("irmak%", "IRMAK%"), meydan_geo::Crs::crs84()).unwrap();
    assert!(holds(&expr, &record));
}

#[test]
fn what_is_too_much_or_wrong_is_refused_with_its_place() {
    let register = park();
    let fault = |text: &str| parse(&register, text).expect_err(text).to_string();
    assert!(fault("trees = 1 AND trees = 'many'").contains("15"), "{}", fault("trees = 1 AND trees = 'many'"));
    for text in [
        "S_WITHIN(geom, GEOMETRYCOLLECTION(POINT(1 1), LINESTRING(0 0, 1 1)))",
        "S_INTERSECTS(geom, POLYGON((0 0, 2 2, 2 0, 0 2, 0 0)))",
        "S_INTERSECTS(geom, BBOX(0, 5, 1, 4))",
        "S_NEAR(geom, geom)",
        "T_AFTER(name, DATE('2024-01-01'))",
        "A_CONTAINS((1), ((1), (2, 3)))",
        "name + 1 = 2",
        "1 / 0 = 1",
        "name = 'a\0b'",
        "unknown(name) = 'a'",
        "current_person() = keeper",
        "lower(trees) = 'a'",
        "INTERVAL('2024-01-01', '..') = opened",
    ] {
        assert_eq!(parse(&register, text).expect_err(text).code(), "bad-filter", "{text}");
    }
    let long = |n: usize, sign: &str| vec!["trees"; n].join(sign) + " > 0";
    assert!(parse(&register, &long(3, " + ")).is_ok());
    for deep in [long(7000, " + "), "-".repeat(60_000) + "trees > 0", "NOT ".repeat(10_000) + "open", "casei(".repeat(9_000)] {
        assert_eq!(parse(&register, &deep).unwrap_err().code(), "bad-filter", "{:.20}", deep);
    }
    let many = format!("trees IN ({})", vec!["1"; 21_000].join(","));
    assert_eq!(parse(&register, &many).unwrap_err().code(), "bad-filter");
    let numbers = vec!["1"; 100].join(",");
    assert_eq!(parse(&register, &format!("A_EQUALS(({numbers}), ({numbers}))")).unwrap_err().code(), "bad-filter");
    let in_json = parse_json_text(
        &register,
        r#"{"op": "and", "args": [{"op": "=", "args": [{"property": "trees"}, "x"]}, true]}"#,
        meydan_geo::Crs::crs84(),
    );
    assert!(in_json.unwrap_err().to_string().contains("/args/0"));
}

#[test]
fn a_condition_names_all_fields_that_it_speaks_of() {
    let register = park();
    let fields = |text: &str| {
        let mut seen = Vec::new();
        parse(&register, text).unwrap_or_else(|e| panic!("{text}: {e}")).fields(&mut |i| seen.push(i));
        seen.sort_unstable();
        seen.dedup();
        seen
    };
    assert_eq!(fields("trees * 2 + area > 1"), [1, 2]);
    assert_eq!(fields("ACCENTI(CASEI(name)) LIKE 'a%'"), [0]);
    assert_eq!(fields("A_CONTAINS((name, trees), ('a', 1))"), [0, 1]);
    assert_eq!(fields("T_INTERSECTS(INTERVAL(opened, '..'), INTERVAL('2020-01-01', '2021-01-01'))"), [4]);
    assert_eq!(fields("char_length(upper(name)) = abs(trees)"), [0, 1]);
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
    fn no_json_breaks_the_parser(text in "[\\[\\]{}:,\"a-z0-9 ]{0,80}", op in "[a-z_<>=+]{1,12}", n in 0usize..4) {
        let (register, crs) = (park(), meydan_geo::Crs::crs84());
        let _ = parse_json_text(&register, &text, crs);
        let arguments = [r#"{"property":"trees"}"#, "1", r#"[1,"a",{"date":"2024-01-01"}]"#][..n.min(3)].join(",");
        if let Ok(expr) = parse_json_text(&register, &format!(r#"{{"op":"{op}","args":[{arguments}]}}"#), crs) {
            holds(&expr, &irmak());
        }
    }

    #[test]
    fn no_plausible_text_breaks_the_parser(words in proptest::collection::vec(
        prop::sample::select(vec!["name", "trees", "(", ")", "AND", "OR", "NOT", "=", "<", ">=", "'x'", "12", "-3.5e2", "LIKE", "IN",
            "BETWEEN", ",", "IS", "NULL", "CASEI", "S_INTERSECTS", "geom", "POINT", "POLYGON", "TRUE", "DATE", "'2024-01-01'", "+", "/", "^", "div", "-", "T_DURING", "INTERVAL", "'..'", "A_EQUALS", "S_TOUCHES", "BBOX", "ACCENTI",
            "area_m2", "opened"]), 0..30)) {
        let register = park();
        if let Ok(expr) = parse(&register, &words.join(" ")) {
            holds(&expr, &irmak());
            let text = to_text(&register, &expr);
            prop_assert_eq!(parse(&register, &text).ok(), Some(expr), "{}", text);
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
