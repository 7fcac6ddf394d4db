//! GetFeatureInfo (OGC 06-042, 7.4): the records under a pixel, as the caller may see them.

use super::{Version, fault::Fault, map, names};
use crate::{
    App, Caller,
    ogc_common::{
        kvp::{Kvp, bad},
        link,
    },
    ogc_features::{Space, write},
    xml,
};
use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use meydan_geo::{Bbox, Wkb, relate};
use meydan_kernel::{Error, Lang, Query, Record, Register};
use std::{fmt::Write as _, sync::Arc};

/// Pixels round the one that was hit which count as hit: a line is thin.
const REACH: f64 = 4.0;
/// Limit: records of one answer.
const MAX_RECORDS: usize = 100;

/// Formats of the answer.
pub(super) const FORMATS: [&str; 4] = [link::GEOJSON, link::JSON, "text/html", "text/plain"];

/// Answers it.
pub(super) async fn answer(app: &App, caller: &Caller, kvp: &Kvp, version: Version, lang: Lang) -> Result<Response, Fault> {
    let format = kvp.get("INFO_FORMAT").unwrap_or("text/plain");
    if !FORMATS.contains(&format) {
        return Err(Fault::new(
            "InvalidFormat",
            Error::invalid(
                "bad-format",
                format!("Bilgi “{format}” biçiminde verilmiyor."),
                format!("Information is not given as “{format}”."),
            ),
        ));
    }
    let registers = names::layers(app, caller, kvp.need("QUERY_LAYERS")?)?;
    let view = map::view(kvp, version)?;
    let (i, j) = if version == Version::V130 { ("I", "J") } else { ("X", "Y") };
    let (x, y): (f64, f64) = (kvp.number(i)?, kvp.number(j)?);
    if !(0.0..f64::from(view.width)).contains(&x) || !(0.0..f64::from(view.height)).contains(&y) {
        return Err(Fault::new("InvalidPoint", bad(i, "resmin içinde olmalı", "must lie in the picture")));
    }
    let limit = kvp.get("FEATURE_COUNT").and_then(|n| n.parse().ok()).unwrap_or(1).clamp(1, MAX_RECORDS);
    let mut around = Bbox::EMPTY;
    for (dx, dy) in [(-REACH, -REACH), (REACH, REACH), (-REACH, REACH), (REACH, -REACH)] {
        if let Some((lon, lat)) = view.position(x + 0.5 + dx, y + 0.5 + dy) {
            around.add(lon, lat);
        }
    }
    let mut found = Vec::new();
    for register in registers {
        let records = under(app, caller, &register, &around, limit).await?;
        found.push((register, records));
    }
    let (media_type, body) = match format {
        "text/plain" => ("text/plain;charset=UTF-8", plain(&found, lang)),
        "text/html" => ("text/html;charset=UTF-8", html(&found, lang)),
        "application/json" => (link::JSON, json(app, &found)?),
        _ => (link::GEOJSON, json(app, &found)?),
    };
    let bearing = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((bearing, body).into_response())
}

type Found = [(Arc<Register>, Vec<Record>)];

async fn under(
    app: &App,
    caller: &Caller,
    register: &Arc<Register>,
    around: &Bbox,
    limit: usize,
) -> Result<Vec<Record>, Error> {
    let Bbox { min_x: w, min_y: s, max_x: e, max_y: n } = *around;
    let Some(square) = Wkb::polygon(&[vec![(w, s), (e, s), (e, n), (w, n), (w, s)]]) else { return Ok(Vec::new()) };
    // Boxes that touch may hold shapes that don't: a few more are asked for than are wanted.
    let query = Query { bbox: vec![*around], limit: Some(MAX_RECORDS), ..Query::all(Arc::clone(register)) };
    let mut records = app.desk.query(&caller.principal, &query).await?;
    records.retain(|r| r.geometry.as_ref().is_some_and(|g| relate::intersects(g, &square)));
    records.truncate(limit);
    Ok(records)
}

fn json(app: &App, found: &Found) -> Result<String, Error> {
    let definitions = app.definitions();
    let mut out = b"{\"type\":\"FeatureCollection\",\"features\":[".to_vec();
    let mut first = true;
    for (register, records) in found {
        let shape = definitions.shape(&register.name)?;
        for record in records {
            if !std::mem::take(&mut first) {
                out.push(b',');
            }
            write::feature_open(&mut out, shape, record, Space::lon_lat(), None);
            out.extend_from_slice(b",\"collection\":");
            write::string(&mut out, &register.name);
            out.push(b'}');
        }
    }
    out.extend_from_slice(b"]}");
    String::from_utf8(out).map_err(Error::internal)
}

/// The lines of a record: title and value of each field that says something.
fn lines<'a>(register: &'a Register, record: &'a Record, lang: Lang) -> impl Iterator<Item = (&'a str, String)> {
    register.fields.iter().zip(&record.values).filter(|(_, v)| !v.is_null()).map(move |(field, value)| {
        let text = match value.to_json() {
            serde_json::Value::String(text) => text,
            other => other.to_string(),
        };
        (field.title.get(lang), text)
    })
}

fn plain(found: &Found, lang: Lang) -> String {
    let mut out = String::new();
    for (register, records) in found {
        for record in records {
            let _ = writeln!(out, "{} {}", register.title.get(lang), record.fid);
            for (title, value) in lines(register, record, lang) {
                let _ = writeln!(out, "  {title}: {}", value.replace(['\r', '\n'], " "));
            }
        }
    }
    out
}

fn html(found: &Found, lang: Lang) -> String {
    let mut out = String::from("<!doctype html><meta charset=\"utf-8\"><title>GetFeatureInfo</title>");
    for (register, records) in found {
        for record in records {
            out.push_str("<table><caption>");
            xml::escape(&mut out, register.title.get(lang));
            let _ = write!(out, " {}</caption>", record.fid);
            for (title, value) in lines(register, record, lang) {
                out.push_str("<tr><th scope=\"row\">");
                xml::escape(&mut out, title);
                out.push_str("</th><td>");
                xml::escape(&mut out, &value);
                out.push_str("</td></tr>");
            }
            out.push_str("</table>");
        }
    }
    out
}
