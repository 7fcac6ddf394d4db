//! Layers of the MapLibre style specification, version 8: fill, line, circle and symbol (its texts; icons are not drawn).

use crate::{
    Colour, RenderError, Value,
    canvas::{Cap, Join},
    expression::{Expression, Parser, Subject},
};
use serde_json::{Map, Value as Json};

/// A style, compiled.
#[derive(Debug, Clone, Default)]
pub struct Style {
    layers: Vec<Layer>,
    properties: Vec<String>,
}

/// Kinds of layers that are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Fill,
    Line,
    Circle,
    Symbol,
}

/// A layer with its expressions.
#[derive(Debug, Clone)]
pub(crate) struct Layer {
    pub kind: Kind,
    pub source_layer: String,
    min_zoom: f64,
    max_zoom: f64,
    filter: Option<Expression>,
    /// Paint and layout by name.
    says: Vec<(String, Expression)>,
}

impl Style {
    /// Compiles layers as a style document has them (`id`, `type`, `source-layer`, `filter`, `layout`, `paint`, …), in drawing order.
    /// Layers of other kinds (background, raster, …) are left out.
    ///
    /// # Errors
    /// [`RenderError::Style`] names the layer whose expression is not understood.
    pub fn parse<'a>(layers: impl IntoIterator<Item = &'a Map<String, Json>>) -> Result<Self, RenderError> {
        let mut parser = Parser::default();
        let mut out = Vec::new();
        for layer in layers {
            let text = |key: &str| layer.get(key).and_then(Json::as_str);
            let kind = match text("type") {
                Some("fill") => Kind::Fill,
                Some("line") => Kind::Line,
                Some("circle") => Kind::Circle,
                Some("symbol") => Kind::Symbol,
                _ => continue,
            };
            let mut compile = |key: &str, json: &Json| {
                let id = text("id").unwrap_or_default();
                let compiled = parser.parse(json).map_err(|what| RenderError::Style { layer: id.to_owned(), what })?;
                Ok::<_, RenderError>(if key.ends_with("color") { compiled.with_colours() } else { compiled })
            };
            let filter = layer.get("filter").map(|f| compile("filter", f)).transpose()?;
            let mut says = Vec::new();
            for part in ["layout", "paint"] {
                for (key, json) in layer.get(part).and_then(Json::as_object).into_iter().flatten() {
                    says.push((key.clone(), compile(key, json)?));
                }
            }
            let zoom = |key: &str, otherwise: f64| layer.get(key).and_then(Json::as_f64).unwrap_or(otherwise);
            out.push(Layer {
                kind,
                source_layer: text("source-layer").unwrap_or_default().to_owned(),
                min_zoom: zoom("minzoom", 0.0),
                max_zoom: zoom("maxzoom", f64::INFINITY),
                filter,
                says,
            });
        }
        Ok(Self { layers: out, properties: parser.properties })
    }

    /// Names of the properties that items must bring, in this order.
    pub fn properties(&self) -> &[String] {
        &self.properties
    }

    /// Names of the source layers that are drawn at a zoom, each once.
    pub fn source_layers(&self, zoom: f64) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for layer in self.layers.iter().filter(|l| l.is_drawn(zoom)) {
            if !names.contains(&layer.source_layer.as_str()) {
                names.push(&layer.source_layer);
            }
        }
        names
    }

    /// The layers that are drawn at a zoom, with all worked out that the zoom alone decides.
    pub(crate) fn at_zoom(&self, zoom: f64) -> Vec<Ready<'_>> {
        let drawn = self.layers.iter().filter(|l| l.is_drawn(zoom));
        drawn.map(|layer| Ready::new(layer, zoom)).collect()
    }
}

impl Layer {
    fn is_drawn(&self, zoom: f64) -> bool {
        zoom >= self.min_zoom && zoom < self.max_zoom && !self.is_hidden()
    }

    fn is_hidden(&self) -> bool {
        let visibility = self.says.iter().find(|(key, _)| key == "visibility");
        matches!(visibility, Some((_, Expression::Literal(Value::Text(text)))) if &**text == "none")
    }
}

/// A layer at one zoom.
pub(crate) struct Ready<'a> {
    pub kind: Kind,
    pub source_layer: &'a str,
    filter: Option<Expression>,
    says: Vec<(&'a str, Expression)>,
    zoom: f64,
}

impl<'a> Ready<'a> {
    fn new(layer: &'a Layer, zoom: f64) -> Self {
        Self {
            kind: layer.kind,
            source_layer: &layer.source_layer,
            filter: layer.filter.as_ref().map(|f| f.at_zoom(zoom)),
            says: layer.says.iter().map(|(key, e)| (key.as_str(), e.at_zoom(zoom))).collect(),
            zoom,
        }
    }

    pub fn subject<'v>(&self, values: &'v [Value], geometry_type: &'static str) -> Subject<'v> {
        Subject { zoom: self.zoom, values, geometry_type }
    }

    pub fn takes(&self, subject: &Subject<'_>) -> bool {
        self.filter.as_ref().is_none_or(|f| f.evaluate(subject).holds())
    }

    fn value(&self, key: &str, subject: &Subject<'_>) -> Option<Value> {
        let (_, expression) = self.says.iter().find(|(k, _)| *k == key)?;
        Some(expression.evaluate(subject).into_owned()).filter(|v| *v != Value::Null)
    }

    pub fn colour(&self, key: &str, otherwise: Colour, subject: &Subject<'_>) -> Colour {
        self.value(key, subject).and_then(|v| v.colour()).unwrap_or(otherwise)
    }

    /// A finite number.
    pub fn number(&self, key: &str, otherwise: f32, subject: &Subject<'_>) -> f32 {
        self.value(key, subject).and_then(|v| v.number()).map(|n| n as f32).filter(|n| n.is_finite()).unwrap_or(otherwise)
    }

    pub fn numbers(&self, key: &str, subject: &Subject<'_>) -> Vec<f32> {
        match self.value(key, subject) {
            Some(Value::List(list)) => {
                list.iter().filter_map(Value::number).map(|n| n as f32).filter(|n| n.is_finite()).collect()
            }
            Some(Value::Number(n)) => vec![n as f32],
            _ => Vec::new(),
        }
    }

    pub fn text(&self, key: &str, subject: &Subject<'_>) -> Option<std::sync::Arc<str>> {
        self.value(key, subject).map(|v| v.text())
    }

    pub fn cap(&self, subject: &Subject<'_>) -> Cap {
        match self.text("line-cap", subject).as_deref() {
            Some("round") => Cap::Round,
            Some("square") => Cap::Square,
            _ => Cap::Butt,
        }
    }

    pub fn join(&self, subject: &Subject<'_>) -> Join {
        match self.text("line-join", subject).as_deref() {
            Some("round") => Join::Round,
            Some("bevel") => Join::Bevel,
            _ => Join::Miter,
        }
    }
}
