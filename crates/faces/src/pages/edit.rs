//! `/registers/{name}/new` and `/registers/{name}/{id}/edit`: the form, what is wrong with it, and what to do when somebody
//! else was quicker.

use super::{
    admin::explain,
    form::{self, Content, GeometryInput, Input},
    format,
    labels::Labels,
    page::{Page, Room, Visit, see_other},
    params::Params,
    record::{Found, Head, find},
    shown::Shower,
};
use crate::Problem;
use askama::Template;
use axum::{body::Bytes, extract::Path, http::StatusCode, response::Response};
use meydan_geo::Wkb;
use meydan_kernel::{
    Error, Kind, Record, Register, Value, Version, catalogue::Action, desk::Edit, permission::FieldSet, query::Key,
};
use std::sync::Arc;
use uuid::Uuid;

#[derive(Template)]
#[template(path = "edit.html")]
struct EditPage {
    page: Page,
    register: String,
    register_title: String,
    head: Option<Head>,
    version: i64,
    /// The id that a new record will have.
    record: String,
    inputs: Vec<Input>,
    geometry: Option<GeometryInput>,
    reason: String,
    faults: Vec<String>,
    hint: Option<String>,
    clash: Option<Clash>,
    /// Titles of fields that are not this person's to write.
    locked: Vec<String>,
    /// Why not.
    why: String,
    centre: [f64; 3],
}

/// Who changed the record while the form was open, and what of it this person wants otherwise.
struct Clash {
    person: String,
    at: String,
    reason: Option<String>,
    /// Per field that both changed: its name, what it was, what the other made of it.
    fields: Vec<(String, String, String)>,
    /// Both changed the geometry.
    geometry: bool,
}

impl Clash {
    /// True if no field was changed by both.
    fn is_merged(&self) -> bool {
        self.fields.is_empty() && !self.geometry
    }
}

/// The form on its way back to the person.
struct Again {
    status: StatusCode,
    faults: Vec<(String, String)>,
    hint: Option<String>,
    clash: Option<Clash>,
    reason: String,
}

impl Again {
    fn fresh(reason: String) -> Self {
        Self { status: StatusCode::OK, faults: Vec::new(), hint: None, clash: None, reason }
    }

    fn with_error(visit: &Visit, error: &Error, reason: String) -> Self {
        let mut faults: Vec<_> =
            error.fields().iter().map(|f| (f.field.clone(), f.message.get(visit.lang).to_owned())).collect();
        if faults.is_empty() {
            faults.push((String::new(), error.message(visit.lang).to_owned()));
        }
        let status = Problem::from(error.clone()).status();
        Self { status, faults, hint: error.hint_text(visit.lang).map(str::to_owned), clash: None, reason }
    }
}

/// `GET /registers/{name}/new`; the query may set fields, and `lon`, `lat` a point.
///
/// # Errors
/// `no-such-register`; those of the store.
pub async fn new(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    let register = visit.app.desk.register(&name)?;
    let open = form::open_fields(&visit, &register, None)?;
    let (content, _) = form::read(&visit, &register, &visit.query, &Content::new(&register), open).await?;
    show(&visit, &register, None, &content, &Params::default(), Again::fresh(String::new())).await
}

/// `GET /registers/{name}/{id}/edit`.
///
/// # Errors
/// As [`find`].
pub async fn edit(visit: Visit, Path((name, id)): Path<(String, String)>) -> Result<Response, Problem> {
    let Found { register, record } = find(&visit, &name, &id).await?;
    show(&visit, &register, Some(&record), &Content::of(&record), &Params::default(), Again::fresh(String::new())).await
}

/// `POST /registers/{name}/new`.
///
/// # Errors
/// `form-expired`; what the person can mend comes back in the form.
pub async fn create(visit: Visit, Path(name): Path<String>, body: Bytes) -> Result<Response, Problem> {
    let form = Params::parse(&String::from_utf8_lossy(&body));
    visit.check_token(&form)?;
    let register = visit.app.desk.register(&name)?;
    let reason = form.get("reason").unwrap_or_default().trim().to_owned();
    let open = form::open_fields(&visit, &register, None)?;
    let (content, faults) = form::read(&visit, &register, &form, &Content::new(&register), open).await?;
    if !faults.is_empty() {
        let again = Again { status: StatusCode::BAD_REQUEST, faults, ..Again::fresh(reason) };
        return show(&visit, &register, None, &content, &form, again).await;
    }
    let set = content.values.iter().cloned().enumerate().filter(|(index, _)| open.has(*index)).collect();
    // The form names its record, so that a second click finds what the first one made.
    let id = match form_record(&form) {
        Some(id) => match made_before(&visit, &register, id, &content).await? {
            Before::Same => return Ok(see_other(&format!("/registers/{name}/{id}?saved=1"))),
            Before::Another => None,
            Before::Nothing => Some(id),
        },
        None => None,
    };
    let edit = Edit::Insert { id, set, geometry: content.geometry.clone() };
    let principal = visit.because(&reason);
    match visit.app.desk.change(&principal, vec![(name.clone(), edit)]).await {
        Ok(committed) => {
            let id = committed.records.first().map_or_else(Uuid::nil, |r| r.0);
            Ok(see_other(&format!("/registers/{name}/{id}?saved=1")))
        }
        // Two clicks at once: the other one was first.
        Err(error) if error.code() == "key-taken" => match id {
            Some(id) if matches!(made_before(&visit, &register, id, &content).await?, Before::Same) => {
                Ok(see_other(&format!("/registers/{name}/{id}?saved=1")))
            }
            _ => show(&visit, &register, None, &content, &form, Again::with_error(&visit, &error, reason)).await,
        },
        // The proof of who they are comes first; the form waits meanwhile.
        Err(error) if error.code() == "step-up-required" => Err(error.into()),
        Err(error) => show(&visit, &register, None, &content, &form, Again::with_error(&visit, &error, reason)).await,
    }
}

/// What a form for a new record has made already.
enum Before {
    /// Nothing.
    Nothing,
    /// The very record that it would make now.
    Same,
    /// A record that holds something else: the person went back and used the form again.
    Another,
}

/// The id that the form gives its record.
fn form_record(form: &Params) -> Option<Uuid> {
    form.get("meydan-record").and_then(|text| Uuid::parse_str(text).ok())
}

async fn made_before(visit: &Visit, register: &Arc<Register>, id: Uuid, content: &Content) -> Result<Before, Problem> {
    let record = match visit.app.desk.get(&visit.principal(), register, Key::Id(id), None).await {
        Ok(record) => record,
        Err(error) if error.code() == "no-such-record" => return Ok(Before::Nothing),
        Err(error) => return Err(error.into()),
    };
    let multi = |geometry: &Option<Wkb>| geometry.as_ref().map(Wkb::to_multi);
    let pairs = record.values.iter().zip(&content.values).enumerate();
    let same = pairs.filter(|(index, _)| !record.hidden.has(*index)).all(|(_, (theirs, mine))| theirs == mine)
        && multi(&record.geometry) == multi(&content.geometry);
    Ok(if same { Before::Same } else { Before::Another })
}

/// `POST /registers/{name}/{id}/edit`.
///
/// # Errors
/// `form-expired`, `no-such-record`; what the person can mend comes back in the form.
pub async fn save(visit: Visit, Path((name, id)): Path<(String, String)>, body: Bytes) -> Result<Response, Problem> {
    let form = Params::parse(&String::from_utf8_lossy(&body));
    visit.check_token(&form)?;
    let Found { register, record } = find(&visit, &name, &id).await?;
    let reason = form.get("reason").unwrap_or_default().trim().to_owned();
    let seen: i64 = form.get("version").and_then(|v| v.parse().ok()).unwrap_or(record.version);
    let base = if seen == record.version { record.clone() } else { version(&visit, &register, &record, seen).await? };
    let open = form::open_fields(&visit, &register, Some(&record))?;
    let (mine, faults) = form::read(&visit, &register, &form, &Content::of(&base), open).await?;
    if seen != record.version {
        return clash(&visit, &register, &base, &record, &mine, faults, reason).await;
    }
    if !faults.is_empty() {
        let again = Again { status: StatusCode::BAD_REQUEST, faults, ..Again::fresh(reason) };
        return show(&visit, &register, Some(&record), &mine, &form, again).await;
    }
    let pairs = mine.values.iter().zip(&record.values).enumerate().filter(|(index, _)| open.has(*index));
    let set: Vec<(usize, Value)> = pairs.filter(|(_, (m, r))| m != r).map(|(i, (m, _))| (i, m.clone())).collect();
    let geometry = (mine.geometry != record.geometry).then(|| mine.geometry.clone());
    let back = format!("/registers/{}/{}", register.name, record.id);
    if set.is_empty() && geometry.is_none() {
        return Ok(see_other(&format!("{back}?unchanged=1")));
    }
    let edit = Edit::Update { id: record.id, expected: Some(record.version), set, geometry };
    let principal = visit.because(&reason);
    match visit.app.desk.change(&principal, vec![(register.name.clone(), edit)]).await {
        Ok(_) => Ok(see_other(&format!("{back}?saved=1"))),
        Err(error) if error.code() == "version-conflict" => {
            let Found { record: current, .. } = find(&visit, &name, &record.id.to_string()).await?;
            clash(&visit, &register, &record, &current, &mine, Vec::new(), reason).await
        }
        Err(error) if error.kind() == Kind::NotFound || error.code() == "step-up-required" => Err(error.into()),
        Err(error) => show(&visit, &register, Some(&record), &mine, &form, Again::with_error(&visit, &error, reason)).await,
    }
}

/// The versions of a record, as far as the person may see them.
async fn history(visit: &Visit, register: &Arc<Register>, id: Uuid) -> Result<Vec<Version>, Problem> {
    match visit.may(register, Action::History) {
        true => Ok(visit.app.desk.history(&visit.principal(), register, id).await?),
        false => Ok(Vec::new()),
    }
}

async fn version(visit: &Visit, register: &Arc<Register>, record: &Record, seen: i64) -> Result<Record, Problem> {
    let history = history(visit, register, record.id).await?;
    Ok(history.into_iter().map(|v| v.record).find(|r| r.version == seen).unwrap_or_else(|| record.clone()))
}

/// Three values of each field: as it was when the form was opened, as somebody else left it, as this person wants it. What
/// only one of the two changed is taken; where both did, the person decides.
async fn clash(
    visit: &Visit,
    register: &Arc<Register>,
    base: &Record,
    current: &Record,
    mine: &Content,
    faults: Vec<(String, String)>,
    reason: String,
) -> Result<Response, Problem> {
    let catalogue = visit.app.desk.catalogue();
    let labels = Labels::of(visit, register, &[base, current], |_| true).await?;
    let shower = Shower { t: visit.t, catalogue: &catalogue, labels: &labels };
    let mut merged = Content::of(current);
    let mut clashes = Vec::new();
    for (index, field) in register.fields.iter().enumerate() {
        let (was, theirs, wanted) = (&base.values[index], &current.values[index], &mine.values[index]);
        if wanted != was {
            merged.values[index] = wanted.clone();
            if theirs != was && theirs != wanted {
                let text =
                    |value| Some(shower.show(field, value).text).filter(|s| !s.is_empty()).unwrap_or_else(|| "—".to_owned());
                clashes.push((field.name.clone(), text(was), text(theirs)));
            }
        }
    }
    let mut geometry_clash = false;
    if mine.geometry != base.geometry {
        merged.geometry = mine.geometry.clone();
        geometry_clash = current.geometry != base.geometry && current.geometry != mine.geometry;
    }
    let history = history(visit, register, current.id).await?;
    let last = history.iter().rev().find(|v| v.record.version == current.version);
    let who = Clash {
        person: last.map(|v| visit.caller.name_of(&v.act.person)).unwrap_or_default(),
        at: format::instant(visit.lang, current.recorded_at),
        reason: last.and_then(|v| v.act.reason.clone()),
        fields: clashes,
        geometry: geometry_clash,
    };
    let again = Again { status: StatusCode::CONFLICT, faults, hint: None, clash: Some(who), reason };
    show(visit, register, Some(current), &merged, &Params::default(), again).await
}

async fn show(
    visit: &Visit,
    register: &Arc<Register>,
    record: Option<&Record>,
    content: &Content,
    typed: &Params,
    again: Again,
) -> Result<Response, Problem> {
    let open = form::open_fields(visit, register, record)?;
    let (mut inputs, mut geometry) = form::inputs(visit, register, content, open).await?;
    keep_typed(&mut inputs, geometry.as_mut(), typed, &again.faults);
    let mut others = Vec::new();
    for (name, fault) in again.faults {
        if name == "geometry"
            && let Some(geometry) = geometry.as_mut()
        {
            geometry.fault = Some(fault);
        } else if let Some(input) = inputs.iter_mut().find(|i| i.name == name) {
            input.fault = Some(fault);
        } else {
            others.push(fault);
        }
    }
    if let Some(clash) = &again.clash {
        for (name, was, theirs) in &clash.fields {
            if let Some(input) = inputs.iter_mut().find(|i| i.name == *name) {
                input.clash = Some((was.clone(), theirs.clone()));
            }
        }
        if let Some(geometry) = geometry.as_mut() {
            geometry.clash = clash.geometry;
        }
    }
    let head = match record {
        Some(record) => {
            let catalogue = visit.app.desk.catalogue();
            let labels = Labels::of(visit, register, &[record], |f| f.name == register.label).await?;
            Some(Head::new(
                visit,
                register,
                record,
                &Shower { t: visit.t, catalogue: &catalogue, labels: &labels },
                "edit",
                false,
            ))
        }
        None => None,
    };
    let register_title = visit.say(&register.title).to_owned();
    let title =
        head.as_ref().map_or_else(|| visit.t.new_title(register_title.as_str()), |h| visit.t.edit_title(h.name.as_str()));
    let settings = &visit.app.settings;
    let template = EditPage {
        page: visit.page(Room::Registers, title),
        register: register.name.clone(),
        register_title,
        head,
        version: record.map_or(0, |r| r.version),
        record: form_record(typed).unwrap_or_else(Uuid::now_v7).to_string(),
        inputs,
        geometry,
        reason: again.reason,
        faults: others,
        hint: again.hint,
        clash: again.clash,
        locked: locked(visit, register, open),
        why: explain::link(&register.name, if record.is_some() { Action::Update } else { Action::Insert }, None),
        centre: [settings.centre_lon, settings.centre_lat, settings.zoom],
    };
    visit.show_as(again.status, &template)
}

fn locked(visit: &Visit, register: &Register, open: FieldSet) -> Vec<String> {
    let closed = FieldSet::of_register(register).without(open);
    closed.iter().filter_map(|index| register.fields.get(index)).map(|f| visit.say(&f.title).to_owned()).collect()
}

/// Puts back what could not be read, as it was typed.
fn keep_typed(inputs: &mut [Input], geometry: Option<&mut GeometryInput>, typed: &Params, faults: &[(String, String)]) {
    let faulty = |name: &str| faults.iter().any(|(n, _)| n == name);
    for input in inputs.iter_mut().filter(|i| faulty(&i.name)) {
        if let Some(text) = typed.raw(&input.name) {
            text.clone_into(&mut input.value);
        }
    }
    if let Some(geometry) = geometry.filter(|_| faulty("geometry")) {
        for (name, slot) in
            [("geometry", &mut geometry.text), ("geometry.lon", &mut geometry.lon), ("geometry.lat", &mut geometry.lat)]
        {
            if let Some(text) = typed.raw(name) {
                text.clone_into(slot);
            }
        }
    }
}
