//! The map's drawing order: the symbology of all registers as one list of MapLibre layers, colours put in.

use super::{Catalogue, Colour, Register, Theme};
use serde_json::{Map, Value as Json};
use std::{collections::BTreeMap, sync::Arc};

/// One layer of the map.
#[derive(Debug, Clone, PartialEq)]
pub struct DrawnLayer {
    /// The register that it draws.
    pub register: Arc<Register>,
    /// The MapLibre layer with `id` (`register-name`), `source-layer` (the register's name) and colours; `source` is the face's.
    pub layer: Map<String, Json>,
}

impl Catalogue {
    /// All layers of all registers in drawing order, lowest first: areas and lines by the registers' `order`, then circles, then
    /// labels, so that no area covers a label. Named colours (`"@water"`) are those of the theme.
    pub fn drawing(&self, theme: Theme) -> Vec<DrawnLayer> {
        let mut drawn: Vec<(u8, i32, DrawnLayer)> = Vec::new();
        for register in self.registers.values() {
            let Some(symbology) = &register.symbology else { continue };
            for (index, layer) in symbology.layers.as_array().into_iter().flatten().enumerate() {
                let Some(layer) = layer.as_object() else { continue };
                let mut layer = layer.clone();
                let name = layer.get("id").and_then(Json::as_str).map_or_else(|| index.to_string(), str::to_owned);
                layer.insert("id".to_owned(), format!("{}-{name}", register.name).into());
                layer.insert("source-layer".to_owned(), register.name.as_str().into());
                layer.values_mut().for_each(|part| put_in(part, &self.palette, theme));
                let storey = storey(layer.get("type").and_then(Json::as_str));
                drawn.push((storey, symbology.order, DrawnLayer { register: Arc::clone(register), layer }));
            }
        }
        // Stable: a register's own layers keep their order.
        drawn.sort_by_key(|(storey, order, _)| (*storey, *order));
        drawn.into_iter().map(|(_, _, layer)| layer).collect()
    }

    /// A named colour of the theme, e.g. `land`, the map's background; `None` if the palette has none of that name.
    pub fn colour(&self, name: &str, theme: Theme) -> Option<&str> {
        self.palette.get(name).map(|c| c.of(theme))
    }
}

impl Colour {
    /// The CSS colour of a theme.
    pub fn of(&self, theme: Theme) -> &str {
        match theme {
            Theme::Light => &self.light,
            Theme::Dark => &self.dark,
        }
    }
}

fn storey(kind: Option<&str>) -> u8 {
    match kind {
        Some("symbol") => 2,
        Some("circle") => 1,
        _ => 0,
    }
}

/// Replaces each `"@name"` in a layer's values by the palette's colour; an unknown name stays (the loader refuses those).
fn put_in(json: &mut Json, palette: &BTreeMap<String, Colour>, theme: Theme) {
    match json {
        Json::String(text) => {
            if let Some(colour) = text.strip_prefix('@').and_then(|name| palette.get(name)) {
                *text = colour.of(theme).to_owned();
            }
        }
        Json::Array(items) => items.iter_mut().for_each(|item| put_in(item, palette, theme)),
        Json::Object(map) => map.values_mut().for_each(|item| put_in(item, palette, theme)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Source, load};

    fn source(name: &str, order: i32, layers: &str) -> Source {
        let text = format!(
            "[register]\nname = \"{name}\"\ntitle = {{ tr = \"A\", en = \"A\" }}\ndescription = {{ tr = \"A\", en = \"A\" }}\n\
             [[field]]\nname = \"name\"\ntitle = {{ tr = \"A\", en = \"A\" }}\ntype = \"text\"\n[geometry]\ntype = \"polygon\"\n\
             [symbology]\norder = {order}\n{layers}"
        );
        Source { module: "test".to_owned(), file: format!("{name}.toml"), text }
    }

    #[test]
    fn labels_come_above_every_area_and_areas_by_order() {
        let both =
            "[[symbology.layer]]\nid = \"name\"\ntype = \"symbol\"\n[[symbology.layer]]\nid = \"area\"\ntype = \"fill\"\n";
        let catalogue = load(&[source("above", 20, both), source("below", 10, both)]).expect("the definitions have no fault");
        let ids: Vec<_> = catalogue.drawing(Theme::Light).into_iter().map(|l| l.layer["id"].clone()).collect();
        assert_eq!(ids, ["below-area", "above-area", "below-name", "above-name"]);
    }
}
