//! Guessing a mapping, on the columns of real deliveries; and reading texts, whatever they hold.

#![allow(clippy::unwrap_used)] // a test that can't go on should stop where it stands

use meydan_geo::feature::{Column, Feature, Scalar};
use meydan_kernel::{
    Catalogue,
    catalogue::{Source, load},
    exchange::{From, Mapping, Override},
};

const DEFINITIONS: &str = r#"
[register]
name = "mahalle_kutugu"
title = { tr = "Mahalle", en = "Neighbourhood" }
description = { tr = "Mahalleler.", en = "Neighbourhoods." }
label = "ad"
key = ["kimlik"]

[[field]]
name = "kimlik"
title = { tr = "Mahalle kimlik no", en = "Neighbourhood id" }
type = "text"
unique = true

[[field]]
name = "ad"
title = { tr = "Ad", en = "Name" }
type = "text"
required = true

[[field]]
name = "tur"
title = { tr = "Tür", en = "Type" }
type = "code"
list = "mahalle_turu"

[[field]]
name = "ilce"
title = { tr = "İlçe", en = "District" }
type = "reference"
register = "ilce_kutugu"

[[field]]
name = "nufus"
title = { tr = "Nüfus", en = "Population" }
type = "integer"

[[field]]
name = "posta_kodu"
title = { tr = "Posta kodu", en = "Postal code" }
type = "text"

[geometry]
type = "multi_polygon"

[[code_list]]
name = "mahalle_turu"
title = { tr = "Mahalle türü", en = "Type of neighbourhood" }
codes = [
  { code = "merkez", tr = "Merkez mahallesi", en = "Central" },
  { code = "kirsal", tr = "Kırsal mahalle", en = "Rural" },
]
"#;

const DISTRICT: &str = r#"
[register]
name = "ilce_kutugu"
title = { tr = "İlçe", en = "District" }
description = { tr = "İlçeler.", en = "Districts." }
label = "ad"
key = ["kimlik"]

[[field]]
name = "kimlik"
title = { tr = "İlçe kimlik no", en = "District id" }
type = "text"

[[field]]
name = "ad"
title = { tr = "Ad", en = "Name" }
type = "text"
"#;

fn catalogue() -> Catalogue {
    let source = |file: &str, text: &str| Source { module: "test".into(), file: file.into(), text: text.into() };
    load(&[source("mahalle.toml", DEFINITIONS), source("ilce.toml", DISTRICT)]).unwrap()
}

fn map(columns: &[&str], sample: &[&[&str]], overrides: &[&str]) -> Mapping {
    let catalogue = catalogue();
    let columns: Vec<Column> = columns.iter().map(|c| Column { name: (*c).to_owned() }).collect();
    let sample: Vec<Feature> = sample
        .iter()
        .map(|row| Feature { row: 1, values: row.iter().map(|v| Scalar::Text((*v).to_owned())).collect(), geometry: None })
        .collect();
    let overrides: Vec<Override> = overrides.iter().map(|o| Override::read_lookup(o).unwrap()).collect();
    Mapping::make(&catalogue, &catalogue.registers["mahalle_kutugu"], &columns, &sample, &overrides).unwrap()
}

fn said(mapping: &Mapping) -> Vec<String> {
    mapping
        .fields
        .iter()
        .map(|f| match &f.from {
            From::Column { column } => format!("{}={column}", f.field),
            From::Constant { text } => format!("{}:={text}", f.field),
            From::Lookup { column, by } => format!("{}={column}:{by}", f.field),
        })
        .collect()
}

#[test]
fn columns_of_real_deliveries() {
    let nvi = map(&["mahalle_id", "mahalle", "ilce_id", "ilce"], &[], &[]);
    assert_eq!(said(&nvi), ["kimlik=mahalle_id", "ad=mahalle", "ilce=ilce_id:kimlik"]);
    assert_eq!(nvi.unused_columns, ["ilce"]);
    let scraped = map(
        &["name", "cityId", "townId", "districtId", "updated", "type", "id", "nvi_ilce_id", "nvi_mahalle_id"],
        &[&["Hacıköy Mh.", "61", "817", "3853", "1", "Quarter", "42924", "1709", "80162"]],
        &[],
    );
    // The site's own ids and its English type are not taken for the official ones.
    assert_eq!(said(&scraped), ["kimlik=nvi_mahalle_id", "ad=name", "ilce=nvi_ilce_id:kimlik"]);
    let upper =
        map(&["MAHALLE ADI", "TÜRÜ", "İLÇE ADI", "NÜFUS_2024", "PK"], &[&["A", "KIRSAL MAHALLE", "B", "1", "61300"]], &[]);
    assert_eq!(said(&upper), ["ad=MAHALLE ADI", "tur=TÜRÜ", "ilce=İLÇE ADI:ad", "nufus=NÜFUS_2024", "posta_kodu=PK"]);
    let camel = map(&["mahalleAdi", "mahalleKimlikNo", "postaKodu"], &[], &[]);
    assert_eq!(said(&camel), ["kimlik=mahalleKimlikNo", "ad=mahalleAdi", "posta_kodu=postaKodu"]);
}

#[test]
fn a_persons_word_wins() {
    let mapping = map(&["mahalle_id", "mahalle", "kod", "ilce"], &[], &["kimlik=kod", "ad=", "ilce=ilce:ad", "nufus:=5"]);
    assert_eq!(said(&mapping), ["kimlik=kod", "ilce=ilce:ad", "nufus:=5"]);
    assert_eq!(mapping.unused_columns, ["mahalle_id", "mahalle"]);
    for bad in ["ad", "=x", ":=x", ""] {
        assert_eq!(Override::read(bad).unwrap_err().code(), "bad-mapping", "{bad}");
    }
}

proptest::proptest! {
    /// Any names of columns, any values: a mapping comes of it, and no column fills two fields.
    #[test]
    fn any_columns(names in proptest::collection::vec(".{0,20}", 0..12), value in ".{0,20}") {
        let columns: Vec<&str> = names.iter().map(String::as_str).collect();
        let row: Vec<&str> = columns.iter().map(|_| value.as_str()).collect();
        let mapping = map(&columns, &[&row], &[]);
        let mut used: Vec<&String> = mapping.fields.iter().filter_map(|f| match &f.from {
            From::Column { column } | From::Lookup { column, .. } => Some(column),
            From::Constant { .. } => None,
        }).collect();
        used.sort();
        let before = used.len();
        used.dedup();
        proptest::prop_assert_eq!(before, used.len());
    }
}
