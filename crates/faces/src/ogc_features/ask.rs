//! What the query string of an `items` request asks for.

use super::{cursor, datetime::Datetime, filter, space::Space};
use crate::ogc_common::params::{Params, bad_value, take_flag, take_format, take_number};
use axum::http::Uri;
use meydan_kernel::{Error, Query, Register, Result, Sort, cql2::Expr, query::MAX_PAGE};
use std::sync::Arc;

/// Features of a page if the client doesn't say.
pub const DEFAULT_LIMIT: usize = 100;
/// Limit: features of a page.
pub const MAX_LIMIT: usize = MAX_PAGE;
/// Values of `f`.
pub const FORMATS: [&str; 2] = ["json", "geojson"];
/// Parameters that have a meaning of their own: a field of such a name is asked by `filter`.
pub const RESERVED: [&str; 16] = [
    "f",
    "lang",
    "limit",
    "offset",
    "after",
    "bbox",
    "bbox-crs",
    "datetime",
    "crs",
    "filter",
    "filter-lang",
    "filter-crs",
    "sortby",
    "properties",
    "count",
    "resultType",
];

/// What is asked for.
#[derive(Clone)]
pub struct Ask {
    /// The question to the store; its limit is that of the client, `None` if it gave none.
    pub query: Query,
    /// CRS of the answer.
    pub space: Space,
    /// Only the number of matches.
    pub hits: bool,
    /// The number of matches is wanted even if it costs.
    pub count: bool,
    /// Indexes of the fields wanted; `None` is all.
    pub select: Option<Vec<usize>>,
    /// True if nothing narrows the register: no bbox, filter or instant.
    pub whole: bool,
}

impl Ask {
    /// Reads the query string of a page.
    ///
    /// # Errors
    /// `unknown-parameter`, `bad-parameter`, `bad-filter`, `bad-cursor` and their kin, naming the parameter.
    pub fn parse(register: &Arc<Register>, uri: &Uri) -> Result<Self> {
        let mut params = Params::parse(uri)?;
        take_format(&mut params, &FORMATS)?;
        Self::read(register, params)
    }

    /// Reads all parameters but `f`.
    ///
    /// # Errors
    /// As [`Ask::parse`].
    pub fn read(register: &Arc<Register>, mut params: Params) -> Result<Self> {
        let space = take_space(&mut params, "crs")?;
        let bbox_space = take_space(&mut params, "bbox-crs")?;
        let hits = take_hits(&mut params)?;
        let count = take_flag(&mut params, "count")?;
        let select = take_select(&mut params, register)?;
        let mut query = Query::all(Arc::clone(register));
        if let Some(text) = params.take("bbox")? {
            query.bbox = bbox_space.bbox("bbox", &text)?;
        }
        query.limit = take_number(&mut params, "limit", 1, u64::MAX)?.map(|n| usize::try_from(n).unwrap_or(usize::MAX));
        query.offset = take_number(&mut params, "offset", 0, i64::MAX as u64)?.unwrap_or(0);
        query.sort = params.take("sortby")?.map(|text| sort(register, &text)).transpose()?.flatten();
        if let Some(token) = params.take("after")? {
            let field = query.sort.as_ref().and_then(|s| register.fields.get(s.field));
            query.after = Some(cursor::read(&token, field)?);
        }
        let mut conditions: Vec<Expr> = Vec::new();
        match params.take("datetime")?.map(|text| Datetime::parse(&text)).transpose()? {
            Some(Datetime::AsOf(instant)) => query.as_of = Some(instant),
            Some(interval) => conditions.extend(interval.condition()),
            None => {}
        }
        conditions.extend(filter::take_filter(&mut params, register)?);
        conditions.extend(filter::take_queryables(&mut params, register)?);
        params.finish()?;
        query.filter = match conditions.len() {
            0 | 1 => conditions.pop(),
            _ => Some(Expr::And(conditions)),
        };
        let whole = query.bbox.is_empty() && query.filter.is_none() && query.as_of.is_none();
        Ok(Self { query, space, hits, count, select, whole })
    }
}

/// Takes a parameter that names a CRS; lon/lat without it.
///
/// # Errors
/// `bad-parameter`.
pub fn take_space(params: &mut Params, name: &str) -> Result<Space> {
    params.take(name)?.map_or(Ok(Space::lon_lat()), |uri| Space::parse(name, &uri))
}

/// Takes `properties`.
///
/// # Errors
/// `bad-parameter` naming an unknown field.
pub fn take_select(params: &mut Params, register: &Register) -> Result<Option<Vec<usize>>> {
    let Some(text) = params.take("properties")? else { return Ok(None) };
    let mut select = Vec::new();
    for name in text.split(',').map(str::trim).filter(|n| !n.is_empty()) {
        if super::write::ALWAYS.contains(&name) {
            continue;
        }
        let index = register.field_index(name).ok_or_else(|| no_such_field("properties", name))?;
        select.push(index);
    }
    select.sort_unstable();
    select.dedup();
    Ok(Some(select))
}

fn no_such_field(parameter: &str, name: &str) -> Error {
    bad_value(parameter, format!("“{name}” adında bir alan yok"), format!("there is no field “{name}”"))
}

fn take_hits(params: &mut Params) -> Result<bool> {
    match params.take("resultType")?.as_deref() {
        None | Some("results") => Ok(false),
        Some("hits") => Ok(true),
        Some(_) => Err(bad_value("resultType", "“results” ya da “hits” olmalı", "must be “results” or “hits”")),
    }
}

/// `sortby=name`, `+name` (a `+` may arrive as a space) or `-name`; by fid is the order without it.
fn sort(register: &Register, text: &str) -> Result<Option<Sort>> {
    let text = text.trim_end();
    let (descending, name) = match text.strip_prefix('-') {
        Some(name) => (true, name),
        None => (false, text.strip_prefix(['+', ' ']).unwrap_or(text)),
    };
    if name == "fid" && !descending {
        return Ok(None);
    }
    if name.contains(',') {
        return Err(bad_value("sortby", "tek bir alan olabilir", "can be one field only"));
    }
    let field = register.field_index(name).ok_or_else(|| no_such_field("sortby", name))?;
    Ok(Some(Sort { field, descending }))
}
