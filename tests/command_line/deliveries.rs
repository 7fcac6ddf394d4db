//! Deliveries: mapping, dry runs, bad rows put aside, missing records, Turkish spreadsheets, and the way out and in again.

use crate::{
    harness::{City, shared},
    parks::{self, PARKS, csv, head, rows, said},
};

const AREA: &str = "\"POLYGON((39.7 41,39.71 41,39.71 41.01,39.7 41))\"";

fn write(city: &City, name: &str, text: impl AsRef<[u8]>) {
    std::fs::write(city.path(name), text).unwrap();
}

#[test]
fn a_mapping_by_hand_wins_over_the_guess() {
    let city = parks::city();
    write(&city, "p.csv", format!("no,baslik,tur,geom\nX-1,Yeni,park,{AREA}\n"));
    let args = [
        "import",
        "p.csv",
        "--into",
        "park",
        "--wkt",
        "geom",
        "--map",
        "official_id=no",
        "--map",
        "name=baslik",
        "--map",
        "kind:=meydan",
        "--yes",
    ];
    let told = city.json(&args);
    assert_eq!(told["inserted"], 1, "{told}");
    let row = rows(&city, "official_id = 'X-1'").join("\n");
    assert!(row.contains("Yeni") && row.contains("meydan"), "the constant was given by hand: {row}");
    // `field=` takes nothing into the field, and what it held stays.
    write(&city, "p.csv", "no,name\nX-1,Başka\n");
    city.ok(&["import", "p.csv", "--into", "park", "--map", "official_id=no", "--map", "name=", "--yes"]);
    assert!(rows(&city, "official_id = 'X-1'").join("").contains("Yeni"));
    for (word, wanted) in [("no_such_field=no", "no_such_field"), ("name=no_such_column", "no_such_column")] {
        let output = city.run(&["import", "p.csv", "--into", "park", "--map", word]);
        assert!(output.status.code() == Some(1) && said(&output).contains(wanted), "{}", said(&output));
    }
}

#[test]
fn a_dry_run_tells_all_and_changes_nothing() {
    let city = parks::city();
    let before = head(&city);
    let changed = csv().replace("Park 7\"", "Yedi\"").replace("P-400,", "P-401,");
    write(&city, "next.csv", changed);
    let told = city.json(&["import", "next.csv", "--into", "park", "--dry-run"]);
    let count = |name: &str| told[name].as_u64().unwrap();
    assert_eq!((count("inserted"), count("updated"), count("missing"), count("rejected")), (1, 1, 1, 0), "{told}");
    assert_eq!(told["applied"], false);
    assert_eq!(head(&city), before);
    // Looking makes no store either.
    let nowhere = City::embedded();
    for args in [
        &["export", "park", "--out", "x.csv"][..],
        &["log", "verify"],
        &["log", "head"],
        &["backup", "copy.gpkg"],
        &["catalog", "plan"],
    ] {
        let output = nowhere.run(args);
        assert_eq!(output.status.code(), Some(i32::from(args[0] != "catalog")), "{args:?}: {}", said(&output));
        assert!(!nowhere.path("city.gpkg").exists() && !nowhere.path("copy.gpkg").exists(), "{args:?} made a store");
    }
}

#[test]
fn bad_rows_are_put_aside_and_can_be_corrected_and_taken() {
    let city = parks::city();
    let before = head(&city);
    write(
        &city,
        "new.csv",
        format!(
            "official_id,name,kind,opened,wkt\nN-1,Bir,park,2026-01-31,{AREA}\nN-2,İki,park,yarın,{AREA}\nN-3,Üç,park,2026-02-28,{AREA}\n"
        ),
    );
    let refused = city.run(&["import", "new.csv", "--into", "park", "--yes"]);
    assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
    assert_eq!(head(&city), before, "one bad row: nothing is changed");
    let told = city.json(&["import", "new.csv", "--into", "park", "--yes", "--skip-errors", "--rejects", "bad.geojson"]);
    assert_eq!((told["inserted"].as_u64(), told["rejected"].as_u64()), (Some(2), Some(1)), "{told}");
    let bad = std::fs::read_to_string(city.path("bad.geojson")).unwrap();
    assert!(bad.contains("yarın") && bad.contains("_reason") && bad.contains("opened:") && bad.contains("İki"), "{bad}");
    write(&city, "good.geojson", bad.replace("yarın", "2026-02-01"));
    let again = city.json(&["import", "good.geojson", "--into", "park", "--yes"]);
    assert_eq!((again["inserted"].as_u64(), again["rejected"].as_u64()), (Some(1), Some(0)), "{again}");
    let row = rows(&city, "official_id = 'N-2'").join("");
    assert!(row.contains("İki") && row.contains("2026-02-01") && row.contains("39.71 41.01"), "{row}");
}

#[test]
fn missing_records_are_ended_only_when_asked_and_never_most_of_them_unforced() {
    let city = parks::city();
    let some: String = csv().lines().take(1 + PARKS - 40).map(|l| format!("{l}\n")).collect();
    let few: String = csv().lines().take(11).map(|l| format!("{l}\n")).collect();
    write(&city, "some.csv", some);
    write(&city, "few.csv", few);
    let told = city.json(&["import", "some.csv", "--into", "park", "--yes"]);
    assert_eq!((told["missing"].as_u64(), told["deleted"].as_u64()), (Some(40), Some(0)), "{told}");
    let before = head(&city);
    let refused = city.run(&["import", "few.csv", "--into", "park", "--yes", "--delete-missing"]);
    assert!(!refused.status.success() && said(&refused).contains("--force"), "{}", said(&refused));
    assert_eq!(head(&city), before);
    assert_eq!(city.json(&["import", "some.csv", "--into", "park", "--yes", "--delete-missing"])["deleted"], 40);
    assert_eq!(rows(&city, "official_id IS NOT NULL").len(), PARKS - 40);
    assert_eq!(
        city.json(&["import", "few.csv", "--into", "park", "--yes", "--delete-missing", "--force"])["deleted"],
        PARKS - 50
    );
    city.ok(&["log", "verify"]);
}

#[test]
fn a_turkish_spreadsheet_is_read_as_it_is() {
    let city = parks::city();
    let text = format!(
        "official_id;name;kind;opened;area_m2;wkt\nT-1;Çağlayan Şöhret Iğdır;park;31.01.2024;1.234,5;{AREA}\nT-2;\"İnönü; küçük\";park;01.12.2023;12,25;{AREA}\n"
    );
    for encoding in ["windows-1254", "utf-8"] {
        let mut bytes = Vec::new();
        for c in text.chars() {
            match (encoding, "ĞİŞğış".chars().position(|t| t == c)) {
                ("windows-1254", Some(at)) => bytes.push([0xD0, 0xDD, 0xDE, 0xF0, 0xFD, 0xFE][at]),
                ("windows-1254", None) => bytes.push(u8::try_from(u32::from(c)).unwrap()),
                _ => bytes.extend(c.to_string().bytes()),
            }
        }
        write(&city, "tr.csv", bytes);
        let told = city.json(&["import", "tr.csv", "--into", "park", "--yes"]);
        // The second time, in the other encoding, nothing is different any more.
        let wanted = if encoding == "utf-8" { ("unchanged", 2) } else { ("inserted", 2) };
        assert_eq!(told[wanted.0], wanted.1, "{encoding}: {told}");
    }
    let row = rows(&city, "official_id = 'T-1'").join("");
    assert!(row.contains("Çağlayan Şöhret Iğdır") && row.contains("1234.5") && row.contains("2024-01-31"), "{row}");
    assert!(rows(&city, "name = 'İnönü; küçük' AND area_m2 = 12.25").len() == 1);
}

#[test]
fn what_was_exported_comes_in_again_unchanged_from_every_format() {
    let city = parks::city();
    let before = head(&city);
    for ending in ["gpkg", "geojson", "geojsons", "csv", "fgb", "zip", "xlsx", "kml", "gml"] {
        let file = format!("out.{ending}");
        city.ok(&["export", "park", "--out", &file]);
        let told = city.json(&["import", &file, "--into", "park", "--yes"]);
        let count = |name: &str| told[name].as_u64().unwrap();
        assert_eq!(
            (count("unchanged"), count("updated"), count("inserted"), count("missing")),
            (PARKS as u64, 0, 0, 0),
            "{ending}: {told}"
        );
        let refused = city.run(&["export", "park", "--out", &file]);
        assert!(refused.status.code() == Some(1) && said(&refused).contains("not overwritten"), "{}", said(&refused));
    }
    assert_eq!(head(&city), before);
}

/// One unit everywhere: whole kuruş (ISO 4217's minor unit). Lira bear their sign, and a fraction without one is refused.
#[test]
fn money_goes_out_and_comes_in_as_the_same_kurus_in_every_format() {
    const FOUNTAIN: &str = r#"[register]
name = "fountain"
title = { tr = "Çeşme", en = "Fountain" }
description = { tr = "Çeşmeler.", en = "Fountains." }
label = "name"
key = ["name"]
[[field]]
name = "name"
title = { tr = "Ad", en = "Name" }
type = "text"
required = true
[[field]]
name = "cost"
title = { tr = "Maliyet", en = "Cost" }
type = "money"
[geometry]
type = "point"
"#;
    let city = City::embedded();
    std::fs::create_dir_all(city.path("definitions")).unwrap();
    write(&city, "definitions/fountain.toml", FOUNTAIN);
    city.ok(&["catalog", "apply"]);
    let point = |name: &str, cost: i64| {
        format!(
            r#"{{"type":"Feature","properties":{{"name":"{name}","cost":{cost}}},"geometry":{{"type":"Point","coordinates":[39.7,41]}}}}"#
        )
    };
    let all = [point("Abdullah Paşa", 125_050), point("Zağnos", 7), point("Kâtip", -100)].join(",");
    write(&city, "in.geojson", format!(r#"{{"type":"FeatureCollection","features":[{all}]}}"#));
    assert_eq!(city.json(&["import", "in.geojson", "--into", "fountain", "--yes"])["inserted"], 3);
    for ending in ["gpkg", "geojson", "geojsons", "csv", "fgb", "zip", "xlsx", "kml", "gml"] {
        let file = format!("out.{ending}");
        city.ok(&["export", "fountain", "--out", &file]);
        let told = city.json(&["import", &file, "--into", "fountain", "--yes"]);
        assert_eq!((&told["unchanged"], &told["updated"]), (&3.into(), &0.into()), "{ending}: {told}");
    }
    let out = std::fs::read_to_string(city.path("out.geojsons")).unwrap();
    assert!(out.contains("\"cost\":125050"), "{out}");
    write(&city, "lira.csv", "name;cost\nAbdullah Paşa;1.250,50 TL\nZağnos;0,07 TL\n");
    assert_eq!(city.json(&["import", "lira.csv", "--into", "fountain", "--yes"])["unchanged"], 2);
    write(&city, "bare.csv", "name;cost\nAbdullah Paşa;1250,50\n");
    let refused = city.run(&["import", "bare.csv", "--into", "fountain", "--yes"]);
    assert!(refused.status.code() != Some(0) && said(&refused).contains("whole number of kuruş"), "{}", said(&refused));
}

#[test]
fn all_addresses_of_stuttgart_come_in_by_a_mapping_written_by_hand() {
    let city = City::embedded();
    let file = shared("data/03-addresses/stuttgart_de.csv");
    let lines = std::fs::read_to_string(&file).unwrap().lines().count() as u64 - 1;
    let file = file.display().to_string();
    let by_hand = ["--map", "number=House number", "--map", "postal_code=Postal code", "--map", "street=", "--key", "none"];
    let told = city.json(&[&["import", &file, "--into", "door", "--yes"][..], &by_hand].concat());
    assert_eq!((told["rows"].as_u64(), told["inserted"].as_u64()), (Some(lines), Some(lines)), "{}", told["faults"]);
    assert_eq!(city.json(&["export", "door", "--out", "doors.fgb"])["records"].as_u64(), Some(lines), "each has its place");
}
