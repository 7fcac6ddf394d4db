//! Input that no import may take: a clear refusal in both languages, in little memory, and nothing is changed.

use crate::{
    harness::{City, foreign, tests_folder},
    parks::{self, head, said, watched},
};
use std::process::Command;

/// Limit: memory of an import, whatever it is given (MiB).
const MEMORY_MIB: u64 = 300;

/// File; exit code (1 the file is wrong, 2 rows are); what must be said in English and in Turkish.
const BAD: &[(&str, i32, &str, &str)] = &[
    ("cut.gpkg", 1, "damaged or cut off", "bozuk ya da yarım"),
    ("cut.geojson", 1, "cut off: it ends after row", "satırdan sonra"),
    ("cut.geojsons", 1, "cut off: it ends after row", "satırdan sonra"),
    ("cut.csv", 2, "row 269", "satır 269"),
    ("cut.zip", 1, "damaged or cut off", "bozuk ya da yarım"),
    ("cut.fgb", 1, "cut off: it ends after row", "satırdan sonra"),
    ("random.gpkg", 1, "not of that format", "içeriği bu biçimde değil"),
    ("random.geojson", 1, "not of that format", "içeriği bu biçimde değil"),
    ("random.geojsons", 1, "not of that format", "içeriği bu biçimde değil"),
    ("random.csv", 1, "No column", "sütun"),
    ("random.zip", 1, "not of that format", "içeriği bu biçimde değil"),
    ("random.fgb", 1, "not of that format", "içeriği bu biçimde değil"),
    ("empty.gpkg", 1, "empty", "boş"),
    ("empty.geojson", 1, "empty", "boş"),
    ("empty.geojsons", 1, "empty", "boş"),
    ("empty.csv", 1, "empty", "boş"),
    ("empty.zip", 1, "empty", "boş"),
    ("empty.fgb", 1, "empty", "boş"),
    ("missing.csv", 1, "missing.csv", "missing.csv"),
    ("text.gpkg", 1, "not of that format", "içeriği bu biçimde değil"),
    ("sqlite.gpkg", 1, "not a GeoPackage", "GeoPackage değil"),
    ("image.zip", 1, "not of that format", "içeriği bu biçimde değil"),
    ("bomb.zip", 1, "zip bomb", "zip bombası"),
    ("traversal.zip", 1, "outside of its folder", "klasörün dışına"),
    ("lacking.zip", 1, "official_id", "official_id"),
    ("far.geojson", 2, "row 1: geometry", "satır 1: geometry"),
    ("huge_number.geojson", 2, "row 1: geometry", "satır 1: geometry"),
    ("overflow.geojson", 2, "row 1", "satır 1"),
    ("crs.geojson", 1, "EPSG:999999", "EPSG:999999"),
    ("metres.geojson", 2, "row 1: geometry", "satır 1: geometry"),
    ("swapped.geojson", 2, "coordinate system may be wrong", "koordinat sistemi yanlış olabilir"),
    ("deep.geojson", 1, "official_id", "official_id"),
    ("unclosed.geojson", 1, "cut off", "yarıda kesilmiş"),
    ("line.geojson", 2, "row 1: geometry", "satır 1: geometry"),
    ("nul.geojson", 2, "official_id: can't hold the character U+0000", "official_id: U+0000"),
    ("nul.csv", 2, "row 3: a cell holds the character NUL", "satır 3"),
    ("code.csv", 2, "row 3: kind: “olmayan”", "satır 3: kind: “olmayan”"),
    ("date.csv", 2, "row 2: opened: “31.02.2026”", "satır 2: opened: “31.02.2026”"),
    ("quote.csv", 2, "row 2", "satır 2"),
    ("long_line.csv", 1, "Row 2 is larger than the limit", "2. satır"),
    ("stranger.csv", 1, "No column", "sütun"),
    ("twice.csv", 2, "row 3: row 2 has the same key", "satır 3: aynı anahtar 2. satırda"),
];

fn make_bad_files(city: &City) {
    for ending in ["gpkg", "geojson", "geojsons", "zip", "fgb"] {
        city.ok(&["export", "park", "--out", &format!("parks.{ending}")]);
    }
    foreign(Command::new("python3").arg(tests_folder().join("command_line/bad_files.py")).arg(city.folder.path()));
}

#[test]
fn bad_input_of_every_format_is_refused_clearly_and_changes_nothing() {
    let city = parks::city();
    make_bad_files(&city);
    let before = head(&city);
    let mut wrong = Vec::new();
    for (file, code, en, tr) in BAD {
        for (lang, words) in [("en", en), ("tr", tr)] {
            let (output, mib) = watched(&city, lang, &["import", file, "--into", "park", "--yes"]);
            let text = said(&output);
            if output.status.code() != Some(*code) || !text.contains(words) || text.contains("panicked") || mib > MEMORY_MIB {
                wrong.push(format!(
                    "{file} ({lang}): {:?}, {mib} MiB, wanted {code} and “{words}”:\n{text}",
                    output.status.code()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(head(&city), before, "a refused file changed the store");
    assert!(!city.path("../escaped").exists() && !city.path("escaped").exists(), "an archive wrote outside of its folder");
    city.ok(&["log", "verify"]);
}

#[test]
fn a_refused_file_is_told_to_programs_as_json() {
    let city = parks::city();
    make_bad_files(&city);
    for file in ["cut.gpkg", "bomb.zip", "random.geojson", "missing.csv"] {
        let output = city.run(&["--json", "import", file, "--into", "park"]);
        let told: serde_json::Value =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{file}: {e}: {}", said(&output)));
        assert!(told["error"]["code"].as_str().is_some_and(|c| !c.is_empty() && !c.contains(' ')), "{file}: {told}");
        assert!(told["error"]["message"].as_str().is_some_and(|m| m.len() > 10), "{file}: {told}");
    }
    let output = city.run(&["--json", "import", "far.geojson", "--into", "park"]);
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((told["applied"].as_bool(), told["faults"][0]["row"].as_u64()), (Some(false), Some(1)), "{told}");
}
