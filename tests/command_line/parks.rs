//! A city of four hundred small parks, and how its commands are watched.

use crate::harness::City;
use std::process::{Command, Output};

/// Parks of the city.
pub const PARKS: usize = 400;

/// The parks as CSV, as a neighbouring program would write them.
pub fn csv() -> String {
    let rows = (1..=PARKS).map(|i| {
        let (x, y) = (39.70 + (i % 20) as f64 * 0.001, 41.0 + (i / 20) as f64 * 0.001);
        let (e, n) = (x + 0.0005, y + 0.0005);
        format!(
            "P-{i},\"Park {i}\",park,2020-01-0{},{i}.5,\"POLYGON(({x:.4} {y:.4},{e:.4} {y:.4},{e:.4} {n:.4},{x:.4} {y:.4}))\"\n",
            1 + i % 9
        )
    });
    ["official_id,name,kind,opened,area_m2,wkt\n".to_owned()].into_iter().chain(rows).collect()
}

/// A city that holds them.
pub fn city() -> City {
    let city = City::embedded();
    std::fs::write(city.path("parks.csv"), csv()).unwrap();
    let told = city.json(&["import", "parks.csv", "--into", "park", "--yes"]);
    assert_eq!((told["inserted"].as_u64(), told["rejected"].as_u64()), (Some(PARKS as u64), Some(0)), "{told}");
    city
}

/// How far the log reaches: a command that changes nothing leaves it as it was.
pub fn head(city: &City) -> i64 {
    city.json(&["log", "head"])["size"].as_i64().unwrap()
}

/// One register as CSV rows without the header.
pub fn rows(city: &City, filter: &str) -> Vec<String> {
    let out = city.path("rows.csv");
    let _ = std::fs::remove_file(&out);
    city.ok(&["export", "park", "--out", "rows.csv", "--filter", filter]);
    std::fs::read_to_string(out).unwrap().lines().skip(1).map(str::to_owned).collect()
}

/// All that a command said.
pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), output.stderr.as_slice()].concat()).into_owned()
}

/// Runs a command in a language; its output and the most memory that it held, in MiB.
pub fn watched(city: &City, lang: &str, args: &[&str]) -> (Output, u64) {
    let told = city.path("memory");
    let plain = city.command(args);
    let mut command = Command::new("python3");
    command
        .args(["-c", "import resource, subprocess, sys\nr = subprocess.run(sys.argv[2:])\nopen(sys.argv[1], 'w').write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024))\nsys.exit(r.returncode)"])
        .arg(&told)
        .arg(plain.get_program())
        .args(plain.get_args())
        .current_dir(city.folder.path())
        .env("MEYDAN_LANG", lang);
    let output = command.output().expect("python3 starts");
    let mib = std::fs::read_to_string(&told).unwrap().parse().unwrap();
    (output, mib)
}
