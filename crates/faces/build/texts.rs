//! Fluent → Rust. The part of Fluent that is understood: text, `{ $variable }`, and a choice by number or word
//! (`{ $n -> [one] … *[other] … }`). Messages whose name begins with `js-` also go to the browser, with `{variable}` in them.

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Message, Pattern, PatternElement, VariantKey};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

type Messages = BTreeMap<String, Pattern<String>>;

/// The code of `impl Texts`, or every fault found.
pub fn generate(tr: &str, en: &str) -> Result<String, Vec<String>> {
    let (tr, en) = (parse("tr.ftl", tr)?, parse("en.ftl", en)?);
    let mut faults = Vec::new();
    for (name, _) in tr.iter().filter(|(name, _)| !en.contains_key(*name)) {
        faults.push(format!("en.ftl: the text `{name}` is missing (tr.ftl has it)"));
    }
    for (name, _) in en.iter().filter(|(name, _)| !tr.contains_key(*name)) {
        faults.push(format!("tr.ftl: the text `{name}` is missing (en.ftl has it)"));
    }
    let mut code = String::from("impl Texts {\n");
    let mut browser = [Vec::new(), Vec::new()];
    for (name, turkish) in &tr {
        let Some(english) = en.get(name) else { continue };
        let variables = variables(turkish);
        if variables != self::variables(english) {
            faults.push(format!("en.ftl: `{name}` has other variables than in tr.ftl"));
            continue;
        }
        if let Some(short) = name.strip_prefix("js-") {
            for (texts, pattern) in browser.iter_mut().zip([turkish, english]) {
                match plain(pattern) {
                    Some(text) => texts.push(format!("{}:{}", json(short), json(&text))),
                    None => faults.push(format!("`{name}`: a text for the browser can't hold a choice")),
                }
            }
        } else if let Err(fault) = function(&mut code, name, &variables, turkish, english) {
            faults.push(format!("`{name}`: {fault}"));
        }
    }
    let [tr, en] = browser.map(|texts| format!("{{{}}}", texts.join(",")));
    let _ = writeln!(
        code,
        "/// The texts of the browser's modules, as a JSON object.\npub fn for_the_browser(self) -> &'static str {{ match self.0 {{ Lang::Tr => {tr:?}, Lang::En => {en:?} }} }}\n}}"
    );
    if faults.is_empty() { Ok(code) } else { Err(faults) }
}

fn parse(file: &str, text: &str) -> Result<Messages, Vec<String>> {
    let resource = fluent_syntax::parser::parse(text.to_owned())
        .map_err(|(_, errors)| errors.iter().map(|e| format!("{file}: {e} at byte {}", e.pos.start)).collect::<Vec<_>>())?;
    let mut messages = Messages::new();
    let mut faults = Vec::new();
    for entry in resource.body {
        match entry {
            Entry::Message(Message { id, value: Some(value), .. }) => {
                if messages.insert(id.name.clone(), value).is_some() {
                    faults.push(format!("{file}: the text `{}` is there twice", id.name));
                }
            }
            Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) => {}
            other => faults.push(format!("{file}: not understood: {other:?}")),
        }
    }
    if faults.is_empty() { Ok(messages) } else { Err(faults) }
}

fn variables(pattern: &Pattern<String>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for element in &pattern.elements {
        match element {
            PatternElement::Placeable { expression: Expression::Inline(InlineExpression::VariableReference { id }) } => {
                found.insert(id.name.clone());
            }
            PatternElement::Placeable { expression: Expression::Select { selector, variants } } => {
                if let InlineExpression::VariableReference { id } = selector {
                    found.insert(id.name.clone());
                }
                found.extend(variants.iter().flat_map(|v| variables(&v.value)));
            }
            _ => {}
        }
    }
    found
}

fn function(
    code: &mut String,
    name: &str,
    variables: &BTreeSet<String>,
    turkish: &Pattern<String>,
    english: &Pattern<String>,
) -> Result<(), String> {
    // Rust has no named arguments: with two and more, the function's name says their order (that of the alphabet).
    let order = if variables.len() > 1 { variables.iter().map(|v| format!("_{v}")).collect() } else { String::new() };
    let function = format!("{name}{order}").replace('-', "_");
    let doc = plain(english).unwrap_or_else(|| name.to_owned()).replace('\n', " ");
    if variables.is_empty() {
        let (tr, en) = (plain(turkish).ok_or("not plain")?, plain(english).ok_or("not plain")?);
        let _ = writeln!(
            code,
            "#[doc = {doc:?}]\npub fn {function}(self) -> &'static str {{ match self.0 {{ Lang::Tr => {tr:?}, Lang::En => {en:?} }} }}"
        );
        return Ok(());
    }
    let (mut arguments, mut bindings) = (String::new(), String::new());
    for variable in variables {
        let variable = variable.replace('-', "_");
        let _ = write!(arguments, ", {variable}: impl Into<Arg>");
        let _ = write!(bindings, "let {variable} = {variable}.into();");
    }
    let (tr, en) = (statements(turkish)?, statements(english)?);
    let _ = writeln!(
        code,
        "#[doc = {doc:?}]\npub fn {function}(self{arguments}) -> String {{ {bindings} let mut out = String::new();\
         match self.0 {{ Lang::Tr => {{ {tr} }} Lang::En => {{ {en} }} }} out }}"
    );
    Ok(())
}

fn statements(pattern: &Pattern<String>) -> Result<String, String> {
    let mut code = String::new();
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { value } => {
                let _ = write!(code, "out += {value:?};");
            }
            PatternElement::Placeable { expression: Expression::Inline(inline) } => match inline {
                InlineExpression::VariableReference { id } => {
                    let _ = write!(code, "{}.write(self.0, &mut out);", id.name.replace('-', "_"));
                }
                InlineExpression::StringLiteral { value } => {
                    let _ = write!(code, "out += {value:?};");
                }
                other => return Err(format!("not understood: {other:?}")),
            },
            PatternElement::Placeable { expression: Expression::Select { selector, variants } } => {
                let InlineExpression::VariableReference { id } = selector else {
                    return Err("a choice must be by a variable".to_owned());
                };
                let _ = write!(code, "match {}.choice() {{", id.name.replace('-', "_"));
                for variant in variants.iter().filter(|v| !v.default) {
                    let (VariantKey::Identifier { name: key } | VariantKey::NumberLiteral { value: key }) = &variant.key;
                    let _ = write!(code, "{key:?} => {{ {} }}", statements(&variant.value)?);
                }
                let default = variants.iter().find(|v| v.default).ok_or("a choice needs a default")?;
                let _ = write!(code, "_ => {{ {} }} }}", statements(&default.value)?);
            }
        }
    }
    Ok(code)
}

/// The text with `{variable}` where a variable stands; `None` if it holds a choice.
fn plain(pattern: &Pattern<String>) -> Option<String> {
    let mut out = String::new();
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { value } => out.push_str(value),
            PatternElement::Placeable { expression: Expression::Inline(inline) } => match inline {
                InlineExpression::VariableReference { id } => {
                    let _ = write!(out, "{{{}}}", id.name);
                }
                InlineExpression::StringLiteral { value } => out.push_str(value),
                _ => return None,
            },
            PatternElement::Placeable { .. } => return None,
        }
    }
    Some(out)
}

fn json(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            // The object stands in a script element: no text may end it.
            '<' => out.push_str("\\u003c"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
