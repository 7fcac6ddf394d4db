//! The report as a file: CSV for programs and spreadsheets, PDF for the desk of who decides.

use super::{
    super::{
        page::{Visit, private},
        params::encode,
    },
    show::{asked, period},
    table::{Table, cells, columns, names, tables},
};
use crate::{Problem, reports::Report};
use axum::{
    http::{HeaderName, header},
    response::{IntoResponse, Response},
};
use meydan_kernel::{Error, Lang};
use meydan_paper::{Align, Column, Footer, Language, Paragraph, Sheet};
use std::fmt::Write as _;

/// Limit: lines of a group on paper.
const MAX_ON_PAPER: usize = 40;
/// Letters of the filter's text on paper in one line.
const NAME_SHARE: u16 = 4;

/// `GET /raporlar/csv`.
///
/// # Errors
/// As `GET /raporlar`.
pub async fn csv(visit: Visit) -> Result<Response, Problem> {
    let report = asked(&visit).await?;
    let names = names(&visit, &report).await?;
    let t = visit.t;
    // Spreadsheets take it as UTF-8 by the mark at its beginning; those in Turkish expect semicolons.
    let mut out = String::from("\u{feff}");
    let titles: Vec<&str> = [t.report_by(), t.report_group()].into_iter().chain(columns(t).iter().map(|c| c.0)).collect();
    line(&mut out, visit.lang, titles);
    let all = cells(t, &report, None, &report.all);
    line(&mut out, visit.lang, ["", t.report_all()].into_iter().chain(all.iter().map(|c| c.text.as_str())));
    for table in tables(t, &report, &names, usize::MAX) {
        for row in &table.lines {
            let texts = row.cells.iter().map(|c| c.text.as_str());
            line(&mut out, visit.lang, [table.title, row.name.as_str()].into_iter().chain(texts));
        }
    }
    Ok(download(&visit, &report, "csv", "text/csv; charset=utf-8", out.into_bytes()))
}

fn line<'a>(out: &mut String, lang: Lang, cells: impl IntoIterator<Item = &'a str>) {
    let separator = if lang == Lang::Tr { ';' } else { ',' };
    for (index, cell) in cells.into_iter().enumerate() {
        if index > 0 {
            out.push(separator);
        }
        // A spreadsheet takes what begins so for a formula; names of ours may come from elsewhere.
        let guarded = if cell.starts_with(['=', '+', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() };
        let _ = write!(out, "\"{}\"", guarded.replace('"', "\"\""));
    }
    out.push_str("\r\n");
}

/// `GET /raporlar/pdf`.
///
/// # Errors
/// As `GET /raporlar`.
pub async fn pdf(visit: Visit) -> Result<Response, Problem> {
    let report = asked(&visit).await?;
    let names = names(&visit, &report).await?;
    let sheet = sheet(&visit, &report, tables(visit.t, &report, &names, MAX_ON_PAPER));
    let made = tokio::task::spawn_blocking(move || meydan_paper::sheet(&sheet)).await.map_err(Error::internal)?;
    let bytes = made.map_err(|e| Error::internal("a report that can't be set").cause(e))?;
    Ok(download(&visit, &report, "pdf", "application/pdf", bytes))
}

fn sheet(visit: &Visit, report: &Report, tables: Vec<Table>) -> Sheet {
    let t = visit.t;
    let titles = columns(t);
    let all = cells(t, report, None, &report.all);
    let facts = titles.iter().zip(&all).map(|((title, _), cell)| ((*title).to_owned(), cell.text.clone()));
    let name = Column { title: t.report_group().to_owned(), share: NAME_SHARE, align: Align::Left };
    let numbers = titles.iter().map(|(title, _)| Column { title: (*title).to_owned(), share: 1, align: Align::Right });
    let columns: Vec<Column> = std::iter::once(name).chain(numbers).take(meydan_paper::MAX_COLUMNS).collect();
    let mut rows: Vec<Vec<String>> = Vec::new();
    for table in tables {
        rows.push(
            std::iter::once(format!("– {} –", table.title)).chain(columns.iter().skip(1).map(|_| String::new())).collect(),
        );
        for row in table.lines {
            let texts = std::iter::once(row.name).chain(row.cells.into_iter().map(|c| c.text));
            rows.push(texts.take(columns.len()).collect());
        }
    }
    Sheet {
        language: if visit.lang == Lang::Tr { Language::Tr } else { Language::En },
        institution: vec!["T.C.".to_owned(), visit.app.settings.city_title.get(visit.lang).to_owned()],
        title: t.report_title().to_owned(),
        date: Some(visit.caller.principal.today()),
        ticket: None,
        intro: vec![
            Paragraph::Text(period(visit, &report.asked)),
            Paragraph::Rows(facts.collect()),
            Paragraph::Text(t.report_foot().to_owned()),
        ],
        table: Some(meydan_paper::Table { columns, rows }),
        closing: Vec::new(),
        signatory: None,
        footer: Footer { web: visit.base_url.clone(), ..Footer::default() },
        landscape: true,
        draft: false,
    }
}

fn download(visit: &Visit, report: &Report, extension: &str, media_type: &'static str, bytes: Vec<u8>) -> Response {
    let name = format!("{}-{}-{}.{extension}", visit.t.report_file(), report.asked.from, report.asked.until);
    let disposition = format!("attachment; filename=\"{}\"", encode(&name));
    let headers: [(HeaderName, String); 2] =
        [(header::CONTENT_TYPE, media_type.to_owned()), (header::CONTENT_DISPOSITION, disposition)];
    private((headers, bytes).into_response())
}
