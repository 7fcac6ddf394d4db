//! Checks of symbology: MapLibre layers that name only what there is.

use super::{faults::Faults, suggest};
use crate::{Catalogue, Register, catalogue::Symbology};
use serde_json::{Map, Value as Json};
use std::collections::HashSet;

/// Kinds of MapLibre layers that a register can be drawn with.
const LAYER_TYPES: &[&str] = &["fill", "line", "symbol", "circle", "fill-extrusion", "heatmap"];
/// Keys of a layer; `source` and `source-layer` are the style face's.
const LAYER_KEYS: &[&str] = &["id", "type", "minzoom", "maxzoom", "filter", "layout", "paint", "metadata"];
/// What tiles carry beside fields.
const ALWAYS: &[&str] = &["id", "fid", "version"];

/// A colour as `#rgb`, `#rrggbb` or `#rrggbbaa`.
pub(super) fn is_colour(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|hex| matches!(hex.len(), 3 | 6 | 8) && hex.chars().all(|c| c.is_ascii_hexdigit()))
}

/// Notes all that is wrong with a register's symbology.
pub(super) fn check(catalogue: &Catalogue, register: &Register, symbology: &Symbology, faults: &Faults) {
    let check = Check { catalogue, register, symbology, faults, subject: format!("{}/symbology", register.name) };
    // A geometry that is written but wrong was told already.
    if register.geometry.is_none() && faults.place(&format!("{}/geometry", register.name)).is_none() {
        check.at("style", "geometrisi olmayan kütük çizilemez", "a register without geometry can't be drawn");
    }
    check.tile_fields();
    let Some(layers) = symbology.layers.as_array() else {
        return check.at("style", "katmanlar bir JSON dizisi olmalı", "the layers must be a JSON array");
    };
    let mut seen = HashSet::new();
    for (index, layer) in layers.iter().enumerate() {
        match layer.as_object() {
            None => check.at("style", format!("{index}. katman bir nesne değil"), format!("layer {index} is not an object")),
            Some(layer) => {
                let id = layer.get("id").and_then(Json::as_str).map_or_else(|| index.to_string(), str::to_owned);
                check.layer(&id, layer);
                if !seen.insert(id.clone()) {
                    check.at("style", format!("“{id}” katmanı iki kez var"), format!("the layer “{id}” is there twice"));
                }
            }
        }
    }
}

struct Check<'a> {
    catalogue: &'a Catalogue,
    register: &'a Register,
    symbology: &'a Symbology,
    faults: &'a Faults,
    subject: String,
}

impl Check<'_> {
    fn at(&self, key: &str, tr: impl Into<String>, en: impl Into<String>) {
        self.faults.at(&self.subject, key, tr, en);
    }

    fn tile_fields(&self) {
        for name in &self.symbology.tile_fields {
            match self.register.field(name) {
                None => {
                    let (tr, en) = suggest::phrase(name, self.register.fields.iter().map(|f| f.name.as_str()));
                    self.at(
                        "tile_fields",
                        format!("“{name}” diye bir alan yok{tr}"),
                        format!("there is no field “{name}”{en}"),
                    );
                }
                Some(field) if field.personal => self.at(
                    "tile_fields",
                    format!("“{name}” kişisel veridir, karolara konamaz"),
                    format!("“{name}” is personal data and can't go into tiles"),
                ),
                Some(_) => {}
            }
        }
    }

    fn layer(&self, id: &str, layer: &Map<String, Json>) {
        for key in layer.keys().filter(|key| !LAYER_KEYS.contains(&key.as_str())) {
            let (tr, en) = suggest::phrase(key, LAYER_KEYS.iter().copied());
            self.at(
                "style",
                format!("“{id}” katmanında “{key}” olamaz{tr}"),
                format!("the layer “{id}” can't have “{key}”{en}"),
            );
        }
        let kind = layer.get("type").and_then(Json::as_str).unwrap_or_default();
        if !LAYER_TYPES.contains(&kind) {
            let (tr, en) = suggest::phrase(kind, LAYER_TYPES.iter().copied());
            self.at(
                "style",
                format!("“{id}” katmanının türü “{kind}” olamaz{tr}"),
                format!("the layer “{id}” can't be of type “{kind}”{en}"),
            );
        }
        layer.values().for_each(|part| self.part(id, part));
    }

    /// Walks expressions: `["get", field]`, `["has", field]`, `"@colour"`.
    fn part(&self, id: &str, part: &Json) {
        match part {
            Json::String(text) => {
                if let Some(name) = text.strip_prefix('@')
                    && !self.catalogue.palette.contains_key(name)
                {
                    let (tr, en) = suggest::phrase(name, self.catalogue.palette.keys().map(String::as_str));
                    self.at(
                        "style",
                        format!("“{id}” katmanı: palette “{name}” rengi yok{tr}"),
                        format!("layer “{id}”: the palette has no colour “{name}”{en}"),
                    );
                }
            }
            Json::Array(items) => {
                if let [Json::String(operator), Json::String(field)] = items.as_slice()
                    && matches!(operator.as_str(), "get" | "has" | "!has")
                {
                    self.property(id, field);
                }
                items.iter().for_each(|item| self.part(id, item));
            }
            Json::Object(map) => map.values().for_each(|item| self.part(id, item)),
            _ => {}
        }
    }

    fn property(&self, id: &str, name: &str) {
        let carried = |f: &&crate::Field| {
            !f.personal && (self.symbology.tile_fields.is_empty() || self.symbology.tile_fields.contains(&f.name))
        };
        let mut names = self.register.fields.iter().filter(carried).map(|f| f.name.as_str()).chain(ALWAYS.iter().copied());
        if names.clone().any(|known| known == name) {
            return;
        }
        let (tr, en) = suggest::phrase(name, &mut names);
        self.at(
            "style",
            format!("“{id}” katmanı: karolarda “{name}” alanı yok{tr}"),
            format!("layer “{id}”: tiles carry no field “{name}”{en}"),
        );
    }
}
