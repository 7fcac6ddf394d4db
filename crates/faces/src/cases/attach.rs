//! `POST /api/cases/{register}/{id}/attachments`: a file for a case, its bytes as the body. What it is, its bytes say.

use super::{ATTACHMENT, find};
use crate::{
    App, Caller, Problem,
    ogc_common::params::{Params, bad_value},
    problem,
};
use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use jiff::tz::Offset;
use meydan_formats::media::{self, Media, Sort, photo};
use meydan_geo::Wkb;
use meydan_kernel::{
    Error, Principal, Register, Value,
    catalogue::workflow::part,
    desk::file::{NewFile, field},
};
use serde_json::json;
use std::sync::Arc;
use uuid::Uuid;

/// Limit: bytes of a file, 20 MiB.
pub const MAX_FILE_BYTES: usize = 20 << 20;
/// Limit: letters of a file's name.
const MAX_NAME: usize = 200;
/// Cameras that don't tell their offset show the city's time.
const CITY: Offset = Offset::constant(3);

/// Keeps a file; 201 with its id, 200 if it was there already.
pub async fn attach(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((name, id)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let mut params = Params::parse(&uri)?;
    params.take("lang")?;
    let file_name = params.take("name")?;
    let audience = params.take("audience")?.unwrap_or_else(|| "internal".to_owned());
    let given =
        params.take("id")?.map(|text| Uuid::try_parse(&text).map_err(|_| bad_value("id", "UUID olmalı", "must be a UUID")));
    let given = given.transpose()?.unwrap_or_else(Uuid::now_v7);
    params.finish()?;
    let principal = caller.through("api", None);
    let (register, case) = find(&app.desk, &principal, &name, &id).await?;
    let files = app.desk.register(ATTACHMENT)?;
    let through = app.desk.with_whole(&principal, &register, case.id).await?;
    let bytes = bytes(&headers, body).await?;
    let whole = [(part::WHOLE_REGISTER, register.name.as_str()), (part::WHOLE, &case.id.to_string())]
        .map(|(field, text)| (field, Value::Text(text.to_owned())));
    let file = new_file(&files, &through, given, file_name.as_deref(), &audience, whole, bytes)?;
    let size = file.bytes.len();
    let made = app.desk.add_file(&through, &files, file).await?;
    let path = format!("/api/cases/{name}/{}/attachments/{given}/content", case.id);
    let status = if made.is_some() { StatusCode::CREATED } else { StatusCode::OK };
    let body = json!({ "register": ATTACHMENT, "id": given.to_string(), "size": size, "content": path });
    let mut response = (status, body.to_string()).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().extend(HeaderValue::try_from(path).ok().map(|v| (header::LOCATION, v)));
    Ok(response)
}

async fn bytes(headers: &HeaderMap, body: Body) -> Result<Vec<u8>, Problem> {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|n| n > MAX_FILE_BYTES) {
        return Err(problem::body_too_large());
    }
    let bytes = axum::body::to_bytes(body, MAX_FILE_BYTES).await.map_err(|error| {
        if std::error::Error::source(&error).is_some_and(|s| s.to_string().contains("length limit")) {
            problem::body_too_large()
        } else {
            Error::invalid("bad-body", "Dosyanın gönderilmesi yarıda kesildi.", "The file broke off.").into()
        }
    })?;
    Ok(bytes.into())
}

/// A file's record and its copy for outside, from its bytes.
///
/// # Errors
/// `wrong-file-type`, `damaged-file`.
pub(crate) fn new_file(
    files: &Register,
    principal: &Principal,
    id: Uuid,
    name: Option<&str>,
    audience: &str,
    whole: [(&str, Value); 2],
    bytes: Vec<u8>,
) -> Result<NewFile, Problem> {
    let taken = media::sniff(&bytes).and_then(|media| Some((media, media.sort()?)));
    let Some((media, sort)) = taken else { return Err(wrong_type()) };
    let mut set = Vec::with_capacity(12);
    let mut put = |field: &str, value: Value| set.extend(files.field_index(field).map(|i| (i, value)));
    whole.into_iter().for_each(|(field, value)| put(field, value));
    put(field::NAME, Value::Text(file_name(name, media)));
    put(field::MEDIA_TYPE, Value::Text(media.media_type().to_owned()));
    put("audience", Value::Text(audience.to_owned()));
    put("author", principal.person().map_or(Value::Null, Value::Reference));
    let kind = match sort {
        Sort::Photo => "photo",
        Sort::Sound => "voice",
        Sort::Document => "document",
    };
    put("kind", Value::Text(kind.to_owned()));
    let (mut rendition, mut geometry) = (None, None);
    if sort == Sort::Photo {
        let read = |e: &meydan_formats::Error| Error::invalid("damaged-file", e.tr(), e.en());
        let facts = photo::facts(&bytes).map_err(|e| read(&e))?;
        rendition = Some(photo::without_metadata(&bytes).map_err(|e| read(&e))?);
        geometry = facts.position.and_then(|(lon, lat)| Wkb::point(lon, lat));
        put("width", Value::Int(facts.width.into()));
        put("height", Value::Int(facts.height.into()));
        let at = facts.taken_at.and_then(|t| t.offset.unwrap_or(CITY).to_timestamp(t.local).ok());
        put("taken_at", at.and_then(Value::instant).unwrap_or(Value::Null));
    }
    Ok(NewFile { id, set, geometry, bytes, rendition })
}

/// A name that can stand in a header and in a list; the ending is that of what the file is.
fn file_name(given: Option<&str>, media: Media) -> String {
    let plain: String =
        given.unwrap_or_default().chars().filter(|c| !c.is_control() && !matches!(c, '/' | '\\' | '"')).collect();
    let stem = plain.trim().rsplit_once('.').map_or(plain.trim(), |(stem, _)| stem);
    let stem: String = stem.chars().take(MAX_NAME - 8).collect();
    format!("{}.{}", if stem.is_empty() { "dosya" } else { &stem }, media.extension())
}

fn wrong_type() -> Problem {
    let error = Error::invalid("wrong-file-type", "Bu tür bir dosya eklenemez.", "Files of this kind are not taken.").hint(
        "Fotoğraf (JPEG, PNG, WebP), PDF ya da ses (M4A, Ogg, WebM) gönderin.",
        "Send a photo (JPEG, PNG, WebP), a PDF or sound (M4A, Ogg, WebM).",
    );
    Problem::with_status(error, StatusCode::UNSUPPORTED_MEDIA_TYPE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_harmless_and_ends_as_the_file_is() {
        assert_eq!(file_name(Some("../çukur \"1\".exe"), Media::Jpeg), "..çukur 1.jpg");
        assert_eq!(file_name(None, Media::Pdf), "dosya.pdf");
        assert!(file_name(Some(&"ğ".repeat(900)), Media::Ogg).chars().count() <= MAX_NAME);
    }
}
