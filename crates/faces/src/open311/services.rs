//! Services: the categories of requests that are in use and have none below them.

use super::{
    Ask,
    document::Node,
    nouns::{reference, text},
    questions,
};
use meydan_kernel::{
    Error, Lang, Query, Record, Register, Result, Sort, Value,
    cql2::{Comparison, Expr, Operand},
    query::MAX_PAGE,
};
use std::{collections::HashSet, sync::Arc};
use uuid::Uuid;

/// `GET services`.
///
/// # Errors
/// Those of the desk.
pub async fn list(ask: &Ask<'_>) -> Result<Node> {
    let register = &ask.nouns.category;
    let all = in_use(ask).await?;
    let above: HashSet<Uuid> = all.iter().filter_map(|c| reference(register, c, "parent")).collect();
    let service = |category: &Record| {
        let group = reference(register, category, "parent").and_then(|id| all.iter().find(|c| c.id == id));
        let has_questions = !questions_of(register, category).is_empty();
        Node::Object(vec![
            ("service_code", Node::text(text(register, category, "code"))),
            ("service_name", Node::text(title(register, category, ask.lang))),
            ("description", Node::text(text(register, category, "description"))),
            ("metadata", Node::Flag(has_questions)),
            // A number is given at once, never a token to ask for it later.
            ("type", Node::Text("realtime".to_owned())),
            ("keywords", Node::text(text(register, category, "keywords"))),
            ("group", Node::text(group.and_then(|g| title(register, g, ask.lang)))),
        ])
    };
    Ok(Node::List("service", all.iter().filter(|c| !above.contains(&c.id)).map(service).collect()))
}

/// `GET services/{code}`.
///
/// # Errors
/// `no-such-service`; those of the desk.
pub async fn definition(ask: &Ask<'_>, code: &str) -> Result<Node> {
    let category = by_code(ask, code).await?.ok_or_else(|| no_such_service(code))?;
    let questions = questions_of(&ask.nouns.category, &category);
    let attributes = questions.iter().zip(1..).map(|(q, place)| q.to_node(ask.lang, place)).collect();
    Ok(Node::Object(vec![
        ("service_code", Node::text(text(&ask.nouns.category, &category, "code"))),
        ("attributes", Node::List("attribute", attributes)),
    ]))
}

/// A category's title in a language.
pub fn title<'a>(register: &Register, category: &'a Record, lang: Lang) -> Option<&'a str> {
    let turkish = || text(register, category, "title");
    match lang {
        Lang::Tr => turkish(),
        Lang::En => text(register, category, "title_en").or_else(turkish),
    }
}

/// A category's further questions.
pub fn questions_of(register: &Register, category: &Record) -> Vec<questions::Question> {
    text(register, category, "questions").map(questions::read).unwrap_or_default()
}

/// A category in use, by its code.
///
/// # Errors
/// Those of the desk.
pub async fn by_code(ask: &Ask<'_>, code: &str) -> Result<Option<Record>> {
    let found = by_codes(ask, &[code]).await?.pop();
    Ok(found.filter(|c| c.value(&ask.nouns.category, "active") == Some(&Value::Bool(true))))
}

/// Categories by their codes, also of those no longer in use.
///
/// # Errors
/// Those of the desk.
pub async fn by_codes(ask: &Ask<'_>, codes: &[&str]) -> Result<Vec<Record>> {
    let register = &ask.nouns.category;
    let field = register.field_index("code").ok_or_else(|| Error::internal("categories without a code"))?;
    let literal = |code: &&str| Operand::Literal(Value::Text((*code).to_owned()));
    let filter = Expr::In(Operand::Field(field), codes.iter().map(literal).collect());
    let query = Query { filter: Some(filter), limit: Some(codes.len().min(MAX_PAGE)), ..Query::all(Arc::clone(register)) };
    ask.app.desk.query(&ask.principal, &query).await
}

async fn in_use(ask: &Ask<'_>) -> Result<Vec<Record>> {
    let register = &ask.nouns.category;
    let active = register
        .field_index("active")
        .map(|field| Expr::Compare(Operand::Field(field), Comparison::Eq, Operand::Literal(Value::Bool(true))));
    let sort = register.field_index("order").map(|field| Sort { field, descending: false });
    let query = Query { filter: active, sort, limit: Some(MAX_PAGE), ..Query::all(Arc::clone(register)) };
    ask.app.desk.query(&ask.principal, &query).await
}

/// The error for a `service_code` that isn't there (GeoReport: 404).
pub fn no_such_service(code: &str) -> Error {
    Error::not_found(
        "no-such-service",
        format!("“{code}” kodlu bir hizmet (service_code) yok."),
        format!("There is no service with the service_code “{code}”."),
    )
}
