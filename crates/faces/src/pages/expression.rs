//! MapLibre expressions, as far as a legend needs them: what a layer's filter and colour say for a record of one code.
//! (<https://maplibre.org/maplibre-style-spec/expressions/>; zoom stands at its closest.)

use serde_json::Value as Json;
use std::collections::BTreeSet;

/// The value of an expression for a record that has one property; `None` where that is not known here.
pub fn evaluate(json: &Json, property: &str, value: &str) -> Option<Json> {
    let Json::Array(items) = json else { return Some(json.clone()) };
    let (operator, rest) = items.split_first()?;
    let at = |index: usize| evaluate(rest.get(index)?, property, value);
    let truth = |index: usize| at(index)?.as_bool();
    match operator.as_str()? {
        "literal" => rest.first().cloned(),
        "get" => Some(if rest.first()?.as_str()? == property { value.into() } else { Json::Null }),
        "has" => Some((rest.first()?.as_str()? == property).into()),
        "==" => Some((at(0)? == at(1)?).into()),
        "!=" => Some((at(0)? != at(1)?).into()),
        "!" => Some((!truth(0)?).into()),
        "in" => {
            let (needle, hay) = (at(0)?, at(1)?);
            Some(hay.as_array()?.contains(&needle).into())
        }
        "all" => (0..rest.len()).map(truth).try_fold(true, |all, one| Some(all && one?)).map(Json::from),
        "any" => (0..rest.len()).map(truth).try_fold(false, |any, one| Some(any || one?)).map(Json::from),
        "case" => {
            let pairs = rest.chunks(2).enumerate();
            for (index, pair) in pairs {
                match pair {
                    [_, _] if truth(index * 2)? => return at(index * 2 + 1),
                    [_, _] => {}
                    _ => return at(index * 2),
                }
            }
            None
        }
        "match" => {
            let input = at(0)?;
            let is = |label: &Json| *label == input || label.as_array().is_some_and(|labels| labels.contains(&input));
            let arms = rest.get(1..rest.len().checked_sub(1)?)?;
            let arm = arms.chunks_exact(2).position(|arm| is(&arm[0]));
            at(arm.map_or(rest.len().checked_sub(1)?, |index| 2 + index * 2))
        }
        "coalesce" => (0..rest.len()).filter_map(at).find(|v| !v.is_null()),
        "interpolate" | "step" | "interpolate-hcl" | "interpolate-lab" => at(rest.len().checked_sub(1)?),
        "to-string" | "to-color" | "string" => at(0),
        _ => None,
    }
}

/// Names of properties that an expression looks at.
pub fn properties<'a>(json: &'a Json, found: &mut BTreeSet<&'a str>) {
    let Json::Array(items) = json else { return };
    if let [Json::String(operator), Json::String(name)] = items.as_slice()
        && (operator == "get" || operator == "has")
    {
        found.insert(name);
    }
    items.iter().for_each(|item| properties(item, found));
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(expression: &Json, value: &str) -> Option<Json> {
        evaluate(expression, "kind", value)
    }

    #[test]
    fn filters() {
        let roads = json!(["in", ["get", "kind"], ["literal", ["steps", "path"]]]);
        assert_eq!(of(&roads, "steps"), Some(true.into()));
        assert_eq!(of(&roads, "ring"), Some(false.into()));
        assert_eq!(of(&json!(["all", ["!=", ["get", "kind"], "x"], ["!", roads]]), "ring"), Some(true.into()));
        assert_eq!(of(&json!(["within", {}]), "ring"), None);
    }

    #[test]
    fn colours() {
        let colour = json!(["match", ["get", "kind"], "forest", "@forest", ["a", "b"], "@ab", "@other"]);
        assert_eq!(of(&colour, "b"), Some("@ab".into()));
        assert_eq!(of(&colour, "z"), Some("@other".into()));
        assert_eq!(of(&json!(["interpolate", ["linear"], ["zoom"], 10, "#111", 16, "#222"]), ""), Some("#222".into()));
        assert_eq!(of(&json!(["case", ["==", ["get", "kind"], "a"], "#a", "#other"]), "b"), Some("#other".into()));
    }

    #[test]
    fn broken_ones_are_unknown() {
        for broken in [json!([]), json!(["match"]), json!(["case"]), json!(["get"]), json!([1, 2]), json!(["interpolate"])] {
            assert_eq!(of(&broken, "a"), None, "{broken}");
        }
    }
}
