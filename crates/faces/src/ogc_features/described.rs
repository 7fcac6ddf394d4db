//! What each description of a collection (schema, queryables, feature schema) starts from.

use crate::{
    App, Caller, Problem,
    definitions::Definitions,
    negotiate,
    ogc_common::params::{Params, take_format},
};
use axum::http::{HeaderMap, Uri};
use meydan_kernel::{Lang, Register, permission::FieldSet};
use std::sync::Arc;

/// The collection asked for, with the language and address of the answer.
pub(super) struct Described {
    pub lang: Lang,
    pub definitions: Arc<Definitions>,
    pub register: Arc<Register>,
    pub base: String,
    /// Fields of which who asks sees the own values, of some record at least: only these can be asked for.
    pub shown: FieldSet,
}

impl Described {
    /// Reads the request, which has no parameters but `f` and `lang`.
    ///
    /// # Errors
    /// `unknown-parameter`, `no-such-register`; `login-required`, `not-allowed` if no record of it may be seen.
    pub fn read(app: &App, caller: &Caller, id: &str, uri: &Uri, headers: &HeaderMap) -> Result<Self, Problem> {
        let mut params = Params::parse(uri)?;
        take_format(&mut params, &["json"])?;
        params.finish()?;
        let definitions = app.definitions();
        let register = Arc::clone(definitions.catalogue.register(id)?);
        let access = app.desk.readable(&caller.principal, &register)?;
        let shown = access.parts().iter().fold(FieldSet::EMPTY, |all, part| all.and(part.fields));
        let (lang, base) = (negotiate::lang(uri, headers), negotiate::base_url(app, headers));
        Ok(Self { lang, definitions, register, base, shown })
    }
}
