//! Exception reports (OGC 06-121r3, 8).

use crate::{Problem, xml::Xml};
use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use meydan_kernel::{Error, Lang};

/// An error as the service's document, with the status of its kind.
pub(super) fn respond(error: &Error, lang: Lang) -> Response {
    let code = match error.code() {
        "missing-parameter" => "MissingParameterValue",
        "bad-parameter" | "no-such-register" => "InvalidParameterValue",
        "no-such-operation" => "OperationNotSupported",
        "no-such-tile" => "TileOutOfRange",
        _ => "NoApplicableCode",
    };
    let status = Problem::from(error.clone()).status();
    let mut xml = Xml::new();
    xml.start(
        "ExceptionReport",
        &[("xmlns", "http://www.opengis.net/ows/1.1"), ("version", "1.1.0"), ("xml:lang", lang.tag())],
    );
    let locator = error.fields().first().map(|f| f.field.clone()).unwrap_or_default();
    let attributes = [("exceptionCode", code), ("locator", locator.as_str())];
    xml.start("Exception", if locator.is_empty() { &attributes[..1] } else { &attributes });
    xml.leaf("ExceptionText", &[], error.message(lang));
    (status, [(header::CONTENT_TYPE, HeaderValue::from_static("text/xml;charset=UTF-8"))], xml.finish()).into_response()
}

/// For a request of another name.
pub(super) fn no_such_operation(name: &str) -> Error {
    Error::invalid(
        "no-such-operation",
        format!("Bu hizmette “{name}” diye bir işlem yok."),
        format!("This service has no operation “{name}”."),
    )
    .field("REQUEST", "bilinmiyor", "unknown")
}
