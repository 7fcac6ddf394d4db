//! Service requests as who asks may see them.

use super::{
    Ask,
    ask::Wanted,
    document::Node,
    nouns::{Named, reference, referred_records, seen, text},
    services,
    supplement::Told,
    when,
};
use meydan_kernel::{
    Lang, Query, Record, Register, Result, Sort, Value,
    catalogue::workflow::field,
    cql2::{Comparison, Expr, Operand},
    desk::no_such_record,
    query::Key,
    text::fold,
};
use std::sync::Arc;
use uuid::Uuid;

/// Codes that extended attributes hold.
const EXTENDED: [&str; 4] = ["kind", "state", "resolution", "channel"];

/// `GET requests`.
///
/// # Errors
/// `no-such-service` for a code that isn't there; those of the desk.
pub async fn list(ask: &Ask<'_>, wanted: &Wanted) -> Result<Node> {
    let Some(filter) = condition(ask, wanted).await? else { return Ok(Node::List("request", Vec::new())) };
    let register = &ask.nouns.request;
    let sort = register.field_index(field::RECEIVED_AT).map(|field| Sort { field, descending: true });
    let mut query = Query { filter: Some(filter), sort, limit: Some(wanted.limit), ..Query::all(Arc::clone(register)) };
    if wanted.ids.is_none() {
        query.offset = wanted.offset;
    }
    let records = ask.app.desk.query(&ask.principal, &query).await?;
    written(ask, records, wanted.extensions).await
}

/// `GET requests/{id}`.
///
/// # Errors
/// `no-such-record`, also for one that may not be seen; those of the desk.
pub async fn one(ask: &Ask<'_>, id: &str, extensions: bool) -> Result<Node> {
    written(ask, vec![found(ask, id).await?], extensions).await
}

/// `GET tokens/{token}`. Every request has its id at once, so no token is ever given; the record's identity is taken for one.
///
/// # Errors
/// As [`one`].
pub async fn of_token(ask: &Ask<'_>, token: &str) -> Result<Node> {
    let record = found(ask, token).await?;
    let pair = vec![("service_request_id", Node::Text(record.fid.to_string())), ("token", Node::Text(token.to_owned()))];
    Ok(Node::List("request", vec![Node::Object(pair)]))
}

async fn found(ask: &Ask<'_>, text: &str) -> Result<Record> {
    let register = &ask.nouns.request;
    let key = match text.parse::<i64>() {
        Ok(fid) => Key::Fid(fid),
        Err(_) => Key::Id(Uuid::try_parse(text).map_err(|_| no_such_record(register, text))?),
    };
    ask.app.desk.get(&ask.principal, register, key, None).await
}

/// The condition on the records; `None` if none can fulfil it.
async fn condition(ask: &Ask<'_>, wanted: &Wanted) -> Result<Option<Expr>> {
    let register = &ask.nouns.request;
    if let Some(ids) = &wanted.ids {
        let ids: Vec<Operand> =
            ids.iter().filter_map(|id| id.parse().ok()).map(|id| Operand::Literal(Value::Int(id))).collect();
        return Ok((!ids.is_empty()).then_some(Expr::In(Operand::Fid, ids)));
    }
    let mut all = Vec::new();
    let index = |name: &str| register.field_index(name);
    let mut bound = |operand: Option<Operand>, op: Comparison, at: Option<jiff::Timestamp>| {
        let literal = at.and_then(Value::instant).map(Operand::Literal);
        all.extend(operand.zip(literal).map(|(operand, literal)| Expr::Compare(operand, op, literal)));
    };
    let received = || index(field::RECEIVED_AT).map(Operand::Field);
    bound(received(), Comparison::Ge, wanted.from);
    bound(received(), Comparison::Le, wanted.to);
    bound(Some(Operand::RecordedAt), Comparison::Ge, wanted.updated_from);
    bound(Some(Operand::RecordedAt), Comparison::Le, wanted.updated_to);
    if let (Some(open), Some(closed_at)) = (wanted.open, index(field::CLOSED_AT)) {
        let is_open = Expr::IsNull(Operand::Field(closed_at));
        all.push(if open { is_open } else { Expr::Not(Box::new(is_open)) });
    }
    if let Some(words) = &wanted.words {
        let escaped: String =
            fold(words).chars().flat_map(|c| "\\%_".contains(c).then_some('\\').into_iter().chain([c])).collect();
        let like = |name: &str| {
            let operand = Operand::Folded(index(name)?);
            Some(Expr::Like { operand, pattern: format!("%{escaped}%"), fold: true })
        };
        all.push(Expr::Or(["subject", "public_text"].into_iter().filter_map(like).collect()));
    }
    if let (Some(codes), Some(category)) = (&wanted.codes, index("category")) {
        let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
        let categories = services::by_codes(ask, &codes).await?;
        let is_there = |code: &&&str| categories.iter().any(|c| text(&ask.nouns.category, c, "code") == Some(code));
        if let Some(missing) = codes.iter().find(|c| !is_there(c)) {
            return Err(services::no_such_service(missing));
        }
        let ids = categories.iter().map(|c| Operand::Literal(Value::Reference(c.id))).collect();
        all.push(Expr::In(Operand::Field(category), ids));
    }
    Ok(Some(Expr::And(all)))
}

/// What requests refer to, by id.
struct Referred {
    categories: Named,
    units: Named,
    neighbourhoods: Named,
    streets: Named,
}

async fn written(ask: &Ask<'_>, records: Vec<Record>, extensions: bool) -> Result<Node> {
    let of = |field| referred_records(&ask.app.desk, &ask.principal, &ask.nouns.request, &records, field);
    let referred = Referred {
        categories: of("category").await?,
        units: of(field::UNIT).await?,
        neighbourhoods: of("neighbourhood").await?,
        streets: of("street").await?,
    };
    Ok(Node::List("request", records.iter().map(|r| request(ask, r, &referred, extensions)).collect()))
}

fn request(ask: &Ask<'_>, record: &Record, referred: &Referred, extensions: bool) -> Node {
    let (register, lang) = (&*ask.nouns.request, ask.lang);
    let category = reference(register, record, "category");
    let unit = reference(register, record, field::UNIT);
    let title = match lang {
        Lang::Tr => referred.categories.text(category, "title"),
        Lang::En => referred.categories.text(category, "title_en").or_else(|| referred.categories.text(category, "title")),
    };
    let closed = seen(register, record, field::CLOSED_AT).is_some();
    // What the applicant wrote is personal; who doesn't see it reads what was made public of it.
    let told = text(register, record, "description").map(Told::read).unwrap_or_else(|| Told {
        description: text(register, record, "public_text").unwrap_or_default().to_owned(),
        ..Told::default()
    });
    let (mut lat, mut long) = (Node::None, Node::None);
    if let Some(point) = &record.geometry {
        point.each_coord(|x, y| (long, lat) = (Node::Real(x), Node::Real(y)));
    }
    let mut members = vec![
        ("service_request_id", Node::Text(record.fid.to_string())),
        ("status", Node::Text(if closed { "closed" } else { "open" }.to_owned())),
        ("status_notes", Node::text(status_notes(register, record, lang))),
        ("service_name", Node::text(title)),
        ("service_code", Node::text(referred.categories.text(category, "code"))),
        ("description", Node::text(Some(told.description).filter(|d| !d.is_empty()))),
        ("agency_responsible", Node::text(agency(&referred.units, unit, lang))),
        ("service_notice", Node::None),
        ("requested_datetime", instant(register, record, field::RECEIVED_AT)),
        ("updated_datetime", Node::Text(when::written(record.recorded_at))),
        ("expected_datetime", instant(register, record, field::DUE_AT)),
        ("address", Node::text(address(register, record, referred))),
        ("address_id", Node::text(told.address_id)),
        ("zipcode", Node::None),
        ("lat", lat),
        ("long", long),
        ("media_url", Node::text(told.media_url)),
    ];
    if extensions {
        members.push(("extended_attributes", extended(register, record)));
    }
    Node::Object(members)
}

/// What the applicant reads while a request is in its state.
fn status_notes<'a>(register: &'a Register, record: &Record, lang: Lang) -> Option<&'a str> {
    let state = register.workflow.as_ref()?.state(text(register, record, field::STATE)?)?;
    Some(state.told.as_ref().unwrap_or(&state.title).get(lang))
}

fn agency(units: &Named, unit: Option<Uuid>, lang: Lang) -> Option<&str> {
    let english = if lang == Lang::En { units.text(unit, "name_en") } else { None };
    english.or_else(|| units.label(unit))
}

/// The address as it was told; for who doesn't see that, street and neighbourhood.
fn address(register: &Register, record: &Record, referred: &Referred) -> Option<String> {
    if let Some(told) = text(register, record, "address") {
        return Some(told.to_owned());
    }
    let parts: Vec<&str> = [(&referred.streets, "street"), (&referred.neighbourhoods, "neighbourhood")]
        .into_iter()
        .filter_map(|(named, field)| named.label(reference(register, record, field)))
        .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn instant(register: &Register, record: &Record, field: &str) -> Node {
    match seen(register, record, field) {
        Some(Value::Timestamp(at)) => Node::Text(when::written(*at)),
        _ => Node::None,
    }
}

/// Extension: what the house says of a request beside the standard.
fn extended(register: &Register, record: &Record) -> Node {
    let mut members: Vec<(&'static str, Node)> =
        EXTENDED.into_iter().map(|name| (name, Node::text(text(register, record, name)))).collect();
    let supporters = match seen(register, record, "supporters") {
        Some(Value::Int(n)) => Node::Int(*n),
        _ => Node::None,
    };
    let late = match seen(register, record, field::LATE) {
        Some(Value::Bool(late)) => Node::Flag(*late),
        _ => Node::None,
    };
    members.extend([
        ("supporters", supporters),
        ("late", late),
        ("closed_datetime", instant(register, record, field::CLOSED_AT)),
    ]);
    Node::Object(members)
}
