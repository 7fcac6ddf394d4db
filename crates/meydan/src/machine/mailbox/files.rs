//! The files of a mail, each for what its bytes say that it is; what the house takes from nobody stays in the mailbox.

use crate::machine::made_of;
use meydan_formats::media::{self, Media, Sort, photo};
use meydan_geo::Wkb;
use meydan_kernel::{
    Desk, Principal, Register, Result, Value,
    catalogue::workflow::part,
    desk::file::{NewFile, field},
};
use meydan_messages::inbox::Incoming;
use std::sync::Arc;
use uuid::Uuid;

/// Register of the files of a case.
const ATTACHMENT: &str = "attachment";
/// Its field of who may see them.
const AUDIENCE: &str = "audience";
/// Limit: files taken from one mail.
const MAX_FILES: usize = 20;
/// Limit: letters of a file's name.
const MAX_NAME: usize = 200;

/// What is to be known beside the mail.
pub(super) struct More<'a> {
    /// Its whole text, if that didn't fit.
    pub(super) long: Option<&'a str>,
    /// Who may see the files: `applicant`, `internal`.
    pub(super) audience: &'static str,
}

/// Adds the mail's files, and its whole text if that didn't fit, to a case; again, nothing happens.
pub(super) async fn add(
    desk: &Desk,
    principal: &Principal,
    register: &Arc<Register>,
    case: Uuid,
    mail: &Incoming,
    more: More<'_>,
) -> Result<()> {
    let More { long, audience } = more;
    let files = desk.register(ATTACHMENT)?;
    let id = |what: &str| made_of(&["file", &mail.message_id, &case.to_string(), what]);
    let mut all = Vec::new();
    if let Some(text) = long {
        let values = [(field::NAME, "ileti.txt"), (field::MEDIA_TYPE, "text/plain"), ("kind", "message"), (AUDIENCE, audience)];
        let values = values.map(|(name, text)| (name, Value::Text(text.to_owned())));
        let set = set(&files, register, case, values.into());
        all.push(NewFile { id: id("text"), set, geometry: None, bytes: text.as_bytes().to_vec(), rendition: None });
    }
    for (index, attached) in mail.attachments.iter().take(MAX_FILES).enumerate() {
        match new_file(&files, register, case, id(&index.to_string()), &attached.name, attached.bytes.clone()) {
            Some(mut file) => {
                file.set.extend(files.field_index(AUDIENCE).map(|i| (i, Value::Text(audience.to_owned()))));
                all.push(file);
            }
            None => tracing::info!("a file of a mail for {} {case} is of a kind that isn't taken", register.name),
        }
    }
    for file in all {
        match desk.add_file(principal, &files, file).await {
            // Too large, or what it says of itself can't be: the others are taken nevertheless, and it stays in the mailbox.
            Err(e) if matches!(e.code(), "blob-too-large" | "invalid-record") => {
                tracing::warn!("a file of a mail for {} {case} was not taken: {e}", register.name);
            }
            other => drop(other?),
        }
    }
    Ok(())
}

fn new_file(files: &Register, register: &Register, case: Uuid, id: Uuid, name: &str, bytes: Vec<u8>) -> Option<NewFile> {
    let (media, sort) = media::sniff(&bytes).and_then(|media| Some((media, media.sort()?)))?;
    let kind = match sort {
        Sort::Photo => "photo",
        Sort::Sound => "voice",
        Sort::Document => "document",
    };
    let text = |text: &str| Value::Text(text.to_owned());
    let mut values = vec![
        (field::NAME, Value::Text(named(name, media))),
        (field::MEDIA_TYPE, text(media.media_type())),
        ("kind", text(kind)),
    ];
    let (mut rendition, mut geometry) = (None, None);
    if sort == Sort::Photo {
        let facts = photo::facts(&bytes).ok()?;
        rendition = Some(photo::without_metadata(&bytes).ok()?);
        geometry = facts.position.and_then(|(lon, lat)| Wkb::point(lon, lat));
        values.push(("width", Value::Int(facts.width.into())));
        values.push(("height", Value::Int(facts.height.into())));
    }
    Some(NewFile { id, set: set(files, register, case, values), geometry, bytes, rendition })
}

fn set(files: &Register, register: &Register, case: Uuid, values: Vec<(&str, Value)>) -> Vec<(usize, Value)> {
    let of_case = [(part::WHOLE_REGISTER, Value::Text(register.name.clone())), (part::WHOLE, Value::Text(case.to_string()))];
    values.into_iter().chain(of_case).filter_map(|(name, value)| Some((files.field_index(name)?, value))).collect()
}

/// A harmless name that ends as the file is.
fn named(given: &str, media: Media) -> String {
    let plain: String = given.chars().filter(|c| !c.is_control() && !matches!(c, '/' | '\\' | '"')).collect();
    let stem = plain.trim().rsplit_once('.').map_or(plain.trim(), |(stem, _)| stem);
    let stem: String = stem.chars().take(MAX_NAME - 8).collect();
    format!("{}.{}", if stem.is_empty() { "ek" } else { &stem }, media.extension())
}
