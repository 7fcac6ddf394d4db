//! Service exceptions (OGC 06-042, 6.11 and annex E.2).

use super::Version;
use crate::{Problem, xml::Xml};
use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use meydan_kernel::{Error, Lang};

/// What a request is answered with if it can't be answered.
pub(crate) struct Fault {
    error: Error,
    /// One of the standard's codes, if one fits.
    code: Option<&'static str>,
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        let code = match error.code() {
            "missing-parameter" => Some("MissingParameterValue"),
            "no-such-register" | "not-drawn" => Some("LayerNotDefined"),
            "no-such-style" => Some("StyleNotDefined"),
            _ => None,
        };
        Self { error, code }
    }
}

impl Fault {
    /// With one of the standard's codes.
    pub(crate) const fn new(code: &'static str, error: Error) -> Self {
        Self { error, code: Some(code) }
    }

    /// As the document that the version has, with the status of the error's kind.
    pub(crate) fn respond(self, version: Version, lang: Lang) -> Response {
        let status = Problem::from(self.error.clone()).status();
        let message = self.error.message(lang).to_owned();
        let mut xml = Xml::new();
        let (media_type, attributes): (_, &[(&str, &str)]) = match version {
            Version::V130 => ("text/xml;charset=UTF-8", &[("version", "1.3.0"), ("xmlns", "http://www.opengis.net/ogc")]),
            Version::V111 => ("application/vnd.ogc.se_xml;charset=UTF-8", &[("version", "1.1.1")]),
        };
        xml.start("ServiceExceptionReport", attributes);
        match self.code {
            Some(code) => xml.leaf("ServiceException", &[("code", code)], &message),
            None => xml.leaf("ServiceException", &[], &message),
        };
        (status, [(header::CONTENT_TYPE, HeaderValue::from_static(media_type))], xml.finish()).into_response()
    }
}

/// `OperationNotSupported`.
pub(crate) fn no_such_operation(name: &str) -> Fault {
    Fault::new(
        "OperationNotSupported",
        Error::invalid(
            "no-such-operation",
            format!("Bu hizmette “{name}” diye bir işlem yok."),
            format!("This service has no operation “{name}”."),
        )
        .hint("REQUEST=GetCapabilities neler olduğunu söyler.", "REQUEST=GetCapabilities tells which there are."),
    )
}
