use super::*;
use serde_json::json;

fn evaluate(expression: &serde_json::Value, zoom: f64, properties: &[(&str, Value)]) -> Value {
    let mut parser = Parser::default();
    let compiled = parser.parse(expression).expect("an expression");
    let values: Vec<Value> = parser
        .properties
        .iter()
        .map(|p| properties.iter().find(|(name, _)| name == p).map_or(Value::Null, |(_, v)| v.clone()))
        .collect();
    let subject = Subject { zoom, values: &values, geometry_type: "Polygon" };
    let plain = compiled.evaluate(&subject).into_owned();
    let folded = compiled.at_zoom(zoom);
    let folded = folded.evaluate(&subject).into_owned();
    assert_eq!(plain, folded, "{expression}");
    plain
}

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

#[test]
fn operators_do_what_the_style_specification_says() {
    let feature = [("kind", text("park")), ("floors", Value::Number(3.0)), ("name", text("İnönü ilçesi"))];
    let table = [
        (json!("#fff"), text("#fff")),
        (json!(["get", "kind"]), text("park")),
        (json!(["has", "missing"]), Value::Bool(false)),
        (json!(["match", ["get", "kind"], ["park", "garden"], 1, "wood", 2, 3]), Value::Number(1.0)),
        (json!(["match", ["get", "kind"], "wood", 2, 3]), Value::Number(3.0)),
        (json!(["case", [">", ["get", "floors"], 5], "tall", ["<", ["get", "floors"], 4], "low", "else"]), text("low")),
        (json!(["step", ["zoom"], "a", 10, "b", 15, "c"]), text("b")),
        (json!(["interpolate", ["linear"], ["zoom"], 10, 0, 20, 100]), Value::Number(20.0)),
        (json!(["interpolate", ["exponential", 2], ["zoom"], 10, 0, 14, 15]), Value::Number(3.0)),
        (json!(["interpolate", ["linear"], ["get", "floors"], 2, 10, 4, 20]), Value::Number(15.0)),
        (json!(["all", ["==", ["get", "kind"], "park"], ["!", ["has", "missing"]]]), Value::Bool(true)),
        (json!(["in", ["get", "kind"], ["literal", ["x", "park"]]]), Value::Bool(true)),
        (json!(["coalesce", ["get", "missing"], ["get", "name"]]), text("İnönü ilçesi")),
        (json!(["concat", ["get", "floors"], " kat"]), text("3 kat")),
        (json!(["upcase", ["get", "name"]]), text("İNÖNÜ İLÇESİ")),
        (json!(["downcase", "IŞIK İLİ"]), text("ışık ili")),
        (json!(["/", ["+", ["get", "floors"], 1], 0]), Value::Null),
        (json!([0, -1.5]), Value::List(vec![Value::Number(0.0), Value::Number(-1.5)].into())),
    ];
    for (expression, expected) in table {
        assert_eq!(evaluate(&expression, 12.0, &feature), expected, "{expression}");
    }
}

#[test]
fn what_is_not_understood_is_told_and_depth_is_bounded() {
    for bad in
        [json!(["get"]), json!(["heatmap-density", 1]), json!(["interpolate", ["cubic-bezier", 0, 0, 1, 1], ["zoom"], 0, 0])]
    {
        assert!(Parser::default().parse(&bad).is_err(), "{bad}");
    }
    let mut deep = json!(1);
    for _ in 0..100 {
        deep = json!(["!", deep]);
    }
    assert!(Parser::default().parse(&deep).is_err());
}
