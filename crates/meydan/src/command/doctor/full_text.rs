//! The text index: there, and how far behind the log.

use super::{Check, Status};
use crate::{command::reindex::INDEX, context::Context};
use meydan_kernel::{Bilingual, Store};
use std::path::Path;

/// It may be so many entries behind: the server takes thousands in a second.
const BEHIND: i64 = 20_000;

const TITLE: (&str, &str) = ("Metin araması", "Text index");

/// Reads what the index's last commit says of itself; the server has the index itself.
pub(super) fn look(context: &Context, store: &dyn Store) -> Check {
    let folder = context.config.search_folder();
    let place = folder.display().to_string();
    let Some(next) = stands(&folder.join(INDEX)) else {
        // Nothing is lost by it.
        let detail = Bilingual::new(format!("{place}: henüz yok"), format!("{place}: not there yet"));
        return Check::new("full-text", TITLE, Status::Fine, detail);
    };
    let behind = (store.head() - next).max(0);
    let detail = Bilingual::new(
        format!("defterin {behind} girdi gerisinde, {place}"),
        format!("{behind} entries behind the log, {place}"),
    );
    let status = if behind > BEHIND { Status::Warning } else { Status::Fine };
    Check::new("full-text", TITLE, status, detail).advise(
        "Dizini sunucu izler: `meydan serve` çalışıyor mu, günlüğünde uyarı var mı? Yeniden yapmak için: meydan reindex",
        "The server keeps it: does `meydan serve` run, does its journal warn? To make it anew: meydan reindex",
    )
}

/// Position of the next log entry that the index wants, as its last commit says.
fn stands(index: &Path) -> Option<i64> {
    let meta: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(index.join("meta.json")).ok()?).ok()?;
    let said: serde_json::Value = serde_json::from_str(meta.get("payload")?.as_str()?).ok()?;
    said.get("next")?.as_i64()
}
