//! The legend of a register, read from its symbology: what each colour means.

use super::expression::{evaluate, properties};
use meydan_kernel::{
    Catalogue, FieldKind, Lang, Register,
    catalogue::{CodeList, Theme},
};
use serde_json::Value as Json;
use std::collections::BTreeSet;

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

/// The legend of a register: a row for each look that its records can have; empty if it is not drawn.
pub fn of(catalogue: &Catalogue, register: &Register, lang: Lang) -> Vec<Row> {
    let layers: Vec<&Json> = register.symbology.iter().filter_map(|s| s.layers.as_array()).flatten().collect();
    let Some(form) = [Form::Fill, Form::Circle, Form::Line].into_iter().find(|f| layers.iter().any(|l| form_of(l) == Some(*f)))
    else {
        return Vec::new();
    };
    let Some((field, list)) = classes(catalogue, register, &layers) else {
        return look(catalogue, &layers, form, "", "").map(|look| vec![look]).unwrap_or_default();
    };
    let mut rows: Vec<Row> = Vec::new();
    for code in list.codes.iter().filter(|c| !c.retired) {
        let Some(mut row) = look(catalogue, &layers, form, field, &code.code) else { continue };
        let title = code.title.get(lang);
        // Codes that look alike share a row.
        match rows.iter_mut().find(|r| r.colours == row.colours && r.dashed == row.dashed && r.outlines == row.outlines) {
            Some(same) => same.title = format!("{}, {title}", same.title),
            None => {
                title.clone_into(&mut row.title);
                rows.push(row);
            }
        }
    }
    rows.truncate(MAX_ROWS);
    rows
}

fn form_of(layer: &Json) -> Option<Form> {
    match layer.get("type")?.as_str()? {
        "fill" | "fill-extrusion" => Some(Form::Fill),
        "circle" => Some(Form::Circle),
        "line" => Some(Form::Line),
        _ => None,
    }
}

/// The field of codes by which the layers tell records apart.
fn classes<'a>(catalogue: &'a Catalogue, register: &'a Register, layers: &[&Json]) -> Option<(&'a str, &'a CodeList)> {
    let mut used = BTreeSet::new();
    for layer in layers.iter().filter(|l| form_of(l).is_some()) {
        let colour = ["fill-color", "line-color", "circle-color"].into_iter().filter_map(|name| layer.get("paint")?.get(name));
        layer.get("filter").into_iter().chain(colour).for_each(|expression| properties(expression, &mut used));
    }
    register.fields.iter().filter(|f| used.contains(f.name.as_str())).find_map(|field| {
        let FieldKind::Code { list } = &field.kind else { return None };
        Some((field.name.as_str(), catalogue.code_lists.get(list)?.as_ref()))
    })
}

/// What a record with this code looks like: the topmost layer that draws it, and the edge that another layer gives it.
fn look(catalogue: &Catalogue, layers: &[&Json], form: Form, field: &str, code: &str) -> Option<Row> {
    let draws =
        |layer: &Json| layer.get("filter").is_none_or(|f| evaluate(f, field, code).and_then(|v| v.as_bool()) == Some(true));
    let paint = |layer: &Json, name: &str| evaluate(layer.get("paint")?.get(name)?, field, code)?.as_str().map(str::to_owned);
    let of = |form: Form| layers.iter().rev().find(move |l| form_of(l) == Some(form) && draws(l));
    let layer = of(form)?;
    let (colour, edge) = match form {
        Form::Fill => (
            paint(layer, "fill-color").or_else(|| paint(layer, "fill-extrusion-color"))?,
            paint(layer, "fill-outline-color").or_else(|| of(Form::Line).and_then(|l| paint(l, "line-color"))),
        ),
        Form::Circle => (paint(layer, "circle-color")?, paint(layer, "circle-stroke-color")),
        Form::Line => (paint(layer, "line-color")?, None),
    };
    let named = |colour: &str, theme| {
        let found = colour.strip_prefix('@').and_then(|name| catalogue.colour(name, theme));
        found.unwrap_or(colour).to_owned()
    };
    Some(Row {
        title: String::new(),
        form,
        colours: [Theme::Light, Theme::Dark].map(|theme| named(&colour, theme)),
        outlines: [Theme::Light, Theme::Dark].map(|theme| edge.as_deref().map(|e| named(e, theme))),
        dashed: layer.get("paint").is_some_and(|p| p.get("line-dasharray").is_some()),
    })
}
