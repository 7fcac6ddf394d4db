use super::*;
use proptest::prelude::*;
use std::{
    io::Write,
    process::{Command, Stdio},
};

#[test]
fn names_are_read_in_every_spelling() {
    let tm39 = Crs::from_epsg(5257).expect("known");
    for text in [
        "http://www.opengis.net/def/crs/EPSG/0/5257",
        "https://www.opengis.net/def/crs/EPSG/0/5257",
        "http://www.opengis.net/def/crs/EPSG/10.082/5257",
        "urn:ogc:def:crs:EPSG::5257",
        "EPSG:5257",
        "epsg:5257",
        "[EPSG:5257]",
        "<http://www.opengis.net/def/crs/EPSG/0/5257>",
        " 5257 ",
    ] {
        assert_eq!(Crs::parse(text), Some(tm39), "{text}");
    }
    for text in
        ["http://www.opengis.net/def/crs/OGC/1.3/CRS84", "urn:ogc:def:crs:OGC:1.3:CRS84", "OGC:CRS84", "CRS84", "[OGC:CRS84]"]
    {
        assert_eq!(Crs::parse(text), Some(Crs::crs84()), "{text}");
    }
    for text in [
        "",
        "EPSG:",
        "EPSG:27700",
        "EPSG:-1",
        "http://www.opengis.net/def/crs/EPSG/0/5257/1",
        "urn:ogc:def:crs:OGC::CRS83",
        "EPSG:99999999999",
    ] {
        assert_eq!(Crs::parse(text), None, "{text}");
    }
    for crs in Crs::all() {
        assert_eq!(Crs::parse(&crs.uri()), Some(crs));
        assert_eq!(Crs::parse(&crs.curie()), Some(crs));
    }
}

#[test]
fn the_offered_list_is_what_the_services_promise() {
    let codes: Vec<String> = Crs::offered().map(Crs::curie).collect();
    assert_eq!(
        codes,
        [
            "OGC:CRS84",
            "EPSG:4326",
            "EPSG:3857",
            "EPSG:5253",
            "EPSG:5254",
            "EPSG:5255",
            "EPSG:5256",
            "EPSG:5257",
            "EPSG:5258",
            "EPSG:5259"
        ]
    );
    assert_eq!(Crs::from_epsg(5257).expect("known").title_tr(), "TUREF / TM39");
    assert_eq!(Crs::from_epsg(23037).expect("known").title_tr(), "ED50 / UTM, dilim 37N");
}

fn run(program: &str, arguments: &[&str], input: &str) -> String {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|e| panic!("{program} of gdal-bin is needed for this test: {e}"));
    child.stdin.take().expect("piped").write_all(input.as_bytes()).expect("the program reads");
    let output = child.wait_with_output().expect("the program ends");
    assert!(output.status.success(), "{program} {arguments:?}");
    String::from_utf8(output.stdout).expect("text")
}

/// Places all over a system's area of use, or over Türkiye for those of the whole world.
fn places(crs: Crs) -> Vec<(f64, f64)> {
    let area = crs.area_of_use();
    let (west, east) = (area.min_x.max(25.6), area.max_x.min(44.9));
    (0..5)
        .flat_map(|i| (0..5).map(move |j| (west + (east - west) * f64::from(i) / 4.0, 35.8 + 6.4 * f64::from(j) / 4.0)))
        .collect()
}

#[test]
fn coordinates_agree_with_gdal() {
    for crs in Crs::all() {
        let places = places(crs);
        let input: String = places.iter().map(|(lon, lat)| format!("{lon} {lat}\n")).collect();
        // PROJ is given our string, not the EPSG code: for ED50 it would choose among several shifts by itself.
        let answer = run(
            "gdaltransform",
            &["-s_srs", "+proj=longlat +datum=WGS84 +no_defs", "-t_srs", &crs.proj_string(), "-output_xy"],
            &input,
        );
        let wanted: Vec<Vec<f64>> =
            answer.lines().map(|l| l.split_whitespace().map(|n| n.parse().expect("a number")).collect()).collect();
        assert_eq!(wanted.len(), places.len());
        for ((lon, lat), wanted) in places.into_iter().zip(wanted) {
            let (x, y) = crs.forward(lon, lat).expect("inside of the area of use");
            // 0.1 mm, in degrees or metres.
            let near = if crs.is_geographic() { 1e-9 } else { 1e-4 };
            assert!(
                (x - wanted[0]).abs() < near && (y - wanted[1]).abs() < near,
                "{crs}: {lon} {lat}: {x} {y}, PROJ {wanted:?}"
            );
            let (back_lon, back_lat) = crs.inverse(x, y).expect("the way back");
            // The seven-parameter shift of ED50 is turned round by changing signs, as PROJ does too: good to 2 mm.
            let near = if crs.proj_string().contains("+ellps=intl") { 2e-8 } else { 1e-9 };
            assert!(
                (back_lon - lon).abs() < near && (back_lat - lat).abs() < near,
                "{crs}: {lon} {lat} came back as {back_lon} {back_lat}"
            );
        }
    }
}

#[test]
fn definitions_and_axis_orders_agree_with_the_epsg_dataset() {
    for crs in Crs::all().filter(|c| c.code().is_some()) {
        let wkt = run("gdalsrsinfo", &["-o", "wkt2_2018", &crs.curie()], "");
        let axes = wkt.rsplit("CS[").next().expect("the outermost axes");
        let first = axes.split("AXIS[").nth(1).expect("an axis");
        let north = first.contains(",north");
        assert_eq!(crs.north_first(), north, "{crs}: {first}");
        // The same projection as EPSG's, apart from the shift of ED50 which its string lacks.
        let theirs = run("gdalsrsinfo", &["-o", "proj4", &crs.curie()], "");
        let places = places(crs);
        let input: String =
            places.iter().filter_map(|(lon, lat)| crs.forward(*lon, *lat)).map(|(x, y)| format!("{x} {y}\n")).collect();
        let without_shift = |text: &str| -> String {
            text.split_whitespace().filter(|t| !t.starts_with("+towgs84")).collect::<Vec<_>>().join(" ")
        };
        let (ours, theirs) = (without_shift(&crs.proj_string()), without_shift(&theirs));
        let answer = run("gdaltransform", &["-s_srs", &ours, "-t_srs", &theirs, "-output_xy"], &input);
        for (there, here) in answer.lines().zip(input.lines()) {
            let numbers = |line: &str| -> Vec<f64> { line.split_whitespace().map(|n| n.parse().expect("a number")).collect() };
            let (a, b) = (numbers(there), numbers(here));
            assert!((a[0] - b[0]).abs() < 1e-4 && (a[1] - b[1]).abs() < 1e-4, "{crs}: {here} is {there} in EPSG's");
        }
    }
}

#[test]
fn places_without_an_answer_have_none() {
    let mercator = Crs::from_epsg(3857).expect("known");
    assert_eq!(mercator.forward(0.0, 90.0), None);
    assert_eq!(mercator.forward(0.0, -90.0), None);
    let point = Wkb::point(0.0, 90.0).expect("finite");
    assert_eq!(mercator.forward_geometry(&point), None);
}

#[test]
fn boxes_bend() {
    let tm39 = Crs::from_epsg(5257).expect("known");
    let trabzon = Bbox::new(39.0, 40.5, 40.5, 41.2);
    let there = tm39.forward_bbox(&trabzon).expect("inside");
    let back = tm39.inverse_bbox(&there).expect("inside");
    assert!(
        back.min_x <= trabzon.min_x
            && back.max_x >= trabzon.max_x
            && back.min_y <= trabzon.min_y
            && back.max_y >= trabzon.max_y
    );
}

proptest! {
    #[test]
    fn no_coordinate_makes_it_panic(index in 0usize..64, x in proptest::num::f64::ANY, y in proptest::num::f64::ANY) {
        if let Some(crs) = Crs::all().nth(index) {
            for (x, y) in [crs.forward(x, y), crs.inverse(x, y)].into_iter().flatten() {
                prop_assert!(crs.is_lon_lat() || x.is_finite() && y.is_finite());
            }
        }
    }
}
