//! libosmium counts what was loaded: its areas, put together by its own assembler, are ours.

use crate::{
    harness::{City, shared},
    script,
};
use serde_json::Value as Json;

/// Liechtenstein without the slice of Alabama that the file also holds.
const AREA: [&str; 4] = ["9.4", "47.0", "9.7", "47.3"];
/// Of a thousand areas so many may differ: the two have other ideas of rings that cross themselves.
const DIFFERENT_IN_1000: u64 = 2;

#[test]
fn duty_7_l_all_of_liechtenstein_is_loaded_and_counted() {
    let file = shared("data/02-osm/liechtenstein-2021_nominatim-testdb.osm.pbf").display().to_string();
    let wanted: Json = serde_json::from_str(&script("osm.py", &[&[file.as_str()], &AREA[..]].concat())).expect("numbers");
    let city = City::embedded();
    let area = AREA.join(",");
    let load = ["import", "osm", &file, "--area", &area, "--skip-errors", "--yes"];
    let dry = city.run(&[&["--json"], &load[..], &["--dry-run"]].concat());
    assert_eq!(dry.status.code(), Some(2), "a dry run that finds bad rows says so by its exit code");
    let dry: Json = serde_json::from_slice(&dry.stdout).expect("a report");
    let told = city.json(&load);
    for kind in ["nodes", "ways", "relations"] {
        assert_eq!(told[kind], wanted[kind], "{kind} read");
    }
    let registers = told["registers"].as_array().expect("a list");
    let rows = |register: &str| {
        let report = registers.iter().find(|r| r["register"] == register).expect("a report");
        let count = |name: &str| report[name].as_u64().expect("a number");
        assert_eq!(count("rows"), count("inserted") + count("rejected"), "{report}");
        assert!(count("rejected") * 20 < count("rows"), "nearly all can be taken: {report}");
        let exported = city.json(&["export", register, "--out", &format!("{register}.csv")]);
        assert_eq!(exported["records"], report["inserted"], "{register}");
        count("rows")
    };
    assert_eq!(rows("street_centreline"), wanted["centrelines"], "centrelines");
    for (register, kind) in [("building", "buildings"), ("door", "doors"), ("point_of_interest", "places")] {
        let (found, wanted) = (rows(register), wanted[kind].as_u64().expect("a number"));
        assert!(found.abs_diff(wanted) * 1000 <= wanted * DIFFERENT_IN_1000, "{kind}: {found}, libosmium finds {wanted}");
    }
    assert!(rows("street") >= wanted["street_names"].as_u64().expect("a number"), "a name can be borne by several streets");
    // What a dry run says is what comes.
    for (before, after) in dry["registers"].as_array().expect("a list").iter().zip(registers) {
        for count in ["rows", "inserted", "rejected"] {
            assert_eq!(before[count], after[count], "{count} of {} in the dry run", after["register"]);
        }
    }
    // The same again changes nothing.
    let again = city.json(&load);
    for report in again["registers"].as_array().expect("a list") {
        assert_eq!((&report["inserted"], &report["updated"]), (&Json::from(0), &Json::from(0)), "{report}");
    }
}
