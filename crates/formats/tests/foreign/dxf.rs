//! A drawing as surveyors deliver it.

use super::{all, damaged, file, shapes, wounds};
use meydan_formats::Options;
use meydan_geo::feature::Scalar;
use proptest::prelude::*;
use std::process::Command;

/// Pairs, one beside the other.
fn drawing(head: &str, blocks: &str, entities: &str) -> String {
    let all = format!(
        "0 SECTION 2 HEADER {head} 0 ENDSEC 0 SECTION 2 BLOCKS {blocks} 0 ENDSEC 0 SECTION 2 ENTITIES {entities} 0 ENDSEC 0 EOF"
    );
    all.split(' ').filter(|w| !w.is_empty()).map(|w| w.replace('_', " ") + "\r\n").collect()
}

const OLD: &str = "9 $ACADVER 1 AC1015 9 $DWGCODEPAGE 3 ANSI_1254";
/// A tree, 1 high, 2 wide, about (5, 5); it holds a leaf.
const TREE: &str = "0 BLOCK 8 0 2 AGAC 10 5 20 5 0 LINE 8 0 10 4 20 5 11 6 21 5 0 INSERT 8 0 2 YAPRAK 10 5 20 6 0 ENDBLK
    0 BLOCK 8 0 2 YAPRAK 10 0 20 0 0 POINT 8 YESIL 10 1 20 0 0 INSERT 8 0 2 YAPRAK 10 0 20 0 0 ENDBLK";

fn tree() -> String {
    TREE.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_kind_of_thing() {
    let folder = tempfile::tempdir().unwrap();
    let entities = "0 POINT 8 NOKTA 10 1.5 20 2 30 7 0 LINE 8 YOL 10 0 20 0 11 3 21 4 \
        0 LWPOLYLINE 8 PARSEL 90 4 70 1 10 0 20 0 10 10 20 0 10 10 20 10 10 0 20 10 \
        0 LWPOLYLINE 8 YOL 70 0 10 0 20 0 42 1 10 10 20 0 \
        0 POLYLINE 8 YOL 66 1 70 0 0 VERTEX 8 YOL 10 1 20 1 0 VERTEX 8 YOL 10 2 20 2 0 SEQEND 8 YOL \
        0 CIRCLE 8 KUYU 10 5 20 5 40 2 0 ARC 8 YOL 10 0 20 0 40 1 50 270 51 90 \
        0 TEXT 8 YAZI 10 3 20 3 40 2 50 30 1 Şehitler_Caddesi 0 SPLINE 8 YOL 5 2F";
    let path = file(folder.path(), "a.dxf", encoding_rs::WINDOWS_1254.encode(&drawing(OLD, "", entities)).0);
    let found = shapes(&path, None);
    assert_eq!(found[0], "POINT (1.5 2)");
    assert_eq!(found[1], "LINESTRING (0 0,3 4)");
    assert_eq!(found[2], "POLYGON ((0 0,10 0,10 10,0 10,0 0))");
    assert!(found[3].starts_with("LINESTRING (0 0,") && found[3].ends_with(",10 0)"), "{}", found[3]);
    assert_eq!(found[4], "LINESTRING (1 1,2 2)");
    let read = all(&path, None);
    let bbox = |at: usize| read[at].as_ref().unwrap().geometry.as_ref().unwrap().bbox().unwrap();
    assert!((bbox(3).min_y + 5.0).abs() < 0.011 && (bbox(5).max_x - 7.0).abs() < 0.011, "arcs keep the tolerance");
    assert!((bbox(6).max_x - 1.0).abs() < 0.011 && bbox(6).min_x.abs() < 1e-9, "from below to above, to the right");
    let text = read[7].as_ref().unwrap();
    assert_eq!((&text.values[0], &text.values[2]), (&Scalar::Text("YAZI".into()), &Scalar::Text("Şehitler Caddesi".into())));
    let spline = read[8].as_ref().unwrap_err();
    assert!(spline.code() == "unsupported-entity" && spline.tr().contains("SPLINE (2F)"), "{spline}");
    assert_eq!(all(&path, Some("KUYU")).len(), 1);
    assert_eq!(all(&path, Some("YOL:LINE")).len(), 1);
    assert_eq!(all(&path, Some("YOKSA"))[0].as_ref().unwrap_err().code(), "no-such-layer");
    assert_eq!(meydan_formats::open(&path, &Options::default()).unwrap().layers().len(), 5);
}

#[test]
fn blocks_are_moved_turned_and_scaled_and_one_that_holds_itself_ends() {
    let folder = tempfile::tempdir().unwrap();
    let insert =
        "0 INSERT 8 PARK 2 AGAC 10 100 20 200 41 2 42 2 50 90 66 1 0 ATTRIB 8 PARK 2 TUR 1 Çınar 10 0 20 0 0 SEQEND 8 PARK";
    let path = file(folder.path(), "a.dxf", drawing("9 $ACADVER 1 AC1032", &tree(), insert));
    let found = shapes(&path, None);
    assert_eq!(found[0], "POINT (100 200)");
    let rounded: Vec<String> =
        found.iter().map(|f| f.replace("99.99999999999999", "100").replace("100.00000000000001", "100")).collect();
    assert_eq!(rounded[1], "LINESTRING (100 198,100 202)");
    assert!(rounded.iter().any(|f| f == "POINT (98 202)"), "{rounded:?}: the leaf, one right of (5, 6), turned to the left");
    let first = format!("{:?}", all(&path, None)[0].as_ref().unwrap().values);
    assert!(first.contains("TUR=Çınar"), "{first}");
    let line = format!("{:?}", all(&path, None)[1].as_ref().unwrap().values);
    assert!(line.contains("PARK"), "layer 0 takes the layer of the insertion: {line}");
}

#[test]
fn what_gdal_writes_and_what_is_no_drawing() {
    let folder = tempfile::tempdir().unwrap();
    let source = file(folder.path(), "s.csv", "no,WKT\n1,\"LINESTRING (1 2,3 4,5 5)\"\n2,\"POINT (9 9)\"\n");
    let path = folder.path().join("g.dxf");
    let run = Command::new("ogr2ogr").args(["-f", "DXF"]).arg(&path).arg(&source).output().expect("gdal-bin is installed");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    assert_eq!(shapes(&path, None), ["LINESTRING (1 2,3 4,5 5)", "POINT (9 9)"]);
    let code = |name: &str, bytes: &[u8]| all(&file(folder.path(), name, bytes), None).pop().unwrap().unwrap_err().code();
    assert_eq!(code("b.dxf", b"AutoCAD Binary DXF\r\n\x1a\0"), "dxf-binary");
    assert_eq!(code("c.dxf", b"Bu bir \xc3\xa7izim de\xc4\x9fil\n"), "bad-dxf");
    let whole = drawing(OLD, "", "0 POINT 8 A 10 1 20 2");
    assert_eq!(code("d.dxf", &whole.as_bytes()[..whole.len() - 8]), "truncated");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn damaged_drawings(wounds in wounds()) {
        let folder = tempfile::tempdir().unwrap();
        let entities = "0 INSERT 8 A 2 AGAC 10 1 20 2 70 3 71 4 44 5 45 6 0 LWPOLYLINE 8 B 70 1 10 0 20 0 42 0.5 10 1 20 0 10 1 20 1 0 MTEXT 8 C 10 1 20 1 1 a\\Pb";
        all(&file(folder.path(), "a.dxf", damaged(drawing(OLD, &tree(), entities).into_bytes(), &wounds)), None);
    }
}
