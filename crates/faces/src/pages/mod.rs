//! The pages that people see: HTML from the server, in both languages. A page's handler and its template bear the same name.
//!
//! Texts are in `i18n/*.ftl` and become functions at build time; styles, scripts, fonts and map glyphs are in `web/`.

mod account;
mod admin;
mod assets;
mod case;
mod citizen;
mod diagram;
mod directory;
mod docs;
mod edit;
mod enrol;
mod errors;
mod expression;
mod field;
mod find;
mod form;
pub(crate) mod format;
mod geometry_text;
mod history;
mod inbox;
pub(crate) mod intake;
mod labels;
pub(crate) mod legend;
mod list;
mod list_filter;
mod log;
mod login;
mod map;
mod multipart;
mod nav;
mod next;
mod page;
mod params;
mod passkeys;
mod provider;
mod record;
mod refusal;
mod registers;
mod reports;
mod search;
mod second_factor;
mod shape;
mod shown;
mod standard;
pub(crate) mod texts;
mod unmask;
mod verify;

pub use errors::as_a_page;

use crate::App;
use axum::{
    Router,
    routing::{get, post},
};
use std::sync::Arc;

/// Routes of the pages and of the web files that they use.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .merge(coming_and_going())
        .merge(account())
        .merge(admin::routes())
        .merge(intake::routes())
        .merge(citizen::routes())
        .merge(inbox::routes())
        .merge(directory::routes())
        .merge(reports::routes())
        .merge(case::routes())
        .route("/", get(map::map))
        .route("/search", get(find::page))
        .route("/search.json", get(search::json))
        .route("/registers", get(registers::registers))
        .route("/registers/{name}", get(list::list))
        .route("/registers/{name}/choices", get(search::choices))
        .route("/registers/{name}/new", get(edit::new).post(edit::create))
        .route("/registers/{name}/{id}", get(record::record))
        .route("/registers/{name}/{id}/card", get(record::card))
        .route("/registers/{name}/{id}/edit", get(edit::edit).post(edit::save))
        .route("/registers/{name}/{id}/delete", post(record::delete))
        .route("/registers/{name}/{id}/unmask", get(unmask::back).post(unmask::unmask))
        .route("/registers/{name}/{id}/history", get(history::history))
        .route("/registers/{name}/{id}/proof", get(history::proof))
        .route("/standard", get(standard::standard))
        .route("/standard/{register}", get(standard::register))
        .route("/standard/lists/{list}", get(standard::code_list))
        .route("/log", get(log::log))
        .route("/docs/api", get(docs::docs))
        .route("/saha", get(field::shell))
        .route("/saha/sw.js", get(field::worker))
        .route("/saha/map-worker.mjs", get(field::map_worker))
        .route("/saha/manifest.webmanifest", get(field::manifest))
        .route("/assets/glyphs/{stack}/{range}", get(assets::glyphs))
        .route("/assets/{*path}", get(assets::file))
}

/// Logging in and out.
fn coming_and_going() -> Router<Arc<App>> {
    Router::new()
        .route("/login", get(login::form).post(login::submit))
        .route("/login/code", get(second_factor::form).post(second_factor::submit))
        .route("/login/passkey", post(passkeys::login))
        .route("/login/passkey/options", post(passkeys::login_options))
        .route("/login/with/{provider}", get(provider::leave))
        .route("/login/return/{provider}", get(provider::arrive))
        .route("/logout", post(login::logout))
        .route("/enrol", get(enrol::form).post(enrol::submit))
        .route("/enrol/passkey", post(passkeys::enrol))
        .route("/enrol/passkey/options", post(passkeys::enrol_options))
        .route("/enrol/{code}", get(enrol::open))
}

/// One's own account.
fn account() -> Router<Arc<App>> {
    use account::{app, looks, overview, own_data, sessions, tokens, ways_in};
    Router::new()
        .route("/account", get(overview::show))
        .route("/account/post", post(overview::choose))
        .route("/account/login", get(ways_in::form))
        .route("/account/password", post(ways_in::change_password))
        .route("/account/passkeys", post(passkeys::add))
        .route("/account/passkeys/options", post(passkeys::add_options))
        .route("/account/passkeys/{id}/rename", post(ways_in::rename_passkey))
        .route("/account/passkeys/{id}/remove", post(ways_in::remove_passkey))
        .route("/account/identities/{id}/remove", post(ways_in::unlink))
        .route("/account/app", post(app::offer))
        .route("/account/app/confirm", post(app::confirm))
        .route("/account/app/recovery", post(app::renew_recovery))
        .route("/account/app/remove", post(app::remove))
        .route("/account/sessions", get(sessions::list))
        .route("/account/sessions/end-others", post(sessions::end_others))
        .route("/account/sessions/{id}/end", post(sessions::end))
        .route("/account/tokens", get(tokens::list).post(tokens::make))
        .route("/account/tokens/{id}/revoke", post(tokens::revoke))
        .route("/account/looks", get(looks::list))
        .route("/account/data.json", post(own_data::download))
        .route("/account/verify", get(verify::form).post(verify::submit))
        .route("/account/verify/passkey", post(passkeys::verify))
        .route("/account/verify/passkey/options", post(passkeys::verify_options))
}
