//! The API definition of a small city is kept in the repository, so that a change of the API shows in review.
//!
//! `MEYDAN_ACCEPT=1 cargo test -p meydan-faces --test web snapshot` writes it anew.

use crate::city::City;
use meydan_kernel::catalogue::{Source, load};
use std::path::Path;

const LAMPS: &str = r#"
[[code_list]]
name = "lamp_kind"
title = { tr = "Lamba türü", en = "Kind of lamp" }
codes = [{ code = "led", tr = "LED", en = "LED" }, { code = "sodium", tr = "Sodyum", en = "Sodium" }]

[register]
name = "lamp"
title = { tr = "Sokak lambası", en = "Street lamp" }
description = { tr = "Sokak lambaları.", en = "Street lamps." }
articles = ["7/l"]
label = "plate"
key = ["plate"]

[[field]]
name = "plate"
title = { tr = "Plaka", en = "Plate" }
type = "text"
max_length = 20
required = true
unique = true

[[field]]
name = "kind"
title = { tr = "Tür", en = "Kind" }
type = "code"
list = "lamp_kind"

[[field]]
name = "watts"
title = { tr = "Güç", en = "Power" }
type = "integer"
unit = "W"
min = 0
max = 2000

[[field]]
name = "put_up"
title = { tr = "Dikildiği gün", en = "Day it was put up" }
type = "date"

[geometry]
type = "point"
required = true
"#;

#[tokio::test]
async fn the_api_is_as_it_was() {
    let source = Source { module: "city".into(), file: "lamp.toml".into(), text: LAMPS.into() };
    let city = City::of(load(&[source]).expect("no fault")).await;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots");
    for (name, address) in [("openapi.json", "/ogc/api?lang=en"), ("schema.json", "/ogc/collections/lamp/schema?lang=en")] {
        // Whether serde_json keeps the order of keys is any crate's choice for the whole build: a workspace build and one of this
        // crate alone would differ.
        let mut document = city.json(address).await;
        document.sort_all_objects();
        let now = serde_json::to_string_pretty(&document).expect("JSON") + "\n";
        let file = path.join(name);
        if std::env::var_os("MEYDAN_ACCEPT").is_some() {
            std::fs::write(&file, &now).expect("written");
        }
        let before = std::fs::read_to_string(&file).unwrap_or_default();
        let line = now
            .lines()
            .zip(before.lines())
            .position(|(a, b)| a != b)
            .map_or_else(|| "at the end".to_owned(), |n| format!("at line {}", n + 1));
        assert!(now == before, "{name} differs {line}; if that is meant: MEYDAN_ACCEPT=1");
    }
}
