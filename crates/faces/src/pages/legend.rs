//! The legend of a register, read from its symbology: what each colour means.

use meydan_kernel::{Catalogue, FieldKind, Lang, Register, catalogue::Theme};
use serde_json::Value as Json;

/// Limit: rows of one register's legend.
const MAX_ROWS: usize = 24;

/// What a swatch looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// An area.
    Fill,
    /// A line.
    Line,
    /// A point.
    Circle,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What it means; empty for the register's one look.
    pub title: String,
    /// Form of the swatch.
    pub form: Form,
    /// CSS colours on the light and the dark map.
    pub colours: [String; 2],
    /// Colours of the outline, if it has one.
    pub outlines: [Option<String>; 2],
    /// Dashed line.
    pub dashed: bool,
}

impl Row {
    /// True for an area.
    pub fn is_fill(&self) -> bool {
        self.form == Form::Fill
    }

    /// True for a line.
    pub fn is_line(&self) -> bool {
        self.form == Form::Line
    }
}

/// The legend of a register; empty if it is not drawn.
pub fn of(catalogue: &Catalogue, register: &Register, lang: Lang) -> Vec<Row> {
    let layers = register.symbology.as_ref().and_then(|s| s.layers.as_array());
    let looks = layers.into_iter().flatten().filter_map(|layer| {
        let (form, property) = match layer.get("type")?.as_str()? {
            "fill" => (Form::Fill, "fill-color"),
            "fill-extrusion" => (Form::Fill, "fill-extrusion-color"),
            "line" => (Form::Line, "line-color"),
            "circle" => (Form::Circle, "circle-color"),
            _ => return None,
        };
        Some((form, layer, layer.get("paint")?.get(property)?))
    });
    // The first area, else the first point, else the widest line says what the register looks like; a second line is its edge.
    let looks: Vec<_> = looks.collect();
    let main = [Form::Fill, Form::Circle].into_iter().find_map(|f| looks.iter().find(|l| l.0 == f)).or_else(|| looks.last());
    let Some((form, layer, colour)) = main else { return Vec::new() };
    let paint = |name: &str| layer.get("paint").and_then(|p| p.get(name));
    let edge = paint("fill-outline-color").or_else(|| paint("circle-stroke-color")).or_else(|| {
        (*form == Form::Fill).then(|| looks.iter().find(|l| l.0 == Form::Line).map(|l| l.2)).flatten()
    });
    let of = |json: &Json, theme| plain(json).map(|c| named(catalogue, &c, theme));
    let outlines = [Theme::Light, Theme::Dark].map(|theme| edge.and_then(|e| of(e, theme)));
    let dashed = paint("line-dasharray").is_some();
    let row = |title: String, colour: &str| Row {
        title,
        form: *form,
        colours: [Theme::Light, Theme::Dark].map(|theme| named(catalogue, colour, theme)),
        outlines: outlines.clone(),
        dashed,
    };
    match choices(colour) {
        Some((field, pairs)) => pairs
            .into_iter()
            .take(MAX_ROWS)
            .map(|(code, colour)| row(title(catalogue, register, &field, code.as_deref(), lang), &colour))
            .collect(),
        None => plain(colour).map(|c| vec![row(String::new(), &c)]).unwrap_or_default(),
    }
}

fn named(catalogue: &Catalogue, colour: &str, theme: Theme) -> String {
    let found = colour.strip_prefix('@').and_then(|name| catalogue.colour(name, theme));
    found.unwrap_or(colour).to_owned()
}

fn title(catalogue: &Catalogue, register: &Register, field: &str, code: Option<&str>, lang: Lang) -> String {
    let other = || match lang {
        Lang::Tr => "diğer".to_owned(),
        Lang::En => "other".to_owned(),
    };
    let Some(code) = code else { return other() };
    let list = register.field(field).and_then(|f| match &f.kind {
        FieldKind::Code { list } => catalogue.code_lists.get(list),
        _ => None,
    });
    list.and_then(|l| l.get(code)).map_or_else(|| code.to_owned(), |c| c.title.get(lang).to_owned())
}

type Choices = (String, Vec<(Option<String>, String)>);

/// `["match", ["get", field], code, colour, …, other]` as its rows; codes of one colour are rows of their own.
fn choices(json: &Json) -> Option<Choices> {
    let items = json.as_array()?;
    if items.first()?.as_str()? != "match" {
        return items.iter().skip(1).find_map(choices);
    }
    let field = items.get(1)?.as_array().filter(|g| g.first().and_then(Json::as_str) == Some("get"))?.get(1)?.as_str()?;
    let (pairs, other) = items.get(2..)?.split_at(items.len().checked_sub(3)?);
    let mut rows = Vec::new();
    for pair in pairs.chunks_exact(2) {
        let colour = plain(&pair[1])?;
        let codes = match &pair[0] {
            Json::Array(codes) => codes.iter().map(word).collect(),
            code => vec![word(code)],
        };
        rows.extend(codes.into_iter().map(|code| (Some(code), colour.clone())));
    }
    if let Some(colour) = other.first().and_then(plain) {
        rows.push((None, colour));
    }
    Some((field.to_owned(), rows))
}

fn word(json: &Json) -> String {
    json.as_str().map_or_else(|| json.to_string(), str::to_owned)
}

/// A colour, or the last of an expression's colours (the closest zoom, the last case).
fn plain(json: &Json) -> Option<String> {
    match json {
        Json::String(text) => Some(text.clone()),
        Json::Array(items) if items.first().is_some_and(|i| matches!(i.as_str(), Some("interpolate" | "step" | "case" | "match" | "coalesce"))) => {
            items.iter().skip(1).rev().find_map(plain)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_match_is_a_row_per_code() {
        let colour = json!(["match", ["get", "use"], ["house", "flat"], "#aaa", "shop", "@shop", "#ccc"]);
        let (field, rows) = choices(&colour).expect("choices");
        assert_eq!(field, "use");
        assert_eq!(rows.len(), 4);
        assert_eq!(rows[2], (Some("shop".to_owned()), "@shop".to_owned()));
        assert_eq!(rows[3], (None, "#ccc".to_owned()));
    }

    #[test]
    fn an_interpolation_shows_its_closest_colour() {
        assert_eq!(plain(&json!(["interpolate", ["linear"], ["zoom"], 10, "#111", 16, "#222"])).as_deref(), Some("#222"));
        assert_eq!(plain(&json!(["get", "colour"])), None);
    }
}
