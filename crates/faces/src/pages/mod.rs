//! The pages that people see: HTML from the server, in both languages. A page's handler and its template bear the same name.
//!
//! Texts are in `i18n/*.ftl` and become functions at build time; styles, scripts, fonts and map glyphs are in `web/`.

mod assets;
mod diagram;
mod docs;
mod edit;
mod errors;
mod expression;
mod form;
mod format;
mod geometry_text;
mod history;
mod labels;
mod legend;
mod list;
mod list_filter;
mod log;
mod map;
mod page;
mod params;
mod record;
mod registers;
mod search;
mod shape;
mod shown;
mod standard;
mod texts;

pub use errors::as_a_page;

use crate::App;
use axum::{Router, routing::get};
use std::sync::Arc;

/// Routes of the pages and of the web files that they use.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/", get(map::map))
        .route("/search", get(search::page))
        .route("/search.json", get(search::json))
        .route("/registers", get(registers::registers))
        .route("/registers/{name}", get(list::list))
        .route("/registers/{name}/choices", get(search::choices))
        .route("/registers/{name}/new", get(edit::new).post(edit::create))
        .route("/registers/{name}/{id}", get(record::record))
        .route("/registers/{name}/{id}/card", get(record::card))
        .route("/registers/{name}/{id}/edit", get(edit::edit).post(edit::save))
        .route("/registers/{name}/{id}/delete", axum::routing::post(record::delete))
        .route("/registers/{name}/{id}/history", get(history::history))
        .route("/registers/{name}/{id}/proof", get(history::proof))
        .route("/standard", get(standard::standard))
        .route("/standard/{register}", get(standard::register))
        .route("/standard/lists/{list}", get(standard::code_list))
        .route("/log", get(log::log))
        .route("/docs/api", get(docs::docs))
        .route("/assets/glyphs/{stack}/{range}", get(assets::glyphs))
        .route("/assets/{*path}", get(assets::file))
}
