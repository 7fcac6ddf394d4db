//! What each description of a collection (schema, queryables, feature schema) starts from.

use crate::{
    App, Problem,
    definitions::Definitions,
    negotiate,
    ogc_common::params::{Params, take_format},
};
use axum::http::{HeaderMap, Uri};
use meydan_kernel::{Lang, Register};
use std::sync::Arc;

/// The collection asked for, with the language and address of the answer.
pub(super) struct Described {
    pub lang: Lang,
    pub definitions: Arc<Definitions>,
    pub register: Arc<Register>,
    pub base: String,
}

impl Described {
    /// Reads the request, which has no parameters but `f` and `lang`.
    ///
    /// # Errors
    /// `unknown-parameter`, `no-such-register`.
    pub fn read(app: &App, id: &str, uri: &Uri, headers: &HeaderMap) -> Result<Self, Problem> {
        let mut params = Params::parse(uri)?;
        take_format(&mut params, &["json"])?;
        params.finish()?;
        let definitions = app.definitions();
        let register = Arc::clone(definitions.catalogue.register(id)?);
        Ok(Self { lang: negotiate::lang(uri, headers), definitions, register, base: negotiate::base_url(app, headers) })
    }
}
