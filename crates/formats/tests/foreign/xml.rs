//! XML that means harm, and what is odd in it.

use super::{all, damaged, file, shapes, wounds};
use proptest::prelude::*;

const KML: &str = r#"<?xml version="1.0" encoding="windows-1254"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder><name>Ağaçlar</name>
<Placemark><name>A &amp; B</name><ExtendedData><Data name="tür"><value><![CDATA[çınar]]></value></Data></ExtendedData><Point><coordinates>39.7,41,5</coordinates></Point></Placemark>
<Placemark><name>Bozuk</name><Point><coordinates>39.7</coordinates></Point></Placemark></Folder>
<Placemark><MultiGeometry><Point><coordinates>1,2</coordinates></Point><LineString><coordinates>1,2 3,4</coordinates></LineString></MultiGeometry></Placemark></Document></kml>"#;

const GML: &str = r#"<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs/2.0" xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:a="urn:a">
<wfs:boundedBy><gml:Envelope srsName="urn:ogc:def:crs:EPSG::4326"><gml:lowerCorner>41 39</gml:lowerCorner></gml:Envelope></wfs:boundedBy>
<wfs:member><a:Yol gml:id="y1"><a:ad>Uzun</a:ad><a:g><gml:MultiCurve><gml:curveMember><gml:Curve><gml:segments><gml:LineStringSegment><gml:posList srsDimension="3">41 39 0 42 40 0</gml:posList></gml:LineStringSegment></gml:segments></gml:Curve></gml:curveMember></gml:MultiCurve></a:g></a:Yol></wfs:member>
<wfs:member><a:Yol gml:id="y2"><a:ad>Yay</a:ad><a:g><gml:Curve><gml:segments><gml:Arc><gml:posList>41 39 42 40 41 41</gml:posList></gml:Arc></gml:segments></gml:Curve></a:g></a:Yol></wfs:member>
<wfs:member><a:Yol gml:id="y3"><a:sahip><a:Kisi><a:unvan>Belediye</a:unvan></a:Kisi></a:sahip><a:g><gml:Point srsName="http://www.opengis.net/def/crs/OGC/1.3/CRS84"><gml:pos>39 41</gml:pos></gml:Point></a:g></a:Yol></wfs:member>
</wfs:FeatureCollection>"#;

#[test]
fn kml_in_an_old_encoding_with_a_bad_placemark() {
    let folder = tempfile::tempdir().unwrap();
    let (bytes, ..) = encoding_rs::WINDOWS_1254.encode(KML);
    let path = file(folder.path(), "a.kml", &bytes);
    let found = all(&path, None);
    let first = format!("{:?}", found[0].as_ref().unwrap().values);
    assert!(["A & B", "çınar", "Ağaçlar"].iter().all(|t| first.contains(t)), "{first}");
    assert_eq!((found[1].as_ref().unwrap_err().row_number(), found[1].as_ref().unwrap_err().code()), (Some(2), "bad-geometry"));
    assert_eq!(shapes(&path, None)[2], "GEOMETRYCOLLECTION (POINT (1 2),LINESTRING (1 2,3 4))");
}

#[test]
fn gml_by_its_axes_with_an_arc_put_aside_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "a.gml", GML);
    let found = shapes(&path, None);
    assert_eq!(found[0], "MULTILINESTRING ((39 41,40 42))", "the collection's system is north first");
    assert!(found[1].contains("row 2") && found[1].contains("Arc"), "{}", found[1]);
    assert_eq!(found[2], "POINT (39 41)", "its own system is east first");
    let third = format!("{:?}", all(&path, None)[2].as_ref().unwrap().values);
    assert!(third.contains("Belediye") && third.contains("y3"), "{third}");
}

#[test]
fn nothing_is_fetched_or_multiplied() {
    let folder = tempfile::tempdir().unwrap();
    let secret = file(folder.path(), "secret", "gizli");
    let code = |name: &str, text: String| all(&file(folder.path(), name, text), None).pop().unwrap().unwrap_err().code();
    let laughs =
        "<!DOCTYPE kml [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;\">]><kml><Placemark><name>&b;</name></Placemark></kml>";
    assert_eq!(code("laughs.kml", laughs.into()), "xml-doctype");
    let outside = format!(
        "<!DOCTYPE kml [<!ENTITY x SYSTEM \"file://{}\">]><kml><Placemark><name>&x;</name></Placemark></kml>",
        secret.display()
    );
    assert_eq!(code("outside.kml", outside), "xml-doctype");
    assert_eq!(code("unknown.kml", "<kml><Placemark><name>&x;</name></Placemark></kml>".into()), "xml-entity");
    assert_eq!(code("deep.kml", format!("<kml>{}", "<Folder>".repeat(200_000))), "xml-too-deep");
    assert_eq!(code("cut.kml", "<kml><Document><Placemark><name>a</name>".into()), "truncated");
    assert_eq!(code("no.gml", "<html><body/></html>".into()), "no-layer");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn damaged_markup(wounds in wounds(), kml in any::<bool>()) {
        let folder = tempfile::tempdir().unwrap();
        let (name, text) = if kml { ("a.kml", KML.replace("windows-1254", "utf-8")) } else { ("a.gml", GML.to_owned()) };
        all(&file(folder.path(), name, damaged(text.into_bytes(), &wounds)), None);
    }
}
