//! Parameters of the older services (WMS, WMTS): their names in any case, unknown ones of no matter (OGC 06-042, 6.8.1).

use axum::http::Uri;
use meydan_kernel::{Error, Result};
use percent_encoding::percent_decode_str;
use std::collections::HashMap;

/// Limit: parameters of one request.
const MAX_PARAMS: usize = 100;

/// The parameters by name in capitals.
pub struct Kvp(HashMap<String, String>);

impl Kvp {
    /// Reads the query string.
    ///
    /// # Errors
    /// `too-many-parameters`, `bad-query` for what is no UTF-8.
    pub fn parse(uri: &Uri) -> Result<Self> {
        let mut pairs = HashMap::new();
        for pair in uri.query().unwrap_or_default().split('&').filter(|p| !p.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            if pairs.len() == MAX_PARAMS {
                return Err(Error::invalid(
                    "too-many-parameters",
                    format!("Bir istekte en çok {MAX_PARAMS} parametre olabilir."),
                    format!("A request can have {MAX_PARAMS} parameters at most."),
                ));
            }
            pairs.insert(decode(name)?.to_ascii_uppercase(), decode(value)?);
        }
        Ok(Self(pairs))
    }

    /// A parameter; an empty one counts as none.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|v| !v.is_empty())
    }

    /// A parameter that must be there.
    ///
    /// # Errors
    /// `missing-parameter`, naming it.
    pub fn need(&self, name: &str) -> Result<&str> {
        self.get(name).ok_or_else(|| {
            Error::invalid(
                "missing-parameter",
                format!("“{name}” parametresi gerekli."),
                format!("The parameter “{name}” is needed."),
            )
            .field(name, "gerekli", "needed")
        })
    }

    /// A number that must be there.
    ///
    /// # Errors
    /// `missing-parameter`, `bad-parameter`.
    pub fn number<N: std::str::FromStr>(&self, name: &str) -> Result<N> {
        self.need(name)?.trim().parse().map_err(|_| bad(name, "bir sayı olmalı", "must be a number"))
    }
}

/// `bad-parameter`.
pub fn bad(name: &str, tr: &str, en: &str) -> Error {
    Error::invalid("bad-parameter", format!("“{name}” parametresi {tr}."), format!("The parameter “{name}” {en}."))
        .field(name, tr, en)
}

fn decode(text: &str) -> Result<String> {
    let text = text.replace('+', " ");
    let decoded = percent_decode_str(&text).decode_utf8().ok().filter(|t| !t.contains('\0'));
    decoded
        .map(std::borrow::Cow::into_owned)
        .ok_or_else(|| Error::invalid("bad-query", "Adresteki sorgu UTF-8 değil.", "The address's query is not UTF-8."))
}
