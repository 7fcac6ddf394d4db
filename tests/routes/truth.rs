//! The records as they are: exported by the operator of the machine, who goes past no face.

use crate::{grants::Definitions, harness::City};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

/// One record.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    pub id: String,
    pub values: Map<String, Json>,
    pub geometry: Json,
}

/// All records of all registers.
#[derive(Debug, PartialEq)]
pub struct Truth {
    pub records: BTreeMap<String, Vec<Record>>,
}

impl Truth {
    /// Exports them.
    pub fn of(city: &City, definitions: &Definitions) -> Self {
        let mut records = BTreeMap::new();
        for register in definitions.registers.keys() {
            let file = city.path("truth.geojson");
            let _ = std::fs::remove_file(&file);
            city.ok(&["export", register, "--out", "truth.geojson", "--with-personal", "--reason", "e2e"]);
            let text = std::fs::read_to_string(&file).expect("an export");
            let read: Json = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{register}: {e}"));
            let features = read["features"].as_array().expect("features");
            records.insert(register.clone(), features.iter().map(record).collect());
        }
        Self { records }
    }

    /// One record of a register by its id.
    pub fn find(&self, register: &str, id: &str) -> Option<&Record> {
        self.records[register].iter().find(|r| r.id == id)
    }

    /// One record by a field's value.
    pub fn by(&self, register: &str, field: &str, value: &str) -> &Record {
        let is = |r: &&Record| r.values.get(field).and_then(Json::as_str) == Some(value);
        self.records[register].iter().find(is).unwrap_or_else(|| panic!("no {register} with {field} {value}"))
    }

    /// True if a unit is this one or below it.
    pub fn is_below(&self, unit: &str, top: &str) -> bool {
        let mut at = Some(unit.to_owned());
        while let Some(id) = at {
            if id == top {
                return true;
            }
            at = self.find("unit", &id).and_then(|u| u.values["parent"].as_str()).map(str::to_owned);
        }
        false
    }
}

fn record(feature: &Json) -> Record {
    let values = feature["properties"].as_object().expect("properties").clone();
    Record { id: values["id"].as_str().expect("an id").to_owned(), values, geometry: feature["geometry"].clone() }
}
