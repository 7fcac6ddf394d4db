//! Photos that an applicant adds to their request, and the files that are for them. What goes out is the copy without position and
//! device data.

use super::{acts, follow};
use crate::{
    Problem,
    cases::{ATTACHMENT, MAX_FILE_BYTES, attach},
    pages::{
        multipart,
        page::{Visit, private, see_other},
        refusal::Refusal,
    },
    problem, rates,
};
use axum::{
    body::Body,
    extract::Path,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use meydan_kernel::{Error, Principal, Query, Value, catalogue::workflow::part, desk::file::field};
use std::sync::Arc;
use uuid::Uuid;

/// Limit: files of a request that its applicant is shown and may add to.
const MAX_FILES: usize = 20;
/// Limit: bytes of the form round a file.
const FORM_BYTES: usize = 64 << 10;
/// What a file may do in a browser: nothing.
const POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; sandbox");

/// A file for the applicant.
pub struct Shown {
    /// Where it is.
    pub href: String,
    /// Its name.
    pub name: String,
    /// A picture.
    pub photo: bool,
}

/// The files of a case that are for its applicant.
///
/// # Errors
/// Those of the desk and the store.
pub async fn of(visit: &Visit, bearer: &Principal) -> Result<Vec<Shown>, Problem> {
    let desk = &visit.app.desk;
    let Ok(files) = desk.register(ATTACHMENT) else { return Ok(Vec::new()) };
    let (register, id) = acts::of(visit, bearer)?;
    let through = desk.with_whole(bearer, &register, id).await?;
    let query = Query { limit: Some(MAX_FILES), ..Query::all(Arc::clone(&files)) };
    let records = desk.query(&through, &query).await?;
    let told = |r: &meydan_kernel::Record| Shown {
        href: format!("/basvuru/takip/ek/{}", r.id),
        name: super::text(&files, r, field::NAME).to_owned(),
        photo: super::text(&files, r, "kind") == "photo",
    };
    Ok(records.iter().map(told).collect())
}

/// `POST /basvuru/takip/foto`.
///
/// # Errors
/// `form-expired`, `body-too-large`; our own failures. What the person can mend comes back in the page.
pub async fn add(visit: Visit, body: Body) -> Result<Response, Problem> {
    let bytes = axum::body::to_bytes(body, MAX_FILE_BYTES + FORM_BYTES).await.map_err(|_| problem::body_too_large())?;
    let kind = visit.headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let form = multipart::parse(kind, &bytes);
    let token = form.iter().find(|p| p.name == "meydan-form").map(|p| String::from_utf8_lossy(p.bytes).into_owned());
    visit.check_given(token.as_deref())?;
    let Some(bearer) = follow::bearer(&visit).await? else { return Ok(see_other(acts::FOLLOW)) };
    if !bearer.is_verified() {
        return Ok(private(see_other(acts::CODE)));
    }
    let mut result = Ok(());
    for photo in form.iter().filter(|p| p.name == "photo" && !p.bytes.is_empty()) {
        result = keep(&visit, &bearer, photo).await;
        if result.is_err() {
            break;
        }
    }
    match result {
        Ok(()) => Ok(private(see_other(&format!("{}?done=foto", acts::FOLLOW)))),
        Err(problem) => {
            let refusal = Refusal::from_problem(&visit, problem)?;
            follow::case_page(&visit, &bearer, Some(refusal), "").await
        }
    }
}

async fn keep(visit: &Visit, bearer: &Principal, photo: &multipart::Part<'_>) -> Result<(), Problem> {
    rates::file(&visit.app, visit.caller.address.as_deref())?;
    if of(visit, bearer).await?.len() >= MAX_FILES {
        return Err(too_many().into());
    }
    let desk = &visit.app.desk;
    let files = desk.register(ATTACHMENT)?;
    let (register, id) = acts::of(visit, bearer)?;
    let through = desk.with_whole(bearer, &register, id).await?;
    let whole = [(part::WHOLE_REGISTER, register.name.clone()), (part::WHOLE, id.to_string())];
    let whole = whole.map(|(field, text)| (field, Value::Text(text)));
    let file =
        attach::new_file(&files, &through, Uuid::now_v7(), photo.file.as_deref(), "applicant", whole, photo.bytes.to_vec())?;
    desk.add_file(&through, &files, file).await?;
    Ok(())
}

/// `GET /basvuru/takip/ek/{id}`.
///
/// # Errors
/// `no-such-record`, `no-such-file`; those of the store.
pub async fn show(visit: Visit, Path(id): Path<String>) -> Result<Response, Problem> {
    let id: Uuid = id.parse().map_err(|_| problem::no_such_path())?;
    let bearer = follow::bearer(&visit).await?.ok_or_else(problem::no_such_path)?;
    let desk = &visit.app.desk;
    let files = desk.register(ATTACHMENT)?;
    let (register, case) = acts::of(&visit, &bearer)?;
    let through = desk.with_whole(&bearer, &register, case).await?;
    let file = desk.file(&through, &files, id).await?;
    if super::text(&files, &file.record, part::WHOLE) != case.to_string() {
        return Err(problem::no_such_path());
    }
    let media = super::text(&files, &file.record, field::MEDIA_TYPE).to_owned();
    let mut response = private(file.bytes.into_response());
    let headers = response.headers_mut();
    let unknown = HeaderValue::from_static("application/octet-stream");
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_str(&media).unwrap_or(unknown));
    let disposition = if media.starts_with("image/") { "inline" } else { "attachment" };
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(disposition));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    Ok(response)
}

fn too_many() -> Error {
    Error::invalid(
        "too-many-files",
        format!("Bir başvuruya en çok {MAX_FILES} dosya eklenebilir."),
        format!("A request takes {MAX_FILES} files at most."),
    )
}
