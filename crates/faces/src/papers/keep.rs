//! The letter of an answer that was given, as it is kept: made once, by the house, in the applicant's language; the same for everybody.

use super::{answer, applicants, instant, unprintable};
use crate::{App, cases::ATTACHMENT};
use meydan_kernel::{
    Act, Principal, Record, Register, Result, Value,
    catalogue::workflow::part,
    desk::{
        Edit,
        file::{NewFile, field},
    },
    query::Key,
};
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use uuid::Uuid;

/// Who makes the letter: the house, in nobody's name. Who may see it is asked of the desk.
const HOUSE: &str = "meydan";

/// The kept letter of a request whose answer was given, for who may see that file of the request; it is made and kept if this is the
/// first time that it is asked for.
///
/// # Errors
/// As [`meydan_kernel::Desk::with_whole`] and [`meydan_kernel::Desk::file`]; `unprintable`; those of the store.
pub async fn letter(app: &App, principal: &Principal, register: &Arc<Register>, id: Uuid, base: &str) -> Result<Vec<u8>> {
    let files = app.desk.register(ATTACHMENT)?;
    let file = made(app, register, id, &files, base).await?;
    let through = app.desk.with_whole(principal, register, id).await?;
    Ok(app.desk.file(&through, &files, file).await?.bytes)
}

/// The letter's file, made by the house if it isn't there.
async fn made(app: &App, register: &Arc<Register>, id: Uuid, files: &Arc<Register>, base: &str) -> Result<Uuid> {
    let act = Act { person: HOUSE.to_owned(), source: "papers".to_owned(), ..Act::default() };
    let house = Principal::operator(act);
    let request = app.desk.get(&house, register, Key::Id(id), None).await?;
    let through = app.desk.with_whole(&house, register, id).await?;
    let file = file_id(register, &request);
    match app.desk.get(&through, files, Key::Id(file), None).await {
        Ok(_) => return Ok(file),
        Err(error) if error.code() == "no-such-record" => {}
        Err(error) => return Err(error),
    }
    let lang = applicants(register, &request);
    let letter = answer::compose(app, &house, register, &request, lang, base).await?;
    let bytes = meydan_paper::letter(&letter).map_err(|e| unprintable(&e))?;
    match app.desk.add_file(&through, files, new_file(files, register, &request, file, bytes)).await {
        Ok(_) => {}
        // Somebody asked at the same moment, by another name of this server: what they got is what is kept.
        Err(error) if error.code() == "key-taken" => {}
        Err(error) => return Err(error),
    }
    no_longer_due(app, &house, register, &request).await?;
    Ok(file)
}

/// One file for each time that an answer is given: a case that was opened again gets another letter.
fn file_id(register: &Register, request: &Record) -> Uuid {
    let at = instant(register, request, "answered_at").map(|at| at.to_string()).unwrap_or_default();
    let digest: [u8; 32] = Sha256::digest(format!("official_answer/{}/{at}", request.id)).into();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

fn new_file(files: &Register, register: &Register, request: &Record, id: Uuid, bytes: Vec<u8>) -> NewFile {
    let text = |t: &str| Value::Text(t.to_owned());
    let name = format!("yanit-{}.pdf", super::text(register, request, "reference"));
    let values = [
        (part::WHOLE_REGISTER, text(&register.name)),
        (part::WHOLE, Value::Text(request.id.to_string())),
        (field::NAME, Value::Text(name)),
        (field::MEDIA_TYPE, text("application/pdf")),
        ("kind", text("official_answer")),
        ("audience", text("applicant")),
    ];
    let set = values.into_iter().filter_map(|(name, value)| Some((files.field_index(name)?, value))).collect();
    NewFile { id, set, geometry: None, bytes, rendition: None }
}

/// The letter was due since the approval; now it is there.
async fn no_longer_due(app: &App, house: &Principal, register: &Arc<Register>, request: &Record) -> Result<()> {
    let Some(index) = register.field_index("letter_due") else { return Ok(()) };
    if request.values.get(index) != Some(&Value::Bool(true)) {
        return Ok(());
    }
    let edit = Edit::Update { id: request.id, expected: None, set: vec![(index, Value::Bool(false))], geometry: None };
    app.desk.change(house, vec![(register.name.clone(), edit)]).await.map(|_| ())
}
