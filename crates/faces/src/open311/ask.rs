//! What a query string asks for (GeoReport v2, GET Service Requests), with the usual extensions.

use super::when::{End, instant};
use crate::ogc_common::params::{Params, bad_value, take_flag, take_number};
use axum::http::Uri;
use jiff::{Timestamp, ToSpan as _};
use meydan_kernel::{
    Result,
    post::{begins, day},
};

/// Requests of how many days are listed if the client names no time.
pub const DEFAULT_DAYS: i64 = 90;
/// Limit: requests of one page, and as many as are given if the client doesn't say.
pub const MAX_PAGE_SIZE: u64 = 1_000;
/// Limit: how far pages go; for more there is the export of open data.
const MAX_SKIPPED: u64 = 100_000;
/// Limit: ids or codes in a list.
const MAX_LISTED: usize = 1_000;
/// Limit: characters searched for.
const MAX_WORDS: usize = 200;

/// Parameters that any of these addresses may bear: one city has one jurisdiction, and a key is not needed to read. (`lang` is
/// taken everywhere.)
const PASSED_OVER: [&str; 2] = ["jurisdiction_id", "api_key"];

/// What is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// These requests, whatever else is asked.
    pub ids: Option<Vec<String>>,
    /// Only of these services.
    pub codes: Option<Vec<String>>,
    /// Came to the house at this instant or later.
    pub from: Option<Timestamp>,
    /// Came to the house at this instant or before.
    pub to: Option<Timestamp>,
    /// Only open (`true`) or closed ones.
    pub open: Option<bool>,
    /// Last changed at this instant or later.
    pub updated_from: Option<Timestamp>,
    /// Last changed at this instant or before.
    pub updated_to: Option<Timestamp>,
    /// Words in the public text.
    pub words: Option<String>,
    /// More than the standard's members.
    pub extensions: bool,
    /// Skip so many.
    pub offset: u64,
    /// At most so many.
    pub limit: usize,
}

/// Refuses parameters where there are none.
///
/// # Errors
/// `unknown-parameter` and its kin.
pub fn nothing(uri: &Uri) -> Result<()> {
    begun(uri)?.finish()
}

/// Takes `extensions`, and refuses all else.
///
/// # Errors
/// `bad-parameter`, `unknown-parameter` and their kin.
pub fn extensions(uri: &Uri) -> Result<bool> {
    let mut params = begun(uri)?;
    let extensions = take_flag(&mut params, "extensions")?;
    params.finish()?;
    Ok(extensions)
}

fn begun(uri: &Uri) -> Result<Params> {
    let mut params = Params::parse(uri)?;
    for name in PASSED_OVER {
        params.take(name)?;
    }
    Ok(params)
}

impl Wanted {
    /// Reads the query string of a list.
    ///
    /// # Errors
    /// `bad-parameter`, `unknown-parameter` and their kin, naming the parameter.
    pub fn parse(uri: &Uri) -> Result<Self> {
        let mut params = begun(uri)?;
        let ids = list(&mut params, "service_request_id")?;
        let codes = list(&mut params, "service_code")?;
        let mut from = time(&mut params, "start_date", End::First)?;
        let to = time(&mut params, "end_date", End::Last)?;
        let updated_from = time(&mut params, "updated_after", End::First)?;
        let updated_to = time(&mut params, "updated_before", End::Last)?;
        if from.is_none() && updated_from.is_none() {
            // From the beginning of a day: so a page stays what it was until the next.
            let last = day(to.or(updated_to).unwrap_or_else(Timestamp::now));
            from = last.checked_sub(DEFAULT_DAYS.days()).ok().map(begins);
        }
        let open = open(&mut params)?;
        let words = params.take("q")?.map(|w| w.trim().to_owned()).filter(|w| !w.is_empty());
        if words.as_ref().is_some_and(|w| w.chars().count() > MAX_WORDS) {
            let (tr, en) = (format!("en çok {MAX_WORDS} karakter"), format!("{MAX_WORDS} characters at most"));
            return Err(bad_value("q", tr, en));
        }
        let extensions = take_flag(&mut params, "extensions")?;
        let size = take_number(&mut params, "per_page", 1, MAX_PAGE_SIZE)?.unwrap_or(MAX_PAGE_SIZE);
        let page = take_number(&mut params, "page", 1, MAX_SKIPPED)?.unwrap_or(1);
        params.finish()?;
        let offset = (page - 1).saturating_mul(size);
        if offset > MAX_SKIPPED {
            let (tr, en) = (format!("en çok {MAX_SKIPPED} kayıt atlanabilir"), format!("skips {MAX_SKIPPED} records at most"));
            return Err(bad_value("page", tr, en));
        }
        let limit = usize::try_from(size).unwrap_or(1);
        Ok(Self { ids, codes, from, to, open, updated_from, updated_to, words, extensions, offset, limit })
    }
}

/// A list with commas; `None` without members.
fn list(params: &mut Params, name: &str) -> Result<Option<Vec<String>>> {
    let Some(text) = params.take(name)? else { return Ok(None) };
    let members: Vec<String> = text.split(',').map(|m| m.trim().to_owned()).filter(|m| !m.is_empty()).collect();
    if members.len() > MAX_LISTED {
        return Err(bad_value(name, format!("en çok {MAX_LISTED} üye"), format!("{MAX_LISTED} members at most")));
    }
    Ok((!members.is_empty()).then_some(members))
}

fn time(params: &mut Params, name: &str, end: End) -> Result<Option<Timestamp>> {
    let Some(text) = params.take(name)? else { return Ok(None) };
    instant(&text, end).map(Some).ok_or_else(|| {
        bad_value(
            name,
            "W3C zamanı olmalı (2026-11-24T09:00:00+03:00)",
            "must be a W3C date and time (2026-11-24T09:00:00+03:00)",
        )
    })
}

/// `status=open`, `closed` or both.
fn open(params: &mut Params) -> Result<Option<bool>> {
    let Some(members) = list(params, "status")? else { return Ok(None) };
    let (mut open, mut closed) = (false, false);
    for member in members {
        match member.to_ascii_lowercase().as_str() {
            "open" => open = true,
            "closed" => closed = true,
            _ => return Err(bad_value("status", "“open” ya da “closed” olmalı", "must be “open” or “closed”")),
        }
    }
    Ok((open != closed).then_some(open))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(query: &str) -> Result<Wanted> {
        Wanted::parse(&format!("/open311/v2/requests.json?{query}").parse().expect("an address"))
    }

    #[test]
    fn ninety_days_are_the_default() {
        let plain = wanted("jurisdiction_id=x.gov").expect("read");
        assert_eq!(plain.from, day(Timestamp::now()).checked_sub(90.days()).ok().map(begins));
        assert_eq!((plain.limit, plain.offset, plain.open, plain.to), (1_000, 0, None, None));
        assert_eq!(wanted("updated_after=2026-01-01").expect("read").from, None);
        let paged = wanted("per_page=10&page=3&status=Closed&service_request_id=1,%202,").expect("read");
        assert_eq!((paged.limit, paged.offset, paged.open), (10, 20, Some(false)));
        assert_eq!(paged.ids, Some(vec!["1".to_owned(), "2".to_owned()]));
        assert_eq!(wanted("status=open,closed").expect("read").open, None);
    }

    #[test]
    fn wrong_values_name_their_parameter() {
        for (query, name) in [
            ("status=done", "status"),
            ("start_date=yesterday", "start_date"),
            ("page=0", "page"),
            ("per_page=1001", "per_page"),
            ("per_page=1000&page=1000", "page"),
            ("extensions=maybe", "extensions"),
            ("colour=red", "colour"),
        ] {
            assert_eq!(wanted(query).expect_err(query).fields()[0].field, name);
        }
    }
}
