//! Query parameters: each is taken by name; what is left over at the end is unknown, and an error (OGC 17-069r4, 7.9).

use axum::http::Uri;
use meydan_kernel::{Error, Result};
use percent_encoding::percent_decode;

/// Limit: parameters of one request.
pub const MAX_PARAMS: usize = 100;

/// The parameters of a request that nobody has taken yet.
#[derive(Debug)]
pub struct Params {
    pairs: Vec<(String, String)>,
}

impl Params {
    /// Reads the query string (`application/x-www-form-urlencoded`). `lang` is taken everywhere, and here
    /// only looked at.
    ///
    /// # Errors
    /// `bad-parameter` for a language that isn't there; `bad-query` if it isn't UTF-8 or holds U+0000, `too-many-parameters`.
    pub fn parse(uri: &Uri) -> Result<Self> {
        let mut pairs = Vec::new();
        for pair in uri.query().unwrap_or_default().split('&').filter(|p| !p.is_empty()) {
            if pairs.len() == MAX_PARAMS {
                return Err(Error::invalid(
                    "too-many-parameters",
                    format!("Bir istekte en çok {MAX_PARAMS} parametre olabilir."),
                    format!("A request can have {MAX_PARAMS} parameters at most."),
                ));
            }
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            pairs.push((decode(name)?, decode(value)?));
        }
        let mut params = Self { pairs };
        match params.take("lang")?.as_deref() {
            None | Some("tr" | "en") => Ok(params),
            Some(_) => Err(bad_value("lang", "“tr” ya da “en” olmalı", "must be “tr” or “en”")),
        }
    }

    /// Takes a parameter.
    ///
    /// # Errors
    /// `repeated-parameter` if it stands there twice.
    pub fn take(&mut self, name: &str) -> Result<Option<String>> {
        let Some(at) = self.pairs.iter().position(|(n, _)| n == name) else { return Ok(None) };
        let (_, value) = self.pairs.swap_remove(at);
        if self.pairs.iter().any(|(n, _)| n == name) {
            let error = Error::invalid(
                "repeated-parameter",
                format!("“{name}” parametresi birden çok kez verilmiş."),
                format!("The parameter “{name}” is given more than once."),
            );
            return Err(error.field(name, "birden çok kez verilmiş", "given more than once"));
        }
        Ok(Some(value))
    }

    /// True if nothing is left.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// Refuses what nobody took.
    ///
    /// # Errors
    /// `unknown-parameter`, naming each.
    pub fn finish(self) -> Result<()> {
        if self.pairs.is_empty() {
            return Ok(());
        }
        let names: Vec<&str> = self.pairs.iter().map(|(n, _)| n.as_str()).collect();
        let mut error = Error::invalid(
            "unknown-parameter",
            format!("Bilinmeyen parametre: {}.", names.join(", ")),
            format!("Unknown parameter: {}.", names.join(", ")),
        )
        .hint("Parametreler /ogc/api belgesinde yazılıdır.", "The parameters are described in /ogc/api.");
        for name in names {
            error = error.field(name, "bilinmiyor", "unknown");
        }
        Err(error)
    }
}

fn decode(text: &str) -> Result<String> {
    let spaced: Vec<u8> = text.bytes().map(|b| if b == b'+' { b' ' } else { b }).collect();
    let decoded = percent_decode(&spaced).decode_utf8().map_err(|_| bad_query())?.into_owned();
    if decoded.contains('\0') { Err(bad_query()) } else { Ok(decoded) }
}

fn bad_query() -> Error {
    Error::invalid(
        "bad-query",
        "Sorgu dizgesi UTF-8 değil ya da U+0000 içeriyor.",
        "The query string is not UTF-8, or holds U+0000.",
    )
}

/// The error for a parameter's value.
pub fn bad_value(name: &str, tr: impl Into<String>, en: impl Into<String>) -> Error {
    Error::invalid(
        "bad-parameter",
        format!("“{name}” parametresinin değeri kabul edilmiyor."),
        format!("The value of the parameter “{name}” is not accepted."),
    )
    .field(name, tr, en)
}

/// Takes `f`; `None` if it is not given.
///
/// # Errors
/// `bad-parameter` for a format that is not among `known`.
pub fn take_format<'a>(params: &mut Params, known: &[&'a str]) -> Result<Option<&'a str>> {
    let Some(wanted) = params.take("f")? else { return Ok(None) };
    let found = known.iter().find(|k| **k == wanted).copied();
    found.map(Some).ok_or_else(|| {
        let list = known.join(", ");
        bad_value("f", format!("şunlardan biri olmalı: {list}"), format!("must be one of: {list}"))
    })
}

/// A parameter as `true` or `false`; `false` without it.
///
/// # Errors
/// `bad-parameter`.
pub fn take_flag(params: &mut Params, name: &str) -> Result<bool> {
    match params.take(name)?.as_deref() {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(bad_value(name, "“true” ya da “false” olmalı", "must be “true” or “false”")),
    }
}

/// A parameter as a whole number within bounds.
///
/// # Errors
/// `bad-parameter`.
pub fn take_number(params: &mut Params, name: &str, least: u64, most: u64) -> Result<Option<u64>> {
    let Some(text) = params.take(name)? else { return Ok(None) };
    match text.parse::<u64>() {
        Ok(n) if (least..=most).contains(&n) => Ok(Some(n)),
        _ => Err(bad_value(
            name,
            format!("{least} ile {most} arasında bir tam sayı olmalı"),
            format!("must be a whole number between {least} and {most}"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(text: &str) -> Result<Params> {
        Params::parse(&text.parse().expect("uri"))
    }

    #[test]
    fn decodes_and_names_the_unknown() {
        let mut p = params("/x?ad=%C4%B0stanbul+yolu&lang=en&q=1").expect("params");
        assert_eq!(p.take("ad").expect("one").as_deref(), Some("İstanbul yolu"));
        let error = p.finish().expect_err("q is unknown");
        assert_eq!(error.code(), "unknown-parameter");
        assert_eq!(error.fields()[0].field, "q");
    }

    #[test]
    fn refuses_twice_nul_and_bad_utf8() {
        assert_eq!(params("/x?a=1&a=2").expect("params").take("a").expect_err("twice").code(), "repeated-parameter");
        assert_eq!(params("/x?a=%00").expect_err("nul").code(), "bad-query");
        assert_eq!(params("/x?a=%FF").expect_err("utf-8").code(), "bad-query");
    }
}
