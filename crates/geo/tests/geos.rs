//! GEOS (through Shapely, in the tests' own Python) holds the same geometries for valid, and the same pairs for touching, and finds
//! nothing wrong with what was repaired.

use meydan_geo::{Wkb, relate, repair, validity};
use std::{
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

/// Makes geometries of every kind of fault, asks Shapely; one line each: two geometries, is the first valid, do they meet.
const MAKE: &str = r#"
import math, random, shapely
from shapely import LineString, MultiPolygon, Polygon, wkb
random.seed(61)
def ring(n, k, o=0):
    p = [(o + random.randrange(k), o + random.randrange(k)) for _ in range(n)]
    return p + [p[0]]
def star(n, r):
    p = [(5 + random.uniform(.3, 1) * r * math.cos(2 * math.pi * i / n), 5 + random.uniform(.3, 1) * r * math.sin(2 * math.pi * i / n)) for i in range(n)]
    return p + [p[0]]
square = [(0, 0), (10, 0), (10, 10), (0, 10), (0, 0)]
def geometry():
    t = random.random()
    if t < .25: return Polygon(ring(random.randint(3, 7), 6))
    if t < .5: return Polygon(square, [ring(3, 8, 1) for _ in range(random.randint(0, 3))])
    if t < .75: return MultiPolygon([(ring(random.randint(3, 5), 7), []) for _ in range(random.randint(1, 3))])
    if t < .85: return Polygon(star(random.randint(3, 60), random.uniform(1, 6)))
    if t < .93: return LineString(ring(random.randint(2, 5), 9))
    return MultiPolygon([(square, [ring(3, 8, 1)]), (ring(3, 9, 1), [])])
for _ in range(6000):
    a, b = geometry(), geometry()
    both = shapely.is_valid(a) and shapely.is_valid(b)
    print(wkb.dumps(a, hex=True), wkb.dumps(b, hex=True), int(shapely.is_valid(a)), int(shapely.intersects(a, b)) if both else '-', a.area)
"#;

/// Reads what was repaired, with the area it had if it was valid; prints what is wrong with it.
const JUDGE: &str = r#"
import sys, shapely
from shapely import wkb
for line in sys.stdin:
    text, area = line.split()
    g = wkb.loads(text, hex=True)
    if not shapely.is_valid(g): print('invalid', shapely.is_valid_reason(g), text)
    if area != '-' and abs(g.area - float(area)) > 1e-9: print('another area', text)
"#;

fn python(script: &str, input: &str) -> String {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/.venv/bin/python");
    assert!(python.exists(), "{} is missing: run the tests by `make test`", python.display());
    let mut child =
        Command::new(python).args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("Python starts");
    let mut stdin = child.stdin.take().expect("piped");
    stdin.write_all(input.as_bytes()).expect("Python reads");
    drop(stdin);
    let output = child.wait_with_output().expect("Python ends");
    assert!(output.status.success(), "the script fails");
    String::from_utf8(output.stdout).expect("text")
}

fn read(hex: &str) -> Wkb {
    let bytes: Vec<u8> = (0..hex.len() / 2).map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).expect("hex")).collect();
    Wkb::parse(&bytes).expect("WKB")
}

#[test]
fn geos_agrees() {
    let made = python(MAKE, "");
    let (mut valid, mut met, mut repaired) = (0, 0, String::new());
    for line in made.lines() {
        let pieces: Vec<&str> = line.split(' ').collect();
        let [a, b, is_valid, meets, area] = pieces[..] else { panic!("five pieces: {line}") };
        let (a, b) = (read(a), read(b));
        let fault = validity::check(&a);
        assert_eq!(fault.is_none(), is_valid == "1", "{fault:?} {line}");
        valid += usize::from(fault.is_none());
        if meets != "-" {
            assert_eq!(relate::intersects(&a, &b), meets == "1", "{line}");
            met += 1;
        }
        if let Ok(found) = repair::repair(&a) {
            let hex: String = found.geometry.as_bytes().iter().map(|b| format!("{b:02x}")).collect();
            repaired.push_str(&format!("{hex} {}\n", if fault.is_none() { area } else { "-" }));
        }
    }
    // Some of everything was tried.
    assert!(valid > 1_000 && valid < 5_000 && met > 500 && repaired.lines().count() > 5_000);
    assert_eq!(python(JUDGE, &repaired), "");
}
