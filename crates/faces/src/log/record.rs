//! All that an auditor needs for one version of one record, in one document to take away.

use super::{LogKey, hex, proofs::inclusion_json};
use crate::{
    App, Caller, Problem, negotiate,
    ogc_common::{
        link,
        params::{Params, take_number},
        reply,
    },
    ogc_features::item_key,
};
use axum::{
    Extension,
    extract::{Path, State},
    http::{HeaderMap, Uri},
    response::Response,
};
use meydan_kernel::{
    Error, Record, Register, Result,
    log::{Entry, canonical_record, digest, tree::leaf_hash},
    query::Key,
};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// `GET /api/log/records/{register}/{id}/proof?version=`: entry, leaf, salted digest, canonical content, salt, inclusion proof,
/// checkpoint; of the newest version if none is asked.
pub(super) async fn proof(
    State(app): State<Arc<App>>,
    caller: Caller,
    key: Option<Extension<LogKey>>,
    Path((name, id)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mut params = Params::parse(&uri)?;
    let wanted = take_number(&mut params, "version", 1, i64::MAX.unsigned_abs())?;
    params.finish()?;
    let register = app.desk.register(&name)?;
    let id = match item_key(&register, &id)? {
        Key::Id(id) => id,
        key @ Key::Fid(_) => app.desk.get(&caller.principal, &register, key, None).await?.id,
    };
    let mut versions = app.desk.history(&caller.principal, &register, id).await?;
    let at = match wanted {
        None => versions.len().checked_sub(1),
        Some(wanted) => versions.iter().position(|v| v.record.version.unsigned_abs() == wanted),
    };
    let no_such_version =
        || Error::not_found("no-such-version", "Kaydın böyle bir sürümü yok.", "The record has no such version.");
    let version = versions.swap_remove(at.ok_or_else(no_such_version)?);
    let log = app.desk.sealed_log(&caller.principal);
    let entry = log.entry_of(&version).await?;
    let seal = log.last_seal().await?.filter(|s| s.size > entry.position);
    let inclusion = match &seal {
        Some(seal) => Some(inclusion_json(log, entry.position.unsigned_abs(), seal.size.unsigned_abs(), seal).await?),
        None => None,
    };
    let mut body = json!({
        "register": name,
        "id": id.to_string(),
        "version": entry.version,
        "position": entry.position,
        "leaf": String::from_utf8_lossy(&entry.leaf_bytes()),
        "leaf_hash": hex(&leaf_hash(&entry.leaf_bytes())),
        "digest": hex(&entry.digest),
        "salt": entry.salt.filter(|_| version.record.hidden.is_empty()).map(|salt| hex(&salt)),
        "inclusion": inclusion,
        "key": key.map(|Extension(LogKey(verifier))| verifier.to_string()),
        "how": HOW.map(|(tr, en)| json!({ "tr": tr, "en": en })),
    });
    body["content"] = content(&register, &version.record, &entry);
    Ok(reply::json(&headers, negotiate::lang(&uri, &headers), link::JSON, &body)?)
}

/// The steps of the check, none of which needs this server.
const HOW: [(&str, &str); 4] = [
    (
        "SHA-256(salt ‖ content) = digest: içerik, deftere yazılan içeriktir.",
        "SHA-256(salt ‖ content) = digest: the content is the one that was recorded.",
    ),
    (
        "“leaf” içinde aynı digest, kişi, görev ve zaman yazar; SHA-256(00 ‖ leaf) = leaf_hash.",
        "“leaf” names the same digest, the person, the post and the time; SHA-256(00 ‖ leaf) = leaf_hash.",
    ),
    (
        "leaf_hash, “hashes” ile RFC 9162 2.1.3.2'deki gibi birleştirilince “root” çıkar.",
        "leaf_hash and “hashes”, joined as in RFC 9162, 2.1.3.2, give “root”.",
    ),
    (
        "“checkpoint” bu kökü ve büyüklüğü söyler ve “key” ile imzalıdır (C2SP signed-note).",
        "“checkpoint” names this root and size and is signed by “key” (C2SP signed-note).",
    ),
];

/// The canonical content as text; null where it can't be shown as it was recorded (the salt was destroyed with the values, or the
/// definition changed since: `meydan log verify` checks these under the definition of their time), or where something of it is
/// hidden from who asks: with the salt, a short hidden value could be guessed from the digest.
fn content(register: &Register, record: &Record, entry: &Entry) -> Json {
    match entry.salt {
        Some(salt) if record.hidden.is_empty() && digest(register, record, &salt) == entry.digest => {
            String::from_utf8_lossy(&canonical_record(register, record)).into()
        }
        _ => Json::Null,
    }
}
