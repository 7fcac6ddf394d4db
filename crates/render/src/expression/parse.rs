//! From JSON to expressions.

use super::{Call, Expression, MAX_DEPTH};
use crate::Value;
use serde_json::Value as Json;

/// Compiles expressions and remembers which properties they speak of.
#[derive(Default)]
pub(crate) struct Parser {
    /// Names of properties by slot.
    pub properties: Vec<String>,
}

type Parsed = Result<Expression, String>;

impl Parser {
    /// An expression, or a literal if it is none.
    pub fn parse(&mut self, json: &Json) -> Parsed {
        self.deep(json, 0)
    }

    fn deep(&mut self, json: &Json, depth: usize) -> Parsed {
        if depth > MAX_DEPTH {
            return Err(format!("an expression is deeper than {MAX_DEPTH}"));
        }
        let Json::Array(items) = json else { return Ok(Expression::Literal(value(json))) };
        // Without an operator in front it is a list, as text-font or text-offset are written.
        let Some((Json::String(name), rest)) = items.split_first() else { return Ok(Expression::Literal(value(json))) };
        self.operator(name, rest, depth)
    }

    fn operator(&mut self, name: &str, rest: &[Json], depth: usize) -> Parsed {
        match name {
            "literal" => Ok(Expression::Literal(rest.first().map_or(Value::Null, value))),
            "get" | "has" => {
                let property =
                    rest.first().and_then(Json::as_str).ok_or_else(|| format!("“{name}” wants the name of a property"))?;
                let slot = self.slot(property);
                Ok(if name == "get" { Expression::Get(slot) } else { Expression::Has(slot) })
            }
            "zoom" => Ok(Expression::Zoom),
            "geometry-type" => Ok(Expression::GeometryType),
            "all" => Ok(Expression::All(self.list(rest, depth)?)),
            "any" => Ok(Expression::Any(self.list(rest, depth)?)),
            "case" => self.case(rest, depth),
            "match" => self.matching(rest, depth),
            "step" => self.step(rest, depth),
            "interpolate" => self.interpolate(rest, depth),
            // What a browser's font stack is, is one typeface here.
            _ => match call(name) {
                Some(call) => Ok(Expression::Call(call, self.list(rest, depth)?)),
                None if rest.iter().all(Json::is_string) => Ok(Expression::Literal(Value::Null)),
                None => Err(format!("“{name}” is not an operator that is drawn here")),
            },
        }
    }

    fn slot(&mut self, property: &str) -> usize {
        self.properties.iter().position(|p| p == property).unwrap_or_else(|| {
            self.properties.push(property.to_owned());
            self.properties.len() - 1
        })
    }

    fn list(&mut self, items: &[Json], depth: usize) -> Result<Vec<Expression>, String> {
        items.iter().map(|i| self.deep(i, depth + 1)).collect()
    }

    fn case(&mut self, rest: &[Json], depth: usize) -> Parsed {
        let (last, pairs) = rest.split_last().ok_or("“case” wants conditions")?;
        let pairs = pairs.chunks(2).map(|pair| match pair {
            [condition, outcome] => Ok((self.deep(condition, depth + 1)?, self.deep(outcome, depth + 1)?)),
            _ => Err("“case” wants pairs and what else".to_owned()),
        });
        let pairs = pairs.collect::<Result<_, _>>()?;
        Ok(Expression::Case(pairs, Box::new(self.deep(last, depth + 1)?)))
    }

    fn matching(&mut self, rest: &[Json], depth: usize) -> Parsed {
        let [input, pairs @ .., last] = rest else { return Err("“match” wants an input and what else".to_owned()) };
        let input = self.deep(input, depth + 1)?;
        let pairs = pairs.chunks(2).map(|pair| match pair {
            [Json::Array(labels), outcome] => Ok((labels.iter().map(value).collect(), self.deep(outcome, depth + 1)?)),
            [label, outcome] => Ok((vec![value(label)], self.deep(outcome, depth + 1)?)),
            _ => Err("“match” wants pairs and what else".to_owned()),
        });
        let pairs = pairs.collect::<Result<_, _>>()?;
        Ok(Expression::Match(Box::new(input), pairs, Box::new(self.deep(last, depth + 1)?)))
    }

    fn step(&mut self, rest: &[Json], depth: usize) -> Parsed {
        let [input, below, stops @ ..] = rest else { return Err("“step” wants an input and an outcome".to_owned()) };
        let (input, below) = (self.deep(input, depth + 1)?, self.deep(below, depth + 1)?);
        Ok(Expression::Step(Box::new(input), Box::new(below), self.stops(stops, depth)?))
    }

    fn interpolate(&mut self, rest: &[Json], depth: usize) -> Parsed {
        let [kind, input, stops @ ..] = rest else { return Err("“interpolate” wants a kind and an input".to_owned()) };
        let base = match kind.get(0).and_then(Json::as_str) {
            Some("linear") => 1.0,
            Some("exponential") => kind.get(1).and_then(Json::as_f64).ok_or("“exponential” wants a base")?,
            _ => return Err("only linear and exponential interpolation is drawn".to_owned()),
        };
        let stops = self.stops(stops, depth)?;
        if stops.is_empty() {
            return Err("“interpolate” wants stops".to_owned());
        }
        Ok(Expression::Interpolate(base, Box::new(self.deep(input, depth + 1)?), stops))
    }

    fn stops(&mut self, stops: &[Json], depth: usize) -> Result<Vec<(f64, Expression)>, String> {
        let mut last = f64::NEG_INFINITY;
        let mut out = Vec::with_capacity(stops.len() / 2);
        for stop in stops.chunks(2) {
            let [at, outcome] = stop else { return Err("a stop wants an outcome".to_owned()) };
            let at = at.as_f64().filter(|at| *at > last).ok_or("stops are numbers that ascend")?;
            last = at;
            out.push((at, self.deep(outcome, depth + 1)?));
        }
        Ok(out)
    }
}

fn call(name: &str) -> Option<Call> {
    Some(match name {
        "==" => Call::Eq,
        "!=" => Call::Ne,
        "<" => Call::Lt,
        "<=" => Call::Le,
        ">" => Call::Gt,
        ">=" => Call::Ge,
        "!" => Call::Not,
        "in" => Call::In,
        "coalesce" => Call::Coalesce,
        "concat" => Call::Concat,
        "to-string" | "string" => Call::ToText,
        "to-number" | "number" => Call::ToNumber,
        "to-color" => Call::ToColour,
        "upcase" => Call::Upper,
        "downcase" => Call::Lower,
        "+" => Call::Add,
        "-" => Call::Subtract,
        "*" => Call::Multiply,
        "/" => Call::Divide,
        "%" => Call::Remainder,
        "min" => Call::Least,
        "max" => Call::Greatest,
        "length" => Call::Length,
        _ => return None,
    })
}

/// A literal.
pub(super) fn value(json: &Json) -> Value {
    match json {
        Json::Bool(b) => Value::Bool(*b),
        Json::Number(n) => n.as_f64().map_or(Value::Null, Value::Number),
        Json::String(text) => Value::Text(text.as_str().into()),
        Json::Array(items) => Value::List(items.iter().map(value).collect()),
        Json::Null | Json::Object(_) => Value::Null,
    }
}
