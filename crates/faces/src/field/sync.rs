//! `POST /api/field/sync`: the deeds of a device, in the order in which they were done; each gets its own answer.

use super::{
    MAX_DEEDS, SOURCE,
    deed::{Outcome, Teller, Told},
    today,
};
use crate::{
    App, Caller, Problem, cases,
    changes::body,
    negotiate,
    ogc_common::{link, params::Params, reply},
};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, Uri},
    response::Response,
};
use meydan_kernel::{Error, Kind, Result};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use std::{collections::BTreeSet, sync::Arc};
use uuid::Uuid;

/// What a device sends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sent {
    /// Whose deeds they are: nobody sends another's.
    person: Uuid,
    /// The device's name for itself.
    device: String,
    deeds: Vec<Json>,
}

/// Does the deeds, and tells what became of each, and how the cases stand now.
pub async fn sync(
    State(app): State<Arc<App>>,
    caller: Caller,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    Params::parse(&uri)?.finish()?;
    let lang = negotiate::lang(&uri, &headers);
    let principal = caller.through(SOURCE, None);
    let person = cases::known(&app.desk, &principal)?;
    let sent: Sent = body::read_as(&body::bytes(&headers, body).await?)?;
    if sent.person != person {
        return Err(another().into());
    }
    if sent.deeds.len() > MAX_DEEDS {
        return Err(too_many().into());
    }
    let teller = Teller { app: &app, caller: &caller, device: &sent.device, lang };
    let (mut results, mut about) = (Vec::with_capacity(sent.deeds.len()), BTreeSet::new());
    for deed in sent.deeds {
        let id = deed.get("id").cloned().unwrap_or(Json::Null);
        let outcome = match serde_json::from_value::<Told>(deed) {
            Ok(told) => {
                about.insert((told.register.clone(), told.record));
                teller.tell(told).await
            }
            Err(error) => Outcome::Refused(unreadable(&error).into()),
        };
        results.push(outcome.to_json(&id, lang));
    }
    let (mut now, mut gone) = (Vec::new(), Vec::new());
    for (name, id) in about {
        // What can't be seen any more, the device forgets.
        match app.desk.register(&name) {
            Ok(register) => match today::find(&app.desk, &principal, &register, id).await {
                Ok(stop) => now.push(today::one(&app.desk, &caller, &principal, lang, &stop).await?),
                Err(error) if error.is_refusal() || error.kind() == Kind::NotFound => gone.push(format!("{name}/{id}")),
                Err(error) => return Err(error.into()),
            },
            Err(_) => gone.push(format!("{name}/{id}")),
        }
    }
    let body = json!({ "results": results, "cases": now, "gone": gone, "now": principal.now.to_string() });
    Ok(reply::json(&headers, lang, link::JSON, &body)?)
}

fn unreadable(error: &serde_json::Error) -> Error {
    Error::invalid("bad-deed", "İşlem okunamadı.", "The deed can't be read.").field("", error.to_string(), error.to_string())
}

fn another() -> Error {
    Error::new(
        Kind::Conflict,
        "another-person",
        "Bu cihazda bekleyen işlemler başka birinin; onları ancak kendisi gönderebilir.",
        "The deeds that wait on this device are another person's; only they can send them.",
    )
    .hint("O kişi kendi hesabıyla oturum açsın.", "Let that person log in.")
}

fn too_many() -> Error {
    Error::new(
        Kind::TooLarge,
        "too-many-deeds",
        format!("Bir istekte en çok {MAX_DEEDS} işlem gönderilebilir."),
        format!("At most {MAX_DEEDS} deeds can be sent at once."),
    )
}
