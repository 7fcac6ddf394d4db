//! One answer in both of GeoReport's formats. Own writer rather than `quick-xml`: elements without attributes and text are all that the
//! standard has, and the same tree gives the JSON.

use std::fmt::Write as _;

/// A piece of an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// Nothing: `null`, an empty element.
    None,
    /// A text.
    Text(String),
    /// A whole number.
    Int(i64),
    /// A finite number.
    Real(f64),
    /// `true` or `false`.
    Flag(bool),
    /// An array: the name of its elements in XML, and what stands in it.
    List(&'static str, Vec<Node>),
    /// Members in the standard's order.
    Object(Vec<(&'static str, Node)>),
}

impl Node {
    /// A text, or nothing for none.
    pub fn text(text: Option<impl Into<String>>) -> Self {
        text.map_or(Self::None, |t| Self::Text(t.into()))
    }

    /// Writes it as JSON; a list is an array.
    pub fn to_json(&self) -> String {
        let mut out = String::new();
        self.json(&mut out);
        out
    }

    fn json(&self, out: &mut String) {
        match self {
            Self::None => out.push_str("null"),
            Self::Text(text) => quoted(out, text),
            Self::Int(n) => drop(write!(out, "{n}")),
            Self::Real(r) if r.is_finite() => drop(write!(out, "{r}")),
            Self::Real(_) => out.push_str("null"),
            Self::Flag(b) => drop(write!(out, "{b}")),
            Self::List(_, items) => {
                out.push('[');
                for (n, item) in items.iter().enumerate() {
                    if n > 0 {
                        out.push(',');
                    }
                    item.json(out);
                }
                out.push(']');
            }
            Self::Object(members) => {
                out.push('{');
                for (n, (name, member)) in members.iter().enumerate() {
                    if n > 0 {
                        out.push(',');
                    }
                    quoted(out, name);
                    out.push(':');
                    member.json(out);
                }
                out.push('}');
            }
        }
    }

    /// Writes it as an XML document with this root element.
    pub fn to_xml(&self, root: &str) -> String {
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
        self.element(&mut out, root);
        out.push('\n');
        out
    }

    fn element(&self, out: &mut String, name: &str) {
        if matches!(self, Self::None) || matches!(self, Self::List(_, items) if items.is_empty()) {
            let _ = write!(out, "<{name}/>");
            return;
        }
        let _ = write!(out, "<{name}>");
        match self {
            Self::None => {}
            Self::Text(text) => crate::xml::escape(out, text),
            Self::Int(n) => drop(write!(out, "{n}")),
            Self::Real(r) => drop(write!(out, "{r}")),
            Self::Flag(b) => drop(write!(out, "{b}")),
            Self::List(item, items) => items.iter().for_each(|i| i.element(out, item)),
            Self::Object(members) => members.iter().for_each(|(name, member)| member.element(out, name)),
        }
        let _ = write!(out, "</{name}>");
    }
}

fn quoted(out: &mut String, text: &str) {
    out.push_str(&serde_json::Value::from(text).to_string());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_tree_is_json_and_xml() {
        let request = Node::Object(vec![
            ("service_request_id", Node::Text("1".into())),
            ("description", Node::Text("<b> & \"İ\"\u{1}\r\n".into())),
            ("lat", Node::Real(41.0)),
            ("media_url", Node::None),
        ]);
        let list = Node::List("request", vec![request]);
        assert_eq!(
            list.to_json(),
            r#"[{"service_request_id":"1","description":"<b> & \"İ\"\u0001\r\n","lat":41,"media_url":null}]"#
        );
        assert_eq!(
            list.to_xml("service_requests"),
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<service_requests><request><service_request_id>1</service_request_id>\
             <description>&lt;b&gt; &amp; &quot;İ&quot;&#13;\n</description><lat>41</lat><media_url/></request></service_requests>\n"
        );
        assert!(Node::List("request", vec![]).to_xml("service_requests").ends_with("\n<service_requests/>\n"));
    }
}
