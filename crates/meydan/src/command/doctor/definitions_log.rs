//! Whether the definitions in the store are those that the log says came into force.

use super::{Check, Status};
use crate::context::DEFINITIONS_CHANGED;
use meydan_kernel::{
    Bilingual, Catalogue, Query, Result, Sort, Store, Value,
    catalogue::digest,
    cql2::{Comparison, Expr, Operand},
    post::SECURITY_EVENT,
};
use std::sync::Arc;

const NAME: &str = "definitions-logged";
const TITLE: (&str, &str) = ("Tanımlar ve defter", "Definitions and the log");

/// Looks at the newest event of changed definitions.
pub async fn look(store: &dyn Store, applied: &Catalogue) -> Check {
    match newest(store, applied).await {
        Err(error) => Check::failed(NAME, TITLE, &error),
        Ok(Some(detail)) if detail.starts_with(&digest(applied)) => {
            let fine = Bilingual::new("deftere yazıldığı gibi", "as the log names them");
            Check::new(NAME, TITLE, Status::Fine, fine)
        }
        Ok(_) => {
            let detail = Bilingual::new(
                "veri deposundaki tanımlar ve yetkiler defterde yazılı olanlar değil",
                "the store's definitions and grants are not those that the log names",
            );
            Check::new(NAME, TITLE, Status::Broken, detail).advise(
                "Tanımlar program dışından değiştirilmiş ya da program yükseltilmiş olabilir. Bakın, sonra uygulayın: meydan catalog plan, \
                 meydan catalog apply",
                "They were changed past the program, or the program was upgraded. Look, then apply: meydan catalog plan, meydan \
                 catalog apply",
            )
        }
    }
}

async fn newest(store: &dyn Store, applied: &Catalogue) -> Result<Option<String>> {
    let register = applied.register(SECURITY_EVENT)?;
    let (Some(kind), Some(detail)) = (register.field_index("kind"), register.field_index("detail")) else { return Ok(None) };
    let wanted = Operand::Literal(Value::Text(DEFINITIONS_CHANGED.to_owned()));
    let query = Query {
        filter: Some(Expr::Compare(Operand::Field(kind), Comparison::Eq, wanted)),
        sort: Some(Sort { field: kind, descending: true }),
        limit: Some(1),
        ..Query::all(Arc::clone(register))
    };
    let found = store.query(&query).await?.pop();
    Ok(found.and_then(|r| match r.values.into_iter().nth(detail) {
        Some(Value::Text(text)) => Some(text),
        _ => None,
    }))
}
