//! What expressions come to. What the specification calls an error is null here, and null paints nothing: a bad value in one record
//! must not cost the whole map.

use super::{Call, Expression, Subject};
use crate::Value;
use std::{borrow::Cow, sync::Arc};

impl Expression {
    /// The value for a subject.
    pub fn evaluate<'a>(&'a self, subject: &'a Subject<'_>) -> Cow<'a, Value> {
        match self {
            Self::Literal(value) => Cow::Borrowed(value),
            Self::Get(slot) => subject.values.get(*slot).map_or(Cow::Owned(Value::Null), Cow::Borrowed),
            Self::Has(slot) => Cow::Owned(Value::Bool(subject.values.get(*slot).is_some_and(|v| *v != Value::Null))),
            Self::Zoom => Cow::Owned(Value::Number(subject.zoom)),
            Self::GeometryType => Cow::Owned(Value::Text(subject.geometry_type.into())),
            Self::All(terms) => Cow::Owned(Value::Bool(terms.iter().all(|t| t.evaluate(subject).holds()))),
            Self::Any(terms) => Cow::Owned(Value::Bool(terms.iter().any(|t| t.evaluate(subject).holds()))),
            Self::Case(pairs, last) => {
                let found = pairs.iter().find(|(condition, _)| condition.evaluate(subject).holds());
                found.map_or(last.as_ref(), |(_, outcome)| outcome).evaluate(subject)
            }
            Self::Match(input, pairs, last) => {
                let input = input.evaluate(subject);
                let found = pairs.iter().find(|(labels, _)| labels.contains(&input));
                found.map_or(last.as_ref(), |(_, outcome)| outcome).evaluate(subject)
            }
            Self::Step(input, below, stops) => {
                let Some(at) = input.evaluate(subject).number() else { return Cow::Owned(Value::Null) };
                let reached = stops.iter().rev().find(|(stop, _)| *stop <= at);
                reached.map_or(below.as_ref(), |(_, outcome)| outcome).evaluate(subject)
            }
            Self::Interpolate(base, input, stops) => Cow::Owned(interpolate(*base, input, stops, subject)),
            Self::Call(call, arguments) => Cow::Owned(self::call(*call, arguments, subject)),
        }
    }

    /// The same with all that depends on no feature worked out.
    pub fn at_zoom(&self, zoom: f64) -> Self {
        let fold = |e: &Self| e.at_zoom(zoom);
        let folded = match self {
            Self::Literal(_) | Self::Get(_) | Self::Has(_) | Self::GeometryType => return self.clone(),
            Self::Zoom => return Self::Literal(Value::Number(zoom)),
            Self::Call(call, arguments) => Self::Call(*call, arguments.iter().map(fold).collect()),
            Self::All(terms) => Self::All(terms.iter().map(fold).collect()),
            Self::Any(terms) => Self::Any(terms.iter().map(fold).collect()),
            Self::Case(pairs, last) => {
                Self::Case(pairs.iter().map(|(c, o)| (fold(c), fold(o))).collect(), Box::new(fold(last)))
            }
            Self::Match(input, pairs, last) => Self::Match(
                Box::new(fold(input)),
                pairs.iter().map(|(labels, o)| (labels.clone(), fold(o))).collect(),
                Box::new(fold(last)),
            ),
            Self::Step(input, below, stops) => {
                let input = fold(input);
                // Steps of the zoom have one outcome for the whole map, though that may still ask the feature.
                if let Self::Literal(Value::Number(at)) = input {
                    let reached = stops.iter().rev().find(|(stop, _)| *stop <= at);
                    return fold(reached.map_or(below, |(_, outcome)| outcome));
                }
                Self::Step(Box::new(input), Box::new(fold(below)), fold_stops(stops, zoom))
            }
            Self::Interpolate(base, input, stops) => Self::Interpolate(*base, Box::new(fold(input)), fold_stops(stops, zoom)),
        };
        if folded.asks_the_feature() {
            return folded;
        }
        let subject = Subject { zoom, values: &[], geometry_type: "" };
        Self::Literal(folded.evaluate(&subject).into_owned())
    }

    /// The same with its outcomes read as colours, so that they are read once and not for each feature.
    pub fn with_colours(self) -> Self {
        let read = Self::with_colours;
        let read_box = |e: Box<Self>| Box::new(e.with_colours());
        match self {
            Self::Literal(value) => Self::Literal(value.colour().map_or(value, Value::Colour)),
            Self::Case(pairs, last) => Self::Case(pairs.into_iter().map(|(c, o)| (c, read(o))).collect(), read_box(last)),
            Self::Match(input, pairs, last) => {
                Self::Match(input, pairs.into_iter().map(|(labels, o)| (labels, read(o))).collect(), read_box(last))
            }
            Self::Step(input, below, stops) => {
                Self::Step(input, read_box(below), stops.into_iter().map(|(at, o)| (at, read(o))).collect())
            }
            Self::Interpolate(base, input, stops) => {
                Self::Interpolate(base, input, stops.into_iter().map(|(at, o)| (at, read(o))).collect())
            }
            other => other,
        }
    }

    /// True if the outcome may differ from feature to feature.
    fn asks_the_feature(&self) -> bool {
        match self {
            Self::Literal(_) | Self::Zoom => false,
            Self::Get(_) | Self::Has(_) | Self::GeometryType => true,
            Self::Call(_, all) | Self::All(all) | Self::Any(all) => all.iter().any(Self::asks_the_feature),
            Self::Case(pairs, last) => {
                last.asks_the_feature() || pairs.iter().any(|(c, o)| c.asks_the_feature() || o.asks_the_feature())
            }
            Self::Match(input, pairs, last) => {
                input.asks_the_feature() || last.asks_the_feature() || pairs.iter().any(|(_, o)| o.asks_the_feature())
            }
            Self::Step(input, below, stops) => {
                input.asks_the_feature() || below.asks_the_feature() || stops.iter().any(|(_, o)| o.asks_the_feature())
            }
            Self::Interpolate(_, input, stops) => input.asks_the_feature() || stops.iter().any(|(_, o)| o.asks_the_feature()),
        }
    }
}

fn fold_stops(stops: &[(f64, Expression)], zoom: f64) -> Vec<(f64, Expression)> {
    stops.iter().map(|(at, outcome)| (*at, outcome.at_zoom(zoom))).collect()
}

fn interpolate(base: f64, input: &Expression, stops: &[(f64, Expression)], subject: &Subject<'_>) -> Value {
    let Some(at) = input.evaluate(subject).number() else { return Value::Null };
    let outcome = |index: usize| stops.get(index).map_or(Value::Null, |(_, o)| o.evaluate(subject).into_owned());
    let after = stops.iter().position(|(stop, _)| *stop > at).unwrap_or(stops.len());
    if after == 0 {
        return outcome(0);
    }
    let (Some((from, _)), Some((to, _))) = (stops.get(after - 1), stops.get(after)) else { return outcome(after - 1) };
    let t = if (base - 1.0).abs() < 1e-6 {
        (at - from) / (to - from)
    } else {
        (base.powf(at - from) - 1.0) / (base.powf(to - from) - 1.0)
    };
    between(&outcome(after - 1), &outcome(after), t)
}

fn between(a: &Value, b: &Value, t: f64) -> Value {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => Value::Number(a + (b - a) * t),
        (Value::List(a), Value::List(b)) if a.len() == b.len() => {
            Value::List(a.iter().zip(b.iter()).map(|(a, b)| between(a, b, t)).collect())
        }
        _ => match (a.colour(), b.colour()) {
            (Some(a), Some(b)) => Value::Colour(a.between(b, t as f32)),
            _ => Value::Null,
        },
    }
}

fn call(call: Call, arguments: &[Expression], subject: &Subject<'_>) -> Value {
    let argument = |at: usize| arguments.get(at).map_or(Cow::Owned(Value::Null), |a| a.evaluate(subject));
    let numbers = || arguments.iter().map(|a| a.evaluate(subject).number());
    let number = |n: Option<f64>| n.filter(|n| n.is_finite()).map_or(Value::Null, Value::Number);
    match call {
        Call::Eq => Value::Bool(argument(0) == argument(1)),
        Call::Ne => Value::Bool(argument(0) != argument(1)),
        Call::Lt | Call::Le | Call::Gt | Call::Ge => compare(call, &argument(0), &argument(1)),
        Call::Not => match *argument(0) {
            Value::Bool(b) => Value::Bool(!b),
            _ => Value::Null,
        },
        Call::In => Value::Bool(match (&*argument(0), &*argument(1)) {
            (what, Value::List(list)) => list.contains(what),
            (Value::Text(what), Value::Text(text)) => text.contains(&**what),
            _ => false,
        }),
        Call::Coalesce => {
            let found = arguments.iter().map(|a| a.evaluate(subject)).find(|v| **v != Value::Null);
            found.map_or(Value::Null, Cow::into_owned)
        }
        Call::Concat => {
            Value::Text(arguments.iter().map(|a| a.evaluate(subject).text().to_string()).collect::<String>().into())
        }
        Call::ToText => Value::Text(argument(0).text()),
        Call::ToNumber => number(match &*argument(0) {
            Value::Number(n) => Some(*n),
            Value::Text(text) => text.trim().parse().ok(),
            Value::Bool(b) => Some(f64::from(u8::from(*b))),
            Value::Null => Some(0.0),
            _ => None,
        }),
        Call::ToColour => argument(0).colour().map_or(Value::Null, Value::Colour),
        Call::Upper => Value::Text(upper(&argument(0).text())),
        Call::Lower => Value::Text(lower(&argument(0).text())),
        Call::Add => number(numbers().try_fold(0.0, |sum, n| Some(sum + n?))),
        Call::Multiply => number(numbers().try_fold(1.0, |product, n| Some(product * n?))),
        Call::Subtract => number(match arguments.len() {
            1 => argument(0).number().map(|n| -n),
            _ => argument(0).number().zip(argument(1).number()).map(|(a, b)| a - b),
        }),
        Call::Divide => number(argument(0).number().zip(argument(1).number()).map(|(a, b)| a / b)),
        Call::Remainder => number(argument(0).number().zip(argument(1).number()).map(|(a, b)| a % b)),
        Call::Least => number(numbers().try_fold(f64::INFINITY, |least, n| Some(least.min(n?)))),
        Call::Greatest => number(numbers().try_fold(f64::NEG_INFINITY, |most, n| Some(most.max(n?)))),
        Call::Length => match &*argument(0) {
            Value::Text(text) => Value::Number(text.chars().count() as f64),
            Value::List(list) => Value::Number(list.len() as f64),
            _ => Value::Null,
        },
    }
}

fn compare(call: Call, a: &Value, b: &Value) -> Value {
    let order = match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.partial_cmp(b),
        (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
        _ => None,
    };
    order.map_or(Value::Null, |order| {
        Value::Bool(match call {
            Call::Lt => order.is_lt(),
            Call::Le => order.is_le(),
            Call::Gt => order.is_gt(),
            _ => order.is_ge(),
        })
    })
}

/// Capitals by Turkish rules: i becomes İ.
pub(crate) fn upper(text: &str) -> Arc<str> {
    text.replace('i', "İ").to_uppercase().into()
}

/// Small letters by Turkish rules: I becomes ı, İ becomes i.
fn lower(text: &str) -> Arc<str> {
    text.replace('I', "ı").replace('İ', "i").to_lowercase().into()
}
