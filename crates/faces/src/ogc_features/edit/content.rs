//! A GeoJSON feature as what is to be written: fields, geometry, and the version that the client saw.

use super::prefer::Handling;
use crate::ogc_features::Space;
use meydan_geo::{Wkb, geojson};
use meydan_kernel::{Desk, Error, Record, Register, Result, Value, desk::Edit};
use serde_json::{Map, Value as Json};

/// Properties that the house gives.
const READ_ONLY: [&str; 4] = ["id", "fid", "version", "recorded_at"];

/// The members of a feature that say something.
#[derive(Debug, Clone, Default)]
pub struct Feature {
    /// `properties`.
    pub properties: Map<String, Json>,
    /// `geometry`; `None` if it was left out, `Some(Null)` for none.
    pub geometry: Option<Json>,
    /// `id`, if it was given.
    pub id: Option<Json>,
}

/// How a body is to be understood.
#[derive(Debug, Clone, Copy)]
pub struct Manner {
    /// The reference system of its geometries.
    pub space: Space,
    /// How to take what is not quite right.
    pub handling: Handling,
}

/// The error for a body that is JSON, but no feature.
fn not_a_feature(member: &str, tr: &str, en: &str) -> Error {
    Error::invalid("not-a-feature", "Gövde bir GeoJSON kaydı (Feature) değil.", "The body is not a GeoJSON feature.")
        .field(member, tr, en)
}

impl Feature {
    /// Reads a feature. Members that GeoJSON doesn't know are passed over (RFC 7946, 6.1).
    ///
    /// # Errors
    /// `not-a-feature`.
    pub fn read(json: Json) -> Result<Self> {
        let Json::Object(mut members) = json else {
            return Err(not_a_feature("", "bir nesne olmalı", "must be an object"));
        };
        if members.get("type").and_then(Json::as_str) != Some("Feature") {
            return Err(not_a_feature("type", "“Feature” olmalı", "must be “Feature”"));
        }
        Self::of(&mut members)
    }

    /// Reads a merge patch (RFC 7396) of a feature.
    ///
    /// # Errors
    /// `not-a-feature`.
    pub fn read_patch(json: Json) -> Result<Self> {
        let Json::Object(mut members) = json else {
            return Err(not_a_feature("", "bir nesne olmalı", "must be an object"));
        };
        if members.get("type").is_some_and(|t| t != "Feature") {
            return Err(not_a_feature("type", "“Feature” kalmalı", "must stay “Feature”"));
        }
        if members.get("properties").is_some_and(|p| !p.is_object()) {
            return Err(not_a_feature("properties", "bir nesne olmalı", "must be an object"));
        }
        Self::of(&mut members)
    }

    fn of(members: &mut Map<String, Json>) -> Result<Self> {
        let properties = match members.remove("properties") {
            None | Some(Json::Null) => Map::new(),
            Some(Json::Object(properties)) => properties,
            Some(_) => return Err(not_a_feature("properties", "bir nesne ya da null olmalı", "must be an object or null")),
        };
        Ok(Self { properties, geometry: members.remove("geometry"), id: members.remove("id") })
    }

    /// As a new record. Its `id` is passed over: the house gives it (OGC 20-002, /req/create-replace-delete/create-rid).
    ///
    /// # Errors
    /// `invalid-record` naming each wrong property, `bad-geometry`.
    pub fn insertion(mut self, desk: &Desk, register: &Register, manner: Manner) -> Result<Edit> {
        let (faults, _) = take_read_only(&mut self.properties, register, None, manner.handling);
        let set = values(desk, register, self.properties, manner.handling, faults)?;
        let geometry = geometry(self.geometry.as_ref(), manner.space)?;
        Ok(Edit::Insert { id: None, set, geometry: geometry.flatten() })
    }

    /// As the whole of a record: what is left out becomes empty, but for what the house keeps and what the person doesn't see.
    ///
    /// # Errors
    /// As [`Feature::insertion`]; `version-conflict` if the body says another version than the current one.
    pub fn replacement(
        mut self,
        desk: &Desk,
        register: &Register,
        now: &Record,
        expected: Option<i64>,
        manner: Manner,
    ) -> Result<Edit> {
        let (faults, version) = take_read_only(&mut self.properties, register, Some(now), manner.handling);
        let given = values(desk, register, self.properties, manner.handling, faults)?;
        let mut set: Vec<(usize, Value)> = Vec::with_capacity(register.fields.len());
        for (index, field) in register.fields.iter().enumerate() {
            let value = given.iter().find(|(i, _)| *i == index).map(|(_, value)| value.clone());
            let is_hidden = now.hidden.has(index);
            match value {
                // What comes back as it was shown, masked, was not meant to be written.
                Some(value) if is_hidden && (value.is_null() || Some(&value) == now.values.get(index)) => {}
                Some(value) => set.push((index, value)),
                None if is_hidden || field.house => {}
                None => set.push((index, Value::Null)),
            }
        }
        let geometry = geometry(self.geometry.as_ref(), manner.space)?.flatten();
        Ok(Edit::Update { id: now.id, expected: expected.or(version), set, geometry: Some(geometry) })
    }

    /// As a change of what it names. A geometry is merged too, in the reference system of the body (RFC 7396).
    ///
    /// # Errors
    /// As [`Feature::replacement`]; `not-a-feature` if it would change the feature's `id`.
    pub fn patch(
        mut self,
        desk: &Desk,
        register: &Register,
        now: &Record,
        expected: Option<i64>,
        manner: Manner,
    ) -> Result<Edit> {
        if self.id.as_ref().is_some_and(|id| !is_own_id(id, now)) {
            return Err(not_a_feature("id", "değiştirilemez", "can't be changed"));
        }
        let (faults, version) = take_read_only(&mut self.properties, register, Some(now), manner.handling);
        let mut set = values(desk, register, self.properties, manner.handling, faults)?;
        set.retain(|(index, value)| !now.hidden.has(*index) || Some(value) != now.values.get(*index) || value.is_null());
        let merged = self.geometry.map(|patch| merged(now, patch, manner.space));
        let geometry = geometry(merged.as_ref(), manner.space)?;
        Ok(Edit::Update { id: now.id, expected: expected.or(version), set, geometry })
    }
}

fn is_own_id(id: &Json, now: &Record) -> bool {
    match id {
        Json::Number(number) => number.as_i64() == Some(now.fid),
        Json::String(text) => *text == now.fid.to_string() || *text == now.id.to_string(),
        _ => false,
    }
}

/// A geometry with the members of a patch.
fn merged(now: &Record, patch: Json, space: Space) -> Json {
    let (Json::Object(members), Some(current)) = (&patch, &now.geometry) else { return patch };
    let mut text = Vec::new();
    space.write_geometry(&mut text, current);
    let Ok(Json::Object(mut whole)) = serde_json::from_slice(&text) else { return patch };
    for (name, value) in members {
        match value {
            Json::Null => drop(whole.remove(name)),
            value => drop(whole.insert(name.clone(), value.clone())),
        }
    }
    whole.into()
}

type Faults = Vec<(String, &'static str, &'static str)>;

/// Takes out what the house gives. A `version` says which one the client saw; the others may come back as they were read.
fn take_read_only(
    properties: &mut Map<String, Json>,
    register: &Register,
    now: Option<&Record>,
    handling: Handling,
) -> (Faults, Option<i64>) {
    let (mut faults, mut version) = (Vec::new(), None);
    for name in READ_ONLY {
        if register.field_index(name).is_some() {
            continue;
        }
        let Some(value) = properties.remove(name).filter(|v| !v.is_null()) else { continue };
        if handling == Handling::Lenient {
            continue;
        }
        let is_as_read = match (name, now) {
            ("version", Some(_)) => {
                version = value.as_i64();
                version.is_some()
            }
            ("id", Some(now)) => value == now.id.to_string(),
            ("fid", Some(now)) => value == now.fid,
            ("recorded_at", Some(now)) => version.is_some() || value == now.recorded_at.to_string(),
            _ => false,
        };
        if !is_as_read {
            faults.push((name.to_owned(), "yalnızca okunur", "is read only"));
        }
    }
    (faults, version)
}

/// The properties as values by field index.
fn values(
    desk: &Desk,
    register: &Register,
    mut properties: Map<String, Json>,
    handling: Handling,
    faults: Faults,
) -> Result<Vec<(usize, Value)>> {
    if handling == Handling::Lenient {
        properties.retain(|name, _| register.field_index(name).is_some());
    }
    let read = desk.read_values(register, &properties);
    if faults.is_empty() {
        return read;
    }
    let error = read.err().unwrap_or_else(|| {
        Error::invalid(
            "invalid-record",
            format!("Kayıt “{}” kütüğünün tanımına uymuyor.", register.title.tr),
            format!("The record does not fit the definition of the register “{}”.", register.title.en),
        )
        .hint("Adı verilen alanları çıkarın; hiçbir şey değiştirilmedi.", "Leave out the fields named; nothing was changed.")
    });
    Err(faults.into_iter().fold(error, |error, (name, tr, en)| error.field(name, tr, en)))
}

/// A GeoJSON geometry in a reference system as one in longitude, latitude.
fn geometry(json: Option<&Json>, space: Space) -> Result<Option<Option<Wkb>>> {
    let bad = |tr: String, en: String| {
        Error::invalid("bad-geometry", "Geometri okunamadı.", "The geometry can't be read.").field("geometry", tr, en)
    };
    let read = match json {
        None => return Ok(None),
        Some(Json::Null) => return Ok(Some(None)),
        Some(json) => geojson::read(json).map_err(|error| bad(error.tr(), error.en()))?,
    };
    let geometry = space.geometry_to_lon_lat(&read).ok_or_else(|| {
        bad(
            "koordinatlar, koordinat sisteminin alanının dışında".to_owned(),
            "coordinates are outside the area of their reference system".to_owned(),
        )
    })?;
    Ok(Some(Some(geometry)))
}
