//! `GET /api/cases/{register}/{id}/attachments/{attachment}/content`: the bytes of a file. Who works in the house gets the original;
//! everybody else the copy without its metadata. A browser runs nothing of it.

use super::{ATTACHMENT, find};
use crate::{App, Caller, Problem, ogc_common::params::Params};
use axum::{
    extract::{Path, State},
    http::{HeaderValue, Uri, header},
    response::{IntoResponse, Response},
};
use meydan_kernel::{Error, Value, catalogue::workflow::part, desk::file::field};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::sync::Arc;
use uuid::Uuid;

/// What the file may do in a browser: nothing.
const POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; sandbox");

/// Answers with the bytes.
pub async fn content(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((name, id, attachment)): Path<(String, String, String)>,
    uri: Uri,
) -> Result<Response, Problem> {
    let mut params = Params::parse(&uri)?;
    params.take("lang")?;
    params.finish()?;
    let principal = caller.through("api", None);
    let (register, case) = find(&app.desk, &principal, &name, &id).await?;
    let files = app.desk.register(ATTACHMENT)?;
    let through = app.desk.with_whole(&principal, &register, case.id).await?;
    let attachment = Uuid::try_parse(&attachment).map_err(|_| no_such_file())?;
    let file = app.desk.file(&through, &files, attachment).await?;
    let text = |field: &str| match file.record.value(&files, field) {
        Some(Value::Text(text)) => text.as_str(),
        _ => "",
    };
    // The address must be of this case: an address of another one would be a second way round its permission.
    if text(part::WHOLE) != case.id.to_string() || text(part::WHOLE_REGISTER) != register.name {
        return Err(no_such_file().into());
    }
    let media_type = HeaderValue::from_str(text(field::MEDIA_TYPE));
    let shown = ["image/", "audio/"].iter().any(|start| text(field::MEDIA_TYPE).starts_with(start));
    let disposition = format!(
        "{}; filename*=UTF-8''{}",
        if shown { "inline" } else { "attachment" },
        utf8_percent_encode(text(field::NAME), NON_ALPHANUMERIC)
    );
    let mut response = file.bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, media_type.unwrap_or(HeaderValue::from_static("application/octet-stream")));
    headers.extend(HeaderValue::try_from(disposition).ok().map(|v| (header::CONTENT_DISPOSITION, v)));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

fn no_such_file() -> Error {
    Error::not_found("no-such-file", "Dosya yok ya da size açık değil.", "There is no such file, or it is not open to you.")
}
