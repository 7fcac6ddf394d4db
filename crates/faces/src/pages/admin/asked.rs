//! What lists of the administration are asked: the page's number, counted from the first.

use super::super::{page::Visit, texts::count};

/// Rows of a page.
pub const PAGE: usize = 50;
/// Limit: pages that can be asked for.
const MAX_PAGES: u64 = 1_000_000;

/// Where a list stands.
pub struct Paging {
    /// Rows before the page.
    pub offset: u64,
    /// How many there are, in words.
    pub total: String,
    /// Which rows are shown; empty if none.
    pub shown: String,
    /// The page before.
    pub previous: Option<String>,
    /// The page after.
    pub next: Option<String>,
}

/// The number of the page asked for, from 0.
pub fn number(visit: &Visit) -> u64 {
    visit.query.get("page").and_then(|p| p.parse().ok()).unwrap_or(0).min(MAX_PAGES)
}

impl Paging {
    /// Of a list of so many rows.
    pub fn of(visit: &Visit, rows: u64) -> Self {
        let page = PAGE as u64;
        let number = number(visit).min(rows.saturating_sub(1) / page);
        let offset = number * page;
        let to = (offset + page).min(rows);
        let link = |number: u64| {
            let query = visit.query.without(&["page", "lang", "theme", "done"]);
            let query = if number == 0 { query } else { query.with("page", &number.to_string()) };
            format!("{}{}", visit.path, query.query())
        };
        Self {
            offset,
            total: visit.t.count_records(count(rows)),
            shown: if rows == 0 { String::new() } else { visit.t.list_range_from_to(count(offset + 1), count(to)) },
            previous: number.checked_sub(1).map(link),
            next: (to < rows).then(|| link(number + 1)),
        }
    }
}
