//! What belongs to a case: what was written to it, its files, its tasks, cases joined to it, similar ones nearby, who watches.

use super::super::{format, page::Visit, shown::Shower};
use crate::{
    Problem,
    cases::{ATTACHMENT, COMMENT, TASK, parts_of},
};
use meydan_geo::Bbox;
use meydan_kernel::{
    Query, Record, Register, Result as KernelResult, Value,
    case::{instant, readable},
    catalogue::{Action, workflow::field},
    cql2,
    permission::FieldSet,
    query::Key,
};
use std::sync::Arc;
use uuid::Uuid;

/// Register of who watches what.
pub const WATCH: &str = "watch";
/// Limit: tasks and joined cases shown.
const MAX_SHOWN: usize = 30;
/// Limit: similar cases shown.
const MAX_NEAR: usize = 6;
/// How far similar cases are looked for, if their category doesn't say, in metres.
const NEAR_M: f64 = 50.0;
/// Metres of one degree of latitude.
const DEGREE_M: f64 = 111_320.0;

/// Something said.
pub struct Comment {
    /// Who.
    pub author: String,
    /// When.
    pub at: String,
    /// What.
    pub text: String,
    /// Who sees it, as a title.
    pub audience: String,
    /// The applicant sees it, or wrote it.
    pub outside: bool,
}

/// A file.
pub struct File {
    /// Name.
    pub name: String,
    /// Where its bytes are.
    pub href: String,
    /// It is a picture.
    pub picture: bool,
    /// It is sound.
    pub sound: bool,
    /// Size and when, in words.
    pub note: String,
    /// Who sees it.
    pub audience: String,
}

/// Another case.
pub struct Other {
    /// Its record.
    pub id: Uuid,
    /// Its page.
    pub href: String,
    /// Name.
    pub name: String,
    /// Number, state, or distance.
    pub note: String,
}

fn text<'a>(register: &Register, record: &'a Record, name: &str) -> &'a str {
    match record.value(register, name) {
        Some(Value::Text(text)) => text,
        _ => "",
    }
}

/// Refusals are nothing to show.
fn or_none<T: Default>(found: KernelResult<T>) -> Result<T, Problem> {
    match found {
        Err(error) if error.is_refusal() || error.kind() == meydan_kernel::Kind::NotFound => Ok(T::default()),
        found => Ok(found?),
    }
}

async fn parts(
    visit: &Visit,
    whole: &Arc<Register>,
    case: &Record,
    name: &str,
) -> Result<Option<(Arc<Register>, Vec<Record>)>, Problem> {
    let Ok(register) = visit.app.desk.register(name) else { return Ok(None) };
    let found = or_none(parts_of(&visit.app.desk, &visit.principal(), whole, case.id, &register).await)?;
    Ok(Some((register, found)))
}

fn author(visit: &Visit, register: &Register, record: &Record) -> String {
    match record.value(register, "author") {
        Some(Value::Reference(id)) => visit.caller.name_of(&id.to_string()),
        // Only the applicant writes without a name; a mail from another address is kept for the house to judge.
        _ if text(register, record, "audience") == "internal" => visit.t.case_comment_stranger().to_owned(),
        _ => visit.t.case_comment_applicant().to_owned(),
    }
}

fn audience(shower: &Shower<'_>, register: &Register, record: &Record) -> String {
    let shown = register.field("audience").zip(record.value(register, "audience")).map(|(f, v)| shower.show(f, v).text);
    shown.unwrap_or_default()
}

/// What was written to the case, oldest first.
///
/// # Errors
/// Those of the store.
pub async fn comments(
    visit: &Visit,
    whole: &Arc<Register>,
    case: &Record,
    shower: &Shower<'_>,
) -> Result<Vec<Comment>, Problem> {
    let Some((register, found)) = parts(visit, whole, case, COMMENT).await? else { return Ok(Vec::new()) };
    let one = |record: &Record| Comment {
        author: author(visit, &register, record),
        at: format::instant(visit.lang, instant(&register, record, "written_at").unwrap_or(record.recorded_at)),
        text: text(&register, record, "text").to_owned(),
        audience: audience(shower, &register, record),
        outside: text(&register, record, "audience") != "internal",
    };
    Ok(found.iter().map(one).collect())
}

/// The files of the case, oldest first.
///
/// # Errors
/// Those of the store.
pub async fn files(visit: &Visit, whole: &Arc<Register>, case: &Record, shower: &Shower<'_>) -> Result<Vec<File>, Problem> {
    let Some((register, found)) = parts(visit, whole, case, ATTACHMENT).await? else { return Ok(Vec::new()) };
    let one = |record: &Record| {
        let media = text(&register, record, "media_type");
        let size = match record.value(&register, "size") {
            Some(Value::Int(bytes)) => format!("{} kB · ", format::integer(visit.lang, (bytes + 999) / 1000)),
            _ => String::new(),
        };
        File {
            name: text(&register, record, "name").to_owned(),
            href: format!("/api/cases/{}/{}/attachments/{}/content", whole.name, case.id, record.id),
            picture: media.starts_with("image/"),
            sound: media.starts_with("audio/"),
            note: format!("{size}{}", format::instant(visit.lang, record.recorded_at)),
            audience: audience(shower, &register, record),
        }
    };
    Ok(found.iter().map(one).collect())
}

async fn others(visit: &Visit, register: &Arc<Register>, query: Query) -> Result<Vec<Record>, Problem> {
    or_none(visit.app.desk.list(&visit.principal(), &query, FieldSet::impersonal(register)).await)
}

fn other(shower: &Shower<'_>, register: &Register, record: &Record, note: Option<String>) -> Other {
    let state = register.field(field::STATE).zip(record.value(register, field::STATE)).map(|(f, v)| shower.show(f, v).text);
    let number = readable(text(register, record, field::REFERENCE));
    Other {
        id: record.id,
        href: format!("/registers/{}/{}", register.name, record.id),
        name: shower.name(register, record),
        note: [Some(number), state, note].into_iter().flatten().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(" · "),
    }
}

/// Tasks about the case; and where a new one is made, if who looks may.
///
/// # Errors
/// Those of the store.
pub async fn tasks(
    visit: &Visit,
    whole: &Register,
    case: &Record,
    shower: &Shower<'_>,
) -> Result<Option<(Vec<Other>, Option<String>)>, Problem> {
    let Ok(register) = visit.app.desk.register(TASK) else { return Ok(None) };
    if register.name == whole.name || register.field("about").is_none() {
        return Ok(None);
    }
    let condition = format!("about = '{}' AND about_register = '{}'", case.id, whole.name);
    let query = Query {
        filter: Some(cql2::parse(&register, &condition)?),
        limit: Some(MAX_SHOWN),
        ..Query::all(Arc::clone(&register))
    };
    let found = others(visit, &register, query).await?;
    let new = visit
        .may(&register, Action::Insert)
        .then(|| format!("/registers/{}/new?about_register={}&about={}", register.name, whole.name, case.id));
    Ok(Some((found.iter().map(|r| other(shower, &register, r, None)).collect(), new)))
}

/// Cases joined to this one.
///
/// # Errors
/// Those of the store.
pub async fn joined(
    visit: &Visit,
    register: &Arc<Register>,
    case: &Record,
    shower: &Shower<'_>,
) -> Result<Vec<Other>, Problem> {
    if register.field("duplicate_of").is_none() {
        return Ok(Vec::new());
    }
    let filter = cql2::parse(register, &format!("duplicate_of = '{}'", case.id))?;
    let query = Query { filter: Some(filter), limit: Some(MAX_SHOWN), ..Query::all(Arc::clone(register)) };
    Ok(others(visit, register, query).await?.iter().map(|r| other(shower, register, r, None)).collect())
}

/// Open cases of the same category so near that they may be about the same.
///
/// # Errors
/// Those of the store.
pub async fn nearby(
    visit: &Visit,
    register: &Arc<Register>,
    case: &Record,
    shower: &Shower<'_>,
) -> Result<Vec<Other>, Problem> {
    let (Some(Value::Reference(category)), Some(at)) =
        (case.value(register, "category"), case.geometry.as_ref().and_then(meydan_geo::Wkb::bbox))
    else {
        return Ok(Vec::new());
    };
    let metres = radius(visit, register, *category).await?;
    let (lon, lat) = (at.min_x, at.min_y);
    let (high, wide) = (metres / DEGREE_M, metres / (DEGREE_M * lat.to_radians().cos().max(0.1)));
    let bbox = Bbox { min_x: lon - wide, min_y: lat - high, max_x: lon + wide, max_y: lat + high };
    let filter = cql2::parse(register, &format!("category = '{category}' AND {} IS NULL", field::CLOSED_AT))?;
    let query = Query { filter: Some(filter), bbox: vec![bbox], limit: Some(MAX_SHOWN), ..Query::all(Arc::clone(register)) };
    let mut near: Vec<(f64, Record)> = others(visit, register, query)
        .await?
        .into_iter()
        .filter(|r| r.id != case.id)
        .filter_map(|r| {
            let b = r.geometry.as_ref()?.bbox()?;
            let (x, y) = ((b.min_x - lon) * lat.to_radians().cos() * DEGREE_M, (b.min_y - lat) * DEGREE_M);
            Some((x.hypot(y), r)).filter(|(far, _)| *far <= metres)
        })
        .collect();
    near.sort_by(|a, b| a.0.total_cmp(&b.0));
    near.truncate(MAX_NEAR);
    let one = |(far, r): &(f64, Record)| {
        let words = visit.t.case_nearby_metres(super::super::texts::count(far.round() as i64));
        other(shower, register, r, Some(words))
    };
    Ok(near.iter().map(one).collect())
}

/// How far cases of a category are about the same, in metres.
async fn radius(visit: &Visit, register: &Register, category: Uuid) -> Result<f64, Problem> {
    let Some(meydan_kernel::FieldKind::Reference { register: name }) = register.field("category").map(|f| &f.kind) else {
        return Ok(NEAR_M);
    };
    let categories = visit.app.desk.register(name)?;
    let record = or_none(visit.app.desk.get(&visit.principal(), &categories, Key::Id(category), None).await.map(Some))?;
    Ok(match record.as_ref().and_then(|r| r.value(&categories, "duplicate_metres")) {
        Some(Value::Int(metres)) => f64::from(i32::try_from(*metres).unwrap_or(0)),
        _ => NEAR_M,
    })
}

/// Whether who looks can watch; and their watch, if they do.
///
/// # Errors
/// Those of the store.
pub async fn watching(visit: &Visit, register: &Register, case: &Record) -> Result<Option<Option<Uuid>>, Problem> {
    let (Ok(watches), Some(me)) = (visit.app.desk.register(WATCH), visit.caller.principal.person()) else { return Ok(None) };
    if !visit.may(&watches, Action::Insert) {
        return Ok(None);
    }
    let condition = format!("case_id = '{}' AND person = '{me}' AND case_register = '{}'", case.id, register.name);
    let query = Query { filter: Some(cql2::parse(&watches, &condition)?), limit: Some(1), ..Query::all(Arc::clone(&watches)) };
    let found = or_none(visit.app.desk.query(&visit.principal(), &query).await)?;
    Ok(Some(found.first().map(|r| r.id)))
}
