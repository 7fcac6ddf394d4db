//! The trend by weeks or months, drawn on the server: bars told apart by pattern as well as by colour, with its table beside.

use super::{
    super::{format, texts::Texts},
    table::{Cell, cells},
};
use crate::reports::{Report, tally::Number};
use askama::Template;

/// Width and height of the drawing.
const SIZE: (f64, f64) = (1000.0, 220.0);

/// The drawing and its table.
#[derive(Template)]
#[template(path = "reports/trend.html")]
pub struct Trend {
    t: Texts,
    desc: String,
    bars: Vec<Bar>,
    /// First, middle and last slice under the drawing.
    marks: Vec<String>,
    most: String,
    /// Slice, and the cells of all columns.
    pub lines: Vec<(String, Vec<Cell>)>,
}

struct Bar {
    x: f64,
    width: f64,
    y: f64,
    height: f64,
    closed_y: f64,
    closed_height: f64,
    name: String,
}

/// The trend of a report.
pub fn trend(t: Texts, report: &Report) -> Trend {
    let lang = t.0;
    let count = report.trend.len().max(1) as f64;
    let most = report.trend.iter().map(|(_, tally)| tally.get(Number::All)).max().unwrap_or(0);
    let scale = |n: u64| SIZE.1 * n as f64 / most.max(1) as f64;
    let step = SIZE.0 / count;
    let whole = |n: u64| format::integer(lang, i64::try_from(n).unwrap_or(i64::MAX));
    let name = |first, last| t.report_span_first_last(format::date(lang, first), format::date(lang, last));
    let bars = report.trend.iter().enumerate().map(|(i, (slice, tally))| {
        let (all, closed) = (tally.get(Number::All), tally.get(Number::Closed));
        Bar {
            x: i as f64 * step + step * 0.1,
            width: step * 0.8,
            y: SIZE.1 - scale(all),
            height: scale(all),
            closed_y: SIZE.1 - scale(closed),
            closed_height: scale(closed),
            name: t.report_bar_all_closed_slice(whole(all), whole(closed), name(slice.first, slice.last)),
        }
    });
    let bars: Vec<Bar> = bars.collect();
    let lines: Vec<(String, Vec<Cell>)> = report
        .trend
        .iter()
        .map(|(slice, tally)| (name(slice.first, slice.last), cells(t, report, Some(&slice.condition()), tally)))
        .collect();
    let busiest = report.trend.iter().max_by_key(|(slice, tally)| (tally.get(Number::All), std::cmp::Reverse(*slice)));
    let desc = busiest.map_or_else(String::new, |(slice, tally)| {
        t.report_busiest_number_slice(whole(tally.get(Number::All)), name(slice.first, slice.last))
    });
    let first = report.trend.first().map(|(s, _)| format::date(lang, s.first));
    let last = report.trend.last().map(|(s, _)| format::date(lang, s.last));
    Trend { t, desc, bars, marks: first.into_iter().chain(last).collect(), most: whole(most), lines }
}
