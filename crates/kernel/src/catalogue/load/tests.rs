//! Faults are told all at once, each at its line.

use super::*;
use crate::{FieldKind, Lang, catalogue::json_schema};
use proptest::prelude::*;

fn source(text: &str) -> Source {
    Source { module: "test".to_owned(), file: "registers/lamp.toml".to_owned(), text: text.to_owned() }
}

/// The faults of one file as `line subject sentence`.
fn faults(text: &str) -> Vec<String> {
    let faults = load(&[source(text)]).expect_err("there are faults");
    faults.iter().map(|f| format!("{} {} {}", f.line, f.field, f.message.en)).collect()
}

const LAMP: &str = r##"
[register]
name = "lamp"
title = { tr = "Lamba", en = "Lamp" }
description = { tr = "Sokak lambaları.", en = "Street lamps." }
label = "code"
key = ["code"]
articles = ["7/l"]

[[field]]
name = "code"
title = { tr = "Kod", en = "Code" }
type = "text"
required = true
max_length = 20

[[field]]
name = "kind"
title = { tr = "Tür", en = "Kind" }
type = "code"
list = "lamp_kind"
default = "led"

[[field]]
name = "height"
title = { tr = "Yükseklik", en = "Height" }
type = "real"
unit = "m"
min = 2
max = 40.5

[geometry]
type = "point"
required = true

[symbology]
min_zoom = 15
order = 10
tile_fields = ["kind"]
[[symbology.layer]]
type = "circle"
paint = { circle-color = ["match", ["get", "kind"], "led", "@light", "#ff0000"], circle-radius = 3 }

[[code_list]]
name = "lamp_kind"
title = { tr = "Lamba türü", en = "Lamp kind" }
codes = [
  { code = "led", tr = "LED", en = "LED", national = "1" },
  { code = "sodium", tr = "Sodyum", en = "Sodium", retired = true },
]

[palette]
light = { light = "#ffcc00", dark = "#ffee88" }
"##;

#[test]
fn a_register_with_its_list_and_colour_is_read() {
    let catalogue = load(&[source(LAMP)]).unwrap();
    let lamp = catalogue.register("lamp").unwrap();
    assert_eq!(lamp.fields[1].kind, FieldKind::Code { list: "lamp_kind".to_owned() });
    assert_eq!(lamp.fields[2].max, Some(40.5));
    assert!(catalogue.code_lists["lamp_kind"].codes[1].retired);
    let drawn = catalogue.drawing(crate::catalogue::Theme::Dark);
    assert_eq!(drawn[0].layer["id"], "lamp-0");
    assert_eq!(drawn[0].layer["paint"]["circle-color"][3], "#ffee88");
    let schema = json_schema(lamp, &catalogue, Lang::Tr);
    assert_eq!(schema["properties"]["kind"]["oneOf"][0], serde_json::json!({ "const": "led", "title": "LED" }));
    assert_eq!(schema["properties"]["height"]["x-ogc-unit"], "m");
    assert_eq!(schema["properties"]["geometry"]["format"], "geometry-point");
    assert_eq!(schema["required"], serde_json::json!(["code", "geometry"]));
}

#[test]
fn every_fault_is_told_at_its_line() {
    let text = LAMP
        .replace("label = \"code\"", "label = \"cod\"")
        .replace("required = true\nmax_length", "requierd = true\nmax_length")
        .replace("list = \"lamp_kind\"", "list = \"lamp_kinds\"")
        .replace("type = \"real\"", "type = \"reel\"")
        .replace("type = \"point\"", "type = \"pont\"")
        .replace("\"@light\"", "\"@lihgt\"")
        .replace("[\"get\", \"kind\"]", "[\"get\", \"height\"]")
        .replace("en = \"Street lamps.\"", "en = \"\"");
    assert_eq!(
        faults(&text),
        [
            "5 lamp “description” has no English text",
            "6 lamp there is no field “cod”; did you mean “code”?",
            "14 lamp.code there is no key “requierd”; did you mean “required”?",
            "21 lamp.kind there is no code list “lamp_kinds”; did you mean “lamp_kind”?",
            "27 lamp.height there is no type “reel”; did you mean “real”?",
            "33 lamp/geometry there is no geometry type “pont”; did you mean “point”?",
            "36 lamp/symbology layer “0”: tiles carry no field “height”",
            "36 lamp/symbology layer “0”: the palette has no colour “lihgt”; did you mean “light”?",
        ]
    );
}

#[test]
fn names_defaults_and_bounds_are_checked() {
    let text = LAMP
        .replace("name = \"height\"", "name = \"Height\"")
        .replace("name = \"lamp\"", "name = \"rtree_lamp\"")
        .replace("default = \"led\"", "default = \"lde\"")
        .replace("min = 2", "min = 200");
    let faults = faults(&text);
    assert!(faults.iter().any(|f| f.starts_with("3 rtree_lamp names that start with “rtree_”")), "{faults:#?}");
    assert!(faults.iter().any(|f| f.contains("“Height” can't be a name")), "{faults:#?}");
    assert!(
        faults.iter().any(|f| f == "22 rtree_lamp.kind the code “lde” is not in the list “lamp_kind”; did you mean “led”?"),
        "{faults:#?}"
    );
    assert!(faults.iter().any(|f| f == "29 rtree_lamp.Height “min” is greater than “max”"), "{faults:#?}");
}

#[test]
fn a_second_definition_names_the_first() {
    let second = Source { file: "registers/again.toml".to_owned(), ..source(LAMP) };
    let faults = load(&[source(LAMP), second]).unwrap_err();
    let sentences: Vec<_> = faults.iter().map(|f| f.message.en.as_str()).collect();
    assert!(sentences.contains(&"“lamp” is already defined: registers/lamp.toml:2"), "{sentences:?}");
}

#[test]
fn a_style_file_is_found_beside_the_definition() {
    let start = LAMP.find("[[symbology.layer]]").unwrap();
    let end = LAMP.find("[[code_list]]").unwrap();
    let text = format!("{}{}", &LAMP[..start], &LAMP[end..]).replace("order = 10", "order = 10\nstyle = \"lamp.json\"");
    let style = |text: &str| Source { file: "styles/lamp.json".to_owned(), ..source(text) };
    let good = load(&[source(&text), style(r#"[{"type":"circle","paint":{"circle-radius":3}}]"#)]).unwrap();
    assert_eq!(good.drawing(crate::catalogue::Theme::Light).len(), 1);
    let faults = load(&[source(&text), style("[{\n}, ]")]).unwrap_err();
    assert_eq!((faults[0].file.as_str(), faults[0].line), ("styles/lamp.json", 2));
    assert_eq!(load(&[source(&text)]).unwrap_err()[0].message.en, "there is no file “styles/lamp.json”");
}

#[test]
fn toml_that_can_not_be_read_names_the_line() {
    let faults = faults("[register]\nname = \"lamp\ntitle = 3\n");
    assert!(faults[0].starts_with("2 TOML can't be read as TOML"), "{faults:?}");
}

proptest! {
    #[test]
    fn any_text_is_survived(text in "\\PC{0,200}") {
        let _ = load(&[source(&text)]);
    }

    #[test]
    fn a_broken_definition_is_survived(at in 0..LAMP.len(), put in "[\\PC\\n]{0,6}") {
        if LAMP.is_char_boundary(at) {
            let _ = load(&[source(&format!("{}{put}{}", &LAMP[..at], &LAMP[at..]))]);
            let _ = load(&[source(&LAMP[..at])]);
        }
    }
}

#[test]
fn the_field_of_the_unit_points_to_units_and_is_indexed() {
    let wrong = LAMP.replace("label = \"code\"", "label = \"code\"\nunit = \"kind\"");
    assert!(faults(&wrong).iter().any(|f| f.contains("doesn't point to units")), "{:?}", faults(&wrong));
    let unit = r#"
[register]
name = "unit"
title = { tr = "Birim", en = "Unit" }
description = { tr = "Birimler.", en = "Units." }
label = "parent"
unit = "parent"

[[field]]
name = "parent"
title = { tr = "Üst birim", en = "Unit above" }
type = "reference"
register = "unit"
"#;
    let catalogue = load(&[source(unit)]).expect("it holds together");
    assert!(catalogue.registers["unit"].fields[0].indexed);
}
